package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/rules"
)

// TestFixesOfRulePages makes each fix of each finding in the Bad blocks of the
// rules' pages, by itself and then all together: the finding is gone, no other
// has come, and the file still parses.
func TestFixesOfRulePages(t *testing.T) {
	catalog, err := rules.Load()
	require.NoError(t, err)
	total := 0
	for _, r := range catalog.Rules() {
		for _, p := range projectsOf(t, r) {
			if !strings.HasPrefix(p.name, "bad") || p.hasGo() {
				continue
			}
			dir := t.TempDir()
			for name, text := range p.files {
				writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), text)
			}
			listing, err := files.List(context.Background(), dir, nil)
			require.NoError(t, err)
			fresh, err := rules.Load()
			require.NoError(t, err)
			req := check.Request{Root: dir, Files: listing.Files, Catalog: fresh}
			out, err := check.Run(context.Background(), req)
			require.NoError(t, err)
			draft, err := draftOf(&out, nil, fresh, false)
			require.NoError(t, err)
			found := draft.Finish()
			place := check.Place{Root: dir}
			attachFixes(&place, fresh, found)
			read := func(file string) ([]byte, error) { return readRegular(inside(dir, file)) }
			for i := range found {
				for _, x := range found[i].Fixes {
					total++
					one := append([]rules.Finding(nil), found...)
					for j := range one {
						one[j].Fixes = nil
					}
					one[i].Fixes = []rules.Fix{x}
					done, err := tryFixes(context.Background(), one, true, req, check.Run, read)
					require.NoError(t, err)
					if done == nil {
						t.Errorf("%s %s: %s:%d %s: %q does not mend it", r.ID, p.name, found[i].Pos.File, found[i].Pos.Line, found[i].Message, x.Title)
					}
				}
			}
			if _, err := tryFixes(context.Background(), found, true, req, check.Run, read); err != nil {
				t.Error(err)
			}
		}
	}
	t.Logf("%d fixes", total)
	require.GreaterOrEqual(t, total, 15)
}

func (p pageProject) hasGo() bool {
	for name := range p.files {
		if strings.HasSuffix(name, ".go") {
			return true
		}
	}
	return false
}

func TestFix(t *testing.T) {
	s := newShop(t)
	s.write("Procfile", "worker: celery -A shop worker -Pgevent\n")
	before := s.read("shop/tasks.py")
	status, out, errs := s.run("check --fix --diff")
	require.Equal(t, command.Findings, status, errs)
	require.Contains(t, out, "-    time.sleep(3)\n+    await asyncio.sleep(3)\n")
	require.Contains(t, out, "-worker: celery -A shop worker -Pgevent\n+worker: celery -A shop worker -P gevent\n")
	require.NotContains(t, out, "to_thread")
	require.Contains(t, errs, "Would fix 2 findings in 2 files.")
	require.Equal(t, before, s.read("shop/tasks.py"))

	status, out, errs = s.run("check --fix --format concise")
	require.Equal(t, command.Findings, status)
	require.Contains(t, errs, "Fixed 2 findings in 2 files.")
	require.Contains(t, errs, "--fix --unsafe-fixes can mend 1 of them")
	require.Equal(t, 1, strings.Count(out, "\n"), out)
	status, _, errs = s.run("check --fix --unsafe-fixes")
	require.Equal(t, command.OK, status, errs)
	require.Contains(t, s.read("shop/tasks.py"), "return await asyncio.to_thread(requests.get, url)")
	status, out, errs = s.run("check --fix --diff --unsafe-fixes")
	require.Equal(t, command.OK, status)
	require.Empty(t, out)
	require.Contains(t, errs, "")

	for line, want := range map[string]string{
		"check --fix --diff=main": "--fix takes --diff without a revision",
		"check --unsafe-fixes":    "--unsafe-fixes goes with --fix",
	} {
		status, _, errs := s.run(line)
		require.Equal(t, command.Failure, status)
		require.Contains(t, errs, want)
	}
}

// TestFixLeavesHarmOut gives fixes that do harm: they are not made, others are.
func TestFixLeavesHarmOut(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "a.py"), "aaaa = 1\nbbbb = 2\n")
	find := func(text string) (out []rules.Finding) { // a finding for every letter x is not there
		for i, c := range text {
			if c == 'a' || c == 'b' {
				out = append(out, rules.Finding{Rule: "GL401", Symbol: fmt.Sprint(i), Pos: rules.Pos{File: "a.py", Line: 1, Column: 1, Offset: i}, Message: "m"})
			}
		}
		return out
	}
	run := func(_ context.Context, req check.Request) (check.Outcome, error) {
		text, err := req.Read("a.py")
		selected, _ := req.Catalog.Select(nil, nil)
		return check.Outcome{Findings: find(string(text)), Selected: selected}, err
	}
	read := func(file string) ([]byte, error) { return readRegular(inside(dir, file)) }
	all := find("aaaa = 1\nbbbb = 2\n")
	write := func(at int, text string) []rules.Fix {
		return []rules.Fix{{Safe: true, Edits: []rules.Edit{{Pos: rules.Pos{File: "a.py", Offset: at}, End: rules.Pos{File: "a.py", Offset: at + 1}, Text: text}}}}
	}
	all[0].Fixes = write(0, "x") // good
	all[1].Fixes = write(1, "b") // changes nothing
	done, err := tryFixes(context.Background(), all, false, check.Request{Root: dir}, run, read)
	require.NoError(t, err)
	require.Equal(t, "xaaa = 1\nbbbb = 2\n", string(done.texts["a.py"]))
	all[1].Fixes = write(1, "(") // breaks the file
	done, err = tryFixes(context.Background(), all, false, check.Request{Root: dir}, run, read)
	require.NoError(t, err)
	require.Nil(t, done)
	require.Zero(t, (&report.Result{}).Open())
}

