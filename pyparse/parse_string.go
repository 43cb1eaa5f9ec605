package pyparse

// piece is a stretch of source that is text of a string: a whole literal, or a part
// of an f-string.
type piece struct {
	start, end uint32
	mode       uint32
}

const (
	pieceLiteral = iota // with prefix and quotes
	pieceText           // text of an f-string
	pieceRawText        // text of a raw f-string
	pieceDebug          // the source text of a field that ends with '='
	pieceSpec           // text of a format spec: a brace is never doubled
	pieceRawSpec
)

// maxFieldNesting is how deep fields may stand in the format specs of fields.
const maxFieldNesting = 2

// strings: (STRING | fstring | tstring)+
func (p *parser) strings() uint32 {
	start := p.start
	first := p.strFlags
	mark, pmark := len(p.scratch), len(p.pieces)
	if p.tok == tString {
		end := p.end
		p.next()
		if p.tok != tString && p.tok != tFString {
			return p.add(node{kind: KindConstant, flags: stringFlags(first), start: start, end: end})
		}
		p.pieces = append(p.pieces, piece{start, end, pieceLiteral})
	}
	all, plain := first, first&(strF|strT) == 0
	mixed := false
	for p.tok == tString || p.tok == tFString {
		if (p.strFlags^first)&strBytes != 0 {
			mixed = true
		}
		all |= p.strFlags
		if p.tok == tString {
			plain = true
			p.pieces = append(p.pieces, piece{p.start, p.end, pieceLiteral})
			p.next()
		} else if !p.enter() {
			break
		} else {
			p.fstring(pmark)
			p.leave()
		}
	}
	switch {
	case mixed:
		p.errorAt(start, p.prevEnd, "cannot mix bytes and nonbytes literals")
	case all&strT != 0 && (plain || all&strF != 0):
		p.errorAt(start, p.prevEnd, "cannot mix t-string literals with string or bytes literals")
	}
	if all&(strF|strT) == 0 {
		p.pieces = p.pieces[:pmark]
		return p.finishNode(node{kind: KindConstant, flags: stringFlags(first), start: start})
	}
	p.flush(pmark)
	kind := KindJoinedStr
	if all&strT != 0 {
		kind = KindTemplateStr
	}
	return p.finish(kind, start, p.list(mark), 0, 0)
}

// finishNode is finish for a node that has more to it than its slots.
func (p *parser) finishNode(n node) uint32 {
	n.end = max(n.start, p.prevEnd)
	return p.add(n)
}

func stringFlags(flags uint8) uint8 {
	switch {
	case flags&strBytes != 0:
		return uint8(ConstBytes)
	case flags&strU != 0:
		return uint8(ConstStr) | constU
	}
	return uint8(ConstStr)
}

// flush turns the pieces since mark into a Constant and pushes it, unless there is no
// text in them.
func (p *parser) flush(mark int) {
	pieces := p.pieces[mark:]
	p.pieces = p.pieces[:mark]
	empty := true
	for _, pc := range pieces {
		if !p.emptyPiece(pc) {
			empty = false
			break
		}
	}
	if empty {
		return
	}
	flags := uint8(ConstStr)
	if pc := pieces[0]; pc.mode == pieceLiteral && p.src[pc.start]|0x20 == 'u' {
		flags |= constU
	}
	off := p.record(uint32(len(pieces)))
	for _, pc := range pieces {
		p.extra = append(p.extra, pc.start, pc.end, pc.mode)
	}
	p.push(p.add(node{kind: KindConstant, flags: flags, start: pieces[0].start, end: pieces[len(pieces)-1].end, a: off}))
}

// emptyPiece reports whether a piece's value is "".
func (p *parser) emptyPiece(pc piece) bool {
	s := p.src[pc.start:pc.end]
	switch pc.mode {
	case pieceLiteral:
		lit, _ := splitLiteral(p.src, pc.start)
		s = p.src[lit.start:lit.end]
		if lit.flags&strRaw != 0 {
			return len(s) == 0
		}
	case pieceRawText, pieceRawSpec, pieceDebug:
		return len(s) == 0
	}
	for i := uint32(0); int(i) < len(s); {
		if s[i] != '\\' {
			return false
		}
		end := skipNewline(s, i+1)
		if end == i+1 {
			return false
		}
		i = end
	}
	return true
}

// fstring: FSTRING_START (text | field)* FSTRING_END
//
// Text is appended to p.pieces, of which those from mark on belong to the Constant
// that is being collected; other values are pushed.
func (p *parser) fstring(mark int) {
	open, flags := p.start, p.strFlags
	q := p.src[p.end-1]
	p.pos = p.end
	mode := uint32(pieceText)
	if flags&strRaw != 0 {
		mode = pieceRawText
	}
	for {
		from := p.pos
		stop, escapes := p.fstringText(q, flags, false)
		if p.pos > from {
			if escapes && flags&strRaw == 0 {
				p.checkEscapes(from, p.pos, flags)
			}
			p.pieces = append(p.pieces, piece{from, p.pos, mode})
		}
		switch stop {
		case '{':
			if !p.replacement(mark, q, flags, 0) {
				return
			}
		case '}':
			p.errorAt(p.pos, p.pos+1, "f-string: single '}' is not allowed")
			p.pos++
		case 0:
			if flags&strTriple != 0 {
				p.errorAt(open, min(open+4, p.pos), "unterminated triple-quoted f-string literal")
				p.open3 = true
				p.pos = p.lineEnd(from)
				p.cutPieces(mark)
			} else {
				p.errorAt(open, p.pos, "unterminated f-string literal")
			}
			p.end = p.pos
			p.next()
			return
		default:
			p.endFString(flags)
			return
		}
	}
}

