package pyparse

import (
	"strings"
	"unicode/utf8"
)

// scanner turns source into tokens, one at a time. It keeps the indentation stack
// and the number of open brackets, within which line ends mean nothing. The inside
// of f-strings is not its business: the parser calls scanFString for each stretch
// of text there.
type scanner struct {
	src []byte
	pos uint32 // where the next token is looked for

	// The current token.
	tok        token
	strFlags   uint8 // of a tString or tFString
	start, end uint32

	prevEnd uint32 // end of the last token that was consumed

	depth   uint32 // brackets open
	bol     bool   // at the beginning of a logical line: indentation counts
	dedents uint32 // tDedents still to be given out
	indents []indent
	open3   bool // a triple-quoted string was never closed: from now on they end with their line
	noted   bool // an error was noted in this statement: be quiet until the next

	comments []Comment
	errors   []Error

	py2   Error // first proof that the file is Python 2
	isPy2 bool
	isPy3 bool // something was seen that Python 2 has not
}

// indent is the width of one level of indentation, with tabs to multiples of eight
// and with tabs as one column. Two lines whose widths compare differently under the
// two measures are an error, as they are for CPython.
type indent struct{ col, alt uint32 }

const (
	maxIndents  = 100 // CPython's limits
	maxBrackets = 200
)

const ( // string flags
	strRaw = 1 << iota
	strBytes
	strF
	strT
	strU
	strTriple
)

func (s *scanner) init(src []byte, bom uint32) {
	*s = scanner{
		src: src, pos: bom, end: bom, bol: true,
		indents:  append(s.indents[:0], indent{}),
		comments: s.comments[:0],
		errors:   s.errors[:0],
	}
}

// errorAt notes an error unless one was noted in this statement before.
func (s *scanner) errorAt(start, end uint32, msg string) {
	if !s.noted {
		s.noted = true
		s.errors = append(s.errors, Error{start, max(start, end), msg})
	}
}

// standsAsName reports whether a keyword stands where only a name can: behind a dot, or
// before something that no statement goes on with.
func (s *scanner) standsAsName(start, end uint32) bool {
	if start > 0 && s.src[start-1] == '.' {
		return true
	}
	for int(end) < len(s.src) && s.src[end] == ' ' {
		end++
	}
	return int(end) < len(s.src) && strings.IndexByte(",)=:.]", s.src[end]) >= 0
}

// proof notes an error that only a Python 2 file has.
func (s *scanner) proof(start, end uint32, what string) {
	s.errorAt(start, end, "invalid syntax: "+what+" of Python 2")
	if !s.isPy2 {
		s.isPy2 = true
		s.py2 = Error{start, end, what}
	}
}

