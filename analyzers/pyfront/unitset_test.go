package pyfront

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnitSet compares the set with a map, in which the order of adding says nothing.
func TestUnitSet(t *testing.T) {
	var all []*unit
	for i := range 50 {
		all = append(all, &unit{id: i})
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	var s unitSet
	want := map[*unit]bool{}
	for range 500 {
		u := all[rnd.IntN(len(all))]
		if rnd.IntN(3) == 0 {
			s.remove(u)
			delete(want, u)
		} else {
			require.Equal(t, !want[u], s.add(u))
			want[u] = true
		}
		require.Len(t, s.list, len(want))
		require.True(t, slices.IsSortedFunc(s.list, func(x, y member) int { return cmp.Compare(x.id, y.id) }))
		for x := range s.all {
			require.True(t, want[x])
		}
	}
}
