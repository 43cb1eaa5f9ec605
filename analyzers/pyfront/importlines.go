package pyfront

import (
	"bytes"
	"path"
	"strings"
)

// An importLine is what a statement that imports asks for, as its text says.
type importLine struct {
	level  int    // of a relative import
	module string // may be empty where it is relative
	names  []string
}

// importLines reads the statements of a text that import, wherever they stand,
// without parsing it: so what only looks like one, in a string, is among them.
func importLines(src []byte) (out []importLine) {
	for len(src) > 0 {
		var line []byte
		line, src, _ = bytes.Cut(src, []byte("\n"))
		line = bytes.TrimLeft(line, " \t")
		switch {
		case bytes.HasPrefix(line, []byte("import ")):
			for _, part := range strings.Split(withoutComment(string(line[len("import "):])), ",") {
				if f := strings.Fields(part); len(f) > 0 {
					out = append(out, importLine{module: f[0]})
				}
			}
		case bytes.HasPrefix(line, []byte("from ")):
			from, names, ok := strings.Cut(withoutComment(string(line[len("from "):])), " import")
			if !ok {
				continue
			}
			var more []byte
			if strings.Contains(names, "(") && !strings.Contains(names, ")") {
				more, src, _ = bytes.Cut(src, []byte(")"))
			} else if strings.HasSuffix(strings.TrimSpace(names), "\\") {
				more, src, _ = bytes.Cut(src, []byte("\n"))
			}
			for _, l := range bytes.Split(more, []byte("\n")) {
				names += " " + withoutComment(string(l))
			}
			from = strings.TrimSpace(from)
			l := importLine{module: strings.TrimLeft(from, ".")}
			l.level = len(from) - len(l.module)
			for _, part := range strings.Split(names, ",") {
				if f := strings.Fields(strings.Trim(part, " \t\r()\\")); len(f) > 0 {
					l.names = append(l.names, f[0])
				}
			}
			out = append(out, l)
		}
	}
	return out
}

func withoutComment(line string) string {
	line, _, _ = strings.Cut(line, "#")
	return line
}

// named are the files of the project that an import of a file may load.
func (p *project) named(l importLine, from string) (out []string) {
	add := func(name string) {
		if f, ok := p.find(name, from); ok {
			out = append(out, f)
		} else if f, ok := p.beside(name, from); ok {
			out = append(out, f)
		}
	}
	if l.level == 0 {
		for i, c := range l.module {
			if c == '.' {
				add(l.module[:i]) // its packages
			}
		}
		add(l.module)
		for _, n := range l.names {
			add(l.module + "." + n)
		}
		return out
	}
	dir := path.Dir(from)
	for range l.level - 1 {
		dir = path.Dir(dir)
	}
	at := path.Join(dir, strings.ReplaceAll(l.module, ".", "/"))
	for _, n := range append([]string{"."}, l.names...) {
		for _, f := range []string{path.Join(at, n) + ".py", path.Join(at, n, "__init__.py")} {
			if p.files[f] && f != from {
				out = append(out, f)
			}
		}
	}
	return out
}
