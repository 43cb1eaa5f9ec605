// Package pyparse reads Python source, of any version from 3.8 to 3.14, into an
// immutable syntax tree.
//
// The tree has the shape, the names and the ranges of CPython's own ast module.
// Tests compare the two over whole standard libraries. What a newcomer has to know:
//
//   - A Node is a small value, usable as a map key. The zero Node means "absent".
//   - A Node has a Kind. A typed view (n.AsCall(), n.AsName() …) gives access to its
//     fields under CPython's names: call.Func(), call.Args(). A view of a node of
//     another kind is the zero view, whose accessors all return zero values.
//   - Offsets are bytes into Tree.Source.
//   - The parser does not stop at an error. It notes it in Tree.Errors and goes on,
//     so that a broken statement costs itself and not the functions after it. An
//     expression that is missing is a Name with an empty Id.
//
// The package says nothing about scopes or the meaning of names, and it does not
// make the checks that CPython leaves to its symbol table and compiler (a return
// outside a function, a duplicate parameter).
package pyparse

import (
	"iter"
	"sort"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// Tree is one parsed file. It is immutable and safe for concurrent use.
type Tree struct {
	Comments []Comment // in source order
	Errors   []Error   // in source order; empty for a valid file

	// Python2 says that the file is written for Python 2. Errors then holds one
	// note that says so, and the tree should not be used.
	Python2 bool

	src      []byte   // UTF-8
	nodes    []node   // nodes[0] is the absent node
	extra    []uint32 // lists (a count and its items) and records
	root     uint32
	bom      uint32 // bytes of byte order mark
	foreign  bool   // src was transcoded
	lineOnce sync.Once
	lines    []uint32 // offset of the start of each line
}

// node is one entry of a tree's slab. It holds no pointers, so that the garbage
// collector never looks inside. What a, b and c mean depends on the kind and is
// known only to the accessors in ast.go and to the parser.
type node struct {
	kind       Kind
	flags      uint8  // operator, context or constant kind
	x          uint16 // xParen; level of ImportFrom
	start, end uint32
	a, b, c    uint32
}

const xParen uint16 = 1 // the expression stands in parentheses of its own

// Comment is one comment, from its # to the end of its line.
type Comment struct{ Start, End uint32 }

// Error is a syntax error.
type Error struct {
	Offset, End uint32 // where, as offsets into Tree.Source
	Msg         string // lower case, no position
}

// Options change how a file is parsed. The zero value is what most callers want.
type Options struct {
	// MaxDepth bounds how deep statements and expressions nest. What nests
	// deeper is an error. Zero means 2000.
	MaxDepth int
}

// Source returns the text that offsets refer to: the bytes given to Parse, or,
// where a coding cookie names an encoding other than UTF-8, their transcription to
// UTF-8. Callers must not change it.
func (t *Tree) Source() []byte { return t.src }

// OriginalOffset turns an offset into Source into an offset into the bytes that
// were given to Parse. The two differ only in a file with a coding cookie for an
// encoding other than UTF-8.
func (t *Tree) OriginalOffset(off uint32) uint32 {
	if !t.foreign {
		return off
	}
	// Only single-byte encodings are transcoded.
	return uint32(utf8.RuneCount(t.src[:min(int(off), len(t.src))]))
}

// Root returns the Module.
func (t *Tree) Root() Node { return t.node(t.root) }

// Position returns the 1-based line and the 1-based byte column of an offset. A
// byte order mark counts for nothing. CR, LF and CR LF each end a line.
func (t *Tree) Position(off uint32) (line, col int) {
	t.lineOnce.Do(t.buildLines)
	i := sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > off })
	if i == 0 { // within the byte order mark
		return 1, 1
	}
	return i, int(off-t.lines[i-1]) + 1
}

// LineStart returns the offset at which a 1-based line begins. A line beyond the
// end begins at the end.
func (t *Tree) LineStart(line int) uint32 {
	t.lineOnce.Do(t.buildLines)
	if line < 1 || line > len(t.lines) {
		return uint32(len(t.src))
	}
	return t.lines[line-1]
}

// LineCount returns the number of lines. The text after the last line end counts
// as a line even if it is empty.
func (t *Tree) LineCount() int {
	t.lineOnce.Do(t.buildLines)
	return len(t.lines)
}

func (t *Tree) buildLines() {
	n := 1
	for i, c := range t.src {
		if c == '\n' || c == '\r' && !(i+1 < len(t.src) && t.src[i+1] == '\n') {
			n++
		}
	}
	lines := append(make([]uint32, 0, n), t.bom)
	for i, c := range t.src {
		if c == '\n' || c == '\r' && !(i+1 < len(t.src) && t.src[i+1] == '\n') {
			lines = append(lines, uint32(i)+1)
		}
	}
	t.lines = lines
}

// text returns a part of the source without copying it.
func (t *Tree) text(start, end uint32) string {
	if t == nil || start >= end || int(end) > len(t.src) {
		return ""
	}
	return unsafe.String(&t.src[start], int(end-start))
}

