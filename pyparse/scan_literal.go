package pyparse

import "unicode/utf8"

// stringPrefix returns the flags of a string prefix.
func stringPrefix(prefix []byte) (flags uint8, ok bool) {
	for _, c := range prefix {
		var f uint8
		switch c | 0x20 {
		case 'r':
			f = strRaw
		case 'b':
			f = strBytes
		case 'f':
			f = strF
		case 't':
			f = strT
		case 'u':
			f = strU
		default:
			return 0, false
		}
		if flags&f != 0 {
			return 0, false
		}
		flags |= f
	}
	switch flags &^ strRaw {
	case 0, strBytes, strF, strT:
		return flags, true
	case strU:
		return flags, true // ur is Python 2's
	}
	return 0, false
}

// str scans the string whose prefix begins at pos and whose quote is at quote. Of an
// f-string only the opening is scanned.
func (s *scanner) str(pos, quote uint32, flags uint8) {
	src := s.src
	q := src[quote]
	i := quote + 1
	if s.at(i) == q && s.at(i+1) == q {
		flags |= strTriple
		i += 2
	}
	if flags&(strU|strRaw) == strU|strRaw {
		s.proof(pos, quote, "ur prefix")
	}
	s.strFlags = flags
	if flags&(strF|strT) != 0 {
		s.isPy3 = true
		s.set(tFString, pos, i)
		return
	}
	body := i
	escapes, wide := false, false
	for {
		if int(i) >= len(src) {
			s.unterminated(pos, quote, i, flags)
			return
		}
		c := src[i]
		switch c {
		case q:
			if flags&strTriple == 0 {
				i++
			} else if s.at(i+1) == q && s.at(i+2) == q {
				i += 3
			} else {
				i++
				continue
			}
			s.set(tString, pos, i)
			if wide && flags&strBytes != 0 {
				s.errorAt(pos, i, "bytes can only contain ASCII literal characters")
			}
			if escapes && flags&strRaw == 0 {
				n := uint32(1)
				if flags&strTriple != 0 {
					n = 3
				}
				s.checkEscapes(body, i-n, flags)
			}
			return
		case '\\':
			escapes = true
			i++
			if end := skipNewline(src, i); end > i {
				i = end
			} else if int(i) < len(src) {
				wide = wide || src[i] >= utf8.RuneSelf
				i++
			}
		case '\n', '\r':
			if flags&strTriple == 0 || s.open3 {
				s.unterminated(pos, quote, i, flags)
				return
			}
			i++
		default:
			wide = wide || c >= utf8.RuneSelf
			i++
		}
	}
}

// unterminated sets the token of a string that is never closed. A triple-quoted one
// would take the rest of the file with it; so it is made to end with its first line.
func (s *scanner) unterminated(pos, quote, end uint32, flags uint8) {
	if flags&strTriple != 0 {
		s.errorAt(pos, quote+3, "unterminated triple-quoted string literal")
		s.open3 = true
		end = s.lineEnd(quote + 3)
	} else {
		s.errorAt(pos, end, "unterminated string literal")
	}
	s.set(tString, pos, end)
}

// lineEnd returns where the line that holds i ends.
func (s *scanner) lineEnd(i uint32) uint32 {
	for int(i) < len(s.src) && s.src[i] != '\n' && s.src[i] != '\r' {
		i++
	}
	return i
}

