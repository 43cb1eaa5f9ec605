package bind

import "github.com/greenlint/greenlint/pyparse"

func (c *collector) try(n pyparse.Try) {
	guarded := false
	for h := range n.Handlers().All() {
		guarded = guarded || catchesImportError(h.AsExceptHandler().Type())
	}
	c.cond++
	if guarded {
		c.guards++
	}
	whole := c.emit(evTry, n.Start(), 0)
	c.block(n.Body())
	c.emit(evTryEnd, bodyEnd(n), 0)
	c.closes(whole)
	if guarded {
		c.guards--
	}
	for h := range n.Handlers().All() {
		c.emit(evHandler, h.Start(), 0)
		c.handler(h.AsExceptHandler())
	}
	end := firstStart(n.Finalbody(), n.End())
	c.emit(evElse, firstStart(n.Orelse(), end), 0)
	c.block(n.Orelse())
	c.emit(evEnd, end, 0)
	c.cond--
	if n.Finalbody().Len() > 0 {
		c.emit(evFinally, end, whole)
		c.block(n.Finalbody())
		c.emit(evFinallyEnd, n.End(), 0)
	}
}

func bodyEnd(n pyparse.Try) uint32 {
	if l := n.Body(); l.Len() > 0 {
		return l.At(l.Len() - 1).End()
	}
	return n.Start()
}

func (c *collector) handler(h pyparse.ExceptHandler) {
	c.expr(h.Type())
	guarded := catchesImportError(h.Type())
	if guarded {
		c.guards++
	}
	felt := firstStart(h.Body(), h.End())
	c.bind(h.Name(), h.NameStart(), felt, Binding{Kind: ByExcept, Node: h.Node, Value: h.Type()})
	c.block(h.Body())
	if h.Name() != "" {
		c.unbind(h.Name(), h.End())
	}
	if guarded {
		c.guards--
	}
}

// catchesImportError reports whether a handler of this type is run when an import
// fails.
func catchesImportError(typ pyparse.Node) bool {
	if !typ.Valid() {
		return true
	}
	if typ.Kind() == pyparse.KindTuple {
		for t := range typ.AsTuple().Elts().All() {
			if t.Valid() && catchesImportError(t) {
				return true
			}
		}
		return false
	}
	switch lastName(typ) {
	case "ImportError", "ModuleNotFoundError", "Exception", "BaseException":
		return true
	}
	return false
}

// lastName returns the last identifier of a Name or Attribute; "" for anything else.
func lastName(n pyparse.Node) string {
	if n.Kind() == pyparse.KindAttribute {
		return n.AsAttribute().Attr()
	}
	return n.AsName().Id()
}
