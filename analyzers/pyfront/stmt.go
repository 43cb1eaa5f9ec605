package pyfront

import (
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// block runs statements in order; what follows a return is not reached.
func (f *frame) block(l pyparse.NodeList) {
	for n := range l.All() {
		if f.env == nil {
			return
		}
		f.stmt(n)
	}
}

// statement is the cost of running one simple statement, in seconds, on CPython
// 3.11: additions and calls of a few tens of nanoseconds each come on top.
const (
	costStmt = 15e-9
	costExpr = 12e-9
	costCall = 45e-9
	costLook = 3e-9 // an element of a list that is looked through
	// A call of a green lock or socket that finds what it wants at once: measured
	// between 0.3 and 2 µs.
	costGreen = 1e-6
)

func (f *frame) stmt(n pyparse.Node) {
	f.cost += costStmt
	switch n.Kind() {
	case pyparse.KindExpr:
		f.exprStmt(n.AsExpr().Value())
	case pyparse.KindAssign:
		s := n.AsAssign()
		v := f.eval(s.Value())
		for t := range s.Targets().All() {
			f.store(t, v, s.Value())
		}
	case pyparse.KindAnnAssign:
		s := n.AsAnnAssign()
		v := f.annotation(s.Annotation(), f.u.mod)
		if s.Value().Valid() {
			w := f.eval(s.Value())
			if len(w.vals) == 0 || w.open || onlyNone(w) && (f.class != nil || s.Target().Kind() == pyparse.KindAttribute) {
				w = join(w, v) // None until others set it
			}
			v = w
		} else if v.empty() || f.u.node.Kind() != pyparse.KindModule && f.class == nil {
			break
		}
		f.store(s.Target(), v, s.Value())
	case pyparse.KindAugAssign:
		s := n.AsAugAssign()
		old := f.eval(s.Target())
		add := f.eval(s.Value())
		sum, ok := f.overloaded(old, add, s.Op(), n, true)
		if !ok {
			sum = f.binary(old, add, s.Op(), n)
		}
		f.store(s.Target(), sum, s.Value())
	case pyparse.KindReturn:
		if v := n.AsReturn().Value(); v.Valid() {
			f.a.write(&f.u.result, f.eval(v))
		} else {
			f.a.write(&f.u.result, one(constOf(nil)))
		}
		f.env = nil
	case pyparse.KindRaise:
		f.eval(n.AsRaise().Exc())
		f.eval(n.AsRaise().Cause())
		f.env = nil
	case pyparse.KindIf:
		f.ifStmt(n.AsIf())
	case pyparse.KindFor, pyparse.KindAsyncFor:
		f.forStmt(n.AsFor())
	case pyparse.KindWhile:
		f.whileStmt(n.AsWhile())
	case pyparse.KindTry, pyparse.KindTryStar:
		f.tryStmt(n.AsTry())
	case pyparse.KindWith, pyparse.KindAsyncWith:
		f.withStmt(n.AsWith())
	case pyparse.KindMatch:
		f.matchStmt(n.AsMatch())
	case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef:
		f.functionDef(n.AsFunctionDef())
	case pyparse.KindClassDef:
		f.classDef(n.AsClassDef())
	case pyparse.KindImport:
		f.importStmt(n.AsImport())
	case pyparse.KindImportFrom:
		f.importFrom(n.AsImportFrom())
	case pyparse.KindTypeAlias:
		s := n.AsTypeAlias()
		f.store(s.Name(), f.quiet(s.Value()), s.Value())
	case pyparse.KindBreak:
		f.exits = append(f.exits, f.env)
		f.env = nil
	case pyparse.KindContinue:
		f.next = append(f.next, f.env)
		f.env = nil
	case pyparse.KindDelete:
		for t := range n.AsDelete().Targets().All() {
			if t.Kind() == pyparse.KindName {
				f.env.delete(t.AsName().Id())
			} else if sub := t.AsSubscript(); sub.Valid() {
				f.eval(sub.Slice())
				f.first(f.eval(sub.Value()), []string{"__delitem__"}, args{node: t}, t)
			} else {
				f.eval(t)
			}
		}
	case pyparse.KindAssert:
		if f.asking(func() { f.truth(f.eval(n.AsAssert().Test()), n) }) == rules.WhoseLoop {
			f.aside++ // to the end of the function
		}
		f.eval(n.AsAssert().Msg())
		f.env = f.narrow(n.AsAssert().Test(), true)
	}
}

// exprStmt runs an expression for what it does: a docstring does nothing.
func (f *frame) exprStmt(n pyparse.Node) {
	if n.Kind() != pyparse.KindConstant {
		f.eval(n)
	}
}

// store gives an assignment target its value. from is the assigned expression.
func (f *frame) store(t pyparse.Node, s set, from pyparse.Node) {
	switch t.Kind() {
	case pyparse.KindName:
		f.assign(t.AsName().Id(), s, t.Start())
	case pyparse.KindAttribute:
		f.setAttr(f.eval(t.AsAttribute().Value()), t.AsAttribute().Attr(), s, t)
	case pyparse.KindSubscript:
		sub := t.AsSubscript()
		key := f.eval(sub.Slice())
		for _, v := range f.eval(sub.Value()).vals {
			if v.kind == kContainer {
				f.a.put(v.item, key, sizeless(s))
			}
			if v.kind == kInstance {
				f.special(v, "__setitem__", t)
			}
			if v.kind == kObject {
				f.libraryMethod(v, "__setitem__", args{node: t, pos: []arg{{set: key, node: sub.Slice()}, {set: s, node: from}}}, t)
			}
		}
	case pyparse.KindTuple, pyparse.KindList:
		elts := t.AsTuple().Elts()
		if t.Kind() == pyparse.KindList {
			elts = t.AsList().Elts()
		}
		var parts pyparse.NodeList
		if from.Valid() && from.Kind() == pyparse.KindTuple {
			parts = from.AsTuple().Elts()
		}
		var values []set // all are read before the first is assigned
		if parts.Len() == elts.Len() {
			for i := range parts.Len() {
				values = append(values, f.quiet(parts.At(i)))
			}
		}
		all := f.elements(s, t)
		for i := range elts.Len() {
			e := elts.At(i)
			if e.Kind() == pyparse.KindStarred {
				c := f.a.site(e)
				f.a.write(c, all)
				f.store(e.AsStarred().Value(), one(containerValue("list", c)), pyparse.Node{})
				continue
			}
			if values != nil {
				f.store(e, values[i], parts.At(i))
			} else {
				f.store(e, all, pyparse.Node{})
			}
		}
	case pyparse.KindStarred:
		f.store(t.AsStarred().Value(), s, from)
	}
}

// setAttr gives an attribute of some objects its value.
func (f *frame) setAttr(of set, name string, s set, t pyparse.Node) {
	for _, v := range of.vals {
		switch v.kind {
		case kSymbol: // a shim by hand
			f.a.called[f.a.cat.Resolve(v.name+"."+name)] = true
		case kInstance, kClass:
			if v.kind == kInstance && f.setProperty(v, name, s, t) {
				continue
			}
			if f.moduleLevel() {
				s = bindEarly(s, f.u.mod, t.Start())
			}
			if v.kind == kClass {
				s = f.kept(s, t.Start())
			}
			f.a.write(v.class.attr(f.mangle(name)), s)
		case kModule:
			f.a.write(v.mod.body.variable(name), f.kept(s, t.Start()))
		}
	}
}

func (f *frame) ifStmt(s pyparse.If) {
	asked := f.asking(func() { f.truth(f.eval(s.Test()), s.Test()) })
	known, val := f.constantTest(s.Test())
	option, usual := f.defaultTest(s.Test())
	byDefault := option != ""
	yes, no := f.narrow(s.Test(), true), f.narrow(s.Test(), false)
	if known && val {
		no = nil
	} else if known {
		yes = nil
	}
	if asked == rules.WhoseLoop {
		f.aside++
	}
	cost, yield := f.cost, f.yield
	f.env = yes
	if yes != nil {
		if typeChecking(s.Test()) {
			f.onlyTypes++
		}
		f.branch(s.Body(), byDefault && !usual)
		if typeChecking(s.Test()) {
			f.onlyTypes--
		}
	}
	after := f.env
	bodyCost, bodyYield := f.cost, f.yield
	f.cost, f.yield = cost, yield
	f.env = no
	if no != nil {
		f.branch(s.Orelse(), byDefault && usual)
	}
	body, otherwise := spanOfAll(s.Body()), spanOfAll(s.Orelse())
	follows := s.Orelse().Len() == 0 && after == nil // it returns, and else is what follows
	if follows {
		otherwise = span{s.End(), f.u.node.End()}
	}
	if asked == rules.WhoseLoop && !follows {
		f.aside--
	}
	switch {
	case asked != 0:
		f.switches = append(f.switches, choice{"", body, otherwise}, choice{"", otherwise, body})
	case byDefault && usual:
		f.switches = append(f.switches, choice{option, body, otherwise})
	case byDefault:
		f.switches = append(f.switches, choice{option, otherwise, body})
	}
	f.env = joinLocals(after, f.env)
	f.cost = max(f.cost, bodyCost)
	f.yield.add(bodyYield.seldom(f.period(s.Test())))
}

// asking runs a test and gives what it asks of where it runs.
func (f *frame) asking(test func()) rules.Whose {
	defer func(was rules.Whose) { f.whose = was }(f.whose)
	f.whose = 0
	test()
	return f.whose
}

// branch runs one way through a test; unusual says that the defaults of options rule
// it out.
func (f *frame) branch(l pyparse.NodeList, unusual bool) {
	f.perhaps++
	if unusual {
		f.unusual++
	}
	f.block(l)
	if unusual {
		f.unusual--
	}
	f.perhaps--
}

// typeChecking reports whether a test is true for type checkers only.
func typeChecking(n pyparse.Node) bool {
	if at := n.AsAttribute(); at.Valid() {
		return at.Attr() == "TYPE_CHECKING"
	}
	name := n.AsName()
	return name.Valid() && name.Id() == "TYPE_CHECKING"
}

// constantTest recognises tests that are the same in every run.
func (f *frame) constantTest(n pyparse.Node) (known, val bool) {
	switch n.Kind() {
	case pyparse.KindConstant:
		return f.eval(n).truth()
	case pyparse.KindUnaryOp:
		if n.AsUnaryOp().Op() == pyparse.OpNot {
			k, v := f.constantTest(n.AsUnaryOp().Operand())
			return k, !v
		}
	}
	return false, false
}

// scoped runs something and gives back what it cost and how it yields, apart
// from what went before.
func (f *frame) scoped(run func()) (float64, yieldState) {
	cost, yield := f.cost, f.yield
	f.cost, f.yield = 0, yieldState{}
	run()
	c, y := f.cost, f.yield
	f.cost, f.yield = cost, yield
	return c, y
}

// loop runs a loop's body until the environment settles.
// again is false where the body never comes to its end.
func (f *frame) loop(head func(), body pyparse.NodeList, orelse pyparse.NodeList) (cost float64, yield yieldState, again bool) {
	exits, next := f.exits, f.next
	f.exits, f.next = nil, nil
	start := f.env
	var out *locals
	for range 4 {
		f.exits, f.next = nil, nil
		f.env = start.copy()
		c, y := f.scoped(func() {
			head()
			out = f.env.copy()
			f.block(body)
		})
		cost, yield = c, y
		back := f.env
		for _, e := range f.next {
			back = joinLocals(back, e)
		}
		again = back != nil
		merged := joinLocals(start, back)
		if sameLocals(merged, start) {
			break
		}
		start = merged
	}
	f.env = joinLocals(out, start.copy())
	if orelse.Len() > 0 {
		f.block(orelse)
	}
	for _, e := range f.exits {
		f.env = joinLocals(f.env, e)
	}
	f.exits, f.next = exits, next
	return cost, yield, again
}

func (f *frame) forStmt(s pyparse.For) {
	iter := f.eval(s.Iter())
	it := f.consume(iter, s.Iter(), s.IsAsync())
	cost, yield, again := f.loop(func() {
		f.store(s.Target(), it.item, pyparse.Node{})
	}, s.Body(), s.Orelse())
	if !again {
		it.trips = 1
	}
	f.finishLoop(loopInfo{node: s.Node, head: s.Iter(), trips: it.trips, each: cost + it.each + costStmt, yield: joinYield(yield, it.yield), async: s.IsAsync()})
}

func joinYield(a, b yieldState) yieldState {
	var out yieldState
	out.add(a)
	out.add(b)
	return out
}

func (f *frame) whileStmt(s pyparse.While) {
	trips := max(f.countedWhile(s), f.inPieces(s))
	known, val := f.constantTest(s.Test())
	if known && !val {
		f.block(s.Orelse())
		return
	}
	cost, yield, _ := f.loop(func() {
		f.truth(f.eval(s.Test()), s.Test())
		if e := f.narrow(s.Test(), true); e != nil {
			f.env = e
		}
	}, s.Body(), s.Orelse())
	if known && val && !breaks(s.Body()) {
		f.env = nil // while True without break: what follows is not reached
	} else if e := f.narrow(s.Test(), false); e != nil && !breaks(s.Body()) {
		f.env = e
	}
	f.finishLoop(loopInfo{node: s.Node, head: s.Test(), trips: trips, each: cost + costStmt, yield: yield, while: s})
}

// waitsForTheEnd reports whether a try statement catches what is raised when there is
// nothing more to take: a loop without an end in it ends with the data.
func waitsForTheEnd(s pyparse.Try) bool {
	for h := range s.Handlers().All() {
		t := h.AsExceptHandler().Type()
		if !t.Valid() {
			continue
		}
		for _, name := range []string{"StopIteration", "StopAsyncIteration", "IndexError", "KeyError", "EOFError", "Empty"} {
			if strings.Contains(t.Text(), name) {
				return true
			}
		}
	}
	return false
}

// forLack reports whether a handler stands in for what some system lacks: it catches a
// failed import where nothing is imported, as code does that goes without os.pipe or
// os.fork on Windows. Whether the project runs there is not known, and hardly so.
func forLack(s pyparse.Try, h pyparse.ExceptHandler) bool {
	if !h.Type().Valid() || !strings.Contains(h.Type().Text(), "ImportError") {
		return false
	}
	for n := range s.Body().All() {
		if strings.Contains(n.Text(), "import") {
			return false
		}
	}
	return true
}

func (f *frame) tryStmt(s pyparse.Try) {
	before, tried := f.env.copy(), f.tried
	out := 0
	if waitsForTheEnd(s) {
		out = 1
	}
	f.inTry++
	f.runsOut += out
	f.tried = map[string]set{}
	catches := 0
	if catchesMissing(s) {
		catches = 1
	}
	f.catching += catches
	f.block(s.Body())
	f.catching -= catches
	f.inTry--
	f.runsOut -= out
	bodyEnd := f.env
	// An exception may come from anywhere in the body.
	mid := joinLocals(before, bodyEnd)
	for name, v := range f.tried {
		s, _ := mid.get(name)
		mid.set(name, join(s, v))
		if tried != nil {
			tried[name] = join(tried[name], v)
		}
	}
	f.tried = tried
	if bodyEnd != nil {
		f.block(s.Orelse())
	}
	end := f.env
	f.perhaps++
	for h := range s.Handlers().All() {
		f.env = mid.copy()
		eh := h.AsExceptHandler()
		if eh.Type().Valid() {
			f.eval(eh.Type())
		}
		if eh.Name() != "" {
			f.assign(eh.Name(), unknownSet, h.Start())
		}
		instead := 0
		if forLack(s, eh) {
			instead = 1
		}
		f.lacking += instead
		f.block(eh.Body())
		f.lacking -= instead
		end = joinLocals(end, f.env)
	}
	f.perhaps--
	f.env = end
	if s.Finalbody().Len() > 0 {
		dead := f.env == nil
		if dead {
			f.env = mid.copy()
		}
		f.block(s.Finalbody())
		if dead {
			f.env = nil
		}
	}
}

func (f *frame) withStmt(s pyparse.With) {
	for n := range s.Items().All() {
		it := n.AsWithItem()
		var v set
		manager := f.eval(it.ContextExpr())
		if isLock(manager) {
			f.u.guarded = append(f.u.guarded, spanOfAll(s.Body()))
		}
		f.holding(s, it.ContextExpr(), func() { v = f.enter(manager, it.ContextExpr(), s.IsAsync()) })
		if it.OptionalVars().Valid() {
			f.store(it.OptionalVars(), v, pyparse.Node{})
		}
	}
	before := f.env.copy()
	f.block(s.Body())
	if f.env == nil && s.Body().Len() > 0 { // a manager may swallow the exception; a return may not
		last := s.Body().At(s.Body().Len() - 1)
		if last.Kind() == pyparse.KindRaise {
			f.env = before
		}
	}
}

// enter runs a context manager's __enter__ and __exit__.
func (f *frame) enter(s set, n pyparse.Node, async bool) set {
	var out set
	enter, exit := "__enter__", "__exit__"
	if async {
		enter, exit = "__aenter__", "__aexit__"
		f.yield.maybe = true
	}
	for _, v := range s.vals {
		switch v.kind {
		case kManager:
			f.edge(v.unit, flow.Call, rules.Guard{}, n, len(s.vals) > 1)
			f.inherit(v.unit)
			out = join(out, v.unit.yielded.read(f.u))
		case kObject:
			f.libraryMethod(v, enter, args{node: n}, n)
			f.libraryMethod(v, exit, args{node: n}, n)
			t := f.a.typeOf(v.name, enter, "()")
			if t == "" || t == v.name { // itself
				out = join(out, set{vals: one(v).vals, size: s.size, dims: s.dims})
			} else {
				out = join(out, like(f.object(t, n, v.bound), v))
			}
		case kInstance:
			r, ok := f.special(v, enter, n)
			x, _ := f.special(v, exit, n)
			if async {
				f.await(x, n)
				r = f.await(r, n)
			}
			if ok && !r.empty() {
				out = join(out, r)
			} else {
				out = join(out, one(v))
			}
		case kElsewhere:
			out = join(out, one(v))
		case kSymbol:
			out = join(out, unknownSet)
		default:
			out = join(out, one(v))
		}
	}
	if s.open {
		out = join(out, unknownSet)
	}
	return out
}

// breaks reports whether a loop's body has a break of its own.
func breaks(l pyparse.NodeList) bool {
	found := false
	for n := range l.All() {
		pyparse.Walk(n, func(n pyparse.Node) bool {
			switch n.Kind() {
			case pyparse.KindBreak:
				found = true
			case pyparse.KindFor, pyparse.KindAsyncFor, pyparse.KindWhile:
				// A break in an inner loop's else belongs to this loop; rare enough to take every
				// inner break for the inner loop's.
				return false
			case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda, pyparse.KindClassDef:
				return false
			}
			return !found
		})
	}
	return found
}
