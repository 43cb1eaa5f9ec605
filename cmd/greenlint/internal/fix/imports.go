package fix

import (
	"bytes"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

func pos(t *pyparse.Tree, file string, off uint32) rules.Pos {
	line, col := t.Position(off)
	return rules.Pos{File: file, Line: line, Column: col, Offset: int(off)}
}

func edit(t *pyparse.Tree, file string, from, to uint32, text string) rules.Edit {
	return rules.Edit{Pos: pos(t, file, from), End: pos(t, file, to), Text: text}
}

// lineEnd is how the file ends its lines.
func lineEnd(t *pyparse.Tree) string {
	if i := bytes.IndexByte(t.Source(), '\n'); i > 0 && t.Source()[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// importEdit inserts "import module" after the imports at the top, unless the
// module is imported there already.
func importEdit(t *pyparse.Tree, file, module string) (rules.Edit, bool) {
	after := uint32(0)
	first := true
	var last pyparse.Node
	for st := range t.Root().AsModule().Body().All() {
		if k := st.Kind(); k == pyparse.KindFunctionDef || k == pyparse.KindAsyncFunctionDef || k == pyparse.KindClassDef {
			break
		}
		switch st.Kind() {
		case pyparse.KindImport:
			for a := range st.AsImport().Names().All() {
				al := a.AsAlias()
				if al.Asname() == "" && (al.Name() == module || strings.HasPrefix(al.Name(), module+".")) {
					return rules.Edit{}, false
				}
			}
			last = st
		case pyparse.KindImportFrom:
			last = st
		case pyparse.KindExpr:
			if first {
				last = st // the docstring
			}
		}
		first = false
	}
	text := "import " + module + lineEnd(t)
	if last.Valid() {
		var whole bool
		if after, whole = nextLine(t, last.End()); !whole {
			text = lineEnd(t) + strings.TrimSuffix(text, lineEnd(t))
		}
	} else {
		after = t.LineStart(1)
	}
	return edit(t, file, after, after, text), true
}

// nextLine is where the line after an offset begins. whole is false where the
// file ends without a line end.
func nextLine(t *pyparse.Tree, off uint32) (next uint32, whole bool) {
	line, _ := t.Position(off)
	next = t.LineStart(line + 1)
	src := t.Source()
	return next, next > 0 && (src[next-1] == '\n' || src[next-1] == '\r')
}

// instead imports another module in the place of the library, wherever the file
// does so, and keeps the names.
func (s *Suggester) instead(t *pyparse.Tree, f *rules.Finding, lib *rules.Library, r *rules.Repair) (rules.Fix, bool) {
	if len(lib.Imports) == 0 {
		return rules.Fix{}, false
	}
	name := lib.Imports[0]
	x := rules.Fix{Title: r.Title, Safe: r.Safe}
	pyparse.Walk(t.Root(), func(n pyparse.Node) bool {
		switch n.Kind() {
		case pyparse.KindImport:
			for a := range n.AsImport().Names().All() {
				if al := a.AsAlias(); al.Name() == name {
					text := r.Instead
					if al.Asname() == "" {
						text += " as " + name
					}
					x.Edits = append(x.Edits, edit(t, f.Pos.File, a.Start(), al.NameEnd(), text))
				}
			}
		case pyparse.KindImportFrom:
			if i := n.AsImportFrom(); i.Module() == name && i.Level() == 0 {
				x.Edits = append(x.Edits, edit(t, f.Pos.File, i.ModuleStart(), i.ModuleEnd(), r.Instead))
			}
		}
		return !n.Kind().IsExpr()
	})
	return x, len(x.Edits) > 0
}

// afterPatch calls a function in the line after the patch, where the code patches.
func (s *Suggester) afterPatch(f *rules.Finding, r *rules.Repair) (rules.Fix, bool) {
	module, name := r.AfterPatch[:strings.LastIndexByte(r.AfterPatch, '.')], r.AfterPatch[strings.LastIndexByte(r.AfterPatch, '.')+1:]
	if len(f.Contexts) == 0 {
		return rules.Fix{}, false
	}
	for _, e := range f.Contexts[0].Evidence {
		t := s.tree(e.Pos.File)
		if t == nil {
			continue
		}
		st := s.patchStatement(t, uint32(e.Pos.Offset), f.Loop)
		if !st.Valid() {
			continue
		}
		start := t.LineStart(e.Pos.Line)
		indent := string(t.Source()[start:st.Start()])
		if strings.TrimSpace(indent) != "" { // something stands before it on its line
			continue
		}
		nl := lineEnd(t)
		text := indent + "from " + module + " import " + name + nl + indent + name + "()" + nl
		next, whole := nextLine(t, st.End())
		if !whole {
			text = nl + strings.TrimSuffix(text, nl)
		}
		return rules.Fix{Title: r.Title, Safe: r.Safe, Edits: []rules.Edit{edit(t, e.Pos.File, next, next, text)}}, true
	}
	return rules.Fix{}, false
}

// patchStatement finds the statement at an offset that is a call which patches
// for a loop.
func (s *Suggester) patchStatement(t *pyparse.Tree, off uint32, loop rules.Loop) (out pyparse.Node) {
	pyparse.Walk(t.Root(), func(n pyparse.Node) bool {
		if e := n.AsExpr(); e.Valid() && n.Start() == off {
			if c := e.Value().AsCall(); c.Valid() {
				name := c.Func().AsAttribute().Attr()
				if id := c.Func().AsName(); id.Valid() {
					name = id.Id()
				}
				for _, p := range s.catalog.PatchTables("python") {
					if p.Loop == loop && strings.HasSuffix(p.Call, "."+name) {
						out = n
					}
				}
			}
		}
		return !n.Kind().IsExpr()
	})
	return out
}
