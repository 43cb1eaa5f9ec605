package pyfront

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

// BenchmarkAgain changes one file of the tree that GREENLINT_BENCH_TREE names,
// GREENLINT_BENCH_FILE, and analyses it again.
func BenchmarkAgain(b *testing.B) {
	root, file := os.Getenv("GREENLINT_BENCH_TREE"), os.Getenv("GREENLINT_BENCH_FILE")
	if root == "" || file == "" {
		b.Skip("GREENLINT_BENCH_TREE and GREENLINT_BENCH_FILE name no file")
	}
	var files []string
	texts := map[string][]byte{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".py") || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		files = append(files, filepath.ToSlash(rel))
		texts[filepath.ToSlash(rel)], err = os.ReadFile(p)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	cat, err := rules.Load()
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	_, kept, err := Keep(context.Background(), Input{Files: files, Read: func(f string) ([]byte, error) { return texts[f], nil }, Catalog: cat,
		Check: func(f string) bool { return !strings.Contains(f, "/tests/") }})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("whole: %v", time.Since(start))
	n := 0
	for b.Loop() {
		n++
		text := append(bytes.Clone(texts[file]), fmt.Sprintf("\nx = %d\n", n)...)
		res, err := kept.Again(context.Background(), map[string][]byte{file: text})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(res.Graph.Own)), "own")
		b.ReportMetric(float64(len(res.Graph.Calls)), "callers")
		b.ReportMetric(float64(len(kept.a.units)), "units")
	}
}

// TestAgain pushes each file of each program down by a line: what is found in it
// is what a new analysis finds, and nothing of the try stays.
func TestAgain(t *testing.T) {
	n := 0
	for _, list := range programs(t, "answers") {
		for i := range list {
			p := &list[i]
			files := map[string]string{}
			for f, s := range p.files {
				files[f] = s + "\n# gevent\n"
			}
			read := func(files map[string]string) func(string) ([]byte, error) {
				return func(f string) ([]byte, error) {
					if s, ok := files[f]; ok {
						return []byte(s), nil
					}
					return nil, fs.ErrNotExist
				}
			}
			_, kept, err := Keep(context.Background(), Input{Files: p.names(), Catalog: catalog(t), Read: read(files), Installed: installedIn(files)})
			require.NoError(t, err)
			size := kept.size()
			for _, f := range p.names() {
				now := maps.Clone(files)
				now[f] = "# one more line\n" + files[f]
				fresh, err := Analyze(context.Background(), Input{Files: p.names(), Catalog: catalog(t), Read: read(now), Installed: installedIn(files)})
				require.NoError(t, err)
				for range 2 {
					got, err := kept.Again(context.Background(), map[string][]byte{f: []byte(now[f])})
					require.NoError(t, err)
					require.Equal(t, ownOf(fresh, f), ownOf(got, f), "%s %s", p.name, f)
					n += len(ownOf(fresh, f))
				}
			}
			require.Equal(t, size, kept.size(), p.name)
		}
	}
	require.Greater(t, n, 300)
}

// TestAgainInstalled: what a changed file comes to call of an installed package is found
// in it, as often as it is asked, and the next try finds what was there before.
func TestAgainInstalled(t *testing.T) {
	p := &program{loop: rules.Asyncio, plain: true, files: map[string]string{
		"m.py":                 "import acme\nasync def task():\n    acme.quick()\n",
		site + "acme.py":       "from acme_tools import wait\ndef quick():\n    pass\ndef slow():\n    wait()\n",
		site + "acme_tools.py": "import time\ndef wait():\n    time.sleep(1)\n",
	}}
	read := func(f string) ([]byte, error) { return []byte(p.files[f]), nil }
	_, kept, err := Keep(context.Background(), Input{Files: p.names(), Catalog: catalog(t), Read: read, Installed: installedIn(p.files)})
	require.NoError(t, err)
	for range 2 {
		for text, want := range map[string]string{"\nimport acme\nasync def task():\n    acme.slow()\n": "m.py:4:5 time.sleep", p.files["m.py"]: ""} {
			res, err := kept.Again(context.Background(), map[string][]byte{"m.py": []byte(text)})
			require.NoError(t, err)
			found := ""
			for _, f := range judged(t, p, res, []rules.Func{"m.task"}) {
				found += fmt.Sprintf("%s:%d:%d %s", f.Pos.File, f.Pos.Line, f.Pos.Column, f.Symbol)
			}
			require.Equal(t, want, found, text)
		}
	}
}

// size counts what a try must not leave behind.
func (k *Kept) size() map[string]int {
	out := map[string]int{
		"units": len(k.a.units), "modules": len(k.a.modules), "order": len(k.a.order), "names": 0, "byNode": len(k.a.byNode),
		"classes": len(k.a.classes), "sites": len(k.a.sites), "extra": len(k.a.extra), "called": len(k.a.called),
	}
	for _, n := range k.a.names {
		out["names"] += n
	}
	for _, u := range k.a.units {
		out["callers"] += len(u.callers.list)
		out["edges"] += len(u.edges)
		out["copied"] += u.copied
		for _, c := range u.vars {
			out["readers"] += len(c.readers.list)
			out["values"] += len(c.set.vals)
		}
		if u.ran {
			out["ran"]++
		}
	}
	for _, c := range k.a.classes {
		out["subs"] += len(c.subs)
		for _, x := range c.attrs {
			out["readers"] += len(x.readers.list)
			out["values"] += len(x.set.vals)
		}
	}
	return out
}

// ownOf lists the effects in a file and the calls between functions that lead to them.
func ownOf(r *Result, file string) []string {
	out := []string{}
	for f, list := range r.Graph.Own {
		for _, o := range list {
			if o.Pos.File == file {
				out = append(out, fmt.Sprint(f, " ", o.Pos, " ", o.Effect.Rule, " ", o.Effect.Symbol, " ", o.Effect.Guard))
			}
		}
	}
	slices.Sort(out)
	return out
}
