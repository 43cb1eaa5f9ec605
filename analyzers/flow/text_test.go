package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// Graphs are written as statements, separated by ";" or line ends. The number
// of a statement is the line of its places.
//
//	A -> B        a call             A <-> B   both ways
//	A ~> B        a spawn            A => B    an offload
//	A -> B ?      a dynamic call     A ~> B [patched(thread)]   a guarded edge
//	C ! sleep     an effect          C !! crunch                one that holds the GIL
//	C ! sleep [unless patched(time)] a guarded effect
//	K !> x y sleep   K is outside the unit, and known to call x, that y, that to sleep
//	C !>> x sleep    C sets x going elsewhere, which does its harm by sleep
//
// Functions whose names begin in lower case are foreign. A guard is a condition,
// or "unless" and a condition.
var statement = regexp.MustCompile(`^(\S+) (->|<->|~>|=>|!|!!|!>|!>>) ([^?\[]*?)( \?)?( \[.*\])?$`)

func parse(t testing.TB, text string) *Graph {
	t.Helper()
	g := &Graph{Own: map[rules.Func][]Own{}, Calls: map[rules.Func][]Edge{}}
	known := map[rules.Func][]Summary{}
	g.Known = func(f rules.Func) []Summary { return known[f] }
	g.Foreign = func(f rules.Func) bool { return f[0] >= 'a' && f[0] <= 'z' }
	for i, line := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		m := statement.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("not a statement: %q", line)
		}
		from, to := rules.Func(m[1]), rules.Func(m[3])
		pos := rules.Pos{File: "g", Line: i + 1}
		end := rules.Pos{File: "g", Line: i + 1, Column: 9}
		var guard rules.Guard
		if text := strings.Trim(m[5], " []"); strings.HasPrefix(text, "unless ") {
			guard.Unless = text[len("unless "):]
		} else {
			guard.When = text
		}
		call := func(from, to rules.Func, kind EdgeKind) {
			g.Calls[from] = append(g.Calls[from], Edge{to, kind, guard, pos, end, m[4] != "", ""})
		}
		effect := rules.Effect{Rule: "GL401", Symbol: string(to), Guard: guard, HoldsGIL: m[2] == "!!"}
		switch m[2] {
		case "->":
			call(from, to, Call)
		case "<->":
			call(from, to, Call)
			call(to, from, Call)
		case "~>":
			call(from, to, Spawn)
		case "=>":
			call(from, to, Offload)
		case "!", "!!":
			g.Own[from] = append(g.Own[from], Own{Effect: effect, Pos: pos, End: end})
		case "!>", "!>>":
			var chain rules.Chain
			for j, f := range strings.Fields(m[3]) {
				chain = append(chain, rules.Frame{Func: rules.Func(f), Pos: rules.Pos{File: "k", Line: j + 1}})
			}
			effect.Symbol = string(chain[len(chain)-1].Func)
			if m[2] == "!>" {
				known[from] = append(known[from], Summary{Effect: effect, Chain: chain})
			} else {
				g.Own[from] = append(g.Own[from], Own{Effect: effect, Pos: pos, End: end, Tail: chain})
			}
		}
	}
	return g
}

// format writes every hit: "W -> A -> B ! sleep", then the line of the sink site
// where it is not the last frame, the guards, and "offloaded".
func format(r *Reached) string {
	var b strings.Builder
	for h := range r.All() {
		chain, offloaded := r.Chain(h)
		b.WriteString(string(h.Entry))
		for i, f := range chain {
			switch {
			case i == len(chain)-1:
				fmt.Fprintf(&b, " ! %s", f.Func)
			case f.Dynamic:
				fmt.Fprintf(&b, " ->? %s", f.Func)
			default:
				fmt.Fprintf(&b, " -> %s", f.Func)
			}
		}
		if last := chain[len(chain)-1].Pos; h.Pos != last {
			fmt.Fprintf(&b, " @%d in %s", h.Pos.Line, h.In)
		}
		for _, g := range r.Guards(h) {
			fmt.Fprintf(&b, " [%s]", guardText(g))
		}
		if offloaded {
			b.WriteString(" offloaded")
		}
		b.WriteByte('\n')
	}
	if r.Lost > 0 {
		fmt.Fprintf(&b, "lost %d\n", r.Lost)
	}
	return b.String()
}

func guardText(g rules.Guard) string {
	if g.Unless != "" {
		return "unless " + g.Unless
	}
	return g.When
}

func solveText(t testing.TB, text, entries string) string {
	t.Helper()
	return format(Solve(parse(t, text), funcs(entries)))
}

func funcs(names string) []rules.Func {
	var out []rules.Func
	for _, f := range strings.Fields(names) {
		out = append(out, rules.Func(f))
	}
	return out
}

// lines sorts and trims, so that tests can write the answer in reading order.
func lines(s string) string {
	var out []string
	for _, l := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
