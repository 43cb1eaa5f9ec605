package pyparse

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// special are sources whose bytes a text table can't show.
var special = []struct {
	name, src string
	want      string // S-expressions, or the first error
}{
	{"empty", "", ""},
	{"only line ends", "\n\r\n\r", ""},
	{"only a comment", "# a", ""},
	{"only spaces", "  \n\t", ""},
	{"CR LF", "if a:\r\n    b\r\nc\r\n", "(If a [(Expr b)]) (Expr c)"},
	{"CR", "if a:\r    b\rc", "(If a [(Expr b)]) (Expr c)"},
	{"line ends in strings", "'''a\r\nb\rc\\\r\nd'''", `(Expr "a\nb\ncd")`},
	{"form feed", "\fa\f+\fb\n\f\nif a:\n  \f    b\n\f    c\n", "(Expr (BinOp a (Add) b)) (If a [(Expr b) (Expr c)])"},
	{"tabs", "if a:\n\tb\n        c\n", "3:9: inconsistent use of tabs and spaces in indentation"},
	{"byte order mark", "\ufeffa", "(Expr a)"},
	{"byte order mark inside", "a\ufeff", "1:2: invalid character '\\ufeff' (U+FEFF)"},
	{"NUL", "a\x00b", "1:2: source code cannot contain null bytes"},
	{"NUL in a comment", "# \x00", "1:3: source code cannot contain null bytes"},
	{"control Z", "a\x1a", "1:2: invalid character"},
	{"invalid UTF-8", "a = '\xff'", "1:6: invalid UTF-8: byte 0xff"},
	{"continuation at the end", "a = 1\n\\", "2:1: unexpected end of file after line continuation character"},
	{"empty continuation", "a\n\\\n", "2:2: unexpected end of file after line continuation character"},
	{"continued indentation", "if a:\n    b\n\\\n    c\n", "(If a [(Expr b) (Expr c)])"},
	{"spaces at the end", "if a:\n  b\n ", "(If a [(Expr b)])"},
	{"200 brackets", strings.Repeat("(", 200) + strings.Repeat(")", 200), "(Expr (Tuple))"},
	{"201 brackets", strings.Repeat("(", 201) + strings.Repeat(")", 201), "1:201: too many nested parentheses"},
	{"NFKC", "ﬁ.ａ(ª=𝐚)", "(Expr (Call (Attribute fi a) [] [(keyword a a)]))"},
	{"letters", "é = ℘ = x·", "(Assign [é= ℘=] x·)"},
	{"no letters", "a€", "1:2: invalid character '€' (U+20AC)"},
	{"surrogates", `'\ud800' '\U0010ffff'`, "(Expr \"\ufffd\\U0010ffff\")"},
	{"latin-1", "# -*- coding: latin-1 -*-\n'\xe9'", `(Expr "é")`},
	{"iso-8859-15", "# vim: set fileencoding=iso-8859-15 :\n'\xa4'", `(Expr "€")`},
	{"cp1252", "#!/usr/bin/python\n# coding=cp1252\n'\x80'", `(Expr "€")`},
	{"koi8-r", "# coding: koi8-r\n'\xc1'", `(Expr "а")`},
	{"ascii", "# coding: ascii\n'\xe9'", "2:2: invalid ascii: byte 0xe9"},
	{"unknown encoding", "# coding: klingon\na", "1:11: unknown encoding: klingon"},
	{"cookie in line 3", "\n\n# coding: klingon\na", "(Expr a)"},
	{"cookie after code", "a\n# coding: klingon\n", "(Expr a)"},
	{"cookie of UTF-8 with a mark", "\ufeff# coding: utf-8\na", "(Expr a)"},
	{"cookie against the mark", "\ufeff# coding: latin-1\na", "1:11: encoding latin-1 does not go with a UTF-8 byte order mark"},
}

func describeTree(t testing.TB, tree *Tree) string {
	if len(tree.Errors) > 0 {
		return describeError(tree)
	}
	return sexprs(t, tree)
}

