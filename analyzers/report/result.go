package report

import (
	"fmt"
	"io"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// A Result is everything that one run has to say.
type Result struct {
	Findings []rules.Finding // as [Draft.Finish] returns them, suppressed ones included
	Skipped  []rules.Skip
	Notes    []string // one line each, in the order in which they are shown
	Stats    Stats

	// Compared says that the findings were compared with those of a baseline or
	// of another revision; [Known] then tells old ones from new ones.
	Compared bool

	// Part is what one of several shards has found, as JSON, for the run that puts
	// the shards together; nil where the run was the whole. Only the JSON format
	// has it.
	Part []byte

	Unknown []UnknownCall // Python's unknown calls, by place, where somebody wants to see them
}

// What [rules.Finding.Suppressed] says of findings that were there already.
const (
	InBaseline = "baseline" // of a file of known findings
	InBase     = "base"     // of another revision
)

// Known reports whether a finding was there before.
func Known(f *rules.Finding) bool { return f.Suppressed == InBaseline || f.Suppressed == InBase }

// Stats counts what was looked at.
type Stats struct {
	Files        int // that were analysed
	Functions    int
	Calls        int // all calls that were looked at; 0 where nobody counted
	UnknownCalls int // of which it is not known what they call
	Elapsed      time.Duration

	Unknown map[string]int // Python's unknown calls, by the reason
}

// Add adds what was counted elsewhere.
func (s *Stats) Add(t *Stats) {
	s.Files += t.Files
	s.Functions += t.Functions
	s.Calls += t.Calls
	s.UnknownCalls += t.UnknownCalls
	for reason, n := range t.Unknown {
		if s.Unknown == nil {
			s.Unknown = map[string]int{}
		}
		s.Unknown[reason] += n
	}
}

// An UnknownCall is a call that could not be resolved, and why.
type UnknownCall struct {
	Pos    rules.Pos
	Reason string
	Code   string // the line from there
}

// Open returns how many findings count: those that nothing suppresses.
func (r *Result) Open() int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Suppressed == "" {
			n++
		}
	}
	return n
}

// Worst returns the gravest severity of a finding that counts; "" where none does.
func (r *Result) Worst() rules.Severity {
	var worst rules.Severity
	for f := range r.open() {
		if f.Severity.Rank() > worst.Rank() {
			worst = f.Severity
		}
	}
	return worst
}

// A Writer writes the findings of a run in one format. Same result, same bytes.
type Writer interface {
	Write(w io.Writer, r *Result) error
}

// Options are what the formats need besides the result. The zero value works.
type Options struct {
	Catalog *rules.Catalog                    // names and pages of rules; nil = ids only
	Read    func(file string) ([]byte, error) // the text of a file, by its name in the result; nil = show no source lines
	Path    func(file string) string          // how a file's name is shown; nil = as it is in the result
	Color   bool
	Width   int    // terminal cells that a source line may take; 0 = 120
	Version string // of greenlint; "" = not said
}

func (o *Options) path(file string) string {
	if o.Path == nil || file == "" {
		return file
	}
	return o.Path(file)
}

// name returns a rule's name, or "" where the catalogue doesn't know it.
func (o *Options) name(id rules.ID) string {
	if o.Catalog != nil {
		if r := o.Catalog.Rule(string(id)); r != nil {
			return r.Name
		}
	}
	return ""
}

// A Format is an output format that the user can ask for.
type Format struct {
	Name    string
	Summary string
	new     func(Options) Writer
}

// formats is the one table of outputs; a new one is a line here and a file beside it.
var formats = []Format{
	{"text", "for people: each finding with its source line, chain and way out", func(o Options) Writer { return &textWriter{o: o} }},
	{"concise", "one line for each finding", func(o Options) Writer { return &conciseWriter{o: o} }},
	{"json", `for programs: one object, schema "greenlint/1"`, func(o Options) Writer { return &jsonWriter{o: o} }},
	{"sarif", "SARIF 2.1.0, for code scanning and viewers", func(o Options) Writer { return &sarifWriter{o: o} }},
	{"github", "annotations of GitHub Actions", func(o Options) Writer { return &githubWriter{o: o} }},
	{"gitlab", "GitLab's code quality report", func(o Options) Writer { return &gitlabWriter{o: o} }},
	{"rdjsonl", "reviewdog's diagnostics, one a line", func(o Options) Writer { return &rdjsonlWriter{o: o} }},
	{"junit", "JUnit's XML: each finding is a failed test", func(o Options) Writer { return &junitWriter{o: o} }},
	{"html", "a page to read in a browser, complete in one file", func(o Options) Writer { return &htmlWriter{o: o} }},
}

// Formats lists the formats in the order in which help texts name them.
func Formats() []Format { return append([]Format(nil), formats...) }

// New returns the writer of a format.
func New(format string, o Options) (Writer, error) {
	for _, f := range formats {
		if f.Name == format {
			return f.new(o), nil
		}
	}
	return nil, fmt.Errorf("unknown format %q", format)
}
