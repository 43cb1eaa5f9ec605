package gofront

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// comments are the directives of the package's files.
type comments struct {
	lines map[string]map[int][]order // by file and line
	files map[string][]order
	funcs []*ast.FuncDecl
}

// An order is one comment that tells us to look away.
type order struct {
	family    string
	selectors []string // none = every rule
}

// directive reports whether a function's comment has a line that is or begins
// with the directive.
func (u *unit) directive(fn *ssa.Function, text string) bool {
	var doc *ast.CommentGroup
	switch syn := fn.Syntax().(type) {
	case *ast.FuncDecl:
		doc = syn.Doc
	case *ast.FuncLit:
		p := u.pass.Fset.Position(syn.Pos())
		return u.litDirective(p, text)
	}
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if isDirective(c.Text, text) {
			return true
		}
	}
	return false
}

func isDirective(comment, text string) bool {
	rest, ok := strings.CutPrefix(comment, text)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

// litDirective looks for a directive on the line of a function literal, or on
// the one above.
func (u *unit) litDirective(p token.Position, text string) bool {
	for _, f := range u.pass.Files {
		if u.pass.Fset.Position(f.Pos()).Filename != p.Filename {
			continue
		}
		for _, g := range f.Comments {
			for _, c := range g.List {
				if line := u.pass.Fset.Position(c.Pos()).Line; (line == p.Line || line == p.Line-1) && isDirective(c.Text, text) {
					return true
				}
			}
		}
	}
	return false
}

// The directives that speak about a function's effects.
const (
	blockingDirective    = "//greenlint:blocking"
	nonblockingDirective = "//greenlint:nonblocking"
)

// nonblocking obeys the directives that overrule what was found.
func (u *unit) nonblocking() {
	for _, fn := range u.funcs {
		name := u.name(fn)
		switch {
		case u.directive(fn, nonblockingDirective):
			delete(u.graph.Own, name)
			delete(u.graph.Calls, name)
			delete(u.holeList, fn)
			u.graph.Own[name] = nil
		case u.directive(fn, blockingDirective):
			e := u.entry(blockingDirective)
			delete(u.graph.Calls, name)
			u.graph.Own[name] = nil
			for _, row := range e.Effects {
				u.graph.Own[name] = append(u.graph.Own[name], flow.Own{
					Effect: rules.Effect{Rule: row.Rule, Symbol: string(name), Detail: "which its author says blocks", Guard: row.Guard(), Row: &row.Row},
					Pos:    u.place(fn.Pos()),
				})
			}
		}
	}
}

var (
	ownForm    = regexp.MustCompile(`^//\s?greenlint:\s*ignore(-file)?(?:\[([^\]]*)\]|[ \t]+([A-Z][A-Za-z0-9,]*))?`)
	nolintForm = regexp.MustCompile(`^//\s?nolint(?::([\w,\- ]*))?(?:\s|$)`)
	lintForm   = regexp.MustCompile(`^//lint:(file-)?ignore\s+(\S+)\s+\S`)
	flowForm   = regexp.MustCompile(`^//workflowcheck:ignore`)
)

// readComments finds the comments that silence findings.
func (u *unit) readComments() {
	u.comments = comments{lines: map[string]map[int][]order{}, files: map[string][]order{}}
	for _, f := range u.pass.Files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				u.comments.funcs = append(u.comments.funcs, fd)
			}
		}
		code := u.codeLines(f)
		for _, g := range f.Comments {
			for _, c := range g.List {
				if !strings.Contains(c.Text, "ignore") && !strings.Contains(c.Text, "nolint") {
					continue
				}
				o, whole, ok := readOrder(c.Text)
				if !ok {
					continue
				}
				p := u.pass.Fset.Position(c.Pos())
				if whole {
					u.comments.files[p.Filename] = append(u.comments.files[p.Filename], o)
					continue
				}
				m := u.comments.lines[p.Filename]
				if m == nil {
					m = map[int][]order{}
					u.comments.lines[p.Filename] = m
				}
				m[p.Line] = append(m[p.Line], o)
				if code[p.Line] {
					continue
				}
				// A comment of its own speaks for what follows the group.
				m[u.pass.Fset.Position(g.End()).Line+1] = append(m[u.pass.Fset.Position(g.End()).Line+1], o)
			}
		}
	}
}

// codeLines marks the lines on which something begins or ends; nil for a file
// without a comment that matters.
func (u *unit) codeLines(f *ast.File) map[int]bool {
	any := false
	for _, g := range f.Comments {
		for _, c := range g.List {
			any = any || strings.Contains(c.Text, "ignore") || strings.Contains(c.Text, "nolint")
		}
	}
	if !any {
		return nil
	}
	lines := map[int]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case nil:
		case *ast.Comment, *ast.CommentGroup:
			return false
		case *ast.File:
		default:
			lines[u.pass.Fset.Position(n.Pos()).Line] = true
			lines[u.pass.Fset.Position(n.End()).Line] = true
		}
		return true
	})
	return lines
}

func readOrder(text string) (o order, whole, ok bool) {
	if m := ownForm.FindStringSubmatch(text); m != nil {
		return order{"inline", split(m[2] + m[3])}, m[1] != "", true
	}
	if m := nolintForm.FindStringSubmatch(text); m != nil {
		names := split(m[1])
		if len(names) == 0 {
			return order{family: "nolint"}, false, true
		}
		for _, n := range names {
			if n == "greenlint" || n == "all" {
				return order{family: "nolint"}, false, true
			}
		}
		return o, false, false
	}
	if m := lintForm.FindStringSubmatch(text); m != nil {
		return order{"lint:ignore", split(m[2])}, m[1] != "", true
	}
	if flowForm.MatchString(text) {
		return order{family: "workflowcheck"}, false, true
	}
	return o, false, false
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// suppressed says by what a finding is silenced: on the line of any frame in this
// package, or at the function around it. "" = by nothing.
func (u *unit) suppressed(f *rules.Finding) string {
	check := func(list []order) string {
		for _, o := range list {
			if len(o.selectors) == 0 {
				return o.family
			}
			for _, s := range o.selectors {
				if sel, err := u.cat.Select([]string{strings.TrimSuffix(s, "*")}, nil); err == nil && sel.Has(f.Rule) {
					return o.family
				}
			}
		}
		return ""
	}
	at := func(p rules.Pos) string {
		if s := check(u.comments.files[p.File]); s != "" {
			return s
		}
		if s := check(u.comments.lines[p.File][p.Line]); s != "" {
			return s
		}
		for _, fd := range u.comments.funcs {
			start, end := u.pass.Fset.Position(fd.Pos()), u.pass.Fset.Position(fd.End())
			if start.Filename == p.File && start.Line <= p.Line && p.Line <= end.Line {
				if s := check(u.comments.lines[p.File][u.pass.Fset.Position(fd.Name.Pos()).Line]); s != "" {
					return s
				}
			}
		}
		return ""
	}
	return at(f.Pos)
}
