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
	class int32 // an effectClass, by number
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
	var seeds []seed
	of := map[seed][]int32{} // the sources that begin there
	for _, i := range foreign {
		src := &s.sources[i]
		from := seed{src.fn, src.effect.HoldsGIL}
		if of[from] == nil {
			seeds = append(seeds, from)
		}
		of[from] = append(of[from], i)
	}
	s.numberClasses()
	var list []site
	have := map[siteKey]int{} // index in list
	for _, some := range inBatches(seeds) {
		s.search.run(some, true)
		s.lost += s.search.lostWays()
		for b, from := range some {
			s.search.epoch++
			list = s.cross(list, have, b, of[from])
		}
	}
	return list
}

func (s *solver) numberClasses() {
	number := map[effectClass]int32{}
	s.class = make([]int32, len(s.sources))
	for i := range s.sources {
		class := classOf(&s.sources[i].effect)
		if _, ok := number[class]; !ok {
			number[class] = int32(len(number))
		}
		s.class[i] = number[class]
	}
}

// cross adds the calls from user code to the functions that reach seed b of the
// search, with each way on from there, or puts them in the place of a worse way
// on from the same call. list[have[k]] is the site of key k.
func (s *solver) cross(list []site, have map[siteKey]int, b int, sources []int32) []site {
	for i := range s.search.byFunc {
		v := &s.search.byFunc[i]
		if v.seeds>>b&1 == 0 {
			continue
		}
		for _, l := range s.x.into[s.x.to[v.fn]:s.x.to[v.fn+1]] {
			if s.x.foreign[l.fn] || l.offload && !s.search.offload {
				continue
			}
			way, ok := v.set.with(l.guard)
			for _, j := range sources {
				src := &s.sources[j]
				set, both := way.union(src.set)
				if !ok || !both {
					s.lost++
					continue
				}
				key := siteKey{l.edge, set, s.class[j]}
				depth := v.depth + 1 + src.depth()
				old, ok := have[key]
				if ok && list[old].depth < depth {
					continue
				}
				node, c := s.trail.keep(s.search, int32(i), b)
				c += l.cost() + src.cost
				if ok && list[old].depth == depth &&
					cmp.Or(cmp.Compare(list[old].cost, c), cmp.Compare(list[old].source, j)) <= 0 {
					continue
				}
				e := &s.x.edges[l.edge]
				if !ok {
					old = len(list)
					have[key] = old
					list = append(list, site{})
				}
				list[old] = site{
					source: j, fn: l.fn, pos: e.Pos, end: e.End, in: s.x.names[l.fn],
					set: set, cost: c, depth: depth, edge: l.edge, node: node,
				}
			}
		}
	}
	return list
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
