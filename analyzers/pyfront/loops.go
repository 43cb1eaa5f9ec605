package pyfront

import (
	"math"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// loopInfo is what is known of a loop once its body has been seen.
type loopInfo struct {
	node, head pyparse.Node
	trips      float64 // 0 = not known
	each       float64 // seconds a trip
	yield      yieldState
	async      bool
	expr       bool // a comprehension
	while      pyparse.While
}

// finishLoop decides whether a loop is a CPU loop: one that holds the thread for
// longer than the budget and never gives it back.
func (f *frame) finishLoop(l loopInfo) {
	if l.async {
		l.yield.maybe = true
	}
	detail, rule := "", rules.ID("GL101")
	switch {
	case l.yield.gives == 0:
	case l.trips == 0:
		l.yield.gives = -1
	default:
		l.yield.gives *= l.trips
	}
	between := min(l.yield.every, l.trips) * l.each // two turns of the others
	if l.yield.every > 0 && between <= f.a.budget {
		l.yield.maybe = true
	}
	switch {
	case l.yield.maybe, l.yield.gives != 0: // who takes the values may wait in between
	case l.while.Valid() && l.trips == 0:
		if !l.yield.waits && !l.yield.disk {
			detail = f.spins(l.while)
		}
	case l.yield.every > 0:
		detail, rule = seconds(between)+" until it gives the thread back", "GL104"
		l.yield.maybe = true
	case l.trips*l.each > f.a.budget:
		detail = seconds(l.trips * l.each)
		if l.yield.waits && len(l.yield.when) == 0 {
			rule = "GL104"
		}
	}
	if detail == "" {
		f.noteRound(l)
		f.cost += max(l.trips, 1) * l.each
		f.yield.add(l.yield)
		return
	}
	// Reported here, so that no loop around it is reported for the same cost.
	f.effectAt(rules.Effect{Rule: rule, Symbol: "loop", Detail: detail, HoldsGIL: false, Guard: rules.Guard{Unless: strings.Join(l.yield.when, " | ")}},
		f.pos(l.node), f.u.mod.pos(l.head.End()))
	f.yield.add(l.yield)
}

// period is how many rounds a test lets pass until it holds: i % 1000 == 0, not i % 1000.
// 0 = not known.
func (f *frame) period(test pyparse.Node) float64 {
	rest := test
	switch test.Kind() {
	case pyparse.KindCompare:
		c := test.AsCompare()
		if c.Comparators().Len() != 1 || c.OpAt(0) != pyparse.OpEq {
			return 0
		}
		rest = c.Left()
	case pyparse.KindUnaryOp:
		if test.AsUnaryOp().Op() != pyparse.OpNot {
			return 0
		}
		rest = test.AsUnaryOp().Operand()
	default:
		return 0
	}
	b := rest.AsBinOp()
	if !b.Valid() || b.Op() != pyparse.OpMod {
		return 0
	}
	n, _ := num(f.quiet(b.Right()))
	return n
}

// spins says how a while loop of unknown length can go on for ever without
// giving the thread back; "" where it seems to get somewhere.
func (f *frame) spins(w pyparse.While) string {
	known, val := f.constantTest(w.Test())
	body := loopBody{}
	body.look(w.Body())
	if known && val {
		if !body.leaves {
			if f.runsOut > 0 {
				return ""
			}
			return "it never ends"
		}
		if f.asksClock(w.Node) && body.onlyClock {
			return "it spins until some time has passed"
		}
		return ""
	}
	if f.asksClock(w.Test()) {
		return "it spins until some time has passed"
	}
	if (body.idle || f.naps(w.Body())) && f.waitsForOthers(w.Test()) {
		return "it spins until another task changes something, which can't run"
	}
	return ""
}

// naps reports whether a loop's body does nothing but call what gives the thread back in
// some process, such as time.sleep.
func (f *frame) naps(body pyparse.NodeList) bool {
	for n := range body.All() {
		c := n.AsExpr().Value().AsCall()
		if n.Kind() != pyparse.KindExpr || !c.Valid() {
			return false
		}
		fn := f.quiet(c.Func())
		if len(fn.vals) == 0 || fn.open || slices.ContainsFunc(fn.vals, func(v *value) bool {
			return v.kind != kSymbol || len(f.a.methodEntry(v).Yields) == 0
		}) {
			return false
		}
	}
	return true
}

// asksClock reports whether an expression or statement calls a clock.
func (f *frame) asksClock(n pyparse.Node) bool {
	found := false
	pyparse.Walk(n, func(m pyparse.Node) bool {
		if m.Kind() == pyparse.KindCall && !found {
			fn := m.AsCall().Func()
			if fn.Kind() == pyparse.KindName || fn.Kind() == pyparse.KindAttribute {
				for _, v := range f.quiet(fn).vals {
					if v.kind == kSymbol && f.a.cat.Clock(v.name) {
						found = true
					}
				}
			}
		}
		return !found
	})
	return found
}

// quiet evaluates a name without counting what is not known about it.
func (f *frame) quiet(n pyparse.Node) set {
	cost, yield := f.cost, f.yield
	env := f.env
	if f.env == nil {
		f.env = new(locals)
	}
	s := f.eval(n)
	f.cost, f.yield, f.env = cost, yield, env
	return s
}

// waitsForOthers reports whether a test looks only at things that another task
// would have to change: an attribute, a global, a method without arguments.
func (f *frame) waitsForOthers(n pyparse.Node) bool {
	switch n.Kind() {
	case pyparse.KindUnaryOp:
		return f.waitsForOthers(n.AsUnaryOp().Operand())
	case pyparse.KindAttribute:
		return true
	case pyparse.KindCall:
		c := n.AsCall()
		return c.Args().Len()+c.Keywords().Len() == 0 && c.Func().Kind() == pyparse.KindAttribute
	case pyparse.KindName:
		_, local := f.env.get(n.AsName().Id())
		return !local
	case pyparse.KindCompare:
		c := n.AsCompare()
		return f.waitsForOthers(c.Left())
	}
	return false
}

// loopBody is what a loop's own statements do.
type loopBody struct {
	leaves    bool // break, return or raise
	idle      bool // nothing but pass and continue
	onlyClock bool // every way out is a plain if with break or return
}

func (b *loopBody) look(l pyparse.NodeList) {
	b.idle, b.onlyClock = true, true
	for n := range l.All() {
		switch n.Kind() {
		case pyparse.KindPass, pyparse.KindContinue:
		default:
			b.idle = false
		}
		pyparse.Walk(n, func(m pyparse.Node) bool {
			switch m.Kind() {
			case pyparse.KindBreak, pyparse.KindReturn, pyparse.KindRaise, pyparse.KindYield, pyparse.KindYieldFrom:
				b.leaves = true
			case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda, pyparse.KindClassDef:
				return false
			case pyparse.KindFor, pyparse.KindSubscript:
				b.onlyClock = false // it works through some data
			}
			return true
		})
	}
}

// countedWhile is the number of trips of a loop that counts a local up or down
// by a constant.
func (f *frame) countedWhile(w pyparse.While) float64 {
	test := w.Test()
	if known, val := f.constantTest(test); known && val {
		test = endTest(w.Body())
	}
	if !test.Valid() {
		return 0
	}
	var name string
	limit := 0.0
	switch test.Kind() {
	case pyparse.KindName:
		name = test.AsName().Id()
	case pyparse.KindCompare:
		c := test.AsCompare()
		if c.Comparators().Len() != 1 || c.Left().Kind() != pyparse.KindName {
			return 0
		}
		name = c.Left().AsName().Id()
		x, ok := num(f.quiet(c.Comparators().At(0)))
		if !ok {
			return 0
		}
		limit = x
	default:
		return 0
	}
	s, _ := f.env.get(name)
	start, ok := num(s)
	if !ok {
		return 0
	}
	for n := range w.Body().All() {
		a := n.AsAugAssign()
		if !a.Valid() || a.Target().Kind() != pyparse.KindName || a.Target().AsName().Id() != name {
			continue
		}
		step, ok := num(f.quiet(a.Value()))
		if !ok || step == 0 || a.Op() != pyparse.OpAdd && a.Op() != pyparse.OpSub {
			return 0
		}
		return math.Max(0, math.Ceil(math.Abs(limit-start)/math.Abs(step)))
	}
	return 0
}

// endTest is the comparison at which a loop's body breaks off, if there is one such way out.
func endTest(body pyparse.NodeList) pyparse.Node {
	for n := range body.All() {
		if i := n.AsIf(); n.Kind() == pyparse.KindIf && i.Test().Kind() == pyparse.KindCompare && breaks(i.Body()) {
			return i.Test()
		}
	}
	return pyparse.Node{}
}

// length is the number of elements that a set's only value has, where it is known.
func (s set) length() float64 {
	if len(s.vals) != 1 || s.open {
		return 0
	}
	switch s.vals[0].kind {
	case kContainer, kConst, kObject:
		return s.size
	}
	return 0
}

// iteration is what going over something gives and costs.
type iteration struct {
	item  set
	trips float64
	each  float64
	yield yieldState
}

// consume goes over an iterable.
func (f *frame) consume(s set, n pyparse.Node, async bool) iteration {
	it := iteration{trips: s.length()}
	if f.a.nesting >= maxNesting {
		return iteration{item: unknownSet, yield: yieldState{maybe: true}}
	}
	f.a.nesting++
	defer func() { f.a.nesting-- }()
	if async {
		it.yield.maybe = true
	}
	for _, v := range s.vals {
		switch v.kind {
		case kContainer:
			it.item = join(it.item, v.item.read(f.u))
		case kGenerator, kManager:
			f.edge(v.unit, flow.Call, rules.Guard{}, n, len(s.vals) > 1)
			if !v.unit.running {
				y := v.unit.yields
				if y.gives > 0 && len(s.vals) == 1 && !s.open {
					it.trips, it.each = y.gives, v.unit.cost/y.gives
				} else {
					f.cost += v.unit.cost
				}
				y.gives = 0
				it.yield.add(y)
			}
			it.item = join(it.item, v.unit.yielded.read(f.u))
		case kObject:
			if _, ok := v.lit.(openFile); ok {
				it.trips = fileLines(s)
			}
			name := "__iter__"
			if async {
				name = "__aiter__"
			}
			_, cost := f.scopedYield(func() { f.libraryMethod(v, name, args{node: n, self: s}, n) }, &it.yield)
			it.each += cost
			if t := f.a.cat.Type(v.name + "[]"); t != "" {
				it.item = join(it.item, f.object(t, n, v.bound))
			} else {
				it.item = join(it.item, unknownSet)
			}
			if !f.a.cat.Stdlib(v.name) {
				it.yield.maybe = true
			}
		case kInstance:
			name, next := "__iter__", "__next__"
			if async {
				name, next = "__aiter__", "__anext__"
			}
			r, ok := f.special(v, name, n)
			if !ok {
				r, ok = f.special(v, "__getitem__", n)
				it.item = join(it.item, r)
				if !ok {
					it.yield.maybe = true
					it.item = join(it.item, unknownSet)
				}
				continue
			}
			for _, w := range r.vals {
				if w.kind == kInstance {
					if x, ok := f.special(w, next, n); ok {
						if async {
							x = f.await(x, n)
						}
						it.item = join(it.item, x)
					}
				} else {
					sub := f.consume(one(w), n, async)
					it.item = join(it.item, sub.item)
					it.yield.add(sub.yield)
				}
			}
		case kConst:
			it.item = join(it.item, one(typed(v.name)))
		case kClass:
			if v.class.isEnum() {
				it.item = join(it.item, one(instanceValue(v.class, "")))
			} else {
				it.item = join(it.item, unknownSet)
			}
			it.yield.maybe = true
		case kElsewhere:
			it.item = join(it.item, unknownSet)
			it.yield.maybe = true
		default:
			it.item = join(it.item, unknownSet)
			it.yield.maybe = true
		}
	}
	if s.open || len(s.vals) == 0 {
		it.item = join(it.item, unknownSet)
		it.yield.maybe = true // a generator of something unknown may do anything
		if s.size > 0 {
			it.yield.maybe = false
		}
	}
	return it
}

func (f *frame) scopedYield(run func(), into *yieldState) (struct{}, float64) {
	c, y := f.scoped(run)
	into.add(y)
	return struct{}{}, c
}

// elements is what is in a container or comes out of an iterable.
func (f *frame) elements(s set, n pyparse.Node) set {
	if s.empty() {
		return set{}
	}
	it := f.consume(s, n, false)
	f.cost += it.trips * it.each
	return it.item
}

// noteRecursion notes that a function calls itself with a smaller argument.
func (f *frame) noteRecursion(as args, n pyparse.Node) {
	for i, a := range as.pos {
		if a.node.Kind() != pyparse.KindBinOp || i >= len(f.u.params) {
			continue
		}
		b := a.node.AsBinOp()
		if b.Op() == pyparse.OpSub && b.Left().Kind() == pyparse.KindName && b.Left().AsName().Id() == f.u.params[i].name {
			if x, ok := num(f.quiet(b.Right())); ok && x > 0 {
				for _, r := range f.u.selfRec {
					if r.at == n {
						return
					}
				}
				f.u.selfRec = append(f.u.selfRec, recursion{param: f.u.params[i].name, step: x, at: n})
			}
		}
	}
}

// recursionCost is the cost of a function that calls itself more than once: with
// steps s1, s2 … its calls grow as r^n, where 1 = r^-s1 + r^-s2 + ….
func (f *frame) recursionCost(body float64) float64 {
	rec := f.u.selfRec
	if len(rec) < 2 || f.u.remembers {
		return body
	}
	top := 0.0
	for _, p := range f.u.params {
		if p.name == rec[0].param {
			for _, v := range p.cell.set.vals {
				if x, ok := v.lit.(float64); ok && v.kind == kConst {
					top = max(top, x)
				}
			}
		}
	}
	lo, hi := 1.0, 64.0
	for range 60 {
		mid := (lo + hi) / 2
		sum := 0.0
		for _, r := range rec {
			sum += math.Pow(mid, -r.step)
		}
		if sum > 1 {
			lo = mid
		} else {
			hi = mid
		}
	}
	total := body * math.Pow(lo, min(top, 400))
	if total > f.a.budget && !f.yield.maybe && !f.yield.waits {
		n := rec[0].at
		f.effect(rules.Effect{Rule: "GL101", Symbol: "recursion", Detail: seconds(total), Guard: rules.Guard{Unless: strings.Join(f.yield.when, " | ")}}, n)
		return body
	}
	return total
}
