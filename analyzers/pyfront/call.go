package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// call evaluates a call expression: the callee, the arguments, the call.
func (f *frame) call(c pyparse.Call) set {
	fn, self := f.callee(c.Func())
	as := f.evalArgs(c)
	as.self = self
	f.cost += costCall
	return f.apply(fn, as, c.Node)
}

// callee is what an expression denotes that is called, and of a method the object.
func (f *frame) callee(n pyparse.Node) (fn, self set) {
	at := n.AsAttribute()
	if !at.Valid() {
		return f.eval(n), set{}
	}
	f.cost += costExpr
	self = f.eval(at.Value())
	return f.attrOf(self, at.Attr(), n), self
}

// apply calls whatever a set denotes.
func (f *frame) apply(fn set, as args, n pyparse.Node) set {
	if f.a.nesting >= maxNesting {
		return unknownSet // a partial of itself, or the like
	}
	f.a.nesting++
	defer func() { f.a.nesting-- }()
	var out set
	dynamic := len(fn.vals) > 1
	defer func(was bool) { f.oneOf = was }(f.oneOf)
	for _, v := range fn.vals {
		f.oneOf = dynamic
		out = join(out, f.applyValue(v, as, n, dynamic))
	}
	if fn.open && len(fn.vals) == 0 {
		if c := n.AsCall(); c.Valid() {
			for _, v := range f.byName(c, fn) {
				out = join(out, f.applyValue(v, as, n, true))
			}
		}
		f.unknownCall(n, reasonFor(n))
		f.escape(as, n)
		return join(join(out, adorned(as)), unknownSet)
	}
	if fn.open {
		if c := n.AsCall(); c.Valid() {
			for _, v := range f.byName(c, fn) {
				if !fn.has(v) {
					out = join(out, f.applyValue(v, as, n, true))
				}
			}
		}
		f.yield.maybe = true
		out = join(out, unknownSet)
	}
	return out
}

// adorned is what something unknown makes of a class that is all it is given: as a rule,
// like a decorator, the class.
func adorned(as args) set {
	if len(as.pos) != 1 || len(as.kw) > 0 || as.star || as.kwstar {
		return set{}
	}
	return without(as.pos[0].set, func(v *value) bool { return v.kind != kClass })
}

// reasonFor says why a callee is not known, by the form of the call.
func reasonFor(n pyparse.Node) string {
	fn := n
	if n.Kind() == pyparse.KindCall {
		fn = n.AsCall().Func()
	}
	switch fn.Kind() {
	case pyparse.KindName:
		return "name"
	case pyparse.KindAttribute:
		return "attribute of something unknown"
	case pyparse.KindCall:
		return "result of a call"
	case pyparse.KindSubscript:
		return "element of something unknown"
	}
	return "expression"
}

// escape is for callables that are handed to something unknown: they are
// analysed, but nothing is assumed about who calls them.
func (f *frame) escape(as args, n pyparse.Node) {
	for _, list := range [][]arg{as.pos, as.kw} {
		for _, a := range list {
			for _, v := range a.set.vals {
				if (v.kind == kFunc || v.kind == kBound) && v.unit != nil {
					f.a.ensure(v.unit)
				}
			}
		}
	}
}

func (f *frame) applyValue(v *value, as args, n pyparse.Node, dynamic bool) set {
	switch v.kind {
	case kSymbol:
		return f.libraryCall(v, as, n)
	case kType:
		return f.libraryCall(&value{kind: kSymbol, name: v.name}, as, n)
	case kFunc:
		var self set
		if v.flag&fClassMethod != 0 && v.class != nil {
			self = one(classValue(v.class))
		}
		return f.callUnit(v.unit, self, as, n, dynamic, v.flag)
	case kBound:
		return f.callUnit(v.unit, f.receiver(v), as, n, dynamic, v.flag)
	case kClass:
		return f.construct(v.class, as, n, dynamic)
	case kInstance:
		if r, ok := f.specialCall(v, "__call__", as, n); ok {
			return r
		}
		f.unknownCall(n, "object that is called")
		return unknownSet
	case kPartial:
		if len(as.pos)+len(as.kw) > maxArgs {
			return unknownSet
		}
		all := args{pos: append(append([]arg(nil), v.part.args.pos...), as.pos...), kw: append(append([]arg(nil), v.part.args.kw...), as.kw...), star: as.star, kwstar: as.kwstar, node: n}
		return f.apply(v.part.fn, all, n)
	case kElsewhere:
		return f.applyElsewhere(v, as, n)
	case kObject:
		if r, ok := f.libraryMethod(v, "__call__", as, n); ok {
			return r
		}
		f.yield.maybe = true
		return unknownSet
	case kConst, kContainer, kModule, kGenerator, kCoroutine, kManager:
		return unknownSet
	}
	return unknownSet
}

