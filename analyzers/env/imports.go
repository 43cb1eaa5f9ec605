package env

import (
	"bytes"
	"strings"
)

// loaded lists the files of the project that importing one leads to, in the order
// in which Python runs them to their ends. It
// follows imports under conditions too, unless plainly is asked for.
func (p *project) loaded(file string, plainly bool) []string {
	key := file
	if plainly {
		key += "\x00"
	}
	if out, ok := p.closures[key]; ok {
		return out
	}
	var out []string
	seen := map[string]bool{}
	var visit func(file string, depth int)
	visit = func(file string, depth int) {
		if file == "" || seen[file] || depth > 200 || len(seen) > maxModules {
			return
		}
		seen[file] = true
		m := p.parse(file)
		if m == nil {
			return
		}
		for _, l := range m.loads {
			if plainly && !l.plain {
				continue
			}
			for _, f := range p.files(l.module, file) {
				visit(f, depth+1)
			}
		}
		out = append(out, file)
	}
	visit(file, 0)
	p.closures[key] = out
	return out
}

// More modules than these are not followed from one entry point.
const maxModules = 3000

// files are the project's files that importing a module runs: the packages around
// it, and itself.
func (p *project) files(module, from string) (out []string) {
	for i := 0; i <= len(module); i++ {
		if i < len(module) && module[i] != '.' {
			continue
		}
		if f := p.r.module(module[:i], from); f != "" {
			out = append(out, f)
		} else if i < len(module) && len(out) == 0 {
			return nil // not the project's
		}
	}
	return out
}

// anyPatch reports whether a Python file of the project might patch by hand at all:
// where none does, no import needs to be followed.
func (p *project) anyPatch() bool {
	for _, n := range p.r.names {
		if !strings.HasSuffix(n, ".py") || strings.Contains("/"+n, "/test") {
			continue
		}
		src, err := p.r.src.Read(n)
		if err != nil {
			continue
		}
		for name := range p.patchNames {
			if bytes.Contains(src, []byte(name)) {
				return true
			}
		}
	}
	return false
}
