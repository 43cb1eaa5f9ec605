package report

import (
	"io"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A sarifWriter writes SARIF 2.1.0, the format of GitHub code scanning and of
// many viewers: chains are code flows, what puts a task on the loop is a related
// location, and what is suppressed is there with the reason.
type sarifWriter struct{ o Options }

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool              `json:"tool"`
	Invocations []sarifInvocation      `json:"invocations"`
	Bases       map[string]sarifBaseID `json:"originalUriBaseIds"`
	ColumnKind  string                 `json:"columnKind"`
	Results     []sarifResult          `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name            string      `json:"name"`
	Version         string      `json:"version,omitempty"`
	InformationURI  string      `json:"informationUri"`
	Rules           []sarifRule `json:"rules"`
	SemanticVersion string      `json:"semanticVersion,omitempty"`
}

type sarifRule struct {
	ID      string              `json:"id"`
	Name    string              `json:"name,omitempty"`
	Short   *sarifText          `json:"shortDescription,omitempty"`
	Full    *sarifText          `json:"fullDescription,omitempty"`
	Help    *sarifText          `json:"help,omitempty"`
	HelpURI string              `json:"helpUri,omitempty"`
	Default *sarifConfiguration `json:"defaultConfiguration,omitempty"`
}

type sarifConfiguration struct {
	Enabled bool   `json:"enabled"`
	Level   string `json:"level"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifBaseID struct {
	Description sarifText `json:"description"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Related      []sarifLocation    `json:"relatedLocations,omitempty"`
	CodeFlows    []sarifCodeFlow    `json:"codeFlows,omitempty"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	Baseline     string             `json:"baselineState,omitempty"`
	Fixes        []sarifFix         `json:"fixes,omitempty"`
}

type sarifLocation struct {
	ID       int            `json:"id,omitempty"`
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	Message  *sarifText     `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

type sarifCodeFlow struct {
	Message     sarifText         `json:"message"`
	ThreadFlows []sarifThreadFlow `json:"threadFlows"`
}

type sarifThreadFlow struct {
	Locations []sarifFlowLocation `json:"locations"`
}

type sarifFlowLocation struct {
	Location   sarifLocation `json:"location"`
	Nesting    int           `json:"nestingLevel"`
	Importance string        `json:"importance"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification,omitempty"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion `json:"deletedRegion"`
	Inserted *sarifText  `json:"insertedContent,omitempty"`
}

// sarifSchema is where the schema that the log follows is published.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifRoot names the directory that relative file names start from.
const sarifRoot = "%SRCROOT%"

var sarifLevels = map[rules.Severity]string{rules.Error: "error", rules.Warning: "warning", rules.Info: "note"}

func sarifLevel(s rules.Severity) string {
	if l := sarifLevels[s]; l != "" {
		return l
	}
	return "warning"
}

func (s *sarifWriter) Write(w io.Writer, r *Result) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "greenlint", Version: s.o.Version, InformationURI: "https://github.com/greenlint/greenlint", Rules: []sarifRule{},
		}},
		Bases:       map[string]sarifBaseID{sarifRoot: {sarifText{Text: "The directory that greenlint ran in."}}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []sarifResult{},
		Invocations: []sarifInvocation{{Successful: true}},
	}
	for _, sk := range r.Skipped {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{
			Level: "warning", Message: sarifText{Text: "not fully analysed: " + sk.Reason},
			Locations: []sarifLocation{{Physical: sarifPhysical{Artifact: s.artifact(sk.File)}}},
		})
	}
	var used []rules.ID
	for i := range r.Findings {
		used = append(used, r.Findings[i].Rule)
	}
	slices.Sort(used)
	used = slices.Compact(used)
	for _, id := range used {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, s.rule(id))
	}
	src := &texts{o: &s.o}
	for i := range r.Findings {
		f := &r.Findings[i]
		index, _ := slices.BinarySearch(used, f.Rule)
		run.Results = append(run.Results, s.result(f, index, src, r.Compared))
	}
	return writeJSON(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

func (s *sarifWriter) rule(id rules.ID) sarifRule {
	out := sarifRule{ID: string(id)}
	if s.o.Catalog == nil {
		return out
	}
	r := s.o.Catalog.Rule(string(id))
	if r == nil {
		return out
	}
	out.Name = r.Name
	out.Short = &sarifText{Text: r.Title}
	out.Full = &sarifText{Text: r.Summary}
	out.Help = &sarifText{Text: r.Doc, Markdown: r.Doc}
	out.HelpURI = s.o.pageURL(id)
	out.Default = &sarifConfiguration{Enabled: r.Default, Level: sarifLevel(r.Severity)}
	return out
}

func (s *sarifWriter) result(f *rules.Finding, index int, src *texts, compared bool) sarifResult {
	from, to := span(f)
	message := f.Message
	for _, more := range []string{f.Why, f.Remedy} {
		if more != "" {
			message += ".\n" + strings.TrimSuffix(more, ".")
		}
	}
	out := sarifResult{
		RuleID: string(f.Rule), RuleIndex: index, Level: sarifLevel(f.Severity), Message: sarifText{Text: message},
		Locations:    []sarifLocation{{Physical: sarifPhysical{s.artifact(f.Pos.File), s.region(from, to, src)}}},
		Fingerprints: map[string]string{"greenlint/v1": f.Fingerprint},
		CodeFlows:    s.flows(f, src),
	}
	if fn := around(f); fn != "" {
		out.Locations[0].Logical = []sarifLogical{{string(fn), "function"}}
	}
	if len(f.Contexts) > 0 {
		for i, e := range reasons(f.Contexts[0]) {
			l := s.location(e.Pos, src, "on the loop because: "+strings.TrimSpace(e.Text))
			l.ID = i + 1
			if e.Pos.File != "" {
				out.Related = append(out.Related, l)
			}
		}
	}
	if f.Suppressed != "" {
		kind := "external"
		if inSource(f.Suppressed) {
			kind = "inSource"
		}
		out.Suppressions = []sarifSuppression{{kind, "accepted", f.Suppressed}}
	}
	switch {
	case compared && Known(f):
		out.Baseline = "unchanged"
	case compared:
		out.Baseline = "new"
	}
	for _, x := range f.Fixes {
		out.Fixes = append(out.Fixes, s.fix(x, src))
	}
	return out
}

// inSource reports whether a finding is suppressed by a comment.
func inSource(suppressed string) bool {
	switch family(suppressed) {
	case inline, noqa, nolint, staticcheck:
		return true
	}
	return false
}

// flows has the chain from the nearest task. Every step opens in a viewer.
func (s *sarifWriter) flows(f *rules.Finding, src *texts) []sarifCodeFlow {
	if len(f.Chain) == 0 {
		return nil
	}
	var steps []sarifFlowLocation
	add := func(p rules.Pos, what string, nesting int, importance string) {
		if p.File != "" {
			steps = append(steps, sarifFlowLocation{s.location(p, src, what), nesting, importance})
		}
	}
	title := "how the loop is held"
	if len(f.Contexts) > 0 {
		c := f.Contexts[0].Context
		what := string(c.Func)
		if c.Kind != "" {
			what += " (" + c.Kind + ")"
		}
		title = "from " + string(c.Func)
		add(c.Pos, what, 0, "essential")
	}
	for i, fr := range f.Chain {
		what, importance := "calls "+string(fr.Func), "important"
		if fr.Func == "loop" {
			what = "runs a loop"
		}
		if i == len(f.Chain)-1 {
			importance = "essential"
		}
		add(fr.Pos, what, i+1, importance)
	}
	if len(steps) == 0 {
		return nil
	}
	return []sarifCodeFlow{{sarifText{Text: title}, []sarifThreadFlow{{steps}}}}
}

func (s *sarifWriter) location(p rules.Pos, src *texts, message string) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: s.artifact(p.File)}, Message: &sarifText{Text: message}}
	if p.Line > 0 {
		l.Physical.Region = s.region(p, rules.Pos{}, src)
	}
	return l
}

