package stall

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func samples(text string) (out []Sample) {
	states := map[rune]Sample{
		'r': {State: 'R'}, 's': {State: 'S', Syscall: "wait4"}, 'p': {State: 'S', Syscall: "poll"},
		'f': {State: 'S', Syscall: "futex"}, 'd': {State: 'D', Syscall: "fsync"}, '?': {},
	}
	for _, c := range text {
		out = append(out, states[c])
	}
	return out
}

func TestClassify(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		samples string
		cpu     time.Duration
		want    string
	}{
		{"sssss", 0, "raw-syscall wait4"},
		{"sspppp", 0, "raw-syscall poll"},
		{"fffff", 0, "lock futex"},
		{"dddrd", 10 * ms, "disk fsync"},
		{"rrrrr", 190 * ms, "cpu "},
		{"rssrr", 150 * ms, "cpu "},             // counted time beats samples
		{"rrrrr", 5 * ms, "unknown "},           // runnable and yet without a processor
		{"sssrr", 40 * ms, "raw-syscall wait4"}, // computes a little, then waits
		{"sf", 0, "unknown "},                   // no two agree
		{"ss", 0, "raw-syscall wait4"},          // few samples, all the same
		{"?????", 0, "unknown "},                // no /proc
		{"", 0, "unknown "},
	} {
		s := Stall{Wall: 200 * ms, CPU: c.cpu, Samples: samples(c.samples)}
		s.classify()
		require.Equal(t, c.want, fmt.Sprintf("%s %s", s.Class, s.Syscall), "%s, %s of CPU", c.samples, c.cpu)
	}
}

func TestCorrectedIsNeverNegative(t *testing.T) {
	s := Stall{Wall: 10, Queued: 30}
	require.Zero(t, s.Corrected())
}

func TestThreshold(t *testing.T) {
	for _, c := range []struct{ floor, idle, want time.Duration }{
		{0, 0, 20}, {50, 5, 50}, {50, 40, 120}, {0, 3, 20},
	} {
		m := monitor{floor: c.floor * time.Millisecond}
		m.run.Idle = c.idle * time.Millisecond
		require.Equal(t, c.want*time.Millisecond, m.threshold())
	}
}

func TestPageKeepsTimes(t *testing.T) {
	p, err := NewPage()
	if err != nil {
		t.Skip(err)
	}
	defer p.Close()
	beat := func(n uint64, at int64) {
		p.words[ringAt+n%ringLen] = uint64(at)
		p.words[wordTimes] = n
		p.words[wordBeat] = n
	}
	at := int64(1000)
	for n := uint64(1); n <= 1000; n++ {
		at += 10
		if n == 990 {
			at += 500
		}
		beat(n, at)
	}
	require.EqualValues(t, 1000, p.Load())
	long, ok := p.longest(980, 1000)
	require.True(t, ok)
	require.EqualValues(t, 510, long)
	long, _ = p.longest(991, 1000)
	require.EqualValues(t, 10, long)
	_, ok = p.longest(500, 1000)
	require.False(t, ok, "overwritten")
	_, ok = p.longest(1000, 1000)
	require.False(t, ok, "no beat in between")
	p.SetPhase(Running)
	require.Equal(t, Running, p.Phase())
}

// TestHeldWithoutAProcessor does not take the want of a processor for a loop that is
// held, and a loop that was not seen to be held for one that went on.
func TestHeldWithoutAProcessor(t *testing.T) {
	p, err := NewPage()
	require.NoError(t, err)
	defer p.Close()
	p.SetPhase(Running)
	const ms = time.Millisecond
	for _, c := range []struct {
		wall, queued time.Duration
		end          End
		stalls       int
	}{
		{2500 * ms, 0, "", 0},
		{3500 * ms, 0, CutShort, 1},
		{3500 * ms, 3480 * ms, "", 0},
		{9500 * ms, 9480 * ms, CutShort, 0},
	} {
		m := &monitor{child: &Child{}, page: p, probe: &probe{}, phase: Running, limits: Limits{}.withDefaults(), run: Run{Threshold: 50 * ms}}
		now := time.Now()
		m.begin, m.since, m.counts = now.Add(-c.wall), now.Add(-c.wall), now.Add(time.Hour)
		m.gap = gap{beat: 1, at: now.Add(-c.wall), queuedNow: c.queued, sampled: now, first: Running, phase: Running}
		for range 10 {
			m.gap.samples = append(m.gap.samples, Sample{State: 'S', Syscall: "read"})
		}
		p.words[wordBeat] = 1
		require.Equal(t, c.end, m.look(t.Context()))
		require.Len(t, m.run.Stalls, c.stalls)
		require.Equal(t, c.end == CutShort && c.stalls == 0, m.run.Noisy)
	}
}

// TestGoneBeforeTheFirstLook is a child that was through when the monitor came.
func TestGoneBeforeTheFirstLook(t *testing.T) {
	p, err := NewPage()
	require.NoError(t, err)
	defer p.Close()
	p.SetPhase(Done)
	exited := make(chan struct{})
	close(exited)
	m := &monitor{child: &Child{}, page: p, exited: exited, limits: Limits{}.withDefaults()}
	require.Equal(t, Ended, m.watch(t.Context()).End)
}

// TestThreadThatHasGone is a process that took its time to end, seen by a monitor
// that came late: the loop was held by nobody.
func TestThreadThatHasGone(t *testing.T) {
	p, err := NewPage()
	require.NoError(t, err)
	defer p.Close()
	const ms = time.Millisecond
	for there, want := range map[time.Duration]int{0: 0, 40 * ms: 0, 200 * ms: 1} {
		now := time.Now()
		m := &monitor{child: &Child{}, page: p, probe: newProbe(1<<22+1, 1<<22+1), counted: true, run: Run{Threshold: 50 * ms}}
		m.gap = gap{beat: 1, at: now.Add(-300 * ms), there: there, late: 200 * ms, first: Running, phase: Running}
		for range 10 {
			m.gap.samples = append(m.gap.samples, Sample{State: 'S', Syscall: "read"})
		}
		m.close(now, 2, Done, false)
		require.Len(t, m.run.Stalls, want, "seen for the last time at %v", there)
		require.Equal(t, want == 0, m.run.Noisy)
	}
}