// receiver is what a bound method's self denotes.
func (f *frame) receiver(v *value) set {
	if v.flag&fStatic != 0 {
		return set{}
	}
	if v.flag&fClassMethod != 0 {
		return one(classValue(v.class))
	}
	return one(instanceValue(v.class, v.bound))
}

// applyElsewhere calls something whose calls run on another thread.
func (f *frame) applyElsewhere(v *value, as args, n pyparse.Node) set {
	f.yield.maybe = true
	out := unknownSet
	if t, ok := v.lit.(threaded); ok {
		f.goesTo(inThread, false, t.symbol, t.row, n)
	}
	for _, w := range v.item.read(f.u).vals {
		if v.name == "" {
			f.move(one(w), as, n, flow.Offload, rules.Guard{})
		} else {
			out = join(out, f.elsewhereResult(v, w, n))
		}
	}
	return out
}

// elsewhereResult is what a method of a wrapped object gives back: an object
// that is wrapped as well or is not, and a list whose elements never are.
func (f *frame) elsewhereResult(v, of *value, n pyparse.Node) set {
	var names []string
	switch of.kind {
	case kObject:
		for _, c := range f.a.libraryOrder(of.name) {
			names = append(names, c+"."+v.name)
		}
	case kSymbol:
		names = []string{f.a.cat.Resolve(of.name + "." + v.name)}
	case kInstance:
		for _, m := range f.classMethods(of.class, v.name) {
			f.move(one(methodValue(m.unit, of.class, m.flag, "")), args{node: n, star: true}, n, flow.Offload, rules.Guard{})
		}
	}
	for _, name := range names {
		t := f.a.cat.Type(name + "()")
		if t == "" {
			continue
		}
		if b, ok := cutSuffix(f.a.cat.Resolve(t), "[]"); ok && b != "builtins.str" {
			return f.bareElements(b, n)
		}
		out := f.object(t, n, "")
		if len(out.vals) == 1 && out.vals[0].kind == kObject && v.flag&fAutowrap != 0 {
			c := f.a.site(n)
			f.a.write(c, out)
			return one(&value{kind: kElsewhere, item: c, flag: fAutowrap, lit: v.lit})
		}
		return out
	}
	return set{}
}

// bareElements is a list that comes out of a wrapped object: what is in it is not
// wrapped. The place where it comes out is where that can be mended, so it is told of
// there once more when a call of one of the elements holds the thread.
func (f *frame) bareElements(class string, n pyparse.Node) set {
	heard := f.a.bare[n]
	if heard == nil {
		if f.a.bare == nil {
			f.a.bare = map[pyparse.Node]*cell{}
		}
		heard = new(cell)
		f.a.bare[n] = heard
	}
	var first *value
	for _, v := range heard.read(f.u).vals {
		if first == nil || v.name < first.name {
			first = v
		}
	}
	if first != nil {
		for _, r := range f.a.methodEntry(first).Effects {
			f.effect(rules.Effect{Rule: r.Rule, Symbol: first.name, Guard: r.Guard(), Row: &r.Row, Severity: r.Severity,
				Detail: "of what is in the list, which is not wrapped"}, n)
		}
	}
	c := f.a.site(n)
	f.a.write(c, one(&value{kind: kObject, name: class, item: heard}))
	return one(containerValue("list", c))
}

// hear lets the place where an unwrapped object comes from know that a call of it
// holds the thread.
func (f *frame) hear(v *value) {
	if v.item != nil && v.recv != "" && !strings.HasPrefix(v.recv, "builtins.") {
		f.a.write(v.item, one(&value{kind: kSymbol, name: v.name, recv: v.recv}))
	}
}

