package bind

import (
	"slices"

	"github.com/greenlint/greenlint/pyparse"
)

// target binds what stands to the left of an assignment, after for, as or del. b is
// the binding of the whole target.
func (c *collector) target(n pyparse.Node, felt uint32, b Binding) {
	switch n.Kind() {
	case pyparse.KindName:
		c.bind(n.AsName().Id(), n.Start(), felt, b)
		if c.scope == c.t.module && n.AsName().Id() == "__all__" {
			c.t.exports.bind(c, b)
		}
	case pyparse.KindTuple:
		c.targets(n.AsTuple().Elts(), felt, b)
	case pyparse.KindList:
		c.targets(n.AsList().Elts(), felt, b)
	case pyparse.KindStarred:
		b.Path = append(slices.Clip(b.Path), -1)
		c.target(n.AsStarred().Value(), felt, b)
	default:
		c.expr(n)
	}
}

func (c *collector) targets(l pyparse.NodeList, felt uint32, b Binding) {
	values, same := display(b, l)
	starred := false
	for i := range l.Len() {
		at := b
		starred = starred || l.At(i).Kind() == pyparse.KindStarred
		switch {
		case same:
			at.Value = values.At(i)
		case starred && l.At(i).Kind() != pyparse.KindStarred:
			at.Path = append(slices.Clip(b.Path), -1)
		case !starred && b.Kind != ByDelete:
			at.Path = append(slices.Clip(b.Path), i)
		}
		c.target(l.At(i), felt, at)
	}
}

// display returns the parts of a value that is written as a tuple or list, and
// reports whether they are assigned to the targets one by one.
func display(b Binding, targets pyparse.NodeList) (pyparse.NodeList, bool) {
	if b.Kind != ByAssign || len(b.Path) > 0 {
		return pyparse.NodeList{}, false
	}
	values := b.Value.AsTuple().Elts()
	if b.Value.Kind() == pyparse.KindList {
		values = b.Value.AsList().Elts()
	}
	if values.Len() != targets.Len() {
		return values, false
	}
	for _, l := range []pyparse.NodeList{values, targets} {
		for i := range l.Len() {
			if l.At(i).Kind() == pyparse.KindStarred {
				return values, false
			}
		}
	}
	return values, values.Len() > 0
}

// pattern binds what a case captures. subject is what the whole pattern is matched
// with, absent for a part of it.
func (c *collector) pattern(n pyparse.Node, felt uint32, subject pyparse.Node) {
	if n.Kind().IsExpr() {
		c.expr(n)
		return
	}
	for part := range n.Children() {
		inner := pyparse.Node{}
		if n.Kind() == pyparse.KindMatchAs {
			inner = subject
		}
		c.pattern(part, felt, inner)
	}
	b := Binding{Kind: ByMatch, Node: n, Value: subject}
	switch n.Kind() {
	case pyparse.KindMatchAs:
		as := n.AsMatchAs()
		c.bind(as.Name(), as.NameStart(), felt, b)
	case pyparse.KindMatchStar:
		c.bind(n.AsMatchStar().Name(), n.AsMatchStar().NameStart(), felt, b)
	case pyparse.KindMatchMapping:
		b.Value = pyparse.Node{}
		c.bind(n.AsMatchMapping().Rest(), n.AsMatchMapping().RestStart(), felt, b)
	}
}
