package regex

import "slices"

// An automaton is the pattern without what only the matcher understands: its positions
// are the characters of the pattern, and next says which may follow which. Two ways from
// one to the other are two edges.
type automaton struct {
	sets    []charset // of each position
	next    [][]int   // sorted; twice where there are two ways
	first   []int     // positions to begin with, likewise
	letters []rune    // one for each kind of character that the pattern tells apart
	reads   [][]bool  // by position and letter
}

// maxPositions bounds the size of an automaton, maxCopies how often a part is written
// out that is repeated a given number of times; one that is repeated more often is a loop.
const (
	maxPositions = 160
	maxCopies    = 8
)

// A piece is what a part of the pattern is to its neighbours: what it begins and ends
// with, each as often as there are ways, and in how many ways it can be nothing.
type piece struct {
	first, last []int
	empty       int // 0, 1 or 2 (more)
}

// build makes the automaton of a pattern; nil where it would be too large. anywhere puts
// a loop over everything before it, which is what a search does.
func build(seq []node, anywhere bool) *automaton {
	a := &automaton{}
	var all piece
	if anywhere {
		all = a.loop(a.char(anyChar), 0)
		all = a.both(all, a.sequence(seq))
	} else {
		all = a.sequence(seq)
	}
	if len(a.sets) == 0 || len(a.sets) > maxPositions {
		return nil
	}
	a.first = all.first
	for i := range a.next {
		slices.Sort(a.next[i])
	}
	a.alphabet()
	return a
}

// full reports whether there is no sense in going on.
func (a *automaton) full() bool { return len(a.sets) > maxPositions }

func (a *automaton) char(s charset) piece {
	a.sets = append(a.sets, s)
	a.next = append(a.next, nil)
	p := []int{len(a.sets) - 1}
	return piece{first: p, last: p}
}

func (a *automaton) join(from, to []int) {
	for _, x := range from {
		for _, y := range to {
			if n := count(a.next[x], y); n < 2 {
				a.next[x] = append(a.next[x], y)
			}
		}
	}
}

func count(list []int, x int) (n int) {
	for _, y := range list {
		if x == y {
			n++
		}
	}
	return n
}

// times repeats a list as often as there are ways past what lies between.
func times(list []int, ways int) []int {
	if ways < 2 {
		return list[:len(list)*ways]
	}
	return slices.Concat(list, list)
}

// twice keeps of each position two.
func twice(list []int) []int {
	var out []int
	for _, x := range list {
		if count(out, x) < 2 {
			out = append(out, x)
		}
	}
	return out
}

func (a *automaton) both(x, y piece) piece {
	a.join(x.last, y.first)
	return piece{
		first: twice(slices.Concat(x.first, times(y.first, x.empty))),
		last:  twice(slices.Concat(y.last, times(x.last, y.empty))),
		empty: min(2, x.empty*y.empty),
	}
}

// loop lets a piece follow itself.
func (a *automaton) loop(p piece, least int) piece {
	a.join(p.last, p.first)
	if least == 0 {
		p.empty = max(1, p.empty)
	}
	return p
}

func (a *automaton) sequence(seq []node) piece {
	out := piece{empty: 1}
	for i := range seq {
		if a.full() {
			break
		}
		out = a.both(out, a.node(&seq[i]))
	}
	return out
}

func (a *automaton) node(n *node) piece {
	switch n.op {
	case opSet:
		return a.char(n.set)
	case opGroup, opAtomic:
		return a.sequence(n.seqs[0])
	case opAlt, opCond:
		var out piece
		for _, s := range n.seqs {
			p := a.sequence(s)
			out = piece{twice(slices.Concat(out.first, p.first)), twice(slices.Concat(out.last, p.last)), min(2, out.empty+p.empty)}
		}
		return out
	case opRepeat:
		return a.repeat(n)
	}
	return piece{empty: 1} // places and look-arounds take nothing; a back-reference is taken for nothing
}

// repeat writes out x{2,4} as xx(x(x)?)? and x{3,} as xx(x)+.
func (a *automaton) repeat(n *node) piece {
	out := piece{empty: 1}
	copies := min(n.min, maxCopies)
	endless := n.max < 0 || n.max-n.min > maxCopies
	if endless && copies == 0 {
		return a.loop(a.sequence(n.seqs[0]), 0)
	}
	for i := range copies {
		p := a.sequence(n.seqs[0])
		if endless && i == copies-1 {
			p = a.loop(p, 1)
		}
		out = a.both(out, p)
	}
	if endless {
		return out
	}
	more := piece{empty: 1}
	for range n.max - n.min {
		if a.full() {
			break
		}
		more = a.both(a.sequence(n.seqs[0]), more)
		more.empty = max(1, more.empty)
	}
	return a.both(out, more)
}

// common are the characters to try first, as those that people can read.
var common = func() []rune {
	list := []rune("a0 Ab_-./:,@!=\n\t\"'")
	for r := rune(0x20); r < 0x7f; r++ {
		list = append(list, r)
	}
	return append(list, '\r', 'é', '中', 0, 0x2028)
}()

// maxLetters bounds how many kinds of characters are told apart.
const maxLetters = 48

// alphabet finds one character of each kind: those that are in the same sets of the
// pattern are of one.
func (a *automaton) alphabet() {
	list := slices.Clone(common)
	for _, s := range a.sets {
		for i := range min(len(s), 8) {
			list = append(list, s[i].lo)
			if s[i].hi < maxRune {
				list = append(list, s[i].hi+1)
			}
		}
	}
	kinds := map[string]bool{}
	for _, r := range list {
		in := make([]byte, len(a.sets))
		for i, s := range a.sets {
			if s.has(r) {
				in[i] = 1
			}
		}
		if !kinds[string(in)] && len(a.letters) < maxLetters {
			kinds[string(in)] = true
			a.letters = append(a.letters, r)
		}
	}
	a.reads = make([][]bool, len(a.sets))
	for i, s := range a.sets {
		a.reads[i] = make([]bool, len(a.letters))
		for j, r := range a.letters {
			a.reads[i][j] = s.has(r)
		}
	}
}

// components numbers the positions so that two have the same number if each can be
// reached from the other; those in no loop get -1.
func (a *automaton) components() []int {
	n := len(a.next)
	reach := make([][]bool, n)
	for i := range n {
		reach[i] = make([]bool, n)
		todo := []int{i}
		for len(todo) > 0 {
			x := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, y := range a.next[x] {
				if !reach[i][y] {
					reach[i][y] = true
					todo = append(todo, y)
				}
			}
		}
	}
	out := make([]int, n)
	for i := range n {
		out[i] = -1
		for j := 0; j <= i && reach[i][i]; j++ {
			if i == j || reach[i][j] && reach[j][i] {
				out[i] = j
				break
			}
		}
	}
	return out
}
