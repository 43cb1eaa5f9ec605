package pyfront

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// TestEnvs checks the processes that the code declares and what is found in
// them. GREENLINT_UPDATE=1 writes what it finds.
func TestEnvs(t *testing.T) {
	for file, list := range programs(t, "envs") {
		update := os.Getenv("GREENLINT_UPDATE") != ""
		for _, p := range list {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+p.name, func(t *testing.T) {
				got := processes(analyze(t, p.files, nil))
				if update {
					updateWant(t, file, p.name, got)
					return
				}
				if got != p.want {
					t.Errorf("%s:%d\n%s", file, p.line, difference(p.want, got))
				}
			})
		}
	}
}

// processes lists the green processes and what is found in each.
func processes(r *Result) string {
	var b strings.Builder
	for _, e := range r.Envs {
		if e.Loop == rules.Asyncio {
			continue
		}
		flags := strings.Join(e.Patched, ",")
		if len(e.Patched) > 8 {
			flags = "all"
		}
		fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("%% %s: %s %s", e.Name, e.Loop, flags)))
		var lines []string
		for _, f := range flow.Judge(flow.Solve(r.Graph, flow.Entries(r.Contexts)), r.Contexts, []rules.Env{e}, flow.Options{}) {
			lines = append(lines, fmt.Sprintf("%s:%d %s %s\n", f.Pos.File, f.Pos.Line, f.Rule, f.Symbol))
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, ""))
	}
	return b.String()
}
