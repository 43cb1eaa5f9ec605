package pyfront

import (
	"strings"
)

// kind is the sort of thing that a value is.
type kind uint8

const (
	kSymbol    kind = iota + 1 // a library's name: module, class or function; name is qualified
	kObject                    // an instance of a library's class; name is the class
	kModule                    // a module of the project
	kFunc                      // a function or lambda of the project
	kBound                     // a method with its receiver
	kClass                     // a class of the project
	kInstance                  // an instance of one
	kSuper                     // super(): attributes are looked up in class's order, beyond after
	kConst                     // None, True, False, a number or a string
	kContainer                 // list, tuple, set, dict or iterator: item holds what is in it
	kPartial                   // functools.partial or the like
	kElsewhere                 // an object or callable whose calls run on another thread
	kGenerator                 // a generator object: its body runs when it is consumed
	kCoroutine                 // a coroutine object: its body runs when it is awaited
	kManager                   // what a @contextmanager function gives
	kType                      // a type with parameters: Optional[X], list[X]; name is its head, item holds instances
	kProperty                  // a property of a class: reading it calls ref
	kForward                   // in a __getattr__: the attribute that is asked for, of what item holds
)

// A value is one thing that an expression may denote. It is immutable, and shared
// by the sets that hold it; [value.is] compares two. A size belongs to the set, so
// that a growing size makes no new value.
type value struct {
	kind  kind
	flag  uint8  // kFunc: how it is decorated
	name  string // kSymbol, kObject: qualified; kConst: type of the constant
	lit   any    // kConst: nil, bool, float64 or string; kObject, kSymbol: what the object, or that of the method, was made of or is kept in: an [expression], [options], an [optionGroup] or a [keeper]; kElsewhere: [threaded]
	unit  *unit  // kFunc, kBound, kGenerator, kCoroutine, kManager, kProperty
	class *class // kClass, kInstance, kSuper; kBound: the receiver's class
	mod   *module
	item  *cell     // kContainer: elements; kElsewhere: the wrapped value; kObject: see [frame.hear]
	part  *partial  // kPartial
	bound string    // where module-level code made or bound it, as rules.Guard.Bound
	after *class    // kSuper: attributes are looked up after it
	recv  string    // kSymbol: it is a method of an instance of this library class
	make  string    // kObject, and its methods: what sort of its class it is; see [rules.ReturnRow]
	by    string    // the option whose default it is, or whose default decides its make
	alone [1]*value // the value itself, once some set holds it alone; see [one]
}

// is reports whether two values are the same.
func (v *value) is(w *value) bool {
	return v == w || v.kind == w.kind && v.unit == w.unit && v.class == w.class && v.item == w.item && v.mod == w.mod &&
		v.name == w.name && v.flag == w.flag && v.part == w.part && v.after == w.after && v.lit == w.lit && v.bound == w.bound && v.recv == w.recv && v.make == w.make && v.by == w.by
}

// but is the value with something changed.
func (v *value) but(change func(*value)) *value {
	w := *v
	change(&w)
	return &w
}

// qualified is the name of a function or class of the project; "" for the rest.
func (v value) qualified() string {
	switch v.kind {
	case kFunc:
		return string(v.unit.name)
	case kClass:
		return v.class.name
	}
	return ""
}

// Decorations that change what calling or reading a function means.
const (
	fStatic uint8 = 1 << iota
	fClassMethod
	fProperty
	fManager // @contextmanager
	fElsewhere
	fAutowrap // kElsewhere: the objects that its calls give back are wrapped as well
	fDefault  // kConst: an option is that unless a deployment says otherwise
)

// maxValues bounds a set; a larger one is open and holds the first few. Names
// that may denote that many things say nothing.
const maxValues = 24

// A set is what an expression may denote: some values, and whether it may be
// something else. Sets are immutable; the zero set denotes nothing (yet).
type set struct {
	vals []*value
	open bool    // may be something that is not known
	size float64 // elements or bytes; 0 = not known
	dims *extent // in each direction; nil = not known
}

