package flow

import (
	"iter"
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// Reached is the answer of [Solve]. It knows how far each entry is from each
// effect; the ways themselves are searched for again, 64 places at a time, when
// one is asked for, so asking in the order of [Reached.All] is the fastest. It is
// not for use by several goroutines at once.
type Reached struct {
	Lost int // ways given up because they asked for too many guards, counted per search and function

	x       *index
	entries []int32
	sources []source
	sites   []site // by place
	trail   trail  // from sites in foreign code on
	groups  []group
	batches [][]seed
	sets    []guardSet
	again   [2]*search // of GIL holders, and of the others
}

// A Hit is an effect that an entry reaches.
type Hit struct {
	Entry    rules.Func
	Effect   rules.Effect
	Pos, End rules.Pos  // the sink site; End is zero where unknown
	In       rules.Func // the function around the sink site
	Depth    int        // calls between the entry and the effect

	site, hit int32 // sites[site], and hits[hit] of its group
}

// All yields every hit: by sink site, then by rule, entry and depth.
func (r *Reached) All() iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		for i := range r.sites {
			l := &r.sites[i]
			for j, h := range r.groups[l.group].hits {
				if !yield(Hit{
					Entry:  r.x.names[r.entries[h.entry]],
					Effect: r.sources[l.source].effect,
					Pos:    l.pos, End: l.end, In: l.in,
					Depth: int(h.depth + l.depth),
					site:  int32(i), hit: int32(j),
				}) {
					return
				}
			}
		}
	}
}

// Chain gives the calls from the hit's entry to its effect, and whether one of
// them leads to another thread.
func (r *Reached) Chain(h Hit) (chain rules.Chain, offloaded bool) {
	return r.chain(h.site, h.hit)
}

// Guards gives what must count in a process for the hit to be there, beside
// the effect's own guard.
func (r *Reached) Guards(h Hit) []rules.Guard {
	numbers := append(r.sites[h.site].set.list(), r.sets[r.way(h).set].list()...)
	slices.Sort(numbers)
	var out []rules.Guard
	for _, g := range slices.Compact(numbers) {
		out = append(out, r.x.guards[g-1])
	}
	return out
}

// Summary gives the hit as a fact about its entry, for other units.
func (r *Reached) Summary(h Hit) Summary {
	chain, offloaded := r.Chain(h)
	return Summary{Effect: h.Effect, Guards: r.Guards(h), Offloaded: offloaded, Chain: chain}
}

// Summaries gives what other units have to know of each entry: of the effects
// that are judged alike, the nearest. Entries that reach nothing are left out.
func (r *Reached) Summaries() map[rules.Func][]Summary {
	type key struct {
		entry, onWay int32
		atSite       guardSet
		class        effectClass
	}
	nearest := map[key]Hit{}
	keyOf := func(h Hit) key {
		way := r.way(h)
		return key{way.entry, way.set, r.sites[h.site].set, classOf(&h.Effect)}
	}
	for h := range r.All() {
		if old, ok := nearest[keyOf(h)]; !ok || h.Depth < old.Depth {
			nearest[keyOf(h)] = h
		}
	}
	out := map[rules.Func][]Summary{}
	for h := range r.All() {
		if nearest[keyOf(h)] == h {
			out[h.Entry] = append(out[h.Entry], r.Summary(h))
		}
	}
	return out
}

func (r *Reached) way(h Hit) *hit { return &r.groups[r.sites[h.site].group].hits[h.hit] }

func (r *Reached) chain(site, n int32) (out rules.Chain, offloaded bool) {
	l := &r.sites[site]
	src := &r.sources[l.source]
	s, i, bit := r.search(site, n)
	out = make(rules.Chain, 0, int(s.byFunc[i].depth+l.depth)+1)
	cost := l.cost + s.choose(i, bit).cost
	for ; s.best[i].edge >= 0; i = s.best[i].next {
		out = append(out, r.frame(s.best[i].edge))
	}
	if l.edge >= 0 {
		out = append(out, r.frame(l.edge))
		for node := l.node; node != 0; node = r.trail[node].next {
			out = append(out, r.frame(r.trail[node].edge))
		}
	}
	if src.tail != nil {
		out = append(out, src.tail...)
	} else {
		out = append(out, rules.Frame{Func: rules.Func(src.effect.Symbol), Pos: src.pos})
	}
	return out, cost.offload() > 0
}

// cost gives what decides between hits of the same depth.
func (r *Reached) cost(site, n int32) cost {
	s, i, bit := r.search(site, n)
	return r.sites[site].cost + s.choose(i, bit).cost
}

// search runs the search again that found a hit, unless it was the last to run,
// and gives the visit and the seed's place in the batch.
func (r *Reached) search(site, n int32) (s *search, visit int32, bit int) {
	g := &r.groups[r.sites[site].group]
	seeds := r.batches[g.batch]
	half := 0
	if seeds[0].gil {
		half = 1
	}
	if s = r.again[half]; s == nil {
		s = newSearch(r.x)
		r.again[half] = s
	}
	if s.seeds == nil || &s.seeds[0] != &seeds[0] {
		s.run(seeds, false)
		s.chosen = -1
	}
	if s.chosen != g.bit {
		s.chosen = g.bit
		s.epoch++
	}
	h := &g.hits[n]
	fn := r.entries[h.entry]
	for i := s.first[fn]; i < s.first[fn+1]; i++ {
		v := &s.byFunc[i]
		if v.depth == h.depth && v.set == r.sets[h.set] && v.seeds>>g.bit&1 != 0 {
			return s, i, int(g.bit)
		}
	}
	panic("flow: a hit that the search does not find again")
}

func (r *Reached) frame(e int32) rules.Frame {
	edge := &r.x.edges[e]
	return rules.Frame{Func: edge.Callee, Pos: edge.Pos, Dynamic: edge.Dynamic, Option: edge.Option}
}
