package bind

import "github.com/greenlint/greenlint/pyparse"

// expr visits an expression that is read.
func (c *collector) expr(n pyparse.Node) { pyparse.Walk(n, c.visitor) }

func (c *collector) exprs(l pyparse.NodeList) {
	for n := range l.All() {
		c.expr(n)
	}
}

// visit looks at one node of an expression and reports whether its children are to
// be visited in the same way.
func (c *collector) visit(n pyparse.Node) bool {
	switch n.Kind() {
	case pyparse.KindName:
		c.read(n.AsName().Id())
		return false
	case pyparse.KindNamedExpr:
		as := n.AsNamedExpr()
		c.expr(as.Value())
		felt := n.End()
		if c.early != 0 {
			felt = c.early
		}
		c.target(as.Target(), felt, Binding{Kind: ByWalrus, Node: n, Value: as.Value()})
		return false
	case pyparse.KindBoolOp:
		values := n.AsBoolOp().Values()
		for i := range values.Len() {
			if i == 1 {
				c.maybe++
			}
			c.expr(values.At(i))
		}
		if values.Len() > 1 {
			c.maybe--
		}
		return false
	case pyparse.KindIfExp:
		c.ifExp(n.AsIfExp())
		return false
	case pyparse.KindLambda:
		c.lambda(n.AsLambda())
		return false
	case pyparse.KindListComp:
		comp := n.AsListComp()
		c.comprehension(n, "<listcomp>", comp.Generators(), comp.Elt(), pyparse.Node{})
		return false
	case pyparse.KindSetComp:
		comp := n.AsSetComp()
		c.comprehension(n, "<setcomp>", comp.Generators(), comp.Elt(), pyparse.Node{})
		return false
	case pyparse.KindGeneratorExp:
		comp := n.AsGeneratorExp()
		c.comprehension(n, "<genexpr>", comp.Generators(), comp.Elt(), pyparse.Node{})
		return false
	case pyparse.KindDictComp:
		comp := n.AsDictComp()
		c.comprehension(n, "<dictcomp>", comp.Generators(), comp.Key(), comp.Value())
		return false
	}
	return true
}

// ifExp visits [body if test else orelse]. The test runs first though it stands
// second, so what it binds is felt from the beginning on.
func (c *collector) ifExp(n pyparse.IfExp) {
	early := c.early
	if early == 0 {
		c.early = n.Start()
	}
	c.expr(n.Test())
	c.early = early
	c.maybe++
	c.expr(n.Body())
	c.expr(n.Orelse())
	c.maybe--
}

func (c *collector) lambda(n pyparse.Lambda) {
	for l := range defaultLists(n.Args()) {
		c.exprs(l)
	}
	s, old := c.open(LambdaScope, n.Node, c.scope.qualify("<lambda>"))
	c.t.opens[n.Node] = s
	c.t.regions.add(n.Body().Start(), n.End(), s)
	c.params(n.Args(), n.Start())
	c.expr(n.Body())
	c.leave(old)
}

func (c *collector) comprehension(n pyparse.Node, name string, gens pyparse.NodeList, elt, value pyparse.Node) {
	outer := c.scope
	var old saved
	for i := range gens.Len() {
		g := gens.At(i).AsComprehension()
		if i == 0 {
			// Regions are added before those within them.
			at := len(c.t.regions.list)
			c.t.regions.list = append(c.t.regions.list,
				region{start: n.Start(), end: n.End()}, region{g.Iter().Start(), g.Iter().End(), outer})
			c.expr(g.Iter())
			var s *Scope
			s, old = c.open(ComprehensionScope, n, outer.qualify(name))
			c.t.opens[n] = s
			c.t.regions.list[at].scope = s
			c.maybe++
			if c.early == 0 {
				c.early = n.Start()
			}
		}
		c.target(g.Target(), n.Start(), Binding{Kind: ByComprehension, Node: g.Node, Value: g.Iter()})
		if i > 0 {
			c.expr(g.Iter())
		}
		c.exprs(g.Ifs())
	}
	c.expr(elt)
	c.expr(value)
	if gens.Len() > 0 {
		c.leave(old)
	}
}
