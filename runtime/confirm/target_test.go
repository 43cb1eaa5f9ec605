package confirm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/stall"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
}

func TestParse(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	write(t, at("app.py"), "import gevent\ngevent.spawn(print).join()\n")
	write(t, at("shop/__init__.py"), "")
	write(t, at("shop/tasks.py"), "# greenlint: confirm refresh(\"http://{slow_http}/\", 5)\n# greenlint: confirm sweep\nimport eventlet\n")
	write(t, at("stalls/gl201_x_bad.py"), "# greenlint: engine cpython\nasync def task(): pass\n")
	write(t, at("stalls/gl201_x_ok.py"), "# greenlint: loop gevent\n")
	write(t, at("stalls/notes.py"), "")
	write(t, at("go/x.go"), "package x\n")

	for word, want := range map[string][]string{
		"app.py":                 {"app.py gevent app.py  []"},
		"app.py::main":           {"app.py::main gevent app.py main []"},
		"shop/tasks.py":          {"shop/tasks.py::refresh eventlet shop.tasks refresh [\"http://{slow_http}/\", 5]", "shop/tasks.py::sweep eventlet shop.tasks sweep []"},
		"shop/tasks.py::sweep":   {"shop/tasks.py::sweep eventlet shop.tasks sweep []"},
		"shop/tasks.py::Other.x": {"shop/tasks.py::Other.x eventlet shop.tasks Other.x []"},
		"stalls":                 {"stalls/gl201_x_bad.py asyncio gl201_x_bad.py task [] GL201 confirmed +good native", "stalls/gl201_x_ok.py gevent gl201_x_ok.py task [] GL201 refuted"},
		"./go.Work":              {"./go.Work greenpool go Work []"},
		"go/x.go::Work":          {"go/x.go::Work greenpool x.go Work []"},
	} {
		list, err := Parse(dir, word)
		require.NoError(t, err, word)
		var got []string
		for _, x := range list {
			args := ""
			if x.Args != nil {
				args = *x.Args
			}
			what := x.Module
			if what == "" {
				what = filepath.Base(x.File)
			}
			line := fmt.Sprintf("%s %s %s %s [%s]", x.Name, x.Loop, what, x.Func, args)
			if x.Expected != "" {
				line += " " + x.Rule + " " + x.Expected
			}
			if x.Good != nil {
				line += " +good"
			}
			if x.Native {
				line += " native"
			}
			got = append(got, line)
		}
		require.Equal(t, want, got, word)
	}
	for _, word := range []string{"nothing.py", "nothing/", "go::x", "./missing.Work"} {
		_, err := Parse(dir, word)
		require.Error(t, err, word)
	}
	write(t, at("wrong.py"), "# greenlint: loop sideways\n")
	_, err := Parse(dir, "wrong.py")
	require.ErrorContains(t, err, "unknown loop")
	write(t, at("empty/x.py"), "")
	_, err = Parse(dir, "empty")
	require.ErrorContains(t, err, "no fixture")
}

func TestFromFinding(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "__init__.py"), "")
	write(t, filepath.Join(dir, "shop", "tasks.py"), "def refresh(): pass\n")
	write(t, filepath.Join(dir, "shop", "net.py"), "")
	findings, err := ReadFindings([]byte(`{"schema": "greenlint/1", "findings": [
		{"rule": "GL401", "language": "python", "file": "shop/net.py", "line": 3, "endLine": 4, "symbol": "pycurl.Curl.perform", "loop": "gevent",
		 "contexts": [{"kind": "celery-task", "function": "shop.tasks.refresh", "file": "shop/tasks.py", "line": 1}],
		 "chain": [{"function": "shop.tasks.refresh", "file": "shop/tasks.py", "line": 1}, {"function": "shop.net.Client.get", "file": "shop/net.py", "line": 3}, {"function": "pycurl.Curl.perform"}]},
		{"rule": "GL603", "file": "Procfile", "line": 1},
		{"rule": "GL202", "language": "python", "file": "shop/tasks.py", "line": 1, "loop": "gevent", "contexts": [{"function": "shop.tasks.refresh", "file": "shop/tasks.py"}]}]}`))
	require.NoError(t, err)
	x, why := FromFinding(dir, &findings[0])
	require.Empty(t, why)
	require.Equal(t, []any{"shop.tasks", "refresh", rules.Gevent, true, 3, 4, "pycurl.Curl.perform"}, []any{x.Module, x.Func, x.Loop, x.Patch, x.Line, x.EndLine, x.Symbol})
	require.Len(t, x.Nearer, 1)
	require.Equal(t, []string{"shop.net", "Client.get"}, []string{x.Nearer[0].Module, x.Nearer[0].Func})
	require.Nil(t, x.Nearer[0].Args)
	write(t, filepath.Join(dir, "shop", "net.py"), "# greenlint: confirm Client('u').get(7)\n")
	x, _ = FromFinding(dir, &findings[0])
	require.Equal(t, []string{"'u'", "7"}, []string{*x.Nearer[0].Made, *x.Nearer[0].Args})
	require.Nil(t, x.Args, "the line is about another function")
	_, why = FromFinding(dir, &findings[1])
	require.NotEmpty(t, why)
	x, _ = FromFinding(dir, &findings[2])
	require.False(t, x.Patch, "to patch first would mend what the rule says")
	_, err = ReadFindings([]byte(`{"schema": "other"}`))
	require.Error(t, err)
	_, err = ReadFindings([]byte(`]`))
	require.Error(t, err)
}

