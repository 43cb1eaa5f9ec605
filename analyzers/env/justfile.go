package env

import (
	"regexp"
	"strings"
)

func isJustfile(_, b string) bool {
	l := strings.ToLower(b)
	return l == "justfile" || l == ".justfile" || ends(l, ".just")
}

var (
	justAssign = regexp.MustCompile(`^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(?:"([^"]*)"|'([^']*)')`)
	justRecipe = regexp.MustCompile(`^@?([A-Za-z_][\w-]*)([^:=]*|[^:]*=[^:]*):(?:[^=]|$)`)
	justParam  = regexp.MustCompile(`[*+$]?([A-Za-z_][\w-]*)(?:=(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?`)
)

// readJustfile reads the recipes of just: lines of shell below a name, which are
// indented, with {{ … }} for its variables and the recipe's parameters.
func readJustfile(r *reading, f *file) (out []Command) {
	vars := scope{}
	inside := vars // of a recipe
	name := ""
	var recipe *builder
	end, goesOn := 0, false // the line before ended in "\"
	flush := func() {
		if recipe != nil {
			cmds, _ := r.quiet().script(recipe.span(end), name, inside)
			out = append(out, cmds...)
		}
		recipe = nil
	}
	f.eachLine(func(l span) {
		if l.s != "" && (l.s[0] == ' ' || l.s[0] == '\t') {
			t := l.trim()
			for !goesOn && len(t.s) > 0 && (t.s[0] == '@' || t.s[0] == '-') {
				t = t.slice(1, len(t.s))
			}
			goesOn = strings.HasSuffix(t.s, "\\")
			if name == "" || t.s == "" {
				return
			}
			if recipe == nil {
				recipe = &builder{f: f}
			} else {
				recipe.byte('\n', l.off(0))
			}
			recipe.add(justVars(t))
			end = t.off(len(t.s))
			return
		}
		flush()
		goesOn = false
		if m := justAssign.FindStringSubmatchIndex(l.s); m != nil {
			vars[l.s[m[2]:m[3]]] = constant(group(l, m[4:]))
			return
		}
		if m := justRecipe.FindStringSubmatchIndex(l.s); m != nil {
			name = l.s[m[2]:m[3]]
			inside = vars.clone()
			for _, p := range justParam.FindAllStringSubmatchIndex(l.s[m[4]:m[5]], -1) {
				head := l.slice(m[4], m[5])
				if d := group(head, p[4:]); d.s != "" {
					inside[head.s[p[2]:p[3]]] = constant(d)
				} else {
					delete(inside, head.s[p[2]:p[3]])
				}
			}
		}
	})
	flush()
	return out
}

// group is the text of the first of some groups of a match that took part.
func group(s span, m []int) span {
	for i := 0; i+1 < len(m); i += 2 {
		if m[i] >= 0 {
			return s.slice(m[i], m[i+1])
		}
	}
	return s.slice(0, 0)
}

// justVars turns {{name}} into the shell's ${name}. What an expression comes to is not
// known.
func justVars(s span) span {
	if !strings.Contains(s.s, "{{") {
		return s
	}
	b := builder{f: s.f}
	for i := 0; i < len(s.s); i++ {
		n := 0
		if s.s[i] == '{' {
			n = expression(s.s[i:])
		}
		if n == 0 {
			b.byte(s.s[i], s.off(i))
			continue
		}
		if name := s.slice(i+2, i+n-2).trim(); identifier(name.s) {
			b.byte('$', s.off(i))
			b.byte('{', s.off(i+1))
			b.add(name)
			b.byte('}', s.off(i+n-1))
		} else {
			b.unknown(s.off(i), s.off(i+n-1))
		}
		i += n - 1
	}
	return b.span(s.off(len(s.s)))
}
