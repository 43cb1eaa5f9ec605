package fix

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// TestSuggest marks the call that a finding is about with «…»; the result has the
// first fix made.
func TestSuggest(t *testing.T) {
	catalog, err := rules.Load()
	require.NoError(t, err)
	for _, c := range []struct {
		name, symbol string
		loop         rules.Loop
		safe         bool
		code, want   string // want "" = no fix
	}{
		{"sleep", "time.sleep", "asyncio", true, "import time\nasync def f():\n    «time.sleep(3)»\n", "import time\nimport asyncio\nasync def f():\n    await asyncio.sleep(3)\n"},
		{"imported already", "time.sleep", "asyncio", true, "import asyncio\nasync def f():\n    «time.sleep(3)»\n", "import asyncio\nasync def f():\n    await asyncio.sleep(3)\n"},
		{"imported under another name", "time.sleep", "asyncio", true, "import asyncio as aio\nasync def f():\n    «sleep(3)»\n", "import asyncio as aio\nimport asyncio\nasync def f():\n    await asyncio.sleep(3)\n"},
		{"not where no await may stand", "time.sleep", "asyncio", true, "def f():\n    «time.sleep(3)»\n", ""},
		{"nor in a lambda", "time.sleep", "asyncio", true, "async def f():\n    return lambda: «time.sleep(3)»\n", ""},
		{"nor in a generator", "requests.get", "asyncio", true, "async def f(us):\n    return («requests.get(u)» for u in us)\n", ""},
		{"nor in a default", "requests.get", "asyncio", true, "async def f(u=«requests.get(1)»):\n    pass\n", ""},
		{"nor in a nested function", "requests.get", "asyncio", true, "async def f():\n    def g():\n        «requests.get(1)»\n", ""},
		{"in a nested coroutine", "requests.get", "asyncio", false, "import asyncio\ndef f():\n    async def g():\n        «requests.get(1)»\n", "import asyncio\ndef f():\n    async def g():\n        await asyncio.to_thread(requests.get, 1)\n"},
		{"in an f-string", "requests.get", "asyncio", false, "async def f():\n    return f'{«requests.get(1)»}'\n", ""},
		{"bound more tightly", "requests.get", "asyncio", false, "import asyncio\nasync def f():\n    return «requests.get(1)».text\n", "import asyncio\nasync def f():\n    return (await asyncio.to_thread(requests.get, 1)).text\n"},
		{"in parentheses already", "requests.get", "asyncio", false, "import asyncio\nasync def f():\n    return («requests.get(1)»).text\n", "import asyncio\nasync def f():\n    return (await asyncio.to_thread(requests.get, 1)).text\n"},
		{"arguments stay as they are", "requests.get", "asyncio", false, "import asyncio\nasync def f(*a, **k):\n    «requests.get(\n        *a,  # all\n        **k,\n    )»\n", "import asyncio\nasync def f(*a, **k):\n    await asyncio.to_thread(requests.get, *a,  # all\n        **k)\n"},
		{"no arguments", "pycurl.Curl.perform", "asyncio", false, "import asyncio\nasync def f(c):\n    «c.perform()»\n", "import asyncio\nasync def f(c):\n    await asyncio.to_thread(c.perform)\n"},
		{"a generator alone", "requests.get", "asyncio", false, "import asyncio\nasync def f(c):\n    «requests.get(x for x in c)»\n", "import asyncio\nasync def f(c):\n    await asyncio.to_thread(requests.get, (x for x in c))\n"},
		{"gevent's pool", "pycurl.Curl.perform", "gevent", false, "import gevent\ndef f(c):\n    «c.perform()»\n", "import gevent\ndef f(c):\n    gevent.get_hub().threadpool.apply(c.perform)\n"},
		{"gevent's pool with arguments", "pycurl.Curl.perform", "gevent", false, "import gevent\ndef f(c):\n    x = «c.perform(1, *a, key=(yield), **k)»\n", "import gevent\ndef f(c):\n    x = gevent.get_hub().threadpool.apply(c.perform, (1, *a), {\"key\": (yield), **k})\n"},
		{"gevent's pool with keywords", "pycurl.Curl.perform", "gevent", false, "import gevent\ndef f(c):\n    «c.perform(k=1)»\n", "import gevent\ndef f(c):\n    gevent.get_hub().threadpool.apply(c.perform, (), {\"k\": 1})\n"},
		{"gevent's pool, a comment would be lost", "pycurl.Curl.perform", "gevent", false, "import gevent\ndef f(c):\n    «c.perform(1,  # one\n    2)»\n", ""},
		{"eventlet's pool", "pycurl.Curl.perform", "eventlet", false, "def f(c):\n    «c.perform(1)»\n", "import eventlet.tpool\ndef f(c):\n    eventlet.tpool.execute(c.perform, 1)\n"},
		{"after docstring and future", "pycurl.Curl.perform", "eventlet", false, "'''doc'''\nfrom __future__ import annotations\nx = 1\ndef f(c):\n    «c.perform(1)»\n", "'''doc'''\nfrom __future__ import annotations\nimport eventlet.tpool\nx = 1\ndef f(c):\n    eventlet.tpool.execute(c.perform, 1)\n"},
		{"line ends", "pycurl.Curl.perform", "eventlet", false, "import x\r\ndef f(c):\r\n    «c.perform(1)»\r\n", "import x\r\nimport eventlet.tpool\r\ndef f(c):\r\n    eventlet.tpool.execute(c.perform, 1)\r\n"},
		{"a byte order mark", "pycurl.Curl.perform", "eventlet", false, "\ufeffdef f(c):\n    «c.perform(1)»\n", "\ufeffimport eventlet.tpool\ndef f(c):\n    eventlet.tpool.execute(c.perform, 1)\n"},
		{"another import", "zmq.Socket.recv", "gevent", true, "import os, zmq\nfrom zmq import Context\nimport zmq as z\nimport zmq.asyncio\ndef f(s):\n    «s.recv()»\n", "import os, zmq.green as zmq\nfrom zmq.green import Context\nimport zmq.green as z\nimport zmq.asyncio\ndef f(s):\n    s.recv()\n"},
		{"objects of one thread", "sqlite3.connect", "asyncio", false, "async def f():\n    «sqlite3.connect('x')»\n", ""},
		{"a broken file", "time.sleep", "asyncio", false, "async def f(:\n    «time.sleep(3)»\n", ""},
		{"another encoding", "time.sleep", "asyncio", false, "# coding: latin-1\nasync def f():\n    «time.sleep(3)»  # \xe9\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, rest, _ := strings.Cut(c.code, "«")
			call, after, ok := strings.Cut(rest, "»")
			require.True(t, ok)
			code := before + call + after
			tree := pyparse.Parse([]byte(code), pyparse.Options{})
			read := func(string) ([]byte, error) { return []byte(code), nil }
			rule := rules.ID("")
			for _, e := range catalog.For("python").Symbol(c.symbol).Effects {
				rule = e.Rule
				break
			}
			start, end := pos(tree, "a.py", uint32(len(before))), pos(tree, "a.py", uint32(len(before)+len(call)))
			f := rules.Finding{Rule: rule, Language: "python", Symbol: c.symbol, Loop: c.loop, Pos: start, End: end, Chain: rules.Chain{{Func: rules.Func(c.symbol), Pos: start}}}
			fixes := New(catalog, read).Suggest(&f)
			if c.want == "" {
				require.Empty(t, fixes)
				return
			}
			require.NotEmpty(t, fixes)
			require.Equal(t, c.safe, fixes[0].Safe)
			texts, made, err := Apply(fixes[:1], read)
			require.NoError(t, err)
			require.Equal(t, []bool{true}, made)
			require.Equal(t, c.want, string(texts["a.py"]))
			require.Empty(t, pyparse.Parse(texts["a.py"], pyparse.Options{}).Errors)
		})
	}
}

