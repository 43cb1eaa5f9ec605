package flow

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A court knows the processes, and asks each guard of each process only once.
type court struct {
	envs  []rules.Env // those that are declared first, then by name and by loop
	all   envSet
	known map[rules.Guard]envSet

	confined bool // of some process it is known what it doesn't load
	loads    map[string]envSet
}

// An envSet is a set of processes, one bit each, by their place in court.envs.
type envSet []uint64

func newCourt(envs []rules.Env) *court {
	c := &court{envs: slices.Clone(envs), known: map[rules.Guard]envSet{}, loads: map[string]envSet{}}
	slices.SortStableFunc(c.envs, func(a, b rules.Env) int {
		return cmp.Or(compareBools(a.Implied, b.Implied), strings.Compare(a.Name, b.Name), strings.Compare(string(a.Loop), string(b.Loop)))
	})
	c.all = c.choose(func(*rules.Env) bool { return true })
	c.confined = slices.ContainsFunc(c.envs, func(e rules.Env) bool { return e.Loads != nil })
	return c
}

// where gives the processes in which a guard counts.
func (c *court) where(g rules.Guard) envSet {
	if g == (rules.Guard{}) {
		return c.all
	}
	set, ok := c.known[g]
	if !ok {
		set = c.choose(g.Counts)
		c.known[g] = set
	}
	return set
}

// run gives the processes that run a context on a loop.
func (c *court) run(ctx *rules.Context) envSet {
	return c.where(ctx.Guard).and(c.choose(func(e *rules.Env) bool {
		if e.Holds != nil && !e.Holds(ctx.Pos.File) || e.Only != nil && !e.Only(ctx) {
			return false
		}
		if ctx.Loop != "" {
			return e.Loop == ctx.Loop
		}
		return e.Loop != "" && e.Can(ctx.Kind)
	}))
}

// loading gives the processes that load all that is on a way.
func (c *court) loading(way rules.Chain) envSet {
	out := c.all
	for _, f := range way {
		set, ok := c.loads[f.Pos.File]
		if !ok {
			set = c.choose(func(e *rules.Env) bool { return e.Loads == nil || e.Loads(f.Pos.File) })
			c.loads[f.Pos.File] = set
		}
		out = out.and(set)
	}
	return out
}

func (c *court) choose(ok func(*rules.Env) bool) envSet {
	set := make(envSet, (len(c.envs)+63)/64)
	for i := range c.envs {
		if ok(&c.envs[i]) {
			set[i/64] |= 1 << (i % 64)
		}
	}
	return set
}

func (s envSet) and(t envSet) envSet {
	out := make(envSet, len(s))
	for i := range s {
		out[i] = s[i] & t[i]
	}
	return out
}

func (s envSet) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s envSet) first() int32 { return firstOf(s, s, s) }

// firstOf gives the first process that is in all three sets, or -1.
func firstOf(a, b, c envSet) int32 {
	for i := range a {
		if w := a[i] & b[i] & c[i]; w != 0 {
			return int32(i*64 + bits.TrailingZeros64(w))
		}
	}
	return -1
}
