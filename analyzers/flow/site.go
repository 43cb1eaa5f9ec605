package flow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A site is a sink site with an effect: the place in user code, and the way on
// to the effect through foreign code.
type site struct {
	source   int32
	fn       int32 // where the search for entries begins
	pos, end rules.Pos
	in       rules.Func // the function around the place
	set      guardSet
	cost     cost
	depth    int32 // calls between fn and the effect
	edge     int32 // the call that leaves user code; -1 = the source lies there itself
	node     int32 // the trail behind edge
	group    int32 // the search it shares
}

// A siteKey tells apart what is judged apart.
type siteKey struct {
	edge  int32
	set   guardSet
	class effectClass
}

// sites lists the sink sites of all sources. Searches are held to foreign code,
// one for all sources of a function with the same guards.
func (s *solver) sites() []site {
	var list []site
	var foreign []int32
	for i := range s.sources {
		src := &s.sources[i]
		pos, end, in, ok := src.place(s.graph, s.x)
		if !ok {
			foreign = append(foreign, int32(i))
			continue
		}
		list = append(list, site{
			source: int32(i), fn: src.fn, pos: pos, end: end, in: in,
			set: src.set, cost: src.cost, depth: src.depth(), edge: -1,
		})
	}
	list = append(list, s.crossings(foreign)...)
	slices.SortFunc(list, s.compareSites)
	return list
}

// crossings brings sources in foreign code to the calls by which user code gets
// there.
func (s *solver) crossings(foreign []int32) []site {
	type seed struct {
		fn  int32
		set guardSet
		gil bool
	}
	seedOf := func(i int32) seed {
		src := &s.sources[i]
		return seed{src.fn, src.set, src.effect.HoldsGIL}
	}
	slices.SortStableFunc(foreign, func(a, b int32) int {
		x, y := seedOf(a), seedOf(b)
		return cmp.Or(cmp.Compare(x.fn, y.fn), cmp.Compare(x.set, y.set), compareBools(x.gil, y.gil))
	})
	var list []site
	have := map[siteKey]int{} // index in list
	for len(foreign) > 0 {
		from := seedOf(foreign[0])
		n := 1
		for n < len(foreign) && seedOf(foreign[n]) == from {
			n++
		}
		s.search.run(from.fn, from.set, reach{offload: from.gil, foreign: true})
		s.cross(from.gil, func(way site) {
			for _, j := range foreign[:n] {
				src := &s.sources[j]
				key := siteKey{way.edge, way.set, classOf(&src.effect)}
				here := way
				here.source, here.cost, here.depth = j, way.cost+src.cost, way.depth+src.depth()
				if old, ok := have[key]; !ok {
					have[key] = len(list)
					list = append(list, here)
				} else if cmp.Or(cmp.Compare(here.depth, list[old].depth), cmp.Compare(here.cost, list[old].cost)) < 0 {
					list[old] = here
				}
			}
		})
		s.lost += len(s.search.lost)
		foreign = foreign[n:]
	}
	return list
}

// cross yields the calls from user code to the functions of the last search,
// with each way on from there.
func (s *solver) cross(gil bool, yield func(site)) {
	for i, st := range s.search.states {
		for _, in := range s.x.into[s.x.first[st.fn]:s.x.first[st.fn+1]] {
			if s.x.foreign[in.caller] || in.offload && !gil {
				continue
			}
			set, ok := st.set.with(in.guard)
			if !ok {
				s.search.lost[in.caller] = true
				continue
			}
			e := &s.x.edges[in.edge]
			yield(site{
				fn: in.caller, pos: e.Pos, end: e.End, in: s.x.names[in.caller],
				set: set, cost: st.cost + in.cost(), depth: st.depth + 1,
				edge: in.edge, node: s.trail.keep(s.search, int32(i)),
			})
		}
	}
}

// compareSites orders sites by place, then by rule, then completely.
func (s *solver) compareSites(a, b site) int {
	if c := a.pos.Compare(b.pos); c != 0 {
		return c
	}
	x, y := &s.sources[a.source].effect, &s.sources[b.source].effect
	if c := cmp.Compare(x.Rule, y.Rule); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(string(a.in), string(b.in)),
		compareEffects(x, y),
		a.end.Compare(b.end),
		cmp.Compare(a.set, b.set),
		cmp.Compare(a.depth, b.depth),
		cmp.Compare(a.cost, b.cost),
		cmp.Compare(a.edge, b.edge),
		cmp.Compare(a.source, b.source),
	)
}
