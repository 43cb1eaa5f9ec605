package pyfront

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// BenchmarkAnalyze analyses the tree that GREENLINT_BENCH_TREE names.
func BenchmarkAnalyze(b *testing.B) {
	root := os.Getenv("GREENLINT_BENCH_TREE")
	if root == "" {
		b.Skip("GREENLINT_BENCH_TREE names no tree")
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
	for b.Loop() {
		cat, err := rules.Load()
		if err != nil {
			b.Fatal(err)
		}
		res, err := Analyze(context.Background(), Input{Files: files, Read: func(f string) ([]byte, error) { return texts[f], nil }, Catalog: cat,
			Check: func(f string) bool { return !strings.Contains(f, "/tests/") }})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(res.Stats.Functions), "functions")
		b.ReportMetric(float64(res.Stats.UnknownCalls), "unknown")
	}
}
