package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/greenlint/greenlint/rules"
)

// An rdjsonlWriter writes reviewdog's diagnostics, one JSON object a line, after
// its reviewdog.proto. Columns are bytes there, as here.
type rdjsonlWriter struct{ o Options }

type rdDiagnostic struct {
	Message     string         `json:"message"`
	Location    rdLocation     `json:"location"`
	Severity    string         `json:"severity"`
	Source      rdSource       `json:"source"`
	Code        rdCode         `json:"code"`
	Suggestions []rdSuggestion `json:"suggestions,omitempty"`
	Related     []rdRelated    `json:"relatedLocations,omitempty"`
}

type rdLocation struct {
	Path  string   `json:"path"`
	Range *rdRange `json:"range,omitempty"`
}

type rdRange struct {
	Start rdPosition  `json:"start"`
	End   *rdPosition `json:"end,omitempty"`
}

type rdPosition struct {
	Line   int `json:"line"`
	Column int `json:"column,omitempty"`
}

type rdSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type rdCode struct {
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type rdSuggestion struct {
	Range rdRange `json:"range"`
	Text  string  `json:"text"`
}

type rdRelated struct {
	Message  string     `json:"message"`
	Location rdLocation `json:"location"`
}

var rdSeverities = map[rules.Severity]string{rules.Error: "ERROR", rules.Warning: "WARNING", rules.Info: "INFO"}

func (d *rdjsonlWriter) Write(w io.Writer, r *Result) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for f := range r.open() {
		if err := enc.Encode(d.diagnostic(f)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, harmlessJSON(b.String()))
	return err
}

func (d *rdjsonlWriter) diagnostic(f *rules.Finding) rdDiagnostic {
	from, to := span(f)
	out := rdDiagnostic{
		Message:  d.o.ruleTitle(f.Rule) + ": " + f.Message,
		Location: rdLocation{d.o.path(f.Pos.File), rangeOf(from, to)},
		Severity: rdSeverities[f.Severity],
		Source:   rdSource{"greenlint", "https://github.com/greenlint/greenlint"},
		Code:     rdCode{string(f.Rule), d.o.pageURL(f.Rule)},
	}
	for i, fr := range f.Chain {
		if fr.Pos.File == "" || fr.Pos == f.Pos {
			continue
		}
		out.Related = append(out.Related, rdRelated{
			string(caller(f, i)) + " calls " + string(fr.Func), rdLocation{d.o.path(fr.Pos.File), rangeOf(fr.Pos, rules.Pos{})},
		})
	}
	for _, x := range f.Fixes { // a suggestion is one edit in the diagnostic's own file
		if len(x.Edits) == 1 && x.Edits[0].Pos.File == f.Pos.File {
			e := x.Edits[0]
			out.Suggestions = append(out.Suggestions, rdSuggestion{*rangeOf(e.Pos, e.End), e.Text})
		}
	}
	return out
}

func rangeOf(from, to rules.Pos) *rdRange {
	r := &rdRange{Start: rdPosition{from.Line, from.Column}}
	if to.Line > 0 {
		r.End = &rdPosition{to.Line, to.Column}
	}
	return r
}
