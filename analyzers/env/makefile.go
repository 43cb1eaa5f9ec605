package env

import (
	"regexp"
	"strings"
)

var makeAssign = regexp.MustCompile(`^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*(\?=|:=|::=|\+=|=)\s*(.*)$`)

// readMakefile reads the recipes of a Makefile. A process is called by its target.
func readMakefile(r *reading, f *file) (out []Command) {
	vars := scope{}
	target := ""
	var recipe *builder
	end := 0
	flush := func() {
		if recipe != nil {
			cmds, _ := r.script(recipe.span(end).trim(), target, vars)
			out = append(out, cmds...)
		}
		recipe = nil
	}
	f.eachLine(func(l span) {
		if recipe != nil { // after a "\"
			end = l.off(len(l.s))
			goOn := strings.HasSuffix(l.s, "\\")
			recipe.byte('\n', l.off(0))
			recipe.add(makeVars(l))
			if !goOn {
				flush()
			}
			return
		}
		if strings.HasPrefix(l.s, "\t") {
			t := l.trim()
			for len(t.s) > 0 && strings.IndexByte("@-+", t.s[0]) >= 0 {
				t = t.slice(1, len(t.s))
			}
			recipe, end = &builder{f: f}, t.off(len(t.s))
			recipe.add(makeVars(t))
			if !strings.HasSuffix(t.s, "\\") {
				flush()
			}
			return
		}
		if m := makeAssign.FindStringSubmatchIndex(l.s); m != nil {
			makeSet(r, vars, l.s[m[2]:m[3]], l.s[m[4]:m[5]], makeVars(l.slice(m[6], m[7]).trim()))
			return
		}
		if t, _, ok := strings.Cut(l.s, ":"); ok && t != "" && !strings.ContainsAny(t, "#=$") {
			target, _, _ = strings.Cut(strings.TrimSpace(t), " ")
		}
	})
	flush()
	return out
}

func makeSet(r *reading, vars scope, name, op string, v span) {
	val := scalar(r.interpolate(v, vars))
	if i := strings.Index(v.s, " #"); i >= 0 {
		val = scalar(r.interpolate(v.slice(0, i).trim(), vars))
	}
	old, set := vars[name]
	switch {
	case op == "?=" && set:
	case op == "+=" && set && len(old.alts) == 1:
		row := append(append([]piece{}, old.alts[0].elems[0]...), piece{span: span{s: " "}, quoted: true})
		vars[name] = variable{alts: []value{scalar(append(row, val.elems[0]...))}}
	default:
		vars[name] = variable{alts: []value{val}}
	}
	if v := vars[name]; len(v.alts) == 1 && tooLong(v.alts[0].elems...) {
		vars[name] = variable{}
	}
}

// makeVars turns make's $(NAME) into the shell's ${NAME}, and $$ into $. What a
// function of make comes to is not known.
func makeVars(s span) span {
	if !strings.Contains(s.s, "$") {
		return s
	}
	b := builder{f: s.f}
	for i := 0; i < len(s.s); i++ {
		rest := s.s[i:]
		switch {
		case strings.HasPrefix(rest, "$$"):
			b.byte('$', s.off(i))
			i++
		case strings.HasPrefix(rest, "$("):
			end := closing(rest, 1)
			if name := s.slice(i+2, i+end); identifier(name.s) {
				b.byte('$', s.off(i))
				b.byte('{', s.off(i+1))
				b.add(name)
				b.byte('}', s.off(i+end))
			} else {
				b.unknown(s.off(i), s.off(i+end))
			}
			i += end
		default:
			b.byte(s.s[i], s.off(i))
		}
	}
	return b.span(s.off(len(s.s)))
}

// closing is where the bracket at i is closed, or the end of the text.
func closing(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(s)
}