// TestFixesOfSettings: a user's tables say how to mend a call too.
func TestFixesOfSettings(t *testing.T) {
	s := newShop(t)
	s.write("shop/tasks.py", "import legacydb\n\n\nasync def f():\n    legacydb.query(1)\n    legacydb.slow(2)\n    legacydb.bound(3)\n")
	s.write("greenlint.toml", `
[[effect]]
rule   = "GL401"
calls  = ["legacydb.query"]
why    = "it waits in C"
source = ["measured"]
fix    = [{ loops = ["asyncio"], safe = true, title = "await aquery", write = "await legacydb.aquery({arguments})", import = "legacydb" }]

[[effect]]
rule   = "GL401"
calls  = ["legacydb.slow"]
why    = "it waits in C"
source = ["measured"]

[[safe]]
calls = ["legacydb.aquery"]
`)
	_, out, errs := s.run("check --fix --diff")
	require.Contains(t, out, "-    legacydb.query(1)\n+    await legacydb.aquery(1)\n", errs)
	_, out, _ = s.run("check --fix --diff --unsafe-fixes")
	require.Contains(t, out, "+    await asyncio.to_thread(legacydb.slow, 2)\n")
	s.edit("greenlint.toml", "[[effect]]\nrule   = \"GL401\"\ncalls  = [\"legacydb.query\"]", "threads = \"bound\"\n\n[[effect]]\nrule   = \"GL401\"\ncalls  = [\"legacydb.query\"]")
	_, out, _ = s.run("check --fix --diff --unsafe-fixes")
	require.NotContains(t, out, "to_thread")

	for broken, want := range map[string]string{
		`fix = [{ title = "x" }]`:                               "want one of write, instead and after-patch",
		`fix = [{ write = "f({argument})", title = "x" }]`:      "want placeholders out of",
		`fix = [{ instead = "m" }]`:                             "no title",
		`fix = [{ instead = "m", title = "x", loops = ["y"] }]`: `unknown loop "y"`,
	} {
		s.write("greenlint.toml", "[[effect]]\nrule = \"GL401\"\ncalls = [\"legacydb.query\"]\nwhy = \"w\"\nsource = [\"measured\"]\n"+broken+"\n")
		status, _, errs := s.run("check")
		require.Equal(t, command.Failure, status, broken)
		require.Contains(t, errs, want)
	}
	s.write("greenlint.toml", "[[detour]]\nloop = \"asyncio\"\ntitle = \"t\"\nwrite = \"f({x})\"\nimport = \"m\"\n")
	_, _, errs = s.run("check")
	require.Contains(t, errs, "[[detour]]: write")
}

// TestFixGo mends a program of bubbletea's: what is written compiles, its findings
// are gone, and the others are as they were.
func TestFixGo(t *testing.T) {
	bin, dir := ownCommand(t), t.TempDir()
	stub := filepath.Join(repository(t), "testdata", "go", "src", "github.com", "charmbracelet", "bubbletea")
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/ui\n\ngo 1.24\n\nrequire github.com/charmbracelet/bubbletea v1.3.10\n\nreplace github.com/charmbracelet/bubbletea => "+filepath.ToSlash(stub)+"\n")
	const source = `package ui

import (
	"os/exec"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

type model struct{ n int }

func (m model) Init() tea.Cmd {
	time.Sleep(time.Second)
	return nil
}

func (m model) View() string { return "" }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg {
	case "list":
		cmd := exec.Command("ls")
		_ = cmd.Run()
		return m, nil
	case "count":
		out, _ := exec.Command("ls").Output()
		m.n = len(out)
		return m, nil
	}
	return m, nil
}
`
	writeFile(t, filepath.Join(dir, "ui.go"), source)
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(bin, args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		var exit *exec.ExitError
		require.True(t, err == nil || errors.As(err, &exit) && exit.ExitCode() == command.Findings, err)
		return string(out)
	}
	require.Len(t, placesIn(t, run("check", "--format", "json"), "ui.go", source), 3)
	run("check", "--fix")
	text, err := os.ReadFile(filepath.Join(dir, "ui.go"))
	require.NoError(t, err)
	require.Equal(t, source, string(text), "no such fix is safe")
	run("check", "--fix", "--unsafe-fixes")
	text, err = os.ReadFile(filepath.Join(dir, "ui.go"))
	require.NoError(t, err)
	require.Contains(t, string(text), "\treturn func() tea.Msg {\n\t\ttime.Sleep(time.Second)\n\t\treturn nil\n\t}\n")
	require.Contains(t, string(text), "\t\treturn m, func() tea.Msg {\n\t\t\tcmd := exec.Command(\"ls\")\n\t\t\t_ = cmd.Run()\n\t\t\treturn nil\n\t\t}\n")
	build := exec.Command("go", "build", "./...")
	build.Dir = dir
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	left := placesIn(t, run("check", "--format", "json"), "ui.go", string(text))
	require.Len(t, left, 1)
	require.Contains(t, left[0], "GL201")
}