// ident returns the identifier that begins at start; 0 means absent.
func (t *Tree) ident(start uint32) string {
	if t == nil || start == 0 {
		return ""
	}
	return t.identRange(start, identEnd(t.src, start))
}

func (t *Tree) identRange(start, end uint32) string {
	s := t.text(start, end)
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return normalize(s)
		}
	}
	return s
}

// identEnd returns where the identifier that begins at i ends. Every byte outside
// ASCII belongs to it; whether it may is the scanner's question.
func identEnd(src []byte, i uint32) uint32 {
	for int(i) < len(src) && charClass[src[i]]&ccIdent != 0 {
		i++
	}
	return i
}

// singleList marks a list of one item: the other bits are the item itself and
// nothing is stored in Tree.extra.
const singleList = 1 << 31

func (t *Tree) list(off uint32) NodeList { return t.strided(off, 0, 1) }

// strided returns every stride-th item of a list, from the first-th on.
func (t *Tree) strided(off, first, stride uint32) NodeList {
	if t == nil || off == 0 {
		return NodeList{}
	}
	if off&singleList != 0 {
		return NodeList{tree: t, off: off, n: 1, stride: 1}
	}
	return NodeList{tree: t, off: off + 1 + first, n: t.extra[off] / stride, stride: stride}
}

func (t *Tree) idents(off, first, stride uint32) IdentList {
	return IdentList{t.strided(off, first, stride)}
}

func (t *Tree) node(id uint32) Node {
	if id == 0 {
		return Node{}
	}
	return Node{t, id}
}

// Node is a handle on one node of a Tree. It is comparable, and two handles are
// equal only if they mean the same node. The zero Node is "absent".
type Node struct {
	tree *Tree
	id   uint32
}

var absent node

func (n Node) rec() *node {
	if n.tree == nil {
		return &absent
	}
	return &n.tree.nodes[n.id]
}

// Valid reports whether n is a node at all.
func (n Node) Valid() bool { return n.id != 0 }

// Kind returns what n is; KindInvalid for the zero Node.
func (n Node) Kind() Kind { return n.rec().kind }

// Start returns the offset of n's first byte. As in CPython, decorators come before
// the start of the definition that they decorate.
func (n Node) Start() uint32 { return n.rec().start }

// End returns the offset after n's last byte.
func (n Node) End() uint32 { return n.rec().end }

// Tree returns the tree that n belongs to; nil for the zero Node.
func (n Node) Tree() *Tree { return n.tree }

// Text returns n's source text. It shares memory with the source.
func (n Node) Text() string {
	r := n.rec()
	if n.tree == nil {
		return ""
	}
	return n.tree.text(r.start, r.end)
}

// Position returns the 1-based line and byte column of n's start.
func (n Node) Position() (line, col int) {
	if n.tree == nil {
		return 0, 0
	}
	return n.tree.Position(n.Start())
}

// Ctx returns whether n is read, assigned or deleted. Nodes that have no context
// in CPython's ast are read.
func (n Node) Ctx() Ctx {
	switch r := n.rec(); r.kind {
	case KindName, KindAttribute, KindSubscript, KindStarred, KindList, KindTuple:
		return Ctx(r.flags & 3)
	}
	return Load
}

// Parenthesized reports whether n is an expression in parentheses that are not part
// of its range.
func (n Node) Parenthesized() bool {
	r := n.rec()
	return r.kind.IsExpr() && r.x&xParen != 0
}

// NodeList is a list of nodes. The zero NodeList is empty.
type NodeList struct {
	tree           *Tree
	off, n, stride uint32
}

// Len returns the number of nodes.
func (l NodeList) Len() int { return int(l.n) }

// At returns the i-th node. In a list with gaps, as of Dict.Keys, it may be absent.
func (l NodeList) At(i int) Node { return l.tree.node(l.raw(i)) }

func (l NodeList) raw(i int) uint32 {
	if uint(i) >= uint(l.n) {
		panic("pyparse: list index out of range")
	}
	if l.off&singleList != 0 {
		return l.off &^ singleList
	}
	return l.tree.extra[l.off+uint32(i)*l.stride]
}

// All iterates over the nodes.
func (l NodeList) All() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range int(l.n) {
			if !yield(l.At(i)) {
				return
			}
		}
	}
}

// IdentList is a list of identifiers. The zero IdentList is empty.
type IdentList struct{ l NodeList }

// Len returns the number of identifiers.
func (l IdentList) Len() int { return l.l.Len() }

// At returns the i-th identifier.
func (l IdentList) At(i int) string { return l.l.tree.ident(l.l.raw(i)) }

// StartAt returns the offset of the i-th identifier.
func (l IdentList) StartAt(i int) uint32 { return l.l.raw(i) }

// All iterates over the identifiers.
func (l IdentList) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range l.Len() {
			if !yield(l.At(i)) {
				return
			}
		}
	}
}
