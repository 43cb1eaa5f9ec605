//go:build linux

package gopool

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// TestSoak runs functions as siblings: what fails in few orders is found, and
// found again by its seed.
func TestSoak(t *testing.T) {
	build(t, "testdata/rounds", "Fine", "") // skips where there is no go command
	dir, err := filepath.Abs("testdata/rounds")
	require.NoError(t, err)
	names := []string{"A", "B", "C", "Forth", "Back", "Hold", "Client.Send", "Fine"}
	var sources []Source
	for _, name := range names {
		sources = append(sources, Source{Path: dir, Func: name})
	}
	programs, err := (&Builder{Dir: t.TempDir()}).Together(t.Context(), sources)
	require.NoError(t, err)
	soak := func(t *testing.T, rounds int, seed int64, serial bool, which ...string) *SoakResult {
		s := Soak{Names: which, Width: 3, Rounds: rounds, Seed: seed, Serial: serial, Limit: 3 * time.Second}
		for _, w := range which {
			for i, name := range names {
				if name == w {
					s.Calls = append(s.Calls, programs[i])
				}
			}
		}
		r, err := s.Run(t.Context(), t.TempDir(), 50*time.Millisecond, stall.Limits{Run: time.Minute, Enough: 2 * time.Second})
		require.NoError(t, err)
		require.Empty(t, r.Error)
		return r
	}
	t.Run("a rare order", func(t *testing.T) {
		t.Parallel()
		first := soak(t, 400, 1, false, "A", "B", "C")
		require.NotEmpty(t, first.Panic, "%+v", first)
		require.Greater(t, first.Seed, int64(1), "it is rare")
		require.NotEmpty(t, first.Stack)
		again := soak(t, 1, first.Seed, false, "A", "B", "C")
		require.Equal(t, first.Panic, again.Panic)
		require.Equal(t, first.Order, again.Order)
		require.Equal(t, first.Failed, again.Failed)
		require.Empty(t, soak(t, 3, first.Seed-3, false, "A", "B", "C").Panic, "the rounds before it go well")
		require.Empty(t, soak(t, 1, first.Seed, true, "A", "B", "C").Panic, "one after the other they never fail")
		require.NotEqual(t, soak(t, 1, 1, false, "A", "B", "C").Order, soak(t, 1, 2, false, "A", "B", "C").Order, "another seed has another order")
	})
	t.Run("a deadlock", func(t *testing.T) {
		t.Parallel()
		r := soak(t, 40, 1, false, "Forth", "Back")
		require.Contains(t, r.Stuck, "Forth")
		require.Contains(t, r.Stuck, "Back")
		require.Equal(t, stall.Ended, r.End)
	})
	t.Run("a held mutex", func(t *testing.T) {
		t.Parallel()
		r := soak(t, 40, 7, false, "Hold")
		for try := 0; try < 5 && len(r.Held) == 0; try++ { // the machine was too busy to tell
			r = soak(t, 40, 7, false, "Hold")
		}
		require.Equal(t, stall.CutShort, r.End)
		require.Equal(t, int64(7), r.Seed)
		require.Equal(t, "sync.Mutex.Lock", r.Held[0].Wait)
		require.Equal(t, stall.Ended, soak(t, 3, 7, true, "Hold").End)
	})
	t.Run("an error", func(t *testing.T) {
		t.Parallel()
		r := soak(t, 40, 1, false, "Client.Send")
		require.Equal(t, "used by two", r.Returned)
		require.Equal(t, "Client.Send", r.Failed)
		require.Empty(t, soak(t, 3, 1, true, "Client.Send").Returned)
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		r := soak(t, 20, 5, false, "Fine", "B")
		require.Empty(t, r.Failed)
		require.Equal(t, stall.Ended, r.End, "%+v", r.Run)
		require.Equal(t, int64(24), r.Seed)
		require.NotEmpty(t, r.Order)
	})
}
