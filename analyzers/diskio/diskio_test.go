package diskio_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/greenlint/greenlint/analyzers/diskio"
)

func TestFixtures(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/go")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, diskio.Analyzer, "example.com/only/diskio")
}
