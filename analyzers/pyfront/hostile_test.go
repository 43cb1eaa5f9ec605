package pyfront

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// runs analyses files and gives how often units ran.
func runs(t testing.TB, files map[string]string) (units, total int) {
	t.Helper()
	var order []string
	for f := range files {
		order = append(order, f)
	}
	a := newAnalysis(context.Background(), Input{Files: order, Catalog: catalog(t), Read: func(f string) ([]byte, error) { return []byte(files[f]), nil }})
	if _, err := a.all(); err != nil {
		t.Fatal(err)
	}
	for _, u := range a.units {
		units++
		if u.runs < maxRuns || u.node.Valid() { // stand-ins count as spent
			total += u.runs
		}
	}
	return units, total
}

// TestHostile analyses programs that nobody wrote by hand. Each has to end after
// a number of unit runs that grows with the program, in seconds.
func TestHostile(t *testing.T) {
	nest := func(n int, open, mid, shut string) string {
		return strings.Repeat(open, n) + mid + strings.Repeat(shut, n)
	}
	each := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	tests := map[string]map[string]string{
		"empty":           {"m.py": ""},
		"blank":           {"m.py": "\n\n\t\n"},
		"no newline":      {"m.py": "import gevent"},
		"bytes":           {"m.py": "\xff\xfe\x00gevent\x00"},
		"bom":             {"m.py": "\ufeffimport gevent\ngevent.spawn(print)\n"},
		"null":            {"m.py": "gevent = '\x00'\ngevent()\n"},
		"unclosed":        {"m.py": "import gevent\ndef f(:\n  (((\n"},
		"half":            {"m.py": "import gevent\ngevent.spawn(\n"},
		"python 2":        {"m.py": "import gevent\nprint 'x'\nexec 'y'\n"},
		"only decorators": {"m.py": "@gevent\n@a.b\n"},
		"deep parens":     {"m.py": "gevent = " + nest(3000, "(", "1", ")") + "\n"},
		"deep lists":      {"m.py": "gevent = " + nest(2000, "[", "1", "]") + "\nfor x in gevent: x()\n"},
		"deep calls":      {"m.py": "def gevent(x): return x\n" + nest(1000, "gevent(", "1", ")") + "\n"},
		"deep chain":      {"m.py": "gevent = f" + strings.Repeat(".a()", 3000) + "\n"},
		"deep attributes": {"m.py": "class gevent: pass\nx = gevent()\n" + "x" + strings.Repeat(".a", 3000) + "\n"},
		"deep lambdas":    {"m.py": "gevent = " + strings.Repeat("lambda: ", 500) + "1\n" + "gevent" + strings.Repeat("()", 500) + "\n"},
		"deep functions": {"m.py": "# gevent\n" + each(90, func(i int) string {
			return strings.Repeat(" ", i) + fmt.Sprintf("def f%d(g):\n%s g(f%d)\n", i, strings.Repeat(" ", i), i)
		}) + strings.Repeat(" ", 90) + "pass\n"},
		"deep classes":   {"m.py": "# gevent\n" + each(90, func(i int) string { return strings.Repeat(" ", i) + fmt.Sprintf("class C%d:\n", i) }) + strings.Repeat(" ", 90) + "pass\n"},
		"deep ifs":       {"m.py": "# gevent\ndef f(x):\n" + each(90, func(i int) string { return strings.Repeat(" ", i+1) + "if x:\n" }) + strings.Repeat(" ", 91) + "x()\n"},
		"deep loops":     {"m.py": "# gevent\ndef f(x):\n y = x\n" + each(18, func(i int) string { return strings.Repeat(" ", i+1) + fmt.Sprintf("for v%d in y:\n", i) }) + strings.Repeat(" ", 19) + "y = v0\n"},
		"deep tries":     {"m.py": "# gevent\ndef f(x):\n" + each(60, func(i int) string { return strings.Repeat(" ", i+1) + "try:\n" }) + strings.Repeat(" ", 61) + "x()\n" + each(60, func(i int) string { return strings.Repeat(" ", 60-i) + "finally: x = y\n" })},
		"comprehensions": {"m.py": "gevent = " + nest(60, "[", "1", " for x in y]") + "\n"},
		"many ands":      {"m.py": "def gevent(x):\n return " + strings.Repeat("x and ", 3000) + "x\n"},
		"many elifs":     {"m.py": "def gevent(x):\n if x: pass\n" + strings.Repeat(" elif x is None: x = 1\n", 1500)},
		"many sums":      {"m.py": "gevent = ''\n" + strings.Repeat("gevent = gevent + 'x' + str(gevent)\n", 1000)},

		"forwards to itself":   {"m.py": "# gevent\nclass A:\n def __getattr__(self, k):\n  if k: return getattr(self, k)\n  if k: return getattr(self.x, k)\n  if k: return getattr(B(), k)\n  return getattr(A(), k)\nclass B:\n def __getattr__(self, k):\n  return getattr(A(), k) or getattr(self, k)\nA().x.y.z()\nB().x()\n"},
		"many options":         {"m.py": "# gevent\nfrom oslo_config import cfg\no = [" + strings.Repeat("cfg.IntOpt('a', default=1), ", 3000) + "]\nfor i in o: o = [*o, *o] + o\ncfg.CONF.register_opts(o)\nif cfg.CONF.a: cfg.CONF.a.b.c()\n"},
		"class of itself":      {"m.py": "class gevent(gevent): pass\nclass A(B): pass\nclass B(A):\n  def f(self): super().f(); self.f()\nA().f(); gevent().x()\n"},
		"classes in a ring":    {"a.py": "# gevent\nfrom b import B\nclass A(B):\n def f(self): return super().f()\n", "b.py": "# gevent\nfrom c import C\nclass B(C): pass\n", "c.py": "# gevent\nfrom a import A\nclass C(A): pass\nC().f()\n"},
		"class made in a loop": {"m.py": "# gevent\nK = object\nfor i in range(9):\n  class K(K):\n    def f(self): return super().f()\nK().f()\n"},
		"class factory":        {"m.py": "# gevent\ndef make(b):\n  class K(b):\n    def f(self): return make(K)().f()\n  return K\nmake(make(make(object)))().f()\n"},
		"wide diamond": {"m.py": "# gevent\nclass C0: pass\nclass D0: pass\n" + each(24, func(i int) string {
			return fmt.Sprintf("class C%d(C%d, D%d): pass\nclass D%d(C%d, D%d): pass\n", i+1, i, i, i+1, i, i)
		}) + "C24().f()\n"},
		"decorator of itself":  {"m.py": "# gevent\n@f\ndef f(g):\n  @f\n  def h(*a): return f(h)(g)(*a)\n  return h\n@f\n@f\ndef x(): x()\nx()\n"},
		"decorators in a ring": {"m.py": "# gevent\n@b\ndef a(f): return b(f)\n@c\ndef b(f): return c(f)\n@a\ndef c(f): return a(f)\n"},
		"imports in a ring":    {"a.py": "# gevent\nfrom b import *\nfrom b import x\n", "b.py": "# gevent\nfrom c import *\nfrom c import x\n", "c.py": "# gevent\nfrom a import *\nfrom a import x\nx()\n"},
		"imports itself":       {"m.py": "# gevent\nimport m\nfrom m import m as n, *\nfrom . import m as o\nm.m.m.n.o()\n"},
		"star of itself":       {"p/__init__.py": "# gevent\nfrom . import *\nfrom .p import *\nfrom p import p\np()\n"},
		"too many dots":        {"p/a.py": "# gevent\nfrom ........ import x\nfrom .....x.y import z\nfrom . import *\nx(z)\n"},
		"list in itself":       {"m.py": "# gevent\nl = []\nl.append(l)\nl = [l, l]\nfor x in l:\n  for y in x: y[0][0][0]()\n*l, = l\nl.extend(l)\n"},
		"dict in itself":       {"m.py": "# gevent\nd = {}\nd['d'] = d\nd.update(d)\nd = {**d, 'x': d.get('d', d)}\nd['x']['d']['x']()\n"},
		"self in self":         {"m.py": "# gevent\nclass A:\n  def __init__(self): self.a = self; self.b = [self.b, self]; self.c = lambda: self.c()\n  def f(self): self.a.a.a.f().b[0]()\nA().f().c()\n"},
		"partial of itself":    {"m.py": "# gevent\nfrom functools import partial\np = print\ndef f(x):\n  global p\n  p = partial(p, p, x)\n  p(p)\nf(f)\n"},
		"lambda of itself":     {"m.py": "# gevent\nf = lambda g: g(g)\nf(f)\ny = lambda h: (lambda x: x(x))(lambda x: h(lambda *a: x(x)(*a)))\ny(y)(y)\n"},
		"wraps itself":         {"m.py": "# gevent\ndef f(g):\n  def h(*a): return f(g)(*a)\n  return h\nz = f(f(f(f)))\nz(z)\n"},
		"generator of itself":  {"m.py": "# gevent\ndef g():\n  yield from g()\n  yield g\n  for x in g(): yield x()\nlist(g())\n"},
		"coroutine of itself":  {"m.py": "async def f():\n  await f()\n  async with f() as x:\n    async for y in f(): await (await x)(y)\n"},
		"manager of itself":    {"m.py": "# gevent\nfrom contextlib import contextmanager\n@contextmanager\ndef f():\n  with f() as x: yield f\nwith f() as g, g() as h: h()\n"},
		"property of itself":   {"m.py": "# gevent\nclass A:\n  @property\n  def p(self): return self.p.p\n  @p.setter\n  def p(self, v): self.p = v\n  def __getattr__(self, n): return getattr(self, n)\n  def __add__(self, o): return self + o\n  def __eq__(self, o): return self == o\n  def __bool__(self): return not self\nA().p.x + A()\n"},
		"iterator of itself":   {"m.py": "# gevent\nclass A:\n  def __iter__(self): return iter(self)\n  def __next__(self): return next(self)\n  def __getitem__(self, k): return self[k]\n  def __call__(self): return self()()\n  def __enter__(self): return self\n  def __exit__(self, *a):\n    with self: pass\nfor a in A():\n  with a() as b: b[0]()\n"},
		"default of itself":    {"m.py": "# gevent\ndef f(x=lambda: f()): return x()\ndef g(x=g): return g(x)\nf(); g()\n"},
		"annotation of itself": {"m.py": "# gevent\nfrom typing import *\nX = Optional['X']\nY = List['Y']\ntype Z = list[Z] | Z\ndef f(x: X, y: 'Y', z: Z, w: 'Dict[str, \"w\"]') -> 'f': x(); y[0](); z()\nf(1, 2, 3, 4)\n"},
		"name that is all":     {"m.py": "# gevent\ndef f(f): f.f = f; f[f] = f; f(f)(f.f)(f[f]); return f\nf = f(f)\n"},
		"swap without end":     {"m.py": "# gevent\ndef f(a, b, c):\n  while a:\n    a, b, c = b, c, [a]\n    a(b, c)\nf(f, f, f)\n"},
		"mutual 200": {"m.py": "# gevent\n" + each(200, func(i int) string {
			return fmt.Sprintf("def f%d(g): return f%d(f%d)(g)\n", i, (i*7+1)%200, (i*13+5)%200)
		})},
		"functions 10000":       {"m.py": "# gevent\nimport os\n" + each(10000, func(i int) string { return fmt.Sprintf("def f%d(): f%d(); f%d()\n", i, (i+1)%10000, (i*31+7)%10000) }) + "def g(): os.system('x')\n"},
		"chain of results 2000": {"m.py": "# gevent\ndef f0(): return print\n" + each(2000, func(i int) string { return fmt.Sprintf("def f%d(): return f%d()\n", i+1, i) }) + "f2000()('x')\n"},
		"callables in one list": {"m.py": "# gevent\nl = []\n" + each(500, func(i int) string { return fmt.Sprintf("def f%d(x):\n  for g in l: g(x)\nl.append(f%d)\n", i, i) })},
		"one long function": {"m.py": "# gevent\nimport gevent, os\ndef f(x):\n" + each(60000, func(i int) string {
			return []string{" os.stat(x)\n", " x()\n", " f(x)\n", " gevent.sleep(0)\n", " if os.fork(): os._exit(0)\n", fmt.Sprintf(" y%d = x\n", i)}[i%6]
		}) + "gevent.spawn(f, 1)\n"},
		"dict of 10000":   {"m.py": "# gevent\nd = {" + each(10000, func(i int) string { return fmt.Sprintf("'k%d': lambda: d['k%d'](),", i, i+1) }) + "}\nd['k0']()\n"},
		"classes 1000":    {"m.py": "# gevent\nclass C0:\n  def f(self): self.g()\n" + each(1000, func(i int) string { return fmt.Sprintf("class C%d(C%d):\n  def g(self): super().f()\n", i+1, i) }) + "C1000().f()\n"},
		"modules 300":     ring(300),
		"attributes 2000": {"m.py": "# gevent\nclass A:\n def __init__(self):\n" + each(2000, func(i int) string { return fmt.Sprintf("  self.a%d = self.a%d\n", i, (i+1)%2000) })},
		"constants":       {"m.py": "# gevent\ndef f(x): return x\n" + each(3000, func(i int) string { return fmt.Sprintf("f(%d)(f('%d'))\n", i, i) })},
		"matches":         {"m.py": "# gevent\ndef f(x):\n match x:\n" + each(500, func(i int) string { return fmt.Sprintf("  case [%d, *y] | {'a': y} | f(y): x = y\n", i) })},
		"powers":          {"m.py": "gevent = 9**9**9**9**9\nfor i in range(10**400): pass\nx = 'x' * 10**30\nfor y in x * 10: y()\n1 << 10**10\n"},
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			units, total := runs(t, files)
			size := 0
			for _, s := range files {
				size += len(s)
			}
			t.Logf("%d units, %d runs, %v", units, total, time.Since(start).Round(time.Millisecond))
			if total > maxRuns*units+100 {
				t.Errorf("%d units ran %d times", units, total)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("%v for %d bytes", d, size)
			}
		})
	}
}

