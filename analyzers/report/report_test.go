package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// testCatalog has a handful of rules, so that these tests do not change with the
// real ones.
func testCatalog(t testing.TB) *rules.Catalog {
	files := fstest.MapFS{}
	for _, r := range []string{
		"GL201 raw-syscall error on", "GL203 disk-io warning off", "GL204 sync-primitive error on", "GL401 foreign-io error on",
		"GL702 blocking-dependency warning on", "GL901 unused-suppression warning on", "GL902 unreadable warning on",
	} {
		w := strings.Fields(r)
		page := "---\nid: " + w[0] + "\nname: " + w[1] + "\nseverity: " + w[2] + "\ndefault: " + w[3] + "\n---\n# " + w[1] + "\n\nAbout it.\n"
		files["gl"+w[0][2:]+"-"+w[1]+"/rule.md"] = &fstest.MapFile{Data: []byte(page)}
	}
	c, err := rules.LoadFS(files)
	require.NoError(t, err)
	return c
}

func selection(t testing.TB, c *rules.Catalog, sel ...string) rules.Selection {
	s, err := c.Select(sel, nil)
	require.NoError(t, err)
	return s
}

func pos(file string, line, col int) rules.Pos { return rules.Pos{File: file, Line: line, Column: col} }

// sources are the files that the samples point into.
var sources = map[string]string{
	"shop/tasks.py": strings.Repeat("\n", 33) + `@app.task
async def refresh(url):
	fetch(url)

def fetch(url):
	c = pycurl.Curl()
	# 網址 comes from outside
	「値」; c.perform()
	requests.get(
		url,
		timeout=3,
		stream=True,
	)
`,
	"shop/evil.py": "x = 1  # \x1b[31mred\x07 \u202e desrever\nos.read(fd, 1)\xff\n",
	"shop/long.py": strings.Repeat("padding + ", 20) + "os.read(fd, 1)" + strings.Repeat(" + padding", 20) + "\n",
	"main.go":      "package main\n\nfunc task(t *green.Task) { mu.Lock() }\n",
}

func read(file string) ([]byte, error) {
	if s, ok := sources[file]; ok {
		return []byte(s), nil
	}
	return nil, errors.New("no such file")
}

