package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// written is the sample result in a format, some of it known before.
func written(t testing.TB, format string) []byte {
	t.Helper()
	r, o := sampleResult(t)
	r.Compared = true
	for i := range r.Findings {
		if r.Findings[i].Message == "in a long line" {
			r.Findings[i].Suppressed = InBaseline
		}
	}
	o.Version = "1.2.3"
	w, err := New(format, o)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, w.Write(&b, r))
	return b.Bytes()
}

// TestSARIFIsValid holds the log against our own schema of the part of SARIF
// that we write, and against the standard's own where it is at hand: in the file
// that GREENLINT_SARIF_SCHEMA names.
func TestSARIFIsValid(t *testing.T) {
	log := written(t, "sarif")
	for name, file := range map[string]string{"own": "testdata/sarif.schema.json", "oasis": os.Getenv("GREENLINT_SARIF_SCHEMA")} {
		t.Run(name, func(t *testing.T) {
			if file == "" {
				require.NotEqual(t, "1", os.Getenv("GREENLINT_REQUIRE_ENGINES"), "GREENLINT_SARIF_SCHEMA has to be set")
				t.Skip("GREENLINT_SARIF_SCHEMA names no file: the schema of the standard is not at hand")
			}
			c := jsonschema.NewCompiler()
			c.AssertFormat()
			schema, err := c.Compile(file)
			require.NoError(t, err)
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(log))
			require.NoError(t, err)
			require.NoError(t, schema.Validate(doc))

			for what, broken := range map[string]string{
				"a level that isn't one":    strings.Replace(string(log), `"level": "error"`, `"level": "grave"`, 1),
				"a line before the first":   strings.Replace(string(log), `"startLine": 3`, `"startLine": 0`, 1),
				"a version to come":         strings.Replace(string(log), `"version": "2.1.0"`, `"version": "2.2"`, 1),
				"a message without text":    strings.Replace(string(log), `"text": "in Go"`, `"txt": "in Go"`, 1),
				"a state that there is not": strings.Replace(string(log), `"baselineState": "new"`, `"baselineState": "fresh"`, 1),
			} {
				require.NotEqual(t, string(log), broken, what)
				doc, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
				require.NoError(t, err)
				require.Error(t, schema.Validate(doc), what)
			}
		})
	}
}

func TestSARIFSays(t *testing.T) {
	var log sarifLog
	require.NoError(t, json.Unmarshal(written(t, "sarif"), &log))
	run := log.Runs[0]
	by := map[string]sarifResult{}
	for _, r := range run.Results {
		first, _, _ := strings.Cut(r.Message.Text, ".\n")
		by[first] = r
		require.Equal(t, run.Tool.Driver.Rules[r.RuleIndex].ID, r.RuleID)
	}
	chain := by["task refresh holds the gevent hub: pycurl.Curl.perform (1 call away)"]
	steps := chain.CodeFlows[0].ThreadFlows[0].Locations
	require.Len(t, steps, 3)
	require.Equal(t, "shop.tasks.refresh (celery-task)", steps[0].Location.Message.Text)
	require.Equal(t, "calls pycurl.Curl.perform", steps[2].Location.Message.Text)
	require.Equal(t, []string{"on the loop because: @app.task", "on the loop because: celery -A shop worker -P gevent"}, []string{chain.Related[0].Message.Text, chain.Related[1].Message.Text})
	region := chain.Locations[0].Physical.Region
	require.Equal(t, sarifRegion{41, 6, 41, 17}, *region, "the three wide characters before it are one unit each, not three bytes")
	require.Equal(t, "new", chain.Baseline)
	require.Equal(t, "call it elsewhere", chain.Fixes[0].Description.Text)

	require.Equal(t, "unchanged", by["in a long line"].Baseline)
	require.Equal(t, []sarifSuppression{{"external", "accepted", "baseline"}}, by["in a long line"].Suppressions)
	require.Equal(t, []sarifSuppression{{"inSource", "accepted", "nolint"}}, by["in Go"].Suppressions)
}

