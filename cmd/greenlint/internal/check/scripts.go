package check

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// maxScript bounds a script without an ending, and maxScripts how many files without one
// are opened to see whether they are scripts.
const (
	maxScript  = 256 << 10
	maxScripts = 2000
)

// pythonFiles are the project's Python files: those that end so, and scripts that name
// the interpreter in their first line, bin/shop.
func pythonFiles(src *source) (out []string) {
	opened := 0
	for _, f := range src.files {
		switch {
		case strings.HasSuffix(f, ".py"):
			out = append(out, f)
		case path.Ext(f) == "" && opened < maxScripts && src.small(f, maxScript):
			opened++
			if b, err := src.Read(f); err == nil && pyparse.IsScript(b) {
				out = append(out, f)
			}
		}
	}
	return out
}

// small reports whether a file may be opened and is of at most so many bytes.
func (s *source) small(name string, size int64) bool {
	if s.other != nil {
		b, err := s.Read(name)
		return err == nil && int64(len(b)) <= size && !bytes.ContainsRune(b, 0)
	}
	info, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular() && info.Size() <= size
}
