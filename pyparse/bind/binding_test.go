package bind

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func showBinding(b Binding) string {
	parts := []string{b.Kind.String()}
	if b.Value.Valid() {
		parts = append(parts, b.Value.Text())
	}
	if b.Path != nil {
		parts = append(parts, fmt.Sprint(b.Path))
	}
	if b.Import != "" {
		parts = append(parts, b.Import)
	}
	for _, flag := range []struct {
		on   bool
		name string
	}{{b.Conditional, "conditional"}, {b.TypeChecking, "checking"}, {b.Dead, "dead"}} {
		if flag.on {
			parts = append(parts, flag.name)
		}
	}
	return strings.Join(parts, " ")
}

// The name x of each source, and how it is bound.
func TestBindings(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"x = 1", "assign 1"},
		{"a, (b, x) = c", "assign c [1 1]"},
		{"a, (b, x) = 1, 2", "assign 2 [1]"},
		{"a, (b, x) = 1, (2, 3)", "assign 3"},
		{"*x, a = c", "assign c [-1]"},
		{"*a, x = c", "assign c [-1]"},
		{"a, x = *c, d", "assign *c, d [1]"},
		{"a = x = 1", "assign 1"},
		{"x += 1", "augmented 1"},
		{"x: int", "annotation"},
		{"x: int = 1", "assign 1"},
		{"for a, x in b: pass", "for b [1] conditional"},
		{"with a as x: pass", "with a"},
		{"try: pass\nexcept E as x: pass", "except E conditional"},
		{"import x.y", "import x"},
		{"import y.z as x", "import y.z"},
		{"from y import z as x", "import from y.z"},
		{"from . import x", "import from .x"},
		{"def x(): pass", "def"},
		{"if a:\n  class x: pass", "class conditional"},
		{"if a: pass\nelse: x = 1", "assign 1 conditional"},
		{"(x := 1)", "walrus 1"},
		{"a and (x := 1)", "walrus 1 conditional"},
		{"[x := 1 for a in b]", "walrus 1 conditional"},
		{"match a:\n  case x: pass", "match a conditional"},
		{"match a:\n  case [x]: pass", "match conditional"},
		{"del a, (x, b)", "delete"},
		{"type x = y", "type alias y"},
		{"from typing import TYPE_CHECKING\nif TYPE_CHECKING: x = 1", "assign 1 conditional checking"},
		{"if six.PY2: x = 1\nelse: x = 2", "assign 1 dead; assign 2"},
		{"if False: x = 1\nelif a: x = 2", "assign 1 dead; assign 2 conditional"},
		{"if a: x = 2\nelif True: x = 3\nelse: x = 4", "assign 2 conditional; assign 3 conditional; assign 4 conditional dead"},
		{"x = 1\ndef f():\n  global x\n  x = 2\nx = 3", "assign 1; assign 3; assign 2"},
		{"while a:\n  try: x = 1\n  finally: x = 2", "assign 1 conditional; assign 2 conditional"},
		{"try: pass\nfinally: x = 1", "assign 1"},
	} {
		sym := parse(t, test.src).Module().Own("x")
		require.NotNil(t, sym, test.src)
		var got []string
		for _, b := range sym.Bindings {
			got = append(got, showBinding(b))
			src := string(b.Node.Tree().Source())
			require.True(t, strings.HasPrefix(src[b.Start:], "x"), test.src)
		}
		require.Equal(t, test.want, strings.Join(got, "; "), test.src)
	}
}