func TestSpecial(t *testing.T) {
	for _, c := range special {
		got := describeTree(t, checkTree(t, []byte(c.src)))
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestNesting sends what nests without end through the parser.
func TestNesting(t *testing.T) {
	const n = 100_000
	for _, c := range []struct{ name, src, want string }{
		{"minus", strings.Repeat("-", n) + "a", "too many levels of nesting"},
		{"not", strings.Repeat("not ", n) + "a", "too many levels of nesting"},
		{"await", strings.Repeat("await ", n) + "a", "invalid syntax"},
		{"power", strings.Repeat("a ** ", n) + "a", "too many levels of nesting"},
		{"lambda", strings.Repeat("lambda: ", n) + "a", "too many levels of nesting"},
		{"conditional", strings.Repeat("a if b else ", n) + "a", "too many levels of nesting"},
		{"brackets", strings.Repeat("[", n), "too many nested parentheses"},
		{"calls", strings.Repeat("f(", n), "too many nested parentheses"},
		{"patterns", "match a:\n case " + strings.Repeat("[", n) + ": pass", "too many nested parentheses"},
		{"f-strings", strings.Repeat("f'{", n), "too many nested parentheses"},
		{"format specs", "f'" + strings.Repeat("{a:", n) + "'", "f-string: expressions nested too deeply"},
		{"elif", "if a: b\n" + strings.Repeat("elif a: b\n", n), ""},
		{"attributes", "a" + strings.Repeat(".b", n), ""},
		{"sums", "a" + strings.Repeat(" + a", n), ""},
		{"decorators", strings.Repeat("@a\n", n) + "def f(): pass", ""},
		{"strings", strings.Repeat("'a' ", n), ""},
		{"opening quotes", strings.Repeat("'", 3*n+1), "unterminated string literal"},
		{"colons", strings.Repeat(":", n), "invalid syntax"},
		{"starred lists", strings.Repeat("[*", n), "too many nested parentheses"},
		{"unpacked dicts", strings.Repeat("{**", n), "too many nested parentheses"},
		{"comprehensions", strings.Repeat("[a for b in ", n), "too many nested parentheses"},
		{"generators", strings.Repeat("f(a for b in ", n), "too many nested parentheses"},
		{"targets", strings.Repeat("[a for [", n), "too many nested parentheses"},
		{"conditions", strings.Repeat("{a for b in c if ", n), "too many nested parentheses"},
		{"subscripts", strings.Repeat("a[b:", n), "too many nested parentheses"},
		{"parameters", strings.Repeat("lambda a=", n), "too many levels of nesting"},
		{"backticks", strings.Repeat("`a ", n), "file is written for Python 2"},
		{"async", strings.Repeat("async ", n), "invalid syntax"},
		{"async decorators", strings.Repeat("async @a\n", n), "invalid syntax"},
		{"decorators by themselves", strings.Repeat("@a\n", n), "invalid syntax"},
		{"else", strings.Repeat("else: ", n), "invalid syntax"},
		{"matches", strings.Repeat("match ", n), "invalid syntax"},
		{"with", strings.Repeat("with (", n), "invalid syntax"},
		{"keys", "match a:\n case " + strings.Repeat("{1: ", n), "too many nested parentheses"},
		{"classes", "match a:\n case " + strings.Repeat("A(a=", n), "too many nested parentheses"},
		{"dots", "from " + strings.Repeat(".", n) + " import a", ""},
	} {
		tree := Parse([]byte(c.src), Options{})
		got := ""
		if len(tree.Errors) > 0 {
			got = tree.Errors[0].Msg
		}
		if strings.HasPrefix(got, "internal error") {
			t.Errorf("%s: %s", c.name, got)
		}
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		count := 0
		Walk(tree.Root(), func(Node) bool { count++; return true })
		if count < 2 && c.want == "" {
			t.Errorf("%s: nothing was parsed", c.name)
		}
	}
	var blocks strings.Builder
	for i := range 300 {
		blocks.WriteString(strings.Repeat(" ", i) + "if a:\n")
	}
	blocks.WriteString(strings.Repeat(" ", 300) + "b\ndef f(): pass")
	tree := checkTree(t, []byte(blocks.String()))
	if len(tree.Errors) == 0 || tree.Errors[0].Msg != "too many levels of indentation" {
		t.Errorf("deep blocks: %v", tree.Errors)
	}
	if body := tree.Root().AsModule().Body(); body.At(body.Len()-1).AsFunctionDef().Name() != "f" {
		t.Error("the function after deep blocks is lost")
	}
}

func TestMaxDepth(t *testing.T) {
	src := []byte(strings.Repeat("-", 50) + "a\nb")
	if tree := Parse(src, Options{}); len(tree.Errors) > 0 {
		t.Error(tree.Errors)
	}
	tree := Parse(src, Options{MaxDepth: 20})
	if len(tree.Errors) != 1 || tree.Errors[0].Msg != "too many levels of nesting" {
		t.Errorf("with MaxDepth 20: %v", tree.Errors)
	}
	if n := tree.Root().AsModule().Body().Len(); n != 2 {
		t.Errorf("%d statements are left, want 2", n)
	}
}

func TestPosition(t *testing.T) {
	tree := Parse([]byte("\ufeffé = 1\r\nb\rc\n"), Options{})
	var got []string
	for s := range tree.Root().AsModule().Body().All() {
		line, col := s.Position()
		endLine, endCol := tree.Position(s.End())
		got = append(got, fmt.Sprint(line, ":", col, "-", endLine, ":", endCol))
	}
	want := []string{"1:1-1:7", "2:1-2:2", "3:1-3:2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := tree.LineCount(); n != 4 {
		t.Errorf("%d lines, want 4", n)
	}
	if off := tree.LineStart(2); tree.Source()[off] != 'b' {
		t.Errorf("line 2 begins at %d", off)
	}
	if line, col := tree.Position(0); line != 1 || col != 1 {
		t.Errorf("the byte order mark is at %d:%d", line, col)
	}
}

func TestOriginalOffset(t *testing.T) {
	src := []byte("# coding: latin-1\n'\xe9\xe8' + b")
	tree := Parse(src, Options{})
	b := tree.Root().AsModule().Body().At(0).AsExpr().Value().AsBinOp().Right()
	if got := src[tree.OriginalOffset(b.Start())]; got != 'b' {
		t.Errorf("the offset leads to %q", got)
	}
}

func TestConstants(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"'a'", "Str a"},
		{"r'\\n' '\\n'", "Str \\n\n"},
		{"('a' # b\n  \"c\" \\\n 'd')", "Str acd"},
		{"b'\\xff\\377'", "Bytes \xff\xff"},
		{"u'a'", "Str a u"},
		{"0", "Int 0"},
		{"00_0", "Int 0"},
		{"0xFF_FF", "Int 65535"},
		{"0o17", "Int 15"},
		{"0B11", "Int 3"},
		{"1_000", "Int 1000"},
		{"9223372036854775807", "Int 9223372036854775807"},
		{"9223372036854775808", "Int?"},
		{"1.5", "Float 1.5"},
		{"1e999", "Float +Inf"},
		{"1_0.5e-1_0", "Float 1.05e-09"},
		{"2j", "Complex 2"},
		{"None", "None"},
		{"True", "True"},
		{"False", "False"},
		{"...", "Ellipsis"},
	} {
		n := Parse([]byte(c.src), Options{}).Root().AsModule().Body().At(0).AsExpr().Value().AsConstant()
		var got string
		switch n.ConstKind() {
		case ConstStr:
			got = "Str " + n.StringValue()
		case ConstBytes:
			got = "Bytes " + n.StringValue()
		case ConstInt:
			if v, ok := n.Int(); ok {
				got = fmt.Sprint("Int ", v)
			} else {
				got = "Int?"
			}
		case ConstFloat:
			v, _ := n.Float()
			got = fmt.Sprint("Float ", v)
		case ConstComplex:
			v, _ := n.Float()
			got = fmt.Sprint("Complex ", v)
		default:
			got = [...]string{"Invalid", "None", "True", "False", "Ellipsis"}[n.ConstKind()]
		}
		if n.HasUPrefix() {
			got += " u"
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.src, got, c.want)
		}
	}
}

