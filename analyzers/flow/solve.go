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

	r := &Reached{x: x, entries: s.entries}
	r.sites = s.sites()
	s.findEntries(r.sites)
	r.Lost, r.sources, r.trail, r.sets = s.lost, s.sources, s.trail, s.sets
	r.groups, r.batches = s.groups, s.batches
	return r
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
	class   []int32 // of each source's effect
	lost    int

	groups    []group
	batches   [][]seed
	sets      []guardSet
	setNumber map[guardSet]int32
}

// A group is the sites that begin at one seed, and the entries that reach them.
type group struct {
	hits  []hit // by entry, then by depth
	batch int32 // the search that found them
	bit   int32 // and the seed's place in it
}

// A hit says how far an entry is from where a group begins.
type hit struct {
	entry int32 // an index into entries
	set   int32 // an index into sets
	depth int32
}

// findEntries searches from every function with sites to the entries, once for
// all its sites.
func (s *solver) findEntries(list []site) {
	number := map[seed]int32{}
	var seeds []seed
	for i := range list {
		l := &list[i]
		from := seed{l.fn, s.sources[l.source].effect.HoldsGIL}
		n, ok := number[from]
		if !ok {
			n = int32(len(seeds))
			number[from] = n
			seeds = append(seeds, from)
		}
		l.group = n
	}
	s.groups = make([]group, len(seeds))
	s.batches = inBatches(seeds)
	var ways []int32
	var hits []hit
	for n, some := range s.batches {
		s.search.run(some, false)
		s.lost += s.search.lostWays()
		for bit, from := range some {
			hits = hits[:0]
			for e, fn := range s.entries {
				ways = s.search.ways(ways[:0], fn, bit)
				for _, i := range ways {
					v := &s.search.byFunc[i]
					hits = append(hits, hit{entry: int32(e), set: s.numberSet(v.set), depth: v.depth})
				}
			}
			s.groups[number[from]] = group{slices.Clone(hits), int32(n), int32(bit)}
		}
	}
}

// inBatches divides seeds into what one search takes, in order.
func inBatches(seeds []seed) (out [][]seed) {
	var halves [2][]seed
	for _, from := range seeds {
		if from.gil {
			halves[1] = append(halves[1], from)
		} else {
			halves[0] = append(halves[0], from)
		}
	}
	for _, half := range halves {
		out = slices.AppendSeq(out, slices.Chunk(half, batch))
	}
	return out
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