// next moves to the next token.
func (s *scanner) next() {
	s.prevEnd = s.end
	if s.dedents > 0 {
		s.dedents--
		s.set(tDedent, s.pos, s.pos)
		return
	}
	if s.bol && s.layout() {
		return
	}
	src := s.src
	pos := s.pos
again:
	if int(pos) >= len(src) {
		s.eof()
		return
	}
	c := src[pos]
	switch c {
	case ' ', '\t', '\f':
		pos++
		goto again
	case '\n', '\r':
		if s.depth > 0 {
			pos = skipNewline(src, pos)
			if s.closes(pos) {
				s.depth = 0
				s.bol = true
				s.set(tNewline, pos, pos)
				return
			}
			goto again
		}
		s.bol = true
		s.set(tNewline, pos, skipNewline(src, pos))
		return
	case '#':
		pos = s.comment(pos)
		goto again
	case '\\':
		end := skipNewline(src, pos+1)
		if end == pos+1 {
			s.pos = pos + 1
			if int(pos)+1 >= len(src) {
				s.errorAt(pos, pos+1, "unexpected end of file after line continuation character")
			} else {
				s.errorAt(pos, pos+1, "unexpected character after line continuation character")
			}
			pos++
			goto again
		}
		pos = end
		if int(pos) >= len(src) {
			s.errorAt(pos-1, pos, "unexpected end of file after line continuation character")
		}
		goto again
	case '_', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
		'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z':
		i := pos + 1
		for int(i) < len(src) && asciiIdent[src[i]] {
			i++
		}
		if int(i) < len(src) {
			if c := src[i]; c >= utf8.RuneSelf {
				s.wideIdent(pos, i)
				return
			} else if (c == '"' || c == '\'') && i-pos <= 3 {
				if flags, ok := stringPrefix(src[pos:i]); ok {
					s.str(pos, i, flags)
					return
				}
			}
		}
		s.start, s.end, s.pos = pos, i, i
		s.tok = tName
		if n := i - pos; n-2 <= 6 && maybeKeyword[c] {
			s.tok = keyword(src[pos:i])
			if s.tok == tAsync && s.standsAsName(pos, i) {
				s.errorAt(pos, i, "invalid syntax: async is a keyword since Python 3.7")
				s.tok = tName
			}
		}
		return
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		s.number(pos)
		return
	case '"', '\'':
		s.str(pos, pos, 0)
		return
	case '.':
		switch {
		case s.at(pos+1)-'0' <= 9:
			s.number(pos)
		case s.at(pos+1) == '.' && s.at(pos+2) == '.':
			s.set(tEllipsis, pos, pos+3)
		default:
			s.set(tDot, pos, pos+1)
		}
		return
	case '(':
		s.open(tLParen, pos)
		return
	case '[':
		s.open(tLBrack, pos)
		return
	case '{':
		s.open(tLBrace, pos)
		return
	case ')':
		s.close(tRParen, pos)
		return
	case ']':
		s.close(tRBrack, pos)
		return
	case '}':
		s.close(tRBrace, pos)
		return
	case ',':
		s.set(tComma, pos, pos+1)
		return
	case ';':
		s.set(tSemi, pos, pos+1)
		return
	case '~':
		s.set(tTilde, pos, pos+1)
		return
	case '`':
		s.set(tBacktick, pos, pos+1)
		return
	case ':':
		s.oneOrEq(tColon, tWalrus, pos)
		return
	case '=':
		s.oneOrEq(tAssign, tEq, pos)
		return
	case '!':
		s.oneOrEq(tBang, tNotEq, pos)
		return
	case '+':
		s.oneOrEq(tPlus, tAddAssign, pos)
		return
	case '%':
		s.oneOrEq(tPercent, tModAssign, pos)
		return
	case '&':
		s.oneOrEq(tAmp, tAndAssign, pos)
		return
	case '|':
		s.oneOrEq(tPipe, tOrAssign, pos)
		return
	case '^':
		s.oneOrEq(tCaret, tXorAssign, pos)
		return
	case '@':
		s.oneOrEq(tAt, tMatMultAssign, pos)
		return
	case '-':
		if s.at(pos+1) == '>' {
			s.set(tArrow, pos, pos+2)
		} else {
			s.oneOrEq(tMinus, tSubAssign, pos)
		}
		return
	case '*':
		s.oneTwoOrEq('*', tStar, tMultAssign, tDoubleStar, tPowAssign, pos)
		return
	case '/':
		s.oneTwoOrEq('/', tSlash, tDivAssign, tDoubleSlash, tFloorDivAssign, pos)
		return
	case '<':
		if s.at(pos+1) == '>' {
			s.set(tLtGt, pos, pos+2)
		} else {
			s.oneTwoOrEq('<', tLess, tLessEq, tLShift, tLShiftAssign, pos)
		}
		return
	case '>':
		s.oneTwoOrEq('>', tGreater, tGreaterEq, tRShift, tRShiftAssign, pos)
		return
	default:
		if c >= utf8.RuneSelf {
			s.wideIdent(pos, pos)
			return
		}
		if c == 0 {
			s.errorAt(pos, pos+1, "source code cannot contain null bytes")
		} else {
			s.errorAt(pos, pos+1, "invalid character")
		}
		s.set(tInvalid, pos, pos+1)
		return
	}
}

// at returns the byte at i, 0 beyond the end.
func (s *scanner) at(i uint32) byte {
	if int(i) < len(s.src) {
		return s.src[i]
	}
	return 0
}

func (s *scanner) set(tok token, start, end uint32) {
	s.tok, s.start, s.end, s.pos = tok, start, end, end
}

func (s *scanner) open(tok token, pos uint32) {
	s.depth++
	if s.depth == maxBrackets+1 {
		s.errorAt(pos, pos+1, "too many nested parentheses")
	}
	s.set(tok, pos, pos+1)
}

func (s *scanner) close(tok token, pos uint32) {
	if s.depth > 0 {
		s.depth--
	}
	s.set(tok, pos, pos+1)
}

func (s *scanner) oneOrEq(one, eq token, pos uint32) {
	if s.at(pos+1) == '=' {
		s.set(eq, pos, pos+2)
	} else {
		s.set(one, pos, pos+1)
	}
}

func (s *scanner) oneTwoOrEq(c byte, one, eq, two, twoEq token, pos uint32) {
	if s.at(pos+1) == c {
		if s.at(pos+2) == '=' {
			s.set(twoEq, pos, pos+3)
		} else {
			s.set(two, pos, pos+2)
		}
	} else {
		s.oneOrEq(one, eq, pos)
	}
}

