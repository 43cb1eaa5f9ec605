package pyparse

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

const constU = 1 << 4 // in a Constant's flags: the first string has a u prefix

// StringValue returns the value of a Str or Bytes constant, escapes decoded and
// adjacent literals joined. A surrogate is encoded as three bytes, as UTF-8 would if
// it could. A named character, \N{…}, is U+FFFD, as its name is not looked up. The
// value is computed at each call; where the source text is the value, without copying.
func (n Constant) StringValue() string {
	if k := n.ConstKind(); k != ConstStr && k != ConstBytes {
		return ""
	}
	r := n.rec()
	t := n.tree
	if r.a != 0 {
		count := t.extra[r.a]
		at := func(i uint32) piece {
			return piece{t.extra[r.a+1+3*i], t.extra[r.a+2+3*i], t.extra[r.a+3+3*i]}
		}
		if count == 1 {
			return t.pieceValue(at(0))
		}
		var b strings.Builder
		for i := range count {
			b.WriteString(t.pieceValue(at(i)))
		}
		return b.String()
	}
	lit, end := splitLiteral(t.src, r.start)
	if end >= r.end {
		return t.decodeText(lit.start, min(lit.end, r.end), lit.flags, false)
	}
	var b strings.Builder
	for i := r.start; i < r.end; {
		switch c := t.src[i]; {
		case c == '#':
			for i < r.end && t.src[i] != '\n' && t.src[i] != '\r' {
				i++
			}
		case c == '"' || c == '\'' || charClass[c]&ccIdentStart != 0:
			lit, end := splitLiteral(t.src, i)
			b.WriteString(t.decodeText(lit.start, min(lit.end, r.end), lit.flags, false))
			i = max(end, i+1)
		default:
			i++
		}
	}
	return b.String()
}

// literal is the inside of a string literal.
type literal struct {
	start, end uint32
	flags      uint8
}

// splitLiteral takes apart the string literal that begins at i, and returns where it
// ends. A literal that is not terminated ends with its line or the file.
func splitLiteral(src []byte, i uint32) (lit literal, end uint32) {
	from := i
	for int(i) < len(src) && charClass[src[i]]&ccIdentStart != 0 {
		i++
	}
	if int(i) >= len(src) {
		return literal{i, i, 0}, i
	}
	lit.flags, _ = stringPrefix(src[from:i])
	q := src[i]
	quotes := uint32(1)
	if int(i)+2 < len(src) && src[i+1] == q && src[i+2] == q {
		quotes = 3
	}
	i += quotes
	lit.start = i
	for int(i) < len(src) {
		switch c := src[i]; {
		case c == '\\':
			i++
			if e := skipNewline(src, i); e > i {
				i = e
			} else {
				i++
			}
		case c == q && quotes == 1, c == q && int(i)+2 < len(src) && src[i+1] == q && src[i+2] == q:
			lit.end = i
			return lit, i + quotes
		case quotes == 1 && (c == '\n' || c == '\r'):
			lit.end = i
			return lit, i
		default:
			i++
		}
	}
	lit.end = uint32(len(src))
	return lit, lit.end
}

func (t *Tree) pieceValue(pc piece) string {
	switch pc.mode {
	case pieceLiteral:
		lit, _ := splitLiteral(t.src, pc.start)
		return t.decodeText(lit.start, lit.end, lit.flags, false)
	case pieceText:
		return t.decodeText(pc.start, pc.end, 0, true)
	case pieceRawText:
		return t.decodeText(pc.start, pc.end, strRaw, true)
	case pieceSpec:
		return t.decodeText(pc.start, pc.end, 0, false)
	case pieceRawSpec:
		return t.decodeText(pc.start, pc.end, strRaw, false)
	}
	// The text of a field, without comments.
	s := t.decodeText(pc.start, pc.end, strRaw, false)
	if !strings.Contains(s, "#") {
		return s
	}
	var b strings.Builder
	from := pc.start
	for _, c := range t.Comments {
		if pc.start <= c.Start && c.End <= pc.end {
			b.WriteString(t.decodeText(from, c.Start, strRaw, false))
			from = c.End
		}
	}
	b.WriteString(t.decodeText(from, pc.end, strRaw, false))
	return b.String()
}

