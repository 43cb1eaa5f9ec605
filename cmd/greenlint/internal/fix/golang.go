package fix

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A goFile is a Go file that may be changed.
type goFile struct {
	src  []byte
	fset *token.FileSet
	tree *ast.File
}

// goFile parses a file; nil where it has errors, is generated, or is cgo's, whose
// C is in a comment that no edit can be trusted with.
func (s *Suggester) goFile(name string) *goFile {
	if f, ok := s.goFiles[name]; ok {
		return f
	}
	var out *goFile
	if src, err := s.read(name); err == nil && path.Ext(name) == ".go" {
		f := &goFile{src: src, fset: token.NewFileSet()}
		f.tree, err = parser.ParseFile(f.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil && !ast.IsGenerated(f.tree) && f.imported(func(p string) bool { return p == "C" }) == "" {
			out = f
		}
	}
	s.goFiles[name] = out
	return out
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// imported is the name by which the file imports the package that is wanted, as far
// as its path tells; "" where it doesn't.
func (f *goFile) imported(wanted func(path string) bool) string {
	for _, i := range f.tree.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		p = majorVersion.ReplaceAllString(p, "")
		switch {
		case err != nil || !wanted(p):
		case i.Name == nil:
			return path.Base(p)
		case i.Name.Name != "." && i.Name.Name != "_":
			return i.Name.Name
		}
	}
	return ""
}

func (f *goFile) offset(p token.Pos) int { return f.fset.PositionFor(p, false).Offset }

func (f *goFile) pos(file string, p token.Pos) rules.Pos {
	at := f.fset.PositionFor(p, false)
	return rules.Pos{File: file, Line: at.Line, Column: at.Column, Offset: at.Offset}
}

// goFixes writes statements that hold a loop as what the loop runs elsewhere. They
// are those from the call to the return behind it, and nothing that they do may be
// of use to the rest of the function. Other tasks run meanwhile, so it is not safe.
func (s *Suggester) goFixes(f *rules.Finding) (out []rules.Fix) {
	file := s.goFile(f.Pos.File)
	if file == nil {
		return nil
	}
	for _, d := range s.goDetours {
		if d.Loop != f.Loop || d.Returns == "" {
			continue
		}
		name := file.imported(func(p string) bool { return p == d.Import })
		if name == "" {
			continue
		}
		list, from, back := file.tail(f.Pos, name+"."+d.Returns)
		if list == nil {
			continue
		}
		for !file.movable(list[from:], back) && from > 0 && prepares(list[from-1]) {
			from--
		}
		if !file.movable(list[from:], back) {
			continue
		}
		if e, ok := file.returned(f.Pos.File, list[from:], back, name, d.Write); ok {
			out = append(out, rules.Fix{Title: d.Title, Edits: []rules.Edit{e}})
		}
	}
	return out
}

// prepares reports whether a statement defines variables, which may be there for the
// next one alone.
func prepares(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return s.Tok == token.DEFINE
	case *ast.DeclStmt:
		return true
	}
	return false
}

// tail finds the statements of a block up to the return that ends it, and which of
// them holds a place, in a function whose last result has this type and is nil there.
func (f *goFile) tail(at rules.Pos, result string) (list []ast.Stmt, from int, back *ast.ReturnStmt) {
	var stack []ast.Node
	var ok bool
	within := func(n ast.Node) bool {
		from, to := f.fset.PositionFor(n.Pos(), false), f.fset.PositionFor(n.End(), false)
		return (from.Line < at.Line || from.Line == at.Line && from.Column <= at.Column) && (at.Line < to.Line || at.Line == to.Line && at.Column < to.Column)
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if n == nil || !within(n) {
			return n == f.tree
		}
		stack = append(stack, n)
		return true
	})
	for i := len(stack) - 1; i > 0; i-- {
		list = nil
		switch n := stack[i-1].(type) {
		case *ast.FuncLit:
			return nil, 0, nil
		case *ast.FuncDecl:
			return nil, 0, nil
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		}
		stmt, _ := stack[i].(ast.Stmt)
		from = slices.Index(list, stmt)
		if stmt == nil || from < 0 {
			continue
		}
		back, ok = list[len(list)-1].(*ast.ReturnStmt)
		if !ok || from == len(list)-1 {
			continue // it may be the statement around it that can be moved
		}
		if len(back.Results) == 0 || !f.gives(stack[:i], result) {
			return nil, 0, nil
		}
		if last, ok := back.Results[len(back.Results)-1].(*ast.Ident); !ok || last.Name != "nil" {
			return nil, 0, nil
		}
		return list[:len(list)-1], from, back
	}
	return nil, 0, nil
}

// gives reports whether the innermost of the functions around a place has a last
// result of a type.
func (f *goFile) gives(around []ast.Node, result string) bool {
	for _, n := range slices.Backward(around) {
		var t *ast.FuncType
		switch n := n.(type) {
		case *ast.FuncLit:
			t = n.Type
		case *ast.FuncDecl:
			t = n.Type
		default:
			continue
		}
		if t.Results == nil || len(t.Results.List) == 0 {
			return false
		}
		last := t.Results.List[len(t.Results.List)-1].Type
		return string(f.src[f.offset(last.Pos()):f.offset(last.End())]) == result
	}
	return false
}

