package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// functionDef runs a def statement: the name comes to denote the function, as
// its decorators leave it.
func (f *frame) functionDef(n pyparse.FunctionDef) {
	if f.overload(n) {
		return
	}
	key := unitKey{n.Node, f.u.copy}
	u := f.a.byNode[key]
	if u == nil {
		u = f.a.newUnit(f.u.mod, n.Node, f.u.mod.table.ScopeOf(n.Node), f.u, f.class, n.Name())
		f.a.byNode[key] = u
	}
	for d := range n.Args().Defaults().All() {
		f.eval(d)
	}
	for d := range n.Args().KwDefaults().All() {
		f.eval(d)
	}
	out := one(functionValue(u))
	for i := n.DecoratorList().Len() - 1; i >= 0; i-- {
		out = f.decorate(out, n.DecoratorList().At(i), u)
	}
	if u.async && !runsElsewhere(out) {
		f.syntaxContext(u, n)
	}
	f.assign(n.Name(), out, n.NameStart())
	if f.class == nil && f.u.node.Kind() != pyparse.KindModule {
		f.a.write(f.u.variable(n.Name()), out)
	}
}

// runsElsewhere reports whether a decorator has handed a function to whoever runs it
// instead of the loop.
func runsElsewhere(s set) bool {
	return len(s.vals) > 0 && !slices.ContainsFunc(s.vals, func(v *value) bool { return v.kind != kElsewhere })
}

// overload reports whether a def only declares a type: @overload.
func (f *frame) overload(n pyparse.FunctionDef) bool {
	for d := range n.DecoratorList().All() {
		if d.Kind() != pyparse.KindName && d.Kind() != pyparse.KindAttribute {
			continue
		}
		for _, v := range f.quiet(d).vals {
			if v.kind == kSymbol && (v.name == "typing.overload" || v.name == "typing_extensions.overload") {
				return true
			}
		}
	}
	return false
}

func (f *frame) lambda(n pyparse.Node) *unit {
	key := unitKey{n, f.u.copy}
	u := f.a.byNode[key]
	if u == nil {
		u = f.a.newUnit(f.u.mod, n, f.u.mod.table.ScopeOf(n), f.u, nil, "<lambda>")
		f.a.byNode[key] = u
	}
	// A lambda sees the locals as they are when it runs; the nearest guess is what they are now.
	if f.u.node.Kind() != pyparse.KindModule {
		for _, l := range f.env.all() {
			f.a.write(f.u.variable(l.name), l.set)
		}
	}
	return u
}

// decorate applies one decorator. u is the function that is decorated, nil for a
// class.
func (f *frame) decorate(fn set, dec pyparse.Node, u *unit) set {
	callee, as, called := dec, args{node: dec}, false
	var denotes set
	if dec.Kind() == pyparse.KindCall {
		called = true
		callee = dec.AsCall().Func()
		denotes = f.eval(callee)
		as = f.evalArgs(dec.AsCall())
	} else {
		denotes = f.eval(callee)
	}
	out := fn
	for _, v := range denotes.vals {
		switch v.kind {
		case kSymbol:
			out = f.libraryDecorator(out, v, as, called, dec, u)
		case kFunc, kBound, kInstance, kPartial, kClass:
			if name := f.a.vendored(v.qualified()); name != "" {
				f.libraryDecorator(out, &value{kind: kSymbol, name: name}, as, called, dec, u)
			}
			d := one(v)
			if called {
				d = f.applyValue(v, as, dec, false)
			}
			if v.kind == kClass && !called {
				break
			}
			for i, w := range d.vals {
				if w.kind == kFunc {
					d.vals = slices.Clone(d.vals)
					d.vals[i] = w.but(func(v *value) { v.unit = f.a.copyFor(w.unit, dec) })
				}
			}
			r := f.apply(d, args{pos: []arg{{set: out, node: dec}}, node: dec}, dec)
			if usable(r) {
				f.wrapped(u, r, dec)
				out = set{vals: r.vals, open: r.open}
			} else if f.managed(u, d, dec) {
				out = fn // as it is, within the manager
			} else if r.empty() && usable(d) {
				// The wrapper is not known yet; this unit runs again when it is.
				out = fn
			}
		}
	}
	return out
}

// managed lets a function that a context manager adorns enter and leave it at each call;
// false where there is no manager.
func (f *frame) managed(u *unit, d set, dec pyparse.Node) (found bool) {
	within := func(v *unit) {
		found = true
		if u != nil {
			f.a.ensure(v)
			u.wrappers = addWrapper(u.wrappers, wrapper{v, f.pos(dec), f.endPos(dec)})
		}
	}
	for _, v := range d.vals {
		switch v.kind {
		case kManager:
			within(v.unit)
		case kInstance:
			for _, name := range []string{"__enter__", "__exit__"} {
				for _, m := range f.classMethods(v.class, name) {
					within(m.unit)
				}
			}
		}
	}
	return found
}

