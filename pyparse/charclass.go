package pyparse

const (
	ccIdentStart = 1 << iota // letters, _ and everything outside ASCII
	ccDigit
	ccIdent = ccIdentStart | ccDigit
)

// charClass says of each byte what it may be part of.
var charClass = func() (t [256]uint8) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9':
			t[c] = ccDigit
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c >= 0x80:
			t[c] = ccIdentStart
		}
	}
	return t
}()
