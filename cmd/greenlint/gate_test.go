package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// A shop is a small project in a git checkout.
type shop struct {
	t   *testing.T
	dir string
}

const shopTasks = `import asyncio
import requests
import time


async def refresh(url):
    return requests.get(url)


async def wait():
    time.sleep(3)


def helper(url):
    return requests.post(url)


asyncio.run(refresh("x"))
`

func newShop(t *testing.T) *shop {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		require.NotEqual(t, "1", os.Getenv("GREENLINT_REQUIRE_ENGINES"), "git has to be there")
		t.Skip("git is not installed")
	}
	t.Setenv("CI", "")
	s := &shop{t, t.TempDir()}
	s.git("init", "-q", "-b", "main")
	s.write("shop/tasks.py", shopTasks)
	s.commit("first")
	return s
}

func (s *shop) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = s.dir
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, string(out))
	return string(out)
}

func (s *shop) commit(what string) {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "-m", what)
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	writeFile(s.t, filepath.Join(s.dir, filepath.FromSlash(name)), text)
}

func (s *shop) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
	require.NoError(s.t, err)
	return string(text)
}

// edit replaces text in a file, which must hold it.
func (s *shop) edit(name string, oldnew ...string) {
	s.t.Helper()
	text := s.read(name)
	for i := 0; i < len(oldnew); i += 2 {
		require.Contains(s.t, text, oldnew[i])
		text = strings.ReplaceAll(text, oldnew[i], oldnew[i+1])
	}
	s.write(name, text)
}

// run runs the command in the project.
func (s *shop) run(line string) (status int, out, errs string) {
	s.t.Helper()
	var o, e bytes.Buffer
	status = program(check.Run).Main(context.Background(), strings.Fields(line), command.Call{Dir: s.dir, Stdin: strings.NewReader(""), Stdout: &o, Stderr: &e})
	return status, o.String(), e.String()
}

// found lists what a run reports, a line each without the message.
func (s *shop) found(line string) []string {
	s.t.Helper()
	status, out, errs := s.run(line + " --format concise")
	require.NotEqual(s.t, command.Failure, status, errs)
	found := []string{}
	for l := range strings.Lines(out) {
		parts := strings.SplitN(l, ": ", 3)
		found = append(found, parts[0]+" "+strings.Fields(parts[1])[0])
	}
	require.Equal(s.t, len(found) > 0, status == command.Findings, out+errs)
	return found
}

func TestBaseline(t *testing.T) {
	s := newShop(t)
	require.Equal(t, []string{"shop/tasks.py:7:12 GL401", "shop/tasks.py:11:5 GL202"}, s.found("check"))

	status, _, errs := s.run("check --baseline known.json")
	require.Equal(t, command.Failure, status)
	require.Contains(t, errs, "--update-baseline makes it")
	status, out, errs := s.run("check --baseline known.json --update-baseline")
	require.Equal(t, command.OK, status, out+errs)
	require.Contains(t, errs, "Nothing found in 1 file; 2 in the baseline.")
	made := s.read("known.json")
	require.NotContains(t, made, `"line"`)
	require.True(t, json.Valid([]byte(made)), made)
	s.commit("baseline")
	require.Empty(t, s.found("check --baseline known.json"))
	require.Equal(t, made, s.read("known.json"))

	t.Run("edits, reformatting and moves", func(t *testing.T) {
		s := *s
		s.t = t
		s.edit("shop/tasks.py", "import time\n", "import time\n\n# a comment\nBUDGET = 3\n", "requests.get(url)", "requests.get(\n        url,\n    )")
		require.Empty(t, s.found("check --baseline known.json"))
		s.git("mv", "shop/tasks.py", "shop/jobs.py")
		require.Empty(t, s.found("check --baseline known.json"), "renamed in the index")
		require.Contains(t, s.read("known.json"), "shop/jobs.py", "the baseline follows")
		s.git("checkout", "-q", "-f", "HEAD")
		s.git("clean", "-fdq")
		require.NoError(t, os.Rename(filepath.Join(s.dir, "shop/tasks.py"), filepath.Join(s.dir, "shop/moved.py")))
		require.Empty(t, s.found("check --baseline known.json"), "renamed on the disk only")
		s.git("checkout", "-q", "-f", "HEAD")
		s.git("clean", "-fdq")
		s.edit("shop/tasks.py", "async def wait():\n    time.sleep(3)\n", "")
		s.write("shop/waiting.py", "import time\n\n\nasync def wait():\n    time.sleep(3)\n")
		require.Empty(t, s.found("check --baseline known.json"), "a function moved to another file")
		s.git("checkout", "-q", "-f", "HEAD")
		s.git("clean", "-fdq")
	})
	t.Run("new ones fail", func(t *testing.T) {
		s := *s
		s.t = t
		s.edit("shop/tasks.py", "    time.sleep(3)\n", "    time.sleep(3)\n    time.sleep(4)\n")
		require.Equal(t, []string{"shop/tasks.py:12:5 GL202"}, s.found("check --baseline known.json"), "a second one of the same kind")
		s.edit("shop/tasks.py", "    time.sleep(4)\n", "    helper('x')\n")
		require.Equal(t, []string{"shop/tasks.py:16:12 GL401"}, s.found("check --baseline known.json"), "an old sink that is now reached")
		s.git("checkout", "-q", "-f", "HEAD")
	})
	t.Run("shrinks", func(t *testing.T) {
		s := *s
		s.t = t
		s.edit("shop/tasks.py", "    time.sleep(3)\n", "    await asyncio.sleep(3)\n")
		t.Setenv("CI", "true")
		status, _, errs := s.run("check --baseline known.json")
		require.Equal(t, command.OK, status)
		require.Contains(t, errs, "1 finding of the baseline is gone (GL202 in shop/tasks.py); a run on your machine takes them out of known.json")
		require.Equal(t, made, s.read("known.json"), "a build server changes nothing")
		t.Setenv("CI", "")
		s.run("check --baseline known.json --select GL4")
		s.run("check --baseline known.json --loop gevent")
		require.Equal(t, made, s.read("known.json"), "what was not judged is not gone")
		_, _, errs = s.run("check --baseline known.json")
		require.Contains(t, errs, "taken out of known.json")
		require.NotContains(t, s.read("known.json"), "GL202")
		s.edit("shop/tasks.py", "    await asyncio.sleep(3)\n", "    time.sleep(3)\n")
		require.Equal(t, []string{"shop/tasks.py:11:5 GL202"}, s.found("check --baseline known.json"), "it does not come back unseen")
		s.git("checkout", "-q", "-f", "HEAD")
	})
	t.Run("settings", func(t *testing.T) {
		s := *s
		s.t = t
		s.write("greenlint.toml", "baseline = \"known.json\"\n")
		require.Empty(t, s.found("check"))
		require.Len(t, s.found("check --no-baseline"), 2)
		require.Empty(t, s.found("check shop"), "the baseline names files from where it lies")
		var log struct {
			Runs []struct {
				Results []struct{ BaselineState string }
			}
		}
		_, out, _ := s.run("check --format sarif")
		require.NoError(t, json.Unmarshal([]byte(out), &log))
		require.Equal(t, "unchanged", log.Runs[0].Results[0].BaselineState)
		require.NoError(t, os.Remove(filepath.Join(s.dir, "greenlint.toml")))
	})
	t.Run("not a baseline", func(t *testing.T) {
		s := *s
		s.t = t
		for _, text := range []string{"", "{}", "[]", `{"schema": "greenlint-baseline/1", "findings": [{}]}`, `{"schema": "greenlint-baseline/2", "findings": []}`} {
			s.write("bad.json", text)
			status, _, errs := s.run("check --baseline bad.json")
			require.Equal(t, command.Failure, status)
			require.Contains(t, errs, "bad.json: not a baseline")
		}
	})
}

