package regex

import (
	"slices"
	"sync"
	"unicode"
)

// A span is a range of characters, both ends included.
type span struct{ lo, hi rune }

// A charset is a set of characters: sorted spans that do not touch.
type charset []span

const maxRune = unicode.MaxRune

func (s charset) has(r rune) bool {
	if r < 128 { // mostly, and then one of the first spans
		for _, x := range s {
			if r <= x.hi {
				return r >= x.lo
			}
		}
		return false
	}
	i, found := slices.BinarySearchFunc(s, r, func(x span, r rune) int {
		switch {
		case x.hi < r:
			return -1
		case x.lo > r:
			return 1
		}
		return 0
	})
	return found && i < len(s)
}

// newCharset sorts spans and joins those that overlap or touch.
func newCharset(list []span) charset {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b span) int { return int(a.lo - b.lo) })
	var out charset
	for _, x := range list {
		if n := len(out); n > 0 && x.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, x.hi)
			continue
		}
		out = append(out, x)
	}
	return out
}

func (s charset) not() charset {
	var out charset
	next := rune(0)
	for _, x := range s {
		if x.lo > next {
			out = append(out, span{next, x.lo - 1})
		}
		next = x.hi + 1
	}
	if next <= maxRune {
		out = append(out, span{next, maxRune})
	}
	return out
}

// maxFold bounds how many characters of a set get their other cases: those of the
// scripts that have cases and are in use.
const maxFold = 0x3000

// fold adds the other cases of every character.
func (s charset) fold() charset {
	list := slices.Clone([]span(s))
	for _, x := range s {
		for r := x.lo; r <= min(x.hi, maxFold); r++ {
			for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
				list = append(list, span{o, o})
			}
		}
	}
	return newCharset(list)
}

var (
	anyChar = charset{{0, maxRune}}
	noBreak = charset{{'\n', '\n'}}.not()

	asciiDigits = charset{{'0', '9'}}
	asciiSpaces = charset{{'\t', '\r'}, {' ', ' '}}
	asciiWords  = charset{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
)

// What str.isdecimal, isspace and isalnum answer.
var (
	digits = sync.OnceValue(func() charset { return tables(nil, unicode.Nd) })
	spaces = sync.OnceValue(func() charset {
		return tables([]span{{'\t', '\r'}, {0x1c, ' '}, {0x85, 0x85}}, unicode.Z)
	})
	words = sync.OnceValue(func() charset { return tables([]span{{'_', '_'}}, unicode.L, unicode.N) })
)

func tables(list []span, all ...*unicode.RangeTable) charset {
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			list = append(list, span{lo, hi})
			return
		}
		for r := lo; r <= hi; r += stride {
			list = append(list, span{r, r})
		}
	}
	for _, t := range all {
		for _, x := range t.R16 {
			add(rune(x.Lo), rune(x.Hi), rune(x.Stride))
		}
		for _, x := range t.R32 {
			add(rune(x.Lo), rune(x.Hi), rune(x.Stride))
		}
	}
	return newCharset(list)
}

// category is the set of \d, \s or \w, and that of the capital letter.
func category(c rune, ascii bool) charset {
	var s charset
	switch unicode.ToLower(c) {
	case 'd':
		if s = asciiDigits; !ascii {
			s = digits()
		}
	case 's':
		if s = asciiSpaces; !ascii {
			s = spaces()
		}
	case 'w':
		if s = asciiWords; !ascii {
			s = words()
		}
	}
	if unicode.IsUpper(c) {
		return s.not()
	}
	return s
}
