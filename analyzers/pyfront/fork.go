package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// forkRule is broken by a fork in a process whose loop runs: the child has a copy of
// every task, and runs them as soon as it waits for something.
const forkRule rules.ID = "GL504"

// maxForks is how many of the forks of one function are looked into.
const maxForks = 16

// forks applies what the catalogue says of a call that forks.
func (f *frame) forks(e rules.Entry, v *value, as args, n pyparse.Node) {
	if len(e.Forks) > 0 {
		f.u.forked++
	}
	if f.u.forked > maxForks {
		return
	}
	for _, r := range e.Forks {
		switch {
		case !r.Applies(as):
		case len(e.Offloads) > 0: // what the child runs is seen
			f.goesTo(inCopy, false, v.name, &r.Row, n)
		case f.goesOn(r, n):
			f.goesTo(inCopy, true, v.name, &r.Row, n)
		}
	}
}

// waits notes a call that gives the thread back to the loop in some processes, and so to
// the tasks of a copy.
func (f *frame) waits(symbol string, g rules.Guard, n pyparse.Node) {
	f.does(inCopy, harm{symbol: symbol, guard: g, pos: f.pos(n)})
}

// whenGreen is the guard under which a call that an effect is about waits cooperatively;
// ok is false where nothing makes it.
func whenGreen(g rules.Guard) (out rules.Guard, ok bool) {
	for c := range strings.SplitSeq(g.Unless, " | ") {
		if strings.HasPrefix(c, "patched(") {
			return rules.Guard{When: g.When}.And(rules.Guard{When: c}), true
		}
	}
	return out, false
}

// goesOn reports whether the two processes after a fork both go on with the program that
// forked. Where the function runs another one, or where the parent ends, nothing is
// there twice.
func (f *frame) goesOn(r *rules.ForkRow, fork pyparse.Node) bool {
	if !f.u.node.Valid() {
		return true
	}
	name := ""
	f.u.around(fork.Start(), func(n pyparse.Node) {
		if a := n.AsAssign(); a.Valid() && a.Targets().Len() == 1 {
			name = a.Targets().At(0).Text()
		}
	})
	goes := true
	pyparse.Walk(f.u.node, func(n pyparse.Node) bool {
		if f.denotes(n, r.Execs) {
			goes = false
		}
		if i := n.AsIf(); i.Valid() && n.End() > fork.Start() && f.endsIn(parentOf(i, name, fork), r.Ends) {
			goes = false
		}
		return goes
	})
	return goes
}

// parentOf is the branch that the parent takes, where a statement asks what a fork gave.
func parentOf(i pyparse.If, name string, fork pyparse.Node) pyparse.NodeList {
	isFork := func(n pyparse.Node) bool {
		return name != "" && n.Text() == name || n.Start() == fork.Start() && n.End() == fork.End() ||
			n.Kind() == pyparse.KindNamedExpr && isWithin(fork, n)
	}
	test := i.Test()
	switch test.Kind() {
	case pyparse.KindUnaryOp:
		if isFork(test.AsUnaryOp().Operand()) {
			return i.Orelse()
		}
	case pyparse.KindCompare:
		if c := test.AsCompare(); isFork(c.Left()) {
			if strings.Contains(test.Text(), "==") {
				return i.Orelse()
			}
			return i.Body()
		}
	default:
		if isFork(test) {
			return i.Body()
		}
	}
	return pyparse.NodeList{}
}

func isWithin(n, outer pyparse.Node) bool {
	return outer.Start() <= n.Start() && n.End() <= outer.End()
}

// endsIn reports whether statements end the process, by one of some names.
func (f *frame) endsIn(body pyparse.NodeList, ends []string) (found bool) {
	for n := range body.All() {
		pyparse.Walk(n, func(n pyparse.Node) bool {
			found = found || f.denotes(n, ends)
			return !found
		})
	}
	return found
}

// denotes reports whether a name, or an attribute of one, is one of a library's.
func (f *frame) denotes(n pyparse.Node, names []string) bool {
	base := n
	if a := n.AsAttribute(); a.Valid() {
		base = a.Value()
	}
	return base.Kind() == pyparse.KindName && n.Ctx() == pyparse.Load &&
		slices.ContainsFunc(f.quiet(n).vals, func(v *value) bool { return v.kind == kSymbol && slices.Contains(names, v.name) })
}
