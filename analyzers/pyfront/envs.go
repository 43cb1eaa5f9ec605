package pyfront

import (
	"cmp"
	"slices"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

func posOf(file string) rules.Pos { return rules.Pos{File: file} }

// envs are the processes that the code itself declares: those that patch by
// hand or spawn green tasks, and asyncio, which every process can run.
func (a *analysis) envs(r *Result) []rules.Env {
	out := []rules.Env{{Name: "asyncio", Loop: rules.Asyncio}}
	byLoop := map[rules.Loop][]patchCall{}
	for _, u := range a.units {
		for _, p := range u.patches {
			if a.in.Check == nil || a.in.Check(p.pos.File) {
				byLoop[p.patch.Loop] = append(byLoop[p.patch.Loop], p)
			}
		}
	}
	loops := map[rules.Loop]bool{}
	for l := range byLoop {
		loops[l] = true
	}
	servers := map[rules.Loop][]rules.Evidence{}
	for _, u := range a.units {
		for _, s := range u.served {
			if a.in.Check == nil || a.in.Check(s.why.Pos.File) {
				loops[s.loop] = true
				servers[s.loop] = append(servers[s.loop], s.why)
			}
		}
	}
	for _, c := range r.Contexts {
		if c.Loop == rules.Gevent || c.Loop == rules.Eventlet {
			loops[c.Loop] = true
		}
	}
	for _, l := range []rules.Loop{rules.Gevent, rules.Eventlet} {
		if !loops[l] {
			continue
		}
		e := rules.Env{Name: "in code", Loop: l, Runs: []string{"greenlet", "server-handler", "wsgi-app"}, Called: r.Called}
		slices.SortFunc(servers[l], func(x, y rules.Evidence) int { return x.Pos.Compare(y.Pos) })
		for _, why := range servers[l] {
			e.Runs = append(e.Runs, "wsgi-view", "socketio-handler")
			e.Why = append(e.Why, why)
		}
		calls := byLoop[l]
		slices.SortFunc(calls, func(x, y patchCall) int { return x.pos.Compare(y.pos) })
		for _, p := range calls {
			e.Patched = append(e.Patched, p.flags...)
			e.PatchPos = append(e.PatchPos, rules.Evidence{Pos: p.pos, Text: p.text})
		}
		slices.Sort(e.Patched)
		e.Patched = slices.Compact(e.Patched)
		e.BoundEarly = a.early(l)
		out = append(out, e)
	}
	return out
}

// early simulates the imports of each entry point and answers whether a place of
// module-level code runs before the process is patched. A place that some entry
// point reaches only after its patch does not count.
func (a *analysis) early(l rules.Loop) func(string) bool {
	patching := map[*module]bool{}
	for _, m := range a.order {
		for _, e := range m.body.events {
			if a.patchesNow(e, l) {
				patching[m] = true
			}
		}
	}
	if len(patching) == 0 {
		return nil
	}
	imported := map[*module]bool{}
	for _, m := range a.order {
		for _, e := range m.body.events {
			if e.mod != nil && e.mod != m {
				imported[e.mod] = true
			}
		}
	}
	reach := func(root *module) []*module {
		var out []*module
		seen := map[*module]bool{}
		var walk func(*module)
		walk = func(m *module) {
			if m == nil || seen[m] {
				return
			}
			seen[m] = true
			out = append(out, m)
			for _, e := range m.body.events {
				walk(e.mod)
			}
		}
		walk(root)
		return out
	}
	var roots []*module
	covered := map[*module]bool{}
	for _, m := range a.order {
		if imported[m] {
			continue
		}
		for _, x := range reach(m) {
			if patching[x] {
				roots = append(roots, m)
				for _, y := range reach(m) {
					covered[y] = true
				}
				break
			}
		}
	}
	for _, m := range a.order {
		if patching[m] && !covered[m] {
			roots = append(roots, m)
		}
	}
	type span struct {
		from  uint32 // statements from here on run patched
		never bool
	}
	var runs []map[string]span
	for _, root := range roots {
		run := map[string]span{}
		patched := false
		var walk func(m *module)
		walk = func(m *module) {
			if _, ok := run[m.file]; ok {
				return
			}
			if patched {
				run[m.file] = span{}
				return // all that it imports is patched as well
			}
			run[m.file] = span{never: true}
			events := slices.Clone(m.body.events)
			slices.SortStableFunc(events, func(x, y event) int { return cmp.Compare(x.offset, y.offset) })
			for _, e := range events {
				switch {
				case e.mod != nil:
					walk(e.mod)
				case a.patchesNow(e, l):
					patched = true
				}
				if patched {
					run[m.file] = span{from: e.offset}
					break
				}
			}
		}
		walk(root)
		if patched {
			runs = append(runs, run)
		}
	}
	if len(runs) == 0 {
		return nil
	}
	return func(place string) bool {
		file, off := splitPlace(place)
		found := false
		for _, run := range runs {
			s, ok := run[file]
			if !ok {
				continue
			}
			if !s.never && off >= s.from {
				return false
			}
			found = true
		}
		return found
	}
}

func splitPlace(p string) (string, uint32) {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] == ':' {
			n := uint32(0)
			for _, c := range p[i+1:] {
				n = n*10 + uint32(c-'0')
			}
			return p[:i], n
		}
	}
	return p, 0
}

// patchesNow reports whether an event patches for a loop: the call itself, or a
// function that makes it, a few calls deep.
func (a *analysis) patchesNow(e event, l rules.Loop) bool {
	if e.patch != nil {
		return e.patch.patch.Loop == l
	}
	return e.unit != nil && a.patchesIn(e.unit, l, 4)
}

func (a *analysis) patchesIn(u *unit, l rules.Loop, depth int) bool {
	for _, p := range u.patches {
		if p.patch.Loop == l {
			return true
		}
	}
	if depth == 0 {
		return false
	}
	for _, e := range u.edges {
		if v := a.byName[e.Callee]; v != nil && v != u && v.node.Kind() != pyparse.KindModule && a.patchesIn(v, l, depth-1) {
			return true
		}
	}
	return false
}
