package gitignore

import "strings"

// A glob is a pattern cut into steps. All of a name must be used up.
type glob []step

type step struct {
	kind kind
	char byte      // of a literal
	set  [256]bool // of a class; never holds '/'
}

type kind uint8

const (
	literal kind = iota
	class        // ?, [a-z]: one byte that is not a slash
	star         // *: any number of bytes that are not slashes
	deep         // ** at the end: anything
	dirs         // **/: any number of directories, none too
)

// compile cuts a pattern into steps. ok is false where the pattern can never
// match: a class that isn't closed, a backslash at the end.
func compile(s string) (g glob, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '\\':
			if i+1 == len(s) {
				return nil, false
			}
			g = append(g, step{kind: literal, char: s[i+1]})
			i += 2
		case '?':
			any := step{kind: class}
			for b := range any.set {
				any.set[b] = b != '/'
			}
			g = append(g, any)
			i++
		case '[':
			cl, n := compileClass(s[i:])
			if n == 0 {
				return nil, false
			}
			g = append(g, cl)
			i += n
		case '*':
			end := i
			for end < len(s) && s[end] == '*' {
				end++
			}
			whole := end-i > 1 && (i == 0 || s[i-1] == '/')
			switch {
			case whole && end == len(s):
				g = append(g, step{kind: deep})
			case whole && s[end] == '/':
				g = append(g, step{kind: dirs})
				end++
			case whole && strings.HasPrefix(s[end:], `\/`):
				g = append(g, step{kind: deep})
			default:
				g = append(g, step{kind: star})
			}
			i = end
		default:
			g = append(g, step{kind: literal, char: c})
			i++
		}
	}
	return g, true
}

// compileClass reads a bracket expression and returns its length in bytes, or 0
// where it isn't one. A "]" that comes first is a member.
func compileClass(s string) (cl step, n int) {
	cl.kind = class
	i := 1
	negated := i < len(s) && (s[i] == '!' || s[i] == '^')
	if negated {
		i++
	}
	prev := -1 // the byte that a following "-" starts from; -1 = none
	for first := true; ; first = false {
		if i >= len(s) {
			return cl, 0
		}
		c := s[i]
		switch {
		case c == ']' && !first:
			for b := range cl.set {
				cl.set[b] = cl.set[b] != negated && b != '/'
			}
			return cl, i + 1
		case c == '\\':
			if i++; i >= len(s) {
				return cl, 0
			}
			cl.set[s[i]] = true
			prev = int(s[i])
		case c == '-' && prev >= 0 && i+1 < len(s) && s[i+1] != ']':
			i++
			if s[i] == '\\' {
				if i++; i >= len(s) {
					return cl, 0
				}
			}
			for b := prev; b <= int(s[i]); b++ {
				cl.set[b] = true
			}
			prev = -1
		case strings.HasPrefix(s[i:], "[:"):
			end := strings.IndexByte(s[i+2:], ']')
			if end < 0 {
				return cl, 0
			}
			name, isName := strings.CutSuffix(s[i+2:i+2+end], ":")
			if !isName {
				cl.set['['] = true
				prev = '['
				break
			}
			in := named[name]
			if in == nil {
				return cl, 0
			}
			for b := range 128 {
				if in(byte(b)) {
					cl.set[b] = true
				}
			}
			i += 2 + end
			prev = -1
		default:
			cl.set[c] = true
			prev = int(c)
		}
		i++
	}
}

// named are the classes that may stand as [:name:] within brackets.
var named = map[string]func(c byte) bool{
	"alnum":  func(c byte) bool { return isAlpha(c) || isDigit(c) },
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"digit":  isDigit,
	"graph":  func(c byte) bool { return c > ' ' && c < 0x7f },
	"lower":  func(c byte) bool { return c >= 'a' && c <= 'z' },
	"print":  func(c byte) bool { return c >= ' ' && c < 0x7f },
	"punct":  func(c byte) bool { return c > ' ' && c < 0x7f && !isAlpha(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"upper":  func(c byte) bool { return c >= 'A' && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' },
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// match reports whether the glob matches all of name. It keeps the set of steps
// that can be reached, byte by byte, so that no pattern costs more than the
// product of the two lengths.
func (g glob) match(name string) bool {
	now, next := make([]bool, len(g)+1), make([]bool, len(g)+1)
	g.reach(now, 0)
	for i := 0; i < len(name); i++ {
		clear(next)
		c := name[i]
		any := false
		for s, here := range now {
			if !here || s == len(g) {
				continue
			}
			to := -1
			switch st := &g[s]; st.kind {
			case literal:
				if st.char == c {
					to = s + 1
				}
			case class:
				if st.set[c] {
					to = s + 1
				}
			case star:
				if c != '/' {
					to = s
				}
			case deep:
				to = s
			case dirs: // inside it until a slash lets it out
				next[s] = true
				any = true
				if c == '/' {
					to = s + 1
				}
			}
			if to >= 0 {
				any = true
				g.reach(next, to)
			}
		}
		if !any {
			return false
		}
		now, next = next, now
	}
	return now[len(g)]
}

// reach marks a step, and those after it that can be empty.
func (g glob) reach(set []bool, s int) {
	for ; ; s++ {
		set[s] = true
		if s == len(g) || g[s].kind == literal || g[s].kind == class {
			return
		}
	}
}
