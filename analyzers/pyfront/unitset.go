package pyfront

import (
	"cmp"
	"slices"
)

// A unitSet is a set of units in the order of their discovery, so that whatever
// goes through it does so in the same order each time.
type unitSet []*unit

func (s unitSet) find(u *unit) (int, bool) {
	if n := len(s); n == 0 || s[n-1].id < u.id { // most come in order
		return n, false
	}
	return slices.BinarySearchFunc(s, u, func(x, u *unit) int { return cmp.Compare(x.id, u.id) })
}

// add reports whether the unit is new to the set.
func (s *unitSet) add(u *unit) bool {
	i, ok := s.find(u)
	if !ok {
		*s = slices.Insert(*s, i, u)
	}
	return !ok
}

func (s *unitSet) remove(u *unit) {
	if i, ok := s.find(u); ok {
		*s = slices.Delete(*s, i, i+1)
	}
}