// samples has a finding for each way of being odd.
func samples() []rules.Finding {
	procfile := rules.Evidence{Pos: rules.Pos{File: "Procfile", Line: 2}, Text: "celery -A shop worker -P gevent"}
	context := func(fn string, line int) rules.Context {
		return rules.Context{
			Kind: "celery-task", Loop: rules.Gevent, Func: rules.Func(fn), Pos: pos("shop/tasks.py", line, 1),
			Why: []rules.Evidence{{Pos: pos("shop/tasks.py", line-1, 1), Text: "@app.task"}},
		}
	}
	reach := func(fn string, line, depth int) rules.Reach {
		return rules.Reach{Context: context(fn, line), Depth: depth, Evidence: []rules.Evidence{procfile}}
	}
	return []rules.Finding{
		{
			Rule: "GL401", Language: "python", Pos: pos("shop/tasks.py", 41, 8), End: pos("shop/tasks.py", 41, 24),
			Message: "wide characters and a tab come before it", Symbol: "pycurl.Curl.perform",
		},
		{
			Rule: "GL401", Language: "python", Pos: pos("shop/tasks.py", 41, 12), End: pos("shop/tasks.py", 41, 23),
			Message: "task refresh holds the gevent hub: pycurl.Curl.perform (1 call away)", Symbol: "pycurl.Curl.perform", Loop: rules.Gevent,
			Contexts: []rules.Reach{
				reach("shop.tasks.refresh", 35, 1), reach("shop.tasks.e", 95, 4), reach("shop.tasks.d", 65, 2), reach("shop.tasks.b", 75, 2), reach("shop.tasks.c", 85, 2),
			},
			Chain: rules.Chain{
				{Func: "shop.tasks.fetch", Pos: pos("shop/tasks.py", 36, 2), Dynamic: true},
				{Func: "pycurl.Curl.perform", Pos: pos("shop/tasks.py", 41, 12)},
			},
			Why: "libcurl waits on its own socket, below Python's.", Remedy: "use CurlMulti <or> a green client", Source: []string{"measured"},
			Fixes: []rules.Fix{{Title: "call it elsewhere", Edits: []rules.Edit{{Pos: pos("shop/tasks.py", 41, 12), End: pos("shop/tasks.py", 41, 23), Text: "x"}}}},
		},
		{
			Rule: "GL401", Language: "python", Pos: pos("shop/tasks.py", 42, 2), End: pos("shop/tasks.py", 46, 3),
			Message: "it goes over several lines", Symbol: "requests.get", Env: "Procfile: worker", Detail: "about 3 s",
			Contexts: []rules.Reach{reach("shop.tasks.refresh", 35, 0)},
			Chain:    rules.Chain{{Func: "requests.get", Pos: pos("shop/tasks.py", 42, 2)}},
		},
		{Rule: "GL702", Pos: rules.Pos{File: "requirements.txt", Line: 3}, Severity: rules.Info, Message: "grpcio 1.40 can't be made cooperative", Symbol: "grpcio"},
		{Rule: "GL702", Pos: rules.Pos{File: "requirements.txt", Line: 3}, Severity: rules.Info, Message: "pycurl can't be made cooperative", Symbol: "pycurl"},
		{Rule: "GL201", Language: "python", Pos: pos("shop/evil.py", 1, 1), Message: "a hostile \x1b]0;title\x07 message\nwith two lines"},
		{Rule: "GL201", Language: "python", Pos: pos("shop/evil.py", 2, 1), End: pos("shop/evil.py", 2, 99), Message: "beyond the line's end"},
		{Rule: "GL201", Language: "python", Pos: pos("shop/evil.py", 77, 1), Message: "beyond the file's end"},
		{Rule: "GL201", Language: "python", Pos: pos("shop/long.py", 1, 201), End: pos("shop/long.py", 1, 215), Message: "in a long line"},
		{
			Rule: "GL204", Language: "go", Pos: pos("main.go", 3, 28), End: pos("main.go", 3, 37), Message: "in Go", Symbol: "(*sync.Mutex).Lock", Loop: rules.GreenPool,
			Contexts: []rules.Reach{{Context: rules.Context{Kind: "green-task", Func: "main.task", Pos: pos("main.go", 3, 6)}}},
			Chain:    rules.Chain{{Func: "(*sync.Mutex).Lock", Pos: pos("main.go", 3, 28)}},
		},
		{Rule: "GL203", Pos: pos("shop/tasks.py", 1, 1), Message: "off by default"},
	}
}

func sampleResult(t testing.TB) (*Result, Options) {
	c := testCatalog(t)
	d := &Draft{
		Findings: samples(), Catalog: c, Selected: selection(t, c),
		Skipped:  []rules.Skip{{File: "shop/broken.py", Reason: "3:5: expected an expression"}},
		Comments: []FileComments{{File: "main.go", Comments: []Comment{{Pos: pos("main.go", 3, 40), Text: "//nolint:greenlint // on purpose"}}}},
	}
	r := &Result{
		Findings: d.Finish(), Skipped: d.Skips(), Notes: []string{"tasks exist but no green pool is declared: --loop gevent judges them as if"},
		Stats: Stats{Files: 12, Functions: 3400, UnknownCalls: 1204, Elapsed: 1234 * time.Millisecond, Unknown: map[string]int{"name": 3, "expression": 3, "result of a call": 1190}},
		Unknown: []UnknownCall{
			{rules.Pos{File: "shop/tasks.py", Line: 3, Column: 5}, "name", "handler(event)"},
			{rules.Pos{File: "shop/\x1b[31mred.py", Line: 4, Column: 1}, "expression", "(make() or other)(" + strings.Repeat("x, ", 40) + ")"},
		},
	}
	return r, Options{Catalog: c, Read: read}
}

