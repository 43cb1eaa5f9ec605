package env

import (
	"fmt"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

func catalog(t testing.TB) *rules.Catalog {
	t.Helper()
	cat, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// show writes processes one a line: place, name, words, loop, moment of the patch.
func show(res Result) string {
	var b strings.Builder
	for _, p := range res.Processes {
		fmt.Fprintf(&b, "%d %s | %s", p.Command.Pos.Line, p.Env.Name, argv(p.Command.Argv))
		if p.Env.Loop != "" {
			fmt.Fprintf(&b, " | %s", p.Env.Loop)
			if p.Patch != "" {
				fmt.Fprintf(&b, " %s", p.Patch)
			}
			if p.Patch == rules.Never && len(p.Env.Patched) > 0 {
				fmt.Fprintf(&b, ", by hand: %s", strings.Join(p.Env.Patched, " "))
			}
		}
		if p.Unknown {
			b.WriteString(" | unknown")
		}
		if len(p.Entry) > 0 {
			fmt.Fprintf(&b, " | %s", strings.Join(p.Entry, " "))
		}
		b.WriteString("\n")
	}
	for _, f := range res.Findings {
		fmt.Fprintf(&b, "! %s %s\n", f.Pos, f.Message)
	}
	for _, s := range res.Skipped {
		fmt.Fprintf(&b, "skip %s: %s\n", s.File, s.Reason)
	}
	return b.String()
}

func argv(list []Word) string {
	var out []string
	for _, w := range list {
		t := w.Text
		if w.Unknown {
			t += "<" + w.Var + ">"
		}
		if t == "" || strings.ContainsAny(t, " \n") {
			t = fmt.Sprintf("%q", t)
		}
		out = append(out, t)
	}
	return strings.Join(out, " ")
}
