package pyfront

import (
	"path"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
	"github.com/greenlint/greenlint/rules"
)

// A module is one source file of the project.
type module struct {
	name    string // dotted
	file    string // as in the list of files
	isPkg   bool
	foreign bool            // installed beside the project
	asked   map[string]bool // foreign: the names that were asked for
	wanted  []pyparse.Node  // and the statements that bind them, in the order in which they were asked for
	top     []pyparse.Node  // all statements at its top, once one was asked for
	taken   []bool          // which of them are wanted
	tree    *pyparse.Tree
	table   *bind.Table
	body    *unit
	units   map[*bind.Scope]*unit // of the scopes that have one
	stars   []set                 // modules that are star-imported

	imports   map[*module]bool // anywhere in the file
	epochs    *epochs          // of the analysis
	functions []*unit          // in order of the text, as far as seen
}

// pos is the place of an offset in the module.
func (m *module) pos(off uint32) rules.Pos {
	line, col := m.tree.Position(off)
	return rules.Pos{File: m.file, Line: line, Column: col, Offset: int(off)}
}

// load parses and binds a file, once; nil when it can't be used.
func (a *analysis) load(file string) *module {
	if m, ok := a.modules[file]; ok {
		return m
	}
	a.modules[file] = nil
	p := a.parse(file)
	if p.err != nil && a.foreign[file] {
		return nil
	}
	if p.err != nil {
		a.skip(file, rules.Pos{File: file}, "cannot be read: "+p.err.Error())
		return nil
	}
	m := &module{name: a.project.names[file], file: file, foreign: a.foreign[file], isPkg: isPackage(file), tree: p.tree, table: p.table, units: map[*bind.Scope]*unit{}, imports: map[*module]bool{}, epochs: &a.epochs}
	a.modules[file] = m
	if m.foreign {
		m.asked = map[string]bool{}
	} else {
		a.note(file, m.tree)
		a.order = append(a.order, m)
	}
	m.body = a.newUnit(m, m.tree.Root(), m.table.Module(), nil, nil, "<module>")
	m.body.name = rules.Func(m.name)
	m.body.ran = m.foreign // as far as it is asked for; see [analysis.demand]
	return m
}

// note records what is wrong with a file.
func (a *analysis) note(file string, t *pyparse.Tree) {
	if len(t.Errors) == 0 {
		return
	}
	e := t.Errors[0]
	line, col := t.Position(e.Offset)
	pos := rules.Pos{File: file, Line: line, Column: col, Offset: int(e.Offset)}
	if t.Python2 {
		a.skip(file, pos, "Python 2 syntax: what it has in common with Python 3 is analysed")
		return
	}
	a.skip(file, pos, "syntax error: "+e.Msg+"; the rest of the file is analysed")
}

// find loads the module with a dotted name, as imported from a file; nil when
// neither the project nor what is installed has one.
func (a *analysis) find(name, from string) *module {
	if a.foreign[from] {
		if m := a.installed(name); m != nil {
			return m
		}
	}
	if f, ok := a.project.find(name, from); ok {
		return a.load(f)
	}
	if f, ok := a.project.beside(name, from); ok && !a.describes(firstPart(name)) {
		return a.load(f)
	}
	return a.installed(name)
}

// describes reports whether the catalogue knows a top-level package: such a name
// is the library's, even where a file of the project is called the same.
func (a *analysis) describes(top string) bool {
	known, ok := a.described[top]
	if !ok {
		known = a.cat.Describes(top)
		a.described[top] = known
	}
	return known
}

// moduleValue is what an imported dotted name denotes.
func (a *analysis) moduleValue(name, from string) (*value, bool) {
	if m := a.find(name, from); m != nil {
		return &value{kind: kModule, mod: m}, true
	}
	if a.project.hasPackage(name) {
		return &value{kind: kModule, name: name, mod: a.namespace(name, from)}, true
	}
	return &value{kind: kSymbol, name: name}, false
}

