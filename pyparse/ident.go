package pyparse

import "golang.org/x/text/unicode/norm"

// normalize returns the form under which CPython compares identifiers.
func normalize(s string) string { return norm.NFKC.String(s) }
