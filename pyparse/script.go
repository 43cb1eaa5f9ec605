package pyparse

import "regexp"

// IsScript reports whether a text is a script in Python by its first line, as in
// "#!/usr/bin/env python3".
func IsScript(src []byte) bool { return shebang.Match(src) }

var shebang = regexp.MustCompile(`^#![^\n]*\bpython[0-9.]*(?:[ \t\r][^\n]*)?\n`)
