package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

var mark = regexp.MustCompile(`!(GL[0-9]+)(?:-([0-9]+))?`)

// suppressed runs the text of a file through Finish. Lines may end in marks:
//
//	os.read(fd, 1)  # !GL201      there is a finding of this rule
//	os.read(fd, 1)  # !GL201-3    it reaches down to line 3
//
// Functions are found by their indentation. It returns what became of each
// finding, "line rule reason", and each GL901 with its message.
func suppressed(t *testing.T, d Draft, file, text string) []string {
	t.Helper()
	marker, def := "#", "def "
	if strings.HasSuffix(file, ".go") {
		marker, def = "//", "func "
	}
	fc := FileComments{File: file}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, l := range lines {
		for _, m := range mark.FindAllStringSubmatch(l, -1) {
			f := rules.Finding{Rule: rules.ID(m[1]), Pos: pos(file, i+1, 1), End: pos(file, i+1, 9), Message: "m"}
			if m[2] != "" {
				fmt.Sscan(m[2], &f.End.Line)
			}
			d.Findings = append(d.Findings, f)
		}
		if at := mark.FindStringIndex(l); at != nil {
			l = strings.TrimRight(l[:at[0]], " "+marker)
		}
		if at := strings.Index(l, marker); at >= 0 {
			fc.Comments = append(fc.Comments, Comment{pos(file, i+1, at+1), l[at:], strings.TrimSpace(l[:at]) == ""})
		}
		if code := strings.TrimLeft(l, " \t"); strings.HasPrefix(code, def) {
			s := Span{i + 1, i + 1, i + 1}
			for s.FirstLine > 1 && strings.HasPrefix(strings.TrimSpace(lines[s.FirstLine-2]), "@") {
				s.FirstLine--
			}
			for j := i + 1; j < len(lines) && len(lines[j])-len(strings.TrimLeft(lines[j], " \t")) > len(l)-len(code); j++ {
				s.LastLine = j + 1
			}
			fc.Funcs = append(fc.Funcs, s)
		}
	}
	d.Comments = append(d.Comments, fc)
	out := []string{}
	for _, f := range d.Finish() {
		s := fmt.Sprintf("%d %s %s", f.Pos.Line, f.Rule, f.Suppressed)
		if f.Rule == unusedSuppression {
			s += " " + f.Message
		}
		out = append(out, strings.Join(strings.Fields(s), " "))
	}
	return out
}