func (s *sarifWriter) region(from, to rules.Pos, src *texts) *sarifRegion {
	r := &sarifRegion{StartLine: from.Line, StartColumn: src.utf16(from)}
	if to.Line > 0 {
		r.EndLine, r.EndColumn = to.Line, src.utf16(to)
	}
	return r
}

func (s *sarifWriter) fix(x rules.Fix, src *texts) sarifFix {
	out := sarifFix{Description: sarifText{Text: x.Title}}
	for _, e := range x.Edits {
		end := e.End
		if end.Line == 0 {
			end = e.Pos
		}
		end.File = e.Pos.File
		a := s.artifact(e.Pos.File)
		rep := sarifReplacement{Deleted: *s.region(e.Pos, end, src)}
		if e.Text != "" {
			rep.Inserted = &sarifText{Text: e.Text}
		}
		at := slices.IndexFunc(out.Changes, func(c sarifChange) bool { return c.Artifact == a })
		if at < 0 {
			at = len(out.Changes)
			out.Changes = append(out.Changes, sarifChange{Artifact: a})
		}
		out.Changes[at].Replacements = append(out.Changes[at].Replacements, rep)
	}
	return out
}

// artifact is a file as a URI: relative to the root, or with the scheme file.
func (s *sarifWriter) artifact(file string) sarifArtifact {
	name := s.o.path(file)
	if path.IsAbs(name) || filepath.IsAbs(name) {
		if !strings.HasPrefix(name, "/") {
			name = "/" + name // C:/…
		}
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: name}).String()}
	}
	u := (&url.URL{Path: name}).EscapedPath()
	if first, _, _ := strings.Cut(u, "/"); strings.Contains(first, ":") {
		u = "./" + u // else it would be read as a scheme
	}
	return sarifArtifact{URI: u, Base: sarifRoot}
}
