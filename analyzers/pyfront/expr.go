package pyfront

import (
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// eval is what an expression may denote; on the way the calls in it are recorded.
func (f *frame) eval(n pyparse.Node) set {
	if !n.Valid() {
		return set{}
	}
	f.cost += costExpr
	if f.a.steps++; f.a.steps > f.a.limit {
		panic(tooLong{})
	}
	switch n.Kind() {
	case pyparse.KindName:
		return f.lookup(n.AsName().Id(), n)
	case pyparse.KindAttribute:
		return f.attribute(n.AsAttribute())
	case pyparse.KindCall:
		return f.call(n.AsCall())
	case pyparse.KindConstant:
		return f.constant(n.AsConstant())
	case pyparse.KindJoinedStr, pyparse.KindTemplateStr, pyparse.KindFormattedValue, pyparse.KindInterpolation:
		return f.joined(n)
	case pyparse.KindBoolOp:
		return f.boolOp(n.AsBoolOp())
	case pyparse.KindNamedExpr:
		s := f.eval(n.AsNamedExpr().Value())
		f.store(n.AsNamedExpr().Target(), s, n.AsNamedExpr().Value())
		return s
	case pyparse.KindBinOp:
		b := n.AsBinOp()
		x, y := f.eval(b.Left()), f.eval(b.Right())
		if s, ok := f.overloaded(x, y, b.Op(), n, false); ok {
			return s
		}
		return f.binary(x, y, b.Op(), n)
	case pyparse.KindUnaryOp:
		return f.unary(n.AsUnaryOp())
	case pyparse.KindLambda:
		for d := range n.AsLambda().Args().Defaults().All() {
			f.eval(d)
		}
		for d := range n.AsLambda().Args().KwDefaults().All() {
			f.eval(d)
		}
		return one(functionValue(f.lambda(n)))
	case pyparse.KindIfExp:
		e := n.AsIfExp()
		f.truth(f.eval(e.Test()), e.Test())
		known, val := f.constantTest(e.Test())
		option, usual := f.defaultTest(e.Test())
		env := f.env
		var a, b set
		if !known || val {
			if f.env = f.narrow(e.Test(), true); f.env != nil {
				a = f.either(e.Body(), option != "" && !usual)
			}
		}
		if !known || !val {
			if f.env = f.narrow(e.Test(), false); f.env != nil {
				b = f.either(e.Orelse(), option != "" && usual)
			}
		}
		f.env = env
		return join(a, b)
	case pyparse.KindList:
		return f.display("list", n, n.AsList().Elts())
	case pyparse.KindTuple:
		return f.display("tuple", n, n.AsTuple().Elts())
	case pyparse.KindSet:
		return f.display("set", n, n.AsSet().Elts())
	case pyparse.KindDict:
		return f.dict(n.AsDict())
	case pyparse.KindListComp:
		return f.comprehension("list", n, n.AsListComp().Elt(), pyparse.Node{}, n.AsListComp().Generators())
	case pyparse.KindSetComp:
		return f.comprehension("set", n, n.AsSetComp().Elt(), pyparse.Node{}, n.AsSetComp().Generators())
	case pyparse.KindGeneratorExp:
		return f.comprehension("generator", n, n.AsGeneratorExp().Elt(), pyparse.Node{}, n.AsGeneratorExp().Generators())
	case pyparse.KindDictComp:
		return f.comprehension("dict", n, n.AsDictComp().Value(), n.AsDictComp().Key(), n.AsDictComp().Generators())
	case pyparse.KindAwait:
		return f.await(f.eval(n.AsAwait().Value()), n)
	case pyparse.KindYield:
		f.a.write(&f.u.yielded, f.eval(n.AsYield().Value()))
		f.yield.add(yieldState{gives: 1})
		return unknownSet
	case pyparse.KindYieldFrom:
		s := f.eval(n.AsYieldFrom().Value())
		it := f.consume(s, n, false)
		f.a.write(&f.u.yielded, it.item)
		f.yield.add(it.yield)
		if it.yield.gives = it.trips; it.trips == 0 {
			it.yield.gives = -1
		}
		f.yield.add(yieldState{gives: it.yield.gives})
		return unknownSet
	case pyparse.KindCompare:
		return f.compare(n.AsCompare())
	case pyparse.KindSubscript:
		return f.subscript(n.AsSubscript())
	case pyparse.KindStarred:
		return f.elements(f.eval(n.AsStarred().Value()), n)
	case pyparse.KindSlice:
		for c := range n.Children() {
			f.eval(c)
		}
	}
	return unknownSet
}

// either is one of the two sides of a conditional expression; unusual says that the
// defaults of options rule it out.
func (f *frame) either(n pyparse.Node, unusual bool) set {
	f.perhaps++
	defer func() { f.perhaps-- }()
	if unusual {
		f.unusual++
		defer func() { f.unusual-- }()
	}
	return f.eval(n)
}

func (f *frame) constant(c pyparse.Constant) set {
	switch c.ConstKind() {
	case pyparse.ConstNone:
		return one(constOf(nil))
	case pyparse.ConstTrue:
		return one(constOf(true))
	case pyparse.ConstFalse:
		return one(constOf(false))
	case pyparse.ConstInt:
		if i, ok := c.Int(); ok {
			return one(f.a.number("int", float64(i)))
		}
		return one(typed("int"))
	case pyparse.ConstFloat:
		if x, ok := number(c.Number()); ok {
			return one(f.a.number("float", x))
		}
		return one(typed("float"))
	case pyparse.ConstStr:
		s := c.StringValue()
		if len(s) > 4096 {
			return one(typed("str")).withSize(float64(len(s)))
		}
		return one(f.a.text(s)).withSize(float64(len(s)))
	case pyparse.ConstBytes:
		text := c.StringValue()
		out := one(typed("bytes")).withSize(float64(len(text)))
		if lines := strings.Count(text, "\n"); lines > 0 {
			out.dims = extentOf([]float64{float64(lines)})
		}
		return out
	}
	return one(typed("object"))
}

// joined is an f-string: what is written out, and "…" for the rest, which is
// enough to know a URL's scheme.
func (f *frame) joined(n pyparse.Node) set {
	if n.Kind() != pyparse.KindJoinedStr {
		for c := range n.Children() {
			if s := f.eval(c); c.Kind() != pyparse.KindJoinedStr {
				f.first(s, textMethods, args{node: n}, n)
			}
		}
		return one(typed("str"))
	}
	var text strings.Builder
	for c := range n.AsJoinedStr().Values().All() {
		lit, ok := f.eval(c).constant()
		if s, str := lit.(string); ok && str && text.Len() < 512 {
			text.WriteString(s)
		} else {
			text.WriteString("…")
		}
	}
	return one(constOf(text.String()))
}

func (f *frame) boolOp(b pyparse.BoolOp) set {
	var out set
	env, perhaps := f.env, f.perhaps
	for v := range b.Values().All() {
		s := f.eval(v)
		f.perhaps = perhaps + 1 // from the second on
		f.truth(s, v)
		out = join(out, s)
		if e := f.narrow(v, b.Op() == pyparse.OpAnd); e != nil {
			f.env = e
		}
	}
	f.env, f.perhaps = env, perhaps
	if b.Op() == pyparse.OpOr { // a or b: None is not what is given on
		out = without(out, func(v *value) bool { return v.kind == kConst && v.lit == nil && len(out.vals) > 1 })
	}
	return out
}

// without is the set less some values.
func without(s set, drop func(*value) bool) set {
	for i, v := range s.vals {
		if drop(v) {
			out := append([]*value(nil), s.vals[:i]...)
			for _, w := range s.vals[i+1:] {
				if !drop(w) {
					out = append(out, w)
				}
			}
			s.vals = out
			return s
		}
	}
	return s
}

// display is a list, tuple or set written out.
func (f *frame) display(name string, n pyparse.Node, elts pyparse.NodeList) set {
	c := f.a.site(n)
	var declared *options
	var numbers []float64
	for e := range elts.All() {
		s := f.eval(e)
		if x, ok := num(s); ok && len(numbers) <= maxDims {
			numbers = append(numbers, x)
		}
		if list := f.optionsOf(s); len(list) > 0 && len(s.vals) == 1 && s.vals[0].kind == kObject {
			declared = f.a.optionsAt(n)
			for _, o := range list {
				declared.add(o)
			}
			continue
		}
		f.a.write(c, sizeless(f.held(s, e)))
	}
	if declared != nil {
		f.a.write(c, one(&value{kind: kObject, name: "builtins.object", lit: declared}))
	}
	out := one(containerValue(name, c)).withSize(float64(elts.Len()))
	if len(numbers) == elts.Len() {
		out.dims = extentOf(numbers)
	}
	return out
}

// held is what a container or a partial keeps of what is put into it: module-level code
// binds it there as well as a name.
func (f *frame) held(s set, n pyparse.Node) set {
	if f.moduleLevel() {
		return bindEarly(s, f.u.mod, n.Start())
	}
	return s
}

func (f *frame) dict(d pyparse.Dict) set {
	c := f.a.site(d.Node)
	longest := 0.0
	for i := range d.Values().Len() {
		if k := d.Keys().At(i); k.Valid() {
			key, s := f.eval(k), f.eval(d.Values().At(i))
			longest = max(longest, s.size)
			f.a.put(c, key, sizeless(f.held(s, k)))
		} else {
			f.a.write(c, f.elements(f.eval(d.Values().At(i)), d.Node))
		}
	}
	out := one(containerValue("dict", c)).withSize(float64(d.Values().Len()))
	if longest > 0 {
		out.dims = extentOf([]float64{longest})
	}
	return out
}

func (f *frame) comprehension(name string, n, elt, key pyparse.Node, gens pyparse.NodeList) set {
	scope, env := f.scope, f.env.copy()
	trips := 1.0
	var each float64
	var yield yieldState
	async := false
	run := func() {
		for g := range gens.All() {
			gen := g.AsComprehension()
			it := f.consume(f.eval(gen.Iter()), gen.Iter(), gen.IsAsync())
			if sc := f.u.mod.table.ScopeOf(n); sc != nil {
				f.scope = sc
			}
			async = async || gen.IsAsync()
			if it.trips > 0 && trips > 0 {
				trips *= it.trips
			} else {
				trips = 0
			}
			yield.add(it.yield)
			f.bindTarget(gen.Target(), it.item)
			for c := range gen.Ifs().All() {
				f.eval(c)
				if e := f.narrow(c, true); e != nil {
					f.env = e
				}
			}
		}
	}
	var item set
	each, y := f.scoped(func() {
		run()
		if key.Valid() {
			f.eval(key)
		}
		item = sizeless(f.eval(elt))
	})
	yield.add(y)
	f.scope, f.env = scope, env
	c := f.a.site(n)
	f.a.write(c, item)
	f.finishLoop(loopInfo{node: n, head: n, trips: trips, each: each + costStmt, yield: yield, async: async, expr: true})
	if name == "generator" {
		name = "iterator"
	}
	return one(containerValue(name, c)).withSize(trips)
}

// bindTarget gives a comprehension's target its value; its names shadow the
// locals, and the caller puts the locals back.
func (f *frame) bindTarget(t pyparse.Node, s set) {
	switch t.Kind() {
	case pyparse.KindName:
		f.env.set(t.AsName().Id(), s)
	case pyparse.KindTuple, pyparse.KindList:
		el := f.elements(s, t)
		for c := range t.Children() {
			f.bindTarget(c, el)
		}
	case pyparse.KindStarred:
		f.bindTarget(t.AsStarred().Value(), unknownSet)
	default:
		f.store(t, s, pyparse.Node{})
	}
}

// await waits for a coroutine or future.
func (f *frame) await(s set, n pyparse.Node) set {
	var out set
	for _, v := range s.vals {
		switch v.kind {
		case kCoroutine:
			f.edge(v.unit, flow.Call, rules.Guard{}, n, len(s.vals) > 1)
			f.inherit(v.unit)
			out = join(out, f.resultOf(v.unit))
		case kInstance:
			if r, ok := f.special(v, "__await__", n); ok {
				f.consume(r, n, false)
				out = join(out, unknownSet)
			} else {
				out = join(out, unknownSet)
			}
			f.yield.maybe = true
		case kObject:
			f.yield.maybe = true
			if t := f.a.cat.Type("await " + v.name); t != "" {
				out = join(out, f.object(t, n, ""))
			} else {
				out = join(out, one(v))
			}
		default:
			f.yield.maybe = true
			out = join(out, unknownSet)
		}
	}
	if s.open || len(s.vals) == 0 {
		f.yield.maybe = true
		out = join(out, unknownSet)
	}
	return out
}

// inherit takes over what running a unit costs and whether it yields.
func (f *frame) inherit(u *unit) {
	if u.running { // recursion: its own run says it
		return
	}
	f.cost += u.cost
	f.yield.add(u.yields)
}

// standardKey is what any mapping holds under a name that a standard defines.
func (f *frame) standardKey(key set, n pyparse.Node) set {
	name, _ := key.constant()
	s, ok := name.(string)
	if !ok || !strings.Contains(s, ".") {
		return set{}
	}
	if t := f.a.cat.Type("builtins.dict['" + s + "']"); t != "" {
		return f.object(t, n, "")
	}
	return set{}
}

func (f *frame) subscript(s pyparse.Subscript) set {
	base := f.eval(s.Value())
	key := f.eval(s.Slice())
	if known := f.standardKey(key, s.Node); !known.empty() {
		return known
	}
	var out set
	for _, v := range base.vals {
		switch v.kind {
		case kContainer:
			if s.Slice().Kind() == pyparse.KindSlice {
				out = join(out, one(v))
			} else {
				out = join(out, f.under(v.item, key))
			}
		case kConst:
			if s.Slice().Kind() == pyparse.KindSlice {
				out = join(out, one(v.opaque()))
			} else {
				out = join(out, one(typed(v.name)))
			}
		case kObject:
			if opt, ok := f.optionNamed(v.name, v.lit, key); ok {
				out = join(out, opt)
			} else if t := f.a.cat.Type(v.name + "[]"); t != "" {
				out = join(out, f.sized(like(f.object(t, s.Node, v.bound), v), v.name+"[]", args{self: base}))
			} else {
				out = join(out, unknownSet)
			}
			f.libraryMethod(v, "__getitem__", args{node: s.Node}, s.Node)
		case kInstance:
			if r, ok := f.special(v, "__getitem__", s.Node); ok {
				out = join(out, r)
			} else {
				out = join(out, unknownSet)
			}
		case kClass:
			if v.class.isEnum() {
				out = join(out, one(instanceValue(v.class, "")))
			} else { // Generic[T] is the class
				out = join(out, one(v))
			}
		case kSymbol:
			out = join(out, one(f.parametrised(v, s.Node)))
		default:
			out = join(out, unknownSet)
		}
	}
	if base.open {
		out = join(out, unknownSet)
	}
	return out
}
