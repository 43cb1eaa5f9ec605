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
			if m == nil || !a.counts(m.file) {
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

// outside is a frame for what some other program does with a module: its unit is none
// of the graph's.
func (a *analysis) outside(m *module) *frame {
	u := &unit{id: len(a.units), mod: m, node: pyparse.Node{}, vars: map[string]*cell{}, ran: true, running: true, runs: maxRuns, name: m.body.name + ".<outside>"}
	return &frame{a: a, u: u, scope: m.table.Module()}
}