func TestApply(t *testing.T) {
	at := func(from, to int, text string) rules.Edit {
		return rules.Edit{Pos: rules.Pos{File: "a", Offset: from}, End: rules.Pos{File: "a", Offset: to}, Text: text}
	}
	fix := func(e ...rules.Edit) rules.Fix { return rules.Fix{Edits: e} }
	read := func(string) ([]byte, error) { return []byte("0123456789"), nil }
	for _, c := range []struct {
		fixes []rules.Fix
		made  string
		want  string
	}{
		{[]rules.Fix{fix(at(2, 3, "x"))}, "y", "01x3456789"},
		{[]rules.Fix{fix(at(8, 9, "b")), fix(at(2, 3, "a"))}, "yy", "01a34567b9"},
		{[]rules.Fix{fix(at(2, 5, "x")), fix(at(4, 6, "y"), at(9, 9, "z"))}, "yn", "01x56789"},
		{[]rules.Fix{fix(at(0, 0, "i"), at(2, 3, "x")), fix(at(0, 0, "i"), at(4, 5, "y"))}, "yy", "i01x3y56789"},
		{[]rules.Fix{fix(at(0, 0, "j")), fix(at(0, 0, "i"))}, "yy", "ij0123456789"},
		{[]rules.Fix{fix(at(2, 3, "x")), fix(at(2, 3, "x"))}, "yn", "01x3456789"},
		{[]rules.Fix{fix(at(2, 4, "x")), fix(at(3, 3, "in"))}, "yn", "01x456789"},
		{[]rules.Fix{fix(at(2, 4, "x")), fix(at(4, 4, "in")), fix(at(2, 2, "be"))}, "yyy", "01bexin456789"},
		{[]rules.Fix{fix()}, "n", ""},
	} {
		texts, made, err := Apply(c.fixes, read)
		require.NoError(t, err)
		got := ""
		for _, m := range made {
			got += map[bool]string{true: "y", false: "n"}[m]
		}
		require.Equal(t, c.made, got)
		require.Equal(t, c.want, string(texts["a"]))
	}
	_, _, err := Apply([]rules.Fix{fix(at(5, 99, ""))}, read)
	require.Error(t, err)
	_, _, err = Apply([]rules.Fix{fix(at(1, 2, ""))}, func(string) ([]byte, error) { return nil, errors.New("gone") })
	require.EqualError(t, err, "gone")
}