// movable reports whether statements mean the same in a function of their own, but
// for when they run: they change no variable from outside, as far as can be seen,
// and neither jump nor return.
func (f *goFile) movable(work []ast.Stmt, back *ast.ReturnStmt) bool {
	own := map[string]bool{"_": true}
	ok := true
	define := func(list ...ast.Expr) {
		for _, x := range list {
			if id, is := x.(*ast.Ident); is {
				own[id.Name] = true
			}
		}
	}
	changes := func(x ast.Expr) {
		id := root(x)
		ok = ok && id != nil && own[id.Name]
	}
	for _, s := range work {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				ok = ok && !assigns(n)
				return false
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE {
					define(n.Lhs...)
					break
				}
				for _, l := range n.Lhs {
					changes(l)
				}
			case *ast.RangeStmt:
				if n.Tok == token.DEFINE {
					define(n.Key, n.Value)
				} else if n.Key != nil {
					ok = false
				}
			case *ast.ValueSpec:
				for _, id := range n.Names {
					own[id.Name] = true
				}
			case *ast.IncDecStmt:
				changes(n.X)
			case *ast.UnaryExpr:
				if _, composed := n.X.(*ast.CompositeLit); n.Op == token.AND && !composed {
					changes(n.X)
				}
			case *ast.CallExpr:
				ok = ok && f.leaves(n, own)
			case *ast.ReturnStmt, *ast.BranchStmt, *ast.LabeledStmt, *ast.TypeSpec:
				ok = false
			}
			return ok
		})
	}
	for _, r := range back.Results {
		ast.Inspect(r, func(n ast.Node) bool {
			if id, is := n.(*ast.Ident); is && own[id.Name] {
				ok = false
			}
			_, calls := n.(*ast.CallExpr)
			ok = ok && !calls // it may want what the statements have done
			return ok
		})
	}
	return ok
}

// root is the variable that an expression is a part of; nil where it is behind
// something else.
func root(x ast.Expr) *ast.Ident {
	for {
		switch n := x.(type) {
		case *ast.Ident:
			return n
		case *ast.SelectorExpr:
			x = n.X
		case *ast.IndexExpr:
			x = n.X
		case *ast.ParenExpr:
			x = n.X
		case *ast.StarExpr:
			x = n.X
		default:
			return nil
		}
	}
}

// assigns reports whether a function changes variables other than by defining them.
func assigns(fn *ast.FuncLit) (found bool) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			found = found || n.Tok != token.DEFINE
		case *ast.IncDecStmt:
			found = true
		}
		return !found
	})
	return found
}

// leaves reports whether a call can be told not to change a variable from outside by
// being its method: it is a function of a package, a method of what the statements
// have made, or of a field whose type is a pointer, so that it is no part of the
// variable.
func (f *goFile) leaves(c *ast.CallExpr, own map[string]bool) bool {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return true
	}
	id := root(sel.X)
	if id == nil || own[id.Name] || f.isPackage(id.Name) {
		return true
	}
	field, ok := sel.X.(*ast.SelectorExpr)
	return ok && field.X == ast.Expr(id) && f.pointerField(field.Sel.Name)
}

func (f *goFile) isPackage(name string) bool {
	for _, i := range f.tree.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil && (i.Name != nil && i.Name.Name == name || i.Name == nil && path.Base(majorVersion.ReplaceAllString(p, "")) == name) {
			return true
		}
	}
	return false
}

// pointerField reports whether every field of that name, in the file's types, is a
// pointer, and there is one.
func (f *goFile) pointerField(name string) bool {
	found, all := false, true
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.StructType); ok {
			for _, field := range s.Fields.List {
				for _, id := range field.Names {
					if id.Name == name {
						_, pointer := field.Type.(*ast.StarExpr)
						found, all = true, all && pointer
					}
				}
			}
		}
		return true
	})
	return found && all
}

// returned writes the return with the statements in the place of nil. A remark
// behind them would be lost, so there must be none.
func (f *goFile) returned(file string, work []ast.Stmt, back *ast.ReturnStmt, name, template string) (rules.Edit, bool) {
	from, to := f.offset(work[0].Pos()), f.offset(work[len(work)-1].End())
	start, null := f.offset(back.Pos()), back.Results[len(back.Results)-1]
	if strings.TrimSpace(string(f.src[to:start])) != "" {
		return rules.Edit{}, false
	}
	line := from
	for line > 0 && f.src[line-1] != '\n' {
		line--
	}
	indent := string(f.src[line:from])
	if strings.TrimSpace(indent) != "" || strings.Contains(string(f.src[from:to]), "`") { // another statement's line, or text whose lines can't be moved
		return rules.Edit{}, false
	}
	body := strings.ReplaceAll(string(f.src[from:to]), "\n"+indent, "\n"+indent+"\t")
	text := strings.ReplaceAll(strings.TrimSpace(template), "\n", "\n"+indent)
	text = strings.NewReplacer("{package}", name, "{body}", body).Replace(text)
	return rules.Edit{Pos: f.pos(file, work[0].Pos()), End: f.pos(file, null.End()), Text: string(f.src[start:f.offset(null.Pos())]) + text}, true
}
