package confirm

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// These tests run real loops:
//
//	GREENLINT_ENGINE_VENV=dir     a virtual environment with gevent and eventlet, for the fixtures that need CPython
//	GREENLINT_REQUIRE_ENGINES=1   fail where an engine is missing, rather than skip

// missing skips the test, or fails it where engines are required.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
		t.Fatalf("not run: %s", what)
	}
	t.Skipf("not run: %s", what)
}

func engineVenv(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("real loops take a while")
	}
	dir := os.Getenv("GREENLINT_ENGINE_VENV")
	if dir == "" {
		missing(t, "GREENLINT_ENGINE_VENV names no virtual environment with gevent and eventlet")
	}
	return dir
}

func session(t *testing.T, python string) *Session {
	t.Helper()
	s, err := NewSession(t.Context(), Options{Python: python})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// settled confirms a target, again where the machine was too busy to tell.
func settled(t *testing.T, s *Session, target *Target) Verdict {
	t.Helper()
	var v Verdict
	for range 3 {
		var err error
		v, err = s.Confirm(t.Context(), target)
		require.NoError(t, err)
		if v.Verdict != Inconclusive {
			break
		}
		t.Logf("again: %s", v.Headline(filepath.Base))
	}
	return v
}

var holds = regexp.MustCompile(`(?:#|//) holds: (\S+) ?(.*)$`)

// bundled returns the fixtures.
func bundled(t *testing.T, wanted func(*Target) bool) (out []*Target) {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/stalls")
	require.NoError(t, err)
	list, err := Parse(dir, ".")
	require.NoError(t, err)
	for _, x := range list {
		if wanted(x) {
			out = append(out, x)
		}
	}
	return out
}

// confirmAll confirms fixtures beside each other, and makes a test of each.
func confirmAll(t *testing.T, s *Session, list []*Target, check func(*testing.T, *Target, *Verdict)) {
	t.Helper()
	require.NoError(t, s.ConfirmAll(t.Context(), list, func(x *Target, v Verdict) error {
		t.Run(filepath.Base(x.Name), func(t *testing.T) {
			if v.Engine == NoEngine {
				missing(t, v.Reason)
			}
			if v.Verdict == Inconclusive {
				t.Logf("again: %s", v.Headline(filepath.Base))
				v = settled(t, s, x)
			}
			require.Equal(t, x.Expected, v.Verdict, v.Headline(filepath.Base))
			check(t, x, &v)
		})
		return nil
	}))
}

// TestFixtures runs the bundled fixtures: the bad ones hold the loop in the way,
// and mostly on the line, that they are marked with, and the others don't.
func TestFixtures(t *testing.T) {
	for _, language := range []string{"go", "python"} {
		t.Run(language, func(t *testing.T) {
			python := ""
			if language == "python" {
				python = engineVenv(t)
			} else if testing.Short() {
				t.Skip("real loops take a while")
			} else if _, err := exec.LookPath("go"); err != nil {
				missing(t, "the go command is not on the PATH")
			}
			confirmAll(t, session(t, python), bundled(t, func(x *Target) bool { return x.Language == language }), checkMark)
		})
	}
}

// TestFixturesWithoutPython runs what the built-in interpreter can run.
func TestFixturesWithoutPython(t *testing.T) {
	if testing.Short() {
		t.Skip("real loops take a while")
	}
	s := session(t, "")
	s.pythons = nil
	verdicts := map[string]int{}
	list := bundled(t, func(x *Target) bool { return x.Language == "python" && !x.Native && x.Loop != rules.Asyncio })
	confirmAll(t, s, list, func(t *testing.T, x *Target, v *Verdict) {
		require.Equal(t, "gpy+"+string(x.Loop), v.Engine)
		if v.Verdict == Confirmed { // the class is that of the stand-in
			src, err := os.ReadFile(x.File)
			require.NoError(t, err)
			checkLine(t, string(src), v)
		}
		verdicts[v.Verdict]++
	})
	require.GreaterOrEqual(t, verdicts[Confirmed], 12)
	require.GreaterOrEqual(t, verdicts[Refuted], 6)
}

// checkMark compares a verdict with the mark in the fixture.
func checkMark(t *testing.T, target *Target, v *Verdict) {
	t.Helper()
	src, err := os.ReadFile(target.File)
	require.NoError(t, err)
	marked := false
	for line := range strings.SplitSeq(string(src), "\n") {
		m := holds.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		marked = true
		require.Equal(t, m[1], v.Class, v.Headline(filepath.Base))
		if m[2] != "" {
			require.Equal(t, m[2], v.Syscall)
		}
		if v.Frame != nil {
			require.Equal(t, target.File, v.Frame.File)
			checkLine(t, string(src), v)
		}
	}
	require.Equal(t, target.Expected == Confirmed, marked, "a bad fixture, and no other, has a mark")
}

// checkLine compares the line that held the loop with the marked one; any will do
// where the mark is the whole function's.
func checkLine(t *testing.T, src string, v *Verdict) {
	t.Helper()
	require.NotNil(t, v.Frame, v.Headline(filepath.Base))
	for i, line := range strings.Split(src, "\n") {
		if holds.MatchString(line) && !strings.Contains(line, "def task") && !strings.Contains(line, "func task") {
			require.Equal(t, i+1, v.Frame.Line, v.Headline(filepath.Base))
		}
	}
}

// standIns make the examples of the rules' pages run on this machine, and end
// soon: what they wait for is replaced by a peer that does the same.
var standIns = strings.NewReplacer(
	"https://example.org/", "http://{slow_http}/",
	`("example.org", 80)`, `"{black_hole}".split(":")`,
	"convert in.png out.jpg", "sleep 0.3",
	`["convert", "in.png", "out.jpg"]`, `["sleep", "0.3"]`,
	`"jobs.lock"`, `"{locked_file}"`,
	"2000000", "1000000", "50000000", "5000000", "80000000", "8000000",
	"sleep(1)", "sleep(0.3)",
	"wait(30)", "wait(0.3)",
	// A picture that is made before.
	"async def thumbnail(path):\n    picture = Image.open(path)\n", "picture = Image.new('RGB', (9000, 9000))\n\n\nasync def thumbnail():\n",
	`"dbname=shop"`, `dbname="shop", user="shop", host="127.0.0.1", port="{slow_postgres}".split(":")[1]`,
	// A Django project in one file, with one article.
	"from django.db import models\n", django,
	"models.Model):\n", "models.Model):\n    class Meta:\n        app_label = 'shop'\n\n",
	"async def show(title)", "with connection.schema_editor() as editor:\n    editor.create_model(Article)\nArticle.objects.create(title='')\nconnection.close()\n\n\nasync def show(title: str)",
)

const django = `import django
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite"}})
django.setup()
from django.db import connection, models
import os
if os.path.exists("shop.sqlite"):
    os.remove("shop.sqlite")
`

// notRun are examples of the pages that can't be run, each with the reason.
var notRun = map[string]string{
	"GL203 bad-1":  "how long a disk takes is the machine's affair",
	"GL203 good-1": "needs the file",
	"GL504 bad-1":  "the loop goes on; what goes wrong is that the child's does too",
	"GL504 good-2": "is through at once, too soon to be seen not to hold a loop",
	"GL505 bad-2":  "two threads have to want the lock at once",
	"GL504 bad-2":  "the loop goes on; what goes wrong is that the child's does too",
	"GL103 good-1": "is through at once, too soon to be seen not to hold a loop",
	"GL103 good-2": "is through at once, too soon to be seen not to hold a loop",
	"GL104 bad-2":  "is a server, and nobody asks it here",
	"GL104 good-2": "is a server, and nobody asks it here",
	"GL504 good-1": "is through at once, too soon to hold a loop or to be seen not to",
	"GL503 good-1": "is through in 2 ms, too soon to hold a loop or to be seen not to",
}

// about are rules that say nothing about how long a loop is held.
var about = regexp.MustCompile(`^GL(60[235-9]|7|8|9)`)

var (
	ruleMark  = regexp.MustCompile(`#\s*GL\d+`)
	asyncName = regexp.MustCompile(`(?m)^async def (\w+)\((\w*)`)
)

// TestRulePages runs the examples of the rules' pages.
func TestRulePages(t *testing.T) {
	s := session(t, engineVenv(t))
	catalog, err := rules.Load()
	require.NoError(t, err)
	var list []*Target
	texts := map[*Target]string{}
	for _, r := range catalog.Rules() {
		if about.MatchString(string(r.ID)) {
			continue
		}
		number := map[bool]int{}
		for _, e := range r.Examples {
			number[e.Bad]++
			name := string(r.ID) + map[bool]string{true: " bad-", false: " good-"}[e.Bad] + string(rune('0'+number[e.Bad]))
			if e.Lang != "python" || slices.ContainsFunc(e.Attrs, func(a string) bool { return strings.HasPrefix(a, "file=") }) {
				continue
			}
			loop := rules.Loop("")
			for _, a := range e.Attrs {
				if rules.KnownLoop(rules.Loop(a)) {
					loop = rules.Loop(a)
				}
			}
			if loop == "" {
				continue
			}
			if why := notRun[name]; why != "" {
				t.Run(name, func(t *testing.T) { t.Skip(why) })
				continue
			}
			text, err := s.peers.Fill(standIns.Replace(e.Code))
			require.NoError(t, err)
			dir := t.TempDir()
			file := filepath.Join(dir, "page.py")
			write(t, file, text)
			target := &Target{
				Name: name, Rule: string(r.ID), Language: "python", Loop: loop, File: file, Path: []string{dir}, Roots: []string{dir}, Native: true,
				Expected: map[bool]string{true: Confirmed, false: Refuted}[e.Bad],
			}
			if loop == rules.Asyncio {
				all := asyncName.FindAllStringSubmatch(e.Code, -1)
				last := all[len(all)-1]
				target.Func = last[1]
				if last[2] == "url" {
					url, err := s.peers.Fill(`"http://{slow_http}/"`)
					require.NoError(t, err)
					target.Args = &url
				}
				if last[2] == "text" { // that a pattern divides in many ways
					text := `"<" + "a" * 22`
					target.Args = &text
				}
			}
			list, texts[target] = append(list, target), text
		}
	}
	confirmAll(t, s, list, func(t *testing.T, x *Target, v *Verdict) {
		if x.Expected == Confirmed && v.Class != "loop-visible" {
			require.NotNil(t, v.Frame)
			lines := strings.Split(texts[x], "\n")
			require.True(t, slices.ContainsFunc(v.Stack, func(f Frame) bool {
				return f.File == x.File && near(lines, f.Line)
			}), "no marked line in the stack: %v", v.Stack)
		}
	})
	t.Logf("%d examples were run", len(list))
}

// near reports whether a line is marked, or lies in the body of a marked loop.
func near(lines []string, n int) bool {
	for i := n; i > 0; i-- {
		if ruleMark.MatchString(lines[i-1]) {
			return true
		}
		if strings.HasPrefix(lines[i-1], "def ") || strings.HasPrefix(lines[i-1], "async def ") {
			return false
		}
	}
	return false
}
