package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// narrow is the environment in which a test has come out one way; nil where it can't.
func (f *frame) narrow(test pyparse.Node, outcome bool) *locals {
	if f.env == nil {
		return nil
	}
	env := f.env.copy()
	if !f.narrowInto(env, test, outcome) {
		return nil
	}
	return env
}

// narrowInto reports whether the test can come out so.
func (f *frame) narrowInto(env *locals, test pyparse.Node, outcome bool) bool {
	switch test.Kind() {
	case pyparse.KindName: // if x: it is not None
		f.narrowNone(env, test.AsName().Id(), !outcome)
	case pyparse.KindUnaryOp:
		if u := test.AsUnaryOp(); u.Op() == pyparse.OpNot {
			return f.narrowInto(env, u.Operand(), !outcome)
		}
	case pyparse.KindBoolOp:
		b := test.AsBoolOp()
		if (b.Op() == pyparse.OpAnd) == outcome { // every part came out this way
			for v := range b.Values().All() {
				if !f.narrowInto(env, v, outcome) {
					return false
				}
			}
		}
	case pyparse.KindNamedExpr:
		if t := test.AsNamedExpr().Target(); t.Kind() == pyparse.KindName {
			f.narrowNone(env, t.AsName().Id(), !outcome)
		}
	case pyparse.KindCompare:
		c := test.AsCompare()
		if call := c.Left().AsCall(); call.Valid() && c.Comparators().Len() == 1 && (c.OpAt(0) == pyparse.OpIs || c.OpAt(0) == pyparse.OpEq) && outcome {
			// type(x) is C
			if call.Func().Kind() == pyparse.KindName && call.Func().AsName().Id() == "type" && call.Args().Len() == 1 && call.Args().At(0).Kind() == pyparse.KindName {
				f.narrowTo(env, call.Args().At(0).AsName().Id(), c.Comparators().At(0), true)
			}
			return true
		}
		if c.Comparators().Len() != 1 || c.Left().Kind() != pyparse.KindName {
			return true
		}
		k, ok := c.Comparators().At(0), false
		if cc := k.AsConstant(); cc.Valid() {
			ok = cc.ConstKind() == pyparse.ConstNone
		}
		if !ok {
			return true
		}
		switch c.OpAt(0) {
		case pyparse.OpIs, pyparse.OpEq:
			f.narrowNone(env, c.Left().AsName().Id(), outcome)
		case pyparse.OpIsNot, pyparse.OpNotEq:
			f.narrowNone(env, c.Left().AsName().Id(), !outcome)
		}
	case pyparse.KindCall:
		c := test.AsCall()
		if outcome && c.Args().Len() == 2 && c.Func().Kind() == pyparse.KindName && c.Func().AsName().Id() == "hasattr" {
			f.narrowHas(env, c)
		}
		if c.Args().Len() == 0 || c.Args().At(0).Kind() != pyparse.KindName {
			return true
		}
		name := c.Args().At(0).AsName().Id()
		switch {
		case c.Args().Len() == 2 && c.Func().Kind() == pyparse.KindName && c.Func().AsName().Id() == "isinstance":
			f.narrowTo(env, name, c.Args().At(1), outcome)
		case c.Args().Len() == 1 && asksForCoroutine(c.Func()):
			return f.narrowCoroutine(env, name, outcome)
		}
	}
	return true
}

// narrowHas notes that a library's module has a name that not all systems have, and that
// a patch may take away.
func (f *frame) narrowHas(env *locals, call pyparse.Call) {
	names := texts(f.quiet(call.Args().At(1)))
	for _, v := range f.quiet(call.Args().At(0)).vals {
		if v.kind == kSymbol && len(names) == 1 {
			env.set(existsKey(v.name+"."+names[0]), one(&value{kind: kConst, lit: true}))
		}
	}
}

// existsKey is under which the locals hold that a name exists: no identifier is one.
func existsKey(symbol string) string { return "hasattr " + symbol }

// foreseen reports whether the code has seen to it that a library's name may be missing: it
// has asked for it, or catches what comes of it.
func (f *frame) foreseen(symbol string) bool {
	if f.catching > 0 {
		return true
	}
	for f.env != nil {
		if _, ok := f.env.get(existsKey(symbol)); ok {
			return true
		}
		i := strings.LastIndexByte(symbol, '.')
		if i < 0 {
			break
		}
		symbol = symbol[:i]
	}
	return false
}

// catchesMissing reports whether a try statement catches that an attribute is missing.
func catchesMissing(s pyparse.Try) bool {
	for h := range s.Handlers().All() {
		t := h.AsExceptHandler().Type()
		if !t.Valid() {
			return true
		}
		list := []pyparse.Node{t}
		if t.Kind() == pyparse.KindTuple {
			list = slices.Collect(t.AsTuple().Elts().All())
		}
		for _, x := range list {
			switch lastName(x) {
			case "AttributeError", "Exception", "BaseException":
				return true
			}
		}
	}
	return false
}

// asksForCoroutine reports whether a call asks if a function is an async def.
func asksForCoroutine(fn pyparse.Node) bool {
	return lastName(fn) == "iscoroutinefunction"
}

// narrowCoroutine keeps of a name the async functions, or all others, and reports whether
// anything is left.
func (f *frame) narrowCoroutine(env *locals, name string, async bool) bool {
	s, ok := env.get(name)
	if !ok || s.empty() {
		return true
	}
	kept := without(s, func(v *value) bool {
		return (v.kind == kFunc || v.kind == kBound) && v.unit.async != async
	})
	env.set(name, kept)
	return !kept.empty()
}

// narrowTo keeps of a name the instances of some classes, or all others.
func (f *frame) narrowTo(env *locals, name string, classes pyparse.Node, outcome bool) {
	s, ok := env.get(name)
	if !ok {
		return
	}
	want := f.instancesOf(f.quiet(classes), classes)
	if want.empty() {
		return
	}
	if outcome {
		kept := without(s, func(v *value) bool { return !matches(v, want) })
		if len(kept.vals) == 0 || s.open { // what was not known is one of these too
			kept = join(kept, set{vals: want.vals})
		}
		kept.open = false
		env.set(name, kept)
	} else {
		env.set(name, without(s, func(v *value) bool { return matches(v, want) }))
	}
}

// matches reports whether a value is an instance of one of the classes whose
// instances want holds.
func matches(v *value, want set) bool {
	for _, w := range want.vals {
		switch {
		case v.kind == kInstance && w.kind == kInstance && derives(v.class, w.class, 0),
			v.kind == kObject && w.kind == kObject && v.name == w.name,
			v.kind == kConst && w.kind == kConst && v.name == w.name,
			v.kind == kContainer && w.kind == kContainer && v.name == w.name:
			return true
		case v.kind == kInstance && w.kind == kObject:
			for _, x := range v.class.order() {
				if x.lib == w.name {
					return true
				}
			}
		}
	}
	return false
}

// narrowNone keeps of a name only None, or all but None.
func (f *frame) narrowNone(env *locals, name string, none bool) {
	s, ok := env.get(name)
	if !ok {
		return
	}
	isNone := func(v *value) bool { return v.kind == kConst && v.lit == nil }
	if !none {
		env.set(name, without(s, isNone))
		return
	}
	for _, v := range s.vals {
		if isNone(v) {
			env.set(name, one(v))
			return
		}
	}
}
