package pyfront

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// A program is one small project of a file under testdata. A file holds many:
//
//	== name [loop]
//	why it is there
//	-- shop/tasks.py --
//	…
//	-- want --
//	…
//
// Files below site-packages are installed. A program without a "--" line is one file,
// m.py. The loop is gevent unless
// named, and fully patched; "unpatched" leaves it as it is.
type program struct {
	name  string
	loop  rules.Loop
	plain bool // not patched
	files map[string]string
	want  string
	line  int // of its head in the file
}

// names are the files of the project.
func (p *program) names() []string {
	var out []string
	for f := range p.files {
		if !strings.HasPrefix(f, site) {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// programs reads every file of a folder of testdata.
func programs(t testing.TB, dir string) map[string][]program {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
	if err != nil || len(list) == 0 {
		t.Fatalf("testdata/%s: no programs (%v)", dir, err)
	}
	out := map[string][]program{}
	for _, name := range list {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = splitPrograms(string(text))
	}
	return out
}

func splitPrograms(text string) []program {
	var out []program
	var cur *program
	file := ""
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "== "):
			words := strings.Fields(line[3:])
			out = append(out, program{name: words[0], loop: rules.Gevent, files: map[string]string{}, line: i + 1})
			cur, file = &out[len(out)-1], ""
			for _, w := range words[1:] {
				if w == "unpatched" {
					cur.plain = true
				} else {
					cur.loop = rules.Loop(w)
				}
			}
		case cur == nil:
		case strings.HasPrefix(line, "-- ") && strings.HasSuffix(line, " --"):
			file = strings.TrimSuffix(strings.TrimPrefix(line, "-- "), " --")
			if file != "want" {
				cur.files[file] = ""
			}
		case file == "want":
			if line != "" {
				cur.want += line + "\n"
			}
		case file == "" && !strings.HasPrefix(line, "#"):
			file = "m.py"
			fallthrough
		case file != "":
			cur.files[file] += line + "\n"
		}
	}
	return out
}

var catalog = func() func(t testing.TB) *rules.Catalog {
	var cat *rules.Catalog
	return func(t testing.TB) *rules.Catalog {
		t.Helper()
		if cat == nil {
			var err error
			if cat, err = rules.Load(); err != nil {
				t.Fatal(err)
			}
		}
		return cat
	}
}()

// site is the folder of what is installed.
const site = "site-packages/"

func installedIn(files map[string]string) func(module string) string {
	return func(module string) string {
		for _, f := range []string{"/__init__.py", ".py"} {
			if f = site + strings.ReplaceAll(module, ".", "/") + f; files[f] != "" {
				return f
			}
		}
		return ""
	}
}