// usable reports whether a decorator's result can stand for the function.
func usable(s set) bool {
	for _, v := range s.vals {
		switch v.kind {
		case kFunc, kBound, kInstance, kPartial, kElsewhere, kClass:
			return true
		}
	}
	return false
}

// wrapped lets a chain that starts at a decorated function pass through the
// wrapper that stands in its place.
func (f *frame) wrapped(u *unit, r set, dec pyparse.Node) {
	if u == nil {
		return
	}
	for _, v := range r.vals {
		if v.kind == kFunc && v.unit != u {
			u.wrappers = addWrapper(u.wrappers, wrapper{v.unit, f.pos(dec), f.endPos(dec)})
			if v.unit.instead == nil {
				v.unit.instead = u
			} else if v.unit.instead != u {
				v.unit.instead = v.unit
			}
			f.a.ensure(v.unit)
		}
	}
}

type wrapper struct {
	unit     *unit
	pos, end rules.Pos
}

func addWrapper(list []wrapper, w wrapper) []wrapper {
	for _, x := range list {
		if x.unit == w.unit {
			return list
		}
	}
	return append(list, w)
}

// libraryDecorator applies a decorator of a library: one of the language's own,
// one that makes a context, or one that changes nothing that matters here.
func (f *frame) libraryDecorator(fn set, v *value, as args, called bool, dec pyparse.Node, u *unit) set {
	flag := uint8(0)
	switch v.name {
	case "builtins.staticmethod":
		flag = fStatic
	case "builtins.classmethod":
		flag = fClassMethod
	case "builtins.property", "functools.cached_property", "abc.abstractproperty":
		flag = fProperty
	case "function.setter", "function.deleter":
		if f.class != nil && u != nil && v.unit != nil && v.unit.flag&fProperty != 0 {
			if v.name == "function.setter" {
				f.class.sets[u.short] = u
			}
			return one(&value{kind: kFunc, unit: v.unit, flag: v.unit.flag}) // the name goes on denoting the property
		}
	case "contextlib.contextmanager", "contextlib.asynccontextmanager":
		flag = fManager
	case "functools.lru_cache", "functools.cache":
		if u != nil {
			u.remembers = true
		}
	}
	if flag != 0 {
		out := set{open: fn.open}
		for _, w := range fn.vals {
			out.vals = append(out.vals, w.but(func(v *value) { v.flag |= flag }))
		}
		if u != nil {
			u.flag |= flag
		}
		return out
	}
	e := f.a.entry(v.name)
	if v.recv != "" {
		e = f.a.methodEntry(v)
	}
	for _, m := range e.Offloads {
		if m.Returns {
			c := f.a.site(dec)
			f.a.write(c, fn)
			return one(&value{kind: kElsewhere, item: c})
		}
	}
	names := []string{v.name}
	if v.recv != "" {
		names = nil
		for _, c := range f.a.libraryOrder(v.recv) {
			names = append(names, c+"."+lastPart(v.name))
		}
	}
	for _, name := range names {
		for _, row := range f.a.cat.Decorator(name) {
			if u == nil || !row.Applies(as) {
				continue
			}
			f.a.context(rules.Context{Kind: row.Kind, Loop: row.Loop, Func: u.name, Pos: u.pos(), Guard: row.Guard(),
				Why: []rules.Evidence{{Pos: f.pos(dec), Text: "@" + f.text(dec)}}})
			f.a.ensure(u)
		}
	}
	if called {
		f.rows(e, v, as, dec)
	} else if t := f.a.typeOf(v.name, "", "()"); t != "" && v.recv == "" {
		if made := f.object(t, dec, ""); len(made.vals) == 1 && made.vals[0].kind == kObject && f.a.callOf(made.vals[0]) != nil {
			return made // an object that is called in the function's place
		}
	}
	return fn
}

// syntaxContext makes an async def a context.
func (f *frame) syntaxContext(u *unit, n pyparse.FunctionDef) {
	for _, row := range f.a.cat.Syntax("async def") {
		f.a.context(rules.Context{Kind: row.Kind, Loop: row.Loop, Func: u.name, Pos: u.pos(), Guard: row.Guard(),
			Why: []rules.Evidence{{Pos: u.pos(), Text: "async def " + n.Name()}}})
	}
}