// ring is n modules that all import each other's names.
func ring(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("m%d.py", i)] = fmt.Sprintf("# gevent\nfrom m%d import f as g\nfrom m%d import *\ndef f(): g()\n", (i+1)%n, (i*7+3)%n)
	}
	return files
}

// TestUnreadable checks that a file that cannot be read, or not be parsed, is
// noted and the rest analysed.
func TestUnreadable(t *testing.T) {
	files := map[string]string{
		"good.py":   "import gevent, os, gone, broken\ndef work():\n    os.system('x')\n    broken.fine()\ngevent.spawn(work)\n",
		"broken.py": "# gevent\ndef fine(): pass\ndef bad(:\n    pass\ndef after(): pass\n",
		"old.py":    "import gevent\nprint 'x'\n",
	}
	res, err := Analyze(context.Background(), Input{Files: []string{"good.py", "broken.py", "old.py", "gone.py"}, Catalog: catalog(t),
		Read: func(f string) ([]byte, error) {
			if s, ok := files[f]; ok {
				return []byte(s), nil
			}
			return nil, fs.ErrPermission
		}})
	if err != nil {
		t.Fatal(err)
	}
	got := whole(res)
	for _, want := range []string{"good.work ! GL201 os.system", "good.work -> broken.fine", "skipped gone.py: cannot be read", "skipped broken.py: syntax error", "skipped old.py: Python 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	if len(res.Skipped) != 3 || len(res.Broken) != 3 {
		t.Errorf("skipped %v at %v", res.Skipped, res.Broken)
	}
}