// cutPieces drops what the last piece since mark has beyond p.pos.
func (p *parser) cutPieces(mark int) {
	if n := len(p.pieces); n > mark {
		pc := &p.pieces[n-1]
		pc.end = max(pc.start, min(pc.end, p.pos))
	}
}

// endFString consumes the closing quote at p.pos.
func (p *parser) endFString(flags uint8) {
	if flags&strTriple != 0 {
		p.pos += 3
	} else {
		p.pos++
	}
	p.end = p.pos
	p.next()
}

// replacement parses a field of an f-string or t-string, with p.pos at its '{', and
// pushes it; the text before it, together with the text of the field itself if there
// is a '=', becomes a Constant. It leaves p.pos after the '}'. If that is missing the
// whole string is given up and it reports false.
//
//	field: '{' (yield_expr | star_expressions) ['='] ['!' NAME] [':' (text | field)*] '}'
func (p *parser) replacement(mark int, q byte, flags uint8, nesting int) bool {
	start := p.pos
	outer, field := p.depth, p.field
	p.open(tLBrace, start)
	p.field = p.depth
	p.next()
	var value uint32
	if p.tok == tRBrace || p.tok == tBang || p.tok == tColon || p.tok == tAssign {
		p.unexpected("f-string: expected an expression")
		value = p.missing()
	} else {
		value = p.yieldOrExpressions()
	}
	exprEnd := p.prevEnd
	debug := p.tok == tAssign
	if debug {
		p.next()
		p.pieces = append(p.pieces, piece{start + 1, p.start, pieceDebug})
	}
	conversion := uint32(0)
	if p.tok == tBang {
		at := p.end
		p.next()
		switch {
		case p.tok.isName() && p.start == at && p.end == at+1 && (p.src[at] == 's' || p.src[at] == 'r' || p.src[at] == 'a'):
			conversion = uint32(p.src[at])
			p.next()
		default:
			p.unexpected("f-string: expected '!s', '!r' or '!a'")
			if p.tok.isName() {
				p.next()
			}
		}
	}
	var spec uint32
	closed := p.tok == tRBrace
	if p.tok == tColon || p.tok == tWalrus {
		colon := p.start
		p.pos = colon + 1
		spec, closed = p.formatSpec(colon, q, flags, nesting)
	} else if debug && conversion == 0 {
		conversion = 'r'
	}
	p.field = field
	if !closed {
		return p.giveUpFString(q, flags, outer)
	}
	end := p.end
	p.depth = outer
	p.pos = end
	p.flush(mark)
	if flags&strT != 0 && nesting == 0 {
		rec := p.record(conversion, start+1, exprEnd)
		p.push(p.add(node{kind: KindInterpolation, start: start, end: end, a: value, b: spec, c: rec}))
	} else {
		p.push(p.add(node{kind: KindFormattedValue, start: start, end: end, a: value, b: spec, c: conversion}))
	}
	return true
}

// formatSpec parses a format spec after its colon, up to and with the '}' of the field,
// which it reports to have found; p.end is then its end.
func (p *parser) formatSpec(colon uint32, q byte, flags uint8, nesting int) (spec uint32, closed bool) {
	mark, pmark := len(p.scratch), len(p.pieces)
	mode := uint32(pieceSpec)
	if flags&strRaw != 0 {
		mode = pieceRawSpec
	}
	for {
		from := p.pos
		stop, escapes := p.fstringText(q, flags, true)
		if p.pos > from {
			if escapes && flags&strRaw == 0 {
				p.checkEscapes(from, p.pos, flags)
			}
			p.pieces = append(p.pieces, piece{from, p.pos, mode})
		}
		switch stop {
		case '{':
			if nesting >= maxFieldNesting {
				p.errorAt(p.pos, p.pos+1, "f-string: expressions nested too deeply")
			}
			if nesting > maxFieldNesting+100 || !p.replacement(pmark, q, flags, nesting+1) {
				p.scratch, p.pieces = p.scratch[:mark], p.pieces[:pmark]
				return 0, false
			}
			continue
		case '}':
			end := p.pos
			p.flush(pmark)
			spec = p.add(node{kind: KindJoinedStr, start: colon, end: end, a: p.list(mark)})
			p.set(tRBrace, end, end+1)
			return spec, true
		}
		p.errorAt(p.pos, p.pos, "f-string: expected '}'")
		if stop == 0 && flags&strTriple != 0 {
			p.open3 = true
			p.pos = p.lineEnd(from)
		}
		p.scratch, p.pieces = p.scratch[:mark], p.pieces[:pmark]
		p.set(tInvalid, p.pos, p.pos)
		return 0, false
	}
}

// giveUpFString skips the rest of an f-string after an error within a field and
// returns false.
func (p *parser) giveUpFString(q byte, flags uint8, depth uint32) bool {
	p.unexpected("f-string: expected '}'")
	if p.bol || p.tok == tEOF {
		return false // a line that begins a statement came in between
	}
	p.depth = depth
	p.pos = p.start
	for {
		stop, _ := p.fstringText(q, flags, false)
		switch stop {
		case '{', '}':
			p.pos++
			continue
		case 0:
			if flags&strTriple != 0 {
				p.open3 = true
				p.pos = p.lineEnd(p.start)
			}
			p.end = p.pos
			p.next()
		default:
			p.endFString(flags)
		}
		return false
	}
}
