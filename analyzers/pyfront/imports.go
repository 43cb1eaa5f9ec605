package pyfront

import (
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

func (f *frame) importStmt(s pyparse.Import) {
	for n := range s.Names().All() {
		al := n.AsAlias()
		name := al.Name()
		v, ok := f.a.moduleValue(name, f.u.mod.file)
		if ok {
			f.imports(v, n)
		} else {
			f.foreignImport(name, n)
		}
		if al.Asname() != "" {
			f.assignImport(al.Asname(), one(v), n)
			continue
		}
		top := firstPart(name)
		tv, tok := f.a.moduleValue(top, f.u.mod.file)
		if tok {
			f.imports(tv, n)
			if !ok && top != name { // a library below a namespace that the project shares
				tv = &value{kind: kSymbol, name: top}
			}
		}
		f.assignImport(top, one(tv), n)
	}
}

// assignImport binds a name to what was imported; a module as a whole can't be
// bound too early, its members are looked up when they are used.
func (f *frame) assignImport(name string, s set, n pyparse.Node) {
	f.assign(name, s, n.Start())
}

// imports notes that a module of the project is loaded here.
func (f *frame) imports(v *value, n pyparse.Node) {
	if v.mod == nil || v.mod.tree == nil {
		return
	}
	if v.mod.foreign { // it runs when something of it is asked for
		f.foreignImport(v.mod.name, n)
		return
	}
	f.a.ensure(v.mod.body)
	if f.onlyTypes > 0 {
		return // for type checkers: it never runs
	}
	for i, c := range v.mod.name { // its packages are loaded first
		if c != '.' || strings.HasPrefix(f.u.mod.name+".", v.mod.name[:i+1]) {
			continue
		}
		if p := f.a.find(v.mod.name[:i], v.mod.file); p != nil && p.isPkg && p != v.mod {
			f.imports(&value{kind: kModule, mod: p}, n)
		}
	}
	f.u.mod.imports[v.mod] = true
	if f.moduleLevel() {
		f.u.events = append(f.u.events, event{offset: n.Start(), mod: v.mod})
	}
}

func (f *frame) importFrom(s pyparse.ImportFrom) {
	base := f.u.mod.absolute(s.Level(), s.Module())
	v, ok := f.a.moduleValue(base, f.u.mod.file)
	if w, found := f.a.relative(f.u.mod.file, s.Level(), s.Module()); !ok && found {
		v, ok = w, true
	}
	if ok {
		f.imports(v, s.Node)
	} else {
		f.foreignImport(base, s.Node)
	}
	for n := range s.Names().All() {
		al := n.AsAlias()
		if al.Name() == "*" {
			f.u.mod.stars = appendStar(f.u.mod.stars, one(v))
			continue
		}
		as := al.Asname()
		if as == "" {
			as = al.Name()
		}
		var out set
		switch {
		case ok:
			out = f.a.moduleAttr(v.mod, al.Name(), f.u)
			for _, w := range out.vals {
				if w.kind == kModule {
					f.imports(w, n)
				}
			}
		case base == "__future__":
			continue
		default:
			out = f.libraryAttr(base, al.Name(), n)
			if f.a.harmsEarly(base + "." + al.Name()) { // a module below it
				f.importEvent(base+"."+al.Name(), n)
			}
		}
		f.assignImport(as, out, n)
	}
}

func appendStar(list []set, s set) []set {
	for _, x := range list {
		if x.vals[0].is(s.vals[0]) {
			return list
		}
	}
	return append(list, s)
}

func firstPart(s string) string {
	for i := range len(s) {
		if s[i] == '.' {
			return s[:i]
		}
	}
	return s
}

// foreignImport notes that a library is imported; some patch when they are.
func (f *frame) foreignImport(name string, n pyparse.Node) {
	f.a.called["import "+name] = true
	f.importEvent(name, n)
	for _, p := range []string{name, firstPart(name)} {
		if patch := f.a.patches["import "+p]; patch != nil {
			f.patchCall(patch, args{node: n}, n)
			return
		}
	}
}

func (f *frame) importEvent(name string, n pyparse.Node) {
	if f.moduleLevel() && f.onlyTypes == 0 {
		f.u.events = append(f.u.events, event{offset: n.Start(), lib: name})
	}
}