// classContexts makes methods contexts where a class derives from one that the
// catalogue names.
func (f *frame) classContexts(c *class, n pyparse.ClassDef) {
	for _, x := range c.order() {
		lib := x.lib
		if x.class != nil {
			if lib = f.a.vendored(x.class.name); lib == "" {
				continue
			}
		}
		for _, base := range f.a.libraryOrder(lib) {
			for _, row := range f.a.cat.Subclass(base) {
				f.methodContexts(c, row, rules.Evidence{Pos: f.pos(n.Node), Text: "class " + c.short + "(" + base + ")"})
			}
			for _, row := range f.a.cat.Started(base) {
				if row.Loop == "" {
					continue
				}
				kind := row.Kind
				if kind == "" {
					kind = "greenlet"
				}
				for _, name := range row.Methods {
					for _, v := range f.classMethods(c, name) {
						f.a.ensure(v.unit)
						f.a.context(rules.Context{Kind: kind, Loop: row.Loop, Func: v.unit.name, Pos: v.unit.pos(), Guard: row.Guard(),
							Why: []rules.Evidence{{Pos: f.pos(n.Node), Text: "class " + c.short + "(" + base + ")"}}})
					}
				}
			}
		}
	}
}

// methodContexts makes the methods that a row names contexts: of a class, as it
// sees them.
func (f *frame) methodContexts(c *class, row *rules.ContextRow, why rules.Evidence) {
	for _, name := range f.named(c, row.Methods) {
		for _, v := range f.classMethods(c, name) {
			if v.flag&fProperty != 0 {
				continue
			}
			f.a.ensure(v.unit)
			f.a.context(rules.Context{Kind: row.Kind, Loop: row.Loop, Func: v.unit.name, Pos: v.unit.pos(), Guard: row.Guard(), Why: []rules.Evidence{why}})
		}
	}
}

// named are the methods of a class that a row names: "*" all that are public, "on_*"
// those that begin so.
func (f *frame) named(c *class, methods []string) (out []string) {
	for _, name := range methods {
		if prefix, many := strings.CutSuffix(name, "*"); many {
			out = append(out, slices.DeleteFunc(f.publicMethods(c), func(m string) bool { return !strings.HasPrefix(m, prefix) })...)
		} else {
			out = append(out, name)
		}
	}
	return out
}

// publicMethods are the names, sorted, of what a class defines or inherits for
// others to call.
func (f *frame) publicMethods(c *class) []string {
	var out []string
	for _, x := range f.orderOf(c) {
		if x.class == nil {
			continue
		}
		for name, cell := range x.class.attrs {
			if !strings.HasPrefix(name, "_") && slices.ContainsFunc(cell.set.vals, func(v *value) bool { return v.kind == kFunc && v.flag&fStatic == 0 }) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// endpoints are the objects whose methods a call lets the loop call: those that
// are passed, by themselves or in a list; of a generator, its body. What is known of self is its class, and
// any of the classes below may be the real one.
func (f *frame) endpoints(s set, row *rules.ContextRow, n pyparse.Node) {
	why := rules.Evidence{Pos: f.pos(n), Text: f.text(n)}
	for _, v := range s.vals {
		switch v.kind {
		case kContainer:
			for _, w := range v.item.read(f.u).vals {
				if w.kind != kContainer {
					f.endpoints(one(w), row, n)
				}
			}
		case kInstance:
			for _, c := range f.family(v.class) {
				f.methodContexts(c, row, why)
			}
		case kGenerator:
			f.a.ensure(v.unit)
			f.a.context(rules.Context{Kind: row.Kind, Loop: row.Loop, Func: v.unit.name, Pos: v.unit.pos(), Guard: row.Guard(), Why: []rules.Evidence{why}})
		}
	}
}

// finish adds what belongs to a unit whatever its last run found. The plain function
// that stands in a coroutine's place, as in "def main(): asyncio.run(f())", runs on the
// loop only where a coroutine calls it.
func (a *analysis) finish(u *unit) {
	for _, w := range u.wrappers {
		if u.async && !w.unit.async {
			continue
		}
		u.edges = append(u.edges, flow.Edge{Callee: w.unit.name, Kind: flow.Call, Pos: w.pos, End: w.end})
	}
	a.dropGuesses(u)
}

// undecorated is the function that one stands for which a decorator has put in its place.
func (u *unit) undecorated() *unit {
	for range 8 { // no function has more decorators; a circle ends here
		if u.instead == nil {
			break
		}
		u = u.instead
	}
	return u
}

// vendored is the library's name for a function or class of the project, by its
// own, that is a copy of one of the library's, or "".
func (a *analysis) vendored(name string) string {
	lib, ok := a.copied[name]
	if !ok {
		lib = a.cat.Vendored(name)
		a.copied[name] = lib
	}
	return lib
}

func (u *unit) isStatic() bool      { return u.flag&fStatic != 0 }
func (u *unit) isClassMethod() bool { return u.flag&fClassMethod != 0 }
