package flow

import (
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// Solve finds, for every entry, the effects that it reaches. The answer depends
// only on the contents of the graph and of the set of entries.
func Solve(g *Graph, entries []rules.Func) *Reached {
	x, known := newIndex(g, entries)
	s := &solver{graph: g, x: x, search: newSearch(x), trail: trail{{-1, -1}}}
	s.sources, s.lost = sources(g, x, known)
	s.entries = make([]int32, 0, len(entries))
	for _, f := range entries {
		s.entries = append(s.entries, x.number[f])
	}
	slices.Sort(s.entries)
	s.entries = slices.Compact(s.entries)
	s.setNumber = map[guardSet]int32{}

	list := s.sites()
	s.findEntries(list)
	return &Reached{
		Lost: s.lost,
		x:    x, entries: s.entries, sources: s.sources, sites: list,
		trail: s.trail, hits: s.hits, groups: s.groups, sets: s.sets,
	}
}

// SolveAll is [Solve] with every function that has a body as an entry.
func SolveAll(g *Graph) *Reached {
	var all []rules.Func
	for f := range g.Own {
		all = append(all, f)
	}
	for f := range g.Calls {
		all = append(all, f)
	}
	return Solve(g, all)
}

// A solver is the work in progress.
type solver struct {
	graph   *Graph
	x       *index
	search  *search
	trail   trail
	entries []int32 // ascending
	sources []source
	lost    int

	hits      []hit
	groups    []int32 // hits[groups[g]:groups[g+1]] are group g's
	sets      []guardSet
	setNumber map[guardSet]int32
}

// A hit is a way from an entry to where a group of sites begins. It serves each
// site of the group.
type hit struct {
	entry   int32 // an index into entries
	set     int32 // an index into sets
	depth   int32
	dynamic int32
	offload int32
	node    int32
}

// findEntries searches from every function with sites to the entries, once for
// all its sites with the same guards.
func (s *solver) findEntries(list []site) {
	type seed struct {
		fn  int32
		set guardSet
		gil bool
	}
	number := map[seed]int32{}
	var seeds []seed
	for i := range list {
		l := &list[i]
		from := seed{l.fn, l.set, s.sources[l.source].effect.HoldsGIL}
		n, ok := number[from]
		if !ok {
			n = int32(len(seeds))
			number[from] = n
			seeds = append(seeds, from)
		}
		l.group = n
	}
	var ways []int32
	s.groups = append(make([]int32, 0, len(seeds)+1), 0)
	for _, from := range seeds {
		s.search.run(from.fn, from.set, reach{offload: from.gil})
		s.lost += len(s.search.lost)
		for e, fn := range s.entries {
			ways = s.search.best(ways[:0], fn)
			for _, i := range ways {
				st := &s.search.states[i]
				s.hits = append(s.hits, hit{
					entry: int32(e), set: s.numberSet(st.set), depth: st.depth,
					dynamic: int32(st.cost.dynamic()), offload: int32(st.cost.offload()),
					node: s.trail.keep(s.search, i),
				})
			}
		}
		s.groups = append(s.groups, int32(len(s.hits)))
	}
}

func (s *solver) numberSet(set guardSet) int32 {
	n, ok := s.setNumber[set]
	if !ok {
		n = int32(len(s.sets))
		s.setNumber[set] = n
		s.sets = append(s.sets, set)
	}
	return n
}