var unknownSet = set{open: true}

// one is the set of a single value. Most sets are, so the value lends its own
// field for the list.
func one(v *value) set {
	if v.alone[0] != v {
		v.alone[0] = v
	}
	return set{vals: v.alone[:]}
}

func (s set) withSize(n float64) set { s.size = n; return s }

// sizeless drops a set's size, which says nothing of a cell that holds many.
func sizeless(s set) set { s.size, s.dims = 0, nil; return s }

func (s set) empty() bool { return len(s.vals) == 0 && !s.open }

func (s set) has(v *value) bool {
	for _, w := range s.vals { // most values are met again as they are
		if w == v {
			return true
		}
	}
	for _, w := range s.vals {
		if w.is(v) {
			return true
		}
	}
	return false
}

// join is the union of two sets.
func join(a, b set) set {
	if len(b.vals) == 0 {
		if len(a.vals) == 0 || b.open == a.open || a.open {
			a.open = a.open || b.open
			a.size, a.dims = max(a.size, b.size), joinExtents(a.dims, b.dims)
			return a
		}
		a.open = true
		return a
	}
	if len(a.vals) == 0 {
		b.open = a.open || b.open
		b.size, b.dims = max(a.size, b.size), joinExtents(a.dims, b.dims)
		return b
	}
	out := set{vals: a.vals, open: a.open || b.open, size: max(a.size, b.size), dims: joinExtents(a.dims, b.dims)}
	copied := false
	for _, v := range b.vals {
		if out.has(v) {
			continue
		}
		if len(out.vals) >= maxValues {
			out.open = true
			break
		}
		if !copied {
			out.vals = append(make([]*value, 0, len(out.vals)+len(b.vals)), out.vals...)
			copied = true
		}
		out.vals = append(out.vals, v)
	}
	return out
}

// contains reports whether b adds nothing to a.
func (s set) contains(b set) bool {
	if b.open && !s.open || b.size > s.size || !b.dims.within(s.dims) {
		return false
	}
	for _, v := range b.vals {
		if !s.has(v) && !(v.kind == kConst && s.has(typed(v.name))) {
			return len(s.vals) >= maxValues && s.open
		}
	}
	return true
}

// maxConstants is how many constants of one type a cell tells apart. More say
// only that there are many, and the largest number. Dotted names are told apart as long
// as the set has room: what is loaded by them are the parts of a program.
const maxConstants = 4

