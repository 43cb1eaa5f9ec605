package bind

import (
	"cmp"
	"slices"

	"github.com/greenlint/greenlint/pyparse"
)

// reach is what a name read at some place may have been bound by.
type reach struct {
	sym      *Symbol // nil if nothing in this file binds the name
	bindings []*Binding
	unbound  bool // on some way the name has no value of sym's scope
	all      bool // bindings holds everything that sym has to say
	off      uint32
	runsNow  bool // the place runs as part of sym's scope, not later
}

// Reaching returns the bindings that may have given a Name that is read its value,
// in the order of Symbol.Bindings. It reports whether these are certainly all, as far
// as this file can say: no star import or builtin may be meant.
func (t *Table) Reaching(n pyparse.Node) ([]*Binding, bool) {
	name := n.AsName().Id()
	if name == "" || n.Ctx() != pyparse.Load {
		return nil, false
	}
	s := t.Enclosing(n)
	r := t.reaching(s, Mangle(s.class, name), n.Start())
	whole := r.sym != nil && r.all && len(r.bindings) > 0
	if whole && r.unbound && (r.sym.Scope.Kind == ModuleScope || r.sym.Scope.Kind == ClassScope) {
		whole = !isBuiltin(r.sym.Name)
	}
	return r.bindings, whole && (name[0] == '_' || len(t.starsAfter(r)) == 0)
}

// reaching looks up a mangled name that is read at an offset in a scope's text.
func (t *Table) reaching(s *Scope, name string, off uint32) reach {
	sym, v := s.seek(name)
	r := reach{sym: sym, off: off, all: true, runsNow: v.through == nil}
	if sym == nil {
		return r
	}
	d := sym.Scope
	use := func(i int) { r.bindings = append(r.bindings, &sym.Bindings[i]) }
	every := func(from uint32) {
		for i := range sym.Bindings {
			b := &sym.Bindings[i]
			if !b.far && !b.Dead && b.Kind != ByDelete && b.Kind != ByAnnotation && b.Start >= from {
				use(i)
			}
		}
	}
	switch {
	case sym.cell || d.isQuick():
		for i := range sym.Bindings {
			use(i)
		}
		return r
	case d.Kind == FunctionScope && !r.runsNow:
		// A function within sees what there was when it was made, and all that comes later
		// or comes again.
		r.off = v.through.Node.Start()
		f := d.flow()
		r.unbound, r.all = f.expand(f.at(sym.index, r.off), use)
		every(v.through.made)
	case !r.runsNow:
		f := d.flow()
		r.unbound, r.all = f.expand(f.final[sym.index], use)
	default:
		f := d.flow()
		r.unbound, r.all = f.expand(f.at(sym.index, off), use)
		if len(r.bindings) == 0 && r.all && (d.Kind == FunctionScope || d.Kind == ModuleScope && !isBuiltin(name)) {
			// Not valid if it runs here and now, but an annotation need not.
			if d.Kind == FunctionScope {
				every(0)
			} else {
				_, r.all = f.expand(f.final[sym.index], use)
			}
			r.unbound = true
		}
	}
	if sym.remote {
		for i := range sym.Bindings {
			if b := &sym.Bindings[i]; b.far && b.Kind != ByDelete && !b.Dead {
				use(i)
			}
		}
	}
	r.bindings = r.sorted()
	return r
}

// sorted returns the bindings once each and in order.
func (r *reach) sorted() []*Binding {
	if len(r.bindings) < 2 {
		return r.bindings
	}
	slices.SortFunc(r.bindings, func(a, b *Binding) int { return cmp.Compare(a.Start, b.Start) })
	return slices.Compact(r.bindings)
}

// starsAfter returns the star imports that may have given the name another meaning
// than the bindings that reach it.
func (t *Table) starsAfter(r reach) []star {
	if len(t.stars) == 0 || r.sym != nil && r.sym.Scope != t.module {
		return nil
	}
	first := uint32(0)
	if r.sym != nil && !r.unbound && len(r.bindings) > 0 {
		first = r.bindings[0].Start
	}
	var list []star
	for _, s := range t.stars {
		if s.off > first && (!r.runsNow || s.off <= r.off) {
			list = append(list, s)
		}
	}
	return list
}
