package cgocall_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/greenlint/greenlint/analyzers/cgocall"
)

// TestFixtures needs what cgo needs, a compiler of C.
func TestFixtures(t *testing.T) {
	compiler, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath(strings.Fields(string(compiler))[0]); err != nil {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Setenv("CGO_ENABLED", "1")
	dir, err := filepath.Abs("../../testdata/go")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, cgocall.Analyzer, "example.com/only/cgocall", "example.com/only/cgocall/trusted")
}