// checkEscapes notes the first escape sequence in a range that has no meaning. Those
// that merely stand for themselves are fine.
func (s *scanner) checkEscapes(i, end uint32, flags uint8) {
	src := s.src
	for i+1 < end {
		if src[i] != '\\' {
			i++
			continue
		}
		c := src[i+1]
		digits := uint32(0)
		switch {
		case c == 'x':
			digits = 2
		case flags&strBytes != 0:
		case c == 'u':
			digits = 4
		case c == 'U':
			digits = 8
		case c == 'N':
			j := i + 3
			for j < end && src[j] != '}' {
				j++
			}
			if i+2 >= end || src[i+2] != '{' || j >= end || j == i+3 {
				s.errorAt(i, min(j+1, end), `malformed \N character escape`)
			}
			i = min(j, end)
			continue
		}
		v := uint64(0)
		for k := range digits {
			j := i + 2 + k
			if j >= end || charClass[src[j]]&ccHex == 0 {
				s.errorAt(i, j, `truncated \`+string(c)+` escape`)
				break
			}
			v = v<<4 | uint64(hexValue(src[j]))
		}
		if v > utf8.MaxRune {
			s.errorAt(i, i+10, "illegal Unicode character")
		}
		i += 2
	}
}

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// fstringText scans a stretch of text within an f-string, from s.pos up to what ends
// it, and reports what that is: '{' for a field, '}', a quote for the end of the
// string, 0 for the end of the line or file. s.pos is left there. Within a format
// spec doubled braces have no meaning.
func (s *scanner) fstringText(q byte, flags uint8, spec bool) (stop byte, escapes bool) {
	src := s.src
	i := s.pos
	for int(i) < len(src) {
		c := src[i]
		if charClass[c]&ccStrStop == 0 {
			i++
			continue
		}
		switch c {
		case '{', '}':
			if !spec && s.at(i+1) == c {
				i += 2
				continue
			}
			s.pos = i
			return c, escapes
		case '\n', '\r':
			if flags&strTriple == 0 || s.open3 {
				s.pos = i
				return 0, escapes
			}
			i++
		case '\\':
			escapes = true
			i++
			switch d := s.at(i); {
			case d == '{' || d == '}':
			case d == 'N' && s.at(i+1) == '{' && flags&strRaw == 0:
				j := i + 2
				for int(j) < len(src) && (charClass[src[j]]&ccStrStop == 0 || src[j] == '\'' && q != '\'') {
					j++
				}
				if s.at(j) == '}' {
					j++
				}
				i = j
			default:
				if end := skipNewline(src, i); end > i {
					i = end
				} else if int(i) < len(src) {
					i++
				}
			}
		default:
			if c == q && (flags&strTriple == 0 || s.at(i+1) == q && s.at(i+2) == q) {
				s.pos = i
				return q, escapes
			}
			i++
		}
	}
	s.pos = uint32(len(src))
	return 0, escapes
}

// number scans a number at pos, which begins with a digit or with a dot and a digit.
func (s *scanner) number(pos uint32) {
	src := s.src
	i := pos
	if src[i] == '0' {
		switch s.at(i+1) | 0x20 {
		case 'x':
			s.radix(pos, "hexadecimal", func(c byte) bool { return charClass[c]&ccHex != 0 })
			return
		case 'o':
			s.radix(pos, "octal", func(c byte) bool { return '0' <= c && c <= '7' })
			return
		case 'b':
			s.radix(pos, "binary", func(c byte) bool { return c == '0' || c == '1' })
			return
		}
	}
	tok := tInt
	ok := true
	if src[i] != '.' {
		i, ok = s.digits(i)
	}
	if ok && s.at(i) == '.' {
		tok = tFloat
		i++
		if s.at(i)-'0' <= 9 {
			i, ok = s.digits(i)
		}
	}
	if c := s.at(i) | 0x20; ok && c == 'e' {
		j := i + 1
		if c := s.at(j); c == '+' || c == '-' {
			j++
		}
		if s.at(j)-'0' <= 9 {
			tok = tFloat
			i, ok = s.digits(j)
		} else if j > i+1 {
			ok = false
			i = j
		}
	}
	if ok && s.at(i)|0x20 == 'j' {
		tok = tImag
		i++
	}
	s.numberEnd(tok, pos, i, ok, "decimal")
	if tok == tInt && src[pos] == '0' {
		for _, c := range src[pos:i] {
			if c != '0' && c != '_' {
				s.proof(pos, i, "octal literal")
				break
			}
		}
	}
}

// digits scans decimal digits, which single underscores may separate.
func (s *scanner) digits(i uint32) (end uint32, ok bool) {
	for {
		for s.at(i)-'0' <= 9 {
			i++
		}
		if s.at(i) != '_' {
			return i, true
		}
		s.isPy3 = true
		i++
		if s.at(i)-'0' > 9 {
			return i, false
		}
	}
}

func (s *scanner) radix(pos uint32, name string, digit func(byte) bool) {
	i := pos + 2
	for {
		if s.at(i) == '_' {
			i++
		}
		if !digit(s.at(i)) {
			s.numberEnd(tInt, pos, i, false, name)
			return
		}
		for digit(s.at(i)) {
			i++
		}
		if s.at(i) != '_' {
			break
		}
	}
	s.numberEnd(tInt, pos, i, s.at(i)-'0' > 9, name)
}

// numberEnd sets the token of a number that ends at i. A letter right after it is an
// error, unless it begins a keyword, as in [1if x else 2].
func (s *scanner) numberEnd(tok token, pos, i uint32, ok bool, name string) {
	if charClass[s.at(i)]&ccIdent != 0 && ok {
		end := identEnd(s.src, i)
		if c := s.src[i]; (c == 'L' || c == 'l') && end == i+1 {
			s.proof(pos, end, "long integer")
			i = end
		} else {
			ok = false
			for _, word := range [...]string{"and", "else", "for", "if", "in", "is", "or", "not"} {
				if n := i + uint32(len(word)); int(n) <= len(s.src) && string(s.src[i:n]) == word {
					ok = true
				}
			}
		}
	}
	if !ok {
		i = identEnd(s.src, i)
		s.errorAt(pos, i, "invalid "+name+" literal")
	}
	s.set(tok, pos, i)
}