func TestSuppress(t *testing.T) {
	const here = ", which is not found here"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"by id", "x  # greenlint: ignore[GL201] it is fine  # !GL201", []string{"1 GL201 inline"}},
		{"by prefix", "x  # greenlint: ignore[GL2]  # !GL201", []string{"1 GL201 inline"}},
		{"by name", "x  # greenlint: ignore[raw-syscall]  # !GL201", []string{"1 GL201 inline"}},
		{"any case and blanks", "x  #greenlint:IGNORE[ gl201 , GL401 ]  # !GL201 # !GL401", []string{"1 GL201 inline", "1 GL401 inline"}},
		{"all", "x  # greenlint: ignore  # !GL201 # !GL401", []string{"1 GL201 inline", "1 GL401 inline"}},
		{"all with a reason", "x  # greenlint: ignore because it is short  # !GL201", []string{"1 GL201 inline"}},
		{"a list without brackets", "x  # greenlint: ignore GL401  # !GL201", []string{"1 GL201", "1 GL901 this comment ignores GL401" + here}},
		{"a list after a colon", "x  # greenlint: ignore: raw-syscall  # !GL201 # !GL401", []string{"1 GL201 inline", "1 GL401"}},
		{"another rule", "x  # greenlint: ignore[GL401]  # !GL201", []string{"1 GL201", "1 GL901 this comment ignores GL401" + here}},
		{"half of it", "x  # greenlint: ignore[GL401, GL201]  # !GL201", []string{"1 GL201 inline", "1 GL901 this comment ignores GL401" + here}},
		{"behind another comment", "x  # type: ignore # greenlint: ignore[GL201]  # !GL201", []string{"1 GL201 inline"}},
		{"the line below is not meant", "x  # greenlint: ignore[GL201]\ny  # !GL201", []string{"1 GL901 this comment ignores GL201" + here, "2 GL201"}},
		{"last line of a statement", "f(  # !GL201-3\n  1,\n)  # greenlint: ignore[GL201]", []string{"1 GL201 inline"}},
		{"after the statement", "f(  # !GL201-2\n)\ny  # greenlint: ignore[GL201]", []string{"1 GL201", "3 GL901 this comment ignores GL201" + here}},
		{"alone, for the next line", "  # greenlint: ignore[GL201]\n  # more words\n  x  # !GL201\n  y  # !GL201", []string{"3 GL201 inline", "4 GL201"}},
		{"on the def", "def f():  # greenlint: ignore[GL201]\n  x  # !GL201\n  y  # !GL401\nz  # !GL201", []string{"2 GL201 inline", "3 GL401", "4 GL201"}},
		{"on the decorator", "@task  # greenlint: ignore\n@other\ndef f():\n  x  # !GL201", []string{"4 GL201 inline"}},
		{"alone above the decorator", "# greenlint: ignore[GL201]\n@task\ndef f():\n  x  # !GL201", []string{"4 GL201 inline"}},
		{"on an outer def", "def f():  # greenlint: ignore[GL201]\n  def g():\n    x  # !GL201", []string{"3 GL201 inline"}},
		{"whole file", "x  # !GL201\n# greenlint: ignore-file[GL201] generated\ny  # !GL401", []string{"1 GL201 inline", "3 GL401"}},
		{"unused, whole file", "# greenlint: ignore-file[GL4]\nx  # !GL201", []string{"1 GL901 this comment ignores GL4" + here, "2 GL201"}},
		{"noqa", "x  # noqa  # !GL201", []string{"1 GL201 noqa"}},
		{"noqa with our code", "x  # NOQA:E501,GL2  # !GL201", []string{"1 GL201 noqa"}},
		{"noqa with blanks between codes", "x  # noqa: E501 GL201 why not  # !GL201", []string{"1 GL201 noqa"}},
		{"noqa for others only", "x  # noqa: E501  # !GL201", []string{"1 GL201"}},
		{"noqa without a code", "x  # noqa: because  # !GL201", []string{"1 GL201"}},
		{"unused noqa is not ours to report", "x  # noqa: GL201", []string{}},
		{"bare noqa on a def is for that line", "def f():  # noqa\n  x  # !GL201", []string{"2 GL201"}},
		{"noqa with our code on a def", "def f():  # noqa: GL201\n  x  # !GL201", []string{"2 GL201 noqa"}},
		{"noqa is a word", "x  # noqa-x  # !GL201", []string{"1 GL201"}},
		{"flake8's file form is not ours", "x  # flake8: noqa  # !GL201", []string{"1 GL201"}},
		{"our own wins over noqa", "x  # noqa # greenlint: ignore[GL201]  # !GL201", []string{"1 GL201 inline"}},
		{"unused", "x  # greenlint: ignore", []string{"1 GL901 this comment ignores nothing: no finding is here"}},
		{"unknown rule", "x  # greenlint: ignore[GL999]", []string{"1 GL901 this comment ignores GL999, which names no rule"}},
		{"unclosed", "x  # greenlint: ignore[GL201  # !GL201", []string{"1 GL201", "1 GL901 this ignore comment is not understood: the bracket is never closed"}},
		{"empty", "x  # greenlint: ignore[]", []string{"1 GL901 this ignore comment is not understood: the brackets are empty"}},
		{"parentheses", "x  # greenlint: ignore(GL201)", []string{"1 GL901 this ignore comment is not understood: want blanks or [RULE, …] after ignore"}},
		{"another tool's word", "x  # greenlint: disable=GL201", []string{"1 GL901 this ignore comment is not understood: want ignore[RULE, …] or ignore-file[RULE, …], got disable"}},
		{"another directive", "x  # greenlint: task", []string{}},
		{"prose", "x  # greenlint is great, noqa is not", []string{}},
		{"off by default", "x  # greenlint: ignore[GL203]", []string{}},
		{"GL901 can be ignored by name", "x  # greenlint: ignore[GL401, GL901]", []string{"1 GL901 inline this comment ignores GL401" + here}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := testCatalog(t)
			require.Equal(t, c.want, suppressed(t, Draft{Catalog: cat, Selected: selection(t, cat)}, "a.py", c.text))
		})
	}
}