// skipNewline returns the position after the line end at i, or i if there is none.
func skipNewline(src []byte, i uint32) uint32 {
	if int(i) < len(src) {
		switch src[i] {
		case '\n':
			return i + 1
		case '\r':
			if int(i)+1 < len(src) && src[i+1] == '\n' {
				return i + 2
			}
			return i + 1
		}
	}
	return i
}

// comment records the comment at pos and returns where it ends.
func (s *scanner) comment(pos uint32) uint32 {
	i := pos + 1
	for int(i) < len(s.src) && s.src[i] != '\n' && s.src[i] != '\r' {
		i++
	}
	// After a rewind the same comment is seen again.
	if n := len(s.comments); n == 0 || s.comments[n-1].Start < pos {
		s.comments = append(s.comments, Comment{pos, i})
	}
	return i
}

// eof gives out what ends a file: an end of line unless there was one, then, by way
// of layout, a dedent for each open level, then the end, for as often as asked.
func (s *scanner) eof() {
	n := uint32(len(s.src))
	s.depth = 0
	if len(s.indents) == 1 && (s.tok == tNewline || s.tok == tDedent || s.tok == tEOF) {
		s.set(tEOF, n, n)
		return
	}
	s.bol = true
	s.set(tNewline, n, n)
}

// layout handles the beginning of a logical line: blank lines, indents, dedents. It
// reports whether it has set a token.
func (s *scanner) layout() bool {
	s.bol = false
	src, pos := s.src, s.pos
	var col, alt, contCol uint32
loop:
	for int(pos) < len(src) {
		switch src[pos] {
		case ' ':
			col++
			alt++
			pos++
		case '\t':
			col = (col/8 + 1) * 8
			alt++
			pos++
		case '\f':
			col, alt = 0, 0
			pos++
		case '\\':
			// A line that is continued is indented as its first part is.
			end := skipNewline(src, pos+1)
			if end == pos+1 || int(end) >= len(src) {
				break loop
			}
			if contCol == 0 {
				contCol = col
			}
			pos = end
		case '#':
			pos = skipNewline(src, s.comment(pos))
			col, alt, contCol = 0, 0, 0
		case '\n', '\r':
			pos = skipNewline(src, pos)
			col, alt, contCol = 0, 0, 0
		default:
			break loop
		}
	}
	if contCol != 0 {
		col, alt = contCol, contCol
	}
	s.pos = pos
	if int(pos) >= len(src) {
		col, alt = 0, 0
	}
	top := s.indents[len(s.indents)-1]
	switch {
	case col == top.col:
		if alt != top.alt {
			s.errorAt(pos, pos, "inconsistent use of tabs and spaces in indentation")
		}
		return false
	case col > top.col:
		if alt <= top.alt {
			s.errorAt(pos, pos, "inconsistent use of tabs and spaces in indentation")
		}
		if len(s.indents) == maxIndents {
			s.errorAt(pos, pos, "too many levels of indentation")
		}
		s.indents = append(s.indents, indent{col, alt})
		s.set(tIndent, pos, pos)
		return true
	}
	n := uint32(0)
	for col < s.indents[len(s.indents)-1].col {
		s.indents = s.indents[:len(s.indents)-1]
		n++
	}
	if top := s.indents[len(s.indents)-1]; col != top.col {
		s.errorAt(pos, pos, "unindent does not match any outer indentation level")
		// Take it as the body of the level that was left last.
		s.indents = append(s.indents, indent{col, alt})
		n--
	} else if alt != top.alt {
		s.errorAt(pos, pos, "inconsistent use of tabs and spaces in indentation")
	}
	if n == 0 {
		return false
	}
	s.dedents = n - 1
	s.set(tDedent, pos, pos)
	return true
}

// closes reports whether the line at pos, within brackets, begins with a keyword
// that no expression contains and is not indented deeper than the current block.
// Then a bracket was never closed.
func (s *scanner) closes(pos uint32) bool {
	src := s.src
	col, limit := uint32(0), s.indents[len(s.indents)-1].col
	for int(pos) < len(src) && col <= limit {
		switch c := src[pos]; {
		case c == ' ':
			col++
		case c == '\t':
			col = (col/8 + 1) * 8
		case 'a' <= c && c <= 'z':
			end := identEnd(src, pos)
			return end-pos <= 8 && keyword(src[pos:end]).startsStatement()
		default:
			return false
		}
		pos++
	}
	return false
}
