package regex

import (
	"fmt"
	"strings"
)

// op says what a node of the tree is.
type op uint8

const (
	opSet    op = iota // one character of a set
	opAlt              // the first of its alternatives from which the rest goes on
	opRepeat           // its only sequence, min to max times
	opGroup            // its only sequence, kept under a number
	opAtomic           // its only sequence, without a second try
	opLook             // its only sequence has to match here, or must not
	opBack             // what a group has kept
	opCond             // the first sequence if a group has matched, else the second
	opAnchor           // a place: '^', '$', 'A', 'Z', 'b', 'B'
)

// A node is one item of a pattern. Sequences are lists of nodes.
type node struct {
	op       op
	set      charset  // opSet
	literal  bool     // opSet: written as one character, or as a set of such that is not negated
	seqs     [][]node // what is inside
	min, max int      // opRepeat; max < 0: no bound
	lazy     bool     // opRepeat: as few as possible
	hold     bool     // opRepeat: possessive
	group    int      // opGroup, opBack, opCond
	not      bool     // opLook
	behind   int      // opLook: how far back it begins; -1 = it looks ahead
	anchor   byte     // opAnchor
	fold     bool     // opBack: whatever the case
	many     bool     // opAnchor: at every line
	ascii    bool     // opAnchor: what a word is made of
}

// same is a text that two equal items share; groups with numbers never do.
func (n *node) same() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	fmt.Fprint(b, n.op, n.set, n.min, n.max, n.lazy, n.hold, n.group, n.not, n.behind, n.anchor, n.fold, n.many, n.ascii)
	for _, s := range n.seqs {
		b.WriteByte('(')
		for i := range s {
			s[i].write(b)
		}
		b.WriteByte(')')
	}
}

// width is the least and the greatest length of what a sequence matches; hi < 0 where
// there is no bound.
func width(seq []node) (lo, hi int) {
	for i := range seq {
		l, h := seq[i].width()
		if lo += l; lo > maxCount {
			lo = maxCount
		}
		if hi >= 0 && h >= 0 && hi+h <= maxCount {
			hi += h
		} else {
			hi = -1
		}
	}
	return lo, hi
}

// maxCount is more than any subject that is tried is long.
const maxCount = 1 << 20

func (n *node) width() (lo, hi int) {
	switch n.op {
	case opSet:
		return 1, 1
	case opAnchor, opLook:
		return 0, 0
	case opBack:
		return 0, -1
	case opRepeat:
		l, h := width(n.seqs[0])
		if lo = maxCount; l == 0 || n.min < maxCount/l {
			lo = l * n.min
		}
		switch {
		case h == 0:
			return lo, 0
		case h < 0 || n.max < 0 || n.max >= maxCount/h:
			return lo, -1
		}
		return lo, h * n.max
	}
	lo = maxCount
	for _, s := range n.seqs {
		l, h := width(s)
		lo = min(lo, l)
		if h < 0 || hi < 0 {
			hi = -1
		} else {
			hi = max(hi, h)
		}
	}
	return lo, hi
}
