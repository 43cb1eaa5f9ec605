package bind

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/stretchr/testify/require"
)

// BenchmarkBind binds the modules of CPython's standard library; with questions, it
// also asks what every callee denotes.
func BenchmarkBind(b *testing.B) {
	pys := pythons(b)
	files, err := filepath.Glob(filepath.Join(pys[len(pys)-1].library, "*.py"))
	require.NoError(b, err)
	var trees []*pyparse.Tree
	size := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(b, err)
		size += len(src)
		trees = append(trees, pyparse.Parse(src, pyparse.Options{}))
	}
	b.Run("bind", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, tree := range trees {
				Bind(tree, "m", false)
			}
		}
	})
	b.Run("denotes", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, tree := range trees {
				tab := Bind(tree, "m", false)
				pyparse.Walk(tree.Root(), func(n pyparse.Node) bool {
					if call := n.AsCall(); call.Valid() {
						tab.Denotes(call.Func())
					}
					return true
				})
			}
		}
	})
}
