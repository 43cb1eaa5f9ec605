package pyfront

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLocals compares locals with maps, under random assignments, deletions,
// copies and joins.
func TestLocals(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	values := []*value{typed("int"), typed("str"), constOf(nil), constOf(1.0), constOf("x")}
	type pair struct {
		e *locals
		m map[string]set
	}
	joined := func(a, b map[string]set) map[string]set {
		out := maps.Clone(a)
		for k, v := range b {
			if w, ok := a[k]; ok {
				v = join(w, v)
			}
			out[k] = v
		}
		return out
	}
	same := func(a, b map[string]set) bool {
		return maps.EqualFunc(a, b, func(x, y set) bool { return x.contains(y) && y.contains(x) })
	}
	for range 200 {
		pairs := []pair{{new(locals), map[string]set{}}}
		for range 200 {
			p := &pairs[rnd.IntN(len(pairs))]
			name := fmt.Sprint("v", rnd.IntN(30))
			switch rnd.IntN(12) {
			case 0:
				pairs = append(pairs, pair{p.e.copy(), maps.Clone(p.m)})
			case 1:
				q := pairs[rnd.IntN(len(pairs))]
				require.Equal(t, same(p.m, q.m), sameLocals(p.e, q.e))
				if p.e != q.e {
					pairs = append(pairs, pair{joinLocals(p.e, q.e), joined(p.m, q.m)})
				}
			case 2:
				p.e.delete(name)
				delete(p.m, name)
			default:
				s := one(values[rnd.IntN(len(values))])
				p.e.set(name, s)
				p.m[name] = s
			}
		}
		for _, p := range pairs {
			var names []string
			for _, l := range p.e.all() {
				names = append(names, l.name)
				got, ok := p.e.get(l.name)
				require.True(t, ok)
				require.Equal(t, p.m[l.name], got)
				require.Equal(t, got, l.set)
			}
			require.Equal(t, slices.Sorted(maps.Keys(p.m)), names)
		}
	}
}