func TestSARIFNames(t *testing.T) {
	for file, want := range map[string]sarifArtifact{
		"a b/ü.py":      {"a%20b/%C3%BC.py", sarifRoot},
		"c:d.py":        {"./c:d.py", sarifRoot},
		"../x.py":       {"../x.py", sarifRoot},
		"/tmp/a#b.py":   {"file:///tmp/a%23b.py", ""},
		"100%.py":       {"100%25.py", sarifRoot},
		"what?/x.py":    {"what%3F/x.py", sarifRoot},
		"shop/tasks.py": {"shop/tasks.py", sarifRoot},
	} {
		require.Equal(t, want, (&sarifWriter{}).artifact(file))
	}
}

// TestSameFindingsEverywhere reads the findings back from every format.
func TestSameFindingsEverywhere(t *testing.T) {
	r, _ := sampleResult(t)
	var want []string
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Suppressed == "" && f.Message != "in a long line" {
			want = append(want, fmt.Sprintf("%s %s:%d", f.Rule, f.Pos.File, max(1, f.Pos.Line)))
		}
	}
	slices.Sort(want)
	readers := map[string]func(*testing.T, []byte) []string{
		"text": func(t *testing.T, b []byte) (out []string) {
			for line := range strings.Lines(string(b)) {
				if m := regexp.MustCompile(`^(\S[^:]*)(?::(\d+))?(?::\d+)?: (GL\d+) `).FindStringSubmatch(line); m != nil {
					out = append(out, m[3]+" "+m[1]+":"+cmp.Or(m[2], "1"))
				}
			}
			return out
		},
		"json": func(t *testing.T, b []byte) (out []string) {
			var v jsonReport
			require.NoError(t, json.Unmarshal(b, &v))
			for _, f := range v.Findings {
				if f.Suppressed == nil {
					out = append(out, fmt.Sprintf("%s %s:%d", f.Rule, f.File, f.Line))
				}
			}
			return out
		},
		"sarif": func(t *testing.T, b []byte) (out []string) {
			var v sarifLog
			require.NoError(t, json.Unmarshal(b, &v))
			for _, f := range v.Runs[0].Results {
				if len(f.Suppressions) == 0 {
					l := f.Locations[0].Physical
					out = append(out, fmt.Sprintf("%s %s:%d", f.RuleID, l.Artifact.URI, l.Region.StartLine))
				}
			}
			return out
		},
		"gitlab": func(t *testing.T, b []byte) (out []string) {
			var v []gitlabIssue
			require.NoError(t, json.Unmarshal(b, &v))
			seen := map[string]bool{}
			for _, f := range v {
				require.False(t, seen[f.Fingerprint], "GitLab would take two for one")
				seen[f.Fingerprint] = true
				require.Contains(t, []string{"info", "minor", "major", "critical", "blocker"}, f.Severity)
				out = append(out, fmt.Sprintf("%s %s:%d", f.CheckName, f.Location.Path, f.Location.Lines.Begin))
			}
			return out
		},
		"rdjsonl": func(t *testing.T, b []byte) (out []string) {
			for line := range bytes.Lines(b) {
				var d rdDiagnostic
				require.NoError(t, json.Unmarshal(line, &d))
				out = append(out, fmt.Sprintf("%s %s:%d", d.Code.Value, d.Location.Path, d.Location.Range.Start.Line))
			}
			return out
		},
		"junit": func(t *testing.T, b []byte) (out []string) {
			var v junitSuites
			require.NoError(t, xml.Unmarshal(b, &v))
			for _, s := range v.Suites {
				require.Len(t, s.Cases, s.Tests)
				for _, c := range s.Cases {
					out = append(out, fmt.Sprintf("%s %s:%d", c.Name[:5], c.File, c.Line))
				}
			}
			require.Equal(t, v.Tests, len(out))
			return out
		},
		"github": func(t *testing.T, b []byte) (out []string) {
			for line := range strings.Lines(string(b)) {
				var file, rule string
				var n int
				head, text, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
				require.True(t, ok, line)
				for p := range strings.SplitSeq(head[strings.IndexByte(head, ' ')+1:], ",") {
					if v, ok := strings.CutPrefix(p, "file="); ok {
						file = v
					}
					fmt.Sscanf(p, "line=%d", &n)
				}
				rule, _, _ = strings.Cut(text, " ")
				out = append(out, fmt.Sprintf("%s %s:%d", rule, file, n))
			}
			return out
		},
		"concise": func(t *testing.T, b []byte) (out []string) {
			for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
				place, rest, _ := strings.Cut(s.Text(), ": ")
				parts := append(strings.Split(place, ":"), "1")
				out = append(out, rest[:5]+" "+parts[0]+":"+parts[1])
			}
			return out
		},
		"html": func(t *testing.T, b []byte) (out []string) {
			byTask, _, _ := strings.Cut(string(b), `<section class="view v-library">`)
			for _, part := range strings.Split(byTask, `<details class="finding`)[1:] {
				place := between(part, `<span class="place">`, "<")
				parts := append(strings.Split(place, ":"), "1")
				out = append(out, between(part, `<span class="rule">`, " ")+" "+parts[0]+":"+parts[1])
			}
			return out
		},
	}
	require.Len(t, readers, len(Formats()), "every format is read back")
	for format, read := range readers {
		t.Run(format, func(t *testing.T) {
			got := read(t, written(t, format))
			slices.Sort(got)
			require.Equal(t, want, got)
		})
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// TestHTMLIsHarmless puts markup into all that comes from outside.
func TestHTMLIsHarmless(t *testing.T) {
	evil := `"'><script>alert(1)</script>`
	f := rules.Finding{
		Rule: "GL401", Pos: pos(evil, 1, 1), Message: evil, Symbol: evil, Why: evil, Remedy: evil, Detail: evil + "x",
		Contexts: []rules.Reach{{Context: rules.Context{Func: rules.Func(evil), Kind: evil, Why: []rules.Evidence{{Text: evil}}}}},
		Chain:    rules.Chain{{Func: rules.Func(evil), Pos: pos(evil, 1, 1)}}, Fixes: []rules.Fix{{Title: evil}},
	}
	var b bytes.Buffer
	o := Options{Read: func(string) ([]byte, error) { return []byte(evil + "\n"), nil }}
	require.NoError(t, (&htmlWriter{o}).Write(&b, &Result{Findings: []rules.Finding{f}, Notes: []string{evil}, Skipped: []rules.Skip{{File: evil, Reason: evil}}}))
	require.NotContains(t, b.String(), "<script")
	require.NotContains(t, b.String(), "http-equiv")
	require.NotContains(t, b.String(), "src=")
}

// TestWritersFail: what can't be written is an error, in every format.
func TestWritersFail(t *testing.T) {
	r, o := sampleResult(t)
	for _, f := range Formats() {
		require.ErrorIs(t, f.new(o).Write(full{}, r), errFull, f.Name)
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestFormatsOfNothing: no findings make a valid document too.
func TestFormatsOfNothing(t *testing.T) {
	for _, f := range Formats() {
		var b bytes.Buffer
		require.NoError(t, f.new(Options{}).Write(&b, &Result{}), f.Name)
		switch f.Name {
		case "json", "sarif", "gitlab":
			require.True(t, json.Valid(b.Bytes()), f.Name)
		case "junit":
			require.Contains(t, b.String(), `tests="1" failures="0"`)
		case "html":
			require.Contains(t, b.String(), "Nothing found")
		default:
			require.Empty(t, b.String(), f.Name)
		}
	}
}

func TestLibrary(t *testing.T) {
	for symbol, want := range map[string]string{
		"pycurl.Curl.perform": "pycurl", "os.read": "os", "(*net/http.Client).Do": "net/http", "github.com/a/b.F": "github.com/a/b", "loop": "loop",
		"(*sync.Mutex).Lock": "sync",
	} {
		require.Equal(t, want, library(symbol))
	}
}
