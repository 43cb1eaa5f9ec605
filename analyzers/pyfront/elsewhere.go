package pyfront

import (
	"maps"
	"slices"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// What belongs to a loop can be reached from where the loop isn't: a forked process has a
// copy of every task, and a real thread sees the locks that only wake tasks. Here the
// calls that start such a process or thread are followed to the first call that does harm
// there. The finding's place is the call that starts it, since that is where it can be
// done otherwise: a thread that writes a log does so in many places.

// A realm is where code runs beside the loop.
type realm uint8

const (
	inCopy   realm = iota // a forked process
	inThread              // a real thread
)

// An away is a call by which something runs in another realm.
type away struct {
	realm    realm
	whole    bool // what follows the call does, not what it is given
	symbol   string
	guard    rules.Guard
	row      *rules.Row
	pos, end rules.Pos
}

// threaded is what a wrapped object is kept with whose methods run in a real thread: what
// has wrapped it.
type threaded struct {
	symbol string
	row    *rules.Row
}

// A harm is a call that does harm in a realm, under the guard's conditions.
type harm struct {
	rule     rules.ID
	symbol   string
	guard    rules.Guard
	severity rules.Severity
	row      *rules.Row
	pos      rules.Pos
}

// goesTo notes that what a call is given, or else what follows it, runs in a realm. Where
// the call may be another one, a helper is given what runs things as well as what is run,
// and it isn't known which of them go together.
func (f *frame) goesTo(r realm, whole bool, symbol string, row *rules.Row, n pyparse.Node) {
	w := away{realm: r, whole: whole, symbol: symbol, guard: row.Guard(), row: row, pos: f.pos(n), end: f.endPos(n)}
	if !f.oneOf {
		note(&f.u.awayAt, &f.u.aways, w, itself)
	}
}

// does notes a call that does harm in a realm.
func (f *frame) does(r realm, d harm) {
	note(&f.u.harmsAt[r], &f.u.harms[r], d, itself)
}

// harmsThread notes what the catalogue says of a call in a real thread.
func (f *frame) harmsThread(e rules.Entry, v *value, as args, n pyparse.Node) {
	for _, r := range e.InThread {
		if r.Applies(as) {
			f.does(inThread, harm{r.Rule, v.name, r.Guard(), r.Severity, &r.Row, f.pos(n)})
		}
	}
}

// elsewhere are the effects of calls that start something in another realm, by what is
// done there. It comes last, when all units and contexts are known.
func (a *analysis) elsewhere(units []*unit, contexts []rules.Context) map[*unit][]flow.Own {
	out := map[*unit][]flow.Own{}
	var by map[rules.Func]*unit
	company := false // some task has another beside it
	for _, u := range units {
		for _, w := range u.aways {
			if by == nil {
				by = map[rules.Func]*unit{}
				for _, x := range units {
					by[x.name] = x
				}
				company = a.sharing(units, contexts).company()
			}
			if w.realm == inThread || company {
				out[u] = append(out[u], w.effects(u, by)...)
			}
		}
	}
	return out
}

// company reports whether two tasks can be there at once. One that is alone is copied
// too, but waits for nothing that its copy would take.
func (w *sharing) company() bool {
	return w.tasks(slices.Sorted(maps.Keys(w.contexts))...) > 1
}

// A leg is a unit that is reached in a realm, and by which call.
type leg struct {
	unit  *unit
	guard rules.Guard
	frame rules.Frame
	from  int // index of the leg before; -1 = none
}

// effects are what a call brings about: for each condition the nearest harm.
func (w *away) effects(u *unit, by map[rules.Func]*unit) []flow.Own {
	if w.whole {
		return []flow.Own{{Effect: rules.Effect{Rule: forkRule, Symbol: w.symbol, Guard: w.guard, Row: w.row}, Pos: w.pos, End: w.end}}
	}
	found := map[rules.Guard]flow.Own{}
	seen := map[*unit]bool{}
	var legs []leg
	visit := func(e flow.Edge, guard rules.Guard, from int) {
		if v := by[e.Callee]; v != nil && !seen[v] {
			seen[v] = true
			legs = append(legs, leg{v, guard.And(e.Guard), rules.Frame{Func: v.name, Pos: e.Pos, Dynamic: e.Dynamic}, from})
		}
	}
	for _, e := range inOrder(u.edges) {
		if e.Kind == flow.Offload && e.Pos == w.pos {
			visit(e, w.guard, -1)
		}
	}
	for i := 0; i < len(legs); i++ {
		l := legs[i]
		for _, d := range l.unit.harms[w.realm] {
			g := l.guard.And(d.guard)
			if _, ok := found[g]; !ok {
				found[g] = w.own(d, g, chainTo(legs, i, d))
			}
		}
		for _, e := range inOrder(l.unit.edges) {
			if e.Kind == flow.Call {
				visit(e, l.guard, i)
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(x, y flow.Own) int { return len(x.Tail) - len(y.Tail) })
}

// own is the effect of the call, by what it leads to.
func (w *away) own(d harm, g rules.Guard, tail rules.Chain) flow.Own {
	o := flow.Own{Pos: w.pos, End: w.end, Tail: tail}
	if w.realm == inCopy {
		o.Effect = rules.Effect{Rule: forkRule, Symbol: w.symbol, Guard: g, Row: w.row, Detail: "whose child waits in " + d.symbol}
	} else {
		o.Effect = rules.Effect{Rule: d.rule, Symbol: d.symbol, Guard: g, Row: d.row, Severity: d.severity, Detail: "in a thread of " + w.symbol}
	}
	return o
}

// chainTo is the way to a harm.
func chainTo(legs []leg, i int, d harm) rules.Chain {
	out := rules.Chain{{Func: rules.Func(d.symbol), Pos: d.pos}}
	for ; i >= 0; i = legs[i].from {
		out = append(out, legs[i].frame)
	}
	slices.Reverse(out)
	return out
}

// inOrder are edges by their places.
func inOrder(edges []flow.Edge) []flow.Edge {
	return slices.SortedStableFunc(slices.Values(edges), func(x, y flow.Edge) int { return x.Pos.Compare(y.Pos) })
}
