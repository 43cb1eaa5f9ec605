package env

import (
	"bytes"
	"path"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A module is a Python file, read as far as its settings and launches need it:
// names are resolved through the file's own imports only.
type module struct {
	f       *file
	tree    *pyparse.Tree
	imports map[string]string         // local name → what it means: "monkey" → "gevent.monkey"
	consts  map[string][]pyparse.Node // what a name is assigned, in source order
	classes map[string]pyparse.ClassDef
	patches []patchCall
	loads   []load // imports that run when the module is imported, in order
}

// A patchCall is a call that patches, or may.
type patchCall struct {
	offset, end int
	top         bool   // at the top of the module, not within a function
	plain       bool   // and under no condition
	call        string // of the catalogue; empty for the project's own wrapper of that name
	flags       []string
	args        keywords
}

// A load is one module that an import statement asks for.
type load struct {
	offset, end int
	module      string // "opentelemetry.sdk"; for "from shop import x" there is "shop" and "shop.x"
	plain       bool   // under no condition
}

// parse reads a Python file; nil where that is not possible.
func (p *project) parse(name string) *module {
	if m, ok := p.modules[name]; ok {
		return m
	}
	p.modules[name] = nil
	f := p.r.load(name, maxPython)
	if f == nil {
		return nil
	}
	m := &module{f: f, tree: pyparse.Parse(f.src, pyparse.Options{}), imports: map[string]string{}, consts: map[string][]pyparse.Node{}, classes: map[string]pyparse.ClassDef{}}
	p.modules[name] = m
	var calls []patchCall
	var names []string
	m.walk(m.tree.Root(), true, func(n pyparse.Node, top bool) {
		switch n.Kind() {
		case pyparse.KindImport:
			for a := range n.AsImport().Names().All() {
				al := a.AsAlias()
				if top {
					m.loads = append(m.loads, load{int(n.Start()), int(n.End()), al.Name(), true})
				}
				if as := al.Asname(); as != "" {
					m.imports[as] = al.Name()
				} else {
					root, _, _ := strings.Cut(al.Name(), ".")
					m.imports[root] = root
				}
			}
		case pyparse.KindImportFrom:
			im := n.AsImportFrom()
			from := p.absolute(name, im.Module(), im.Level())
			if top {
				m.loads = append(m.loads, load{int(n.Start()), int(n.End()), from, true})
			}
			for a := range im.Names().All() {
				al := a.AsAlias()
				as := al.Asname()
				if as == "" {
					as = al.Name()
				}
				m.imports[as] = strings.TrimPrefix(from+"."+al.Name(), ".")
				if top && al.Name() != "*" {
					m.loads = append(m.loads, load{int(n.Start()), int(n.End()), strings.TrimPrefix(from+"."+al.Name(), "."), true})
				}
			}
		case pyparse.KindAssign:
			for t := range n.AsAssign().Targets().All() {
				if id := t.AsName().Id(); id != "" {
					m.consts[id] = append(m.consts[id], n.AsAssign().Value())
				}
			}
		case pyparse.KindAnnAssign:
			if id := n.AsAnnAssign().Target().AsName().Id(); id != "" && n.AsAnnAssign().Value().Valid() {
				m.consts[id] = append(m.consts[id], n.AsAnnAssign().Value())
			}
		case pyparse.KindClassDef:
			m.classes[n.AsClassDef().Name()] = n.AsClassDef()
		case pyparse.KindCall:
			if d := dotted(n.AsCall().Func()); d != "" {
				calls, names = append(calls, patchCall{offset: int(n.Start()), end: int(n.End()), top: top, args: keywords{n.AsCall()}}), append(names, d)
			}
		}
	})
	for i, d := range names {
		if full := m.resolve(d); p.isPatch(full) {
			c := calls[i]
			if row := p.cat.Patch(full); row != nil {
				c.call, c.flags = full, row.Effective(c.args)
			}
			m.patches = append(m.patches, c)
		}
	}
	m.conditions()
	return m
}

// conditions notes which imports and patches run under a condition, and drops
// those that only a type checker sees.
func (m *module) conditions() {
	type span struct {
		from, to int
		never    bool
	}
	var under []span
	add := func(list pyparse.NodeList, never bool) {
		if list.Len() > 0 {
			under = append(under, span{int(list.At(0).Start()), int(list.At(list.Len() - 1).End()), never})
		}
	}
	pyparse.Walk(m.tree.Root(), func(n pyparse.Node) bool {
		switch n.Kind() {
		case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda:
			return false
		case pyparse.KindIf:
			_, test, _ := cutLast(dotted(n.AsIf().Test()))
			add(n.AsIf().Body(), test == "TYPE_CHECKING")
			add(n.AsIf().Orelse(), false)
		case pyparse.KindTry, pyparse.KindWhile, pyparse.KindFor, pyparse.KindMatch:
			under = append(under, span{int(n.Start()), int(n.End()), false})
		}
		return !n.Kind().IsExpr()
	})
	in := func(off int) (plain, never bool) {
		plain = true
		for _, s := range under {
			if s.from <= off && off < s.to {
				plain, never = false, never || s.never
			}
		}
		return plain, never
	}
	kept := m.loads[:0]
	for _, l := range m.loads {
		plain, never := in(l.offset)
		if l.plain = plain; !never {
			kept = append(kept, l)
		}
	}
	m.loads = kept
	for i := range m.patches {
		plain, _ := in(m.patches[i].offset)
		m.patches[i].plain = m.patches[i].top && plain
	}
}

// keywords are the arguments of a call, as a patch looks at them: by name only.
type keywords struct{ call pyparse.Call }

// Arg implements [rules.Args].
func (k keywords) Arg(_ int, names []string) rules.Arg {
	for n := range k.call.Keywords().All() {
		kw := n.AsKeyword()
		if !has(names, kw.Arg()) {
			continue
		}
		switch kw.Value().AsConstant().ConstKind() {
		case pyparse.ConstTrue:
			return rules.Arg{Given: true, Known: true, Value: true, Size: -1}
		case pyparse.ConstFalse:
			return rules.Arg{Given: true, Known: true, Value: false, Size: -1}
		}
		return rules.Arg{Given: true, Size: -1}
	}
	return rules.Arg{Size: -1}
}

// walk calls fn with every node; top says that it runs when the module is imported.
func (m *module) walk(n pyparse.Node, top bool, fn func(n pyparse.Node, top bool)) {
	var bodies []uint32 // ends of the functions that we are in
	pyparse.Walk(n, func(n pyparse.Node) bool {
		for len(bodies) > 0 && n.Start() >= bodies[len(bodies)-1] {
			bodies = bodies[:len(bodies)-1]
		}
		fn(n, top && len(bodies) == 0)
		switch n.Kind() {
		case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda:
			bodies = append(bodies, n.End())
		}
		return true
	})
}

// absolute is the module that a relative import in a file means.
func (p *project) absolute(file, mod string, level int) string {
	if level == 0 {
		return mod
	}
	dir := path.Dir(file)
	for ; level > 1; level-- {
		dir = path.Dir(dir)
	}
	if dir == "." || dir == "/" {
		return mod
	}
	return strings.TrimSuffix(strings.ReplaceAll(dir, "/", ".")+"."+mod, ".")
}

// resolve replaces the first part of a dotted name by what the file imports.
func (m *module) resolve(d string) string {
	first, rest, more := strings.Cut(d, ".")
	if to, ok := m.imports[first]; ok {
		first = to
	}
	if more {
		return first + "." + rest
	}
	return first
}

// isPatch reports whether a name is a call that patches: one of the catalogue, or
// the project's own wrapper of the same name.
func (p *project) isPatch(name string) bool {
	if p.patchCalls[name] {
		return true
	}
	mod, last, ok := cutLast(name)
	if !ok || !p.patchNames[last] {
		return false
	}
	root, _, _ := strings.Cut(mod, ".")
	return p.r.module(mod, "") != "" || p.r.module(root, "") != ""
}

// patchedBefore reports whether the code that runs before a place patches by hand:
// the lines above it, or a package around it.
func (p *project) patchedBefore(m *module, offset int) bool {
	for _, c := range m.patches {
		if c.offset < offset {
			return true
		}
	}
	return p.packagePatches(m.f.name)
}

// packagePatches reports whether a package around a file patches when imported.
func (p *project) packagePatches(name string) bool {
	for d := path.Dir(name); ; d = path.Dir(d) {
		if init := path.Join(d, "__init__.py"); p.r.set[init] && init != name && p.importPatches(init) {
			return true
		}
		if d == "." || d == "/" {
			return false
		}
	}
}

// importPatches reports whether importing a file patches.
func (p *project) importPatches(name string) bool {
	f := p.r.load(name, maxPython)
	if f == nil || !bytes.Contains(f.src, []byte("patch")) {
		return false
	}
	m := p.parse(name)
	if m == nil {
		return false
	}
	for _, c := range m.patches {
		if c.top {
			return true
		}
	}
	return false
}

// dotted is the name of a plain chain of attributes.
func dotted(n pyparse.Node) string {
	switch n.Kind() {
	case pyparse.KindName:
		return n.AsName().Id()
	case pyparse.KindAttribute:
		if base := dotted(n.AsAttribute().Value()); base != "" {
			return base + "." + n.AsAttribute().Attr()
		}
	}
	return ""
}

// tail is the end of what a call calls, even where its start is no plain name:
// "conf.update" of "get_app().conf.update".
func tail(n pyparse.Node) string {
	switch n.Kind() {
	case pyparse.KindName:
		return n.AsName().Id()
	case pyparse.KindAttribute:
		return strings.TrimPrefix(tail(n.AsAttribute().Value())+"."+n.AsAttribute().Attr(), ".")
	}
	return ""
}

func endsIn(name string, list []string) bool {
	for _, x := range list {
		if name == x || strings.HasSuffix(name, "."+x) {
			return true
		}
	}
	return false
}

// base is the class of another module that a class of the project extends, by its
// qualified name, or the class itself under the name of the module that defines it.
func (p *project) base(mod, class, from string) string {
	name := p.r.module(mod, from)
	if name == "" {
		return ""
	}
	m := p.parse(name)
	if m == nil {
		return ""
	}
	c, ok := m.classes[class]
	if !ok {
		if to, ok := m.imports[class]; ok && to != mod+"."+class {
			return to
		}
		return ""
	}
	for b := range c.Bases().All() {
		if d := dotted(b); d != "" {
			if _, local := m.classes[d]; local && d != class {
				return mod + "." + d
			}
			return m.resolve(d)
		}
	}
	return ""
}

// readPython looks through the Python files for settings and for launches.
func (p *project) readPython() (cmds []Command) {
	for _, n := range p.r.names {
		if strings.HasSuffix(n, ".py") || p.r.isScript(n) {
			cmds = append(cmds, p.pythonFile(n)...)
		}
	}
	return cmds
}

func (p *project) pythonFile(name string) (cmds []Command) {
	defer p.r.recover(name)
	src, err := p.r.src.Read(name) // most files are of no interest, and are not kept
	if err != nil {
		p.r.skip(rules.Pos{File: name}, "cannot be read: "+err.Error())
		return nil
	}
	if len(src) > maxPython {
		return nil
	}
	found := p.python.All(src)
	var settings []*rules.Setting
	for _, s := range p.settings {
		if (s.Role == "send" || named(found, s.Names, s.Attributes)) && (len(s.Needs) == 0 || p.named[name] == s.Program || named(found, s.Needs) || named(p.python.All([]byte(name)), s.Needs)) {
			settings = append(settings, s)
		}
	}
	launches := found.Any(p.codeWords) && p.r.worth(src)
	if len(settings) == 0 && !launches {
		return nil
	}
	m := p.parse(name)
	if m == nil {
		return nil
	}
	for _, s := range settings {
		if s.Role == "send" {
			p.sendHits(m, s)
		} else {
			p.settingHits(m, s)
		}
	}
	if launches {
		cmds = p.codeLaunches(m)
	}
	return cmds
}

// starters are the calls of the standard library, and of those that took its
// names, which start a program: with a list of words, with words, with a line.
var starters = map[string]string{
	"run": "list", "Popen": "list", "call": "list", "check_call": "list", "check_output": "list",
	"execv": "list", "execvp": "list", "execve": "list", "execvpe": "list", "spawnv": "list", "spawnvp": "list", "posix_spawn": "list", "posix_spawnp": "list",
	"create_subprocess_exec": "words", "execl": "words", "execlp": "words",
	"system": "line", "popen": "line", "create_subprocess_shell": "line", "getoutput": "line", "getstatusoutput": "line", "sudo": "line", "local": "line",
	"split": "line", "run_process": "line",
}
