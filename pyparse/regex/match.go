package regex

import (
	"slices"
	"unicode"
)

// How a pattern is put to a subject.
type How uint8

const (
	Search    How = iota // anywhere: search, findall, finditer, split, sub
	Match                // at the beginning
	Fullmatch            // as a whole
)

// A matcher does what CPython's does: the same choices in the same order, and it gives
// up where that gives up. Every character that is looked at and every item that is tried
// is a step.
type matcher struct {
	seq     []node
	how     How
	subject []rune
	marks   []int // where groups begin and end, in pairs; -1 = not at all
	steps   int
	light   int // of the steps, those of tight loops in C
	limit   int
	over    bool // the limit is reached: every question is answered with yes, to come to an end
	depth   int
}

// maxRecursion bounds how deeply items may be tried inside one another.
const maxRecursion = 50_000

// rest is what has to match behind an item.
type rest func(at int) bool

// run matches, and gives the place of the match; ok is false where there is none, or
// where the steps were not enough (over).
func (m *matcher) run(groups int, subject []rune, limit int) (from, to int, ok bool) {
	m.subject, m.limit, m.steps, m.light, m.over, m.depth = subject, limit, 0, 0, false, 0
	m.marks = make([]int, 2*(groups+1))
	last := len(subject)
	if m.how != Search {
		last = 0
	}
	for from = 0; from <= last && !m.over; from++ {
		for i := range m.marks {
			m.marks[i] = -1
		}
		if m.sequence(m.seq, from, func(at int) bool {
			if m.how == Fullmatch && at != len(subject) {
				return false
			}
			to = at
			return true
		}) {
			return from, to, !m.over
		}
	}
	return 0, 0, false
}

func (m *matcher) step() bool {
	m.steps++
	if m.steps > m.limit {
		m.over = true
	}
	return m.over
}

func (m *matcher) sequence(seq []node, at int, then rest) bool {
	if len(seq) == 0 {
		return then(at)
	}
	if m.step() {
		return true
	}
	n := &seq[0]
	if n.op == opSet { // by far the most, and no need to go deeper
		if at < len(m.subject) && n.set.has(m.subject[at]) {
			return m.sequence(seq[1:], at+1, then)
		}
		return false
	}
	if m.depth++; m.depth > maxRecursion {
		m.over = true
	}
	var follow *node
	if len(seq) > 1 && seq[1].op == opSet && len(seq[1].set) == 1 && seq[1].set[0].lo == seq[1].set[0].hi {
		follow = &seq[1]
	}
	ok := m.node(n, follow, at, func(at int) bool { return m.sequence(seq[1:], at, then) })
	m.depth--
	return ok
}

// node tries an item. follow is the one character that has to come next, if that is known.
func (m *matcher) node(n, follow *node, at int, then rest) bool {
	switch n.op {
	case opAnchor:
		return m.anchored(n, at) && then(at)
	case opAlt:
		for _, s := range n.seqs {
			was := slices.Clone(m.marks)
			if m.sequence(s, at, then) {
				return true
			}
			copy(m.marks, was)
		}
		return false
	case opGroup:
		if n.group == 0 {
			return m.sequence(n.seqs[0], at, then)
		}
		i := 2 * n.group
		from, to := m.marks[i], m.marks[i+1]
		m.marks[i] = at
		if m.sequence(n.seqs[0], at, func(end int) bool {
			was := m.marks[i+1]
			m.marks[i+1] = end
			if then(end) {
				return true
			}
			m.marks[i+1] = was
			return false
		}) {
			return true
		}
		m.marks[i], m.marks[i+1] = from, to
		return false
	case opAtomic:
		end, ok := m.once(n.seqs[0], at)
		return ok && then(end)
	case opLook:
		if n.behind > at {
			return n.not && then(at)
		}
		from := at
		if n.behind > 0 {
			from -= n.behind
		}
		was := slices.Clone(m.marks)
		_, ok := m.once(n.seqs[0], from)
		if m.over {
			return true
		}
		if n.not {
			copy(m.marks, was)
		}
		return ok != n.not && then(at)
	case opBack:
		from, to := m.marks[2*n.group], m.marks[2*n.group+1]
		if from < 0 || to < from || to-from > len(m.subject)-at {
			return false
		}
		for i := from; i < to; i++ {
			a, b := m.subject[i], m.subject[at+i-from]
			if m.step() {
				return true
			}
			if a != b && !(n.fold && unicode.ToLower(a) == unicode.ToLower(b)) {
				return false
			}
		}
		return then(at + to - from)
	case opCond:
		s := n.seqs[1]
		if m.marks[2*n.group+1] >= 0 {
			s = n.seqs[0]
		}
		return m.sequence(s, at, then)
	case opRepeat:
		return m.repeated(n, follow, at, then)
	}
	return false
}

