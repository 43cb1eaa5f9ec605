package regex

import "slices"

// A lead is a way into a loop, and a text that can be read there in more than one way.
type lead struct {
	prefix, pump []rune
	exponential  bool // two ways round the same loop; else from one loop into another
}

// maxLeads bounds how many are followed, maxWork how many moves are looked at for them.
const (
	maxLeads = 24
	maxWork  = 2_000_000
)

// leads lists texts worth trying, those of loops within loops first.
func (a *automaton) leads(anywhere bool) []lead {
	s := &searcher{a: a, of: a.components(), anywhere: anywhere}
	var out []lead
	add := func(p int, pump []rune, exponential bool) {
		if pump == nil || len(out) >= maxLeads {
			return
		}
		prefix, ok := s.way(p)
		if !ok {
			return
		}
		l := lead{prefix, pump, exponential}
		if !slices.ContainsFunc(out, func(o lead) bool {
			return slices.Equal(o.prefix, l.prefix) && slices.Equal(o.pump, l.pump) && o.exponential == l.exponential
		}) {
			out = append(out, l)
		}
	}
	for p := range a.next {
		if s.of[p] >= 0 {
			add(p, s.twoWays(p), true)
		}
	}
	for p := range a.next {
		for q := range a.next {
			if p != q && s.of[p] >= 0 && s.of[q] >= 0 && s.of[p] != s.of[q] && s.reaches(p, q) {
				add(p, s.into(p, q), false)
			}
		}
	}
	return out
}

type searcher struct {
	a        *automaton
	of       []int
	anywhere bool
	work     int
	reach    map[int][]bool
}

// way is the shortest text that leads from the start to a position.
func (s *searcher) way(p int) ([]rune, bool) {
	if s.anywhere && p == 0 {
		return nil, true // the loop before everything needs no text
	}
	parent := make([]int, len(s.a.next))
	for i := range parent {
		parent[i] = -2
	}
	var queue []int
	for _, q := range s.a.first {
		if s.anywhere && q == 0 {
			continue
		}
		if parent[q] == -2 && s.letter(q) >= 0 {
			parent[q] = -1
			queue = append(queue, q)
		}
	}
	for len(queue) > 0 {
		x := queue[0]
		queue = queue[1:]
		if x == p {
			var out []rune
			for ; x >= 0; x = parent[x] {
				out = append(out, s.a.letters[s.letter(x)])
			}
			slices.Reverse(out)
			return out, true
		}
		for _, y := range s.a.next[x] {
			if parent[y] == -2 && s.letter(y) >= 0 {
				parent[y] = x
				queue = append(queue, y)
			}
		}
	}
	return nil, false
}

// letter is the first letter that a position reads; -1 = none.
func (s *searcher) letter(p int) int { return slices.Index(s.a.reads[p], true) }

func (s *searcher) reaches(p, q int) bool {
	if s.reach == nil {
		s.reach = map[int][]bool{}
	}
	r := s.reach[p]
	if r == nil {
		r = make([]bool, len(s.a.next))
		for todo := []int{p}; len(todo) > 0; {
			x := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, y := range s.a.next[x] {
				if !r[y] {
					r[y] = true
					todo = append(todo, y)
				}
			}
		}
		s.reach[p] = r
	}
	return r[q]
}

// A state is where several readers of one text are.
type state [3]int

type visit struct {
	state  state
	from   int32 // the visit before; -1 = none
	letter int32
}

// search looks for the shortest text that leads from one state to another.
func (s *searcher) search(start, goal state, moves func(x state, letter int, to func(state))) []rune {
	seen := map[state]bool{}
	list := []visit{{state: start, from: -1}}
	for i := 0; i < len(list); i++ {
		for l := range s.a.letters {
			if s.work > maxWork {
				return nil
			}
			found := false
			moves(list[i].state, l, func(y state) {
				s.work++
				if found || seen[y] {
					return
				}
				seen[y] = true
				list = append(list, visit{y, int32(i), int32(l)})
				found = y == goal
			})
			if !found {
				continue
			}
			var out []rune
			for v := list[len(list)-1]; ; v = list[v.from] {
				if v.from < 0 {
					break
				}
				out = append(out, s.a.letters[v.letter])
			}
			slices.Reverse(out)
			return out
		}
	}
	return nil
}

// twoWays is a text that leads from a position back to it in two ways; nil = there is
// none. The third part of a state says whether the two have parted.
func (s *searcher) twoWays(p int) []rune {
	in := func(q, letter int) bool { return s.of[q] == s.of[p] && s.a.reads[q][letter] }
	return s.search(state{p, p, 0}, state{p, p, 1}, func(x state, letter int, to func(state)) {
		for i, y := range s.a.next[x[0]] {
			if !in(y, letter) {
				continue
			}
			for j, z := range s.a.next[x[1]] {
				if !in(z, letter) {
					continue
				}
				parted := x[2]
				if x[0] != x[1] || i != j {
					parted = 1
				}
				to(state{y, z, parted})
			}
		}
	})
}

// into is a text that leads from p to p, from p to q, and from q to q; nil = there is
// none.
func (s *searcher) into(p, q int) []rune {
	return s.search(state{p, p, q}, state{p, q, q}, func(x state, letter int, to func(state)) {
		for _, u := range s.a.next[x[0]] {
			if s.of[u] != s.of[p] || !s.a.reads[u][letter] {
				continue
			}
			for _, w := range s.a.next[x[2]] {
				if s.of[w] != s.of[q] || !s.a.reads[w][letter] {
					continue
				}
				for _, v := range s.a.next[x[1]] {
					if s.a.reads[v][letter] {
						to(state{u, v, w})
					}
				}
			}
		}
	})
}
