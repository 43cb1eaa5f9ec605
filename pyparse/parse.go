package pyparse

import (
	"fmt"
	"slices"
	"sync"
)

// Parse parses one file. It never fails and never panics: what is wrong is in
// Tree.Errors. The tree refers to src, which must not change afterwards.
func Parse(src []byte, opts Options) *Tree {
	p := parsers.Get().(*parser)
	defer parsers.Put(p)
	return p.parse(src, opts)
}

// parsers keeps the buffers of parsers that are not in use. A tree gets a copy of
// what it needs, of exactly the right size.
var parsers = sync.Pool{New: func() any { return new(parser) }}

// keepAtMost bounds the memory that an idle parser holds on to, in entries of each
// buffer.
const keepAtMost = 1 << 18

// parser is a recursive-descent parser. Above each parsing function stands what it
// parses, in the notation of Python's grammar: [x] is optional, x* and x+ repeat,
// s.x+ repeats with s between.
//
// A parsing function is called with the current token at the start of its
// production and returns with it after the end. It returns the id of a node, never
// 0 unless it says so: where an expression is missing it makes up an empty Name.
type parser struct {
	scanner
	nodes []node
	extra []uint32

	// scratch is a stack of the items of the lists that are being parsed. A
	// function remembers its height, pushes items and turns them into a list.
	scratch []uint32

	pieces []piece // likewise for the text of f-strings

	lastEnd  uint32 // end of the simple statements parsed last
	level    int    // how deep statements and expressions nest here
	maxLevel int    // how deep they may
	field    uint32 // bracket depth of the f-string field being parsed, 0 if none
}

func (p *parser) parse(src []byte, opts Options) (t *Tree) {
	t = &Tree{src: src}
	if uint64(len(src)) >= singleList {
		t.src = nil
		t.nodes, t.extra, t.root = []node{{}, {kind: KindModule}}, make([]uint32, 8), 1
		t.Errors = []Error{{0, 0, "file is larger than 2 GB"}}
		return t
	}
	decodeErr := t.decode()
	p.init(t.src, t.bom)
	p.nodes = append(p.nodes[:0], node{})
	p.extra = append(p.extra[:0], 0, 0, 0, 0, 0, 0, 0, 0) // the empty list and the empty record
	p.scratch = p.scratch[:0]
	p.pieces = p.pieces[:0]
	p.level, p.field, p.lastEnd = 0, 0, 0
	p.maxLevel = opts.MaxDepth
	if p.maxLevel <= 0 {
		p.maxLevel = 2000
	}
	if decodeErr.Msg != "" {
		p.errors = append(p.errors, decodeErr)
	}
	t.root = p.guardedFile()
	if len(p.errors) > 0 {
		p.repair(t.root)
	}

	t.nodes = exact(p.nodes)
	t.extra = exact(p.extra)
	t.Comments = exact(p.comments)
	switch {
	case p.isPy2 && !p.isPy3:
		t.Python2 = true
		t.Errors = []Error{{p.py2.Offset, p.py2.End, "file is written for Python 2 (" + p.py2.Msg + ")"}}
	case len(p.errors) > 0:
		t.Errors = exact(p.errors)
		slices.SortStableFunc(t.Errors, func(a, b Error) int { return int(a.Offset) - int(b.Offset) })
	}
	p.src = nil
	if cap(p.nodes) > keepAtMost || cap(p.extra) > keepAtMost {
		*p = parser{}
	}
	return t
}

// exact returns a copy without spare capacity; nil for nothing.
func exact[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	c := make([]T, len(s))
	copy(c, s)
	return c
}

// guardedFile turns a panic, which means that this package is broken, into an error.
func (p *parser) guardedFile() (root uint32) {
	defer func() {
		if r := recover(); r != nil {
			p.noted = false
			p.errorAt(p.start, p.end, fmt.Sprintf("internal error of the parser: %v", r))
			p.scratch = p.scratch[:0]
			root = p.add(node{kind: KindModule, end: uint32(len(p.src))})
		}
	}()
	return p.file()
}

