package bind

import "github.com/greenlint/greenlint/pyparse"

func (c *collector) block(l pyparse.NodeList) {
	for i := range l.Len() {
		c.stmt(l.At(i))
	}
}

func (c *collector) stmt(n pyparse.Node) {
	switch n.Kind() {
	case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef:
		c.functionDef(n.AsFunctionDef())
	case pyparse.KindClassDef:
		c.classDef(n.AsClassDef())
	case pyparse.KindReturn, pyparse.KindRaise:
		c.children(n)
		c.emit(evLeave, n.End(), 0)
	case pyparse.KindBreak, pyparse.KindContinue:
		c.jumps = true
		c.broken = c.broken || n.Kind() == pyparse.KindBreak
		c.emit(evLeave, n.End(), 0)
	case pyparse.KindDelete:
		for t := range n.AsDelete().Targets().All() {
			c.target(t, n.End(), Binding{Kind: ByDelete, Node: n})
		}
	case pyparse.KindAssign:
		as := n.AsAssign()
		c.expr(as.Value())
		for t := range as.Targets().All() {
			c.target(t, n.End(), Binding{Kind: ByAssign, Node: n, Value: as.Value()})
		}
	case pyparse.KindAugAssign:
		as := n.AsAugAssign()
		c.expr(as.Value())
		c.target(as.Target(), n.End(), Binding{Kind: ByAugAssign, Node: n, Value: as.Value()})
	case pyparse.KindAnnAssign:
		c.annAssign(n.AsAnnAssign())
	case pyparse.KindTypeAlias:
		c.typeAlias(n.AsTypeAlias())
	case pyparse.KindFor, pyparse.KindAsyncFor:
		c.forStmt(n.AsFor())
	case pyparse.KindWhile:
		c.while(n.AsWhile())
	case pyparse.KindIf:
		c.ifStmt(n.AsIf())
	case pyparse.KindWith, pyparse.KindAsyncWith:
		c.with(n.AsWith())
	case pyparse.KindMatch:
		c.match(n.AsMatch())
	case pyparse.KindTry, pyparse.KindTryStar:
		c.try(n.AsTry())
	case pyparse.KindImport:
		c.importStmt(n.AsImport())
	case pyparse.KindImportFrom:
		c.importFrom(n.AsImportFrom())
	case pyparse.KindGlobal:
		c.declare(n.AsGlobal().Names(), isGlobal)
	case pyparse.KindNonlocal:
		c.declare(n.AsNonlocal().Names(), isNonlocal)
	case pyparse.KindExpr:
		c.expr(n.AsExpr().Value())
		if c.scope == c.t.module {
			c.t.exports.call(c, n.AsExpr().Value())
		}
	default:
		c.children(n)
	}
}

func (c *collector) children(n pyparse.Node) {
	for child := range n.Children() {
		if child.Kind().IsStmt() {
			c.stmt(child)
		} else {
			c.expr(child)
		}
	}
}

func (c *collector) declare(names pyparse.IdentList, as mention) {
	for name := range names.All() {
		if name == "" || as == isNonlocal && c.scope == c.t.module {
			continue
		}
		if e := c.scope.entry(Mangle(c.scope.class, name)); e.sym == nil || c.scope == c.t.module {
			e.said |= as
		}
	}
}

func (c *collector) functionDef(n pyparse.FunctionDef) {
	for d := range n.DecoratorList().All() {
		c.expr(d)
	}
	args := n.Args()
	params := n.TypeParams().Len() > 0
	for l := range defaultLists(args) {
		for d := range l.All() {
			if params { // of which the defaults know nothing
				c.t.regions.add(d.Start(), d.End(), c.scope)
			}
			c.expr(d)
		}
	}
	name := c.scope.qualify(n.Name())
	var back saved
	if params {
		end := firstStart(n.Body(), n.End())
		_, back = c.typeScope(n.Node, n.Name(), n.TypeParams(), n.TypeParams().At(0).Start(), end)
	}
	c.annotations(args)
	c.annotate(n.Returns())
	s, old := c.open(FunctionScope, n.Node, name)
	c.t.opens[n.Node] = s
	c.t.regions.add(firstStart(n.Body(), n.End()), n.End(), s)
	c.params(args, n.Start())
	c.block(n.Body())
	c.leave(old)
	if params {
		c.leave(back)
	}
	c.bind(n.Name(), n.NameStart(), n.End(), Binding{Kind: ByDef, Node: n.Node})
}

