package pyfront

import (
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// attribute is obj.name.
func (f *frame) attribute(n pyparse.Attribute) set {
	base := f.eval(n.Value())
	return f.attrOf(base, n.Attr(), n.Node)
}

func (f *frame) attrOf(base set, name string, n pyparse.Node) set {
	var out set
	for _, v := range f.onceWrapped(base, name).vals {
		s := f.attrOfValue(v, name, n)
		if v.kind == kObject {
			s = f.column(v, name, base, s, n)
		}
		out = join(out, s)
	}
	if base.open {
		out = join(out, unknownSet)
	}
	return out
}

func (f *frame) attrOfValue(v *value, name string, n pyparse.Node) set {
	if f.a.nesting >= maxNesting {
		return unknownSet
	}
	f.a.nesting++
	defer func() { f.a.nesting-- }()
	switch v.kind {
	case kModule:
		if v.mod.tree == nil { // namespace package
			if sub, ok := f.a.submodule(v.mod, name); ok {
				return one(sub)
			}
			return unknownSet
		}
		return f.a.moduleAttr(v.mod, name, f.u)
	case kType:
		return f.libraryAttr(v.name, name, n)
	case kSymbol:
		if v.recv != "" { // a method's own attribute: nothing to know
			return unknownSet
		}
		if v.bound == rules.Original {
			return asOriginal(f.libraryAttr(v.name, name, n))
		}
		return f.libraryAttr(v.name, name, n)
	case kObject:
		return f.objectAttr(v, name, n)
	case kInstance:
		return f.instanceAttr(v, name, n)
	case kClass:
		return f.classAttr(v, name, n)
	case kSuper:
		return f.superAttr(v, name, n)
	case kConst, kContainer:
		t := v.name
		if t == "iterator" {
			t = "object"
		}
		return one(f.a.memberOf("builtins."+t, name).in(&value{item: v.item}))
	case kElsewhere:
		return one(v.but(func(v *value) { v.name = name })) // of the method, for what its call gives back
	case kPartial:
		if name == "func" {
			return v.part.fn
		}
	case kBound, kFunc:
		switch name {
		case "__func__", "__wrapped__", "run", "__call__":
			return one(v)
		}
		return set{vals: []*value{{kind: kSymbol, name: "function." + name, recv: "function", unit: v.unit}}}
	case kCoroutine, kGenerator:
		if name == "send" || name == "__next__" {
			return one(functionValue(v.unit))
		}
	}
	return unknownSet
}

// libraryAttr is a name below a library's module or class.
func (f *frame) libraryAttr(base, name string, n pyparse.Node) set {
	v := f.a.symbolOf(base, name)
	if t := f.a.typeOf(v.name, "", ""); t != "" {
		return f.object(t, n, "")
	}
	return one(v)
}

// objectAttr is an attribute or method of an instance of a library's class.
func (f *frame) objectAttr(v *value, name string, n pyparse.Node) set {
	for _, c := range f.a.libraryOrder(v.name) {
		if t := f.a.typeOf(c, name, ""); t != "" {
			return like(f.object(t, n, v.bound), v)
		}
	}
	if s, ok := f.optionOf(v.name, v.lit, name); ok {
		return s
	}
	return one(f.a.memberOf(v.name, name).in(v))
}

// object is an instance of the library class that a [types] entry names.
func (f *frame) object(t string, n pyparse.Node, bound string) set {
	return f.objectOf(t, n, bound, "")
}

// objectOf is the same of some make.
func (f *frame) objectOf(t string, n pyparse.Node, bound, make string) set {
	t = f.a.cat.Resolve(t)
	if b, ok := cutSuffix(t, "[]"); ok {
		c := f.a.site(n)
		f.a.write(c, one(&value{kind: kObject, name: b, bound: bound, make: make}))
		return one(containerValue("list", c))
	}
	switch t {
	case "builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.bytes":
		return one(typed(t[len("builtins."):]))
	case "None":
		return one(constOf(nil))
	case "any":
		return unknownSet
	}
	return one(&value{kind: kObject, name: t, bound: bound, make: make})
}

func cutSuffix(s, suf string) (string, bool) {
	if len(s) > len(suf) && s[len(s)-len(suf):] == suf {
		return s[:len(s)-len(suf)], true
	}
	return s, false
}

// libraryOrder is a library class and its bases, nearest first.
func (a *analysis) libraryOrder(class string) []string {
	if o, ok := a.orders[class]; ok {
		return o
	}
	out := []string{class}
	for i := 0; i < len(out) && len(out) < 32; i++ {
		for _, b := range a.cat.Bases(out[i]) {
			seen := false
			for _, x := range out {
				seen = seen || x == b
			}
			if !seen {
				out = append(out, b)
			}
		}
	}
	a.orders[class] = out
	return out
}
