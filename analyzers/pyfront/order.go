package pyfront

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A library that takes the standard library's TLS classes while it is imported
// keeps them when the patch comes later. Which libraries do is the catalogue's
// knowledge; here the imports of every entry point are followed in order, and
// what was imported before its patch is told at the patch.

// An earlyImport is a library that an entry point imports before it patches.
type earlyImport struct {
	row  *rules.Setting
	name string
	path []rules.Frame // the import statements that lead there, the entry point's first
}

// harmsEarly reports whether a library's module does harm when it is imported before the
// patch.
func (a *analysis) harmsEarly(name string) bool {
	if a.harmful == nil {
		a.harmful = map[string]bool{}
		for _, s := range a.in.Catalog.SettingTables("python") {
			if s.Role == "import" {
				for _, n := range s.Names {
					a.harmful[n] = true
				}
			}
		}
	}
	return a.harmful[name]
}

// lateOrders are the findings about imports that come before the patch (GL601).
func (a *analysis) lateOrders() []rules.Finding {
	o := orders{a: a, rows: map[string]*rules.Setting{}, closes: map[*module]bool{}, near: a.nearPatches(4), named: a.commands()}
	o.starts = func(m *module) bool { return o.named[m.file] || startsProcess(m) }
	for _, s := range a.in.Catalog.SettingTables("python") {
		if s.Role == "import" {
			o.harm = append(o.harm, s)
		}
	}
	best := map[rules.Pos]late{}
	keep := func(l late) {
		if old, ok := best[l.site]; !ok || len(l.early.path) < len(old.early.path) {
			best[l.site] = l
		}
	}
	inTime := map[*module]bool{} // modules of processes that patch while their entry point is imported
	for _, root := range a.entries(o.starts) {
		found, patched := o.walk(root)
		if patched {
			for _, m := range closure(root) {
				inTime[m] = true
			}
		}
		if found != nil {
			keep(*found)
		}
	}
	for _, l := range o.inFunctions(inTime) {
		keep(l)
	}
	var out []rules.Finding
	for _, l := range best {
		out = append(out, l.finding())
	}
	slices.SortFunc(out, func(x, y rules.Finding) int { return x.Pos.Compare(y.Pos) })
	return out
}

