package flow

import "slices"

// maxSets is how many sets of guards the search follows through one function.
// All of two guards are 4 and of three 8; beyond that the smallest are kept.
const maxSets = 16

// A search looks backwards from one function, level by level. Its memory is used
// again by the next run.
type search struct {
	x      *index
	states []state
	head   []int32        // the latest state of each function; -1 = none
	lost   map[int32]bool // functions to which a way was given up
}

// A state is a way from a function to the one where the search began.
type state struct {
	set   guardSet
	cost  cost
	fn    int32
	depth int32 // edges on the way
	edge  int32 // the first of them; -1 = this is where the search began
	next  int32 // the state behind it
	other int32 // an earlier state of the same function; -1 = none
	node  int32 // where the trail keeps it; 0 = nowhere yet
}

// A cost decides between ways of the same length: dynamic calls in the upper
// half, offloads in the lower.
type cost uint64

const oneDynamic, oneOffload cost = 1 << 32, 1

func (in inEdge) cost() (c cost) {
	if in.dynamic {
		c += oneDynamic
	}
	if in.offload {
		c += oneOffload
	}
	return c
}

func (c cost) dynamic() int { return int(c >> 32) }
func (c cost) offload() int { return int(c & (1<<32 - 1)) }

// A reach says which edges a run may take.
type reach struct {
	offload bool // through offloads too
	foreign bool // between foreign functions only
}

func newSearch(x *index) *search {
	s := &search{x: x, head: make([]int32, len(x.names)), lost: map[int32]bool{}}
	for f := range s.head {
		s.head[f] = -1
	}
	return s
}

// run finds the best ways from every function to fn, one for each set of guards
// that no shorter way undercuts. set is what the ways ask for to begin with.
// The states are in order of depth and good until the next run.
func (s *search) run(fn int32, set guardSet, how reach) {
	for i := range s.states {
		s.head[s.states[i].fn] = -1
	}
	clear(s.lost)
	s.states = append(s.states[:0], state{set: set, fn: fn, edge: -1, next: -1, other: -1})
	s.head[fn] = 0
	for done := 0; done < len(s.states); {
		level := len(s.states)
		for ; done < level; done++ {
			s.expand(int32(done), int32(level), how)
		}
	}
}

// expand offers the way of state i to the callers of its function. The states
// from level on are one call further away, and can still change.
func (s *search) expand(i, level int32, how reach) {
	st := s.states[i]
	for _, in := range s.x.into[s.x.first[st.fn]:s.x.first[st.fn+1]] {
		if in.offload && !how.offload || how.foreign && !s.x.foreign[in.caller] {
			continue
		}
		way := state{set: st.set, cost: st.cost + in.cost(), fn: in.caller, depth: st.depth + 1, edge: in.edge, next: i}
		if in.guard != 0 {
			var ok bool
			if way.set, ok = st.set.with(in.guard); !ok {
				if !s.undercut(in.caller, st.set, level) {
					s.lost[in.caller] = true
				}
				continue
			}
		}
		s.offer(way, level)
	}
}

// offer keeps a way if it is better than what its function has.
func (s *search) offer(way state, level int32) {
	sets, worst := 0, int32(-1)
	for t := s.head[way.fn]; t >= 0; t = s.states[t].other {
		old := &s.states[t]
		switch {
		case t < level:
			if old.set.within(way.set) {
				return // shorter, and asks for no more
			}
		case old.set == way.set:
			if s.better(&way, old) {
				way.other = old.other
				*old = way
			}
			return
		case worst < 0 || old.set > s.states[worst].set:
			worst = t
		}
		sets++
	}
	if sets < maxSets {
		way.other = s.head[way.fn]
		s.head[way.fn] = int32(len(s.states))
		s.states = append(s.states, way)
		return
	}
	s.lost[way.fn] = true
	if worst >= 0 && way.set < s.states[worst].set {
		way.other = s.states[worst].other
		s.states[worst] = way
	}
}

// better reports whether way comes before old, which has the same function,
// length and guards. No two ways are equal in all that it compares.
func (s *search) better(way, old *state) bool {
	if way.cost != old.cost {
		return way.cost < old.cost
	}
	if way.edge != old.edge {
		return way.edge < old.edge
	}
	return s.states[way.next].set < s.states[old.next].set
}

// undercut reports whether fn has a shorter way that asks for no more than set.
func (s *search) undercut(fn int32, set guardSet, level int32) bool {
	for t := s.head[fn]; t >= 0; t = s.states[t].other {
		if t < level && s.states[t].set.within(set) {
			return true
		}
	}
	return false
}

// best appends to buf the states of fn that no other state of fn makes void, the
// shortest first.
func (s *search) best(buf []int32, fn int32) []int32 {
	for t := s.head[fn]; t >= 0; t = s.states[t].other {
		void := false
		for u := s.head[fn]; u >= 0 && !void; u = s.states[u].other {
			void = u != t && s.states[u].depth <= s.states[t].depth && s.states[u].set.within(s.states[t].set)
		}
		if !void {
			buf = append(buf, t)
		}
	}
	if len(buf) > 1 {
		slices.SortFunc(buf, func(a, b int32) int { return s.compare(a, b) })
	}
	return buf
}

func (s *search) compare(a, b int32) int {
	x, y := &s.states[a], &s.states[b]
	switch {
	case x.depth != y.depth:
		return int(x.depth - y.depth)
	case x.set < y.set:
		return -1
	case x.set > y.set:
		return 1
	}
	return 0
}

// A trail keeps the ways that are needed after their run, as trees: every state
// once. Node 0 is the place where a search began.
type trail []hop

type hop struct{ edge, next int32 }

// keep stores a state's way and returns its node.
func (t *trail) keep(s *search, i int32) int32 {
	// Forwards to the first state that is stored already, then back.
	var way []int32
	for s.states[i].edge >= 0 && s.states[i].node == 0 {
		way = append(way, i)
		i = s.states[i].next
	}
	node := s.states[i].node
	for j := len(way) - 1; j >= 0; j-- {
		st := &s.states[way[j]]
		*t = append(*t, hop{st.edge, node})
		node = int32(len(*t) - 1)
		st.node = node
	}
	return node
}
