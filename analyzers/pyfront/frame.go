package pyfront

import (
	"slices"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
	"github.com/greenlint/greenlint/rules"
)

// A frame is one run of a unit's body, or of a class body within it.
type frame struct {
	a         *analysis
	u         *unit
	scope     *bind.Scope
	env       *locals    // what the locals denote here; nil after return or raise
	class     *class     // whose body this is
	outer     *frame     // class bodies: the frame around
	cost      float64    // seconds so far
	yield     yieldState // of what was run so far
	exits     []*locals
	next      []*locals // environments at break and continue of the loop at hand
	inTry     int
	catching  int            // try statements around that catch a missing attribute
	runsOut   int            // in so many try statements that end when the data do: except StopIteration
	switches  []choice       // between two ways, by the default of an option
	unusual   int            // in so many branches that the defaults of options rule out
	oneOf     bool           // what is called is one of several that it may be
	onlyTypes int            // in so many blocks that only type checkers read
	perhaps   int            // in so many branches that may not be taken
	lacking   int            // in so many handlers for systems that lack what was tried
	only      []pyparse.Node // of an installed module: the statements to run; nil = all that are wanted
	whose     rules.Whose    // what the test at hand has asked of where it runs
	aside     int            // in so many branches of tests that have asked for the loop; their waits are meant for where it isn't
	taking    *hold          // the lock that a with statement takes
	tried     map[string]set // what the locals were while the try statement at hand ran
}

// body runs the unit.
func (f *frame) body() {
	u := f.u
	switch u.node.Kind() {
	case pyparse.KindModule:
		switch {
		case f.only != nil:
			f.some(f.only)
		case u.mod.foreign:
			f.again(u.mod)
		default:
			f.block(u.node.AsModule().Body())
		}
		// What functions see of a module is what it holds in the end.
		if f.env != nil {
			for _, l := range f.env.all() {
				f.a.write(u.variable(l.name), l.set)
			}
		}
	case pyparse.KindLambda:
		f.bindParams()
		f.a.write(&u.result, f.eval(u.node.AsLambda().Body()))
	default:
		f.bindParams()
		f.block(u.node.AsFunctionDef().Body())
		if f.env != nil {
			f.a.write(&u.result, one(constOf(nil)))
		}
	}
	for _, c := range f.switches {
		f.switched(c)
	}
	u.cost, u.yields = max(u.cost, f.recursionCost(f.cost)), f.yield
}

// bindParams gives the parameters what callers passed, what their annotations
// say and what their defaults are.
func (f *frame) bindParams() {
	u := f.u
	for i, p := range u.params {
		s, declared := p.cell.read(u), set{}
		if p.annotation.Valid() && (len(s.vals) == 0 || s.open && !wrapped(s)) {
			declared = f.outerFrame().annotation(p.annotation, u.mod) // what is seen to be passed says more than its type
			s = join(s, declared)
		}
		if i == 0 {
			s = u.self(s)
		}
		if p.def.Valid() {
			s = join(s, f.defaultOf(p.def))
		}
		switch p.kind {
		case pVararg:
			f.a.write(p.cell, sizeless(declared)) // of each
			s = one(containerValue("tuple", p.cell))
		case pKwarg:
			f.a.write(p.cell, sizeless(declared))
			s = one(containerValue("dict", p.cell))
		default:
			if s.empty() {
				s = unknownSet
			}
		}
		f.env.set(p.name, s)
	}
}

// self is what the first parameter of a unit denotes, given what callers are seen
// to pass: of a method's, where that says nothing, an instance of its class.
func (u *unit) self(s set) set {
	switch {
	case u.class == nil || len(u.params) == 0 || u.params[0].kind != pPositional || u.isStatic():
	case u.isClassMethod():
		s = join(s, one(classValue(u.class)))
	case len(s.vals) == 0: // not seen at all, or only through a wrapper that takes anything
		s = one(instanceValue(u.class, ""))
	}
	return s
}

// wrapped reports whether an object that works on another thread is in the set.
func wrapped(s set) bool {
	return slices.ContainsFunc(s.vals, func(v *value) bool { return v.kind == kElsewhere })
}

