package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// Schema names the shape of the JSON output. Fields may be added under the same
// name; none is removed or changes its meaning.
const Schema = "greenlint/1"

type jsonWriter struct{ o Options }

type jsonReport struct {
	Schema   string        `json:"schema"`
	Findings []jsonFinding `json:"findings"`
	Skipped  []jsonSkip    `json:"skipped"`
	Notes    []string      `json:"notes"`
	Stats    jsonStats     `json:"stats"`

	Part json.RawMessage `json:"part,omitempty"` // of a shard; its shape is our own business
}

type jsonFinding struct {
	Rule        string        `json:"rule"`
	Name        string        `json:"name"`
	Severity    string        `json:"severity"`
	Language    string        `json:"language"`
	File        string        `json:"file"`
	Line        int           `json:"line"`
	Column      int           `json:"column"`
	EndLine     int           `json:"endLine"`
	EndColumn   int           `json:"endColumn"`
	Message     string        `json:"message"`
	Symbol      string        `json:"symbol"`
	Loop        string        `json:"loop"`
	Env         string        `json:"env,omitempty"`
	MoreEnvs    int           `json:"moreEnvs,omitempty"` // in how many other processes it is as well
	Detail      string        `json:"detail,omitempty"`
	Why         string        `json:"why,omitempty"`
	Remedy      string        `json:"remedy,omitempty"`
	Sources     []string      `json:"sources,omitempty"`
	Contexts    []jsonContext `json:"contexts"`
	Chain       []jsonFrame   `json:"chain"`
	Fixes       []jsonFix     `json:"fixes"`
	Suppressed  *string       `json:"suppressed"`
	Fingerprint string        `json:"fingerprint"`
	Confirm     *jsonProof    `json:"confirm,omitempty"`
}

// A jsonProof says what came of running the finding: check --confirm.
type jsonProof struct {
	Verdict string `json:"verdict"`
	Text    string `json:"text"`
	Report  any    `json:"report,omitempty"`
}

type jsonContext struct {
	Kind     string         `json:"kind"`
	Function string         `json:"function"`
	File     string         `json:"file"`
	Line     int            `json:"line"`
	Column   int            `json:"column,omitempty"`
	Loop     string         `json:"loop,omitempty"`
	Depth    int            `json:"depth"`
	Evidence []jsonEvidence `json:"evidence"`
}

type jsonEvidence struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