// onceWrapped leaves out the objects that are wrapped on another way to here, where an
// attribute is read: a setting decides, and who wraps them knows why.
func (f *frame) onceWrapped(s set, name string) set {
	var inner set
	for _, v := range s.vals {
		if v.kind == kElsewhere && v.name == "" && len(s.vals) > 1 {
			inner = join(inner, v.item.read(f.u))
		}
	}
	if len(inner.vals) == 0 {
		return s
	}
	return without(s, func(v *value) bool {
		same := slices.ContainsFunc(inner.vals, func(w *value) bool {
			return v.kind == w.kind && v.kind != kElsewhere && v.name == w.name && v.class == w.class
		})
		if same && v.kind == kObject && v.item != nil {
			if m := f.a.memberOf(v.name, name).in(v); slices.ContainsFunc(f.a.methodEntry(m).Effects, func(r *rules.EffectRow) bool { return r.Cost == "" }) {
				f.hear(m)
			}
		}
		return same
	})
}

// wrapping notes that objects of a library are wrapped somewhere: an annotation
// with one of its classes may then mean the wrapped object.
func (f *frame) wrapping(s set) {
	for _, v := range s.vals {
		if v.kind == kObject || v.kind == kSymbol {
			f.a.write(f.a.wrappedLib(v.name), one(constOf(true)))
		}
	}
}

func (a *analysis) wrappedLib(name string) *cell {
	top := firstPart(name)
	if a.wraps[top] == nil {
		a.wraps[top] = new(cell)
	}
	return a.wraps[top]
}

// callUnit calls a function of the project.
func (f *frame) callUnit(u *unit, self set, as args, n pyparse.Node, dynamic bool, flag uint8) set {
	u = f.a.named(u, self, as)
	f.bind(u, self, as)
	f.a.ensure(u)
	if r, ok := f.copied(string(u.undecorated().name), as, n); ok {
		return r
	}
	switch {
	case flag&fManager != 0:
		return one(&value{kind: kManager, unit: u})
	case u.async && !u.isGen:
		return one(&value{kind: kCoroutine, unit: u})
	case u.isGen:
		return one(&value{kind: kGenerator, unit: u})
	}
	f.edge(u, flow.Call, rules.Guard{}, n, dynamic)
	f.whose = max(f.whose, u.asks)
	if u == f.u {
		f.noteRecursion(as, n)
	} else if !f.callsBack(u) {
		f.inherit(u)
	} else {
		f.yield.add(u.yields)
	}
	return f.resultOf(u)
}

// resultOf is what a unit returns; where that is not known, what it declares.
func (f *frame) resultOf(u *unit) set {
	s := u.result.read(f.u)
	if s.open || len(s.vals) == 0 {
		if fd := u.node.AsFunctionDef(); fd.Valid() && fd.Returns().Valid() {
			g := &frame{a: f.a, u: u, scope: u.scope, env: new(locals)}
			s = join(s, g.outerFrame().annotation(fd.Returns(), u.mod))
		}
	}
	return s
}

// resultsOf is what the callables of a set return, whoever calls them.
func (f *frame) resultsOf(s set, n pyparse.Node) set {
	var out set
	for _, v := range s.vals {
		switch v.kind {
		case kFunc, kBound:
			out = join(out, f.resultOf(v.unit))
		case kSymbol:
			if t := f.a.cat.Type(v.name + "()"); t != "" {
				out = join(out, f.object(t, n, ""))
			}
		}
	}
	return out
}

// callsBack reports whether a costly callee may call this unit again: a cost
// that goes round in a circle would grow without end.
func (f *frame) callsBack(u *unit) bool {
	if u.cost < f.a.budget/100 {
		return false
	}
	s := &f.a.above
	s.begin(f.u)
	return s.overflows() || u.found == s.round
}

// A search finds all units from which calls lead to one. It holds until another
// unit is asked about or there are new calls: in between, calls are many.
type search struct {
	found []*unit // in order
	round int     // marks what this search has found
	calls int     // how many callers units have been given so far, in all
	asked int     // calls, when it was begun
}

// maxSearch bounds what a search looks at.
const maxSearch = 1024

func (s *search) overflows() bool { return len(s.found) > maxSearch }

func (s *search) begin(u *unit) {
	if len(s.found) > 0 && s.found[0] == u && s.asked == s.calls {
		return
	}
	s.round++
	s.asked = s.calls
	s.found = s.found[:0]
	s.reach(u)
	for i := 0; i < len(s.found) && !s.overflows(); i++ {
		for c := range s.found[i].callers.all {
			s.reach(c)
		}
	}
}

func (s *search) reach(u *unit) {
	if u.found != s.round {
		u.found = s.round
		s.found = append(s.found, u)
	}
}
