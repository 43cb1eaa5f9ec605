package flow

import "slices"

// A choice is the best of the equally long ways that a visit stands for, for one
// seed.
type choice struct {
	cost  cost
	epoch int32 // of the seed; any other: not chosen yet
	edge  int32 // the first on the way
	next  int32 // the visit behind it, in byFunc
	node  int32 // where the trail keeps the way; 0 = nowhere yet
}

// A cost decides between ways of the same length: dynamic calls in the upper
// half, offloads in the lower.
type cost uint64

const oneDynamic, oneOffload cost = 1 << 32, 1

func (c cost) offload() int { return int(c & (1<<32 - 1)) }

func (l link) cost() (c cost) {
	if l.dynamic {
		c += oneDynamic
	}
	if l.offload {
		c += oneOffload
	}
	return c
}

// choose finds the best way of visit i for a seed: the cheapest, then the one
// whose first edge comes first, then the one that asks for the smaller set from
// there on.
func (s *search) choose(i int32, seed int) *choice {
	c := &s.best[i]
	if c.epoch == s.epoch {
		return c
	}
	v := &s.byFunc[i]
	*c = choice{epoch: s.epoch, edge: -1, next: -1}
	if v.depth == 0 {
		return c
	}
	for _, l := range s.x.out[s.x.from[v.fn]:s.x.from[v.fn+1]] {
		if l.offload && !s.offload {
			continue
		}
		for j := s.first[l.fn]; j < s.first[l.fn+1]; j++ {
			u := &s.byFunc[j]
			if u.depth >= v.depth {
				break
			}
			if u.depth != v.depth-1 || u.seeds>>seed&1 == 0 {
				continue
			}
			if v.set != 0 {
				if set, ok := u.set.with(l.guard); !ok || set != v.set {
					continue
				}
			} else if u.set != 0 || l.guard != 0 {
				continue
			}
			total := s.choose(j, seed).cost + l.cost()
			if c.edge < 0 || total < c.cost || total == c.cost && l.edge == c.edge && u.set < s.byFunc[c.next].set {
				c.cost, c.edge, c.next = total, l.edge, j
			}
		}
	}
	if c.edge < 0 {
		panic("flow: a visit without a way")
	}
	return c
}

// ways appends to buf the visits of fn that a seed makes use of, and that no
// other makes void: those that are no longer and ask for no more. The shortest
// come first.
func (s *search) ways(buf []int32, fn int32, seed int) []int32 {
	from, to := s.first[fn], s.first[fn+1]
	for i := from; i < to; i++ {
		v := &s.byFunc[i]
		if v.seeds>>seed&1 == 0 {
			continue
		}
		void := false
		for j := from; j < to && !void && v.set != 0; j++ {
			u := &s.byFunc[j]
			void = j != i && u.seeds>>seed&1 != 0 && u.depth <= v.depth && u.set.within(v.set)
		}
		if !void {
			buf = append(buf, i)
		}
	}
	if len(buf) > 1 {
		slices.SortFunc(buf, func(a, b int32) int {
			x, y := &s.byFunc[a], &s.byFunc[b]
			switch {
			case x.depth != y.depth:
				return int(x.depth - y.depth)
			case x.set < y.set:
				return -1
			}
			return 1
		})
	}
	return buf
}

// A trail keeps the ways that are needed after their run, as trees: every visit
// once. Node 0 is the place where a search began.
type trail []hop

type hop struct{ edge, next int32 }

// keep stores the chosen way of visit i, and gives its node and cost.
func (t *trail) keep(s *search, i int32, seed int) (node int32, c cost) {
	c = s.choose(i, seed).cost
	// Forwards to the first visit that is stored already, then back.
	var room [32]int32
	way := room[:0]
	for s.best[i].edge >= 0 && s.best[i].node == 0 {
		way = append(way, i)
		i = s.best[i].next
	}
	node = s.best[i].node
	for j := len(way) - 1; j >= 0; j-- {
		best := &s.best[way[j]]
		*t = append(*t, hop{best.edge, node})
		node = int32(len(*t) - 1)
		best.node = node
	}
	return node, c
}