// entries are the modules that a process may start with: those that no other
// imports, and those that are written to be run.
func (a *analysis) entries(starts func(*module) bool) []*module {
	out := a.roots()
	for _, m := range a.order {
		if starts(m) && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	out = slices.DeleteFunc(out, func(m *module) bool { return !a.counts(m.file) })
	slices.SortFunc(out, func(x, y *module) int { return strings.Compare(x.file, y.file) })
	return out
}

// startsProcess reports whether a module is written to be run: it asks whether it
// is the main one, or holds what a WSGI server asks for.
func startsProcess(m *module) bool {
	if m.tree == nil {
		return false
	}
	if c := m.body.vars["application"]; c != nil && !c.set.empty() {
		return true
	}
	for n := range m.tree.Root().AsModule().Body().All() {
		if i := n.AsIf(); i.Valid() && i.Test().Kind() == pyparse.KindCompare {
			if l := i.Test().AsCompare().Left(); l.Kind() == pyparse.KindName && l.AsName().Id() == "__name__" {
				return true
			}
		}
	}
	return false
}

// A late patch is one that comes after an import that it should have preceded.
type late struct {
	patch     patchCall
	site, end rules.Pos // the call that patches, in the module that imports too early
	text      string
	early     earlyImport
}

func (l *late) finding() rules.Finding {
	chain := slices.Clone(l.early.path)
	chain = append(chain, rules.Frame{Func: rules.Func(l.early.name)})
	first := chain[0].Pos
	through := ""
	if len(l.early.path) > 1 {
		through = fmt.Sprintf(" through %d modules", len(l.early.path)-1)
	}
	return rules.Finding{
		Rule: "GL601", Severity: rules.Warning, Language: "python", Pos: l.site, End: l.end, Symbol: l.early.name, Loop: l.patch.patch.Loop, Chain: chain,
		Message: fmt.Sprintf("%s comes after the import of %s in %s:%d%s", l.text, l.early.name, first.File, first.Line, through),
		Why:     l.early.row.Why, Remedy: "patch in the first lines of the file that the process starts with, before every other import", Source: l.early.row.Source,
	}
}

type orders struct {
	a      *analysis
	harm   []*rules.Setting
	rows   map[string]*rules.Setting
	closes map[*module]bool   // modules whose imports, all of them, do harm when early
	near   map[*unit]bool     // functions that patch, themselves or a few calls deep
	starts func(*module) bool // reports whether a module is written to start a process
	named  map[string]bool    // files that are loaded by their names to start one
}

// nearPatches are the units from which a patch call is at most so many calls away.
func (a *analysis) nearPatches(depth int) map[*unit]bool {
	out := map[*unit]bool{}
	var last []*unit
	for _, u := range a.units {
		if len(u.patches) > 0 {
			out[u] = true
			last = append(last, u)
		}
	}
	for range depth {
		var next []*unit
		for _, u := range last {
			for c := range u.callers.all {
				if !out[c] {
					out[c] = true
					next = append(next, c)
				}
			}
		}
		last = next
	}
	return out
}

// row is the catalogue's word on importing a library early.
func (o *orders) row(lib string) *rules.Setting {
	if s, ok := o.rows[lib]; ok {
		return s
	}
	var found *rules.Setting
	for _, s := range o.harm {
		for _, n := range s.Names {
			if lib == n || strings.HasPrefix(lib, n+".") {
				found = s
			}
		}
		if found != nil {
			break
		}
	}
	o.rows[lib] = found
	return found
}

// walk imports an entry point as Python does, up to its first patch, and reports
// whether there is one. found is the first import that should have come later.
func (o *orders) walk(root *module) (found *late, patched bool) {
	seen := map[*module]bool{}
	perhaps := false // some module that is imported patches under a condition
	var early *earlyImport
	var path []rules.Frame
	var visit func(m *module) *late
	outer := o.a.packages(root)
	around := func() (l *late) { // the packages around the entry point, the first time that one is asked for
		for len(outer) > 0 && l == nil && !patched {
			p := outer[0]
			outer = outer[1:]
			l = visit(p)
		}
		return l
	}
	visit = func(m *module) *late {
		if seen[m] {
			return nil
		}
		seen[m] = true
		for _, e := range o.events(m) {
			at := rules.Frame{Func: m.body.name, Pos: m.pos(e.offset)}
			switch {
			case e.mod != nil:
				path = append(path, at)
				l := around()
				if l == nil && !patched {
					l = visit(e.mod)
				}
				path = path[:len(path)-1]
				if l != nil || patched {
					return l
				}
			case e.lib != "":
				if row := o.row(e.lib); row != nil && early == nil {
					early = &earlyImport{row, e.lib, append(slices.Clone(path), at)}
				}
			case m != root && (e.patch != nil || e.unit != nil) && conditional(m, e.offset):
				if e.patch != nil || o.near[e.unit] {
					perhaps = true
				}
			case e.patch != nil:
				patched = true
				if m != root && !o.starts(root) {
					return nil // loaded by others, who may well have patched
				}
				return o.late(*e.patch, []patchFrame{{m, e.patch.pos, e.patch.end, e.patch.text}}, early)
			case e.unit != nil:
				if steps, p := o.patchWithin(e.unit, 4); p != nil {
					patched = true
					if m != root && !o.starts(root) {
						return nil
					}
					steps = append([]patchFrame{{m, m.pos(e.offset), m.pos(e.end), m.line(e.offset, e.end)}}, steps...)
					return o.late(*p, steps, early)
				}
			}
		}
		return nil
	}
	if o.named[root.file] || !startsProcess(root) { // it is loaded by its name, and the packages around it first
		found = around()
	}
	if found == nil && !patched {
		found = visit(root)
	}
	return found, patched || perhaps
}

// conditional reports whether a statement at the top of a module runs only where
// some condition holds.
func conditional(m *module, off uint32) bool {
	for n := range m.tree.Root().AsModule().Body().All() {
		if n.Start() <= off && off < n.End() {
			return n.Kind() == pyparse.KindIf
		}
	}
	return false
}

// patchFrame is a step on the way from an entry point's code to a patch call.
type patchFrame struct {
	mod      *module
	pos, end rules.Pos
	text     string
}

// late is a patch after an early import; nil where there is none, or where the
// patch does not touch TLS.
func (o *orders) late(p patchCall, steps []patchFrame, early *earlyImport) *late {
	if early == nil || !slices.Contains(p.flags, "ssl") || !o.a.speaksTLS() {
		return nil
	}
	s := steps[0]
	for _, x := range steps[1:] { // a wrapper that imports nothing itself is no place to change
		if o.harmfulImports(x.mod) {
			s = x
		}
	}
	return &late{patch: p, site: s.pos, end: s.end, text: s.text, early: *early}
}

// speaksTLS reports whether any module that was read mentions TLS: without it,
// what was imported early does no harm.
func (a *analysis) speaksTLS() bool {
	return slices.ContainsFunc(a.order, func(m *module) bool {
		src := m.tree.Source()
		return bytes.Contains(src, []byte("https")) || bytes.Contains(src, []byte("ssl")) || bytes.Contains(src, []byte("tls"))
	})
}

// harmfulImports reports whether a module imports, itself or through others,
// what must not be imported early.
func (o *orders) harmfulImports(m *module) bool {
	if v, ok := o.closes[m]; ok {
		return v
	}
	found := false
	for _, x := range closure(m) {
		for _, e := range x.body.events {
			if e.lib != "" && o.row(e.lib) != nil {
				found = true
			}
		}
	}
	o.closes[m] = found
	return found
}

// events are what a module's body does, in order of the text.
func (o *orders) events(m *module) []event {
	out := slices.Clone(m.body.events)
	slices.SortStableFunc(out, func(x, y event) int { return cmp.Compare(x.offset, y.offset) })
	return out
}

// patchWithin finds the patch that a function makes, itself or a few calls deep.
func (o *orders) patchWithin(u *unit, depth int) ([]patchFrame, *patchCall) {
	if len(u.patches) > 0 {
		p := u.patches[0]
		return []patchFrame{{u.mod, p.pos, p.end, p.text}}, &p
	}
	if depth == 0 || !o.near[u] {
		return nil, nil
	}
	for _, e := range u.edges {
		v := o.a.byName[e.Callee]
		if e.Kind != flow.Call || v == nil || v == u || !v.node.Valid() || v.node.Kind() == pyparse.KindModule {
			continue
		}
		if steps, p := o.patchWithin(v, depth-1); p != nil {
			at := patchFrame{u.mod, e.Pos, e.End, u.mod.line(uint32(e.Pos.Offset), uint32(e.End.Offset))}
			return append([]patchFrame{at}, steps...), p
		}
	}
	return nil, nil
}

// inFunctions finds patches that are made by a function, when all that its module
// imports at its top has been imported. A process that has patched before, while
// it was imported, is no case.
func (o *orders) inFunctions(inTime map[*module]bool) []late {
	var out []late
	for _, u := range o.a.units {
		m := u.mod
		if m == nil || m.tree == nil || !u.node.Valid() || u.node.Kind() == pyparse.KindModule || inTime[m] || !o.a.counts(m.file) {
			continue
		}
		steps, p := o.patchWithin(u, 3)
		if p == nil || !o.harmfulImports(m) || slices.ContainsFunc(steps[1:], func(s patchFrame) bool { return o.harmfulImports(s.mod) }) {
			continue
		}
		if early := o.first(m); early != nil {
			if l := o.late(*p, steps, early); l != nil {
				out = append(out, *l)
			}
		}
	}
	return out
}

// first is the first import of a module, itself or through others, that must not
// be early; nil where a patch comes before it.
func (o *orders) first(m *module) *earlyImport {
	seen := map[*module]bool{}
	var path []rules.Frame
	var visit func(m *module) (*earlyImport, bool)
	visit = func(m *module) (*earlyImport, bool) {
		if seen[m] {
			return nil, false
		}
		seen[m] = true
		for _, e := range o.events(m) {
			at := rules.Frame{Func: m.body.name, Pos: m.pos(e.offset)}
			switch {
			case e.mod != nil:
				path = append(path, at)
				found, stop := visit(e.mod)
				path = path[:len(path)-1]
				if found != nil || stop {
					return found, true
				}
			case e.lib != "":
				if row := o.row(e.lib); row != nil {
					return &earlyImport{row, e.lib, append(slices.Clone(path), at)}, true
				}
			case e.patch != nil:
				return nil, true
			case e.unit != nil:
				if _, p := o.patchWithin(e.unit, 4); p != nil {
					return nil, true
				}
			}
		}
		return nil, false
	}
	found, _ := visit(m)
	return found
}

// line is a piece of a module's text, on one line.
func (m *module) line(from, to uint32) string {
	src := m.tree.Source()
	if int(to) > len(src) || from > to {
		return ""
	}
	s := strings.Join(strings.Fields(string(src[from:to])), " ")
	if len(s) > 60 {
		s = s[:57] + "…"
	}
	return s
}
