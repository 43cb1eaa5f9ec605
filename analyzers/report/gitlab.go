package report

import (
	"io"

	"github.com/greenlint/greenlint/rules"
)

// A gitlabWriter writes GitLab's code quality report. GitLab takes findings with
// the same fingerprint for one, so each has its own.
type gitlabWriter struct{ o Options }

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
		End   int `json:"end,omitempty"`
	} `json:"lines"`
}

var gitlabSeverities = map[rules.Severity]string{rules.Error: "major", rules.Warning: "minor", rules.Info: "info"}

func (g *gitlabWriter) Write(w io.Writer, r *Result) error {
	out := []gitlabIssue{}
	for f := range r.open() {
		i := gitlabIssue{
			Description: g.o.ruleTitle(f.Rule) + ": " + f.Message, CheckName: string(f.Rule), Fingerprint: f.Fingerprint,
			Severity: gitlabSeverities[f.Severity], Location: gitlabLocation{Path: g.o.path(f.Pos.File)},
		}
		if i.Severity == "" {
			i.Severity = "minor"
		}
		from, to := span(f)
		i.Location.Lines.Begin, i.Location.Lines.End = from.Line, to.Line
		out = append(out, i)
	}
	return writeJSON(w, out)
}
