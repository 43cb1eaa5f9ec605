package pyfront

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

func posOf(file string) rules.Pos { return rules.Pos{File: file} }

// envs are the processes that the code itself declares: entry points that patch
// by hand or start a green server, one for each; what else spawns green tasks;
// and asyncio, which every process can run.
func (a *analysis) envs(r *Result) []rules.Env {
	out := []rules.Env{{Name: "asyncio", Loop: rules.Asyncio}}
	for _, l := range []rules.Loop{rules.Gevent, rules.Eventlet} {
		out = append(out, a.greenEnvs(l, r)...)
	}
	return out
}

// green kinds are the contexts that are on a green loop wherever they are.
var greenKinds = []string{"greenlet", "server-handler", "wsgi-app", "hub-callback"}

// evidenceOf is what the modules of a process say of a loop.
type evidenceOf struct {
	patches []patchCall
	served  []served
	either  []served // where it patches
}

func (e *evidenceOf) add(x *evidenceOf) {
	if x != nil {
		e.patches = append(e.patches, x.patches...)
		e.served = append(e.served, x.served...)
		e.either = append(e.either, x.either...)
	}
}

// A portion is a module, or what of it runs only when it is the main one.
type portion struct {
	mod    *module
	asMain bool
}

// evidence is what the modules say of a loop.
func (a *analysis) evidence(l rules.Loop) map[portion]*evidenceOf {
	by := map[portion]*evidenceOf{}
	at := func(m *module, pos rules.Pos) *evidenceOf {
		p := portion{m, m.isMainOnly(uint32(pos.Offset))}
		if by[p] == nil {
			by[p] = &evidenceOf{}
		}
		return by[p]
	}
	for _, u := range a.units {
		if u.mod == nil || !a.counts(u.mod.file) {
			continue
		}
		for _, p := range u.patches {
			if p.patch.Loop == l {
				e := at(u.mod, p.pos)
				e.patches = append(e.patches, p)
			}
		}
		for _, s := range u.served {
			e := at(u.mod, s.why.Pos)
			switch s.loop {
			case l:
				e.served = append(e.served, s)
			case "":
				e.either = append(e.either, s)
			}
		}
	}
	return by
}

// A started is a start with the modules that it loads, and what they say of a loop.
type started struct {
	start
	mods    map[*module]bool
	ev      evidenceOf
	patches bool // also where it is not started but imported
}

// started are one for each start, in order of their files.
func (a *analysis) started(by map[portion]*evidenceOf) []*started {
	var out []*started
	loaded := map[*module]bool{}
	add := func(s start) {
		p := &started{start: s, mods: map[*module]bool{}}
		for _, m := range closure(append(a.packages(s.mod), s.mod)...) {
			p.mods[m], loaded[m] = true, true
			p.ev.add(by[portion{m, false}])
		}
		p.patches = len(p.ev.patches) > 0
		p.ev.add(by[portion{s.mod, true}])
		out = append(out, p)
	}
	for _, s := range a.starts() {
		add(s)
	}
	for _, m := range slices.SortedFunc(slices.Values(a.order), func(x, y *module) int { return strings.Compare(x.file, y.file) }) {
		if e := by[portion{m, false}]; e != nil && len(e.patches) > 0 && !loaded[m] { // one in a circle of imports is imported by others
			add(start{mod: m})
		}
	}
	slices.SortStableFunc(out, func(x, y *started) int { return strings.Compare(x.mod.file, y.mod.file) })
	all := slices.Clone(out)
	return slices.DeleteFunc(out, func(p *started) bool { return p.tries(all) })
}

// tries reports whether the main part of a module only tries out what another program
// uses: that one loads the module, and patches by itself.
func (p *started) tries(all []*started) bool {
	return len(p.calls) == 0 && !p.patches && len(p.ev.patches) > 0 &&
		slices.ContainsFunc(all, func(q *started) bool { return q != p && q.patches && q.mods[p.mod] })
}

