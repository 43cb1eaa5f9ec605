package env

import (
	"bytes"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/analyzers/words"
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

// A hit is a setting with what it is set to.
type hit struct {
	setting  *rules.Setting
	name     string
	values   []string // that it may have, as far as they are known
	complete bool     // there are no others
	truth    string   // "True" or "False", for a constant of that kind
	pos, end rules.Pos
	text     string
	inFile   bool // a plain assignment in a file of settings
	byHand   bool // the code before it patches by hand
	mod      *module
	value    pyparse.Node
	loop     rules.Loop
}

func (h *hit) one() (string, bool) {
	if len(h.values) == 1 && h.complete {
		return h.values[0], true
	}
	return "", false
}

func (h *hit) evidence() rules.Evidence { return rules.Evidence{Pos: h.pos, Text: h.text} }

// choice is the pool that the setting selects: the first green one that it may be.
func (h *hit) choice() *choice {
	c := &choice{setting: h, pos: h.pos, end: h.end, text: h.name, loop: h.loop, unknown: len(h.values) == 0}
	for _, v := range h.values {
		c.value = v
		if h.loop != "" {
			break
		}
	}
	return c
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

// nameSettings notes the files of settings that command lines name, whatever they are
// called.
func (p *project) nameSettings(cmds []Command) {
	for _, c := range cmds {
		l, words := p.r.launchOf(c)
		if l == nil || len(l.Config) == 0 || c.config || len(l.Programs) == 0 {
			continue
		}
		for _, cfg := range p.r.options(l, append(p.fromOutside(l, c), words...)).configs {
			if f := p.fileOf(cfg, c); strings.HasSuffix(f, ".py") {
				p.named[f] = l.Programs[0]
			}
		}
	}
}

// readPython looks through the Python files for settings and for launches.
func (p *project) readPython() (cmds []Command) {
	for _, n := range p.r.names {
		if strings.HasSuffix(n, ".py") {
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

// settingWords are the last parts of all names by which settings are known.
func (p *project) settingWords() (out []string) {
	for _, s := range p.settings {
		for _, w := range slices.Concat(s.Names, s.Attributes, s.Needs) {
			_, last, _ := cutLast(w)
			out = append(out, last)
		}
	}
	return out
}

// named reports whether the last part of some name was found.
func named(found words.Found, lists ...[]string) bool {
	for _, list := range lists {
		for _, w := range list {
			if _, last, _ := cutLast(w); found.Any([]string{last}) {
				return true
			}
		}
	}
	return false
}

// settingHits finds where a setting is set in a module.
func (p *project) settingHits(m *module, s *rules.Setting) {
	inFile := len(s.Files) == 0 || partMatches(s.Files, m.f.name) || p.named[m.f.name] == s.Program
	add := func(name string, value pyparse.Node, start, end uint32, plain bool) {
		h := hit{setting: s, name: name, mod: m, value: value, inFile: plain && inFile, pos: m.f.pos(int(start)), end: m.f.pos(int(end)), text: oneLine(string(m.f.src[start:end]))}
		h.values, h.complete = p.values(m, value, 0)
		if k := value.AsConstant().ConstKind(); k == pyparse.ConstTrue || k == pyparse.ConstFalse {
			h.truth = value.Text()
		}
		h.byHand = p.patchedBefore(m, int(start))
		p.hits = append(p.hits, h)
	}
	if m.tree.OriginalOffset(uint32(len(m.tree.Source()))) != uint32(len(m.f.src)) {
		return // transcoded: the offsets would be wrong
	}
	target := func(t, value pyparse.Node, top bool) {
		switch t.Kind() {
		case pyparse.KindName:
			if top && inFile && has(s.Names, t.AsName().Id()) {
				add(t.AsName().Id(), value, t.Start(), value.End(), true)
			}
		case pyparse.KindAttribute:
			if d := tail(t); endsIn(d, s.Attributes) {
				add(t.AsAttribute().Attr(), value, t.Start(), value.End(), false)
			}
		case pyparse.KindSubscript:
			if k := t.AsSubscript().Slice().AsConstant(); has(s.Names, k.StringValue()) {
				add(k.StringValue(), value, t.Start(), value.End(), false)
			}
		}
	}
	m.walk(m.tree.Root(), true, func(n pyparse.Node, top bool) {
		switch n.Kind() {
		case pyparse.KindAssign:
			for t := range n.AsAssign().Targets().All() {
				target(t, n.AsAssign().Value(), top)
			}
		case pyparse.KindAnnAssign:
			if a := n.AsAnnAssign(); a.Value().Valid() {
				target(a.Target(), a.Value(), top)
			}
		case pyparse.KindCall:
			if !endsIn(tail(n.AsCall().Func()), s.Calls) {
				return
			}
			for k := range n.AsCall().Keywords().All() {
				if kw := k.AsKeyword(); has(s.Names, kw.Arg()) {
					add(kw.Arg(), kw.Value(), kw.ArgStart(), k.End(), false)
				}
			}
		case pyparse.KindDict:
			d := n.AsDict()
			for i := range d.Keys().Len() {
				if k := d.Keys().At(i).AsConstant(); k.Valid() && has(s.Names, k.StringValue()) {
					add(k.StringValue(), d.Values().At(i), k.Start(), d.Values().At(i).End(), false)
				}
			}
		}
	})
}

// partMatches reports whether a part of a path matches one of the patterns.
func partMatches(patterns []string, name string) bool {
	for _, part := range strings.Split(strings.TrimSuffix(name, ".py"), "/") {
		for _, pat := range patterns {
			if match(pat, part) {
				return true
			}
		}
	}
	return false
}

// values is what an expression may be, and whether that is all it may be.
func (p *project) values(m *module, n pyparse.Node, depth int) (out []string, complete bool) {
	if depth > 6 || !n.Valid() {
		return nil, false
	}
	union := func(nodes ...pyparse.Node) ([]string, bool) {
		var all []string
		ok := true
		for _, x := range nodes {
			v, c := p.values(m, x, depth+1)
			ok = ok && c
			for _, s := range v {
				if !has(all, s) {
					all = append(all, s)
				}
			}
		}
		return all, ok
	}
	switch n.Kind() {
	case pyparse.KindConstant:
		switch n.AsConstant().ConstKind() {
		case pyparse.ConstStr:
			return []string{n.AsConstant().StringValue()}, true
		case pyparse.ConstNone, pyparse.ConstTrue, pyparse.ConstFalse:
			return nil, true
		}
	case pyparse.KindName:
		if nodes := m.consts[n.AsName().Id()]; len(nodes) > 0 && len(nodes) <= maxAlts {
			return union(nodes...)
		}
	case pyparse.KindIfExp:
		return union(n.AsIfExp().Body(), n.AsIfExp().Orelse())
	case pyparse.KindBoolOp:
		var nodes []pyparse.Node
		for v := range n.AsBoolOp().Values().All() {
			nodes = append(nodes, v)
		}
		return union(nodes...)
	case pyparse.KindSubscript:
		if strings.HasSuffix(tail(n.AsSubscript().Value()), "environ") {
			return p.variable(n.AsSubscript().Slice().AsConstant().StringValue())
		}
	case pyparse.KindCall:
		c := n.AsCall()
		if c.Args().Len() == 0 { // "gevent".strip()
			return p.values(m, c.Func().AsAttribute().Value(), depth+1)
		}
		// environ.get("POOL", "gevent"), env("POOL", default="gevent")
		name := c.Args().At(0).AsConstant()
		if name.ConstKind() != pyparse.ConstStr {
			if c.Args().Len() == 1 { // str(x)
				return p.values(m, c.Args().At(0), depth+1)
			}
			return nil, false
		}
		if v, ok := p.variable(name.StringValue()); ok {
			return v, true
		}
		for k := range c.Keywords().All() {
			if k.AsKeyword().Arg() == "default" {
				return p.values(m, k.AsKeyword().Value(), depth+1)
			}
		}
		if c.Args().Len() > 1 {
			return p.values(m, c.Args().At(1), depth+1)
		}
	}
	return nil, false
}

// variable is the value of an environment variable that the project's own files set.
func (p *project) variable(name string) ([]string, bool) {
	v, ok := p.r.project[name]
	if !ok || len(v.alts) != 1 {
		return nil, false
	}
	t, ok := v.alts[0].text()
	if !ok {
		return nil, false
	}
	return []string{t}, true
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

// codeLaunches finds the programs that a module starts, and the workers that it
// runs in its own process.
func (p *project) codeLaunches(m *module) (out []Command) {
	if m.tree.OriginalOffset(uint32(len(m.tree.Source()))) != uint32(len(m.f.src)) {
		return nil
	}
	m.walk(m.tree.Root(), true, func(n pyparse.Node, _ bool) {
		if n.Kind() != pyparse.KindCall {
			return
		}
		c := n.AsCall()
		_, name, _ := cutLast(tail(c.Func()))
		at := place{m.f, int(n.Start()), int(n.End())}
		args := make([]pyparse.Node, 0, 4)
		for a := range c.Args().All() {
			args = append(args, a)
		}
		for k := range c.Keywords().All() {
			if kw := k.AsKeyword(); kw.Arg() == "args" || kw.Arg() == "argv" {
				args = append(args, kw.Value())
			}
		}
		if p.methods[name] {
			for _, a := range args {
				words, ok := p.wordList(m, a, int(n.Start()))
				if !ok {
					continue
				}
				cmd := Command{Argv: words, Pos: m.f.pos(at.start), Text: oneLine(n.Text()), method: name, file: m.f.name,
					pos: [2]int{at.start, at.end}, list: true, ownPatch: p.patchedBefore(m, at.start)}
				if l, _ := p.r.launchOf(cmd); l != nil {
					out = append(out, cmd)
				}
			}
		}
		switch starters[name] {
		case "list":
			for _, a := range args {
				if words, ok := p.wordList(m, a, int(n.Start())); ok {
					out = append(out, p.known(p.r.quiet().exec(words, "", scope{}, at))...)
				} else {
					out = append(out, p.shellLine(m, a)...)
				}
			}
		case "words":
			var words []Word
			for _, a := range args {
				words = append(words, p.word(m, a))
			}
			if len(words) > 0 {
				out = append(out, p.known(p.r.quiet().exec(words, "", scope{}, at))...)
			}
		case "line":
			for _, a := range args {
				out = append(out, p.shellLine(m, a)...)
			}
		}
	})
	return out
}

// known keeps the commands that the catalogue knows.
func (p *project) known(cmds []Command) (out []Command) {
	for _, c := range cmds {
		if l, _ := p.r.launchOf(c); l != nil {
			out = append(out, c)
		}
	}
	return out
}

// shellLine reads a constant that names a program of the catalogue as a line of
// shell. What is no shell is no fault.
func (p *project) shellLine(m *module, n pyparse.Node) []Command {
	s, ok := m.line(n)
	if !ok || !p.r.worth([]byte(s.s)) {
		return nil
	}
	cmds, _ := p.r.quiet().script(s, "", scope{})
	return p.known(cmds)
}

// line is the text of a string constant, at its place.
func (m *module) line(n pyparse.Node) (span, bool) {
	if n.AsConstant().ConstKind() != pyparse.ConstStr {
		return span{}, false
	}
	v, raw, start := n.AsConstant().StringValue(), n.Text(), int(n.Start())
	if i := strings.Index(raw, v); i >= 0 && v != "" {
		return m.f.span(start+i, start+i+len(v)), true
	}
	b := builder{f: m.f}
	for i := range len(v) {
		b.byte(v[i], start)
	}
	return b.span(start), true
}

// wordList reads a list of words, or the name that was last given one.
func (p *project) wordList(m *module, n pyparse.Node, before int) ([]Word, bool) {
	if id := n.AsName().Id(); id != "" {
		var found pyparse.Node
		for _, v := range m.consts[id] {
			if int(v.Start()) < before && (v.Kind() == pyparse.KindList || v.Kind() == pyparse.KindTuple || v.Kind() == pyparse.KindBinOp) {
				found = v
			}
		}
		n = found
	}
	var elts pyparse.NodeList
	switch n.Kind() {
	case pyparse.KindCall: // "celery -A shop worker".split()
		c := n.AsCall()
		if _, name, _ := cutLast(tail(c.Func())); name != "split" || c.Args().Len() > 0 {
			return nil, false
		}
		s, ok := m.line(c.Func().AsAttribute().Value())
		return split([]piece{{span: s}}), ok && strings.TrimSpace(s.s) != ""
	case pyparse.KindList:
		elts = n.AsList().Elts()
	case pyparse.KindTuple:
		elts = n.AsTuple().Elts()
	case pyparse.KindBinOp: // ["celery"] + more
		b := n.AsBinOp()
		if b.Op() != pyparse.OpAdd {
			return nil, false
		}
		left, ok := p.wordList(m, b.Left(), before)
		if !ok {
			return nil, false
		}
		right, ok := p.wordList(m, b.Right(), before)
		if !ok {
			right = []Word{p.word(m, b.Right())}
		}
		return append(left, right...), true
	default:
		return nil, false
	}
	var out []Word
	for e := range elts.All() {
		out = append(out, p.word(m, e))
	}
	return out, len(out) > 0
}

// word is one element of a list of words.
func (p *project) word(m *module, n pyparse.Node) Word {
	switch n.Kind() {
	case pyparse.KindConstant:
		if s, ok := m.line(n); ok {
			return literal(s)
		}
	case pyparse.KindJoinedStr:
		var pieces []piece
		for v := range n.AsJoinedStr().Values().All() {
			if s, ok := m.line(v); ok {
				pieces = append(pieces, piece{span: s, quoted: true})
				continue
			}
			pieces = append(pieces, piece{span: m.f.span(int(v.Start()), int(v.Start())), unknown: true, quoted: true, name: "a value"})
		}
		return newWord(pieces)
	case pyparse.KindAttribute:
		if strings.HasSuffix(m.resolve(dotted(n)), "sys.executable") {
			return Word{Text: "python", Pos: m.f.pos(int(n.Start())), End: m.f.pos(int(n.End()))}
		}
	}
	if v, ok := p.values(m, n, 0); ok && len(v) == 1 {
		return newWord([]piece{{span: fixed(m.f, v[0], int(n.Start()), int(n.End())), quoted: true}})
	}
	at := m.f.span(int(n.Start()), int(n.Start()))
	return newWord([]piece{{span: at, unknown: true, quoted: true, name: oneLine(n.Text())}})
}

// fixed is text that stands for the bytes from start to end.
func fixed(f *file, text string, start, end int) span {
	b := builder{f: f}
	for i := range len(text) {
		b.byte(text[i], start)
	}
	return b.span(end)
}

// settingsFile is what the settings say that a process reads: for a launch with
// files of settings, those of its file; in source order, so that the last counts.
func (p *project) settingsFile(l *rules.Launch, o options, c Command) (out []hit, name string) {
	if len(l.Config) == 0 {
		return nil, ""
	}
	for _, cfg := range o.configs {
		name = p.fileOf(cfg, c)
	}
	if name == "" && len(o.configs) == 0 {
		for d := path.Dir(c.file); name == ""; d = path.Dir(d) {
			for _, base := range l.ConfigFile {
				if f := path.Join(d, base); p.r.set[f] {
					name = f
				}
			}
			if d == "." || d == "/" {
				break
			}
		}
	}
	if name == "" {
		return nil, ""
	}
	p.used[name] = true
	for _, h := range p.hits {
		if h.pos.File == name && has(l.Programs, h.setting.Program) {
			h.loop = p.hitLoop(l, &h)
			out = append(out, h)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].pos.Offset < out[j].pos.Offset })
	return out, name
}

// hitLoop is the first loop that a setting may select.
func (p *project) hitLoop(l *rules.Launch, h *hit) rules.Loop {
	for _, v := range h.values {
		if loop := p.loop(l, v, h.pos.File); loop != "" {
			return loop
		}
	}
	return ""
}
