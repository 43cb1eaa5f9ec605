package regex

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// verdicts on patterns of each shape. "-" = none; "2^n" = exponential; "n^3" = a power.
var verdicts = []struct {
	pattern string
	how     How
	want    string
}{
	// Loops within loops.
	{`(a+)+$`, Match, "2^n"},
	{`(a*)*b`, Match, "2^n"},
	{`(?:a|a)*b`, Match, "2^n"},
	{`(\w+\s?)*$`, Match, "2^n"},
	{`^(([a-z])+.)+[A-Z]([a-z])+$`, Match, "2^n"},
	{`(?:(?:ab)*)*c`, Match, "2^n"},
	{`(\d+|\w+)*!`, Match, "2^n"},
	{`(a{1,50}){1,50}b`, Match, "2^n"},
	{`^(\w+\.?)*@x$`, Match, "2^n"},
	{`(a+?)+?$`, Match, "2^n"},
	{`((a|b)*c?)*d`, Match, "2^n"},
	{`(?=(a+)+$)b`, Match, "-"}, // a look-ahead is not followed

	// One loop after another.
	{`a*a*b`, Match, "n^2"},
	{`a*a*a*b`, Match, "n^3"},
	{`\s*\w*\s*$`, Match, "n^2"},
	{`^\s*(.*)\s*$`, Match, "n^2"}, // a dot stops at the end of a line
	{`\d+\w+x`, Match, "n^2"},
	{`.*,.*,.*;`, Match, "n^3"},

	// A search begins anywhere.
	{`\s+$`, Search, "n^2"},
	{`\s+$`, Match, "-"},
	{`a+b`, Search, "n^2"},
	{`^a+b`, Search, "-"},
	{`(a+)+$`, Search, "2^n"},
	{`a*a*b`, Search, "n^3"},

	// What can't be divided in two ways.
	{`(ab)+c`, Match, "-"},
	{`(a|b)*c`, Match, "-"},
	{`(?:\d|\w)*x`, Match, "-"}, // one set, as CPython reads it
	{`(?:a|ab)(?:c|bcd)*`, Match, "-"},
	{`(a+b)+c`, Match, "-"},
	{`(\w+\s)*$`, Match, "-"},
	{`[^"]*"`, Match, "-"},
	{`"(?:[^"\\]|\\.)*"`, Match, "-"},
	{`(a*)+`, Match, "-"}, // it always matches
	{`(a++)+$`, Match, "-"},
	{`(?>a+)+$`, Match, "-"},
	{`(a{1,3}){1,3}b`, Match, "-"}, // that many ways and no more
	{`(a+)+`, Match, "-"},
	{`(a+)+$`, Fullmatch, "2^n"},
	{`(a+)+`, Fullmatch, "2^n"},
	{``, Search, "-"},
}

func TestFind(t *testing.T) {
	for _, c := range verdicts {
		a, err := Find(c.pattern, Flags{}, c.how)
		require.NoError(t, err, c.pattern)
		got := "-"
		switch {
		case a != nil && a.Degree == 0:
			got = "2^n"
		case a != nil:
			got = fmt.Sprintf("n^%d", a.Degree)
		}
		if c.want != got {
			t.Errorf("%s: want %s, got %s: %+v", c.pattern, c.want, got, a)
		}
	}
}

// syntax are patterns for the corners of the grammar.
var syntax = []string{
	`a{,2}`, `a{2,}b`, `a{`, `a{}`, `a{,}`, `a{x}`, `x{1`, `[]a]`, `[^]a]`, `[a-]`, `[-a]`, `[\w-]`, `[a\]b]`, `[\b]`, `\x41`, `\101`, `\0`, `\u0041`,
	`(?P<n>a)(?P=n)`, `(a)\1`, `(?i)A`, `(?x) a  b # a remark
	1`, `(?s).`, `(?m)^a$`, `(?i:a)A`, `(?-i:a)`, `(?#nothing)a`, `a(?#x)*`, `(?<!a)b`, `(?<=a|b)1`, `(?<=a*)b`, `(?:a|b|1)+`,
	`(?:ab|a1|a)x`, `a**`, `*a`, `(a`, `a)`, `[a`, `a{2}{3}`, `a{3,2}`, `(?P<n>a)(?P<n>b)`, `\8`, `(?z)`, `(?:)`, `|a`, `a||b`, `(|a)+`, `\`, `(?(1)a)`, `(?(2)a|b)(a)`,
	`a?+a`, `a*+a`, `(?>a|ab)1`, `\A\Z`, `^*a`, `\b+a`, `(?:^)*`, `$?a`, `[a-\d]`, `[1-a]`, `[a-1]`, `\q`, `\-`, `(?:a{0})*`, `(?:a{0}b)*`, `.{3}`, `(?a)\w`, `(?im)^A`,
}

// TestPumps: the work of an attack grows as it says, and the expression is the subject.
func TestPumps(t *testing.T) {
	a, err := Find(`(a+)+$`, Flags{}, Match)
	require.NoError(t, err)
	require.Equal(t, 0, a.Degree)
	n := a.Pumps(1)
	require.InDelta(t, 25, n, 5)
	require.Equal(t, n+4, a.Pumps(16))
	require.Equal(t, a.Len(n), len(a.Subject(n)))
	require.Regexp(t, `^"a" \* \d+ \+ "."$`, a.Expr(n))

	a, err = Find(`a*a*a*b`, Flags{}, Match)
	require.NoError(t, err)
	require.InDelta(t, 2*a.Pumps(1), a.Pumps(8), float64(a.Pumps(1))/5)
}

// TestHostile: no pattern takes long, whatever it is.
func TestHostile(t *testing.T) {
	nested := strings.Repeat("(", 10_000) + strings.Repeat(")", 10_000)
	for _, p := range []string{
		nested, strings.Repeat("(", 10_000), strings.Repeat("[", 10_000), strings.Repeat("(a*)*", 500), strings.Repeat("a?", 4000),
		strings.Repeat("(?:", 90) + "a*" + strings.Repeat(")*", 90), "((((a{1,100}){1,100}){1,100}){1,100}){1,100}b", strings.Repeat(`\s*\w*`, 60) + "x",
		strings.Repeat("a|", 4000), "(?:" + strings.Repeat("ab|", 400) + "a)*x", "a{1000000}", "(a{99999}){99999}b", "\x00\xff(",
	} {
		_, err := Find(p, Flags{}, Search)
		_ = err // some can't be read
	}
}

func FuzzFind(f *testing.F) {
	for _, c := range verdicts {
		f.Add(c.pattern, c.how == Search)
	}
	for _, p := range syntax {
		f.Add(p, true)
	}
	f.Fuzz(func(t *testing.T, pattern string, anywhere bool) {
		how := Match
		if anywhere {
			how = Search
		}
		a, err := Find(pattern, Flags{}, how)
		if err != nil || a == nil {
			return
		}
		require.NotEmpty(t, a.Pump)
		require.Positive(t, a.Pumps(1))
	})
}
