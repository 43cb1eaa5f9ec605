package lsp

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// An encoding is how a client counts characters within a line.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16"
)

// lineStarts are the offsets at which the lines of a text begin. The protocol
// ends a line at LF, CR LF and CR.
func lineStarts(text []byte) []int {
	out := []int{0}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' && !(i+1 < len(text) && text[i+1] == '\n') {
			out = append(out, i+1)
		}
	}
	return out
}

// offset turns a position into a byte offset; what lies beyond a line or the text
// is taken for its end.
func (e encoding) offset(text []byte, starts []int, p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(starts) {
		return len(text)
	}
	at := starts[p.Line]
	end := len(text)
	if p.Line+1 < len(starts) {
		end = starts[p.Line+1]
	}
	line := bytes.TrimRight(text[at:end], "\r\n")
	if e == utf8Units {
		return at + min(max(0, p.Character), len(line))
	}
	units, i := 0, 0
	for i < len(line) && units < p.Character {
		r, size := utf8.DecodeRune(line[i:])
		units += unitsOf(r)
		if units > p.Character { // within a surrogate pair
			break
		}
		i += size
	}
	return at + i
}

// position turns a byte offset into a position.
func (e encoding) position(text []byte, starts []int, off int) position {
	off = min(max(0, off), len(text))
	line := 0
	for lo, hi := 0, len(starts); lo < hi; {
		mid := (lo + hi) / 2
		if starts[mid] <= off {
			line, lo = mid, mid+1
		} else {
			hi = mid
		}
	}
	return position{line, e.units(text[starts[line]:off])}
}

// units is how many characters the client counts in a part of a line.
func (e encoding) units(part []byte) int {
	if e == utf8Units {
		return len(part)
	}
	n := 0
	for len(part) > 0 {
		r, size := utf8.DecodeRune(part)
		n += unitsOf(r)
		part = part[size:]
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// bom is the length of a byte order mark, which greenlint's columns leave out.
func bom(text []byte) int {
	if strings.HasPrefix(string(text[:min(3, len(text))]), "\ufeff") {
		return 3
	}
	return 0
}