func TestGolden(t *testing.T) {
	r, o := sampleResult(t)
	colored := o
	colored.Color = true
	outputs := map[string]func(b *bytes.Buffer) error{
		"text":    func(b *bytes.Buffer) error { return (&textWriter{o}).Write(b, r) },
		"color":   func(b *bytes.Buffer) error { return (&textWriter{colored}).Write(b, r) },
		"json":    func(b *bytes.Buffer) error { return (&jsonWriter{o}).Write(b, r) },
		"summary": func(b *bytes.Buffer) error { return Summarise(b, r, o, Verbosity{Verbose: true, Stats: true}) },
	}
	for _, f := range Formats() {
		if outputs[f.Name] == nil {
			outputs[f.Name] = func(b *bytes.Buffer) error { return f.new(o).Write(b, r) }
		}
	}
	for name, write := range outputs {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, write(&b))
			file := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o777))
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o666))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}

// TestNoTerminalEscapes looks for anything that a terminal could obey.
func TestNoTerminalEscapes(t *testing.T) {
	r, o := sampleResult(t)
	hostile := "\x1b[2J\u009b31m\u202e\u2066\x07\x7f\r\b"
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Message += hostile
		f.Why, f.Remedy, f.Detail, f.Env = hostile, hostile, hostile, hostile
		f.Pos.File += hostile
		f.Contexts = append(f.Contexts, rules.Reach{Context: rules.Context{Kind: hostile, Func: rules.Func(hostile), Why: []rules.Evidence{{Text: hostile}}}})
		f.Chain = append(f.Chain, rules.Frame{Func: rules.Func(hostile), Pos: rules.Pos{File: hostile}})
	}
	r.Skipped = append(r.Skipped, rules.Skip{File: hostile, Reason: hostile})
	r.Notes = append(r.Notes, hostile)
	var b bytes.Buffer
	for _, f := range Formats() {
		w, err := New(f.Name, o)
		require.NoError(t, err)
		require.NoError(t, w.Write(&b, r))
	}
	require.NoError(t, Summarise(&b, r, o, Verbosity{Verbose: true}))
	require.NotEmpty(t, b)
	for _, c := range b.String() {
		require.False(t, c != '\n' && (c < ' ' || hidden(c)), "%q", c)
	}
}

// TestOrder shuffles what is handed in: the bytes that come out stay the same.
func TestOrder(t *testing.T) {
	want, o := sampleResult(t)
	c := o.Catalog
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		d := &Draft{Findings: samples(), Catalog: c, Selected: selection(t, c), Skipped: want.Skipped,
			Comments: []FileComments{{File: "main.go", Comments: []Comment{{Pos: pos("main.go", 3, 40), Text: "//nolint:greenlint"}}}}}
		d.Findings = append(d.Findings, samples()...)
		rng.Shuffle(len(d.Findings), func(i, j int) { d.Findings[i], d.Findings[j] = d.Findings[j], d.Findings[i] })
		require.Equal(t, want.Findings, d.Finish())
	}
}

func TestMergeKeepsTheNearest(t *testing.T) {
	c := testCatalog(t)
	at := pos("a.py", 5, 1)
	reach := func(fn string, depth int) []rules.Reach {
		return []rules.Reach{{Context: rules.Context{Func: rules.Func(fn)}, Depth: depth}}
	}
	far := rules.Finding{Rule: "GL401", Pos: at, Message: "far", Contexts: reach("far", 1), Chain: rules.Chain{{Func: "x"}, {Func: "y", Pos: at}}}
	near := rules.Finding{Rule: "GL401", Pos: at, Message: "near", Contexts: reach("near", 0), Chain: rules.Chain{{Func: "y", Pos: at}}}
	other := rules.Finding{Rule: "GL201", Pos: at, Message: "another rule", Contexts: reach("near", 0), Chain: rules.Chain{{Func: "y", Pos: at}}}
	got := (&Draft{Findings: []rules.Finding{far, near, other, near}, Catalog: c, Selected: selection(t, c)}).Finish()
	require.Len(t, got, 2)
	require.Equal(t, "another rule", got[0].Message)
	require.Equal(t, "near", got[1].Message)
	require.Equal(t, append(reach("near", 0), reach("far", 1)...), got[1].Contexts)
}

