package gofront_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/greenlint/greenlint/analyzers/gofront"
)

// all reports every rule.
var all = gofront.Reporter("all", "find everything", "GL101", "GL102", "GL201", "GL203", "GL204", "GL301", "GL401")

var packages = []string{"example.com/shapes", "example.com/cpu", "example.com/tea", "example.com/temporal", "example.com/gnet"}

func fixtures(t *testing.T) string {
	dir, err := filepath.Abs("../../testdata/go")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFixtures(t *testing.T) {
	analysistest.Run(t, fixtures(t), all, packages...)
}

// TestOrder runs the same packages again and again: the bytes must not change.
func TestOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("runs everything twenty times")
	}
	var first []byte
	for i := range 20 {
		var out bytes.Buffer
		for _, r := range analysistest.Run(t, fixtures(t), all, packages...) {
			for _, d := range r.Action.Diagnostics {
				fmt.Fprintln(&out, r.Action.Package.Fset.Position(d.Pos), d.Message)
				for _, x := range d.Related {
					fmt.Fprintln(&out, "\t", r.Action.Package.Fset.Position(x.Pos), x.Message)
				}
			}
		}
		if i == 0 {
			first = out.Bytes()
		} else if !bytes.Equal(first, out.Bytes()) {
			t.Fatalf("run %d differs", i+1)
		}
	}
}

// TestKnownWrong counts what is known to be wrong, so that it gets no more.
func TestKnownWrong(t *testing.T) {
	const want = 1
	n := 0
	err := filepath.WalkDir(filepath.Join(fixtures(t), "src", "example.com"), func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		src, err := os.ReadFile(name)
		n += len(regexp.MustCompile(`(?m)^func (?:\([^)]*\) )?f[np]_`).FindAll(src, -1))
		return err
	})
	if err != nil || n != want {
		t.Errorf("%d functions begin with fn_ or fp_, want %d (%v)", n, want, err)
	}
}

// TestRelated shows that every frame of a chain has a place, in other packages too.
func TestRelated(t *testing.T) {
	for _, r := range analysistest.Run(t, fixtures(t), all, "example.com/shapes") {
		for _, d := range r.Action.Diagnostics {
			if !strings.Contains(d.Message, "packages_bad") {
				continue
			}
			var got []string
			for _, x := range d.Related {
				p := r.Action.Package.Fset.Position(x.Pos)
				got = append(got, fmt.Sprintf("%s:%d %s", filepath.Base(p.Filename), p.Line, x.Message))
			}
			want := "shapes.go:31 calls dep.Slow; dep.go:25 calls dep.one; dep.go:27 calls dep.two; dep.go:29 calls Sleep; shapes.go:30 shapes.packages_bad runs on the greenpool loop: //greenlint:task"
			if s := strings.Join(got, "; "); s != want {
				t.Errorf("got  %s\nwant %s", s, want)
			}
		}
	}
}