// defaultOf is the value of a parameter's default, which was made when the
// function was defined.
func (f *frame) defaultOf(n pyparse.Node) set {
	g := f.outerFrame()
	s := g.eval(n)
	return bindEarly(s, f.u.mod, n.Start())
}

// outerFrame evaluates in the scope around the unit.
func (f *frame) outerFrame() *frame {
	u := f.u
	sc := u.mod.table.Module()
	if u.scope != nil && u.scope.Parent != nil {
		sc = u.scope.Parent
	}
	if u.outside == nil {
		owner := u.outer
		if owner == nil {
			owner = u
		}
		u.outside = &unit{id: owner.id, mod: u.mod, node: owner.node, scope: owner.scope, outer: owner.outer, class: owner.class, name: owner.name, vars: owner.vars, forUnit: u, running: true, runs: maxRuns, ran: true}
	}
	return &frame{a: f.a, u: u.outside, scope: sc, env: new(locals)}
}

// pos is the place of a node.
func (f *frame) pos(n pyparse.Node) rules.Pos    { return f.u.mod.pos(n.Start()) }
func (f *frame) endPos(n pyparse.Node) rules.Pos { return f.u.mod.pos(n.End()) }

// place names module-level code for rules.Guard.Bound.
func place(m *module, off uint32) string {
	return m.file + ":" + strconv.Itoa(int(off))
}

// moduleLevel reports whether the code at hand runs while the module is imported.
func (f *frame) moduleLevel() bool { return f.u.node.Kind() == pyparse.KindModule }

// bindEarly marks library names and objects as bound here.
func bindEarly(s set, m *module, off uint32) set {
	var out []*value
	for i, v := range s.vals {
		if (v.kind == kSymbol || v.kind == kObject) && v.bound == "" {
			if out == nil {
				out = append([]*value(nil), s.vals...)
			}
			out[i] = v.but(func(v *value) { v.bound = place(m, off) })
		}
	}
	if out != nil {
		s.vals = out
	}
	return s
}

// edge records that the callee gets to run here.
func (f *frame) edge(callee *unit, k flow.EdgeKind, g rules.Guard, n pyparse.Node, dynamic bool) {
	f.a.ensure(callee)
	if f.perhaps > 0 && f.u.mod.foreign && callee.mod.foreign || f.lacking > 0 {
		return
	}
	e := flow.Edge{Callee: callee.name, Kind: k, Guard: g, Pos: f.pos(n), End: f.endPos(n), Dynamic: dynamic}
	if _, fresh := note(&f.u.edgeAt, &f.u.edges, e, keyOfEdge); !fresh {
		return
	}
	if f.moduleLevel() && k == flow.Call {
		f.u.events = append(f.u.events, event{offset: n.Start(), end: n.End(), unit: callee})
	}
	if f.u.forUnit == nil && callee.callers.add(f.u) {
		f.a.above.calls++
		if t := f.a.epochs.trial; t != nil && callee.id < t.frozen {
			t.calls = append(t.calls, wasRead{callee: callee, by: f.u})
		}
	}
}

// effect records an effect of the unit itself.
func (f *frame) effect(e rules.Effect, n pyparse.Node) {
	f.effectAt(e, f.pos(n), f.endPos(n))
}

func (f *frame) effectAt(e rules.Effect, pos, end rules.Pos) {
	if f.u.mod.foreign && (e.Row == nil || f.perhaps > 0) {
		return // the project can do nothing about the loops of others
	}
	if f.lacking > 0 {
		return
	}
	o := flow.Own{Effect: e, Pos: pos, End: end}
	i, fresh := note(&f.u.ownAt, &f.u.own, o, keyOfOwn)
	if rests := strings.Contains(e.Detail, byDefaultOf[1:]); fresh || !rests {
		f.u.own[i] = o // what rests on an option in one case only does not rest on it
	}
}

// unknown counts a call whose callee is not known.
func (f *frame) unknownCall(n pyparse.Node, reason string) {
	f.yield.maybe = true
	if f.u.mod.foreign {
		return
	}
	note(&f.u.unknownAt, &f.u.unknown, unknownCall{f.pos(n), reason}, func(k *unknownCall) rules.Pos { return k.pos })
}

