package pyfront

import (
	"cmp"
	"maps"
	"path"
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
}

func (a *analysis) greenEnvs(l rules.Loop, r *Result) []rules.Env {
	by := map[*module]*evidenceOf{}
	at := func(m *module) *evidenceOf {
		if by[m] == nil {
			by[m] = &evidenceOf{}
		}
		return by[m]
	}
	for _, u := range a.units {
		if u.mod == nil || a.in.Check != nil && !a.in.Check(u.mod.file) {
			continue
		}
		for _, p := range u.patches {
			if p.patch.Loop == l {
				at(u.mod).patches = append(at(u.mod).patches, p)
			}
		}
		for _, s := range u.served {
			if s.loop == l {
				at(u.mod).served = append(at(u.mod).served, s)
			}
		}
	}
	patched := slices.ContainsFunc(slices.Collect(maps.Values(by)), func(e *evidenceOf) bool { return len(e.patches) > 0 })
	var out []rules.Env
	covered := map[string]bool{}
	for _, root := range a.roots() {
		if a.in.Check != nil && !a.in.Check(root.file) {
			continue
		}
		files := map[string]bool{}
		var ev evidenceOf
		for _, m := range closure(root) {
			files[m.file] = true
			if e := by[m]; e != nil {
				ev.patches = append(ev.patches, e.patches...)
				ev.served = append(ev.served, e.served...)
			}
		}
		if slices.ContainsFunc(ev.served, func(s served) bool { return s.loaded }) {
			for _, m := range a.offers {
				for _, x := range closure(m) {
					files[x.file] = true
				}
			}
		}
		if len(ev.patches)+len(ev.served) == 0 {
			if !patched || !root.starts() {
				continue // see below
			}
			if files = a.spawnedBy(root, l, r.Contexts); len(files) == 0 {
				continue
			}
		}
		if len(ev.patches) == 0 && patched && !root.starts() {
			continue // nothing says that it is a process of its own; see below
		}
		e := a.greenEnv(l, r, ev)
		e.Name = "in code: " + root.file
		e.Holds = func(file string) bool { return files[file] }
		e.BoundEarly = a.early(l, []*module{root})
		for f := range files {
			covered[f] = true
		}
		out = append(out, e)
	}
	// What no entry point loads is loaded by a framework, into some process of the project.
	spawns := slices.ContainsFunc(r.Contexts, func(c rules.Context) bool { return c.Loop == l && !covered[c.Pos.File] })
	if spawns || len(out) > 0 {
		var all evidenceOf
		for _, u := range a.units {
			if e := by[u.mod]; e != nil && u.node.Valid() && u.node.Kind() == pyparse.KindModule {
				all.patches = append(all.patches, e.patches...)
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

// spawnedBy are the files of the green tasks that a program spawns, by the calls
// which lead from what it does as the main one. What it merely imports, and what it
// does when it is imported itself, may belong to another program, one that patches.
func (a *analysis) spawnedBy(root *module, l rules.Loop, contexts []rules.Context) map[string]bool {
	tasks := map[rules.Pos][]string{} // by the place that spawns
	for _, c := range contexts {
		if c.Loop == l {
			for _, w := range c.Why {
				tasks[w.Pos] = append(tasks[w.Pos], c.Pos.File)
			}
		}
	}
	from, to := root.asMain()
	files := map[string]bool{}
	seen := map[*unit]bool{root.body: true}
	for todo := []*unit{root.body}; len(todo) > 0; {
		u := todo[0]
		todo = todo[1:]
		for _, e := range u.edges {
			if at := uint32(e.Pos.Offset); u == root.body && (at < from || at >= to) {
				continue
			}
			for _, f := range tasks[e.Pos] {
				files[f] = true
			}
			if v := a.byName[e.Callee]; v != nil && !seen[v] {
				seen[v] = true
				todo = append(todo, v)
			}
		}
	}
	return files
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

// roots are the modules that no other module imports, in order of their files.
func (a *analysis) roots() []*module {
	imported := map[*module]bool{}
	for _, m := range a.order {
		for x := range m.imports {
			if x != m {
				imported[x] = true
			}
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

// starts reports whether a module is a program: it asks whether it is the main one.
func (m *module) starts() bool {
	from, to := m.asMain()
	return from < to
}

// asMain is the part of a module that runs when it is the main one, and only then.
func (m *module) asMain() (from, to uint32) {
	top := m.tree.Root()
	if path.Base(m.file) == "__main__.py" {
		return top.Start(), max(top.End(), top.Start()+1)
	}
	for n := range top.AsModule().Body().All() {
		if n.Kind() == pyparse.KindIf {
			if t := n.AsIf().Test().Text(); strings.Contains(t, "__name__") && strings.Contains(t, "__main__") {
				return n.Start(), n.End()
			}
		}
	}
	return 0, 0
}

// closure is a module and all that it imports, directly or not.
func closure(root *module) []*module {
	seen := map[*module]bool{root: true}
	out := []*module{root}
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
