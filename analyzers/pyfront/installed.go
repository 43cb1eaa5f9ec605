package pyfront

import (
	"cmp"
	"slices"
	"sort"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
	"github.com/greenlint/greenlint/rules"
)

// What the catalogue describes is taken at its word. Of what is installed beside the
// project besides, the text is read, and calls are followed into it, down to what the
// catalogue knows or to an extension module. Such a module is the project's in all but
// this: what it does by itself, its tasks, loops and patches, is nobody's concern here,
// and a finding lies where the project calls it. And only what it does in any case
// counts: a library has many things under conditions that this project never meets.

// maxInstalled bounds how many modules are read; the rest is unknown, as if it were
// not installed.
const maxInstalled = 2000

// installed loads an installed module; nil where there is none, or where the
// catalogue describes it.
func (a *analysis) installed(name string) *module {
	if a.in.Installed == nil {
		return nil
	}
	file, asked := a.installs[name]
	if !asked {
		if !a.describes(firstPart(name)) {
			file = a.in.Installed(name)
		}
		a.installs[name] = file
	}
	if file == "" || a.modules[file] == nil && (len(a.foreign) >= maxInstalled || a.abroad.depth > 0 && a.tired()) {
		return nil
	}
	a.foreign[file] = true
	a.project.names[file] = name
	return a.load(file)
}

// maxAbroad bounds how many expressions are evaluated on behalf of one package, about half
// a second's worth. Few come near; those that do are programs of their own, such as a
// computer algebra, and what they would do to a loop is no matter of a call or two. All
// packages together get as much as the project itself, and minAbroad at least.
// maxForeignRuns bounds how often one of their functions is run.
const (
	maxAbroad      = 200_000
	minAbroad      = 600_000
	maxForeignRuns = 5
)

func (a *analysis) mostRuns(u *unit) int {
	if u.mod != nil && u.mod.foreign {
		return maxForeignRuns
	}
	return maxRuns
}

// An abroad is how much was seen of installed packages.
type abroad struct {
	spent map[string]int // expressions evaluated, by top-level package
	all   int            // and of all of them
	trip  string         // the package that the project's code has called into, while in it
	since int            // the analysis's steps when it got there
	depth int            // of units of packages, one running inside another
}

// enter notes that a unit begins to run, and reports whether it may: of its package, not
// too much was seen already.
func (a *analysis) enter(u *unit) bool {
	if u.mod == nil || !u.mod.foreign {
		return true
	}
	if a.abroad.depth == 0 {
		a.abroad.trip, a.abroad.since = firstPart(u.mod.name), a.steps
	}
	if a.tired() {
		return false
	}
	a.abroad.depth++
	return true
}

// leave notes its end.
func (a *analysis) leave(u *unit) {
	if u.mod == nil || !u.mod.foreign {
		return
	}
	if a.abroad.depth--; a.abroad.depth == 0 && a.epochs.trial == nil { // edits are many, and small
		a.abroad.spent[a.abroad.trip] += a.steps - a.abroad.since
		a.abroad.all += a.steps - a.abroad.since
	}
}

// tired reports whether enough was seen of the package that the project's code is in, or
// of all packages.
func (a *analysis) tired() bool {
	spent, all := a.abroad.spent[a.abroad.trip], a.abroad.all
	if a.abroad.depth > 0 {
		spent += a.steps - a.abroad.since
		all += a.steps - a.abroad.since
	}
	return spent > maxAbroad || all > max(minAbroad, a.steps-all)
}

// demand evaluates what binds a name of an installed module, and no more of it: most of
// what a package holds is of no concern to those who use it.
func (a *analysis) demand(m *module, name string) {
	if m.asked[name] {
		return
	}
	if t := a.epochs.trial; t != nil {
		t.asked = append(t.asked, wasAsked{m, name, len(m.wanted)})
	}
	m.asked[name] = true
	list := m.binding(name)
	if len(list) == 0 {
		return
	}
	m.wanted = append(slices.Clip(m.wanted), list...)
	if a.depth >= maxDepth {
		a.enqueue(m.body)
		return
	}
	if running := m.body.running; a.enter(m.body) {
		a.execute(&frame{a: a, u: m.body, scope: m.body.scope, env: new(locals), only: list})
		m.body.running = running
	}
}

