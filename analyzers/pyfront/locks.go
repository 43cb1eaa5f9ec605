package pyfront

import (
	"slices"

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
				return e.Kind == flow.Call && h.body.has(uint32(e.Pos.Offset)) && waiting[e.Callee]
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

// waitingUnits are those that wait, by themselves or in what they call.
func waitingUnits(units []*unit) map[rules.Func]bool {
	out := map[rules.Func]bool{}
	callers := map[rules.Func][]*unit{}
	var todo []*unit
	for _, u := range units {
		for _, e := range u.edges {
			if e.Kind == flow.Call {
				callers[e.Callee] = append(callers[e.Callee], u)
			}
		}
		if u.waitsIn(span{0, ^uint32(0)}) {
			out[u.name] = true
			todo = append(todo, u)
		}
	}
	for len(todo) > 0 {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, c := range callers[u.name] {
			if !out[c.name] {
				out[c.name] = true
				todo = append(todo, c)
			}
		}
	}
	return out
}