func TestBlockEnd(t *testing.T) {
	src := "def f():\n    for i in x:\n        a(i)\n\n        b(i)\n\n    return 1\n"
	for line, want := range map[int]int{1: 7, 2: 5, 3: 3, 7: 7, 99: 99} {
		require.Equal(t, want, blockEnd(src, line), "line %d", line)
	}
}

// TestConfirmAllKeepsTheOrder hands over verdicts in the order of the list, and
// stops when told to.
func TestConfirmAllKeepsTheOrder(t *testing.T) {
	s, err := NewSession(t.Context(), Options{})
	require.NoError(t, err)
	defer s.Close()
	var list []*Target
	var want, got []string
	for i := range 40 {
		x := &Target{Name: fmt.Sprint(i), Language: "python", Loop: "no such loop"}
		if i%3 == 0 {
			x.Expected = Refuted
		}
		list, want = append(list, x), append(want, x.Name)
	}
	require.NoError(t, s.ConfirmAll(t.Context(), list, func(x *Target, v Verdict) error {
		require.Equal(t, x.Name, v.Target)
		got = append(got, v.Target)
		return nil
	}))
	require.Equal(t, want, got)
	n := 0
	stop := errors.New("enough")
	require.ErrorIs(t, s.ConfirmAll(t.Context(), list, func(*Target, Verdict) error {
		if n++; n == 5 {
			return stop
		}
		return nil
	}), stop)
	require.Equal(t, 5, n)
}

// TestSiblings makes one target of a file's functions.
func TestSiblings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.py")
	write(t, file, "# greenlint: soak 20\n# greenlint: confirm one(1)\n# greenlint: confirm two\n")
	list, err := Parse(dir, "a.py")
	require.NoError(t, err)
	require.Len(t, list, 1)
	one := "1"
	require.Equal(t, &Soak{20, 1, []Call{{"one", nil, &one}, {"two", nil, nil}}}, list[0].Soak)
	require.Equal(t, "a.py", list[0].Name)

	list, err = Parse(dir, "a.py::two")
	require.NoError(t, err)
	require.Nil(t, list[0].Soak, "a function that is named is run alone")

	program := &Target{Language: "python", File: file}
	inGo := &Target{Name: "./feeds.Refresh", Language: "go", File: dir, Func: "Refresh"}
	got := Together([]*Target{list[0], program, inGo, {Name: "a.py::one", Language: "python", File: file, Func: "one"}, {Name: "./feeds.Client.Send", Language: "go", File: dir, Func: "Client.Send"}}, 5, 7)
	require.Len(t, got, 3)
	require.Equal(t, "a.py", got[0].Name)
	require.Equal(t, "./feeds", got[2].Name)
	require.Equal(t, &Soak{5, 7, []Call{{"Refresh", nil, nil}, {"Client.Send", nil, nil}}}, got[2].Soak)
	require.Equal(t, &Soak{5, 7, []Call{{"two", nil, nil}, {"one", nil, nil}}}, got[0].Soak)
	require.Equal(t, program, got[1])

	write(t, file, "# greenlint: soak often\n")
	_, err = Parse(dir, "a.py")
	require.ErrorContains(t, err, "number of rounds")
}