func analyze(t testing.TB, files map[string]string, order []string) *Result {
	t.Helper()
	if order == nil {
		for f := range files {
			if strings.HasSuffix(f, ".py") && !strings.HasPrefix(f, site) {
				order = append(order, f)
			}
		}
		slices.Sort(order)
	}
	var offers []rules.EntryPoint
	if _, ok := files["setup.cfg"]; ok {
		offers = env.Read(env.Map(files), catalog(t)).Entries
	}
	res, err := Analyze(context.Background(), Input{
		Files: order, Catalog: catalog(t), Entries: func() []rules.EntryPoint { return offers },
		Installed: installedIn(files),
		Read: func(f string) ([]byte, error) {
			s, ok := files[f]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return []byte(s), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// judged is what is found in a process with the given loop, for every function
// of the list as a task.
func judged(t testing.TB, p *program, res *Result, tasks []rules.Func) []rules.Finding {
	t.Helper()
	var contexts []rules.Context
	for _, f := range tasks {
		contexts = append(contexts, rules.Context{Kind: "test", Func: f, Pos: rules.Pos{File: string(f)}})
	}
	env := rules.Env{Name: "test", Loop: p.loop, Runs: []string{"*"}, Called: res.Called}
	if !p.plain {
		for _, pt := range catalog(t).PatchTables("python") {
			if pt.Loop == p.loop && (pt.Call == "gevent.monkey.patch_all" || pt.Call == "eventlet.monkey_patch") {
				env.Patched = pt.Effective(rules.NoArgs{})
			}
		}
	}
	slices.Sort(env.Patched)
	return flow.Judge(flow.Solve(res.Graph, flow.Entries(contexts)), contexts, []rules.Env{env}, flow.Options{MaxContexts: 1 << 20})
}

var (
	defLine = regexp.MustCompile(`(?m)^[ \t]*(?:async )?def (\w+_(?:bad|ok))\(.*$`)
	ruleTag = regexp.MustCompile(`# (GL\d+)(?: (\S+))?\s*$`)
)

// an answer is what a function's name promises: a finding, or none.
type answer struct {
	name string // leaf
	file string
	rule string // "" = any
	sym  string // end of the symbol; "" = any

	reason bool // a comment stands on the line above
}

func answers(p *program) []answer {
	var out []answer
	for _, f := range p.names() {
		text := p.files[f]
		for _, at := range defLine.FindAllStringSubmatchIndex(text, -1) {
			m := []string{text[at[0]:at[1]], text[at[2]:at[3]]}
			above := strings.TrimSuffix(text[:at[0]], "\n")
			above = above[strings.LastIndexByte(above, '\n')+1:]
			a := answer{name: m[1], file: f, reason: strings.HasPrefix(strings.TrimSpace(above), "# ")}
			if tag := ruleTag.FindStringSubmatch(m[0]); tag != nil {
				a.rule, a.sym = tag[1], tag[2]
			}
			out = append(out, a)
		}
	}
	return out
}

// wrong lists what a program's functions promise and the analysis denies.
func wrong(t testing.TB, p *program) map[string]string {
	t.Helper()
	list := answers(p)
	files := map[string]string{}
	for f, s := range p.files {
		if defLine.MatchString(s) { // it is no file that only an import leads to
			s += "\n# gevent\n"
		}
		files[f] = s
	}
	res := analyze(t, files, nil)
	all := map[rules.Func]bool{}
	for f, es := range res.Graph.Calls {
		all[f] = true
		for _, e := range es {
			all[e.Callee] = true
		}
	}
	for f := range res.Graph.Own {
		all[f] = true
	}
	var tasks []rules.Func
	for f := range all {
		if leaf := leafOf(f); strings.HasSuffix(leaf, "_bad") || strings.HasSuffix(leaf, "_ok") {
			tasks = append(tasks, f)
		}
	}
	slices.Sort(tasks)
	got := map[string][]string{}
	for _, f := range judged(t, p, res, tasks) {
		for _, c := range f.Contexts {
			leaf := leafOf(c.Context.Func)
			got[leaf] = append(got[leaf], fmt.Sprintf("%s %s", f.Rule, f.Symbol))
		}
	}
	out := map[string]string{}
	for _, a := range list {
		found := got[a.name]
		switch bad := strings.HasSuffix(a.name, "_bad"); {
		case !bad && len(found) > 0:
			out[a.name] = "found " + strings.Join(found, ", ")
		case bad && len(found) == 0:
			out[a.name] = "found nothing"
		case bad && a.rule != "" && !slices.ContainsFunc(found, func(s string) bool {
			return strings.HasPrefix(s, a.rule+" ") && strings.HasSuffix(s, a.sym)
		}):
			out[a.name] = "found " + strings.Join(found, ", ") + ", want " + a.rule + " " + a.sym
		}
	}
	return out
}

func leafOf(f rules.Func) string {
	s := string(f[strings.LastIndexByte(string(f), '.')+1:])
	s, _, _ = strings.Cut(s, "#")
	return s
}

// knownGaps is how many functions of testdata/answers are known to be judged
// wrongly: fn_ should be found and is not, fp_ is found and should not be. The
// reason stands above each.
const knownGaps = 35

// TestAnswers checks that what the functions of testdata/answers are called is
// true: those that end in _bad hold the loop, those that end in _ok do not. What
// begins with fn_ or fp_ has to be wrong still.
func TestAnswers(t *testing.T) {
	n, gaps := 0, 0
	for file, list := range programs(t, "answers") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, p := range list {
				t.Run(p.name, func(t *testing.T) {
					as := answers(&p)
					if len(as) == 0 {
						t.Fatalf("%s:%d: no function ends in _bad or _ok", file, p.line)
					}
					bad := wrong(t, &p)
					for _, a := range as {
						n++
						why, denied := bad[a.name]
						known := strings.HasPrefix(a.name, "fn_") || strings.HasPrefix(a.name, "fp_")
						switch {
						case known:
							gaps++
							if strings.HasPrefix(a.name, "fn_") != strings.HasSuffix(a.name, "_bad") {
								t.Errorf("%s: fn_ goes with _bad, fp_ with _ok", a.name)
							}
							if !a.reason {
								t.Errorf("%s: no reason stands above it", a.name)
							}
							if !denied {
								t.Errorf("%s:%d: %s %s is right now: take the prefix away", file, p.line, a.file, a.name)
							}
						case denied:
							t.Errorf("%s:%d: %s %s: %s", file, p.line, a.file, a.name, why)
						}
					}
				})
			}
		})
	}
	t.Logf("%d answers, %d of them known to be wrong", n, gaps)
	if gaps != knownGaps && !t.Failed() && !selected() {
		t.Errorf("%d known gaps, want %d: change knownGaps", gaps, knownGaps)
	}
}

// selected reports whether only some of the tests run.
func selected() bool {
	run := flag.Lookup("test.run")
	return run != nil && strings.Contains(run.Value.String(), "/")
}

// TestGraphs compares whole graphs. GREENLINT_UPDATE=1 writes what it finds.
func TestGraphs(t *testing.T) {
	for file, list := range programs(t, "graphs") {
		update := os.Getenv("GREENLINT_UPDATE") != ""
		for _, p := range list {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+p.name, func(t *testing.T) {
				got := whole(analyze(t, p.files, nil))
				if update {
					updateWant(t, file, p.name, got)
					return
				}
				if got != p.want {
					t.Errorf("%s:%d\ngot:\n%swant:\n%s%s", file, p.line, got, p.want, difference(p.want, got))
				}
			})
		}
	}
}

