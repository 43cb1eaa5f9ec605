package gofront_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/greenlint/greenlint/analyzers/gofront"
)

// all reports every rule.
var all = gofront.Reporter("all", "find everything", "GL101", "GL102", "GL201", "GL203", "GL204", "GL301", "GL401")

// fixed are the packages of which every finding is marked.
var fixed = []string{"example.com/shapes", "example.com/cpu", "example.com/tea", "example.com/temporal", "example.com/gnet", "example.com/cadence", "example.com/handlers", "example.com/ui", "example.com/parsers", "example.com/tested", "example.com/keep", "example.com/keep/aware"}

func fixtures(t *testing.T) string {
	dir, err := filepath.Abs("../../testdata/go")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFixtures(t *testing.T) {
	analysistest.Run(t, fixtures(t), all, fixed...)
}

// TestOrder looks at the same packages again and again, with their files and the
// declarations in them in another order each time: the bytes must not change.
func TestOrder(t *testing.T) {
	t.Setenv("GOPATH", fixtures(t))
	t.Setenv("GO111MODULE", "off")
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: fixtures(t)}, fixed...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 {
		t.Fatal("the fixtures do not load")
	}
	var first []byte
	for i := range 20 {
		rng := rand.New(rand.NewPCG(uint64(i), 0))
		packages.Visit(pkgs, nil, func(p *packages.Package) {
			rng.Shuffle(len(p.Syntax), func(i, j int) { p.Syntax[i], p.Syntax[j] = p.Syntax[j], p.Syntax[i] })
			for _, f := range p.Syntax {
				rng.Shuffle(len(f.Decls), func(i, j int) { f.Decls[i], f.Decls[j] = f.Decls[j], f.Decls[i] })
			}
		})
		graph, err := checker.Analyze([]*analysis.Analyzer{all}, pkgs, nil)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		for _, act := range graph.Roots {
			for _, d := range act.Diagnostics {
				fmt.Fprintln(&out, act.Package.Fset.Position(d.Pos), d.Message)
				for _, x := range d.Related {
					fmt.Fprintln(&out, "\t", act.Package.Fset.Position(x.Pos), x.Message)
				}
			}
			var fact gofront.PackageFact
			act.Deps[0].PackageFact(act.Package.Types, &fact)
			fmt.Fprintf(&out, "%x\n", fact.Data)
		}
		if i == 0 {
			first = out.Bytes()
			if !bytes.Contains(first, []byte("GL")) {
				t.Fatal("nothing is found")
			}
		} else if !bytes.Equal(first, out.Bytes()) {
			t.Fatalf("run %d differs:\n%s\nfrom\n%s", i+1, out.Bytes(), first)
		}
	}
}

// TestKnownWrong counts what is known to be wrong, so that it gets no more.
func TestKnownWrong(t *testing.T) {
	const want = 3
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

// TestTests shows that with -tests the code of tests counts like any other.
func TestTests(t *testing.T) {
	if err := gofront.Analyzer.Flags.Set("tests", "true"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gofront.Analyzer.Flags.Set("tests", "false") })
	got := map[string]bool{}
	for _, r := range analysistest.Run(unmarked{}, fixtures(t), all, "example.com/tested") {
		for _, d := range r.Action.Diagnostics {
			p := r.Action.Package.Fset.Position(d.Pos)
			got[fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)] = true
		}
	}
	for _, want := range []string{"tested.go:28", "tested.go:35", "tested_test.go:11", "tested_test.go:20", "tested_test.go:24"} {
		if !got[want] {
			t.Errorf("nothing at %s: %v", want, got)
		}
	}
}

// unmarked runs fixtures whose marks are for another run.
type unmarked struct{}

func (unmarked) Errorf(string, ...any) {}