func TestFingerprintSurvivesLineMoves(t *testing.T) {
	c := testCatalog(t)
	finish := func(shift int) []rules.Finding {
		fs := samples()
		for i := range fs {
			f := &fs[i]
			if f.Pos.Line > 0 {
				f.Pos.Line += shift
			}
			for j := range f.Chain {
				f.Chain[j].Pos.Line += shift
			}
		}
		return (&Draft{Findings: fs, Catalog: c, Selected: selection(t, c)}).Finish()
	}
	a, b := finish(0), finish(7)
	seen := map[string]bool{}
	for i := range a {
		require.Len(t, a[i].Fingerprint, 32)
		require.False(t, seen[a[i].Fingerprint], "two findings share a fingerprint")
		seen[a[i].Fingerprint] = true
		require.Equal(t, a[i].Fingerprint, b[i].Fingerprint)
	}
}

func TestJSONOfNothing(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, (&jsonWriter{}).Write(&b, &Result{}))
	var v map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &v))
	require.Equal(t, "greenlint/1", v["schema"])
	require.Equal(t, []any{}, v["findings"])
	require.Equal(t, []any{}, v["skipped"])
}

func TestUnknownFormat(t *testing.T) {
	_, err := New("yaml", Options{})
	require.EqualError(t, err, `unknown format "yaml"`)
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		line     string
		from, to int
		width    int
		want     string
	}{
		{"abc", 1, 2, 0, "abc| ^"},
		{"\tabc", 1, 4, 0, "    abc|    ^^^"},
		{"a\tb", 2, 3, 0, "a   b|    ^"},
		{"値a", 3, 4, 0, "値a|  ^"},
		{"e\u0301x", 3, 4, 0, "e\u0301x| ^"},
		{"\x1bx", 1, 2, 0, `\x1bx|    ^`},
		{"abc", 3, 4, 0, "abc|   ^"},
		{"abc", 9, 12, 0, "abc|   ^"},
		{"", 0, 1, 0, "|^"},
		{"abc", 0, 0, 0, "abc|"},
		{"0123456789abcdefghij", 10, 12, 8, "…89abcdef…|   ^^"},
		{"0123456789abcdefghij", 0, 20, 8, "01234567…|^^^^^^^^"},
		{"0123456789abcdefghij", 18, 20, 8, "…cdefghij|       ^^"},
	} {
		text, blanks, carets := cut(c.line, c.from, c.to, c.width)
		require.Equal(t, c.want, strings.TrimRight(text, " ")+"|"+strings.Repeat(" ", blanks)[:min(blanks, blanks*carets)]+strings.Repeat("^", carets), "%q", c.line)
	}
}

func FuzzCut(f *testing.F) {
	f.Add("\tx = 値 + \x1b[0m", 3, 9, 10)
	f.Fuzz(func(t *testing.T, line string, from, to, width int) {
		if from < 0 || to < from || strings.ContainsAny(line, "\n") {
			return
		}
		text, blanks, carets := cut(line, from, to, width)
		if blanks < 0 || carets < 0 || to > from && carets == 0 {
			t.Fatalf("%d blanks, %d carets", blanks, carets)
		}
		for _, r := range text {
			if r < ' ' || r >= 0x7f && hidden(r) {
				t.Fatalf("%q lets %q through", line, r)
			}
		}
	})
}
