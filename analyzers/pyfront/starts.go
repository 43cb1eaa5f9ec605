package pyfront

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A start is what a process may start with: a module, and what of it runs only when
// it is started rather than imported.
type start struct {
	mod      *module
	from, to uint32  // of its text, what runs when it is the main module; empty = nothing
	calls    []*unit // the functions that whoever starts it calls
}

// meant reports whether the module is written to be started.
func (s *start) meant() bool { return s.from < s.to || len(s.calls) > 0 }

// evidence is what says that the module is meant to be started.
func (s *start) evidence() rules.Evidence {
	at := s.from
	if s.from == s.to && len(s.calls) > 0 {
		at = s.calls[0].node.Start()
	}
	line, _, _ := strings.Cut(string(s.mod.tree.Source()[at:]), "\n")
	return rules.Evidence{Pos: s.mod.pos(at), Text: strings.TrimSpace(line)}
}

// starts are the modules that no other module imports, and those that packages
// offer as commands, in order of their files.
func (a *analysis) starts() []start {
	mods := a.roots()
	commands := map[*module][]*unit{}
	for _, e := range a.entryPoints() {
		if !e.Command {
			continue
		}
		if m := a.find(e.Module, e.Why.Pos.File); m != nil {
			if !slices.Contains(mods, m) {
				mods = append(mods, m)
			}
			commands[m] = append(commands[m], m.function(e.Name)...)
		}
	}
	slices.SortFunc(mods, func(x, y *module) int { return strings.Compare(x.file, y.file) })
	var out []start
	for _, m := range mods {
		if !a.counts(m.file) {
			continue
		}
		s := start{mod: m, calls: commands[m]}
		s.from, s.to = m.asMain()
		if len(s.calls) == 0 && a.imported != nil && !a.imported(m.file) {
			s.calls = m.function("main") // a script that is no module calls it, for who else would?
		}
		out = append(out, s)
	}
	return out
}

// hasMain reports whether a module is written to be started, by its text alone.
func (m *module) hasMain() bool {
	from, to := m.asMain()
	return from < to || m.function("main") != nil
}

// surrounds reports whether a file is the __init__.py of a package around another.
func surrounds(init, file string) bool {
	dir, base := path.Split(init)
	return base == "__init__.py" && init != file && strings.HasPrefix(file, dir)
}

// function is the function of a name at the top of a module.
func (m *module) function(name string) []*unit {
	for _, u := range m.functions {
		if u.short == name && u.outer == m.body && u.class == nil && u.copy == nil {
			return []*unit{u}
		}
	}
	return nil
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

// isMainOnly reports whether a place in a module runs only when it is the main one.
func (m *module) isMainOnly(off uint32) bool {
	from, to := m.asMain()
	return from <= off && off < to
}

// confined are the edges of a unit. Those into a program that no text imports are
// there only where it is loaded: what it hands to a function that others call too
// runs in its own process.
func (a *analysis) confined(u *unit) []flow.Edge {
	out := u.edges
	if a.imported == nil {
		return out
	}
	for i, e := range u.edges {
		v := a.byName[e.Callee]
		if v == nil || v.mod == nil || v.mod == u.mod || a.imported(v.mod.file) || !plainPath.MatchString(v.mod.file) || v.mod.function("main") == nil {
			continue
		}
		if &out[0] == &u.edges[0] {
			out = slices.Clone(u.edges)
		}
		out[i].Guard = e.Guard.And(rules.Guard{When: "loads(" + v.mod.file + ")"})
	}
	return out
}

// plainPath is a path that a condition can name.
var plainPath = regexp.MustCompile(`^[\w./-]+$`)

// A deed is a call that a program makes.
type deed struct {
	by   *unit
	edge flow.Edge
}

// A run is what a program does when it is started: the calls that lead on from there,
// to any depth. What it merely imports, and what it does when it is imported itself,
// may belong to another program, one that patches.
type run struct {
	a     *analysis
	units []*unit // that run
	seen  map[*unit]bool
	into  map[rules.Func][]deed // the calls of a function
	moved []deed                // the calls that hand a function on to the loop or to a thread
	later []deed                // such calls, of functions that nothing has named yet
}

func (a *analysis) runOf(s *start) *run {
	r := &run{a: a, seen: map[*unit]bool{}, into: map[rules.Func][]deed{}}
	r.visit(s.mod.body)
	for _, u := range s.calls {
		r.visit(u)
	}
	for next := 0; next < len(r.units); {
		for ; next < len(r.units); next++ {
			for _, e := range r.units[next].edges {
				if at := uint32(e.Pos.Offset); r.units[next] == s.mod.body && (at < s.from || at >= s.to) {
					continue
				}
				if d := (deed{r.units[next], e}); e.Kind == flow.Call {
					r.into[e.Callee] = append(r.into[e.Callee], d)
					r.visit(a.byName[e.Callee])
				} else {
					r.later = append(r.later, d)
				}
			}
		}
		later := r.later
		r.later = nil
		for _, d := range later {
			if u := a.byName[d.edge.Callee]; u == nil || u.node.Kind() != pyparse.KindLambda && !r.names(d, u.short, 2) {
				r.later = append(r.later, d)
				continue
			}
			r.moved = append(r.moved, d)
			r.visit(a.byName[d.edge.Callee])
		}
	}
	return r
}

func (r *run) visit(u *unit) {
	if u != nil && !r.seen[u] {
		r.seen[u] = true
		r.units = append(r.units, u)
	}
}

// names reports whether a call, or one that leads to it, names a function: where a
// function hands on what it is given, for all who call it, only who names the other
// does it.
func (r *run) names(d deed, name string, depth int) bool {
	src := d.by.mod.tree.Source()
	if from, to := d.edge.Pos.Offset, d.edge.End.Offset; from < to && to <= len(src) && hasName(string(src[from:to]), name) {
		return true
	}
	return depth > 0 && slices.ContainsFunc(r.into[d.by.name], func(o deed) bool { return r.names(o, name, depth-1) })
}

// serves is what the program serves on a loop.
func (r *run) serves(l rules.Loop) (out []served) {
	for _, u := range r.units {
		for _, s := range u.served {
			if s.loop == l {
				out = append(out, s)
			}
		}
	}
	return out
}

// tasks are the contexts that the program makes by spawning on a loop.
func (r *run) tasks(l rules.Loop, contexts []rules.Context) (out []rules.Context) {
	spawned := map[rules.Func]bool{}
	for _, d := range r.moved {
		if d.edge.Kind == flow.Spawn && d.edge.Guard == (rules.Guard{}) {
			spawned[d.edge.Callee] = true
		}
	}
	for _, c := range contexts {
		if c.Loop == l && spawned[c.Func] {
			out = append(out, c)
		}
	}
	return out
}

// hasName reports whether a name is among the words of a text.
func hasName(text, name string) bool {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if w == name {
			return true
		}
	}
	return false
}
