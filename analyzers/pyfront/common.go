package pyfront

// Most values are made over and over: a class, an instance of it, a method read
// from it. What they are of remembers them, so that they cost nothing and are
// found equal at once.

func functionValue(u *unit) *value {
	if u.plain == nil {
		u.plain = &value{kind: kFunc, unit: u}
	}
	return u.plain
}

// methodValue is a method with a receiver of the class.
func methodValue(u *unit, c *class, flag uint8, bound string) *value {
	if v := u.method; v != nil && v.class == c && v.flag == flag && v.bound == bound {
		return v
	}
	u.method = &value{kind: kBound, unit: u, class: c, flag: flag, bound: bound}
	return u.method
}

func classValue(c *class) *value {
	if c.self == nil {
		c.self = &value{kind: kClass, class: c}
	}
	return c.self
}

func instanceValue(c *class, bound string) *value {
	if v := c.instance; v != nil && v.bound == bound {
		return v
	}
	c.instance = &value{kind: kInstance, class: c, bound: bound}
	return c.instance
}

// containerValue is a container of a built-in type, with what is in it.
func containerValue(name string, item *cell) *value {
	if v := item.within; v != nil && v.name == name {
		return v
	}
	item.within = &value{kind: kContainer, name: name, item: item}
	return item.within
}

// The constants that any code may have are the same for all analyses.
var (
	constNone   = shared(&value{kind: kConst, name: "NoneType", lit: nil})
	constTrue   = shared(&value{kind: kConst, name: "bool", lit: true})
	constFalse  = shared(&value{kind: kConst, name: "bool", lit: false})
	typedValues = map[string]*value{}
)

func init() {
	for _, name := range []string{"str", "bytes", "int", "float", "bool", "object"} {
		typedValues[name] = shared(&value{kind: kConst, name: name, lit: opaque})
	}
}

// shared makes a value ready for the use by several goroutines.
func shared(v *value) *value {
	one(v)
	return v
}

// A nameKey is a name below another one, or "", and what follows it.
type nameKey struct{ base, name, suffix string }

// typeOf is what the catalogue says that base.name gives, or base alone, with what
// follows it.
func (a *analysis) typeOf(base, name, suffix string) string {
	k := nameKey{base, name, suffix}
	t, ok := a.types[k]
	if !ok {
		if name != "" {
			base += "." + name
		}
		t = a.cat.Type(base + suffix)
		a.types[k] = t
	}
	return t
}

// symbolOf is base.name as a library's name, after aliases.
func (a *analysis) symbolOf(base, name string) *value {
	k := nameKey{base, name, ""}
	v := a.symbols[k]
	if v == nil {
		v = &value{kind: kSymbol, name: a.cat.Resolve(base + "." + name)}
		a.symbols[k] = v
	}
	return v
}

// in is a method as read from an object.
func (v *value) in(object *value) *value {
	if object.bound == "" && object.item == nil && object.lit == nil && object.make == "" && object.by == "" {
		return v
	}
	return v.but(func(v *value) {
		v.bound, v.item, v.lit, v.make, v.by = object.bound, object.item, object.lit, object.make, object.by
	})
}

// memberOf is base.name as the method of an object.
func (a *analysis) memberOf(base, name string) *value {
	k := nameKey{base, name, "."}
	v := a.symbols[k]
	if v == nil {
		v = &value{kind: kSymbol, name: base + "." + name, recv: base}
		a.symbols[k] = v
	}
	return v
}