func TestTruth(t *testing.T) {
	tests := map[verdict][]string{
		always: {
			"True", "1", "six.PY3", "PY3", "not six.PY2", "sys.version_info[0] == 3", "sys.version_info.major >= 3",
			"sys.version_info >= (3,)", "sys.version_info >= (3, 8)", "sys.version_info > (3, 7)", "(3, 0) < sys.version_info",
			"sys.version_info[:2] >= (3, 6)", "version_info[0] > 2", "sys.version_info[0] != 2", "a or six.PY3",
			"sys.version_info > (3, 8)", "2 < sys.version_info[0]", "sys.version_info != (3, 7)",
		},
		never: {
			"False", "0", "None", "six.PY2", "sys.version_info[0] == 2", "sys.version_info < (3, 0)", "a and PY2",
			"sys.version_info < (3,)", "sys.version_info[:2] == (2, 7)", "sys.version_info >= (4,)", "sys.version_info[0] < 3",
		},
		maybe: {
			"a", "sys.version_info >= (3, 12)", "sys.version_info[:2] == (3, 9)", "sys.version_info[1] > 2", "PY2 or a", "not a",
			"sys.platform == 'win32'", "1 < sys.version_info[0] < 3", "sys.version_info", "sys.version_info >= x",
			"sys.version_info[1:] > (2,)", "__name__ == '__main__'", "sys.version_info in x",
		},
	}
	for want, list := range tests {
		for _, src := range list {
			require.Equal(t, want, truth(lastExpr(parse(t, src))), src)
		}
	}
}

func TestImports(t *testing.T) {
	tab := parse(t, `
import a.b, c as d
from e.f import g as h, i
from .j import k
from l import *
def fn():
    import n
    class C:
        import o
try:
    import p
except ImportError:
    import q
try:
    import r
except (KeyError, ModuleNotFoundError): pass
try: import s
except KeyError: import t
if TYPE_CHECKING: import u
if PY2: import v
from l import *
from w import *
`)
	var got []string
	for _, im := range tab.Imports() {
		s := im.Module
		if im.As != "" {
			s += " as " + im.As
		}
		for _, n := range im.Names {
			s += " " + strings.TrimSuffix(n.Name+":"+n.As, ":")
		}
		for _, flag := range []struct {
			on   bool
			name string
		}{{im.From, "from"}, {im.InFunction, "function"}, {im.TypeChecking, "checking"}, {im.Guarded, "guarded"}, {im.Dead, "dead"}} {
			if flag.on {
				s += " " + flag.name
			}
		}
		got = append(got, s)
	}
	require.Equal(t, []string{
		"a.b", "c as d", "e.f g:h i:i from", ".j k:k from", "l * from", "n function", "o function", "p guarded", "q guarded",
		"r guarded", "s", "t", "u checking", "v dead", "l * from", "w * from",
	}, got)
	require.Equal(t, []string{"l", "w"}, tab.Stars())
	require.Equal(t, 1, tab.Imports()[3].Level)
	require.Equal(t, "m.fn.<locals>.C", tab.Imports()[6].Scope.Name)
}

func TestExports(t *testing.T) {
	for _, test := range []struct {
		src  string
		want string
	}{
		{"", " ?"},
		{"__all__ = ['a', \"b\"]", "a b"},
		{"__all__ = 'a', 'b'\n__all__ += ['c']\n__all__.extend(('d',))\n__all__.append('e')", "a b c d e"},
		{"__all__: list[str] = ['a'] + ['b', 'a']", "a b"},
		{"__all__ = []", ""},
		{"__all__ = ['a'] + other.__all__", "a ?"},
		{"__all__ = ['a']\n__all__ += other.__all__", "a ?"},
		{"__all__ = [n for n in x]", " ?"},
		{"__all__ = ['a', b]", "a ?"},
		{"__all__ = ['a']\n__all__ = ['b']", "b"},
		{"if c: __all__ = ['a']\nelse: __all__ = ['b']", "a b"},
		{"if PY2: __all__ = [b'a']\nelse: __all__ = ['b']", "b"},
		{"__all__ = ['a']\n__all__.sort()", "a ?"},
		{"def f():\n  __all__ = ['a']", " ?"},
	} {
		names, all := parse(t, test.src).Exports()
		got := strings.Join(names, " ")
		if !all {
			got += " ?"
		}
		require.Equal(t, test.want, got, test.src)
	}
}