// dotted reports whether a value is a text like the name of something in a module.
func dotted(v *value) bool {
	t, ok := v.lit.(string)
	if !ok || len(t) > 200 || !strings.Contains(t, ".") {
		return false
	}
	return strings.Trim(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:") == "" && !strings.HasPrefix(t, ".") && !strings.HasSuffix(t, ".")
}

// widen folds the constants of a set once there are too many of one type.
func widen(s set) set {
	n := 0
	for _, v := range s.vals {
		if v.kind == kConst && v.lit != nil {
			n++
		}
	}
	if n <= maxConstants {
		return s
	}
	count, largest := map[string]int{}, map[string]float64{}
	for _, v := range s.vals {
		if v.kind == kConst {
			count[v.name]++
			if x, ok := v.lit.(float64); ok {
				largest[v.name] = max(largest[v.name], x)
			}
		}
	}
	out := set{open: s.open, size: s.size, dims: s.dims}
	for _, v := range s.vals {
		if v.kind == kConst && count[v.name] > maxConstants && !dotted(v) {
			if x, ok := v.lit.(float64); !ok || x != largest[v.name] {
				v = typed(v.name)
			}
		}
		if !out.has(v) {
			out.vals = append(out.vals, v)
		}
	}
	return out
}

// constant returns the single constant that the set is, if it is one.
func (s set) constant() (any, bool) {
	if s.open || len(s.vals) == 0 || s.vals[0].kind != kConst || s.vals[0].name == "" {
		return nil, false
	}
	for _, v := range s.vals[1:] {
		if w := s.vals[0]; v.kind != kConst || v.lit != w.lit || v.name != w.name || v.flag != w.flag { // it is no other option with the same default
			return nil, false
		}
	}
	return s.vals[0].lit, s.vals[0].lit != opaque
}

// opaque is the literal of a constant whose type is known and whose value is not.
var opaque any = opaqueType{}

type opaqueType struct{}

func constOf(v any) *value {
	switch x := v.(type) {
	case nil:
		return constNone
	case bool:
		if x {
			return constTrue
		}
		return constFalse
	case float64:
		return &value{kind: kConst, name: "int", lit: v}
	}
	return &value{kind: kConst, name: "str", lit: v}
}

// text is the constant of a text, the same one each time: most are met again and again.
func (a *analysis) text(s string) *value {
	v := a.texts[s]
	if v == nil {
		v = constOf(s)
		a.texts[s] = v
	}
	return v
}

// A numeral is a number of a type: "int" or "float".
type numeral struct {
	typ string
	x   float64
}

// number is the constant of a number, the same one each time.
func (a *analysis) number(typ string, x float64) *value {
	v := a.numbers[numeral{typ, x}]
	if v == nil {
		v = &value{kind: kConst, name: typ, lit: x}
		a.numbers[numeral{typ, x}] = v
	}
	return v
}

// opaque is a constant of which only the type is known.
func (v *value) opaque() *value { return v.but(func(v *value) { v.lit = opaque }) }

// typed is a value of a built-in type about which nothing else is known.
func typed(name string) *value {
	if v := typedValues[name]; v != nil {
		return v
	}
	return &value{kind: kConst, name: name, lit: opaque}
}

// truth tells whether a set is surely true or surely false.
func (s set) truth() (known, val bool) {
	c, ok := s.constant()
	if !ok {
		return false, false
	}
	switch x := c.(type) {
	case nil:
		return true, false
	case bool:
		return true, x
	case float64:
		return true, x != 0
	case string:
		return true, x != ""
	}
	return false, false
}

// A cell is a place that outlives the run of a unit.
type cell struct {
	set     set
	grown   uint8 // how often a larger size came
	readers unitSet
	within  *value // a container of it; see [containerValue]
	keyed   *keyed // what a container holds by key; nil = nobody asked
	many    bool   // it tells apart as many constants as a set holds
}

// read returns the cell's set and makes u run again when it grows.
func (c *cell) read(u *unit) set {
	if u != nil && u.forUnit != nil {
		u = u.forUnit
	}
	if u != nil {
		if c.readers.add(u) {
			if t := u.mod.epochs.trial; t != nil {
				t.reads = append(t.reads, wasRead{cell: c, by: u})
			}
		}
	}
	return c.set
}

// maxGrowth is how many sizes a cell takes, each larger than the last. What goes on
// growing is made of itself, self.data = self.data + more: its size is not known.
const maxGrowth = 4

// write adds to the cell.
func (a *analysis) write(c *cell, s set) {
	if c.keyed != nil {
		a.grow(&c.keyed.loose, s)
	}
	a.grow(c, s)
}

// grow adds to the cell alone.
func (a *analysis) grow(c *cell, s set) {
	if c.grown > maxGrowth {
		s = sizeless(s)
	}
	if c.set.contains(s) {
		return
	}
	if t := a.epochs.trial; t != nil {
		t.writes = append(t.writes, wasCell{c, c.set, c.grown})
	}
	if s.size > c.set.size || !s.dims.within(c.set.dims) {
		c.grown++
	}
	c.set = join(c.set, s)
	if !c.many {
		c.set = widen(c.set)
	}
	if c.grown > maxGrowth {
		c.set = sizeless(c.set)
	}
	for u := range c.readers.all {
		a.enqueue(u)
	}
}

// A partial is a callable with some arguments already given.
type partial struct {
	fn   set
	args args
}

// lastPart is the part of a qualified name after the last dot.
func lastPart(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }
