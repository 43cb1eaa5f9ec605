package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

// found is an analysis that finds one call, in shop/tasks.py below the root.
func found(_ context.Context, req check.Request) (check.Outcome, error) {
	at := func(line, col int) rules.Pos { return rules.Pos{File: "shop/tasks.py", Line: line, Column: col} }
	selected, err := req.Catalog.Select(req.Select, req.Ignore)
	return check.Outcome{
		Findings: []rules.Finding{{Rule: "GL401", Pos: at(2, 5), End: at(2, 16), Message: "task refresh holds the gevent hub: pycurl.Curl.perform", Symbol: "pycurl.Curl.perform"}},
		Comments: []report.FileComments{{File: "shop/tasks.py", Comments: []report.Comment{{Pos: at(3, 8), Text: "# greenlint: ignore[GL201]"}}}},
		Skipped:  []rules.Skip{{File: "shop/broken.py", Reason: "3:1: unexpected indent"}},
		Stats:    report.Stats{Files: len(req.Files), UnknownCalls: 7},
		Notes:    []string{"loop " + string(req.Loop) + ", settings " + filepath.Base(req.ConfigFile), "paths " + strings.Join(req.Paths, " ")},
		Selected: selected, PathIgnores: map[string][]string{"nothing/": {"ALL"}},
	}, err
}

// greenlint runs the command in a new project.
func greenlint(t *testing.T, run analysis, args ...string) (status int, out, errs string, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"project/Procfile":       "worker: celery -A shop worker -P gevent\n",
		"project/greenlint.toml": "",
		"project/shop/tasks.py":  "def refresh(c):\n    c.perform()\n    pass  # greenlint: ignore[GL201]\n",
		"project/shop/broken.py": "  x\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	var o, e bytes.Buffer
	status = program(run).Main(context.Background(), args, command.Call{Dir: dir, Stdin: strings.NewReader(""), Stdout: &o, Stderr: &e})
	return status, o.String(), e.String(), dir
}

func TestCheckText(t *testing.T) {
	status, out, errs, _ := greenlint(t, found, "check", "--loop=eventlet", "project", "-v")
	require.Equal(t, command.Findings, status)
	require.Equal(t, `project/shop/broken.py: GL902 unreadable: not fully analysed: 3:1: unexpected indent

project/shop/tasks.py:2:5: GL401 foreign-io: task refresh holds the gevent hub: pycurl.Curl.perform
  |
2 |     c.perform()
  |     ^^^^^^^^^^^
  |

project/shop/tasks.py:3:8: GL901 unused-suppression: this comment ignores GL201, which is not found here
  |
3 |     pass  # greenlint: ignore[GL201]
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: remove it, so that it can't hide a later finding

`, out)
	require.Equal(t, `3 findings (1 error, 2 warnings) in 2 files.
7 calls could not be resolved:
  7 in all: in Go, through a function value
1 file could not be analysed in full:
  project/shop/broken.py: 3:1: unexpected indent
note: loop eventlet, settings greenlint.toml
note: paths .
`, errs)
}

