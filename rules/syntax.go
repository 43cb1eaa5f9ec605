package rules

import (
	"bytes"
	"io/fs"
	"strings"
)

// filesWith finds the catalogue files that mention a form of the language in a
// syntax key. The caller holds c.mu.
func (l *Lookup) filesWith(form string) map[string]bool {
	out := map[string]bool{}
	for key, files := range l.c.index {
		if !strings.HasPrefix(key, l.language+" ") {
			continue
		}
		for _, f := range files {
			if src, err := fs.ReadFile(l.c.files, f); err == nil && bytes.Contains(src, []byte("syntax")) && bytes.Contains(src, []byte(form)) {
				out[f] = true
			}
		}
	}
	return out
}