func TestSuppressGo(t *testing.T) {
	for text, want := range map[string][]string{
		"x //greenlint:ignore GL204 reason //!GL204":                        {"1 GL204 inline"},
		"x //greenlint:ignore GL4,GL2 reason //!GL204":                      {"1 GL204 inline", "1 GL901 this comment ignores GL4, which is not found here"},
		"x // greenlint:ignore sync-primitive //!GL204":                     {"1 GL204 inline"},
		"x //greenlint:ignore[GL204] reason //!GL204":                       {"1 GL204 inline"},
		"x //greenlint:ignore //!GL204":                                     {"1 GL204 inline"},
		"//greenlint:ignore GL204 whole function\nfunc f() {\n\tx //!GL204": {"3 GL204 inline"},
		"//greenlint:ignore-file GL204\nx //!GL204":                         {"2 GL204 inline"},
		"x //greenlint:ignore because":                                      {"1 GL901 this comment ignores because, which names no rule"},
		"x //nolint:greenlint //!GL204":                                     {"1 GL204 nolint"},
		"x //nolint:errcheck,greenlint // reason //!GL204":                  {"1 GL204 nolint"},
		"x //nolint:all //!GL204":                                           {"1 GL204 nolint"},
		"x //nolint //!GL204":                                               {"1 GL204 nolint"},
		"x //nolint:errcheck //!GL204":                                      {"1 GL204"},
		"x //nolintish //!GL204":                                            {"1 GL204"},
		"//lint:ignore GL204 reason\nx //!GL204":                            {"2 GL204 lint:ignore"},
		"//lint:ignore SA1000,GL2* reason\nx //!GL204":                      {"2 GL204 lint:ignore"},
		"//lint:file-ignore GL204 reason\n\nx //!GL204":                     {"3 GL204 lint:ignore"},
		"//lint:ignore GL401 reason\nx //!GL204":                            {"2 GL204"},
		"x # noqa //!GL204":                                                 {"1 GL204"},
		"//greenlint:task\nx //!GL204":                                      {"2 GL204"},
	} {
		cat := testCatalog(t)
		require.Equal(t, want, suppressed(t, Draft{Catalog: cat, Selected: selection(t, cat)}, "a.go", text), "%q", text)
	}
}

// What was not run finds nothing, which says nothing about the comment.
func TestUnusedOnlyForWhatWasRun(t *testing.T) {
	cat := testCatalog(t)
	run := func(text string, sel ...string) []string {
		return suppressed(t, Draft{Catalog: cat, Selected: selection(t, cat, sel...)}, "a.py", text)
	}
	const text = "x  # greenlint: ignore[GL401]\ny  # greenlint: ignore[GL2]\nz  # greenlint: ignore"
	require.Len(t, run(text), 3)
	require.Equal(t, []string{"1 GL901 this comment ignores GL401, which is not found here"}, run(text, "GL401", "GL201", "GL901"))
	require.Empty(t, run(text, "GL401"))
	partial := Draft{Catalog: cat, Selected: selection(t, cat), Partial: true}
	require.Equal(t, []string{"4 GL901 this comment ignores GL999, which names no rule"}, suppressed(t, partial, "a.py", text+"\nx  # greenlint: ignore[GL999]"))
	require.Empty(t, suppressed(t, Draft{Catalog: cat, Selected: selection(t, cat, "GL401", "GL901"), Skipped: []rules.Skip{{File: "a.py"}}}, "a.py", text))
}

func TestSuppressByConfiguration(t *testing.T) {
	cat := testCatalog(t)
	d := Draft{Catalog: cat, Selected: selection(t, cat), Ignored: func(file string, id rules.ID) bool { return file == "a.py" && id != "GL401" }}
	require.Equal(t, []string{"1 GL201 config", "1 GL401", "2 GL901 config this comment ignores nothing: no finding is here"},
		suppressed(t, d, "a.py", "x  # !GL201 # !GL401\ny  # greenlint: ignore"))
}

func TestUnreadable(t *testing.T) {
	cat := testCatalog(t)
	d := Draft{
		Catalog: cat, Selected: selection(t, cat), Skipped: []rules.Skip{{File: "a.py", Reason: "permission denied"}, {File: "b.py", Reason: "bad"}},
		Findings: []rules.Finding{{Rule: "GL902", Pos: pos("b.py", 3, 1), Message: "invalid syntax"}},
	}
	got := d.Finish()
	require.Len(t, got, 2)
	require.Equal(t, "not fully analysed: permission denied", got[0].Message)
	require.Equal(t, rules.Warning, got[0].Severity)
	require.Equal(t, "invalid syntax", got[1].Message)
	d.Selected = selection(t, cat, "GL4")
	require.Empty(t, d.Finish())
}

func FuzzDirectives(f *testing.F) {
	for _, s := range []string{
		"# greenlint: ignore[GL401, x] y", "# noqa: A1,GL2 # greenlint: ignore", "//greenlint:ignore GL1 //nolint:a,b", "//lint:file-ignore GL* x", "#greenlint:ignore=",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range readDirectives(text, func(s string) bool { return s == "foreign-io" }) {
			if d.start < 0 || d.end <= d.start || d.end > len(text) {
				t.Fatalf("%d to %d of %d bytes", d.start, d.end, len(text))
			}
			if d.problem != "" && d.family != inline {
				t.Fatal("only our own comments are criticised")
			}
			if d.all && len(d.selectors) > 0 && d.family != nolint {
				t.Fatal("a list and no list")
			}
			for _, s := range d.selectors {
				if s == "" {
					t.Fatal("an empty selector")
				}
			}
		}
	})
}