// TestCancelled checks that the analysis ends with its context.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	files := merged(t)
	var order []string
	for f := range files {
		order = append(order, f)
	}
	_, err := Analyze(ctx, Input{Files: order, Catalog: catalog(t), Read: func(f string) ([]byte, error) { return []byte(files[f]), nil }})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestCheck checks that only the chosen files' tasks count, and that those files
// may still call into others.
func TestCheck(t *testing.T) {
	files := map[string]string{
		"a.py": "import gevent, b\ngevent.spawn(b.block)\n",
		"b.py": "import gevent, os\ndef block(): os.system('x')\ndef other(): pass\ngevent.spawn(other)\n",
	}
	res, err := Analyze(context.Background(), Input{Files: []string{"a.py", "b.py"}, Catalog: catalog(t), Check: func(f string) bool { return f == "b.py" },
		Read: func(f string) ([]byte, error) { return []byte(files[f]), nil }})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range res.Contexts {
		if c.Func != "b.other" {
			t.Errorf("context %s of a file that is not checked", c.Func)
		}
	}
}

// TestBudget checks that the budget decides about loops.
func TestBudget(t *testing.T) {
	src := "import gevent\ndef f():\n    for i in range(1_000_000): pass\n"
	count := func(budget float64) int {
		res, err := Analyze(context.Background(), Input{Files: []string{"m.py"}, Catalog: catalog(t), Budget: budget, Read: func(string) ([]byte, error) { return []byte(src), nil }})
		if err != nil {
			t.Fatal(err)
		}
		return len(res.Graph.Own[rules.Func("m.f")])
	}
	if count(10) != 0 || count(0.001) != 1 {
		t.Errorf("with 10 s: %d loops, with 1 ms: %d", count(10), count(0.001))
	}
}

// TestEndlessInstalled: however many modules are installed, and however they import each
// other, no more than some are read.
func TestEndlessInstalled(t *testing.T) {
	read := func(file string) ([]byte, error) {
		if file == "m.py" {
			return []byte("import i0\nfrom i0 import f, nothing\nasync def task():\n    f()\n    nothing()\n    i0.deeper.f()\n"), nil
		}
		var n int
		if _, err := fmt.Sscanf(file, "site/i%d.py", &n); err != nil {
			return nil, fs.ErrNotExist
		}
		return fmt.Appendf(nil, "from i%d import *\nimport i0\nfrom i%d import f as g, C as D\nclass C(D, i0.C):\n    pass\ndef f():\n    return g(C(f), i0.f)\n", n+1, n+1), nil
	}
	a := newAnalysis(context.Background(), Input{Files: []string{"m.py"}, Read: read, Catalog: catalog(t),
		Installed: func(module string) string { return "site/" + module + ".py" }})
	_, err := a.all()
	require.NoError(t, err)
	require.LessOrEqual(t, len(a.foreign), maxInstalled)
	require.Greater(t, len(a.foreign), 10)
}