// file: statement* EOF
func (p *parser) file() uint32 {
	p.next()
	for p.tok != tEOF {
		p.statements()
		switch p.tok {
		case tIndent:
			p.noted = false
			p.errorHere("unexpected indent")
			p.next()
		case tDedent:
			p.next()
		}
	}
	p.checkFutures(p.scratch)
	return p.add(node{kind: KindModule, end: uint32(len(p.src)), a: p.list(0)})
}

// add adds a node to the tree.
func (p *parser) add(n node) uint32 {
	id := uint32(len(p.nodes))
	p.nodes = append(p.nodes, n)
	return id
}

// finish adds a node that ends with the last consumed token.
func (p *parser) finish(kind Kind, start, a, b, c uint32) uint32 {
	return p.add(node{kind: kind, start: start, end: max(start, p.prevEnd), a: a, b: b, c: c})
}

func (p *parser) push(id uint32) { p.scratch = append(p.scratch, id) }

// list pops what was pushed since the stack had height mark and returns it as a list.
func (p *parser) list(mark int) uint32 {
	items := p.scratch[mark:]
	p.scratch = p.scratch[:mark]
	switch len(items) {
	case 0:
		return 0
	case 1:
		if items[0] != 0 {
			return items[0] | singleList
		}
	}
	off := uint32(len(p.extra))
	p.extra = append(append(p.extra, uint32(len(items))), items...)
	return off
}

// pairs is list for a list of pairs, which is never stored as a single item.
func (p *parser) pairs(mark int) uint32 {
	if len(p.scratch) == mark {
		return 0
	}
	return p.list(mark)
}

func (p *parser) record(fields ...uint32) uint32 {
	off := uint32(len(p.extra))
	p.extra = append(p.extra, fields...)
	return off
}

// finishBlock adds a statement that ends with the simple statements parsed last, their
// semicolon included, or, if it has no block, at end.
func (p *parser) finishBlock(n node, end uint32) uint32 {
	n.end = max(n.start, end, p.lastEnd)
	return p.add(n)
}

func (p *parser) kind(id uint32) Kind { return p.nodes[id].kind }

// accept consumes the current token if it is tok.
func (p *parser) accept(tok token) bool {
	if p.tok == tok {
		p.next()
		return true
	}
	return false
}

// expect consumes the current token, which ought to be tok.
func (p *parser) expect(tok token) bool {
	if p.tok == tok {
		p.next()
		return true
	}
	p.unexpected("expected '" + tok.String() + "'")
	return false
}

func (p *parser) errorHere(msg string) { p.errorAt(p.start, p.end, msg) }

// errorNode notes an error about a node.
func (p *parser) errorNode(id uint32, msg string) {
	p.errorAt(p.nodes[id].start, p.nodes[id].end, msg)
}

// unexpected notes that the current token is not what was wanted.
func (p *parser) unexpected(wanted string) {
	if p.noted {
		return
	}
	msg := "invalid syntax"
	if wanted != "" {
		msg += ": " + wanted
	}
	switch p.tok {
	case tNewline, tEOF, tIndent, tDedent:
		if p.prevEnd <= p.start {
			p.errorAt(p.prevEnd, p.start, msg+" before the "+p.tok.String())
			return
		}
	}
	p.errorHere(msg)
}

// missing stands for an expression that is not there. It counts as consumed, so that
// the ranges of parents include it.
func (p *parser) missing() uint32 {
	p.unexpected("expected an expression")
	p.prevEnd = max(p.prevEnd, p.start)
	return p.add(node{kind: KindName, start: p.prevEnd, end: p.prevEnd})
}

// name: NAME
//
// It returns the offset of the identifier, 0 if there is none.
func (p *parser) name() uint32 {
	start := p.start
	switch {
	case p.tok.isName():
		p.next()
		return start
	case p.tok.isKeyword():
		// Taken for a name, so that the rest of the line still makes sense.
		p.unexpected("a keyword can't be a name")
		if !p.tok.startsStatement() {
			p.next()
			return start
		}
	default:
		p.unexpected("expected a name")
	}
	return 0
}

