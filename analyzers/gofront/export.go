package gofront

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// export makes this package's fact.
func (u *unit) export(r *flow.Reached) *PackageFact {
	f := newImports()
	f.module = u.module
	f.local = map[string]bool{}
	for name, sums := range u.summaries(r) {
		f.sums[name] = sums
		for _, s := range sums {
			if u.local[s.Effect.Symbol] {
				f.local[s.Effect.Symbol] = true
			}
		}
	}
	for _, fn := range u.funcs {
		name := u.name(fn)
		if !u.exported[name] {
			continue
		}
		for _, k := range u.holeList[fn] {
			if k.param.Parent() != fn {
				continue
			}
			if frames := u.wayOut(fn, k, map[*ssa.Function]bool{}); frames != nil {
				for i, p := range fn.Params {
					if p == k.param {
						f.holes[name] = append(f.holes[name], openHole{i, k.method, frames})
					}
				}
			}
		}
	}
	for _, c := range u.contexts {
		if !strings.HasSuffix(string(c.Func), standMark) {
			f.judged[c.Func] = c.Loop
		}
	}
	u.exportValues(f, r)
	u.exportKeeps(f)
	if len(f.sums)+len(f.holes)+len(f.values)+len(f.judged)+len(f.asks)+len(f.keepers) == 0 {
		return nil
	}
	return &PackageFact{f.pack()}
}

// exportKeeps adds what of keeps the exported functions call, and on which loops.
func (u *unit) exportKeeps(f *imports) {
	f.keepers = u.keepers
	if u.asks == nil {
		return
	}
	for _, fn := range u.funcs {
		if name := u.name(fn); u.exported[name] {
			if ks := u.asks.from(name); len(ks) > 0 {
				f.asks[name] = ks
			}
		}
	}
}

// summaries gives what importers have to know of each exported function: for each
// place and rule the nearest effect, the nearest places first.
func (u *unit) summaries(r *flow.Reached) map[rules.Func][]flow.Summary {
	type class struct {
		entry rules.Func
		rule  rules.ID
		guard rules.Guard
	}
	type site struct {
		class
		pos rules.Pos
	}
	nearest := map[site]flow.Hit{}
	var order []site
	for h := range r.All() {
		if !u.exported[h.Entry] {
			continue
		}
		k := site{class{h.Entry, h.Effect.Rule, h.Effect.Guard}, h.Pos}
		old, ok := nearest[k]
		if !ok {
			order = append(order, k)
		}
		if !ok || h.Depth < old.Depth {
			nearest[k] = h
		}
	}
	slices.SortStableFunc(order, func(a, b site) int { return nearest[a].Depth - nearest[b].Depth })
	count := map[class]int{}
	chosen := map[flow.Hit]bool{}
	for _, k := range order {
		if count[k.class]++; count[k.class] <= maxSummaries {
			chosen[nearest[k]] = true
		}
	}
	// Chains are asked for in the order of the searches that found them.
	out := map[rules.Func][]flow.Summary{}
	for h := range r.All() {
		if chosen[h] {
			out[h.Entry] = append(out[h.Entry], r.Summary(h))
		}
	}
	return out
}

// wayOut gives the shortest way from a function to a hole of its own, as frames.
func (u *unit) wayOut(fn *ssa.Function, k hole, seen map[*ssa.Function]bool) []rules.Frame {
	if seen[fn] {
		return nil
	}
	seen[fn] = true
	defer delete(seen, fn)
	var best []rules.Frame
	for _, w := range u.holes[fn][k] {
		pos, _ := u.span(w.call)
		var way []rules.Frame
		if w.use != nil {
			if w.use.callee == "" {
				way = []rules.Frame{{Func: "?", Pos: pos}}
			} else {
				way = append([]rules.Frame{{Func: w.use.callee, Pos: pos}}, w.use.frames...)
			}
		} else if rest := u.wayOut(w.via, w.in, seen); rest != nil {
			way = append([]rules.Frame{{Func: u.name(w.via), Pos: pos}}, rest...)
		}
		if way != nil && (best == nil || len(way) < len(best)) {
			best = way
		}
	}
	return best
}

// exportValues adds the functions with effects that other packages can get at
// without a name: in exported fields and variables, and in results.
func (u *unit) exportValues(f *imports, r *flow.Reached) {
	effect := u.effectful
	add := func(loc location, leaves []leaf) {
		for _, l := range leaves {
			if l.fn == nil || l.recv != nil || !effect[u.name(l.fn)] || slices.Contains(f.values[loc], u.name(l.fn)) {
				continue
			}
			f.values[loc] = append(f.values[loc], u.name(l.fn))
		}
		slices.Sort(f.values[loc])
		if len(f.values[loc]) == 0 {
			delete(f.values, loc)
		}
	}
	for _, v := range u.exposed {
		add(v.loc, v.leaves)
	}
}

// An exposed value is one that other packages can reach.
type exposedValue struct {
	loc    location
	leaves []leaf
}

// findExposed lists them; what it finds becomes an entry of the search.
func (u *unit) findExposed() {
	path := u.pass.Pkg.Path()
	for _, loc := range sortedKeys(u.stores.loc) {
		if u.packageOf(string(loc)) != path {
			continue
		}
		last := string(loc)[strings.LastIndexByte(string(loc), '.')+1:]
		if last == "" || last[0] < 'A' || last[0] > 'Z' {
			continue
		}
		for _, v := range u.stores.loc[loc] {
			if isFuncType(v.Type()) {
				u.exposed = append(u.exposed, exposedValue{loc, u.leaves(v)})
			}
		}
	}
	for _, fn := range u.funcs {
		if fn.Object() == nil || !fn.Object().Exported() {
			continue
		}
		for _, ret := range u.returns[fn] {
			for i, v := range ret.Results {
				if isFuncType(v.Type()) {
					u.exposed = append(u.exposed, exposedValue{resultOf(u.name(fn), i), u.leaves(v)})
				}
			}
		}
	}
	for _, e := range u.exposed {
		for _, l := range e.leaves {
			if l.fn != nil && l.recv == nil && u.has[l.fn] {
				u.exported[u.name(l.fn)] = true
			}
		}
	}
}