// whole is the dump and the calls that are not known.
func whole(r *Result) string {
	lines := strings.Split(dump(r), "\n")
	for _, u := range r.UnknownCalls {
		lines = append(lines, fmt.Sprintf("? %s:%d %s", u.Pos.File, u.Pos.Line, u.Reason))
	}
	for _, s := range r.Skipped {
		lines = append(lines, fmt.Sprintf("skipped %s: %s", s.File, s.Reason))
	}
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func difference(want, got string) string {
	var b strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, l := range w {
		if !slices.Contains(g, l) {
			fmt.Fprintf(&b, "- %s\n", l)
		}
	}
	for _, l := range g {
		if !slices.Contains(w, l) {
			fmt.Fprintf(&b, "+ %s\n", l)
		}
	}
	return b.String()
}

func updateWant(t *testing.T, file, name, got string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	in, skip := false, false
	flush := func() {
		if in {
			out.WriteString("-- want --\n" + got + "\n")
		}
	}
	for _, line := range strings.SplitAfter(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "== "):
			flush()
			in, skip = strings.Fields(line)[1] == name, false
		case in && line == "-- want --\n":
			skip = true
		}
		if !skip {
			out.WriteString(line)
		}
	}
	flush()
	if err := os.WriteFile(file, append(bytes.TrimRight(out.Bytes(), "\n"), '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
