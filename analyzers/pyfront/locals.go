package pyfront

import (
	"slices"
	"strings"
)

// Locals are what the local names denote at a place of a unit; nil where the
// place is not reached. Copies share what they have in common, and most ways
// through a function differ in a name or two: a copy costs nothing, and where two
// ways meet only that is compared in which they differ.
type locals struct {
	own  []local // said here, each name once
	base *layer  // and of all other names there
}

type local struct {
	name string
	set  set
	gone bool // deleted
}

// A layer is what some locals have in common. It never changes.
type layer struct {
	base  *layer
	vars  []local
	index map[string]int // into vars, where these are many
	depth int            // how many layers lie below
}

// maxOwn is how many names are looked through one by one, maxLayers how many
// layers, unless each is more than twice as large as the one above it.
const (
	maxOwn    = 8
	maxLayers = 8
)

func (l *layer) find(name string) *local {
	for ; l != nil; l = l.base {
		if l.index != nil {
			if i, ok := l.index[name]; ok {
				return &l.vars[i]
			}
			continue
		}
		for i := range l.vars {
			if l.vars[i].name == name {
				return &l.vars[i]
			}
		}
	}
	return nil
}

func (e *locals) find(name string) *local {
	for i := range e.own {
		if e.own[i].name == name {
			return &e.own[i]
		}
	}
	return e.base.find(name)
}

// get is what a name denotes; ok is false where it is not bound.
func (e *locals) get(name string) (s set, ok bool) {
	if e == nil {
		return set{}, false
	}
	l := e.find(name)
	if l == nil || l.gone {
		return set{}, false
	}
	return l.set, true
}

func (e *locals) set(name string, s set) { e.put(local{name: name, set: s}) }

func (e *locals) delete(name string) {
	if _, ok := e.get(name); ok {
		e.put(local{name: name, gone: true})
	}
}

func (e *locals) put(l local) {
	for i := range e.own {
		if e.own[i].name == l.name {
			e.own[i] = l
			return
		}
	}
	if len(e.own) >= maxOwn {
		e.freeze()
	}
	e.own = append(e.own, l)
}

// freeze makes what is said here a layer, which others may share.
func (e *locals) freeze() {
	if len(e.own) == 0 {
		return
	}
	l := &layer{base: e.base, vars: e.own}
	if e.base != nil && e.base.depth+1 >= maxLayers {
		// Down to a layer that is more than twice as large as what lies above it: so a
		// name is moved a few times only, however many there are.
		for size := len(l.vars); l.base != nil && len(l.base.vars) <= 2*size; l.base = l.base.base {
			size += len(l.base.vars)
		}
		l.vars = flat(e.own, e.base, l.base)
	}
	if l.base != nil {
		l.depth = l.base.depth + 1
	}
	if len(l.vars) > maxOwn {
		l.index = make(map[string]int, len(l.vars))
		for i := range l.vars {
			l.index[l.vars[i].name] = i
		}
	}
	e.own, e.base = nil, l
}

// all are the names that are bound, with what they denote, in the order of the names.
func (e *locals) all() []local { return flat(e.own, e.base, nil) }

// flat is what some names and the layers from base down to end, which is not one of
// them, say together, in the order of the names.
func flat(own []local, base, end *layer) []local {
	out := slices.Clone(own)
	for l := base; l != end; l = l.base {
		out = append(out, l.vars...)
	}
	slices.SortStableFunc(out, func(x, y local) int { return strings.Compare(x.name, y.name) })
	out = slices.CompactFunc(out, func(x, y local) bool { return x.name == y.name }) // the upper layer's comes first
	if end == nil {                                                                  // nothing is left that could be bound
		out = slices.DeleteFunc(out, func(l local) bool { return l.gone })
	}
	return out
}

func (e *locals) copy() *locals {
	if e == nil {
		return nil
	}
	e.freeze()
	return &locals{base: e.base}
}

// differing calls yield for each name that two locals may say different things
// of, for some more than once, until it returns false.
func differing(a, b *locals, yield func(name string) bool) {
	a.freeze()
	b.freeze()
	layers := func(l *layer) bool {
		for i := range l.vars {
			if !yield(l.vars[i].name) {
				return false
			}
		}
		return true
	}
	x, y := a.base, b.base
	for x != y {
		if y == nil || x != nil && x.depth >= y.depth {
			if !layers(x) {
				return
			}
			x = x.base
		} else {
			if !layers(y) {
				return
			}
			y = y.base
		}
	}
}

// joinLocals is what holds where two ways meet.
func joinLocals(a, b *locals) *locals {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := a.copy()
	differing(a, b, func(name string) bool {
		s, ok := a.get(name)
		if t, other := b.get(name); ok && other {
			if j := join(s, t); len(j.vals) != len(s.vals) || j.open != s.open || j.size != s.size || j.dims != s.dims {
				out.set(name, j)
			}
		} else if other {
			out.set(name, t) // bound on one way only: it is that, or an error
		}
		return true
	})
	return out
}

func sameLocals(a, b *locals) bool {
	same := true
	differing(a, b, func(name string) bool {
		s, ok := a.get(name)
		t, other := b.get(name)
		same = ok == other && s.contains(t) && t.contains(s)
		return same
	})
	return same
}
