package pyfront

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// dump writes a graph as text: "f -> g" a call, "f ~> g" a spawn, "f => g" an
// offload, "f ! symbol" an effect, "@ f kind" a context.
func dump(r *Result) string {
	var out []string
	for f, es := range r.Graph.Calls {
		for _, e := range es {
			arrow := map[flow.EdgeKind]string{flow.Call: "->", flow.Spawn: "~>", flow.Offload: "=>"}[e.Kind]
			guard := ""
			if e.Guard != (rules.Guard{}) {
				guard = fmt.Sprintf(" [%s/%s]", e.Guard.When, e.Guard.Unless)
			}
			out = append(out, fmt.Sprintf("%s %s %s%s", f, arrow, e.Callee, guard))
		}
	}
	for f, os := range r.Graph.Own {
		for _, o := range os {
			out = append(out, fmt.Sprintf("%s ! %s %s", f, o.Effect.Rule, o.Effect.Symbol))
		}
	}
	for _, c := range r.Contexts {
		out = append(out, fmt.Sprintf("@ %s %s %s", c.Func, c.Kind, c.Loop))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\n")
}

// TestDump prints the graph of the tree that GREENLINT_DUMP_TREE names.
func TestDump(t *testing.T) {
	root := os.Getenv("GREENLINT_DUMP_TREE")
	if root == "" {
		t.Skip("GREENLINT_DUMP_TREE names no tree")
	}
	var files []string
	_ = filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".py") {
			rel, _ := filepath.Rel(root, p)
			files = append(files, rel)
		}
		return nil
	})
	cat, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	res, err := Analyze(context.Background(), Input{Files: files, Read: func(f string) ([]byte, error) { return os.ReadFile(filepath.Join(root, f)) }, Catalog: cat})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(dump(res))
	for _, u := range res.UnknownCalls {
		fmt.Println("?", u.Pos, u.Reason)
	}
}
