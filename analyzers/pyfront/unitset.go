package pyfront

import (
	"cmp"
	"slices"
)

// A unitSet is a set of units in the order of their discovery, so that whatever
// goes through it does so in the same order each time.
type unitSet struct {
	list []member
	last *unit // that was added; it often is again
}

// A member has its unit's id at hand: what a search looks at lies close together.
type member struct {
	id   int
	unit *unit
}

func (s *unitSet) find(u *unit) (int, bool) {
	if n := len(s.list); n == 0 || s.list[n-1].id < u.id { // most come in order
		return n, false
	}
	return slices.BinarySearchFunc(s.list, u.id, func(m member, id int) int { return cmp.Compare(m.id, id) })
}

// add reports whether the unit is new to the set.
func (s *unitSet) add(u *unit) bool {
	if s.last == u {
		return false
	}
	s.last = u
	i, ok := s.find(u)
	if !ok {
		s.list = slices.Insert(s.list, i, member{u.id, u})
	}
	return !ok
}

func (s *unitSet) remove(u *unit) {
	s.last = nil
	if i, ok := s.find(u); ok {
		s.list = slices.Delete(s.list, i, i+1)
	}
}

// all calls yield for each unit, in order.
func (s *unitSet) all(yield func(*unit) bool) {
	for _, m := range s.list {
		if !yield(m.unit) {
			return
		}
	}
}
