package pyfront

import (
	"bytes"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
)

// A decorator of the project is run for each function or class that it decorates by
// itself, as a copy: what one wrapper calls is one function then, and not all that
// are decorated alike. The first function gets the original, so that a decorator
// used once has no copies. Units inside a copy are copies too.

// A function that looks an attribute up by a name that it is given is another function for
// each name that callers write out: client.call("get", …) doesn't call what
// client.call("upload", …) does.

// maxNames bounds for how many names a function is copied.
const maxNames = 64

// maxCopies bounds the copies of one decorator; what it decorates beyond shares
// the original.
const maxCopies = 300

// unitKey tells the copies of a function apart.
type unitKey struct {
	node pyparse.Node
	copy *unit // the copy that it is in; nil = none
}

type copyKey struct {
	of    *unit
	at    pyparse.Node // the decorator
	names string       // or the names that it is given
}

// copyFor is the unit that decorates at a place.
func (a *analysis) copyFor(u *unit, at pyparse.Node) *unit {
	if u.node.Kind() == pyparse.KindModule || u.copy != nil || u.running {
		return u
	}
	key := copyKey{of: u, at: at}
	c := a.copies[key]
	if c == nil {
		u.copied++
		if t := a.epochs.trial; t != nil {
			t.copied = append(t.copied, u)
		}
		if u.copied == 1 || u.copied > maxCopies {
			c = u
		} else {
			c = a.copyOf(u)
		}
		a.keepCopy(key, c)
	}
	return c
}

func (a *analysis) copyOf(u *unit) *unit {
	c := a.newUnit(u.mod, u.node, u.scope, u.outer, u.class, u.short)
	c.copy, c.flag = c, u.flag
	return c
}

func (a *analysis) keepCopy(key copyKey, c *unit) {
	if a.copies == nil {
		a.copies = map[copyKey]*unit{}
	}
	a.copies[key] = c
}

// named is the copy of a function for the names that a call gives it; itself where it
// gives none, or more than one for a parameter.
func (a *analysis) named(u *unit, self set, as args) *unit {
	if len(u.named) == 0 || u.copy != nil || u.running {
		return u
	}
	said := ""
	for _, i := range u.named {
		at := i
		if !self.empty() {
			at--
		}
		given, ok := as.find(at, []string{u.params[i].name})
		name, known := text(given.set)
		if ok && (!known || strings.Contains(name, unknownText)) {
			return u
		}
		said += name + ","
	}
	if strings.Trim(said, ",") == "" {
		return u
	}
	key := copyKey{of: u, names: said}
	c := a.copies[key]
	if c == nil && u.names < maxNames {
		u.names++
		if t := a.epochs.trial; t != nil {
			t.named = append(t.named, u)
		}
		c = a.copyOf(u)
		a.keepCopy(key, c)
	}
	if c == nil {
		return u
	}
	return c
}

// attributeNames are the parameters of a function by whose values it looks attributes up.
func (u *unit) attributeNames() (out []int) {
	if !bytes.Contains(u.mod.tree.Source()[u.node.Start():u.node.End()], []byte("getattr(")) {
		return nil
	}
	used := map[string]bool{}
	pyparse.Walk(u.node, func(n pyparse.Node) bool {
		c := n.AsCall()
		if c.Valid() && c.Args().Len() > 1 && c.Func().Text() == "getattr" && c.Args().At(1).Kind() == pyparse.KindName {
			used[c.Args().At(1).AsName().Id()] = true
		}
		return true
	})
	pyparse.Walk(u.node, func(n pyparse.Node) bool { // name = given or "usual"
		if s := n.AsAssign(); s.Valid() && s.Targets().Len() == 1 && used[s.Targets().At(0).Text()] && s.Value().Kind() == pyparse.KindBoolOp {
			used[s.Value().AsBoolOp().Values().At(0).Text()] = true
		}
		return true
	})
	for i, p := range u.params {
		if used[p.name] && (p.kind == pPositional || p.kind == pKeyword) {
			out = append(out, i)
		}
	}
	return out
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