// close consumes the closing bracket that belongs to the opening one at open. If
// it is missing, what follows is skipped up to where the bracket can be thought to
// end: depth is the number of brackets that were open with it.
func (p *parser) close(tok token, open, depth uint32) {
	if p.tok == tok {
		p.next()
		return
	}
	if p.tok == tNewline || p.tok == tEOF {
		p.errorAt(open, open+1, "'"+string(p.src[open])+"' was never closed")
		return
	}
	p.unexpected("expected '" + tok.String() + "'")
	for p.tok != tNewline && p.tok != tEOF {
		if p.freshLine() {
			return
		}
		switch p.tok {
		case tRParen, tRBrack, tRBrace:
			if p.depth < depth {
				p.depth = depth - 1
				p.next()
				return
			}
		case tColon:
			if p.field == 0 && p.endsLine(p.end) {
				p.depth = 0
				return
			}
		}
		p.next()
	}
}

// freshLine reports whether the current token, within brackets and after an error,
// begins a line that is not indented deeper than the current block, or with a keyword
// that no expression contains. It then ends the logical line before that token: most
// likely a bracket was never closed.
func (p *parser) freshLine() bool {
	switch p.tok {
	case tRParen, tRBrack, tRBrace:
		return false
	}
	if p.depth == 0 {
		return false
	}
	col, limit := uint32(0), p.indents[len(p.indents)-1].col
	i := p.start
	for i > 0 {
		switch p.src[i-1] {
		case ' ':
			col++
		case '\t':
			col += 8
		case '\n', '\r':
			if col > limit && !p.tok.startsStatement() {
				return false
			}
			p.depth = 0
			p.bol = true
			p.set(tNewline, i, i)
			return true
		default:
			return false
		}
		i--
	}
	return false
}

// endsLine reports whether nothing but a comment follows i on its line.
func (p *parser) endsLine(i uint32) bool {
	for ; int(i) < len(p.src); i++ {
		switch p.src[i] {
		case ' ', '\t', '\f':
		case '\n', '\r', '#':
			return true
		default:
			return false
		}
	}
	return true
}

// skipLine skips the rest of a logical line after an error.
func (p *parser) skipLine() {
	for p.tok != tNewline && p.tok != tEOF {
		if p.freshLine() {
			return
		}
		p.next()
	}
}

// enter goes one level deeper. If that is too deep it notes an error, skips the line
// and reports false; otherwise leave must be called.
func (p *parser) enter() bool {
	if p.level >= p.maxLevel {
		p.errorHere("too many levels of nesting")
		for p.tok != tNewline && p.tok != tEOF {
			p.depth = 0
			p.next()
		}
		return false
	}
	p.level++
	return true
}

func (p *parser) leave() { p.level-- }

// checkpoint remembers a state of the parser, for the few productions that can't be
// told apart by the next token.
type checkpoint struct {
	scanner                       scanner
	nodes, extra, scratch, pieces int
}

func (p *parser) checkpoint() checkpoint {
	return checkpoint{p.scanner, len(p.nodes), len(p.extra), len(p.scratch), len(p.pieces)}
}

func (p *parser) rewind(c checkpoint) {
	p.scanner = c.scanner
	p.nodes, p.extra, p.scratch, p.pieces = p.nodes[:c.nodes], p.extra[:c.extra], p.scratch[:c.scratch], p.pieces[:c.pieces]
}

// peek returns the token after the current one.
func (p *parser) peek() token {
	c := p.checkpoint()
	p.next()
	tok := p.tok
	p.rewind(c)
	return tok
}

// repair widens the ranges of nodes after an error so that parents include their
// children.
func (p *parser) repair(root uint32) {
	t := Tree{nodes: p.nodes, extra: p.extra}
	var stack []uint32
	var fix func(id uint32)
	fix = func(id uint32) {
		mark := len(stack)
		stack = t.appendChildren(stack, id)
		for i, end := mark, len(stack); i < end; i++ {
			child := stack[i]
			fix(child)
			n, c := &t.nodes[id], &t.nodes[child]
			n.end = max(n.end, c.end)
			if c.start < n.start && !(n.kind == KindFunctionDef || n.kind == KindAsyncFunctionDef || n.kind == KindClassDef) {
				n.start = c.start
			}
		}
		stack = stack[:mark]
	}
	fix(root)
}
