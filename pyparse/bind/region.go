package bind

import (
	"cmp"
	"slices"
	"sync"
)

// region is a stretch of text that lies in one scope, but for the regions within it.
type region struct {
	start, end uint32
	scope      *Scope
}

// regions finds the scope of an offset. Regions nest and never cross; the part of
// the text that an inner scope leaves to the outer one (the first iterable of a
// comprehension) is a region of the outer one.
type regions struct {
	list   []region // in order of their beginning in the walk: outer before inner
	once   sync.Once
	starts []uint32 // from each start to the next the scope is the same
	scopes []*Scope
}

func (r *regions) add(start, end uint32, s *Scope) {
	if start < end {
		r.list = append(r.list, region{start, end, s})
	}
}

func (r *regions) at(off uint32) *Scope {
	r.once.Do(r.flatten)
	i, found := slices.BinarySearch(r.starts, off)
	if !found {
		i--
	}
	return r.scopes[max(i, 0)]
}

// flatten turns nested regions into a sequence of changes.
func (r *regions) flatten() {
	slices.SortStableFunc(r.list[1:], func(a, b region) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	r.starts, r.scopes = []uint32{0}, []*Scope{r.list[0].scope}
	change := func(off uint32, s *Scope) {
		if last := len(r.starts) - 1; r.starts[last] == off {
			r.scopes[last] = s
		} else if r.scopes[last] != s {
			r.starts, r.scopes = append(r.starts, off), append(r.scopes, s)
		}
	}
	open := []region{r.list[0]}
	shut := func(until uint32) {
		for len(open) > 1 && open[len(open)-1].end <= until {
			end := open[len(open)-1].end
			open = open[:len(open)-1]
			change(end, open[len(open)-1].scope)
		}
	}
	for _, in := range r.list[1:] {
		shut(in.start)
		// In a broken tree an inner region may reach beyond the outer one.
		in.end = min(in.end, open[len(open)-1].end)
		change(in.start, in.scope)
		open = append(open, in)
	}
	shut(^uint32(0) - 1)
	r.list = nil
}
