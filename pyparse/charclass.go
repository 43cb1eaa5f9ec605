package pyparse

const (
	ccIdentStart = 1 << iota // letters, _ and everything outside ASCII
	ccDigit
	ccHex
	ccStrStop // what a scan of a string has to look at

	ccIdent = ccIdentStart | ccDigit
)

// charClass says of each byte what it may be part of.
var charClass = func() (t [256]uint8) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9':
			t[c] = ccDigit | ccHex
		case 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
			t[c] = ccIdentStart | ccHex
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c >= 0x80:
			t[c] = ccIdentStart
		case c == '"', c == '\'', c == '\\', c == '\n', c == '\r', c == '{', c == '}':
			t[c] = ccStrStop
		}
	}
	return t
}()

// asciiIdent says which bytes continue an identifier within ASCII.
var asciiIdent = func() (t [256]bool) {
	for c := range 0x80 {
		t[c] = charClass[c]&ccIdent != 0
	}
	return t
}()

// maybeKeyword says which letters a keyword, soft ones included, begins with.
var maybeKeyword = func() (t [256]bool) {
	for tok := tMatch; tok < tokenCount; tok++ {
		if c := tokenText[tok][0]; charClass[c]&ccIdentStart != 0 {
			t[c] = true
		}
	}
	return t
}()