func TestDiff(t *testing.T) {
	s := newShop(t)
	require.Empty(t, s.found("check --diff main"), "nothing has changed")
	s.git("checkout", "-q", "-b", "feature")
	s.edit("shop/tasks.py", "    time.sleep(3)\n", "    time.sleep(3)\n    time.sleep(4)\n", "async def refresh", "\n\nasync def refresh")
	require.Equal(t, []string{"shop/tasks.py:14:5 GL202"}, s.found("check --diff main"), "in the working tree")
	s.commit("more")
	require.Equal(t, []string{"shop/tasks.py:14:5 GL202"}, s.found("check --diff main"), "committed")
	_, _, errs := s.run("check --diff=main")
	require.Contains(t, errs, "; 2 there before.")

	s.write("shop/views.py", "from shop.tasks import helper\n\n\nasync def view():\n    helper('x')\n")
	s.write("shop/__init__.py", "")
	require.Equal(t, []string{"shop/tasks.py:14:5 GL202", "shop/tasks.py:18:12 GL401"}, s.found("check --diff main"), "an old sink that a new caller puts on the loop")
	require.Equal(t, []string{"shop/tasks.py:18:12 GL401"}, s.found("check shop/views.py --diff main"))
	s.git("mv", "shop/tasks.py", "shop/jobs.py")
	s.edit("shop/views.py", "shop.tasks", "shop.jobs")
	require.Equal(t, []string{"shop/jobs.py:14:5 GL202", "shop/jobs.py:18:12 GL401"}, s.found("check --diff main"), "a renamed file")
	s.commit("renamed")

	// main goes on and mends something that the branch still has: not the branch's doing.
	s.git("checkout", "-q", "main")
	s.edit("shop/tasks.py", "    time.sleep(3)\n", "    await asyncio.sleep(3)\n")
	s.commit("mended")
	s.git("checkout", "-q", "feature")
	require.Equal(t, []string{"shop/jobs.py:14:5 GL202", "shop/jobs.py:18:12 GL401"}, s.found("check --diff main"))

	for line, want := range map[string]string{
		"check --diff nowhere":  "git knows no revision nowhere",
		"check --diff":          "--diff: which git revision?",
		"check --diff=--output": "is no revision",
	} {
		status, _, errs := s.run(line)
		require.Equal(t, command.Failure, status, line)
		require.Contains(t, errs, want)
	}
	outside := *s
	outside.dir = t.TempDir()
	outside.write("a.py", "x = 1\n")
	status, _, errs := outside.run("check --diff main")
	require.Equal(t, command.Failure, status)
	require.Contains(t, errs, "needs a git checkout")
}

