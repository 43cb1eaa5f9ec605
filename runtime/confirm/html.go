package confirm

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/greenlint/greenlint/runtime/stall"
)

// The page for reading has a timeline of each run: what the loop did, and where
// it is known, which task had it. It loads nothing and runs no script.
//
//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

type htmlVerdict struct {
	Verdict, Rule, Target, Outcome, Engine, Detail string
	Stack                                          []string
	Runs                                           []htmlRun
	Ticks                                          []htmlTick
}

// An htmlRun is one line of the timeline.
type htmlRun struct {
	Name, Note string
	Length     float64 // how long the task took
	Counts     bool    // its times count
	Marks      []htmlMark
	Tasks      [][]htmlMark // the turns of each task
}

// An htmlMark is a stretch of a line, in thousandths of the line.
type htmlMark struct {
	At, Width   float64
	Kind, Title string
}

// An htmlTick is a mark of the axis.
type htmlTick struct {
	Percent float64
	Text    string
}

// WriteHTML writes the verdicts as one page that is complete in itself.
func WriteHTML(w io.Writer, list []Verdict, show func(string) string) error {
	p := struct {
		Summary  string
		Verdicts []htmlVerdict
	}{}
	n := map[string]int{}
	for i := range list {
		n[list[i].Verdict]++
		p.Verdicts = append(p.Verdicts, htmlOf(&list[i], show))
	}
	p.Summary = fmt.Sprintf("%d confirmed, %d refuted, %d inconclusive", n[Confirmed], n[Refuted], n[Inconclusive])
	return page.Execute(w, p)
}

func htmlOf(v *Verdict, show func(string) string) htmlVerdict {
	h := htmlVerdict{Verdict: v.Verdict, Rule: v.Rule, Target: v.Target, Outcome: v.Outcome(show), Engine: v.Engine, Detail: v.detail()}
	h.Stack = framesText(v.Stack, show)
	if v.record == nil {
		return h
	}
	longest := time.Duration(1)
	for _, x := range v.record.trials {
		if x.Run != nil {
			longest = max(longest, x.Call)
		}
	}
	scale := func(d time.Duration) float64 { return 1000 * float64(d) / float64(longest) }
	step := time.Millisecond
	for _, f := range []time.Duration{2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000} {
		if longest/step > 8 {
			step = f * time.Millisecond
		}
	}
	for at := time.Duration(0); at <= longest && longest > 1; at += step {
		h.Ticks = append(h.Ticks, htmlTick{scale(at) / 10, fmt.Sprintf("%d ms", at.Milliseconds())})
	}
	trials := 0
	for i, x := range v.record.trials {
		if x.Run == nil {
			continue
		}
		r := htmlRunOf(v.record.kinds[i], x, v, scale, show)
		if r.Counts {
			trials++
			r.Name = fmt.Sprint("trial ", trials)
		}
		h.Runs = append(h.Runs, r)
	}
	return h
}

func htmlRunOf(k kind, x *trial, v *Verdict, scale func(time.Duration) float64, show func(string) string) htmlRun {
	r := htmlRun{Name: k.String(), Note: string(x.End), Length: scale(x.Call), Counts: k == judged}
	switch {
	case len(x.Stalls) > 0 || x.load != nil || x.raised != nil:
		r.Note = x.outcome()
	case x.Noisy:
		r.Note = "too busy to tell"
	case x.End == stall.Ended:
		r.Note = "the loop went on"
	}
	mark := func(from, length time.Duration, kind, title string) htmlMark {
		from = max(0, from)
		return htmlMark{scale(from), max(1.5, scale(min(length, x.Call-from))), kind, title} // never too narrow to be seen
	}
	stalls := map[time.Duration]bool{}
	for i := range x.Stalls {
		s := &x.Stalls[i]
		stalls[s.Start] = true
		stack := v.Stack
		if k != judged {
			stack = nil
		}
		if i < len(x.stacks) && x.stacks[i] != nil {
			stack = x.stacks[i]
		}
		title := append([]string{fmt.Sprintf("%s at %d ms", s.String(), (s.Start - x.Began).Milliseconds())}, framesText(stack, show)...)
		r.Marks = append(r.Marks, mark(s.Start-x.Began, s.Wall, "stall", strings.Join(title, "\n")))
	}
	for _, g := range x.Gaps {
		if !stalls[g.Start] {
			title := fmt.Sprintf("no beat for %.1f ms", float64(g.Wall)/1e6)
			if g.Queued > 0 {
				title += fmt.Sprintf(", %.1f of them without a processor", float64(g.Queued)/1e6)
			}
			r.Marks = append(r.Marks, mark(g.Start-x.Began, g.Wall, "gap", title))
		}
	}
	for _, t := range x.turns {
		for len(r.Tasks) <= t.Task {
			r.Tasks = append(r.Tasks, nil)
		}
		title := fmt.Sprintf("task %d runs for %.1f ms", t.Task, float64(t.To-t.From)/1e6)
		r.Tasks[t.Task] = append(r.Tasks[t.Task], mark(t.From, t.To-t.From, "run", title))
	}
	return r
}

func framesText(stack []Frame, show func(string) string) (out []string) {
	for _, f := range stack {
		out = append(out, fmt.Sprintf("%s:%d %s", filepath.ToSlash(show(f.File)), f.Line, f.Func))
	}
	return out
}
