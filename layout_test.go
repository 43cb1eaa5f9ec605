package greenlint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

const module = "github.com/greenlint/greenlint"

// A wall says what a package may import. Whatever is not said is forbidden, but
// for the standard library.
type wall struct {
	own     []string // packages of this module; "x/..." is x and all below
	foreign []string // packages of others and all below them
	tests   []string // what its tests may import besides, own or foreign
	not     []string // standard packages that it must do without
}

// outside is what would tie a package to a machine rather than to its input.
var outside = []string{"io", "math/rand", "net", "os", "syscall", "time"}

const xtools = "golang.org/x/tools"

// walls has a row for every package. docs/architecture.md says what they are
// for. A row may precede its package; a package without a row fails the test.
var walls = map[string]wall{
	".": {tests: []string{"rules"}}, // this file

	"rules": {foreign: []string{"github.com/pelletier/go-toml/v2"}},

	"pyparse":       {foreign: []string{"golang.org/x/text/unicode/norm"}}, // names are compared in NFKC, which the standard library lacks
	"pyparse/bind":  {own: []string{"pyparse"}},
	"pyparse/regex": {},

	"analyzers/words":   {not: outside},
	"analyzers/flow":    {own: []string{"rules"}, not: outside},
	"analyzers/pyfront": {own: []string{"rules", "analyzers/flow", "analyzers/env", "analyzers/words", "pyparse/..."}},
	"analyzers/env": {own: []string{"rules", "analyzers/words", "pyparse/..."}, foreign: []string{
		"go.yaml.in/yaml/v3", "mvdan.cc/sh/v3/syntax",
		"github.com/pelletier/go-toml/v2", // pyproject.toml, Pipfile and lock files, with the place of each entry
	}},
	"analyzers/report": {own: []string{"rules"}, tests: []string{"github.com/santhosh-tekuri/jsonschema/v6"}}, // SARIF's schema

	"analyzers/gofront":    {own: []string{"rules", "analyzers/flow"}, foreign: []string{xtools}},
	"analyzers/cpuloop":    goAnalyzer,
	"analyzers/rawsyscall": goAnalyzer,
	"analyzers/diskio":     goAnalyzer,
	"analyzers/syncprim":   goAnalyzer,
	"analyzers/cgocall":    goAnalyzer,
	"analyzers/foreignio":  goAnalyzer,

	"runtime/green":   {},
	"runtime/stall":   {own: []string{"runtime/green"}},
	"runtime/gopool":  {own: []string{"runtime/green", "runtime/stall"}},
	"runtime/cpython": {own: []string{"runtime/green", "runtime/stall"}},
	"runtime/gpy":     {own: []string{"runtime/green", "runtime/stall"}, foreign: []string{"github.com/go-python/gpython"}},
	"runtime/confirm": {own: []string{"rules", "runtime/..."}},

	"cmd/greenlint":              {own: []string{"..."}, foreign: []string{"golang.org/x/term"}, tests: []string{"go.yaml.in/yaml/v3"}},
	"cmd/greenlint/internal/...": {own: []string{"..."}},
	"cmd/greenlint/internal/vet": {own: []string{"..."}, foreign: []string{xtools}}, // go vet's protocol
}

var goAnalyzer = wall{own: []string{"rules", "analyzers/flow", "analyzers/gofront"}, foreign: []string{xtools}}

// testTools may be imported by the tests of every package.
var testTools = []string{"github.com/stretchr/testify", "github.com/rogpeppe/go-internal"}

// TestWalls reads the imports of all files, those for other systems too.
func TestWalls(t *testing.T) {
	imports := importsOf(t, ".")
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		w, ok := wallOf(pkg)
		if !ok {
			t.Errorf("%s has no row in the table of walls: say there what it may import", pkg)
			continue
		}
		for _, i := range imports[pkg] {
			if itself := i.test && i.path == module+"/"+pkg; !itself && !w.allows(i) {
				t.Errorf("%s: package %s must not import %s", i.file, pkg, i.path)
			}
		}
	}
	for _, empty := range []string{"analyzers", "runtime"} {
		if _, ok := imports[empty]; ok {
			t.Errorf("%s holds packages and no Go files itself", empty)
		}
	}
}

