package pyparse

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalize returns the form under which CPython compares identifiers.
func normalize(s string) string { return norm.NFKC.String(s) }

// wideIdent scans an identifier that begins at pos and has a byte outside ASCII at i.
func (s *scanner) wideIdent(pos, i uint32) {
	end := identEnd(s.src, i)
	for i < end {
		r, n := utf8.DecodeRune(s.src[i:end])
		if !identRune(r, i == pos) {
			s.errorAt(i, i+uint32(n), fmt.Sprintf("invalid character %q (U+%04X)", r, r))
			break
		}
		i += uint32(n)
	}
	s.set(tName, pos, end)
}

// identRune reports whether an identifier may hold r, or begin with it. These are
// Unicode's XID_Start and XID_Continue, which are ID_Start and ID_Continue less
// what NFKC would turn into something else.
func identRune(r rune, first bool) bool {
	ok := idStart(r)
	if !first {
		ok = ok || idContinue(r)
	}
	if !ok || r < utf8.RuneSelf {
		return ok
	}
	for i, r := range normalize(string(r)) {
		if !idStart(r) && (first && i == 0 || !idContinue(r)) {
			return false
		}
	}
	return true
}

func idStart(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Other_ID_Start)
}

func idContinue(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}
