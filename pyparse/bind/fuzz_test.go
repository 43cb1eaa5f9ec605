package bind

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// FuzzBind binds anything, asks everything about it, and looks at what must always
// hold.
func FuzzBind(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.py")
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(src)
	}
	for _, src := range broken {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		tree := pyparse.Parse(src, pyparse.Options{})
		check(t, tree, Bind(tree, "m", len(src)%2 == 0))
	})
}

// check asks a table everything and returns what it says in a few words.
func check(t testing.TB, tree *pyparse.Tree, tab *Table) string {
	var b strings.Builder
	for _, s := range tab.Scopes() {
		require.Same(t, tab, s.Table())
		if s.Kind != TypeScope {
			require.Same(t, s, tab.ScopeOf(s.Node))
		}
		for _, sym := range s.Symbols() {
			require.NotEmpty(t, sym.Bindings)
			require.NotEmpty(t, sym.Name)
			require.Same(t, sym, s.find(sym.Name).sym)
			for _, binding := range sym.Bindings {
				require.NotNil(t, binding.Scope)
				require.LessOrEqual(t, int(binding.Start), len(tree.Source()))
			}
		}
		fmt.Fprintln(&b, s.Name, len(s.Symbols()))
	}
	asked := 0
	pyparse.Walk(tree.Root(), func(n pyparse.Node) bool {
		require.NotNil(t, tab.Enclosing(n))
		if k := n.Kind(); (k == pyparse.KindName || k == pyparse.KindAttribute) && asked < 2000 {
			asked++
			for _, d := range tab.Denotes(n) {
				require.NotEmpty(t, d.Name)
				fmt.Fprintln(&b, n.Start(), d.Name, d.Known, d.Star, d.Offset)
			}
			bs, _ := tab.Reaching(n)
			fmt.Fprintln(&b, len(bs))
		}
		return true
	})
	names, all := tab.Exports()
	fmt.Fprintln(&b, names, all, tab.Stars(), len(tab.Imports()))
	return b.String()
}

var broken = []string{
	"def", "class", "import", "from", "from . import", "import a.", "def f(", "def f(a, a, *, **", "lambda", "[for", "x = [a for",
	"[a for in b]", "try:", "except E as", "with as", "for in", "match a:\n case", "global", "nonlocal x", "global x\nx = 1",
	"def f():\n global x\n nonlocal x\n x", "class C:\n nonlocal x\n x = 1", "del", "del x, (", "x: ", "(:=", "(x :=", "f(a for a in b, 1)",
	"def f[", "def f[T", "type X", "type = 1", "return", "break", "continue\nx", "if", "elif x:", "else:", "finally:", "class C(",
	"__all__", "__all__ =", "__all__ += ", "__all__.extend(", "@", "@a\n", "from a import *, b", "from ... import (a, b", "\xff\xfe",
	"class __:\n def __x(self): __x", "def f(x):\n  x = x = x.x", "if six.PY2: return\nx", "while x: break\nelse: x = x",
	"try: pass\nfinally: x = 1\nx", "try:\n x = 1\nexcept: del x\nelse: x = 2\nfinally: x", "def f():\n  nonlocal f\n  f = 1",
	"[x := 1 for x in y]", "class C: [x := 1 for y in z]", "def f[T](a=[x := 1 for y in z]): pass", "lambda: (yield)",
}

func TestBrokenTrees(t *testing.T) {
	for _, src := range broken {
		tree := pyparse.Parse([]byte(src), pyparse.Options{})
		check(t, tree, Bind(tree, "m", false))
	}
	empty := pyparse.Parse(nil, pyparse.Options{})
	check(t, empty, Bind(empty, "", true))
}

// What is asked first, and from how many goroutines, makes no difference.
func TestConcurrent(t *testing.T) {
	src, err := os.ReadFile("testdata/denotes/conditional.py")
	require.NoError(t, err)
	tree := pyparse.Parse(src, pyparse.Options{})
	want := check(t, tree, Bind(tree, "m", false))
	tab := Bind(tree, "m", false)
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() { got[i] = check(t, tree, tab) })
	}
	wg.Wait()
	for _, g := range got {
		require.Equal(t, want, g)
	}
}

// Large and deep files must not cost more than their size says. The bound is far
// above what is needed, and far below what a square would take.
func TestLargeFiles(t *testing.T) {
	n := 20000
	if testing.Short() {
		n = 5000
	}
	deep := func(open, mid, end string, n int) string {
		return strings.Repeat(open, n) + mid + strings.Repeat(end, n)
	}
	count := func(format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
		}
		return b.String()
	}
	indented := func(head string) string {
		var b strings.Builder
		for i := range 90 {
			fmt.Fprintf(&b, "%s%s\n", strings.Repeat(" ", i), head)
		}
		return b.String() + strings.Repeat(" ", 90)
	}
	for name, src := range map[string]string{
		"names":    count("x%d = x%d\n"),
		"one name": count("x = x\n"),
		"branches": count("if c: x = %d\n"),
		"others":   count("if c: x%d = %d\n"),
		"elifs":    "if c: pass\n" + count("elif c: x%d = a\n"),
		"walrus":   "if c: pass\n" + count("elif (x%d := c): x = a\n"),
		"handlers": "try:\n" + count("  x = %d\n") + count("except E%d: x\n"),
		"aliases":  "x0 = a.b\n" + count("x%d1 = x%d\n"),
		"chain":    "x" + strings.Repeat(".x", n) + "\n",
		"sum":      "x" + strings.Repeat("+x", n) + "\n",
		"lambdas":  deep("lambda x: ", "x", "", 1500),
		"comps":    deep("[", "x", " for x in y]", 1500),
		"parens":   deep("(", "x", ")", n),
		"loops":    indented("for x in y:") + "x = x; break",
		"whiles":   indented("while x:") + "x = x",
		"funcs":    indented("def f():") + "x",
		"classes":  indented("class C:") + "x",
		"stars":    count("from m%d import *\n") + "x\n",
		"exports":  "__all__ = [" + count("'a%d',") + "]",
		"target":   "(" + count("x%d,") + ") = y\n",
		"matches":  "match x:\n" + count(" case [x%d, *y]: x = y\n"),
		"globals":  count("def f%d():\n  global x%d, y\n  x%d = y = 1\n"),
	} {
		t.Run(name, func(t *testing.T) {
			tree := pyparse.Parse([]byte(src), pyparse.Options{})
			start := time.Now()
			tab := Bind(tree, "m", false)
			bound := time.Since(start)
			check(t, tree, tab)
			whole := time.Since(start)
			require.Less(t, bound, 5*time.Second)
			require.Less(t, whole, 20*time.Second)
			t.Logf("%d bytes: %v, with questions %v", len(src), bound, whole)
		})
	}
}