// TestWallsHold shows that the table forbids what it is there to forbid.
func TestWallsHold(t *testing.T) {
	for line, want := range map[string]bool{
		"rules imports strings":                                                     true,
		"rules imports github.com/pelletier/go-toml/v2":                             true,
		"rules imports " + module + "/pyparse":                                      false,
		"analyzers/flow imports " + module + "/rules":                               true,
		"analyzers/flow imports os":                                                 false,
		"analyzers/flow imports os in a test":                                       true,
		"analyzers/flow imports " + xtools + "/go/ssa":                              false,
		"analyzers/pyfront imports " + module + "/runtime/green":                    false,
		"analyzers/pyfront imports " + module + "/runtime/green in a test":          false,
		"analyzers/pyfront imports " + module + "/pyparse/bind":                     true,
		"analyzers/cpuloop imports " + xtools + "/go/analysis":                      true,
		"analyzers/cpuloop imports golang.org/x/toolsmith":                          false,
		"analyzers/report imports github.com/stretchr/testify/require":              false,
		"analyzers/report imports github.com/stretchr/testify/require in a test":    true,
		"runtime/confirm imports " + module + "/analyzers/flow":                     false,
		"runtime/confirm imports " + module + "/runtime/gpy":                        true,
		"runtime/confirm imports github.com/go-python/gpython/py":                   false,
		"runtime/gpy imports github.com/go-python/gpython/py":                       true,
		"cmd/greenlint imports " + module + "/runtime/confirm":                      true,
		"cmd/greenlint/internal/check imports " + module + "/analyzers/pyfront":     true,
		"cmd/greenlint/internal/check imports " + xtools + "/go/packages":           false,
		"cmd/greenlint/internal/vet imports " + xtools + "/go/analysis/unitchecker": true,
	} {
		pkg, path, _ := strings.Cut(line, " imports ")
		path, test := strings.CutSuffix(path, " in a test")
		w, ok := wallOf(pkg)
		if !ok || w.allows(imported{path: path, test: test}) != want {
			t.Errorf("%s: want %v", line, want)
		}
	}
	if _, ok := wallOf("util"); ok {
		t.Error("a package that nobody spoke of has a row")
	}
}

// TestLibrariesAreData keeps knowledge of libraries in rules/catalog: no Go file
// names a function of one.
func TestLibrariesAreData(t *testing.T) {
	catalog, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	libraries, err := catalog.Libraries()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range libraries {
		if l.Language == "python" && !l.Stdlib {
			names = append(names, l.Imports...)
		}
	}
	if len(names) < 100 {
		t.Fatalf("only %d names in the catalogue: what is this test reading?", len(names))
	}
	dotted := regexp.MustCompile(`^[\w.]+\.\w*$`)
	for _, file := range goFiles(t, ".") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		if strings.HasPrefix(filepath.ToSlash(file), "runtime/gpy/") {
			continue // it stands in for these libraries: their names are what it provides
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			if dotted.MatchString(text) && slices.ContainsFunc(names, func(lib string) bool { return strings.HasPrefix(text, lib+".") }) {
				t.Errorf("%s: %s: what is known of a library belongs in rules/catalog", fset.Position(lit.Pos()), lit.Value)
			}
			return true
		})
	}
}

// imported is one import of one file.
type imported struct {
	path, file string
	test       bool
}

// importsOf finds the module's packages, and what their files import.
func importsOf(t *testing.T, root string) map[string][]imported {
	t.Helper()
	out := map[string][]imported{}
	for _, file := range goFiles(t, root) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		pkg, test := path.Dir(file), strings.HasSuffix(file, "_test.go")
		if _, ok := out[pkg]; !ok {
			out[pkg] = nil // it counts even if it imports nothing
		}
		for _, s := range f.Imports {
			p, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			out[pkg] = append(out[pkg], imported{p, file, test})
		}
	}
	return out
}

// goFiles lists what the go command takes for the module's files, for all
// systems at once. They are read here rather than by the go command, so that the
// test's cached result ends with them.
func goFiles(t *testing.T, root string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != root:
			base := e.Name()
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if err == nil || base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
				return filepath.SkipDir
			}
		case strings.HasSuffix(name, ".go"):
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// wallOf finds a package's row: its own, or the nearest for all below a folder.
func wallOf(pkg string) (wall, bool) {
	if w, ok := walls[pkg]; ok {
		return w, true
	}
	for d := path.Dir(pkg); d != "."; d = path.Dir(d) {
		if w, ok := walls[d+"/..."]; ok {
			return w, true
		}
	}
	return wall{}, false
}

func (w wall) allows(i imported) bool {
	p, own := strings.CutPrefix(i.path, module+"/")
	switch first, _, _ := strings.Cut(i.path, "/"); {
	case own:
		return matches(w.own, p) || i.test && matches(w.tests, p)
	case strings.Contains(first, "."):
		return below(w.foreign, i.path) || i.test && (below(testTools, i.path) || below(w.tests, i.path))
	default:
		return i.test || !below(w.not, i.path)
	}
}

// matches reports whether one of the patterns names a package of this module.
func matches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		dir, all := strings.CutSuffix(p, "...")
		return p == pkg || all && strings.HasPrefix(pkg+"/", dir)
	})
}

// below reports whether a package is one of these or lies below one.
func below(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(p string) bool { return pkg == p || strings.HasPrefix(pkg, p+"/") })
}
