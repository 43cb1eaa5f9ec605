package env

import (
	"bytes"
	"strings"
)

// withoutTemplate is a file without the marks of a template, byte for byte in their
// places: Helm's and Jinja's {{ … }} become variables that nobody knows, and lines of
// nothing but {{- if … }} or {% … %} become blank. nil where there are none.
func withoutTemplate(f *file) *file {
	if !bytes.Contains(f.src, []byte("{{")) && !bytes.Contains(f.src, []byte("{%")) {
		return nil
	}
	src := bytes.Clone(f.src)
	for i, start := range f.lines {
		end := len(src)
		if i+1 < len(f.lines) {
			end = f.lines[i+1] - 1
		}
		blankMarks(src[start:end])
	}
	return &file{name: f.name, src: src, lines: f.lines, shown: f.src}
}

func blankMarks(line []byte) {
	alone := true // but for marks
	for i := 0; i < len(line); {
		switch n := mark(line[i:]); {
		case n > 0:
			i += n
		case blank(line[i]):
			i++
		default:
			alone = false
			i = len(line)
		}
	}
	for i := 0; i < len(line); {
		n := mark(line[i:])
		if n == 0 {
			i++
			continue
		}
		unknown := []byte(strings.Repeat(" ", n))
		if !alone && line[i+1] == '{' {
			unknown = []byte("${" + ("template" + strings.Repeat("_", n))[:n-3] + "}")
		}
		copy(line[i:], unknown)
		i += n
	}
}

// mark is the length of the mark that a text begins with; 0 where it does not.
func mark(b []byte) int {
	for open, end := range map[string]string{"{{": "}}", "{%": "%}", "{#": "#}"} {
		if bytes.HasPrefix(b, []byte(open)) {
			if i := bytes.Index(b[2:], []byte(end)); i >= 0 {
				return i + 4
			}
		}
	}
	return 0
}
