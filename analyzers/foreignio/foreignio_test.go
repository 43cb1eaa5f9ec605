package foreignio_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/greenlint/greenlint/analyzers/foreignio"
)

func TestFixtures(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/go")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, foreignio.Analyzer, "example.com/only/foreignio", "example.com/only/clients")
}
