package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A textWriter writes findings for people.
//
//	shop/tasks.py:41:5: GL401 foreign-io: task refresh holds the gevent hub: pycurl.Curl.perform (1 call away)
//	   |
//	41 |     c.perform()
//	   |     ^^^^^^^^^^^
//	   |
//	   = chain:
//	       shop/tasks.py:35:5  shop.tasks.refresh
//	       shop/tasks.py:36:5  calls shop.tasks.fetch
//	       shop/tasks.py:41:5  calls pycurl.Curl.perform
//	   = on the loop because:
//	       shop/tasks.py:34:1  @app.task
//	       Procfile:2          celery -A shop worker -P gevent
//	   = why: …
//	   = help: …
type textWriter struct{ o Options }

func (t *textWriter) Write(w io.Writer, r *Result) error {
	src := &snippets{o: &t.o}
	st := &style{t.o.Color}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Suppressed != "" {
			continue
		}
		var b strings.Builder
		t.finding(&b, f, src, st)
		b.WriteByte('\n')
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}

func (t *textWriter) finding(b *strings.Builder, f *rules.Finding, src *snippets, st *style) {
	t.headline(b, f, st)
	margin := strings.Repeat(" ", src.write(b, f, st)+1)
	head := func(title, rest string) {
		if rest != "" {
			rest = " " + rest
		}
		fmt.Fprintf(b, "%s%s%s\n", margin, st.dim("= ")+title+":", rest)
	}
	table := func(rows [][2]string) {
		width := 0
		for _, r := range rows {
			width = max(width, cells(r[0]))
		}
		for _, r := range rows {
			fmt.Fprintf(b, "%s    %s\n", margin, strings.TrimRight(r[0]+strings.Repeat(" ", width-cells(r[0])+2)+r[1], " "))
		}
	}
	if len(f.Chain) > 0 {
		head(st.bold("chain"), "")
		table(t.chain(f))
	}
	if rows := t.evidence(f); len(rows) > 0 {
		title := "on the loop because"
		if f.Env != "" {
			title = "on the loop (" + escape(f.Env) + more(f.MoreEnvs) + ") because"
		}
		head(st.bold(title), "")
		table(rows)
	}
	if count, names := others(f); count != "" {
		head(st.bold("also reached by "+count), names)
	}
	if f.Detail != "" && !strings.Contains(f.Message, f.Detail) {
		head(st.bold("note"), escape(f.Detail))
	}
	if p := f.Proof; p != nil {
		head(st.bold(escape(p.Verdict)), escape(p.Text))
	}
	if f.Why != "" {
		head(st.bold("why"), escape(f.Why))
	}
	if f.Remedy != "" {
		head(st.help("help"), escape(f.Remedy))
	}
}

// headline is the one line that says it all.
func (t *textWriter) headline(b *strings.Builder, f *rules.Finding, st *style) {
	fmt.Fprintf(b, "%s: %s: %s\n", st.bold(t.place(f.Pos)), st.caret(f.Severity, escape(t.o.ruleTitle(f.Rule))), st.bold(escape(f.Message)))
}

// place is a position as editors and terminals open it.
func (t *textWriter) place(p rules.Pos) string {
	p.File = t.o.path(p.File)
	return escape(p.String())
}

// chain has a row for the context and one for each call.
func (t *textWriter) chain(f *rules.Finding) [][2]string {
	var rows [][2]string
	if len(f.Contexts) > 0 {
		c := f.Contexts[0].Context
		what := escape(string(c.Func))
		if c.Kind != "" {
			what += " (" + escape(c.Kind) + ")"
		}
		rows = append(rows, [2]string{t.place(c.Pos), what})
	}
	for _, fr := range f.Chain {
		what := "calls " + escape(string(fr.Func))
		if fr.Func == "loop" { // the effect of a CPU loop
			what = "runs a loop"
		}
		if fr.Dynamic {
			what += " (one of several it may be)"
		}
		if fr.Option != "" {
			what += " (by the default of the option " + escape(fr.Option) + ")"
		}
		rows = append(rows, [2]string{t.place(fr.Pos), what})
	}
	return rows
}

// more says that there are others.
func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// evidence has a row for each reason to believe that the nearest context runs
// on the loop.
func (t *textWriter) evidence(f *rules.Finding) [][2]string {
	var rows [][2]string
	if len(f.Contexts) == 0 {
		return nil
	}
	for _, e := range reasons(f.Contexts[0]) {
		rows = append(rows, [2]string{t.place(e.Pos), escape(strings.TrimSpace(e.Text))})
	}
	return rows
}

// reasons lists what makes a function a context and what declares its loop,
// each once.
func reasons(r rules.Reach) []rules.Evidence {
	var out []rules.Evidence
	seen := map[rules.Evidence]bool{}
	for _, list := range [][]rules.Evidence{r.Context.Why, r.Evidence} {
		for _, e := range list {
			if !seen[e] {
				seen[e] = true
				out = append(out, e)
			}
		}
	}
	return out
}

// others words the contexts beyond the one whose chain is shown.
func others(f *rules.Finding) (count, list string) {
	const named = 3
	var names []string
	seen := map[rules.Func]bool{}
	for i, r := range f.Contexts {
		fn := r.Context.Func
		if i > 0 && !seen[fn] {
			names = append(names, escape(string(fn)))
		}
		seen[fn] = true
	}
	if len(names) == 0 {
		return "", ""
	}
	list = strings.Join(names[:min(named, len(names))], ", ")
	if rest := len(names) - named; rest > 0 {
		list += " and " + strconv.Itoa(rest) + " more"
	}
	return plural(len(names), "other task", "other tasks"), list
}

// plural words a count: "1 call", "1,204 calls".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