func (c *collector) classDef(n pyparse.ClassDef) {
	for d := range n.DecoratorList().All() {
		c.expr(d)
	}
	name := c.scope.qualify(n.Name())
	var back saved
	params := n.TypeParams().Len() > 0
	if params {
		end := firstStart(n.Body(), n.End())
		_, back = c.typeScope(n.Node, n.Name(), n.TypeParams(), n.TypeParams().At(0).Start(), end)
	}
	for b := range n.Bases().All() {
		c.expr(b)
	}
	for k := range n.Keywords().All() {
		c.expr(k)
	}
	s, old := c.open(ClassScope, n.Node, name)
	s.class = n.Name()
	c.t.opens[n.Node] = s
	c.t.regions.add(firstStart(n.Body(), n.End()), n.End(), s)
	c.block(n.Body())
	c.leave(old)
	if params {
		c.leave(back)
	}
	c.bind(n.Name(), n.NameStart(), n.End(), Binding{Kind: ByClass, Node: n.Node})
}

// typeScope enters the scope of a list of type parameters.
func (c *collector) typeScope(n pyparse.Node, name string, params pyparse.NodeList, start, end uint32) (*Scope, saved) {
	s, back := c.open(TypeScope, n, c.scope.qualify("<generic parameters of "+name+">"))
	c.t.regions.add(start, end, s)
	if n.Kind() == pyparse.KindClassDef {
		s.class = name
	}
	for p := range params.All() {
		c.t.opens[p] = s
		b := Binding{Kind: ByTypeParam, Node: p}
		switch p.Kind() {
		case pyparse.KindTypeVar:
			c.bind(p.AsTypeVar().Name(), p.Start(), p.End(), b)
		case pyparse.KindParamSpec:
			c.bind(p.AsParamSpec().Name(), p.AsParamSpec().NameStart(), p.End(), b)
		case pyparse.KindTypeVarTuple:
			c.bind(p.AsTypeVarTuple().Name(), p.AsTypeVarTuple().NameStart(), p.End(), b)
		}
		c.children(p)
	}
	return s, back
}

func (c *collector) typeAlias(n pyparse.TypeAlias) {
	name := n.Name().AsName().Id()
	start := n.Value().Start()
	if n.TypeParams().Len() > 0 {
		start = n.TypeParams().At(0).Start()
	}
	s, back := c.typeScope(n.Node, name, n.TypeParams(), start, n.End())
	c.t.opens[n.Node] = s
	c.expr(n.Value())
	c.leave(back)
	c.bind(name, n.Name().Start(), n.End(), Binding{Kind: ByTypeAlias, Node: n.Node, Value: n.Value()})
}

func (c *collector) annAssign(n pyparse.AnnAssign) {
	c.annotate(n.Annotation())
	c.expr(n.Value())
	b := Binding{Kind: ByAssign, Node: n.Node, Value: n.Value()}
	if !n.Value().Valid() {
		if n.Target().Kind() == pyparse.KindName && !n.Simple() {
			return // (x): T says nothing about the scope of x
		}
		b.Kind = ByAnnotation
	}
	c.target(n.Target(), n.End(), b)
}

func (c *collector) annotate(n pyparse.Node) {
	if n.Valid() {
		c.annotation++
		c.expr(n)
		c.annotation--
	}
}