// relative is the module of a relative import by the folders alone: a package
// without __init__.py does not know its own name.
func (a *analysis) relative(from string, level int, name string) (*value, bool) {
	if level == 0 {
		return nil, false
	}
	dir := path.Dir(from)
	for range level - 1 {
		dir = path.Dir(dir)
	}
	at := path.Join(dir, strings.ReplaceAll(name, ".", "/"))
	for _, f := range []string{at + ".py", path.Join(at, "__init__.py")} {
		if a.project.files[f] && f != from {
			if m := a.load(f); m != nil {
				return &value{kind: kModule, mod: m}, true
			}
		}
	}
	if full := plainName(at + ".py"); a.project.hasPackage(full) {
		return &value{kind: kModule, name: full, mod: a.namespace(full, from)}, true
	}
	return nil, false
}

// namespace is a package without a file of its own.
func (a *analysis) namespace(name, from string) *module {
	key := "namespace " + name
	if m := a.modules[key]; m != nil {
		return m
	}
	m := &module{name: name, file: from, epochs: &a.epochs}
	m.body = &unit{mod: m, vars: map[string]*cell{}, ran: true, name: rules.Func(name)}
	a.modules[key] = m
	return m
}

// attr is what a name of a module denotes, for a unit that reads it.
func (a *analysis) moduleAttr(m *module, name string, u *unit) set {
	if m.foreign {
		a.demand(m, name)
	} else {
		a.ensure(m.body)
	}
	var out set
	if c := m.body.vars[name]; c != nil {
		out = c.read(u)
		if !out.empty() {
			return out
		}
	}
	if v, ok := a.submodule(m, name); ok {
		return one(v)
	}
	for _, s := range m.stars {
		for _, v := range s.vals {
			switch v.kind {
			case kModule:
				if v.mod != m && !a.starring[v.mod] && v.mod.exports(name) {
					a.starring[m] = true
					out = join(out, a.moduleAttr(v.mod, name, u))
					delete(a.starring, m)
				}
			case kSymbol:
				if e := a.cat.Symbol(v.name + "." + name); e.Known {
					out = join(out, one(&value{kind: kSymbol, name: v.name + "." + name}))
				}
			}
		}
	}
	if out.empty() {
		if u != nil { // it may be bound later, by a unit that has not run yet
			m.body.variable(name).read(u)
		}
		if !m.isPkg || m.tree == nil {
			return unknownSet
		}
	}
	if out.empty() {
		return unknownSet
	}
	return out
}

// exports reports whether a star import of the module takes a name along.
func (m *module) exports(name string) bool {
	if m.table == nil {
		return true
	}
	if names, all := m.table.Exports(); all {
		return slices.Contains(names, name)
	}
	return !strings.HasPrefix(name, "_")
}

// submodule is pkg.name as a module.
func (a *analysis) submodule(m *module, name string) (*value, bool) {
	if !m.isPkg && m.tree != nil {
		return nil, false
	}
	full := m.name + "." + name
	if m.foreign {
		if sub := a.installed(full); sub != nil {
			return &value{kind: kModule, mod: sub}, true
		}
		return nil, false
	}
	if f, ok := a.project.find(full, m.file); ok {
		if sub := a.load(f); sub != nil {
			return &value{kind: kModule, mod: sub}, true
		}
	}
	if a.project.hasPackage(full) {
		return &value{kind: kModule, name: full, mod: a.namespace(full, m.file)}, true
	}
	return nil, false
}

// absolute resolves the module of an import statement.
func (m *module) absolute(level int, name string) string {
	if level == 0 {
		return name
	}
	parts := strings.Split(m.name, ".")
	if !m.isPkg {
		level++
	}
	up := level - 1
	if up >= len(parts) {
		if m.isPkg && up == len(parts) || up > len(parts) {
			return name
		}
		return name
	}
	base := strings.Join(parts[:len(parts)-up], ".")
	if name == "" {
		return base
	}
	return base + "." + name
}
