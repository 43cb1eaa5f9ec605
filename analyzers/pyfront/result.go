package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// libraryResult is what a library call gives back.
func (f *frame) libraryResult(v *value, e rules.Entry, as args, n pyparse.Node) set {
	bound := v.bound
	if v.recv == "" && v.bound != rules.Original && !f.a.cat.Replaced(v.name) {
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
			if m.Thread {
				w.lit = threaded{e.Symbol, &m.Row}
			}
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
	option := as.option()
	if option == "" {
		if out, ok := f.returned(e, as, n, bound); ok {
			return out
		}
		return f.givenBy(v, as, n, bound)
	}
	if out, ok := f.returned(e, as.withoutDefaults(), n, bound); ok {
		return out
	}
	if out, ok := f.returned(e, as, n, bound); ok {
		return decidedBy(out, option)
	}
	usual, _ := f.returned(e, as.byDefault(), n, bound)
	return join(decidedBy(usual, option), f.givenBy(v, as, n, bound))
}

// returned is what a call surely gives back by its arguments.
func (f *frame) returned(e rules.Entry, as args, n pyparse.Node, bound string) (out set, ok bool) {
	for _, r := range e.Returns {
		if r.Surely(as) {
			for _, m := range makesOf(r, as) {
				out = join(out, decidedBy(f.objectOf(r.Type, n, bound, m.make), m.by))
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
		out := like(f.object(t, n, bound), v)
		if name != "" {
			class += "." + name
		}
		return f.sized(out, class+"()", as), true
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
	if sz, _, ok := f.a.cat.Size(v.name+"()", as); ok {
		return one(typed("bytes")).withSize(sz)
	}
	if v.recv == "" && isClassName(lastPart(v.name)) {
		return one(&value{kind: kObject, name: v.name, bound: bound})
	}
	return unknownSet
}

// like is a set whose objects of libraries are of the make of another.
func like(s set, other *value) set {
	if other.make == "" && other.by == "" {
		return s
	}
	return changed(s, func(v *value) { v.make, v.by = other.make, other.by })
}

// decidedBy is a set whose objects are what they are by the default of an option.
func decidedBy(s set, option string) set {
	return changed(s, func(v *value) { v.by = option })
}

// changed is a set with something changed of its objects of libraries.
func changed(s set, change func(*value)) set {
	out := set{open: s.open, size: s.size, dims: s.dims}
	for _, v := range s.vals {
		if v.kind == kObject {
			v = v.but(change)
		}
		out.vals = append(out.vals, v)
	}
	return out
}

// sized is a set with the size that the catalogue gives what it comes from.
func (f *frame) sized(s set, what string, as args) set {
	if n, dims, ok := f.a.cat.Size(what, as); ok {
		s.size, s.dims = n, extentOf(dims)
	}
	return s
}

// makesOf are objects of the makes that a row gives a result: its own, or those that an
// argument may be of.
func makesOf(r *rules.ReturnRow, as args) []*value {
	pos, names, ok := r.MadeLike()
	if !ok {
		return []*value{{make: r.Make}}
	}
	if len(names) == 1 && names[0] == "self" {
		return []*value{{make: as.make}}
	}
	var out []*value
	a, _ := as.find(pos, names)
	for _, v := range a.set.vals {
		if v.kind == kObject && !slices.ContainsFunc(out, func(w *value) bool { return v.make == w.make && v.by == w.by }) {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return []*value{{}}
	}
	return out
}

// isClassName reports whether a name looks like a class by Python's conventions.
func isClassName(s string) bool {
	s = strings.TrimLeft(s, "_")
	return s != "" && s[0] >= 'A' && s[0] <= 'Z'
}
