package rules_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// TestStandardNames looks every name of Go's standard library up in its source, so
// that no row speaks of a function that there is not.
func TestStandardNames(t *testing.T) {
	src := filepath.Join(build.Default.GOROOT, "src")
	if _, err := os.Stat(src); err != nil {
		t.Skip("the source of the standard library is not installed")
	}
	cat, err := rules.LoadLanguage("go")
	if err != nil {
		t.Fatal(err)
	}
	libs, err := cat.Libraries()
	if err != nil {
		t.Fatal(err)
	}
	std := standard{src: src, pkgs: map[string]map[string]bool{}}
	seen := 0
	for _, lib := range libs {
		// Others have functions of another compiler, or of the language itself.
		if lib.Language != "go" || !lib.Stdlib || len(lib.Stubs) > 0 || lib.Name == "builtin" {
			continue
		}
		invented := map[string]bool{}
		for _, typ := range lib.Types {
			invented[typ] = true
		}
		for _, name := range namesOf(lib) {
			if i := strings.LastIndexByte(name, '.'); invented[name[:i]] {
				continue
			}
			seen++
			if !std.has(strings.TrimSuffix(name, ".*")) {
				t.Errorf("%s: there is no %s", lib.File, name)
			}
		}
	}
	if seen < 300 {
		t.Errorf("only %d names were looked up", seen)
	}
}

// namesOf lists the names in a library's tables.
func namesOf(lib *rules.Library) (names []string) {
	for _, r := range lib.Effects {
		names = append(names, r.Calls...)
	}
	for _, r := range lib.Safe {
		names = append(names, r.Calls...)
	}
	for _, rows := range [][]*rules.MoveRow{lib.Offloads, lib.Spawns, lib.HigherOrder} {
		for _, r := range rows {
			names = append(names, r.Calls...)
		}
	}
	for _, r := range lib.Yields {
		names = append(names, r.Calls...)
	}
	for k := range lib.Holds {
		names = append(names, strings.TrimSuffix(k, "()"))
	}
	return append(append(names, lib.Clocks...), lib.Polls...)
}

// standard is the standard library as it is written, for all systems at once.
type standard struct {
	src  string
	pkgs map[string]map[string]bool // declared names by package: "Client.Do"
}

// has reports whether there is such a package, type, function or method.
func (s standard) has(name string) bool {
	dir, rest := path.Split(name)
	pkg, decl, isDecl := strings.Cut(rest, ".")
	names := s.load(dir + pkg)
	if !isDecl {
		_, err := os.Stat(filepath.Join(s.src, filepath.FromSlash(dir+pkg)))
		return err == nil
	}
	return names[decl]
}

func (s standard) load(pkg string) map[string]bool {
	if names, ok := s.pkgs[pkg]; ok {
		return names
	}
	names := map[string]bool{}
	s.pkgs[pkg] = names
	files, _ := filepath.Glob(filepath.Join(s.src, filepath.FromSlash(pkg), "*.go"))
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, d := range tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					typ, ok := spec.(*ast.TypeSpec)
					if !ok {
						continue
					}
					names[typ.Name.Name] = true
					if iface, ok := typ.Type.(*ast.InterfaceType); ok {
						for _, m := range iface.Methods.List {
							for _, n := range m.Names {
								names[typ.Name.Name+"."+n.Name] = true
							}
						}
					}
				}
			}
		}
	}
	return names
}

// receiver is what stands before a method's name: "Client.".
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	x := d.Recv.List[0].Type
	for {
		switch t := x.(type) {
		case *ast.StarExpr:
			x = t.X
		case *ast.IndexExpr:
			x = t.X
		case *ast.IndexListExpr:
			x = t.X
		case *ast.Ident:
			return t.Name + "."
		default:
			return ""
		}
	}
}
