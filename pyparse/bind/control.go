package bind

import "github.com/greenlint/greenlint/pyparse"

// ifStmt visits an if with all its elifs, as one branch of many ways.
func (c *collector) ifStmt(n pyparse.If) {
	end := n.End()
	c.expr(n.Test())
	nested := 0 // brackets that are open; an elif that binds by := needs its own
	branched := false
	begin := func() {
		c.emit(evBranch, n.Start(), 0)
		nested++
		c.cond++
		branched = true
	}
	for {
		v := truth(n.Test())
		checked, unchecked := typeCheckingTest(n.Test())
		if v == maybe && !branched {
			begin()
		}
		// The rest never runs once a test is always true, and a body whose test is never
		// true doesn't either.
		c.arm(n.Body(), v == never, checked)
		elif := pyparse.If{}
		if l := n.Orelse(); l.Len() == 1 && l.At(0).Kind() == pyparse.KindIf && isElif(l.At(0)) {
			elif = l.At(0).AsIf()
		}
		if v == always || unchecked || !elif.Valid() {
			if v == maybe {
				c.emit(evNext, firstStart(n.Orelse(), end), 0)
			}
			c.arm(n.Orelse(), v == always, unchecked)
			break
		}
		if v == maybe {
			c.emit(evNext, elif.Start(), 0)
		}
		before := len(c.scope.events)
		c.expr(elif.Test())
		n = elif
		if len(c.scope.events) > before {
			branched = false
		}
	}
	for range nested {
		c.emit(evEnd, end, 0)
		c.cond--
	}
}

// arm visits one block of an if, which may never run or be for type checkers only.
func (c *collector) arm(l pyparse.NodeList, dead, checked bool) {
	wasDead, wasChecked := c.dead, c.typeChecking
	if dead {
		c.dead++
	}
	if checked {
		c.typeChecking++
	}
	c.block(l)
	c.dead, c.typeChecking = wasDead, wasChecked
}

func isElif(n pyparse.Node) bool { return len(n.Text()) > 4 && n.Text()[:4] == "elif" }

// loop visits a loop. head is run each time, and again before the loop ends.
func (c *collector) loop(n pyparse.Node, off uint32, head func(), body, orelse pyparse.NodeList) {
	jumps, broken := c.jumps, c.broken
	c.jumps, c.broken = false, false
	looped := c.looped
	if !looped {
		c.looped, c.outermost = true, n.Start()
	}
	i := c.emit(evLoop, off, 0)
	c.cond++
	head()
	c.block(body)
	end := firstStart(orelse, n.End())
	jumped := 0
	if c.jumps {
		jumped = 1
	}
	c.emit(evLoopEnd, end, jumped)
	c.closes(i)
	left := c.broken
	c.jumps, c.broken, c.looped = jumps, broken, looped
	if orelse.Len() > 0 {
		if left {
			c.emit(evBranch, end, 0)
		}
		c.block(orelse)
		if left {
			c.emit(evNext, n.End(), 0)
			c.emit(evEnd, n.End(), 0)
		}
	}
	c.cond--
}

func (c *collector) forStmt(n pyparse.For) {
	c.expr(n.Iter())
	felt := n.Iter().End()
	c.loop(n.Node, felt, func() {
		c.target(n.Target(), felt, Binding{Kind: ByFor, Node: n.Node, Value: n.Iter()})
	}, n.Body(), n.Orelse())
}

func (c *collector) while(n pyparse.While) {
	c.loop(n.Node, n.Start(), func() { c.expr(n.Test()) }, n.Body(), n.Orelse())
}

func (c *collector) with(n pyparse.With) {
	swallows := false
	for item := range n.Items().All() {
		it := item.AsWithItem()
		c.expr(it.ContextExpr())
		c.target(it.OptionalVars(), item.End(), Binding{Kind: ByWith, Node: item, Value: it.ContextExpr()})
		swallows = swallows || lastName(it.ContextExpr().AsCall().Func()) == "suppress"
	}
	if !swallows {
		c.block(n.Body())
		return
	}
	// contextlib.suppress: as try with a handler that does nothing.
	i := c.emit(evTry, n.Start(), 0)
	c.cond++
	c.block(n.Body())
	c.emit(evTryEnd, n.End(), 0)
	c.closes(i)
	c.emit(evHandler, n.End(), 0)
	c.emit(evElse, n.End(), 0)
	c.emit(evEnd, n.End(), 0)
	c.cond--
}

func (c *collector) match(n pyparse.Match) {
	c.expr(n.Subject())
	c.emit(evBranch, n.Start(), 0)
	c.cond++
	complete := false
	for i := range n.Cases().Len() {
		m := n.Cases().At(i).AsMatchCase()
		if i > 0 {
			c.emit(evNext, m.Start(), 0)
		}
		c.pattern(m.Pattern(), m.Pattern().End(), n.Subject())
		c.expr(m.Guard())
		c.block(m.Body())
		as := m.Pattern().AsMatchAs()
		complete = as.Valid() && !as.Pattern().Valid() && !m.Guard().Valid()
	}
	if !complete {
		c.emit(evNext, n.End(), 0)
	}
	c.emit(evEnd, n.End(), 0)
	c.cond--
}
