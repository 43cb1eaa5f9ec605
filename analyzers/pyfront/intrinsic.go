package pyfront

import (
	"math"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// Intrinsics are what the language itself defines: built-in functions, the
// methods of its containers, and the few functions of the standard library that
// stand for syntax (partial, wraps). Everything else about libraries is data.

// intrinsic is the result of calling a name that the language defines; ok is
// false for all others.
func (f *frame) intrinsic(v *value, as args, n pyparse.Node) (set, bool) {
	if v.recv != "" {
		if strings.HasPrefix(v.recv, "builtins.") {
			return f.builtinMethod(v, as, n)
		}
		switch v.name {
		case "contextlib.ExitStack.enter_context", "contextlib.AsyncExitStack.enter_context":
			if len(as.pos) > 0 {
				return f.enter(as.pos[0].set, n, false), true
			}
		}
		if v.recv == "function" {
			return unknownSet, true
		}
		return set{}, false
	}
	first := set{}
	if len(as.pos) > 0 {
		first = as.pos[0].set
	}
	if names := builtinCalls[v.name]; names != nil {
		for _, p := range as.pos {
			f.first(p.set, names, args{node: n}, n)
		}
	}
	switch v.name {
	case "builtins.super":
		return f.super(as), true
	case "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.sorted", "builtins.reversed", "builtins.iter", "collections.deque":
		if len(as.pos) == 2 && v.name == "builtins.iter" { // iter(callable, sentinel)
			r := f.apply(first, args{node: n}, n)
			return f.container("iterator", n, r, pieces(r)), true
		}
		name := lastPart(v.name)
		if name == "sorted" || name == "deque" {
			name = "list"
		}
		if name == "reversed" || name == "iter" {
			name = "iterator"
		}
		return f.collect(name, first, n), true
	case "builtins.dict":
		c := f.a.site(n)
		for _, k := range as.kw {
			f.a.put(c, one(constOf(k.name)), sizeless(k.set))
		}
		for _, p := range as.pos {
			for _, w := range p.set.vals {
				if w.kind == kGenerator || w.kind == kInstance && len(f.classMethods(w.class, "__iter__")) > 0 {
					f.a.write(c, f.elements(f.elements(one(w), n), n))
				}
				if w.kind == kContainer && w.name == "dict" {
					f.a.write(c, w.item.read(f.u))
				} else if w.kind == kContainer {
					f.a.write(c, f.elements(w.item.read(f.u), n))
				}
			}
		}
		return one(containerValue("dict", c)), true
	case "builtins.range":
		return f.rangeOf(as, n), true
	case "builtins.enumerate", "builtins.zip":
		var out set
		size := math.Inf(1)
		for _, p := range as.pos {
			out = join(out, f.elements(p.set, n))
			if p.set.size > 0 {
				size = min(size, p.set.size)
			}
		}
		if math.IsInf(size, 1) {
			size = 0
		}
		inner := f.a.site(as.node)
		f.a.write(inner, sizeless(out))
		key := n
		return f.containerAt(tupleKey{key}, "iterator", one(containerValue("tuple", inner)), size), true
	case "builtins.map", "builtins.filter":
		if len(as.pos) < 2 {
			return unknownSet, true
		}
		el := f.elements(as.pos[1].set, n)
		cost, yield := f.scoped(func() {
			r := f.apply(first, args{pos: []arg{{set: el, node: n}}, node: n}, n)
			if v.name == "builtins.map" {
				el = r
			}
		})
		f.finishLoop(loopInfo{node: n, head: n, trips: as.pos[1].set.size, each: cost + costCall, yield: yield, expr: true})
		return f.container("iterator", n, sizeless(el), as.pos[1].set.size), true
	case "builtins.next":
		return f.elements(first, n), true
	case "builtins.sum", "builtins.min", "builtins.max", "builtins.any", "builtins.all":
		var out set
		for _, p := range as.pos {
			if len(as.pos) == 1 {
				it := f.consume(p.set, n, false)
				f.goneOver(it, 10e-9, n)
				out = join(out, it.item)
			} else {
				out = join(out, p.set)
			}
		}
		for _, k := range as.kw {
			if k.name == "key" {
				f.apply(k.set, args{pos: []arg{{set: out, node: n}}, node: n}, n)
			}
		}
		if v.name == "builtins.sum" || v.name == "builtins.any" || v.name == "builtins.all" {
			return one(typed("int")), true
		}
		return out, true
	case "builtins.setattr", "builtins.object.__setattr__":
		if len(as.pos) == 3 {
			if name, ok := text(as.pos[1].set); ok && name != "" && !strings.Contains(name, unknownText) {
				f.setAttr(first, name, as.pos[2].set, n)
			}
		}
		return one(constOf(nil)), true
	case "builtins.getattr", "builtins.object.__getattribute__":
		if len(as.pos) >= 2 {
			if f.asksOn(as.pos[1].node) {
				c := f.a.site(n)
				f.a.write(c, sizeless(first))
				return one(&value{kind: kForward, item: c}), true
			}
			if s, ok := as.pos[1].set.constant(); ok {
				if name, ok := s.(string); ok && name != "" {
					var out set
					if strings.Contains(name, unknownText) {
						out = f.attributesLike(first, name, n)
					} else {
						out = f.attrOf(first, name, n)
					}
					if len(as.pos) > 2 {
						out = join(out, as.pos[2].set)
					}
					return out, true
				}
			}
			if asksVerb(as.pos[1].node) {
				return f.attributesWhose(first, isVerb, n), true
			}
		}
		return unknownSet, true
	case "builtins.type":
		var out set
		for _, w := range first.vals {
			if w.kind == kInstance {
				out = join(out, one(classValue(w.class)))
			}
		}
		return join(out, unknownSet), true
	case "os.path.join":
		return one(joinPath(as)), true
	case "builtins.str", "builtins.repr", "builtins.format", "builtins.ascii", "builtins.input", "builtins.chr", "builtins.hex", "builtins.bin":
		return one(typed("str")), true
	case "builtins.bytes", "builtins.bytearray":
		if x, ok := num(first); ok {
			return one(typed("bytes")).withSize(x), true
		}
		return one(typed("bytes")).withSize(max(first.size, 0)), true
	case "builtins.int", "builtins.len", "builtins.abs", "builtins.round", "builtins.hash", "builtins.id", "builtins.ord", "builtins.pow":
		if v.name == "builtins.int" || v.name == "builtins.round" {
			if x, ok := num(first); ok {
				return one(constOf(math.Trunc(x))), true
			}
		}
		if v.name == "builtins.len" && first.size > 0 {
			return one(constOf(first.size)), true
		}
		return one(typed("int")), true
	case "builtins.float":
		return one(typed("float")), true
	case "builtins.bool", "builtins.isinstance", "builtins.issubclass", "builtins.callable", "builtins.hasattr":
		return one(typed("bool")), true
	case "functools.partial", "functools.partialmethod":
		if len(as.pos) == 0 {
			return unknownSet, true
		}
		p := f.a.partials[n]
		if p == nil {
			p = &partial{}
			f.a.partials[n] = p
		}
		p.fn = join(p.fn, f.held(first, n))
		p.args = args{pos: as.pos[1:], kw: as.kw, node: n}
		return one(&value{kind: kPartial, part: p}), true
	case "functools.wraps", "functools.update_wrapper":
		// wraps(fn) gives a decorator that changes nothing.
		return one(&value{kind: kSymbol, name: "functools.identity"}), true
	case "functools.identity", "functools.lru_cache", "functools.cache", "copy.copy", "copy.deepcopy", "typing.cast", "weakref.proxy":
		if v.name == "typing.cast" {
			if len(as.pos) > 1 {
				if t := f.annotation(as.pos[0].node, f.u.mod); !t.empty() {
					return t, true
				}
				return as.pos[1].set, true
			}
			return unknownSet, true
		}
		if len(as.pos) == 1 && len(as.kw) == 0 {
			return first, true
		}
		return one(&value{kind: kSymbol, name: "functools.identity"}), true
	case "contextlib.closing", "contextlib.nullcontext", "contextlib.suppress":
		if v.name == "contextlib.suppress" {
			return one(typed("object")), true
		}
		return first, true
	case "contextlib.contextmanager", "builtins.staticmethod", "builtins.classmethod", "builtins.property":
		return f.libraryDecorator(first, v, as, false, n, nil), true
	case "builtins.globals", "builtins.locals", "builtins.vars", "builtins.exec", "builtins.eval":
		return unknownSet, true
	case "typing.TypeVar", "typing_extensions.TypeVar":
		c := f.a.typeSite(n)
		for i, p := range as.pos {
			if i > 0 {
				f.a.write(c, f.instancesOf(p.set, p.node))
			}
		}
		for _, k := range as.kw {
			if k.name == "bound" {
				f.a.write(c, f.annotation(k.node, f.u.mod))
			}
		}
		return one(&value{kind: kType, name: v.name, item: c}), true
	case "builtins.object":
		return one(typed("object")), true
	}
	return set{}, false
}

// asksOn reports whether an expression is the name that a __getattr__ is asked for. It
// is asked for many, and what it gives for one says nothing of the others; so what it
// only hands on is looked up by who asks.
func (f *frame) asksOn(n pyparse.Node) bool {
	u := f.u
	return u.class != nil && u.short == "__getattr__" && len(u.params) == 2 && n.Kind() == pyparse.KindName && n.AsName().Id() == u.params[1].name
}

// maxForwards bounds through how many objects a name is handed on: some hand it on to
// themselves, in several ways.
const maxForwards = 3

// forwarded is what a __getattr__ has given for a name.
func (f *frame) forwarded(s set, name string, n pyparse.Node) set {
	f.a.forwards++
	defer func() { f.a.forwards-- }()
	out := set{open: s.open, size: s.size}
	for _, v := range s.vals {
		if v.kind == kForward && f.a.forwards > maxForwards {
			out.open = true
		} else if v.kind == kForward {
			out = join(out, f.attrOf(v.item.read(f.u), name, n))
		} else {
			out = join(out, one(v))
		}
	}
	return out
}

// passedThrough is what comes out of an iterator that is made of others; ok is false for
// all other calls.
func (f *frame) passedThrough(name string, as args, n pyparse.Node) (item set, ok bool) {
	from := as.pos
	switch name {
	case "itertools.chain", "itertools.cycle":
	case "itertools.islice", "itertools.chain.from_iterable":
		from = from[:min(1, len(from))]
	case "itertools.takewhile", "itertools.dropwhile", "itertools.filterfalse":
		from = from[min(1, len(from)):]
	default:
		return set{}, false
	}
	for _, p := range from {
		item = join(item, f.elements(p.set, n)) // of *x, the set is what x holds: iterables too
	}
	if name == "itertools.chain.from_iterable" {
		item = f.elements(item, n)
	}
	return item, len(item.vals) > 0
}

// super is what super() denotes in a method: one value for each class that self
// may be an instance of.
func (f *frame) super(as args) set {
	m := f.u
	for m != nil && m.class == nil {
		m = m.outer
	}
	if m == nil || len(m.params) == 0 {
		return unknownSet
	}
	after := m.class
	self := m.params[0].cell.read(f.u)
	if m.isClassMethod() || self.empty() {
		self = join(self, one(instanceValue(m.class, "")))
	}
	if len(as.pos) == 2 { // super(Class, self)
		for _, v := range as.pos[0].set.vals {
			if v.kind == kClass {
				after = v.class
			}
		}
	}
	var out set
	for _, v := range self.vals {
		if (v.kind == kInstance || v.kind == kClass) && derives(v.class, after, 0) {
			out = join(out, one(&value{kind: kSuper, class: v.class, unit: m, after: after}))
		}
	}
	if out.empty() {
		out = one(&value{kind: kSuper, class: m.class, unit: m, after: after})
	}
	return out
}

// tupleKey tells the cell of an iterator from that of the tuples in it.
type tupleKey struct{ node pyparse.Node }

func (f *frame) containerAt(k tupleKey, name string, item set, size float64) set {
	if f.a.tuples == nil {
		f.a.tuples = map[tupleKey]*cell{}
	}
	c := f.a.tuples[k]
	if c == nil {
		c = new(cell)
		f.a.tuples[k] = c
	}
	f.a.write(c, item)
	return one(containerValue(name, c)).withSize(size)
}

// container is a container made at a place, with something in it.
func (f *frame) container(name string, n pyparse.Node, item set, size float64) set {
	c := f.a.site(n)
	f.a.write(c, item)
	return one(containerValue(name, c)).withSize(size)
}

// collect is list(x) and the like.
func (f *frame) collect(name string, s set, n pyparse.Node) set {
	if s.empty() {
		return f.container(name, n, set{}, 0)
	}
	it := f.consume(s, n, false)
	f.goneOver(it, 15e-9, n)
	return f.container(name, n, sizeless(it.item), it.trips)
}

// goneOver is what it costs that a built-in function goes over something. It is a loop
// where what it goes over computes each value.
func (f *frame) goneOver(it iteration, each float64, n pyparse.Node) {
	if it.each == 0 {
		f.cost += it.trips * each
		return
	}
	f.finishLoop(loopInfo{node: n, head: n, trips: it.trips, each: it.each + each, yield: it.yield, expr: true})
}

// rangeOf is range(…), with its length where the bounds are known.
func (f *frame) rangeOf(as args, n pyparse.Node) set {
	var b [3]float64
	known := len(as.pos) > 0 && len(as.pos) <= 3
	for i, p := range as.pos {
		if i > 2 {
			break
		}
		x, ok := num(p.set)
		known = known && ok
		b[i] = x
	}
	size := 0.0
	if known {
		switch len(as.pos) {
		case 1:
			size = b[0]
		case 2:
			size = b[1] - b[0]
		case 3:
			if b[2] != 0 {
				size = math.Ceil((b[1] - b[0]) / b[2])
			}
		}
	}
	return f.container("iterator", n, one(typed("int")), max(size, 0))
}

// builtinMethod is a method of a container or a string.
func (f *frame) builtinMethod(v *value, as args, n pyparse.Node) (set, bool) {
	first := set{}
	if len(as.pos) > 0 {
		first = as.pos[0].set
	}
	m := lastPart(v.name)
	if v.item == nil { // a string or a number
		switch m {
		case "join":
			f.elements(first, n)
			return one(typed(lastPart(v.recv))).withSize(max(as.self.size, 0)), true
		case "encode", "decode", "format", "replace", "strip", "lower", "upper", "lstrip", "rstrip", "title", "zfill", "center", "ljust", "rjust", "expandtabs", "translate":
			t := "str"
			if m == "encode" {
				t = "bytes"
			}
			return one(typed(t)).withSize(max(as.self.size, 0)), true
		case "split", "splitlines", "rsplit", "partition", "rpartition":
			return f.container("list", n, one(typed("str")), 0), true
		}
		return unknownSet, true
	}
	switch m {
	case "append", "add", "appendleft":
		f.a.write(v.item, sizeless(first))
		return one(constOf(nil)), true
	case "insert":
		if len(as.pos) > 1 {
			f.a.write(v.item, sizeless(as.pos[1].set))
		}
		return one(constOf(nil)), true
	case "extend", "update", "extendleft":
		for _, w := range first.vals {
			if w.kind == kContainer {
				f.a.write(v.item, w.item.read(f.u))
			} else {
				f.a.write(v.item, f.elements(one(w), n))
			}
		}
		for _, k := range as.kw {
			f.a.put(v.item, one(constOf(k.name)), sizeless(k.set))
		}
		return one(constOf(nil)), true
	case "setdefault":
		if len(as.pos) > 1 {
			f.a.put(v.item, first, sizeless(as.pos[1].set))
		}
		return f.under(v.item, first), true
	case "get", "pop", "popleft", "popitem", "__getitem__", "next":
		out := f.under(v.item, first)
		if m == "get" {
			if len(as.pos) > 1 {
				out = join(out, as.pos[1].set)
			} else {
				out = join(out, one(constOf(nil)))
			}
		}
		return out, true
	case "values", "copy", "union", "intersection", "difference":
		return one(containerValue("iterator", v.item)).withSize(as.self.size), true
	case "items":
		return f.container("iterator", n, one(containerValue("tuple", v.item)), as.self.size), true
	case "keys":
		return f.container("iterator", n, one(typed("str")), as.self.size), true
	case "sort":
		for _, k := range as.kw {
			if k.name == "key" {
				el := v.item.read(f.u)
				cost, yield := f.scoped(func() { f.apply(k.set, args{pos: []arg{{set: el, node: n}}, node: n}, n) })
				f.finishLoop(loopInfo{node: n, head: n, trips: as.self.size, each: cost + 2*costCall, yield: yield, expr: true})
			}
		}
		return one(constOf(nil)), true
	}
	return unknownSet, true
}
