package gofront

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

type instanceKey struct {
	fn   *ssa.Function
	hole hole
	leaf leaf
}

// build turns the calls into the graph.
func (u *unit) build() {
	for _, fn := range u.funcs {
		u.ownEffects(fn)
	}
	for _, c := range u.calls {
		from := u.name(c.in)
		for _, t := range c.direct {
			u.emit(from, c, t)
			pos, end := u.span(c)
			u.fillHoles(from, c, &t, pos, end)
		}
		for _, f := range c.fills {
			u.emitThrough(from, c, f.callee, f.frames, f.target)
		}
	}
	for _, fn := range u.funcs {
		u.ownLoops(fn)
	}
}

// fillHoles adds the instances of a target whose holes a call fills.
func (u *unit) fillHoles(from rules.Func, c *call, t *target, pos, end rules.Pos) {
	if t.body == nil {
		return
	}
	for _, k := range u.holeList[t.body] {
		for _, l := range u.fillers(c, t, k) {
			if l.param == nil || !encloses(l.param.Parent(), c.in) {
				u.addEdge(from, flow.Edge{Callee: u.instance(t.body, k, l), Pos: pos, End: end})
			}
		}
	}
}

// openHoles lets what nothing is known of fill the holes of a context: whoever
// calls it is not seen. Those of a function around it are filled by what that
// function is called with.
func (u *unit) openHoles(fn *ssa.Function) {
	for _, k := range u.holeList[fn] {
		switch {
		case k.param.Parent() != fn:
			for _, l := range u.passed(k.param) {
				u.fillWays(u.name(fn), fn, k, l)
			}
		case k.method != "":
			u.fillWays(u.name(fn), fn, k, leaf{none: true, as: k.param.Type()})
		}
	}
}

// emit adds the call of a target.
func (u *unit) emit(from rules.Func, c *call, t target) {
	pos, end := u.span(c)
	u.emitSpan(from, pos, end, t)
}

func (u *unit) emitAt(from rules.Func, pos rules.Pos, t target) {
	u.emitSpan(from, pos, rules.Pos{}, t)
}

func (u *unit) emitSpan(from rules.Func, pos, end rules.Pos, t target) {
	if t.body != nil {
		u.addEdge(from, flow.Edge{Callee: u.name(t.body), Pos: pos, End: end, Dynamic: t.dyn})
		return
	}
	if t.ext != "" {
		if u.imported(t.extPkg).has(t.ext) {
			u.addEdge(from, flow.Edge{Callee: t.ext, Pos: pos, End: end, Dynamic: t.dyn})
		}
		return
	}
	sym := u.targetSymbol(&t)
	e := u.entry(sym)
	args := newArgs(u, &t)
	if e.Wall() {
		u.effects(from, sym, &e, args, pos, end, 1)
		return
	}
	if path := pkgPath(t.obj); !isStd(path) && t.obj.Pkg() != u.pass.Pkg {
		name := rules.Func(t.obj.FullName())
		if u.imported(path).has(name) {
			u.addEdge(from, flow.Edge{Callee: name, Pos: pos, End: end, Dynamic: t.dyn})
		}
	}
}

// effects adds what the rows of a symbol say, times how often it is called.
func (u *unit) effects(from rules.Func, sym string, e *rules.Entry, args rules.Args, pos, end rules.Pos, times float64) {
	for _, row := range e.Effects {
		if !row.Applies(args) {
			continue
		}
		eff := rules.Effect{Rule: row.Rule, Symbol: sym, Guard: row.Guard(), Severity: row.Severity, Row: &row.Row}
		if row.Cost != "" {
			s, ok := row.Seconds(args)
			if !ok || s*times < u.conf.budget {
				continue
			}
			eff.Detail = "about " + seconds(s*times)
		}
		if row.Local {
			u.local[eff.Symbol] = true
		}
		u.graph.Own[from] = append(u.graph.Own[from], flow.Own{Effect: eff, Pos: pos, End: end})
	}
}

func seconds(s float64) string {
	switch {
	case s < 1:
		return strconv.Itoa(int(s*1000+0.5)) + " ms"
	case s < 10:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 1000:
		return strconv.Itoa(int(s+0.5)) + " s"
	}
	return strconv.Itoa(int(s/60+0.5)) + " min"
}

func (u *unit) edge(from rules.Func, c *call, to rules.Func, dyn bool) {
	pos, end := u.span(c)
	u.addEdge(from, flow.Edge{Callee: to, Pos: pos, End: end})
}

func (u *unit) addEdge(from rules.Func, e flow.Edge) {
	u.graph.Calls[from] = append(u.graph.Calls[from], e)
}

// name is a function's name in the graph and in chains.
func (u *unit) name(f *ssa.Function) rules.Func {
	if n, ok := u.names[f]; ok {
		return n
	}
	if lit, ok := f.Syntax().(*ast.FuncLit); ok && u.cLits[lit] {
		return u.name(f.Parent())
	}
	n := rules.Func(f.RelString(nil))
	u.names[f] = n
	return n
}

func (u *unit) targetName(t *target) rules.Func {
	switch {
	case t.body != nil:
		return u.name(t.body)
	case t.ext != "":
		return t.ext
	case t.sym != "":
		return rules.Func(t.sym)
	}
	return rules.Func(t.obj.FullName())
}

func (u *unit) leafName(l leaf) string {
	switch {
	case l.fn != nil && l.recv != nil:
		return string(u.name(l.fn))
	case l.fn != nil:
		return string(u.name(l.fn))
	case l.typ != nil:
		return types.TypeString(l.typ, nil) + l.sym
	case l.ext != "":
		return string(l.ext)
	case l.sym != "":
		return l.sym
	}
	return "?"
}

// shown is a function's name without what tells instances apart.
func shown(f rules.Func) rules.Func {
	if i := strings.Index(string(f), instanceMark); i >= 0 {
		return f[:i]
	}
	return f
}

// span is the place of a call.
func (u *unit) span(c *call) (pos, end rules.Pos) { return u.spanAt(c.pos) }

// spanAt is the place of the call whose left parenthesis stands at p, or else p.
func (u *unit) spanAt(p token.Pos) (pos, end rules.Pos) {
	if e := u.callExpr[p]; e != nil {
		if paren, ok := e.Fun.(*ast.ParenExpr); ok { // cgo's, which hide where the name stood
			return u.place(paren.X.Pos()), u.place(e.End())
		}
		return u.place(e.Pos()), u.place(e.End())
	}
	return u.place(p), rules.Pos{}
}

func (u *unit) place(p token.Pos) rules.Pos {
	if !p.IsValid() {
		return rules.Pos{}
	}
	q := u.pass.Fset.Position(p)
	out := rules.Pos{File: q.Filename, Line: q.Line, Column: q.Column, Offset: q.Offset}
	u.tokens[out] = p
	return out
}

func itoa(i int) string { return strconv.Itoa(i) }

// entry asks the catalogue, each symbol once.
func (u *unit) entry(sym string) rules.Entry {
	e, ok := u.entries[sym]
	if !ok {
		e = u.look.Symbol(sym)
		u.entries[sym] = e
	}
	return e
}
