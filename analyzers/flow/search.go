package flow

import "math/bits"

// batch is how many searches run at once: as many as a word has bits. On a graph
// in which everything reaches everything, one at a time took ten times as long.
const batch = 64

// maxSets is how many sets of guards a batch follows through one function. All of
// three guards are 8.
const maxSets = 64

// A seed is where a search begins.
type seed struct {
	fn  int32
	gil bool // the effect holds the GIL, so offloads do not stop it
}

// A search looks backwards from up to 64 seeds at once, level by level. It finds
// how far each function is from each seed; which of the equally long ways is
// best is asked later, of the few functions that matter. Its memory is used
// again by the next run.
type search struct {
	x       *index
	offload bool // edges to other threads may be taken
	visits  []visit
	head    []int32          // each function's latest visit without guards; -1 = none
	guarded []int32          // each function's latest visit with guards; -1 = none
	seen    []uint64         // the seeds that a function reaches without guards, up to the last level
	sets    []uint8          // how many sets of guards a function has
	lost    map[int32]uint64 // functions to which a way was given up, and whose

	// The visits by function and then by depth, once the run is over.
	byFunc []visit
	first  []int32 // byFunc[first[f]:first[f+1]] are f's
	best   []choice
	epoch  int32  // tells which choices are of the seed in hand
	seeds  []seed // of this run
	chosen int32  // the seed in hand, for who comes back later
}

// A visit says that some seeds are reached from a function by ways of this
// depth that ask for this set of guards, and by none that is shorter and asks
// for no more.
type visit struct {
	set   guardSet
	seeds uint64
	fn    int32
	depth int32 // edges on the way
	other int32 // an earlier visit of the same function, with guards if this has any; -1 = none
}

func newSearch(x *index) *search {
	n := len(x.names)
	s := &search{
		x: x, lost: map[int32]uint64{},
		head: make([]int32, n), guarded: make([]int32, n), seen: make([]uint64, n), sets: make([]uint8, n), first: make([]int32, n+1),
	}
	for f := range s.head {
		s.head[f], s.guarded[f] = -1, -1
	}
	return s
}

// run searches from the seeds, which differ and are alike in gil. With
// foreignOnly it stays in foreign code.
func (s *search) run(seeds []seed, foreignOnly bool) {
	for i := range s.visits {
		f := s.visits[i].fn
		s.head[f], s.guarded[f], s.seen[f], s.sets[f] = -1, -1, 0, 0
	}
	clear(s.lost)
	s.visits = s.visits[:0]
	s.seeds, s.offload = seeds, seeds[0].gil
	for b, from := range seeds {
		s.add(&s.head[from.fn], visit{seeds: 1 << b, fn: from.fn})
	}
	for done := 0; done < len(s.visits); {
		level := len(s.visits)
		for i := done; i < level; i++ {
			if v := &s.visits[i]; v.set == 0 {
				s.seen[v.fn] |= v.seeds
			}
		}
		for ; done < level; done++ {
			s.expand(s.visits[done], int32(level), foreignOnly)
		}
	}
	s.sort()
}

// expand takes a visit to the callers of its function. The visits from level on
// are one call further away.
func (s *search) expand(v visit, level int32, foreignOnly bool) {
	for _, l := range s.x.into[s.x.to[v.fn]:s.x.to[v.fn+1]] {
		seeds := v.seeds &^ s.seen[l.fn]
		if seeds == 0 || l.offload && !s.offload || foreignOnly && !s.x.foreign[l.fn] {
			continue
		}
		if v.set|guardSet(l.guard) != 0 {
			s.expandGuarded(v, l, level)
			continue
		}
		if i := s.head[l.fn]; i >= level {
			s.visits[i].seeds |= seeds
		} else {
			s.add(&s.head[l.fn], visit{seeds: seeds, fn: l.fn, depth: v.depth + 1})
		}
	}
}

// expandGuarded is expand for one edge, where there are guards to be minded.
func (s *search) expandGuarded(v visit, l link, level int32) {
	set, ok := v.set.with(l.guard)
	if !ok {
		if seeds := s.beyond(l.fn, v.set, v.seeds, level); seeds != 0 {
			s.lost[l.fn] |= seeds
		}
		return
	}
	seeds := s.beyond(l.fn, set, v.seeds, level)
	if seeds == 0 {
		return
	}
	if i := s.find(l.fn, set); i >= level {
		s.visits[i].seeds |= seeds
		return
	} else if i < 0 {
		if s.sets[l.fn] == maxSets {
			s.lost[l.fn] |= seeds
			return
		}
		s.sets[l.fn]++
	}
	s.add(&s.guarded[l.fn], visit{set: set, seeds: seeds, fn: l.fn, depth: v.depth + 1})
}

// beyond gives those seeds that fn does not reach by a shorter way that asks for
// no more than set.
func (s *search) beyond(fn int32, set guardSet, seeds uint64, level int32) uint64 {
	seeds &^= s.seen[fn]
	for i := s.guarded[fn]; i >= 0 && seeds != 0; i = s.visits[i].other {
		if i < level && s.visits[i].set.within(set) {
			seeds &^= s.visits[i].seeds
		}
	}
	return seeds
}

// find gives the latest guarded visit of fn with the set, or -1.
func (s *search) find(fn int32, set guardSet) int32 {
	i := s.guarded[fn]
	for i >= 0 && s.visits[i].set != set {
		i = s.visits[i].other
	}
	return i
}

func (s *search) add(head *int32, v visit) {
	v.other = *head
	*head = int32(len(s.visits))
	s.visits = append(s.visits, v)
}

func (s *search) sort() {
	clear(s.first)
	for i := range s.visits {
		s.first[s.visits[i].fn+1]++
	}
	sumUp(s.first)
	if n := len(s.visits); cap(s.byFunc) < n {
		s.byFunc, s.best = make([]visit, n+n/4), make([]choice, n+n/4)
	}
	s.byFunc = s.byFunc[:len(s.visits)]
	// Placing from the back leaves in first[f+1] where f begins; a shift mends it.
	for i := len(s.visits) - 1; i >= 0; i-- {
		f := s.visits[i].fn
		s.first[f+1]--
		s.byFunc[s.first[f+1]] = s.visits[i]
	}
	copy(s.first, s.first[1:])
	s.first[len(s.first)-1] = int32(len(s.visits))
}

// lostWays counts, for each seed, the functions to which a way was given up.
func (s *search) lostWays() (n int) {
	for _, seeds := range s.lost {
		n += bits.OnesCount64(seeds)
	}
	return n
}