// lookup is what a name denotes here.
func (f *frame) lookup(name string, n pyparse.Node) set {
	if s, ok := f.env.get(name); ok {
		if c := f.u.vars[name]; c != nil && f.class == nil && f.assignedWithin(name) {
			s = join(s, c.read(f.u))
		}
		return s
	}
	for o := f.outer; o != nil; o = o.outer {
		if s, ok := o.env.get(name); ok && o.class == nil {
			return s
		}
	}
	u := f.u
	var sym *bind.Symbol
	if f.scope != nil {
		sym = f.scope.Lookup(name)
	}
	if sym == nil {
		return f.builtin(name)
	}
	owner := ownerScope(sym.Scope)
	if owner.Kind == bind.ModuleScope {
		if u.node.Kind() == pyparse.KindModule && f.class == nil {
			if c := u.vars[name]; c != nil && !c.set.empty() {
				return c.read(u)
			}
		}
		s := f.a.moduleAttr(u.mod, name, u)
		return s
	}
	if owner.Kind == bind.ClassScope {
		return unknownSet
	}
	if ou := u.owner(owner); ou != nil {
		f.a.ensure(ou)
		s := ou.variable(name).read(u)
		if len(ou.params) > 0 && ou.params[0].name == name {
			s = ou.self(s)
		}
		return s
	}
	return unknownSet
}

// assignedWithin reports whether an inner function may assign a local of the
// function at hand.
func (f *frame) assignedWithin(name string) bool {
	if f.scope == nil || f.moduleLevel() {
		return false
	}
	sym := f.scope.Lookup(name)
	if sym == nil || len(sym.Bindings) == 0 {
		return false
	}
	return sym.Bindings[len(sym.Bindings)-1].Scope != sym.Scope // those from elsewhere come last
}

// ownerScope is the function, class or module in whose run a scope's names live.
func ownerScope(s *bind.Scope) *bind.Scope {
	for s.Parent != nil && (s.Kind == bind.ComprehensionScope || s.Kind == bind.TypeScope) {
		s = s.Parent
	}
	return s
}

// builtin is what a name denotes that no scope binds.
func (f *frame) builtin(name string) set {
	m := f.u.mod
	if len(m.stars) > 0 {
		if s := f.a.moduleAttr(m, name, f.u); !s.open || len(s.vals) > 0 {
			return s
		}
	}
	switch name {
	case "__name__":
		return one(&value{kind: kConst, name: "str", lit: opaque})
	case "__file__", "__doc__", "__package__":
		return one(typed("str"))
	}
	return one(&value{kind: kSymbol, name: "builtins." + name})
}

// assign makes a name denote something from here on.
func (f *frame) assign(name string, s set, off uint32) {
	if f.env == nil {
		return
	}
	if f.moduleLevel() {
		s = f.kept(bindEarly(s, f.u.mod, off), off)
	}
	if f.class != nil {
		f.env.set(name, s)
		f.a.write(f.class.attr(f.class.mangle(name)), s)
		return
	}
	sym := f.scope.Lookup(name)
	if sym != nil {
		owner := ownerScope(sym.Scope)
		if owner != f.u.scope {
			if owner.Kind == bind.ModuleScope { // global x
				f.a.write(f.u.mod.body.variable(name), f.kept(s, off))
			} else if ou := f.u.owner(owner); ou != nil { // nonlocal x
				f.a.write(ou.variable(name), s)
			}
			return
		}
		if sym.Captured && !f.moduleLevel() {
			f.a.write(f.u.variable(name), s)
		}
	}
	if f.inTry > 0 {
		f.tried[name] = join(f.tried[name], s)
	}
	f.env.set(name, s)
}

// text is a node's source on one line, shortened.
func (f *frame) text(n pyparse.Node) string {
	s := strings.Join(strings.Fields(n.Text()), " ")
	if len(s) > 80 {
		s = s[:77] + "…"
	}
	return s
}
