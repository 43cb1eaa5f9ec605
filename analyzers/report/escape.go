package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape makes text from outside harmless on a terminal and keeps it on one
// line: control and format characters (which can recolour, overwrite or reorder
// what is shown) and bytes that are not UTF-8 come out as Go escapes.
func escape(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		text, n := cell(s)
		b.WriteString(text)
		s = s[n:]
	}
	return b.String()
}

func clean(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// cell returns what is shown for the first character of s, which must not be
// empty, and how many bytes that character takes.
func cell(s string) (text string, n int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		return fmt.Sprintf(`\x%02x`, s[0]), 1
	case r < ' ' || r == 0x7f:
		switch r {
		case '\t':
			return `\t`, 1
		case '\n':
			return `\n`, 1
		case '\r':
			return `\r`, 1
		}
		return fmt.Sprintf(`\x%02x`, r), 1
	case r < 0x7f:
		return s[:1], 1
	case hidden(r):
		if r > 0xffff {
			return fmt.Sprintf(`\U%08x`, r), n
		}
		return fmt.Sprintf(`\u%04x`, r), n
	}
	return s[:n], n
}

// hidden reports whether a character has no look of its own: controls, format
// and direction marks, line separators, what is not assigned.
func hidden(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Zl, unicode.Zp)
}

// cells returns how many terminal cells a shown text takes: two for East Asian
// wide characters and emoji, none for combining marks.
func cells(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case unicode.Is(wide, r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide holds the blocks whose characters take two cells, after Unicode's
// EastAsianWidth.txt (W and F), in whole blocks.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, // Hangul Jamo
		{Lo: 0x231a, Hi: 0x231b, Stride: 1}, // watch, hourglass
		{Lo: 0x23e9, Hi: 0x23ec, Stride: 1},
		{Lo: 0x26a1, Hi: 0x26a1, Stride: 1},
		{Lo: 0x2705, Hi: 0x2705, Stride: 1},
		{Lo: 0x274c, Hi: 0x274c, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1}, // CJK radicals and punctuation
		{Lo: 0x3041, Hi: 0x33ff, Stride: 1}, // kana, CJK symbols
		{Lo: 0x3400, Hi: 0x4dbf, Stride: 1},
		{Lo: 0x4e00, Hi: 0x9fff, Stride: 1},
		{Lo: 0xa000, Hi: 0xa4cf, Stride: 1}, // Yi
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, // Hangul
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, // full-width forms
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, // pictographs, emoticons
		{Lo: 0x1f680, Hi: 0x1f6ff, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}
