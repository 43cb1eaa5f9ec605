package pyfront

import (
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
)

// A decorator of the project is run for each function or class that it decorates by
// itself, as a copy: what one wrapper calls is one function then, and not all that
// are decorated alike. The first function gets the original, so that a decorator
// used once has no copies. Units inside a copy are copies too.

// maxCopies bounds the copies of one decorator; what it decorates beyond shares
// the original.
const maxCopies = 300

// unitKey tells the copies of a function apart.
type unitKey struct {
	node pyparse.Node
	copy *unit // the copy that it is in; nil = none
}

type copyKey struct {
	of *unit
	at pyparse.Node // the decorator
}

// copyFor is the unit that decorates at a place.
func (a *analysis) copyFor(u *unit, at pyparse.Node) *unit {
	if u.node.Kind() == pyparse.KindModule || u.copy != nil || u.running {
		return u
	}
	key := copyKey{u, at}
	c := a.copies[key]
	if c == nil {
		if a.copies == nil {
			a.copies = map[copyKey]*unit{}
		}
		u.copied++
		if t := a.epochs.trial; t != nil {
			t.copied = append(t.copied, u)
		}
		if u.copied == 1 || u.copied > maxCopies {
			c = u
		} else {
			c = a.newUnit(u.mod, u.node, u.scope, u.outer, u.class, u.short)
			c.copy, c.flag = c, u.flag
		}
		a.copies[key] = c
	}
	return c
}

// owner is the unit in whose run the names of a scope live, as the unit sees it.
func (u *unit) owner(scope *bind.Scope) *unit {
	for x := u; x != nil; x = x.outer {
		if x.scope == scope {
			return x
		}
	}
	return u.mod.units[scope]
}