// A jsonFrame is a function and the place within it where it calls the next
// one. The last is the effect, which has no place.
type jsonFrame struct {
	Function string `json:"function"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Dynamic  bool   `json:"dynamic,omitempty"` // one of several functions that the call before may mean
	Option   string `json:"option,omitempty"`  // by whose default the call before comes here
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Text      string `json:"text"`
}

type jsonSkip struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

type jsonStats struct {
	Files        int            `json:"files"`
	Functions    int            `json:"functions"`
	Calls        int            `json:"calls,omitempty"`
	UnknownCalls int            `json:"unknownCalls"`
	Unknown      map[string]int `json:"unknown,omitempty"` // of them, Python's by the reason
	Findings     int            `json:"findings"`          // that count
	Suppressed   int            `json:"suppressed"`        // listed too, with the reason
	Milliseconds int64          `json:"milliseconds"`
}

func (j *jsonWriter) Write(w io.Writer, r *Result) error {
	open := r.Open()
	out := jsonReport{
		Schema:   Schema,
		Findings: make([]jsonFinding, 0, len(r.Findings)),
		Skipped:  make([]jsonSkip, 0, len(r.Skipped)),
		Notes:    append([]string{}, r.Notes...),
		Stats: jsonStats{
			Files: r.Stats.Files, Functions: r.Stats.Functions, Calls: r.Stats.Calls, UnknownCalls: r.Stats.UnknownCalls, Unknown: r.Stats.Unknown,
			Findings: open, Suppressed: len(r.Findings) - open, Milliseconds: r.Stats.Elapsed.Milliseconds(),
		},
	}
	out.Part = r.Part
	for i := range r.Findings {
		out.Findings = append(out.Findings, j.finding(&r.Findings[i]))
	}
	for _, s := range r.Skipped {
		out.Skipped = append(out.Skipped, jsonSkip{j.o.path(s.File), s.Reason})
	}
	return writeJSON(w, out)
}

func (j *jsonWriter) finding(f *rules.Finding) jsonFinding {
	out := jsonFinding{
		Rule: string(f.Rule), Name: j.o.name(f.Rule), Severity: string(f.Severity), Language: f.Language,
		File: j.o.path(f.Pos.File), Line: max(1, f.Pos.Line), Column: max(1, f.Pos.Column), EndLine: f.End.Line, EndColumn: f.End.Column,
		Message: f.Message, Symbol: f.Symbol, Loop: string(f.Loop), Env: f.Env, MoreEnvs: f.MoreEnvs, Detail: f.Detail, Why: f.Why, Remedy: f.Remedy, Sources: f.Source,
		Contexts: []jsonContext{}, Chain: j.chain(f), Fixes: []jsonFix{}, Fingerprint: f.Fingerprint,
	}
	if out.EndLine == 0 {
		out.EndLine, out.EndColumn = out.Line, out.Column
	}
	if f.Suppressed != "" {
		out.Suppressed = &f.Suppressed
	}
	if p := f.Proof; p != nil {
		out.Confirm = &jsonProof{p.Verdict, p.Text, p.Report}
	}
	for _, r := range f.Contexts {
		c := jsonContext{
			Kind: r.Context.Kind, Function: string(r.Context.Func), File: j.o.path(r.Context.Pos.File), Line: r.Context.Pos.Line,
			Column: r.Context.Pos.Column, Loop: string(r.Context.Loop), Depth: r.Depth, Evidence: []jsonEvidence{},
		}
		for _, e := range reasons(r) {
			c.Evidence = append(c.Evidence, jsonEvidence{j.o.path(e.Pos.File), e.Pos.Line, e.Text})
		}
		out.Contexts = append(out.Contexts, c)
	}
	for _, x := range f.Fixes {
		fix := jsonFix{Title: x.Title, Safe: x.Safe, Edits: []jsonEdit{}}
		for _, e := range x.Edits {
			fix.Edits = append(fix.Edits, jsonEdit{j.o.path(e.Pos.File), e.Pos.Line, e.Pos.Column, e.End.Line, e.End.Column, e.Text})
		}
		out.Fixes = append(out.Fixes, fix)
	}
	return out
}

// chain turns "here, that is called" into "in this function, here": one frame
// more, the first being the context and the last the effect.
func (j *jsonWriter) chain(f *rules.Finding) []jsonFrame {
	out := []jsonFrame{}
	for i, fr := range f.Chain {
		frame := jsonFrame{Function: string(caller(f, i)), File: j.o.path(fr.Pos.File), Line: fr.Pos.Line, Column: fr.Pos.Column}
		if i > 0 {
			frame.Dynamic, frame.Option = f.Chain[i-1].Dynamic, f.Chain[i-1].Option
		}
		out = append(out, frame)
	}
	if n := len(f.Chain); n > 0 {
		out = append(out, jsonFrame{Function: string(f.Chain[n-1].Func), Dynamic: f.Chain[n-1].Dynamic, Option: f.Chain[n-1].Option})
	}
	return out
}

// writeJSON writes v indented and unmangled, except that characters which a
// terminal could obey are written as \u escapes.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, harmlessJSON(b.String()))
	return err
}

// harmlessJSON writes what has no look of its own as \u escapes.
func harmlessJSON(text string) string {
	if clean(strings.ReplaceAll(text, "\n", "")) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if r >= 0x7f && hidden(r) {
			if r > 0xffff { // a surrogate pair
				hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
				fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
			} else {
				fmt.Fprintf(&out, `\u%04x`, r)
			}
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}