// TestZeroViews checks that what is absent can be asked anything.
func TestZeroViews(t *testing.T) {
	var n Node
	if n.Valid() || n.Kind() != KindInvalid || n.Text() != "" || n.Tree() != nil || n.Ctx() != Load {
		t.Error("the zero Node is not empty")
	}
	for range n.Children() {
		t.Error("the zero Node has children")
	}
	Walk(n, func(Node) bool { t.Error("the zero Node was visited"); return true })
	if c := n.AsCall(); c.Func().Valid() || c.Args().Len() != 0 || c.Keywords().Len() != 0 {
		t.Error("the zero Call is not empty")
	}
	f := n.AsFunctionDef()
	if f.Name() != "" || f.Args().Posonlyargs().Len() != 0 || f.Args().Vararg().Arg() != "" || f.Body().Len() != 0 {
		t.Error("the zero FunctionDef is not empty")
	}
	if n.AsConstant().StringValue() != "" || n.AsGlobal().Names().Len() != 0 || n.AsImportFrom().Module() != "" ||
		n.AsName().Id() != "" || n.AsAttribute().Attr() != "" || n.AsInterpolation().Str() != "" {
		t.Error("a zero view is not empty")
	}
	if x := Parse([]byte("a"), Options{}).Root(); x.AsCall().Valid() {
		t.Error("a Module is a Call")
	}
}

