package pyfront

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// call evaluates a call expression: the callee, the arguments, the call.
func (f *frame) call(c pyparse.Call) set {
	fn := f.eval(c.Func())
	as := f.evalArgs(c)
	f.cost += costCall
	return f.apply(fn, as, c.Node)
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
			for _, v := range f.byName(c) {
				out = join(out, f.applyValue(v, as, n, true))
			}
		}
		f.unknownCall(n, reasonFor(n))
		f.escape(as, n)
		return join(out, unknownSet)
	}
	if fn.open {
		if c := n.AsCall(); c.Valid() {
			for _, v := range f.byName(c) {
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
			return one(&value{kind: kElsewhere, item: c, flag: fAutowrap})
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

// libraryCall calls a name of a library.
func (f *frame) libraryCall(v *value, as args, n pyparse.Node) set {
	f.a.called[v.name] = true
	if v.item != nil { // a method of a container or of a string
		as.self = set{size: f.sizeOfReceiver(n)}
	} else if v.recv != "" {
		as.self = set{size: f.sizeOfReceiver(n)}
	}
	if p := f.a.patches[v.name]; p != nil {
		f.patchCall(p, as, n)
	}
	e := f.a.methodEntry(v)
	f.rows(e, v, as, n)
	f.touch(e, n)
	if r, ok := f.intrinsic(v, as, n); ok {
		return r
	}
	if r, ok := f.loads(e, as, n); ok {
		return r
	}
	if r, ok := f.options(e, v.name, as, n); ok {
		return r
	}
	return f.compiled(e, as, f.libraryResult(v, e, as, n))
}

// sizeOfReceiver is the size of what a method is called on.
func (f *frame) sizeOfReceiver(n pyparse.Node) float64 {
	if n.Kind() != pyparse.KindCall || n.AsCall().Func().Kind() != pyparse.KindAttribute {
		return 0
	}
	base := n.AsCall().Func().AsAttribute().Value()
	if base.Kind() == pyparse.KindName {
		return f.lookup(base.AsName().Id(), base).size
	}
	return 0
}

// methodEntry is what the catalogue knows of a name; a method is looked up along
// its class's bases.
func (a *analysis) methodEntry(v *value) rules.Entry {
	if v.recv == "" {
		return a.entry(v.name)
	}
	key := nameKey{v.recv, v.name, ""}
	if e, ok := a.cache[key]; ok {
		return e
	}
	m := lastPart(v.name)
	var out rules.Entry
	for _, c := range a.libraryOrder(v.recv) {
		e := a.cat.Method(c, m)
		if e.Known {
			out = e
			break
		}
	}
	if !out.Known {
		out = a.entry(v.name)
	}
	a.cache[key] = out
	return out
}

// hasMethod reports whether the catalogue names a method of a library's class, or
// the class as a whole.
func (a *analysis) hasMethod(class, name string) bool {
	return slices.ContainsFunc(a.libraryOrder(class), func(c string) bool { return a.cat.Method(c, name).Known })
}

// libraryMethod calls a special method of a library's object, if the catalogue
// has something to say of it.
func (f *frame) libraryMethod(v *value, name string, as args, n pyparse.Node) (set, bool) {
	m := &value{kind: kSymbol, name: v.name + "." + name, recv: v.name, bound: v.bound, make: v.make}
	for _, c := range f.a.libraryOrder(v.name) {
		e := f.a.cat.Method(c, name)
		if !e.Known {
			continue
		}
		f.rows(e, m, as, n)
		break
	}
	for _, c := range f.a.libraryOrder(v.name) {
		if t := f.a.typeOf(c, name, "()"); t != "" {
			return like(f.object(t, n, v.bound), v.make), true
		}
	}
	return set{}, false
}

// rows applies what the catalogue says of a call.
func (f *frame) rows(e rules.Entry, v *value, as args, n pyparse.Node) {
	as.make = v.make
	if !e.Known {
		f.unknownCall(n, "library that the catalogue doesn't describe")
	}
	for _, r := range e.Effects {
		if !r.Applies(as) {
			continue
		}
		eff := rules.Effect{Rule: r.Rule, Symbol: v.name, Guard: r.Guard(), HoldsGIL: r.GIL == "holds", Row: &r.Row, Severity: r.Severity}
		if r.Cost != "" {
			sec, ok := r.Seconds(as)
			if !ok {
				continue
			}
			f.cost += sec
			if sec <= f.a.budget {
				continue
			}
			f.cost -= sec // reported here; not once more for a loop around it
			eff.Detail = seconds(sec)
		} else {
			f.cost += costGreen
			if g := eff.Guard; r.Lib.Stdlib && strings.Contains(g.Unless, "patched(") {
				f.yield.waits = true
			} else {
				f.yield.maybe = true // it waits: a loop around it is no CPU loop
			}
		}
		f.effect(eff, n)
		if g, ok := whenGreen(eff.Guard); ok {
			f.waits(v.name, g, n)
		}
		if r.Cost == "" {
			f.hear(v)
		}
		if r.Early != "" && v.bound != "" {
			f.earlyEffect(eff, v.bound, n)
		}
	}
	for _, r := range e.Safe {
		if !r.Lib.Stdlib {
			f.yield.maybe = true
		}
	}
	if len(e.Streams) > 0 {
		f.cost += costGreen
		f.yield.waits = true
	}
	for _, r := range e.Yields {
		if !r.Applies(as) {
			continue
		}
		f.waits(v.name, r.Guard(), n)
		if g := r.Guard(); g.When != "" && g.Unless == "" && !strings.Contains(g.When, " & ") {
			f.yield.onlyWhen(g.When)
		} else {
			f.yield.maybe = true
		}
	}
	f.regexes(e, v, as, n)
	f.handles(e, v, as, n)
	f.steps(e, v, as, n)
	f.moves(e, as, n)
	f.forks(e, v, as, n)
	f.harmsThread(e, v, as, n)
}

// earlyEffect records that a call stays as it is in a process that patches too
// late for the name or object in hand.
func (f *frame) earlyEffect(eff rules.Effect, bound string, n pyparse.Node) {
	g := rules.Guard{When: eff.Guard.When, Bound: bound}
	for _, c := range strings.Split(eff.Guard.Unless, " | ") {
		if flag, ok := strings.CutPrefix(c, "patched("); ok {
			g = g.And(rules.Guard{When: "early(" + flag})
		} else if c != "" {
			g = g.And(rules.Guard{Unless: c})
		}
	}
	if !strings.Contains(g.When, "early(") {
		return
	}
	eff.Rule, eff.Guard = "GL601", g
	f.effect(eff, n)
}

// seconds words a duration for a message.
func seconds(s float64) string {
	switch {
	case s >= 60:
		return "over a minute"
	case s >= 10:
		return fmt.Sprintf("about %.0f s", s)
	case s >= 1:
		return fmt.Sprintf("about %.1f s", s)
	}
	return fmt.Sprintf("about %.0f ms", s*1000)
}

// touch marks a module-level object as used before the patch: a client that has
// connected keeps the socket that it made.
func (f *frame) touch(e rules.Entry, n pyparse.Node) {
	if !f.moduleLevel() || n.Kind() != pyparse.KindCall || n.AsCall().Func().Kind() != pyparse.KindAttribute {
		return
	}
	base := n.AsCall().Func().AsAttribute().Value()
	if base.Kind() != pyparse.KindName || f.env == nil {
		return
	}
	for _, r := range e.Effects {
		if r.Early != "" && r.Cost == "" {
			name := base.AsName().Id()
			if s, ok := f.env.get(name); ok {
				f.env.set(name, bindEarly(s, f.u.mod, n.Start()))
			}
			return
		}
	}
}

// moves follows the callables that a call hands to a new task, to another
// thread, or to itself.
func (f *frame) moves(e rules.Entry, as args, n pyparse.Node) {
	take := func(m *rules.MoveRow) (set, args, bool) {
		if !m.Applies(as) {
			return set{}, args{}, false
		}
		pos, names := m.Callable()
		a, ok := as.find(pos, names)
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
			f.apply(fn, args{node: n, star: true, kwstar: true}, n)
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

// asked calls methods of objects that a call is given: a file that it reads.
func (f *frame) asked(s set, methods []string, n pyparse.Node) {
	objects := set{vals: without(s, func(v *value) bool { return v.kind != kObject && v.kind != kInstance }).vals}
	for _, name := range methods {
		f.apply(set{vals: f.attrOf(objects, name, n).vals}, args{node: n}, n)
	}
}

// copied applies what the catalogue says of a call's arguments where the project
// keeps a copy of the library: what the copy does itself is seen in its text. ok
// says that the result is known too.
func (f *frame) copied(name string, as args, n pyparse.Node) (out set, ok bool) {
	lib := f.a.vendored(name)
	if lib == "" {
		return set{}, false
	}
	e := f.a.entry(lib)
	f.moves(e, as, n)
	if r, ok := f.options(e, lib, as, n); ok {
		return r, true
	}
	return f.loads(e, as, n)
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

// libraryResult is what a library call gives back.
func (f *frame) libraryResult(v *value, e rules.Entry, as args, n pyparse.Node) set {
	bound := v.bound
	if v.recv == "" && !f.a.cat.Replaced(v.name) {
		bound = "" // made by a function that looks up what it needs when it runs
	}
	for _, m := range e.Offloads {
		if !m.Wraps && !m.Returns {
			continue
		}
		if f.unusual > 0 { // what goes on without it is what counts
			return unknownSet
		}
		pos, names := m.Callable()
		if a, ok := as.find(pos, names); ok && m.Applies(as) {
			c := f.a.site(n)
			f.a.write(c, sizeless(a.set))
			f.wrapping(a.set)
			w := &value{kind: kElsewhere, item: c}
			if given, ok := as.find(1, []string{"autowrap"}); ok && m.Wraps && !given.set.empty() {
				w.flag = fAutowrap
			}
			return one(w)
		}
	}
	for _, m := range e.Offloads {
		if !m.Proxies || !m.Applies(as) {
			continue
		}
		if f.unusual > 0 {
			return unknownSet
		}
		pos, names := m.Callable()
		if a, ok := as.find(pos, names); ok {
			made := f.resultsOf(a.set, n)
			c := f.a.site(n)
			f.a.write(c, sizeless(made))
			f.wrapping(made)
			return one(&value{kind: kElsewhere, item: c, flag: fAutowrap})
		}
	}
	if out, ok := f.returned(e, as, n, bound); ok {
		return out
	}
	var byOption set
	if usual, ok := as.byDefault(); ok {
		byOption, _ = f.returned(e, usual, n, bound)
	}
	return join(byOption, f.givenBy(v, as, n, bound))
}

// returned is what a call surely gives back by its arguments.
func (f *frame) returned(e rules.Entry, as args, n pyparse.Node, bound string) (out set, ok bool) {
	for _, r := range e.Returns {
		if r.Surely(as) {
			t := f.object(r.Type, n, bound)
			for _, m := range makesOf(r, as) {
				out = join(out, like(t, m))
			}
			return out, true
		}
	}
	return set{}, false
}

// givenBy is what a library call gives back whatever its arguments are.
func (f *frame) givenBy(v *value, as args, n pyparse.Node, bound string) set {
	given := func(class, name string) (set, bool) {
		t := f.a.typeOf(class, name, "()")
		if t == "" {
			return set{}, false
		}
		out := like(f.object(t, n, bound), v.make)
		if name != "" {
			class += "." + name
		}
		if sz, ok := f.a.cat.Size(class, as); ok {
			out.size = sz
		}
		return out, true
	}
	if v.recv == "" {
		if out, ok := given(v.name, ""); ok {
			return out
		}
	} else {
		for _, c := range f.a.libraryOrder(v.recv) {
			if out, ok := given(c, lastPart(v.name)); ok {
				return out
			}
		}
	}
	if sz, ok := f.a.cat.Size(v.name, as); ok {
		return one(typed("bytes")).withSize(sz)
	}
	if v.recv == "" && isClassName(lastPart(v.name)) {
		return one(&value{kind: kObject, name: v.name, bound: bound})
	}
	return unknownSet
}

// like is a set whose objects of libraries are of a make.
func like(s set, make string) set {
	if make == "" {
		return s
	}
	out := set{open: s.open, size: s.size}
	for _, v := range s.vals {
		if v.kind == kObject {
			v = v.but(func(v *value) { v.make = make })
		}
		out.vals = append(out.vals, v)
	}
	return out
}

// makesOf are the makes that a row gives a result: its own, or those of the objects that
// an argument may be.
func makesOf(r *rules.ReturnRow, as args) []string {
	pos, names, ok := r.MadeLike()
	if !ok {
		return []string{r.Make}
	}
	var out []string
	a, _ := as.find(pos, names)
	for _, v := range a.set.vals {
		if v.kind == kObject && !slices.Contains(out, v.make) {
			out = append(out, v.make)
		}
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// isClassName reports whether a name looks like a class by Python's conventions.
func isClassName(s string) bool {
	s = strings.TrimLeft(s, "_")
	return s != "" && s[0] >= 'A' && s[0] <= 'Z'
}

// patchCall records that a call monkey-patches.
func (f *frame) patchCall(p *rules.Patch, as args, n pyparse.Node) {
	pc := patchCall{patch: p, flags: p.Effective(as), pos: f.pos(n), end: f.endPos(n), text: f.text(n)}
	f.u.patches = append(f.u.patches, pc)
	if f.moduleLevel() {
		f.u.events = append(f.u.events, event{offset: n.Start(), patch: &pc})
	}
}
