package bind

import (
	"fmt"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// showScopes writes a scope and those within it as name{symbols inner…}. A * marks what
// inner scopes see, a + a parameter.
func showScopes(t *Table, s *Scope) string {
	var parts []string
	for _, sym := range s.Symbols() {
		name := sym.Name
		if sym.Param {
			name = "+" + name
		}
		if sym.Captured {
			name += "*"
		}
		parts = append(parts, name)
	}
	for _, inner := range t.Scopes() {
		if inner.Parent == s {
			parts = append(parts, showScopes(t, inner))
		}
	}
	return fmt.Sprintf("%s{%s}", s.Name, strings.Join(parts, " "))
}

func TestScopes(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"x = y", "m{x}"},
		{"import a.b, c.d as e\nfrom f import g as h, i", "m{a e h i}"},
		{"def f(a, /, b=d, *c, e, **g): h = a", "m{f m.f{+a +b +c +e +g h}}"},
		{"def f(): g()\ndef g(): f()", "m{f* g* m.f{} m.g{}}"},
		{"def f():\n  def g(): pass\n  class C:\n    def h(self): pass",
			"m{f m.f{g C m.f.<locals>.g{} m.f.<locals>.C{h m.f.<locals>.C.h{+self}}}}"},
		{"f = lambda x: x + y", "m{f m.<lambda>{+x}}"},
		{"[a for b in c for d in b if e]", "m{m.<listcomp>{b d}}"},
		{"{(a := b) for b in c}", "m{a* m.<setcomp>{b}}"},
		{"def f(): return {b: (a := [(d := b) for b in c]) for b in c}",
			"m{f m.f{d* a* m.f.<locals>.<dictcomp>{b m.f.<locals>.<dictcomp>.<locals>.<listcomp>{b}}}}"},
		{"class C:\n  x = 1\n  __y = x\n  def f(self): return self.x, x, __z\n  __z = 2",
			"m{C m.C{x _C__y f _C__z m.C.f{+self}}}"},
		{"def f():\n  global x, y\n  x = 1\n  def y(): pass\n", "m{f x* y* m.f{m.y{}}}"},
		{"def f():\n  x = 1\n  def g():\n    nonlocal x\n    x += 1", "m{f m.f{x* g m.f.<locals>.g{}}}"},
		{"try: pass\nexcept E as e: pass\nwith a as b, c as (d, [f, *g]): pass\nfor h, i.j in k: del l", "m{e b d f g h l}"},
		{"x: int\n(y): int\nz: int = 1\na.b: int", "m{x z}"},
		{"match a:\n  case [b, *c, {'d': e.g, **f}] | g.h(i, j=k) as l: pass", "m{b c f i k l}"},
		{"def f[T: U, *V, **W](x: T): pass", "m{f m.<generic parameters of f>{T V W m.f{+x}}}"},
		{"class C[T]: y: T", "m{C m.<generic parameters of C>{T* m.C{y}}}"},
		{"type A[T] = list[T]", "m{A m.<generic parameters of A>{T}}"},
		{"async def f():\n  async for a in b: pass\n  async with c as d: pass", "m{f m.f{a d}}"},
		{"if (a := b): pass\nwhile (c := d): pass\nassert (e := f)\n@(g := h)\ndef i(j=(k := l)): return (n := 1)",
			"m{a c e g k i m.i{+j n}}"},
	} {
		tab := parse(t, test.src)
		require.Equal(t, test.want, showScopes(tab, tab.Module()), test.src)
	}
}

func TestLookup(t *testing.T) {
	tab := parse(t, `
x = 1
class C:
    x = 2
    __p = 3
    def f(self):
        def g():
            nonlocal y
            global z
            y = z = x
        y = 1
        __class__
`)
	c, f, g := tab.Scopes()[1], tab.Scopes()[2], tab.Scopes()[3]
	require.Equal(t, "m.C.f.<locals>.g", g.Name)
	require.Same(t, tab.Module().Own("x"), g.Lookup("x"))
	require.Same(t, f.Own("y"), g.Lookup("y"))
	require.Same(t, tab.Module().Own("z"), g.Lookup("z"))
	require.Same(t, c.Own("x"), c.Lookup("x"))
	require.Equal(t, "_C__p", c.Own("__p").Name)
	require.Same(t, c.Own("__p"), c.Own("_C__p"))
	require.Nil(t, g.Lookup("len"))
	require.Nil(t, g.Own("y"))
	require.Equal(t, "__class__", g.Lookup("__class__").Name)
	require.Same(t, c, g.Lookup("__class__").Scope)
	require.True(t, f.Own("y").Captured)
	require.Len(t, f.Own("y").Bindings, 2)
	require.Same(t, g, f.Own("y").Bindings[1].Scope)
	require.Same(t, tab, g.Table())
}

// Every name in angle brackets says in its own letters where it lies.
func TestEnclosing(t *testing.T) {
	src := `
@in_m
def f(a=in_m, *, b: in_m = in_m) -> in_m:
    @in_f
    class C(in_f, k=in_f):
        in_C
        lambda c=in_C: (in_lambda, [in_listcomp for d in in_lambda for e in in_listcomp])
        def g(self=in_C): in_g
    (in_genexpr for x in (in_genexpr for y in in_f))
    in_f
    in_f(in_genexpr for x in in_f if in_genexpr)
[[in_listcomp for x in in_listcomp] for z in [in_listcomp for x in in_m]]
in_m
def h[T: in_T](x: in_T = in_m, y=[in_listcomp for x in in_m]) -> in_T: in_h
class D[T](in_T): in_D
type A[T] = in_T
type B = in_T
if in_m: in_m
else:
    @in_m
    def i(): [in_listcomp for x in in_i]
in_m
`
	tab := parse(t, src)
	count := 0
	pyparse.Walk(tab.Tree().Root(), func(n pyparse.Node) bool {
		s := tab.Enclosing(n)
		if want, ok := strings.CutPrefix(n.AsName().Id(), "in_"); ok {
			count++
			got := s.Name[strings.LastIndexByte(s.Name, '.')+1:]
			if s.Kind == TypeScope {
				got = "T"
			}
			line, col := n.Position()
			require.Equal(t, want, strings.Trim(got, "<>"), "%d:%d", line, col)
		}
		if n.Kind() == pyparse.KindArg {
			require.Same(t, s.Own(n.AsArg().Arg()).Scope, s)
			require.True(t, s.Own(n.AsArg().Arg()).Param)
		}
		if own := tab.ScopeOf(n); own != nil && own.Parent != nil && n.Kind() != pyparse.KindTypeVar {
			for own = own.Parent; own.Kind == TypeScope; own = own.Parent {
			}
			require.Same(t, own, s, n.Text())
		}
		return true
	})
	require.Equal(t, strings.Count(src, "in_"), count)
	require.Same(t, tab.Module(), tab.ScopeOf(tab.Tree().Root()))
	require.Nil(t, tab.ScopeOf(lastExpr(tab)))
}

func TestMangle(t *testing.T) {
	for _, test := range [][3]string{
		{"C", "__x", "_C__x"}, {"__C", "__x", "_C__x"}, {"C", "__x__", "__x__"}, {"C", "_x", "_x"}, {"", "__x", "__x"},
		{"__", "__x", "__x"}, {"C", "__", "__"}, {"C", "__a.b", "__a.b"}, {"C", "___", "___"}, {"C", "__x_", "_C__x_"},
	} {
		require.Equal(t, test[2], Mangle(test[0], test[1]))
	}
}
