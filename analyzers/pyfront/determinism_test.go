package pyfront

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/analyzers/flow"
)

// everything is all that a result says, in its own order.
func everything(t testing.TB, r *Result) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(whole(r))
	for _, c := range r.Contexts {
		fmt.Fprintln(&b, c)
	}
	envs := slices.Clone(r.Envs)
	for i := range envs {
		e := &envs[i]
		fmt.Fprintln(&b, e.Name, e.Loop, e.Runs, e.Why, e.Patched, e.PatchPos, e.Called)
		e.Runs = []string{"*"}
	}
	for _, f := range flow.Judge(flow.Solve(r.Graph, flow.Entries(r.Contexts)), r.Contexts, envs, flow.Options{}) {
		fmt.Fprintf(&b, "%+v\n", f)
	}
	fmt.Fprintln(&b, r.Called, r.Unknown, r.UnknownCalls, r.Skipped, r.Broken, r.Stats)
	for _, f := range r.Trees {
		fmt.Fprintln(&b, f.Name)
	}
	return b.String()
}

// merged puts all programs into one project, each in a folder of its own.
func merged(t testing.TB) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, dir := range []string{"answers", "graphs"} {
		for _, list := range programs(t, dir) {
			for _, p := range list {
				for f, s := range p.files {
					files[strings.ReplaceAll(p.name, "-", "_")+"/"+f] = s + "\n# gevent\n"
				}
			}
		}
	}
	return files
}

// TestOrder checks that the order in which the files are given makes no
// difference: each program by itself, and all as one project.
func TestOrder(t *testing.T) {
	check := func(t *testing.T, files map[string]string, times int) {
		t.Helper()
		var order []string
		for f := range files {
			if !strings.HasPrefix(f, site) {
				order = append(order, f)
			}
		}
		slices.Sort(order)
		want := everything(t, analyze(t, files, order))
		rnd := rand.New(rand.NewPCG(1, 2))
		for range times {
			rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			if got := everything(t, analyze(t, files, order)); got != want {
				t.Fatalf("with the files as %q:\n%s", order, difference(want, got))
			}
		}
	}
	for _, dir := range []string{"answers", "graphs", "envs"} {
		for _, list := range programs(t, dir) {
			for _, p := range list {
				if len(p.files) > 1 {
					t.Run(p.name, func(t *testing.T) { check(t, p.files, 50) })
				}
			}
		}
	}
	t.Run("all", func(t *testing.T) {
		times := 10
		if testing.Short() {
			times = 2
		}
		check(t, merged(t), times)
	})
	t.Run("many values", func(t *testing.T) { check(t, crowd(40), 20) })
}

// crowd is a project in which one name may denote more things than a set holds.
func crowd(n int) map[string]string {
	files := map[string]string{"reg.py": "# gevent\nREG = []\ndef add(f):\n    REG.append(f)\ndef run():\n    for f in REG:\n        f('x')\n"}
	for i := range n {
		files[fmt.Sprintf("m%d.py", i)] = fmt.Sprintf("# gevent\nimport os, reg\ndef f%d(x):\n    os.system(x)\nreg.add(f%d)\n", i, i)
	}
	return files
}

// TestRepeat checks that nothing depends on the order of maps.
func TestRepeat(t *testing.T) {
	files := merged(t)
	want := everything(t, analyze(t, files, nil))
	for range 3 {
		if got := everything(t, analyze(t, files, nil)); got != want {
			t.Fatal(difference(want, got))
		}
	}
}