func (a *analysis) greenEnvs(l rules.Loop, r *Result) []rules.Env {
	by := a.evidence(l)
	patched := slices.ContainsFunc(slices.Collect(maps.Values(by)), func(e *evidenceOf) bool { return len(e.patches) > 0 })
	var out []rules.Env
	covered := map[string]bool{}
	programs := a.started(by)
	own := map[string]bool{} // what only those load that are seen to: a program, and what a package offers to servers
	for _, p := range programs {
		own[p.mod.file] = p.meant()
	}
	for _, m := range a.offers {
		own[m.file] = true
	}
	for _, p := range programs {
		s, ev := p.start, p.ev
		files := map[string]bool{}
		for m := range p.mods {
			files[m.file] = true
		}
		covers := files
		var tasks map[rules.Func]bool
		switch {
		case len(ev.patches) > 0:
			ev.served = append(ev.served, ev.either...)
		case !patched && len(ev.served) > 0:
		case !patched || !s.meant():
			continue // nothing says that it is a process of its own; see below
		default:
			run := a.runOf(&s)
			if ev.served = run.serves(l); len(ev.served) > 0 {
				break
			}
			tasks, covers = map[rules.Func]bool{}, map[string]bool{}
			for _, c := range run.tasks(l, r.Contexts) {
				tasks[c.Func], covers[c.Pos.File], files[c.Pos.File] = true, true, true
			}
			if len(tasks) == 0 {
				continue
			}
		}
		anything := func(x served) bool { return x.loaded }
		if slices.ContainsFunc(ev.served, anything) && (!s.meant() || slices.ContainsFunc(a.runOf(&s).serves(l), anything)) {
			for _, m := range a.offers {
				for _, x := range closure(m) {
					files[x.file] = true
				}
			}
		}
		e := a.greenEnv(l, r, ev)
		e.Name, e.Implied = "in code: "+s.mod.file, !s.meant()
		if patched && len(ev.patches) == 0 {
			e.Start = s.evidence()
		}
		e.Holds = func(file string) bool { return files[file] }
		e.Loads = func(file string) bool { return files[file] || !own[file] }
		if tasks != nil {
			e.Only = func(c *rules.Context) bool { return tasks[c.Func] }
		}
		e.BoundEarly = a.early(l, []*module{s.mod})
		for f := range covers {
			covered[f] = true
		}
		out = append(out, e)
	}
	// What no entry point loads is loaded by a framework, into some process of the project.
	spawns := slices.ContainsFunc(r.Contexts, func(c rules.Context) bool { return c.Loop == l && !covered[c.Pos.File] })
	if spawns || len(out) > 0 {
		var all evidenceOf
		for _, u := range a.units {
			if u.node.Valid() && u.node.Kind() == pyparse.KindModule {
				for _, asMain := range []bool{false, true} {
					if e := by[portion{u.mod, asMain}]; e != nil {
						all.patches = append(all.patches, e.patches...)
					}
				}
			}
		}
		e := a.greenEnv(l, r, all)
		e.Name = "in code"
		e.Holds = func(file string) bool { return !covered[file] }
		e.BoundEarly = a.early(l, a.roots())
		out = append(out, e)
	}
	return out
}

// greenEnv is a process with the evidence at hand.
func (a *analysis) greenEnv(l rules.Loop, r *Result, ev evidenceOf) rules.Env {
	e := rules.Env{Loop: l, Runs: slices.Clone(greenKinds), Called: r.Called}
	slices.SortFunc(ev.patches, func(x, y patchCall) int { return x.pos.Compare(y.pos) })
	slices.SortFunc(ev.served, func(x, y served) int { return x.why.Pos.Compare(y.why.Pos) })
	for _, p := range ev.patches {
		e.Patched = append(e.Patched, p.flags...)
		e.PatchPos = append(e.PatchPos, rules.Evidence{Pos: p.pos, Text: p.text})
	}
	slices.Sort(e.Patched)
	e.Patched = slices.Compact(e.Patched)
	if len(ev.served) > 0 {
		e.Runs = append(e.Runs, "wsgi-view", "socketio-handler")
	}
	for _, s := range ev.served {
		if !slices.Contains(e.Why, s.why) {
			e.Why = append(e.Why, s.why)
		}
	}
	return e
}

// roots are the modules that no other module imports, in order of their files. That a
// program's own package imports it says nothing: whoever starts it imports that first.
func (a *analysis) roots() []*module {
	imported := map[*module]bool{}
	for _, m := range a.order {
		for x := range m.imports {
			if x != m && !(surrounds(m.file, x.file) && x.hasMain()) {
				imported[x] = true
			}
		}
		for _, p := range a.packages(m) {
			imported[p] = true
		}
	}
	var out []*module
	for _, m := range a.order {
		if !imported[m] {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(x, y *module) int { return strings.Compare(x.file, y.file) })
	return out
}

// closure is some modules and all that they import, directly or not.
func closure(roots ...*module) []*module {
	seen := map[*module]bool{}
	for _, m := range roots {
		seen[m] = true
	}
	out := slices.Clone(roots)
	for i := 0; i < len(out); i++ {
		for x := range out[i].imports {
			if !seen[x] {
				seen[x] = true
				out = append(out, x)
			}
		}
	}
	slices.SortFunc(out, func(x, y *module) int { return strings.Compare(x.file, y.file) })
	return out
}

// packages are those around a module, the outermost first: they are imported before
// it. Those that have not been read are left out.
func (a *analysis) packages(m *module) (out []*module) {
	for i, c := range m.name {
		if c != '.' {
			continue
		}
		if f, ok := a.project.find(m.name[:i], m.file); ok {
			if p := a.modules[f]; p != nil && p != m && p.isPkg {
				out = append(out, p)
			}
		}
	}
	return out
}

// early simulates the imports of entry points and answers whether a place of
// module-level code runs before the process is patched. A place that some entry
// point reaches only after its patch does not count.
func (a *analysis) early(l rules.Loop, roots []*module) func(string) bool {
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
				case m != root && m.isMainOnly(e.offset):
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