func TestCheckJSON(t *testing.T) {
	status, out, _, _ := greenlint(t, found, "check", "project/shop", "--format", "json", "--no-config")
	require.Equal(t, command.Findings, status)
	var v struct {
		Findings []struct{ File, Rule, Fingerprint string }
		Skipped  []struct{ File string }
		Stats    struct{ Files, Findings int }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	require.Len(t, v.Findings, 2, "a part can't tell that a suppression is unused")
	require.Equal(t, "tasks.py", v.Findings[1].File, "relative to the directory that was checked")
	require.Equal(t, "broken.py", v.Skipped[0].File)
	require.Equal(t, 4, v.Stats.Files, "the whole project is handed to the analysis")

	_, whole, _, _ := greenlint(t, found, "check", "project", "--format", "json")
	require.Contains(t, whole, `"file": "shop/tasks.py"`)
	require.Contains(t, whole, v.Findings[1].Fingerprint, "a fingerprint does not depend on what was checked")
}

func TestCheckStatus(t *testing.T) {
	for line, want := range map[string]int{
		"check project":                                    command.Findings,
		"check project --exit-zero":                        command.OK,
		"check project --select GL2":                       command.OK,
		"check project --ignore GL4,GL9":                   command.OK,
		"check project --select GL401 --ignore foreign-io": command.OK,
		"check project --select GL4":                       command.Findings,
		"check project --output nowhere/x":                 command.Failure,
	} {
		status, _, errs, _ := greenlint(t, found, strings.Fields(line)...)
		require.Equal(t, want, status, "%s\n%s", line, errs)
	}
}

func TestCheckOutputFile(t *testing.T) {
	_, plain, _, _ := greenlint(t, found, "check", "project")
	_, out, errs, dir := greenlint(t, found, "check", "project", "--output", "findings.txt", "-q")
	require.Empty(t, out)
	require.Empty(t, errs)
	text, err := os.ReadFile(filepath.Join(dir, "findings.txt"))
	require.NoError(t, err)
	require.Equal(t, plain, string(text))
	_, out, _, _ = greenlint(t, found, "check", "project", "-o", "-")
	require.Equal(t, plain, out)
}

func TestCheckColor(t *testing.T) {
	_, out, _, _ := greenlint(t, found, "check", "project", "--color", "always")
	require.Contains(t, out, "\x1b[1;31mGL401 foreign-io\x1b[0m")
	_, out, _, _ = greenlint(t, found, "check", "project", "--color", "never")
	require.NotContains(t, out, "\x1b")
	_, out, _, _ = greenlint(t, found, "check", "project", "--color", "always", "--format", "json")
	require.NotContains(t, out, "\x1b")
}

func TestCheckFails(t *testing.T) {
	panics := func(context.Context, check.Request) (check.Outcome, error) { panic("boom") }
	status, out, errs, _ := greenlint(t, panics, "check", "project")
	require.Equal(t, command.Failure, status)
	require.Empty(t, out)
	require.Contains(t, errs, "greenlint: internal error: boom")
	require.Contains(t, errs, "report it at https://")

	canceled := func(context.Context, check.Request) (check.Outcome, error) { return check.Outcome{}, context.Canceled }
	status, _, errs, _ = greenlint(t, canceled, "check", "project")
	require.Equal(t, command.Failure, status)
	require.Equal(t, "greenlint: interrupted\n", errs)

	badSettings := func(context.Context, check.Request) (check.Outcome, error) {
		return check.Outcome{PathIgnores: map[string][]string{"tests/": {"GL999"}}}, nil
	}
	status, _, errs, _ = greenlint(t, badSettings, "check", "project")
	require.Equal(t, command.Failure, status)
	require.Contains(t, errs, `rules to ignore in tests/: no rule matches "GL999"`)
}

func TestSettingsFile(t *testing.T) {
	top := t.TempDir()
	for name, text := range map[string]string{
		"greenlint.toml":        "",
		"repo/.git/config":      "",
		"repo/pyproject.toml":   "[project]\n  [tool.greenlint]\n",
		"repo/a/pyproject.toml": "[project]\nname = '[tool.greenlint]'\n",
		"repo/b/greenlint.toml": "",
		"repo/b/pyproject.toml": "[tool.greenlint]\n",
		"repo/c/deep/x.py":      "",
		"loose/x.py":            "",
		"checkout/.git/config":  "",
	} {
		file := filepath.Join(top, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	for root, want := range map[string]string{
		"repo": "repo/pyproject.toml", "repo/a": "repo/pyproject.toml", "repo/b": "repo/b/greenlint.toml", "repo/c/deep": "repo/pyproject.toml",
		"loose": "", "checkout": "", ".": "greenlint.toml",
	} {
		got, err := settingsFile(top, filepath.Join(top, root), &checkFlags{})
		require.NoError(t, err)
		if want != "" {
			want = filepath.Join(top, want)
		}
		require.Equal(t, want, got, root)
	}
	got, err := settingsFile(top, filepath.Join(top, "repo"), &checkFlags{noConfig: true})
	require.NoError(t, err)
	require.Empty(t, got)
	got, err = settingsFile(top, filepath.Join(top, "repo"), &checkFlags{config: "repo/b/greenlint.toml"})
	require.NoError(t, err)
	require.Equal(t, filepath.Join(top, "repo/b/greenlint.toml"), got)
}
