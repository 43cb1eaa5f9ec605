package rawsyscall_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/greenlint/greenlint/analyzers/rawsyscall"
)

func TestFixtures(t *testing.T) {
	t.Setenv("GOOS", "linux") // the calls differ from system to system
	dir, err := filepath.Abs("../../testdata/go")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, rawsyscall.Analyzer, "example.com/only/rawsyscall")
}
