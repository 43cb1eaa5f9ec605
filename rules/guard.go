package rules

import (
	"fmt"
	"strings"
)

// A Guard says in which processes something counts. It is judged last, once a
// process is known, so that one graph serves every loop. The zero Guard always
// counts. Guards are comparable: conditions are kept as canonical text.
type Guard struct {
	When   string // conditions joined by " & ": all must hold
	Unless string // conditions joined by " | ": none may hold
	Bound  string // where module-level code bound the name that is called, "module:offset"; "" = looked up when called
}

// SetVariable stands before "NAME=value" in [Env.Called]: the process sets this variable
// itself.
const SetVariable = "set "

// Original is the Bound of what was put aside for those who want the standard library as it
// was before any patch.
const Original = "original"

// A Condition is one question about a process, written as in the catalogue:
//
//	loop(gevent, eventlet)    the loop is one of these
//	patched(socket)           the flag is patched
//	early(socket)             the flag is patched, but the name was bound before
//	called(pkg.mod.func)      the process calls this while it starts
//	version(greenlet >= 3)    a distribution's version; false when not known
//	installed(psycogreen)     the distribution is named by the project
//	python(>= 3.12)           the interpreter's version; false when not known
//	env(GEVENT_RESOLVER=block) the variable is set so, in the deployment or by the process
//	loads(shop/cron.py)       the process loads the file, as far as is known
//
// A leading "not " turns it round.
type Condition struct {
	Not  bool
	Verb string
	Args string // what stands in the parentheses, blanks trimmed
	Raw  string
}

// conditionVerbs are the verbs that [Condition.Holds] knows.
var conditionVerbs = map[string]bool{
	"loop": true, "patched": true, "early": true, "called": true, "version": true,
	"installed": true, "python": true, "env": true, "loads": true,
}

// ParseCondition reads one condition about a process.
func ParseCondition(s string) (Condition, error) {
	c := Condition{Raw: s}
	t := strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(t, "not "); ok {
		c.Not, t = true, strings.TrimSpace(rest)
	}
	verb, rest, ok := strings.Cut(t, "(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return c, fmt.Errorf("condition %q: want verb(arguments)", s)
	}
	c.Verb, c.Args = strings.TrimSpace(verb), strings.TrimSpace(strings.TrimSuffix(rest, ")"))
	if !conditionVerbs[c.Verb] {
		return c, fmt.Errorf("condition %q: unknown verb %q", s, c.Verb)
	}
	if c.Args == "" {
		return c, fmt.Errorf("condition %q: nothing in the parentheses", s)
	}
	if c.Verb == "version" || c.Verb == "python" {
		spec := c.Args
		if c.Verb == "version" {
			_, spec = splitSpec(c.Args)
		}
		if _, err := ParseSpec(spec); err != nil {
			return c, fmt.Errorf("condition %q: %w", s, err)
		}
	}
	return c, nil
}

// Holds reports whether the condition is true of the process. bound is the
// guard's Bound.
func (c Condition) Holds(e *Env, bound string) bool {
	return c.holds(e, bound) != c.Not
}

func (c Condition) holds(e *Env, bound string) bool {
	switch c.Verb {
	case "loop":
		for _, l := range strings.Split(c.Args, ",") {
			if Loop(strings.TrimSpace(l)) == e.Loop {
				return true
			}
		}
		return false
	case "patched":
		return contains(e.Patched, c.Args)
	case "early":
		return bound != "" && contains(e.Patched, c.Args) && (bound == Original || e.BoundEarly != nil && e.BoundEarly(bound))
	case "called":
		return contains(e.Called, c.Args)
	case "installed":
		for _, v := range e.Versions {
			if v.Dist == c.Args {
				return true
			}
		}
		return false
	case "version":
		dist, spec := splitSpec(c.Args)
		for _, v := range e.Versions {
			if v.Dist == dist {
				return v.Version != "" && MatchSpec(v.Version, spec)
			}
		}
		return false
	case "python":
		return e.Python != "" && MatchSpec(e.Python, c.Args)
	case "loads":
		return e.Holds == nil || e.Holds(c.Args)
	case "env":
		for _, v := range e.Vars {
			if v == c.Args || strings.HasPrefix(v, c.Args+"=") {
				return true
			}
		}
		for _, s := range e.Called {
			if v, ok := strings.CutPrefix(s, SetVariable); ok && (v == c.Args || strings.HasPrefix(v, c.Args+"=")) {
				return true
			}
		}
		return false
	}
	panic("rules: condition verb " + c.Verb)
}

// Counts reports whether the guarded thing counts in the process.
func (g Guard) Counts(e *Env) bool {
	for _, c := range split(g.When, " & ") {
		if !mustCondition(c).Holds(e, g.Bound) {
			return false
		}
	}
	for _, c := range split(g.Unless, " | ") {
		if mustCondition(c).Holds(e, g.Bound) {
			return false
		}
	}
	return true
}

// And returns the guard that counts where both count. Only one of the two may
// have a Bound; g's wins.
func (g Guard) And(h Guard) Guard {
	out := Guard{When: joinSet(g.When, h.When, " & "), Unless: joinSet(g.Unless, h.Unless, " | "), Bound: g.Bound}
	if out.Bound == "" {
		out.Bound = h.Bound
	}
	return out
}

func joinSet(a, b, sep string) string {
	parts := split(a, sep)
	for _, p := range split(b, sep) {
		if !contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, sep)
}

func split(s, sep string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, sep)
}

// mustCondition parses a condition that the loader has checked.
func mustCondition(s string) Condition {
	c, err := ParseCondition(s)
	if err != nil {
		panic(err)
	}
	return c
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
