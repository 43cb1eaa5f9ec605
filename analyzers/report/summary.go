package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// Verbosity is how much [Summarise] says.
type Verbosity struct {
	Verbose bool // every skipped file, and every call that could not be resolved, with the reason
	Stats   bool // what was looked at, and how long it took
}

// Summarise words what is not a finding: how many findings there are, what could
// not be resolved or read, and notes, which come last. It is for standard error.
func Summarise(w io.Writer, r *Result, o Options, v Verbosity) error {
	var b strings.Builder
	st := &style{o.Color}
	fmt.Fprintln(&b, st.bold(verdict(r)))
	unknownCalls(&b, r, o, v)
	if n := len(r.Skipped); n > 0 {
		fmt.Fprintf(&b, "%s could not be analysed in full", plural(n, "file", "files"))
		if v.Verbose {
			b.WriteString(":\n")
			for _, s := range r.Skipped {
				fmt.Fprintf(&b, "  %s: %s\n", escape(o.path(s.File)), escape(s.Reason))
			}
		} else {
			b.WriteString(" (-v lists them).\n")
		}
	}
	if v.Stats {
		s := &r.Stats
		fmt.Fprintf(&b, "Looked at %s and %s", plural(s.Files, "file", "files"), plural(s.Functions, "function", "functions"))
		if s.Calls > 0 {
			fmt.Fprintf(&b, " with %s", plural(s.Calls, "call", "calls"))
		}
		fmt.Fprintf(&b, " in %s.\n", s.Elapsed.Round(time.Millisecond))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s %s\n", st.help("note:"), escape(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// unknownCalls words how many calls could not be resolved, and why.
func unknownCalls(b *strings.Builder, r *Result, o Options, v Verbosity) {
	n := r.Stats.UnknownCalls
	if n == 0 {
		return
	}
	fmt.Fprintf(b, "%s could not be resolved", plural(n, "call", "calls"))
	if !v.Verbose {
		b.WriteString(" (-v lists them).\n")
		return
	}
	b.WriteString(":\n")
	for _, u := range r.Unknown {
		fmt.Fprintf(b, "  %s:%d:%d: %s: %s\n", escape(o.path(u.Pos.File)), u.Pos.Line, u.Pos.Column, escape(u.Reason), escape(shortened(u.Code)))
	}
	reasons := slices.SortedFunc(maps.Keys(r.Stats.Unknown), func(x, y string) int {
		return cmp.Or(r.Stats.Unknown[y]-r.Stats.Unknown[x], strings.Compare(x, y))
	})
	for _, reason := range reasons {
		fmt.Fprintf(b, "  %s in all: %s\n", thousands(r.Stats.Unknown[reason]), reason)
		n -= r.Stats.Unknown[reason]
	}
	if n > 0 {
		fmt.Fprintf(b, "  %s in all: in Go, through a function value\n", thousands(n))
	}
}

// verdict is the first line: "3 findings (2 errors, 1 warning) in 2 files; 1 suppressed."
func verdict(r *Result) string {
	bySeverity := map[rules.Severity]int{}
	files := map[string]bool{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Suppressed == "" {
			bySeverity[f.Severity]++
			files[f.Pos.File] = true
		}
	}
	open := r.Open()
	s := "Nothing found in " + plural(r.Stats.Files, "file", "files")
	if open > 0 {
		var parts []string
		for _, sev := range []rules.Severity{rules.Error, rules.Warning, rules.Info} {
			if n := bySeverity[sev]; n > 0 && sev == rules.Info {
				parts = append(parts, thousands(n)+" info")
			} else if n > 0 {
				parts = append(parts, plural(n, string(sev), string(sev)+"s"))
			}
		}
		s = fmt.Sprintf("%s (%s) in %s", plural(open, "finding", "findings"), strings.Join(parts, ", "), plural(len(files), "file", "files"))
	}
	var not []string
	for _, k := range []struct {
		why  func(*rules.Finding) bool
		word string
	}{
		{func(f *rules.Finding) bool { return f.Suppressed != "" && !Known(f) }, "suppressed"},
		{func(f *rules.Finding) bool { return f.Suppressed == InBaseline }, "in the baseline"},
		{func(f *rules.Finding) bool { return f.Suppressed == InBase }, "there before"},
	} {
		n := 0
		for i := range r.Findings {
			if k.why(&r.Findings[i]) {
				n++
			}
		}
		if n > 0 {
			not = append(not, thousands(n)+" "+k.word)
		}
	}
	if len(not) > 0 {
		s += "; " + strings.Join(not, ", ")
	}
	return s + "."
}

// shortened is some code that fits on a line beside other things.
func shortened(code string) string {
	const most = 60
	if r := []rune(code); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return code
}
