package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// offered makes contexts of what the project's packages offer by name, where the
// catalogue says that a program calls it on its loop: a factory of Paste is called
// with what a file of settings says, and the application that it makes is served.
func (a *analysis) offered() {
	rows := a.in.Catalog.EntryTables("python")
	for _, e := range a.entryPoints() {
		for _, row := range rows {
			if !slices.Contains(row.Entries, e.Group) {
				continue
			}
			m := a.find(e.Module, e.Why.Pos.File)
			if m == nil || a.in.Check != nil && !a.in.Check(m.file) {
				continue
			}
			a.ensure(m.body)
			if !slices.Contains(a.offers, m) {
				a.offers = append(a.offers, m)
			}
			f := a.outside(m)
			n := m.tree.Root()
			found := one(&value{kind: kModule, mod: m})
			for _, name := range strings.Split(e.Name, ".") {
				found = f.attrOf(found, name, n)
			}
			for range row.Made {
				found = f.apply(found, args{node: n, star: true, kwstar: true}, n)
			}
			f.contextsWhy(found, row.Kind, row.Loop, row.Guard(), n, []rules.Evidence{e.Why})
		}
	}
}

// entryPoints are what the project's packages offer by name.
func (a *analysis) entryPoints() []rules.EntryPoint {
	if a.in.Entries == nil {
		return nil
	}
	return a.in.Entries()
}

// programs runs the commands that the project's packages install, where something of
// it is green: one of them may patch, by a name that the project gives the call.
func (a *analysis) programs() {
	if !a.green() {
		return
	}
	for _, e := range a.entryPoints() {
		if e.Group != "console_scripts" {
			continue
		}
		m := a.find(e.Module, e.Why.Pos.File)
		if m == nil || a.in.Check != nil && !a.in.Check(m.file) {
			continue
		}
		a.ensure(m.body)
		f := a.outside(m)
		for _, v := range f.attrOf(one(&value{kind: kModule, mod: m}), e.Name, m.tree.Root()).vals {
			if v.kind == kFunc {
				a.ensure(v.unit)
			}
		}
	}
}

// green reports whether anything that was seen runs on a green loop, or speaks of a
// call that patches for one.
func (a *analysis) green() bool {
	isGreen := func(l rules.Loop) bool { return l == rules.Gevent || l == rules.Eventlet }
	if slices.ContainsFunc(a.extra, func(c rules.Context) bool { return isGreen(c.Loop) }) {
		return true
	}
	var names [][]byte
	for call := range a.patches {
		names = append(names, []byte(lastPart(call)))
	}
	return slices.ContainsFunc(a.order, func(m *module) bool { return hasWord(m.tree.Source(), names) })
}

// outside is a frame for what some other program does with a module: its unit is none
// of the graph's.
func (a *analysis) outside(m *module) *frame {
	u := &unit{id: len(a.units), mod: m, node: pyparse.Node{}, vars: map[string]*cell{}, ran: true, running: true, runs: maxRuns, name: m.body.name + ".<outside>"}
	return &frame{a: a, u: u, scope: m.table.Module()}
}