// TestOffsets checks the offsets of identifiers.
func TestOffsets(t *testing.T) {
	src := `@d
async def f(x): pass
class C: pass
import a.b as c
from . a import b as d
try: pass
except E as e: pass
g(k=1).attr
global y, z
match m:
    case P(q=1) as r: pass
    case {**s}: pass
    case [*t]: pass
def h[T, *Ts, **Ps](): pass
`
	tree := Parse([]byte(src), Options{})
	if len(tree.Errors) > 0 {
		t.Fatal(describeError(tree))
	}
	at := func(off uint32) string { return src[off:identEnd(tree.src, off)] }
	var got []string
	add := func(name string, off uint32) {
		if name != at(off) {
			t.Errorf("%q is said to be at %q", name, at(off))
		}
		got = append(got, name)
	}
	Walk(tree.Root(), func(n Node) bool {
		switch n.Kind() {
		case KindFunctionDef, KindAsyncFunctionDef:
			add(n.AsFunctionDef().Name(), n.AsFunctionDef().NameStart())
		case KindClassDef:
			add(n.AsClassDef().Name(), n.AsClassDef().NameStart())
		case KindAlias:
			if a := n.AsAlias(); a.Asname() != "" {
				add(a.Asname(), a.AsnameStart())
			}
		case KindExceptHandler:
			add(n.AsExceptHandler().Name(), n.AsExceptHandler().NameStart())
		case KindKeyword:
			add(n.AsKeyword().Arg(), n.AsKeyword().ArgStart())
		case KindAttribute:
			add(n.AsAttribute().Attr(), n.AsAttribute().AttrStart())
		case KindGlobal:
			names := n.AsGlobal().Names()
			for i := range names.Len() {
				add(names.At(i), names.StartAt(i))
			}
		case KindMatchAs:
			add(n.AsMatchAs().Name(), n.AsMatchAs().NameStart())
		case KindMatchClass:
			names := n.AsMatchClass().KwdAttrs()
			add(names.At(0), names.StartAt(0))
		case KindMatchMapping:
			add(n.AsMatchMapping().Rest(), n.AsMatchMapping().RestStart())
		case KindMatchStar:
			add(n.AsMatchStar().Name(), n.AsMatchStar().NameStart())
		case KindTypeVarTuple:
			add(n.AsTypeVarTuple().Name(), n.AsTypeVarTuple().NameStart())
		case KindParamSpec:
			add(n.AsParamSpec().Name(), n.AsParamSpec().NameStart())
		}
		return true
	})
	want := "f C c d e attr k y z r q s t h Ts Ps"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestComments(t *testing.T) {
	tree := Parse([]byte("# a\nx = [ # b\n  1, # c\n]\nwith (a, # d\n  b): pass # e\nmatch (x # f\n): \n  # g\n  case 1: pass\n'# no'\n#"), Options{})
	var got []string
	for _, c := range tree.Comments {
		got = append(got, string(tree.Source()[c.Start:c.End]))
	}
	if s := strings.Join(got, ","); s != "# a,# b,# c,# d,# e,# f,# g,#" {
		t.Errorf("got %s", s)
	}
}

// TestChildOrder checks that children come in source order.
func TestChildOrder(t *testing.T) {
	tree := Parse([]byte(`@d
def f[T](a: A, b=B, /, c=C, *args: D, e, g=G, **kw: H) -> R: pass
class K[T](A, k=1, *B, **kw): pass
f(a, k=1, *b, **c)
x if y else z
{a: b, **c, d: e}
a < b < c
{a: b for c in d if e}
`), Options{})
	Walk(tree.Root(), func(n Node) bool {
		last := uint32(0)
		for c := range n.Children() {
			if c.Start() < last {
				t.Errorf("%v: child %v at %d comes after %d", n.Kind(), c.Kind(), c.Start(), last)
			}
			last = c.Start()
		}
		return true
	})
}

// TestReuse checks that a tree does not change when its parser goes on to other files.
func TestReuse(t *testing.T) {
	first := Parse([]byte("f(a, b=1) # c\n"), Options{})
	before := sexprs(t, first)
	for range 10 {
		Parse([]byte("class A:\n  def g(self): return [1, 2, 3] # d\n"), Options{})
	}
	if after := sexprs(t, first); after != before || len(first.Comments) != 1 {
		t.Errorf("%s became %s", before, after)
	}
}
