package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

// knownGaps are examples of the rules' pages that are not yet judged as the page
// says, each with the reason. One that is listed here and judged right fails the
// test: it has to go from the list.
var knownGaps = map[string]string{}

// TestRulePages checks the examples of every rule's page: what Bad marks is
// found, on that line and nowhere else, and Good is silent.
func TestRulePages(t *testing.T) {
	catalog, err := rules.Load()
	require.NoError(t, err)
	seen, gaps := 0, 0
	for _, r := range catalog.Rules() {
		projects := projectsOf(t, r)
		for _, want := range []string{"bad", "good"} {
			if !slices.ContainsFunc(projects, func(p pageProject) bool { return strings.HasPrefix(p.name, want) }) {
				t.Errorf("%s: the page has no %s example", r.ID, want)
			}
		}
		for _, p := range projects {
			seen++
			key := fmt.Sprintf("%s %s", r.ID, p.name)
			reason, known := knownGaps[key]
			if known {
				gaps++
			}
			t.Run(key, func(t *testing.T) {
				t.Parallel()
				want, got := p.expected(), p.check(t, catalog, r)
				switch same := slices.Equal(want, got); {
				case known && same:
					t.Errorf("judged as the page says: remove it from the known gaps (%s)", reason)
				case !known && !same:
					t.Errorf("rules/%s: line %d\nwant %s\ngot  %s", pageOf(r), p.line, want, got)
				}
			})
		}
	}
	for key := range knownGaps {
		id, name, _ := strings.Cut(key, " ")
		r := catalog.Rule(id)
		if r == nil || !slices.ContainsFunc(projectsOf(t, r), func(p pageProject) bool { return p.name == name }) {
			t.Errorf("the known gap %q names no example", key)
		}
	}
	t.Logf("%d examples, %d known gaps", seen, gaps)
}

// TestPagesGroupFiles shows how blocks become projects.
func TestPagesGroupFiles(t *testing.T) {
	r := &rules.Rule{ID: "GL999", Examples: []rules.Example{
		{Bad: true, Lang: "python", Attrs: []string{"gevent"}, Line: 10, Code: "a = 1\nb = 2  # GL999\n"},
		{Bad: true, Lang: "python", Attrs: []string{"file=shop/x.py"}, Line: 20, Code: "x = 1\n"},
		{Bad: true, Lang: "text", Attrs: []string{"file=Procfile"}, Line: 24, Code: "web: x  # GL999 GL401\n"},
		{Bad: true, Lang: "python", Attrs: []string{"file=y.py"}, Line: 40, Code: "after some text\n"},
		{Bad: false, Lang: "python", Attrs: []string{"file=y.py"}, Line: 44, Code: "x\n"},
	}}
	projects := projectsOf(t, r)
	require.Len(t, projects, 4)
	require.Equal(t, map[string]string{"app.py": "a = 1\nb = 2  # GL999\n"}, projects[0].files)
	require.Equal(t, []string{"app.py:2 GL999"}, projects[0].expected())
	require.Equal(t, "bad-2", projects[1].name)
	require.Equal(t, map[string]string{"shop/x.py": "x = 1\n", "Procfile": "web: x  # GL999 GL401\n"}, projects[1].files)
	require.Equal(t, []string{"Procfile:1 GL401", "Procfile:1 GL999"}, projects[1].expected())
	require.Equal(t, "bad-3", projects[2].name)
	require.Equal(t, "good-1", projects[3].name)
	require.Empty(t, projects[3].expected())
}

// pageProject is a block of a page, or several that belong together, as files.
type pageProject struct {
	name  string // "bad-1": the first under that heading
	line  int    // in the page
	files map[string]string
}

// projectsOf makes a project of each example. Blocks that name their file and
// directly follow each other are files of one project.
func projectsOf(t *testing.T, r *rules.Rule) (out []pageProject) {
	t.Helper()
	number := map[string]int{}
	end := 0
	var before rules.Example
	for _, e := range r.Examples {
		file, named := map[string]string{"python": "app.py", "go": "app.go"}[e.Lang], false
		for _, a := range e.Attrs {
			if f, ok := strings.CutPrefix(a, "file="); ok {
				file, named = f, true
			}
		}
		if file == "" {
			t.Fatalf("%s line %d: a block in %s needs file=NAME", r.ID, e.Line, e.Lang)
		}
		follows := named && before.Bad == e.Bad && end > 0 && e.Line <= end+2
		if follows {
			last := &out[len(out)-1]
			if _, twice := last.files[file]; !twice {
				last.files[file] = e.Code
				before, end = e, e.Line+strings.Count(e.Code, "\n")+1
				continue
			}
		}
		heading := "good"
		if e.Bad {
			heading = "bad"
		}
		number[heading]++
		out = append(out, pageProject{fmt.Sprintf("%s-%d", heading, number[heading]), e.Line, map[string]string{file: e.Code}})
		before, end = e, 0
		if named {
			end = e.Line + strings.Count(e.Code, "\n") + 1
		}
	}
	return out
}

func pageOf(r *rules.Rule) string {
	return fmt.Sprintf("%s-%s/rule.md", strings.ToLower(string(r.ID)), r.Name)
}

var mark = regexp.MustCompile(`(?:#|//)\s*(GL\d+(?:[ ,]+GL\d+)*)\s*$`)

// expected lists the marked lines: "app.py:8 GL101".
func (p pageProject) expected() (out []string) {
	for file, code := range p.files {
		for i, line := range strings.Split(code, "\n") {
			if m := mark.FindStringSubmatch(line); m != nil {
				for _, id := range strings.FieldsFunc(m[1], func(r rune) bool { return r == ' ' || r == ',' }) {
					out = append(out, fmt.Sprintf("%s:%d %s", file, i+1, id))
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// check runs the command on the project, with the rule switched on.
func (p pageProject) check(t *testing.T, catalog *rules.Catalog, r *rules.Rule) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range p.files {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	selected := []string{string(r.ID)}
	for _, other := range catalog.Rules() {
		if other.Default {
			selected = append(selected, string(other.ID))
		}
	}
	var out []string
	for _, f := range runJSON(t, dir, check.Run, "--no-config", "--select", strings.Join(selected, ",")) {
		if f.Suppressed == nil {
			out = append(out, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
		}
	}
	slices.Sort(out)
	return out
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
}

// jsonFinding is what these tests read of the JSON output.
type jsonFinding struct {
	Rule, File, Message string
	Line                int
	Suppressed          *string
}

// runJSON runs "check --format json" in a directory.
func runJSON(t *testing.T, dir string, run analysis, args ...string) []jsonFinding {
	t.Helper()
	out, _ := runCommand(t, dir, run, append([]string{"check", "--format", "json"}, args...)...)
	var v struct{ Findings []jsonFinding }
	require.NoError(t, json.Unmarshal([]byte(out), &v), out)
	return v.Findings
}

// runCommand runs the command in a directory and returns what it writes.
func runCommand(t *testing.T, dir string, run analysis, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status := program(run).Main(context.Background(), args, command.Call{Dir: dir, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
	require.Contains(t, []int{command.OK, command.Findings}, status, errs.String())
	return out.String(), errs.String()
}