// TestSoakFailureIsTheSame compares what fails by what it is, not by its words,
// which may hold an address.
func TestSoakFailureIsTheSame(t *testing.T) {
	raised := func(text string) *soaked {
		return &soaked{trial: &trial{Run: &stall.Run{}, raised: &problem{name: "ValueError", text: text}}, failed: "task"}
	}
	require.Equal(t, raised("at 0x1").failure(), raised("at 0x2").failure())
	require.Equal(t, "a, b never end", (&soaked{trial: &trial{Run: &stall.Run{}}, stuck: []string{"a", "a", "b"}}).failure())
	held := &stall.Run{Stalls: []stall.Stall{{Wall: time.Second}}}
	require.Empty(t, (&soaked{trial: &trial{Run: held}}).failure(), "a stall that ends is seen without siblings")
	held.Stalls[0].Open = true
	require.Equal(t, "the loop stands still", (&soaked{trial: &trial{Run: held}}).failure())
}

// TestWorkerDirective lets a file say which worker calls it.
func TestWorkerDirective(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.py")
	write(t, file, "# greenlint: engine celery-eventlet\nimport gevent\n")
	list, err := Parse(dir, "a.py::task")
	require.NoError(t, err)
	require.Equal(t, []any{"celery-eventlet", rules.Eventlet, true}, []any{list[0].Worker, list[0].Loop, list[0].Native})
	write(t, file, "# greenlint: engine uwsgi\n")
	_, err = Parse(dir, "a.py")
	require.ErrorContains(t, err, "want one of celery-eventlet, celery-gevent, gunicorn-gevent")
	require.Error(t, (&Target{Language: "go"}).In("celery-gevent"))
}

// TestReadCall reads what a confirm line may say.
func TestReadCall(t *testing.T) {
	show := func(s *string) string {
		if s == nil {
			return "-"
		}
		return "(" + *s + ")"
	}
	for text, want := range map[string]string{
		`task`:                           `task - -`,
		`task()`:                         `task - ()`,
		`pkg.task("a)", (1, 2))`:         `pkg.task - ("a)", (1, 2))`,
		`Client("x").send(1)`:            `Client.send ("x") (1)`,
		`Client("{slow_http}").send`:     `Client.send ("{slow_http}") -`,
		`Client(f('\')', [1])).send({})`: `Client.send (f('\')', [1])) ({})`,
		`task(`:                          ``,
		`task()x`:                        ``,
		`task().a().b()`:                 ``,
		`"a".join()`:                     ``,
		``:                               ``,
	} {
		c, ok := readCall(text)
		got := ""
		if ok {
			got = c.name + " " + show(c.made) + " " + show(c.args)
		}
		require.Equal(t, want, got, text)
	}
}

// TestCommon keeps of two looks at the stack what has not moved.
func TestCommon(t *testing.T) {
	task, run, a, b := Frame{"t.py", 1, "task"}, Frame{"d.py", 5, "run"}, Frame{"d.py", 8, "connect"}, Frame{"d.py", 9, "commit"}
	require.Equal(t, []Frame{a, run, task}, common([]Frame{a, run, task}, []Frame{a, run, task}))
	require.Equal(t, []Frame{run, task}, common([]Frame{a, run, task}, []Frame{b, run, task}))
	require.Equal(t, []Frame{task}, common([]Frame{task}, []Frame{b, run, task}))
	require.Empty(t, common([]Frame{task}, []Frame{run}))
}

// TestGoNames reads methods of Go, on the command line and in findings.
func TestGoNames(t *testing.T) {
	for full, want := range map[string]string{
		"example.org/feeds.Refresh":               "Refresh",
		"(*example.org/feeds.Client).Send":        "Client.Send",
		"(example.org/x.y/feeds.Client).Send$1$2": "Client.Send",
		"main.run$1": "run",
	} {
		require.Equal(t, want, goName(full))
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "feeds", "feeds.go"), "package feeds\n\n// greenlint: confirm NewClient(\"u\").Send(7)\n")
	list, err := Parse(dir, "./feeds.Client.Send")
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "feeds"), "Client.Send"}, []string{list[0].File, list[0].Func})
	_, err = Parse(dir, "./feeds.a.b.c")
	require.Error(t, err)
	findings, err := ReadFindings([]byte(`{"schema": "greenlint/1", "findings": [{"rule": "GL204", "language": "go", "file": "feeds/feeds.go", "line": 3, "loop": "greenpool",
		"contexts": [{"kind": "task", "function": "(*example.org/feeds.Client).Send", "file": "feeds/feeds.go", "line": 1}]}]}`))
	require.NoError(t, err)
	x, why := FromFinding(dir, &findings[0])
	require.Empty(t, why)
	require.Equal(t, []string{"NewClient.Send", `"u"`, "7"}, []string{x.Func, *x.Made, *x.Args})
}
