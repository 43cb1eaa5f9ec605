package pyfront

import (
	"fmt"
	"slices"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// moves follows the callables that a call hands to a new task, to another
// thread, or to itself.
func (f *frame) moves(e rules.Entry, as args, n pyparse.Node) {
	take := func(m *rules.MoveRow) (set, args, bool) {
		if !m.Applies(as) {
			return set{}, args{}, false
		}
		pos, names := m.Callable()
		a, ok := as.find(pos, names)
		if !ok && len(m.Methods) > 0 {
			a, ok = as.unpacked(pos)
		}
		if !ok || a.set.empty() {
			return set{}, args{}, false
		}
		return a.set, f.passed(as, pos), true
	}
	for _, m := range e.Offloads {
		if m.Wraps || m.Returns {
			continue
		}
		if fn, rest, ok := take(m); ok {
			f.move(fn, rest, n, flow.Offload, m.Guard())
			f.yield.maybe = true
			if m.Thread {
				f.goesTo(inThread, false, e.Symbol, &m.Row, n)
			}
		}
	}
	for _, m := range e.Spawns {
		fn, rest, ok := take(m)
		if !ok {
			continue
		}
		f.yield.maybe = true
		f.move(fn, rest, n, flow.Spawn, m.Guard())
		if m.Loop != "" {
			kind := m.Kind
			if kind == "" {
				kind = "greenlet"
			}
			f.contextsOf(fn, kind, m.Loop, m.Guard(), n)
			f.serves(fn, kind, m.Loop, n)
		} else if m.Kind == "wsgi-app" {
			f.serves(fn, m.Kind, "", n)
		}
	}
	for _, m := range e.HigherOrder {
		fn, _, ok := take(m)
		switch {
		case !ok:
		case len(m.Methods) > 0:
			f.asked(fn, m.Methods, n)
		default:
			f.eachOf(m, fn, as, n)
		}
	}
	for _, c := range e.Contexts {
		if !c.Applies(as) {
			continue
		}
		pos, names := c.Callable()
		a, ok := as.find(pos, names)
		switch {
		case !ok:
		case len(c.Methods) > 0:
			f.endpoints(a.set, c, n)
		default:
			f.contextsOf(a.set, c.Kind, c.Loop, c.Guard(), n)
		}
	}
}

// eachOf calls a callable that a call is given: once, or for each element of an argument.
func (f *frame) eachOf(m *rules.MoveRow, fn set, as args, n pyparse.Node) {
	call := func() { f.apply(fn, args{node: n, star: true, kwstar: true}, n) }
	pos, names, ok := m.Elements()
	if !ok {
		call()
		return
	}
	all, _ := as.find(pos, names)
	cost, yield := f.scoped(call)
	f.finishLoop(loopInfo{node: n, head: n, trips: all.set.length(), each: cost + costCall, yield: yield, expr: true})
}

// asked calls methods of objects that a call is given: a file that it reads.
func (f *frame) asked(s set, methods []string, n pyparse.Node) {
	objects := set{vals: without(s, func(v *value) bool { return v.kind != kObject && v.kind != kInstance }).vals}
	for _, name := range methods {
		f.apply(set{vals: f.attrOf(objects, name, n).vals}, args{node: n}, n)
	}
}

// passed is what a callable among the arguments is given: what follows it, or
// what an args= tuple holds.
func (f *frame) passed(as args, pos int) args {
	out := as.after(pos)
	for i, k := range out.kw {
		if k.name == "args" {
			rest := append(append([]arg(nil), out.kw[:i]...), out.kw[i+1:]...)
			out = args{node: as.node, kw: rest}
			if k.node.Kind() == pyparse.KindTuple || k.node.Kind() == pyparse.KindList {
				for e := range k.node.Children() {
					out.pos = append(out.pos, arg{set: f.eval(e), node: e})
				}
			} else {
				out.star = true
			}
			return out
		}
	}
	if len(out.pos) == 1 && out.pos[0].node.Valid() && out.pos[0].node.Kind() == pyparse.KindTuple {
		t := out.pos[0].node
		out.pos = nil
		for e := range t.Children() {
			out.pos = append(out.pos, arg{set: f.eval(e), node: e})
		}
	}
	return out
}

// move lets callables run elsewhere: as a new task, or on another thread.
func (f *frame) move(fn set, as args, n pyparse.Node, k flow.EdgeKind, g rules.Guard) {
	if f.a.nesting >= maxNesting || len(as.pos)+len(as.kw) > maxArgs {
		return
	}
	f.a.nesting++
	defer func() { f.a.nesting-- }()
	for _, v := range fn.vals {
		switch v.kind {
		case kFunc, kBound:
			var self set
			if v.kind == kBound {
				self = f.receiver(v)
			}
			f.bind(v.unit, self, as)
			f.edge(v.unit, k, g, n, len(fn.vals) > 1)
		case kPartial:
			all := args{pos: append(append([]arg(nil), v.part.args.pos...), as.pos...), kw: v.part.args.kw, node: n}
			f.move(v.part.fn, all, n, k, g)
		case kInstance:
			for _, m := range f.classMethods(v.class, "__call__") {
				f.bind(m.unit, one(v), as)
				f.edge(m.unit, k, g, n, true)
			}
		case kClass:
			for _, m := range f.classMethods(v.class, "__init__") {
				f.bind(m.unit, one(instanceValue(v.class, "")), as)
				f.edge(m.unit, k, g, n, true)
			}
		case kSymbol:
			f.edge(f.shim(v, as, n), k, g, n, len(fn.vals) > 1)
		case kObject:
			if m := f.a.callOf(v); m != nil {
				f.edge(f.shim(m, as, n), k, g, n, len(fn.vals) > 1)
			}
		case kElsewhere:
			if v.item != nil && k == flow.Spawn {
				f.move(v.item.read(f.u), as, n, flow.Offload, g)
			}
		}
	}
	if fn.open && len(fn.vals) == 0 {
		f.unknownCall(n, "callable that is handed on")
	}
}

// serves notes that a server of a green loop is given an application, or the name of
// the loop on which it will serve one: the views that a framework calls for it run on
// that loop. A server without a loop of its own runs on the one that is patched for.
func (f *frame) serves(fn set, kind string, loop rules.Loop, n pyparse.Node) {
	for _, v := range fn.vals {
		if v.kind == kObject || v.kind == kInstance || v.kind == kConst && v.name == "str" {
			f.u.served = append(f.u.served, served{loop: loop, why: rules.Evidence{Pos: f.pos(n), Text: f.text(n)}})
			return
		}
	}
	if kind == "wsgi-app" && fn.open && len(fn.vals) == 0 { // an application that a file of settings puts together
		f.u.served = append(f.u.served, served{loop: loop, why: rules.Evidence{Pos: f.pos(n), Text: f.text(n)}, loaded: true})
	}
}

type served struct {
	loop   rules.Loop // zero: the one that the process patches for
	why    rules.Evidence
	loaded bool // what is served is not seen: it may be anything that a package offers
}

// shim is a unit that does nothing but call a library's function, for calls that
// hand such a function straight to a spawn or a thread pool.
func (f *frame) shim(v *value, as args, n pyparse.Node) *unit {
	key := shimKey{n, v.name}
	u := f.a.shims[key]
	if u == nil {
		u = &unit{id: len(f.a.units), mod: f.u.mod, outer: f.u, short: lastPart(v.name), vars: map[string]*cell{}, ran: true, runs: maxRuns}
		u.name = f.a.unique(string(f.u.name) + ".<" + v.name + ">")
		f.a.shims[key] = u
		f.a.units = append(f.a.units, u)
	}
	u.outcome = outcome{}
	g := &frame{a: f.a, u: u, scope: f.scope, env: new(locals)}
	f.a.called[v.name] = true
	e := f.a.methodEntry(v)
	g.rows(e, v, as, n)
	u.cost, u.yields = g.cost, g.yield
	return u
}

// callOf is what calling a library's object calls; nil where no row names it: what is said
// of all methods of a class is no word that its objects can be called.
func (a *analysis) callOf(v *value) *value {
	for _, c := range a.libraryOrder(v.name) {
		named := func(r *rules.EffectRow) bool { return slices.Contains(r.Calls, c+".__call__") }
		if e := a.cat.Method(c, "__call__"); slices.ContainsFunc(e.Effects, named) {
			return a.memberOf(v.name, "__call__").in(v)
		}
	}
	return nil
}

type shimKey struct {
	node pyparse.Node
	name string
}

// contextsOf makes callables contexts: the loop calls them, as the call at n says.
func (f *frame) contextsOf(fn set, kind string, loop rules.Loop, g rules.Guard, n pyparse.Node) {
	f.contextsWhy(fn, kind, loop, g, n, []rules.Evidence{{Pos: f.pos(n), Text: f.text(n)}})
}

// contextsWhy is contextsOf with evidence of another kind.
func (f *frame) contextsWhy(fn set, kind string, loop rules.Loop, g rules.Guard, n pyparse.Node, why []rules.Evidence) {
	if f.a.nesting >= maxNesting {
		return
	}
	f.a.nesting++
	defer func() { f.a.nesting-- }()
	for _, v := range fn.vals {
		switch v.kind {
		case kFunc, kBound:
			f.a.ensure(v.unit)
			f.a.context(rules.Context{Kind: kind, Loop: loop, Func: v.unit.name, Pos: v.unit.pos(), Guard: g, Why: why})
		case kPartial:
			f.contextsWhy(v.part.fn, kind, loop, g, n, why)
		case kInstance:
			for _, m := range f.classMethods(v.class, "__call__") {
				f.a.ensure(m.unit)
				f.a.context(rules.Context{Kind: kind, Loop: loop, Func: m.unit.name, Pos: m.unit.pos(), Guard: g, Why: why})
			}
		case kSymbol:
			u := f.shim(v, args{node: n}.after(0), n)
			f.a.context(rules.Context{Kind: kind, Loop: loop, Func: u.name, Pos: f.pos(n), Guard: g, Why: why})
		case kObject:
			if m := f.a.callOf(v); m != nil {
				f.contextsWhy(one(m), kind, loop, g, n, why)
			}
		}
	}
}

// pos is where a unit is defined.
func (u *unit) pos() rules.Pos {
	if !u.node.Valid() {
		return rules.Pos{File: u.mod.file}
	}
	off := u.node.Start()
	if fd := u.node.AsFunctionDef(); fd.Valid() {
		off = fd.NameStart()
	}
	return u.mod.pos(off)
}

// context adds a context, once.
func (a *analysis) context(c rules.Context) {
	key := fmt.Sprint(c.Kind, c.Loop, c.Func, c.Guard)
	if a.listed[key] {
		return
	}
	a.listed[key] = true
	c.Idle = a.cat.Idle(c.Kind)
	a.extra = append(a.extra, c)
}
