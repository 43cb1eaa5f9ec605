package pyfront

import (
	"slices"

	"github.com/greenlint/greenlint/pyparse"
)

// An extent is how far something extends in each direction: an array, or a tuple of numbers
// that an array is made by. Of a dict it is how many elements the longest value has, which
// are the rows of a table made from it.
type extent struct {
	n    int
	dims [maxDims]float64
}

// maxDims is in how many directions an extent is known.
const maxDims = 3

func extentOf(dims []float64) *extent {
	if len(dims) == 0 || len(dims) > maxDims {
		return nil
	}
	s := &extent{n: len(dims)}
	copy(s.dims[:], dims)
	return s
}

// list are the dimensions; none where they are not known.
func (s *extent) list() []float64 {
	if s == nil {
		return nil
	}
	return s.dims[:s.n]
}

// within reports whether t is at least as large in every direction.
func (s *extent) within(t *extent) bool {
	if s == nil || s == t {
		return true
	}
	if t == nil || s.n > t.n {
		return false
	}
	for i := range s.n {
		if s.dims[i] > t.dims[i] {
			return false
		}
	}
	return true
}

// joinExtents is the smallest extent that both are within.
func joinExtents(s, t *extent) *extent {
	if s.within(t) {
		return t
	}
	if t.within(s) {
		return s
	}
	out := &extent{n: max(s.n, t.n)}
	for i := range out.n {
		out.dims[i] = max(s.dims[i], t.dims[i])
	}
	return out
}

// column is what an attribute of a library's object denotes that the class doesn't have by
// itself: with a type for its __getattr__, as tables have, it is a part of the object. s is
// what it denotes otherwise.
func (f *frame) column(v *value, name string, base, s set, n pyparse.Node) set {
	for _, c := range f.a.libraryOrder(v.name) {
		t := f.a.typeOf(c, "__getattr__", "()")
		if t == "" {
			continue
		}
		if len(s.vals) == 1 && s.vals[0].kind == kObject {
			return f.sized(s, c+"."+name, args{self: base})
		}
		if len(s.vals) != 1 || s.vals[0].kind != kSymbol || f.a.hasMember(v.name, name) {
			return s
		}
		return f.sized(like(f.object(t, n, v.bound), v), c+".__getattr__()", args{self: base})
	}
	return s
}

// hasMember reports whether the catalogue names a method of a library's class.
func (a *analysis) hasMember(class, name string) bool {
	return slices.ContainsFunc(a.libraryOrder(class), func(c string) bool {
		return a.cat.Method(c, name).Known || a.typeOf(c, name, "()") != ""
	})
}