// once matches a sequence without a way back into it.
func (m *matcher) once(seq []node, at int) (end int, ok bool) {
	ok = m.sequence(seq, at, func(e int) bool {
		end = e
		return true
	})
	return end, ok
}

func (m *matcher) repeated(n, follow *node, at int, then rest) bool {
	body := n.seqs[0]
	most := n.max
	if most < 0 {
		most = maxCount
	}
	if len(body) == 1 && body[0].op == opSet {
		return m.run1(n, &body[0], follow, most, at, then)
	}
	if n.hold {
		count := 0
		for ; count < most; count++ {
			end, ok := m.once(body, at)
			if m.over {
				return true
			}
			if !ok || count >= n.min && end == at {
				break
			}
			at = end
		}
		return count >= n.min && then(at)
	}
	if n.lazy {
		return m.least(n, body, most, 0, at, -1, then)
	}
	return m.most(n, body, most, 0, at, -1, then)
}

// run1 repeats one character: all that can be taken at once, then one after the other
// given back; or the other way round.
func (m *matcher) run1(n, char, follow *node, most, at int, then rest) bool {
	count := 0
	takes := func() bool {
		if count >= most || at+count >= len(m.subject) || m.step() || !char.set.has(m.subject[at+count]) {
			return false
		}
		m.light++
		count++
		return true
	}
	if n.lazy {
		for count < n.min {
			if !takes() {
				return m.over
			}
		}
		for {
			if m.step() || then(at+count) {
				return true
			}
			if !takes() {
				return m.over
			}
		}
	}
	for takes() {
	}
	if m.over {
		return true
	}
	if n.hold {
		return count >= n.min && then(at+count)
	}
	for ; count >= n.min; count-- {
		if m.step() {
			return true
		}
		if follow != nil && (at+count >= len(m.subject) || !follow.set.has(m.subject[at+count])) {
			m.light++
			continue
		}
		if then(at + count) {
			return true
		}
	}
	return false
}

// most tries one more round before the rest. A round that took nothing is the last.
func (m *matcher) most(n *node, body []node, limit, count, at, began int, then rest) bool {
	if m.step() {
		return true
	}
	again := func(end int) bool { return m.most(n, body, limit, count+1, end, at, then) }
	if count < n.min {
		return m.sequence(body, at, again)
	}
	if count < limit && at != began {
		was := slices.Clone(m.marks)
		if m.sequence(body, at, again) {
			return true
		}
		copy(m.marks, was)
	}
	return then(at)
}

// least tries the rest before one more round.
func (m *matcher) least(n *node, body []node, limit, count, at, began int, then rest) bool {
	if m.step() {
		return true
	}
	again := func(end int) bool { return m.least(n, body, limit, count+1, end, at, then) }
	if count < n.min {
		return m.sequence(body, at, again)
	}
	was := slices.Clone(m.marks)
	if then(at) {
		return true
	}
	copy(m.marks, was)
	return count < limit && at != began && m.sequence(body, at, again)
}

func (m *matcher) anchored(n *node, at int) bool {
	s := m.subject
	switch n.anchor {
	case '^':
		return at == 0 || n.many && s[at-1] == '\n'
	case 'A':
		return at == 0
	case '$':
		return at == len(s) || n.many && s[at] == '\n' || at == len(s)-1 && s[at] == '\n'
	case 'Z':
		return at == len(s)
	}
	word := func(i int) bool { return i >= 0 && i < len(s) && category('w', n.ascii).has(s[i]) }
	edge := word(at-1) != word(at)
	if n.anchor == 'B' {
		return !edge && len(s) > 0 // until 3.14, an empty subject has neither
	}
	return edge
}
