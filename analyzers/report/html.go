package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// An htmlWriter writes a page for reading: the findings by the task that they
// hold up, by the library that holds it, and by file. The page loads nothing and
// runs no script, so that it can be opened from a build's artifacts.
type htmlWriter struct{ o Options }

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

type htmlPage struct {
	Title   string
	Verdict string
	Facts   []string
	Views   []htmlView
	Skipped []jsonSkip
	Notes   []string
	Version string
}

// An htmlView is one order of the findings.
type htmlView struct {
	ID, Name string
	Groups   []htmlGroup
}

type htmlGroup struct {
	Name, Note string
	Findings   []*htmlFinding
}

type htmlFinding struct {
	Rule, Name, URL, Severity string
	Message, Place            string
	Code                      []htmlLine
	Steps                     []htmlStep
	Evidence                  []htmlStep
	Others, OtherNames        string
	Detail, Why, Remedy       string
	Sources                   []string
	Fixes                     []string
	task, taskNote, library   string
	file                      string
}

type htmlStep struct {
	Place, Text string
	Dynamic     bool
	Code        []htmlLine
}

type htmlLine struct {
	Number              int
	Before, Mark, After string
	Here                bool
}

func (h *htmlWriter) Write(w io.Writer, r *Result) error {
	src := &texts{o: &h.o}
	var all []*htmlFinding
	for f := range r.open() {
		all = append(all, h.finding(f, src))
	}
	p := htmlPage{Title: "greenlint", Verdict: verdict(r), Version: h.o.Version}
	for _, n := range r.Notes {
		p.Notes = append(p.Notes, escape(n))
	}
	if n := r.Stats.Files; n > 0 {
		p.Facts = append(p.Facts, plural(n, "file", "files")+" and "+plural(r.Stats.Functions, "function", "functions")+" looked at")
	}
	if n := r.Stats.UnknownCalls; n > 0 {
		p.Facts = append(p.Facts, plural(n, "call", "calls")+" could not be resolved")
	}
	for _, s := range r.Skipped {
		p.Skipped = append(p.Skipped, jsonSkip{escape(h.o.path(s.File)), escape(s.Reason)})
	}
	if len(all) > 0 {
		p.Views = []htmlView{
			{"task", "By task", groups(all, func(f *htmlFinding) (string, string) { return f.task, f.taskNote })},
			{"library", "By library", groups(all, func(f *htmlFinding) (string, string) { return f.library, "" })},
			{"file", "By file", groups(all, func(f *htmlFinding) (string, string) { return f.file, "" })},
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, p); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// groups puts findings of the same key together, the largest group first. The
// empty key comes last.
func groups(all []*htmlFinding, key func(*htmlFinding) (name, note string)) []htmlGroup {
	var out []htmlGroup
	at := map[string]int{}
	for _, f := range all {
		name, note := key(f)
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, htmlGroup{Name: name, Note: note})
		}
		out[i].Findings = append(out[i].Findings, f)
	}
	slices.SortStableFunc(out, func(a, b htmlGroup) int {
		return cmp.Or(len(b.Findings)-len(a.Findings), strings.Compare(a.Name, b.Name))
	})
	return out
}

func (h *htmlWriter) finding(f *rules.Finding, src *texts) *htmlFinding {
	t := &textWriter{o: h.o}
	out := &htmlFinding{
		Rule: string(f.Rule), Name: h.o.name(f.Rule), URL: h.o.pageURL(f.Rule), Severity: cmp.Or(string(f.Severity), string(rules.Warning)),
		Message: escape(f.Message), Place: t.place(f.Pos), Code: excerpt(src, f.Pos, f.End, 2),
		Why: escape(f.Why), Remedy: escape(f.Remedy), Sources: f.Source,
		task: "deployment and settings", library: "settings", file: escape(h.o.path(f.Pos.File)),
	}
	if f.Detail != "" && !strings.Contains(f.Message, f.Detail) {
		out.Detail = escape(f.Detail)
	}
	if len(f.Contexts) > 0 {
		c := f.Contexts[0].Context
		out.task, out.taskNote = escape(string(c.Func)), escape(strings.TrimSpace(c.Kind+" · "+t.place(c.Pos)))
		if f.Loop != "" {
			out.taskNote = string(f.Loop) + " · " + out.taskNote
		}
		out.Steps = append(out.Steps, htmlStep{Place: t.place(c.Pos), Text: escape(string(c.Func)), Code: excerpt(src, c.Pos, rules.Pos{}, 1)})
	}
	for _, fr := range f.Chain {
		what := "calls " + escape(string(fr.Func))
		if fr.Func == "loop" {
			what = "runs a loop"
		}
		if fr.Option != "" {
			what += " by the default of the option " + escape(fr.Option)
		}
		out.Steps = append(out.Steps, htmlStep{Place: t.place(fr.Pos), Text: what, Dynamic: fr.Dynamic, Code: excerpt(src, fr.Pos, rules.Pos{}, 1)})
	}
	if len(f.Contexts) > 0 {
		for _, e := range reasons(f.Contexts[0]) {
			out.Evidence = append(out.Evidence, htmlStep{Place: t.place(e.Pos), Text: escape(strings.TrimSpace(e.Text))})
		}
	}
	out.Others, out.OtherNames = others(f)
	for _, x := range f.Fixes {
		title := escape(x.Title)
		if !x.Safe {
			title += " (changes what the program does: look at it)"
		}
		out.Fixes = append(out.Fixes, title)
	}
	switch {
	case f.Symbol == "loop":
		out.library = "loops of the project"
	case len(f.Chain) > 0:
		out.library = escape(library(f.Symbol))
	}
	return out
}

// excerpt cuts the lines around a place out of its file, with the place marked.
func excerpt(src *texts, p, end rules.Pos, around int) []htmlLine {
	lines := src.lines(p.File)
	if p.Line < 1 || p.Line > len(lines) {
		return nil
	}
	last := p.Line
	if end.Line > p.Line {
		last = min(end.Line, p.Line+moreLines)
	}
	var out []htmlLine
	for n := max(1, p.Line-around); n <= min(len(lines), last+around); n++ {
		text := lines[n-1]
		l := htmlLine{Number: n, Here: n >= p.Line && n <= last, Before: shown(text)}
		if n == p.Line && p.Column > 0 && p.Column <= len(text) && end.Line > 0 {
			to := len(text)
			if end.Line == n && end.Column-1 <= len(text) && end.Column > p.Column {
				to = end.Column - 1
			}
			l.Before, l.Mark, l.After = shown(text[:p.Column-1]), shown(text[p.Column-1:to]), shown(text[to:])
		}
		out = append(out, l)
	}
	return out
}

// shown makes a part of a source line fit for a page: tabs as blanks, what can't
// be seen escaped, and no more than anyone would read.
func shown(s string) string {
	const most = 400
	cut := ""
	if len(s) > most {
		s, cut = s[:most], "…"
	}
	return escape(strings.ReplaceAll(s, "\t", strings.Repeat(" ", tabWidth))) + cut
}

// Count is how many findings a group has, in words.
func (g htmlGroup) Count() string { return plural(len(g.Findings), "finding", "findings") }

// Anchor is a view's number, for the page's styles.
func (v htmlView) Anchor() string { return "v-" + v.ID }
