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
			if !e.Served && !slices.Contains(a.offers, m) {
				a.offers = append(a.offers, m)
			}
			f := a.outside(m)
			n := m.tree.Root()
			found := one(&value{kind: kModule, mod: m})
			for _, name := range strings.Split(e.Name, ".") {
				found = f.attrOf(found, name, n)
			}
			made := row.Made
			if e.Factory {
				made++
			}
			for range made {
				found = f.apply(found, args{node: n, star: true, kwstar: true}, n)
			}
			f.contextsWhy(found, row.Kind, row.Loop, row.Guard(), n, []rules.Evidence{e.Why})
		}
	}
	a.listedInSettings()
}

// listedInSettings makes contexts of what a framework makes of the names that a module of
// settings lists: Django calls each of MIDDLEWARE with what handles the request after it.
func (a *analysis) listedInSettings() {
	for _, row := range a.in.Catalog.ListTables("python") {
		for i := 0; i < len(a.order); i++ { // grows while modules are imported
			m := a.order[i]
			if m.body == nil || !a.counts(m.file) {
				continue
			}
			for _, name := range row.Settings {
				if c := m.body.vars[name]; c != nil {
					a.listedIn(m, name, c, row)
				}
			}
		}
	}
}

func (a *analysis) listedIn(m *module, setting string, c *cell, row *rules.ContextRow) {
	f := a.outside(m)
	n := m.tree.Root()
	for _, list := range c.read(f.u).vals {
		if list.kind != kContainer {
			continue
		}
		for _, dotted := range texts(list.item.read(f.u)) {
			if !a.has(dotted) {
				continue
			}
			i := strings.LastIndexByte(dotted, '.')
			found := f.attrOf(f.module(dotted[:i], n), dotted[i+1:], n)
			for range row.Made {
				found = f.apply(found, args{node: n, star: true, kwstar: true}, n)
			}
			why := rules.Evidence{Pos: rules.Pos{File: m.file, Line: 1, Column: 1}, Text: setting + " lists " + dotted}
			f.contextsWhy(found, row.Kind, row.Loop, row.Guard(), n, []rules.Evidence{why})
			for _, v := range found.vals {
				if v.kind == kInstance {
					f.methodContexts(v.class, row, why)
				}
			}
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