// decodeText returns the value of a range inside a string literal. doubled says that
// braces are written twice.
func (t *Tree) decodeText(start, end uint32, flags uint8, doubled bool) string {
	if start >= end {
		return ""
	}
	s := t.text(start, end)
	raw := flags&strRaw != 0
	i := 0
	for ; i < len(s); i++ {
		if c := s[i]; c == '\\' && !raw || c == '\r' || doubled && (c == '{' || c == '}') {
			break
		}
	}
	if i == len(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i = 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\r':
			b = append(b, '\n')
			i++
			if i < len(s) && s[i] == '\n' {
				i++
			}
		case doubled && (c == '{' || c == '}'):
			b = append(b, c)
			i++
			if i < len(s) && s[i] == c {
				i++
			}
		case c == '\\' && !raw:
			b, i = decodeEscape(b, s, i, flags&strBytes != 0)
		default:
			b = append(b, c)
			i++
		}
	}
	return string(b)
}

// maxCharName is more than the length of the longest name that Unicode gives a
// character, which is 88.
const maxCharName = 128

// decodeEscape appends the meaning of the escape sequence at s[i] and returns where
// it ends.
func decodeEscape(b []byte, s string, i int, bytes bool) ([]byte, int) {
	i++
	if i >= len(s) {
		return append(b, '\\'), i
	}
	digits := 0
	switch c := s[i]; c {
	case '\n':
		return b, i + 1
	case '\r':
		if i+1 < len(s) && s[i+1] == '\n' {
			i++
		}
		return b, i + 1
	case '\\', '\'', '"':
		return append(b, c), i + 1
	case 'a':
		return append(b, '\a'), i + 1
	case 'b':
		return append(b, '\b'), i + 1
	case 'f':
		return append(b, '\f'), i + 1
	case 'n':
		return append(b, '\n'), i + 1
	case 'r':
		return append(b, '\r'), i + 1
	case 't':
		return append(b, '\t'), i + 1
	case 'v':
		return append(b, '\v'), i + 1
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v := rune(0)
		for n := 0; n < 3 && i < len(s) && '0' <= s[i] && s[i] <= '7'; n++ {
			v = v<<3 | rune(s[i]-'0')
			i++
		}
		return appendChar(b, v, bytes), i
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case 'N':
		if end := strings.IndexByte(s[i:min(len(s), i+maxCharName)], '}'); !bytes && end > 0 && i+1 < len(s) && s[i+1] == '{' {
			return append(b, "\uFFFD"...), i + end + 1
		}
	}
	if digits > 2 && bytes || digits == 0 || i+1+digits > len(s) {
		return append(b, '\\'), i
	}
	v := rune(0)
	for _, c := range []byte(s[i+1 : i+1+digits]) {
		if charClass[c]&ccHex == 0 {
			return append(b, '\\'), i
		}
		v = v<<4 | rune(hexValue(c))
	}
	return appendChar(b, v, bytes), i + 1 + digits
}

func appendChar(b []byte, v rune, bytes bool) []byte {
	switch {
	case bytes:
		return append(b, byte(v))
	case 0xD800 <= v && v <= 0xDFFF:
		return append(b, 0xE0|byte(v>>12), 0x80|byte(v>>6)&0xBF, 0x80|byte(v)&0xBF)
	}
	return utf8.AppendRune(b, v)
}

// Number returns the source text of a number.
func (n Constant) Number() string {
	switch n.ConstKind() {
	case ConstInt, ConstFloat, ConstComplex:
		return n.Text()
	}
	return ""
}

// Int returns the value of an Int constant and reports whether it fits.
func (n Constant) Int() (int64, bool) {
	if n.ConstKind() != ConstInt {
		return 0, false
	}
	s := n.Text()
	if s != "" && s[0] == '0' && strings.Trim(s, "0_") == "" {
		return 0, true // Go takes a leading zero for octal
	}
	v, err := strconv.ParseInt(s, 0, 64)
	return v, err == nil
}

// bigInt returns the value of an Int constant of any size.
func (n Constant) bigInt() *big.Int {
	s := n.Text()
	if strings.Trim(s, "0_") == "" {
		return new(big.Int)
	}
	if v, ok := new(big.Int).SetString(s, 0); ok {
		return v
	}
	return new(big.Int)
}

// Float returns the value of an Int or Float constant, or the imaginary part of a
// Complex one.
func (n Constant) Float() (float64, bool) {
	switch n.ConstKind() {
	case ConstInt:
		v, _ := new(big.Float).SetInt(n.bigInt()).Float64()
		return v, true
	case ConstFloat, ConstComplex:
		s := strings.ReplaceAll(strings.TrimRight(n.Text(), "jJ"), "_", "")
		v, err := strconv.ParseFloat(s, 64)
		if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange {
			err = nil
		}
		return v, err == nil
	}
	return 0, false
}