// binding are the statements at the top of a module that bind a name, or, where none
// does, those that may: imports of everything. What was asked for before is left out.
func (m *module) binding(name string) (out []pyparse.Node) {
	if m.top == nil {
		m.top = slices.Collect(m.tree.Root().AsModule().Body().All())
		m.taken = make([]bool, len(m.top))
	}
	bound := false
	add := func(at uint32) {
		i := sort.Search(len(m.top), func(i int) bool { return m.top[i].Start() > at }) - 1
		if i >= 0 && at < m.top[i].End() {
			bound = true
			if !m.taken[i] {
				m.taken[i] = true
				out = append(out, m.top[i])
			}
		}
	}
	if sym := m.table.Module().Own(name); sym != nil {
		for i := range sym.Bindings {
			if b := &sym.Bindings[i]; b.Scope == sym.Scope {
				add(b.Start)
			}
		}
	}
	if bound {
		return out
	}
	for _, i := range m.table.Imports() {
		if i.Scope == m.table.Module() && slices.ContainsFunc(i.Names, func(n bind.ImportName) bool { return n.Name == "*" }) {
			add(i.Node.Start())
		}
	}
	return out
}

// forget takes back that a name was asked for, when so many statements were wanted.
func (m *module) forget(name string, wanted int) {
	delete(m.asked, name)
	for _, n := range m.wanted[wanted:] {
		i, _ := slices.BinarySearchFunc(m.top, n.Start(), func(n pyparse.Node, at uint32) int { return cmp.Compare(n.Start(), at) })
		m.taken[i] = false
	}
	m.wanted = m.wanted[:wanted]
}

// again runs all statements that are wanted, in order of the text.
func (f *frame) again(m *module) {
	list := slices.SortedFunc(slices.Values(m.wanted), func(x, y pyparse.Node) int { return cmp.Compare(x.Start(), y.Start()) })
	f.some(list)
}

// some runs some statements at the top of a module.
func (f *frame) some(list []pyparse.Node) {
	for _, n := range list {
		if f.env == nil {
			f.env = new(locals) // what raises there is not seen to
		}
		f.stmt(n)
	}
}

// counts reports whether the tasks of a file count, and what it says of processes.
func (a *analysis) counts(file string) bool {
	return !a.foreign[file] && (a.in.Check == nil || a.in.Check(file))
}

// own are the units of the project.
func (a *analysis) own(units []*unit) []*unit {
	if len(a.foreign) == 0 {
		return units
	}
	var out []*unit
	for _, u := range units {
		if u.mod == nil || !u.mod.foreign {
			out = append(out, u)
		}
	}
	return out
}

// dropGuesses takes out of an installed function the calls back into the project of
// which nobody can tell: where several functions were handed to it, which one it calls
// depends on who called it.
func (a *analysis) dropGuesses(u *unit) {
	if u.mod == nil || !u.mod.foreign || u.copy != nil {
		return
	}
	into := map[rules.Pos]rules.Func{} // the project's functions that are called at a place
	guess := map[rules.Pos]bool{}
	for _, e := range u.edges {
		if v := a.byName[e.Callee]; v != nil && v.mod != nil && v.mod.foreign {
			continue
		}
		if f, ok := into[e.Pos]; ok && f != e.Callee {
			guess[e.Pos] = true
		}
		into[e.Pos] = e.Callee
	}
	u.edges = slices.DeleteFunc(u.edges, func(e flow.Edge) bool {
		v := a.byName[e.Callee]
		return guess[e.Pos] && (v == nil || v.mod == nil || !v.mod.foreign)
	})
}