// TestDiffApplies lets git apply what Diff says.
func TestDiffApplies(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	lines := func(s string) string { return strings.Join(strings.Split(s, ""), "\n") + "\n" }
	for _, c := range [][2]string{
		{lines("abcdefghijklmnop"), lines("abcXefghijklmnop")},
		{lines("abcdefghijklmnop"), lines("abXcdefghijklmYnop")},
		{lines("abcdefghijklmnop"), lines("bcdefghijklmno")},
		{lines("abc"), lines("XabcY")},
		{"a\nb", "a\nc"},
		{"a\nb", "a\nb\n"},
		{"a\n", "a\nb"},
		{"", "a\n"},
		{"a\r\nb\r\n", "a\r\nx\r\nb\r\n"},
		{lines("aabbaabb"), lines("abababab")},
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), []byte(c[0]), 0o666))
		cmd := exec.Command("git", "apply", "-p0", "--unidiff-zero", "--whitespace=nowarn", "-")
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(Diff("f", []byte(c[0]), []byte(c[1])))
		if c[0] == "" {
			continue // git wants another head for a file that was empty
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s\n%s", out, Diff("f", []byte(c[0]), []byte(c[1])))
		got, err := os.ReadFile(filepath.Join(dir, "f"))
		require.NoError(t, err)
		require.Equal(t, c[1], string(got))
	}
	require.Empty(t, Diff("f", []byte("a\n"), []byte("a\n")))
}

func TestIgnoreComments(t *testing.T) {
	for _, c := range []struct{ file, code, want string }{ // « » mark the finding
		{"a.py", "«f()»\n", "f()  # greenlint: ignore[GL401] why\n"},
		{"a.py", "«f()»", "f()  # greenlint: ignore[GL401] why"},
		{"a.py", "«f()»   \r\n", "f()  # greenlint: ignore[GL401] why\r\n"},
		{"a.py", "«f()»  # noqa\n", "f()  # noqa  # greenlint: ignore[GL401] why\n"},
		{"a.py", "«f()»  # greenlint: ignore[GL201] old\n", "f()  # greenlint: ignore[GL201, GL401] old\n"},
		{"a.py", "«f()»; x = '# greenlint: ignore[GL201]'\n", "f(); x = '# greenlint: ignore[GL201]'  # greenlint: ignore[GL401] why\n"},
		{"a.py", "«f(\n  1,\n)»\n", "f(  # greenlint: ignore[GL401] why\n  1,\n)\n"},
		{"a.py", "x = «f('''\n''')»\n", "x = f('''\n''')  # greenlint: ignore[GL401] why\n"},
		{"a.py", "x = «f() \\\n  .g()»\n", "x = f() \\\n  .g()  # greenlint: ignore[GL401] why\n"},
		{"a.py", "x = «f()» + '''\n'''\n", ""},
		{"a.go", "package a\n\nfunc f() { «mu.Lock()» }\n", "package a\n\nfunc f() { mu.Lock() } // greenlint: ignore[GL401] why\n"},
		{"a.go", "package a\n\nvar x = «f()» + `\n`\n", ""},
		{"Procfile", "«web»: x\n", ""},
	} {
		before, rest, _ := strings.Cut(c.code, "«")
		call, after, _ := strings.Cut(rest, "»")
		code := before + call + after
		tree := pyparse.Parse([]byte(code), pyparse.Options{})
		f := rules.Finding{Rule: "GL401", Pos: pos(tree, c.file, uint32(len(before))), End: pos(tree, c.file, uint32(len(before)+len(call)))}
		out, left := Ignore(c.file, []byte(code), []rules.Finding{f, f}, "why")
		if c.want == "" {
			require.Len(t, left, 2, c.code)
			require.Equal(t, code, string(out))
			continue
		}
		require.Empty(t, left, c.code)
		require.Equal(t, c.want, string(out))
	}
}