func TestSeveritiesAndPaths(t *testing.T) {
	s := newShop(t)
	for settings, want := range map[string]string{
		"":                        "error error 1",
		"fail-on = 'error'":       "error error 1",
		"severity.GL202 = 'info'": "error info 1",
		"severity.GL = 'warning'": "warning warning 1",
		"severity.GL = 'warning'\nfail-on = 'error'":                                                                                    "warning warning 0",
		"severity.GL = 'warning'\nseverity.foreign-io = 'error'\nseverity.GL4 = 'info'":                                                 "error warning 1",
		"[[path]]\nfiles = ['shop/']\nignore = ['GL401']":                                                                               "error 1",
		"[[path]]\nfiles = ['shop/']\nselect = ['GL401']":                                                                               "error 1",
		"[[path]]\nfiles = ['shop/']\nignore = ['ALL']\n[[path]]\nfiles = ['tasks.py']\nselect = ['GL4']\nseverity = {GL4 = 'warning'}": "warning 1",
		"[[path]]\nfiles = ['shop/']\nseverity = {GL2 = 'info', GL401 = 'info'}\n[severity]\nGL = 'error'":                              "info info 1",
		"[[path]]\nfiles = ['tests/']\nignore = ['ALL']":                                                                                "error error 1",
	} {
		s.write("greenlint.toml", settings+"\n")
		status, out, errs := s.run("check --format json")
		var v struct {
			Findings []struct {
				Severity   string
				Suppressed *string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(out), &v), errs)
		got := ""
		for _, f := range v.Findings {
			if f.Suppressed == nil {
				got += f.Severity + " "
			}
		}
		require.Equal(t, want, got+string(rune('0'+status)), settings)
	}
	s.write("greenlint.toml", "severity.GL = 'warning'\nfail-on = 'error'\n")
	status, _, _ := s.run("check --fail-on warning")
	require.Equal(t, command.Findings, status, "the flag wins")
	for settings, want := range map[string]string{
		"severity.GL401 = 'grave'":                  `severity: GL401: unknown severity "grave"`,
		"severity.GL999 = 'info'":                   `severity: no rule matches "GL999"`,
		"[[path]]\nignore = ['GL4']":                `[[path]] number 1: want files`,
		"[[path]]\nfiles = ['x']\nignore = ['GLX']": `[[path]] number 1: ignore: no rule matches "GLX"`,
		"fail-on = 'never'":                         `fail-on: unknown severity "never"`,
	} {
		s.write("greenlint.toml", settings+"\n")
		status, _, errs := s.run("check")
		require.Equal(t, command.Failure, status, settings)
		require.Contains(t, errs, want)
	}
}

func TestSeveralOutputs(t *testing.T) {
	s := newShop(t)
	status, out, errs := s.run("check --format concise --format sarif --output a.sarif --output b.html --format html -o c.xml")
	require.Equal(t, command.Findings, status, errs)
	require.Contains(t, out, "shop/tasks.py:7:12: GL401")
	require.Contains(t, s.read("a.sarif"), `"version": "2.1.0"`)
	require.Contains(t, s.read("b.html"), "<!doctype html>")
	require.Contains(t, s.read("c.xml"), "<testsuites")
	_, out, _ = s.run("check -o d.json")
	require.Empty(t, out)
	require.Contains(t, s.read("d.json"), report.Schema)
	for line, want := range map[string]string{
		"check --format json --format text":           "two formats for standard output",
		"check -o x --format json -o x --format text": "two formats for x",
		"check --format yaml":                         "want text, concise, json",
		"check --format json -o nowhere/x.json":       "writing findings",
		"check --format json -o shop":                 "writing findings",
	} {
		status, _, errs := s.run(line)
		require.Equal(t, command.Failure, status, line)
		require.Contains(t, errs, want)
	}
	t.Run("whole or not at all", func(t *testing.T) {
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Skip("there is no /dev/full")
		}
		status, _, errs := s.run("check --format json -o /dev/full")
		require.Equal(t, command.Failure, status)
		require.Contains(t, errs, "writing findings")
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		defer full.Close()
		var e bytes.Buffer
		status = program(check.Run).Main(context.Background(), []string{"check"}, command.Call{Dir: s.dir, Stdout: full, Stderr: &e})
		require.Equal(t, command.Failure, status)
		require.Contains(t, e.String(), "writing findings")
	})
	t.Run("names for other tools", func(t *testing.T) {
		t.Setenv("GITHUB_WORKSPACE", s.dir)
		t.Setenv("CI_PROJECT_DIR", s.dir)
		inner := *s
		inner.dir = filepath.Join(s.dir, "shop")
		for _, format := range []string{"github", "gitlab", "sarif"} {
			_, out, _ := inner.run("check --format " + format)
			require.Contains(t, out, "shop/tasks.py", format)
		}
		_, out, _ := inner.run("check --format rdjsonl")
		require.NotContains(t, out, "shop/tasks.py")
	})
	entries, err := os.ReadDir(s.dir)
	require.NoError(t, err)
	for _, e := range entries {
		require.NotContains(t, e.Name(), ".tmp")
	}
}
