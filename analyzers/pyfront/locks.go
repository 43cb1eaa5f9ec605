package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// Who waits for a lock waits as long as another holds it. One that nobody holds for more
// than moments is no reason to wait, however many take it. So a with statement is told of
// only where some with statement of the same lock has something in it that can wait.

// A hold is a with statement over a lock.
type hold struct {
	lock    string // by its name in a file
	body    span
	awaits  bool
	effects []flow.Own // of waiting for the lock
}

// holding runs what enters a with statement's item, and notes the lock that it takes.
func (f *frame) holding(s pyparse.With, item pyparse.Node, enter func()) {
	h := &hold{}
	defer func(was *hold) { f.taking = was }(f.taking)
	f.taking = h
	enter()
	if len(h.effects) == 0 {
		return
	}
	h.lock, h.body, h.awaits = f.u.mod.file+" "+lastName(item), spanOfAll(s.Body()), f.u.async && awaits(s.Body())
	note(&f.u.holdAt, &f.u.holds, h, func(h **hold) span { return (*h).body })
}

// waitsForLock notes an effect of taking a lock. Where none is taken for a while, it is
// one of the unit like any other.
func (f *frame) waitsForLock(e rules.Effect, n pyparse.Node) {
	if f.taking == nil {
		f.effect(e, n)
		return
	}
	f.taking.effects = append(f.taking.effects, flow.Own{Effect: e, Pos: f.pos(n), End: f.endPos(n)})
}

// hasAsked reports whether a call of a method stands below a test that asks the same object,
// by another method, whether it would wait.
func (u *unit) hasAsked(methods []string, n pyparse.Node) bool {
	call := n.AsCall()
	if len(methods) == 0 || !call.Valid() || call.Func().Kind() != pyparse.KindAttribute {
		return false
	}
	of := call.Func().AsAttribute().Value().Text()
	asks := func(test pyparse.Node) bool {
		return !isWithin(n, test) && slices.ContainsFunc(methods, func(m string) bool { return strings.Contains(test.Text(), of+"."+m+"(") })
	}
	found := false
	u.around(n.Start(), func(n pyparse.Node) {
		if i := n.AsIf(); i.Valid() {
			found = found || asks(i.Test())
		} else if w := n.AsWhile(); w.Valid() {
			found = found || asks(w.Test())
		}
	})
	return found
}

// lastName is what an expression is called by: lock of self.lock, locks of locks[k].
func lastName(n pyparse.Node) string {
	switch n.Kind() {
	case pyparse.KindAttribute:
		return n.AsAttribute().Attr()
	case pyparse.KindSubscript:
		return lastName(n.AsSubscript().Value())
	case pyparse.KindCall:
		return lastName(n.AsCall().Func())
	}
	return n.Text()
}

// awaits reports whether statements give the thread back to the loop.
func awaits(body pyparse.NodeList) bool {
	found := false
	for n := range body.All() {
		pyparse.Walk(n, func(n pyparse.Node) bool {
			switch n.Kind() {
			case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda:
				return false
			case pyparse.KindAwait, pyparse.KindAsyncFor, pyparse.KindAsyncWith:
				found = true
			}
			return !found
		})
	}
	return found
}

// contended are the effects of locks that somebody holds for more than moments. They come
// last, when all units are known.
func (a *analysis) contended(units []*unit) map[*unit][]flow.Own {
	if !slices.ContainsFunc(units, func(u *unit) bool { return len(u.holds) > 0 }) {
		return nil
	}
	waiting := waitingUnits(units)
	long := map[string]bool{}
	for _, u := range units {
		for _, h := range u.holds {
			long[h.lock] = long[h.lock] || h.awaits || u.waitsIn(h.body) || slices.ContainsFunc(u.edges, func(e flow.Edge) bool {
				return certain(&e) && h.body.has(uint32(e.Pos.Offset)) && waiting[e.Callee]
			})
		}
	}
	out := map[*unit][]flow.Own{}
	for _, u := range units {
		for _, h := range u.holds {
			if long[h.lock] {
				out[u] = append(out[u], h.effects...)
			}
		}
	}
	return out
}

// waitsIn reports whether a unit itself waits, or computes for long, in a part of its text.
func (u *unit) waitsIn(s span) bool {
	return slices.ContainsFunc(u.own, func(o flow.Own) bool { return s.has(uint32(o.Pos.Offset)) && o.Effect.Rule != "GL203" }) ||
		slices.ContainsFunc(u.steps, func(st step) bool { return (st.kind == takes || st.kind == rests) && s.has(st.off) })
}

// maxHeldDepth is how many calls away from a with statement a wait counts. What lies further
// off is done now and then, or by another callee.
const maxHeldDepth = 2

// waitingUnits are those that wait, by themselves or in what they are sure to call.
func waitingUnits(units []*unit) map[rules.Func]bool {
	out := map[rules.Func]bool{}
	callers := map[rules.Func][]*unit{}
	var now []*unit
	for _, u := range units {
		for _, e := range u.edges {
			if certain(&e) {
				callers[e.Callee] = append(callers[e.Callee], u)
			}
		}
		if u.waitsIn(span{0, ^uint32(0)}) {
			out[u.name] = true
			now = append(now, u)
		}
	}
	for range maxHeldDepth - 1 {
		var next []*unit
		for _, u := range now {
			for _, c := range callers[u.name] {
				if !out[c.name] {
					out[c.name] = true
					next = append(next, c)
				}
			}
		}
		now = next
	}
	return out
}

// certain reports whether an edge is a call here and now of just this function.
func certain(e *flow.Edge) bool { return e.Kind == flow.Call && !e.Dynamic }
