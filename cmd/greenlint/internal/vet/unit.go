package vet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/greenlint/greenlint/analyzers/gofront"
	"github.com/greenlint/greenlint/rules"
)

// A config is what the go command writes for each package.
type config struct {
	ID            string
	Dir           string
	ImportPath    string
	GoVersion     string
	GoFiles       []string
	NonGoFiles    []string
	IgnoredFiles  []string
	ModulePath    string
	ModuleVersion string
	ImportMap     map[string]string
	PackageFile   map[string]string // export data, of what is imported directly
	Standard      map[string]bool
	PackageVetx   map[string]string
	VetxOnly      bool
	VetxOutput    string
	Stdout        string
}

// runUnit analyses one package, and reports whether anything was found.
func runUnit(file string, o options, stdout, stderr io.Writer) (found bool, err error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	cfg := new(config)
	if err := json.Unmarshal(src, cfg); err != nil {
		return false, fmt.Errorf("%s: %w", file, err)
	}
	if cfg.Stdout != "" {
		f, err := os.Create(cfg.Stdout)
		if err != nil {
			return false, err
		}
		defer f.Close()
		stdout = f
	}
	if cfg.ModulePath == "" && isStandard(cfg) {
		if o.json && !cfg.VetxOnly {
			fmt.Fprintln(stdout, "{}")
		}
		return false, writeFacts(cfg.VetxOutput, nil) // the catalogue describes it
	}
	u := &unit{cfg: cfg, fset: token.NewFileSet()}
	if err := u.load(); err != nil {
		if cfg.VetxOnly { // whoever imports it will hear of it
			return false, writeFacts(cfg.VetxOutput, nil)
		}
		return false, err
	}
	res, err := u.analyze()
	if !importable(cfg) {
		u.facts = nil
	}
	if err := errors.Join(err, writeFacts(cfg.VetxOutput, u.facts)); err != nil {
		return false, err
	}
	if cfg.VetxOnly {
		return false, nil
	}
	if o.findings {
		out := Unit{cfg.ID, cfg.ImportPath, u.sources(), "", res.Stats, res.Findings}
		if u.broken != nil {
			out.Broken = u.broken.Error()
		}
		return len(res.Findings) > 0, json.NewEncoder(stdout).Encode(out)
	}
	found, err = u.report(res, o, stdout, stderr)
	return found, errors.Join(err, u.broken)
}

// A Unit is what a package's run tells greenlint check.
type Unit struct {
	ID, ImportPath string
	Files          []string
	Broken         string // why a function was left out
	Stats          gofront.Stats
	Findings       []rules.Finding
}

// isStandard reports whether the package is one of the standard library: the go
// command says so of imported packages only, and gives no module to these.
func isStandard(cfg *config) bool {
	root := build.Default.GOROOT
	for _, f := range cfg.GoFiles {
		if len(f) > len(root) && f[:len(root)] == root {
			return true
		}
	}
	return false
}

// importable reports whether another package can import this one: what consists
// of test files alone is the end of the line.
func importable(cfg *config) bool {
	return slices.ContainsFunc(cfg.GoFiles, func(f string) bool { return !strings.HasSuffix(f, "_test.go") })
}

// A unit is one package.
type unit struct {
	cfg   *config
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
	info  *types.Info
	facts facts

	broken error // why a function was left out; nil = all are there
}

func (u *unit) load() (err error) {
	for _, name := range u.cfg.GoFiles {
		f, err := parser.ParseFile(u.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			var list scanner.ErrorList
			if errors.As(err, &list) && len(list) > 0 {
				return list[0]
			}
			return err
		}
		u.files = append(u.files, f)
	}
	if u.facts, err = readFacts(u.cfg.PackageVetx); err != nil {
		return err
	}
	conf := types.Config{
		Importer:  u.importer(),
		Sizes:     types.SizesFor("gc", cmp.Or(os.Getenv("GOARCH"), build.Default.GOARCH)),
		GoVersion: u.cfg.GoVersion,
	}
	u.info = &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Instances:    map[*ast.Ident]types.Instance{},
		Scopes:       map[ast.Node]*types.Scope{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		FileVersions: map[*ast.File]string{},
	}
	return u.check(&conf)
}

// sources names the files as the user knows them: cgo hands rewritten copies of
// them to the compiler, and files of its own.
func (u *unit) sources() []string {
	var out []string
	for _, f := range u.files {
		name := u.fset.Position(f.Package).Filename
		if !strings.HasPrefix(filepath.Base(name), "_cgo_") {
			out = append(out, name)
		}
	}
	return out
}

// check finds the types. A function with a fault in it is left out and the rest
// looked at again; the first fault stays in broken.
func (u *unit) check(conf *types.Config) error {
	for range 4 {
		var faults []types.Error
		conf.Error = func(err error) {
			var e types.Error
			if errors.As(err, &e) && !e.Soft {
				faults = append(faults, e)
			}
		}
		clear(u.info.Types)
		clear(u.info.Defs)
		clear(u.info.Uses)
		clear(u.info.Implicits)
		clear(u.info.Instances)
		clear(u.info.Scopes)
		clear(u.info.Selections)
		clear(u.info.FileVersions)
		u.pkg, _ = conf.Check(u.cfg.ImportPath, u.fset, u.files, u.info)
		rest := 0
		for _, e := range faults {
			fd := u.function(e.Pos)
			switch {
			case fd == nil && u.forget(e.Pos):
			case fd == nil:
				return e
			case fd.Body == nil: // written in assembly, or by another compiler
				continue
			case e.Pos < fd.Body.Pos():
				return e
			}
			if u.broken == nil {
				u.broken = e
			}
			rest++
		}
		if rest == 0 {
			return nil
		}
		for _, e := range faults {
			if fd := u.function(e.Pos); fd != nil {
				fd.Body = nil
			}
		}
	}
	return u.broken
}

// forget takes the initial value from the package's variable at a place, where
// its type is seen without it.
func (u *unit) forget(p token.Pos) bool {
	for _, f := range u.files {
		for _, d := range f.Decls {
			gd, ok := d.(*ast.GenDecl)
			if !ok || gd.Tok != token.VAR || p < gd.Pos() || gd.End() <= p {
				continue
			}
			for _, s := range gd.Specs {
				v := s.(*ast.ValueSpec)
				if p < v.Pos() || v.End() <= p || len(v.Values) != 1 || p < v.Values[0].Pos() {
					continue
				}
				lit := v.Values[0]
				pointer, isPointer := lit.(*ast.UnaryExpr)
				if isPointer {
					lit = pointer.X
				}
				c, isLit := lit.(*ast.CompositeLit)
				switch {
				case v.Type != nil:
				case !isLit:
					return false
				case isPointer:
					v.Type = &ast.StarExpr{Star: pointer.Pos(), X: c.Type}
				default:
					v.Type = c.Type
				}
				v.Values = nil
				return true
			}
		}
	}
	return false
}

// function is the declaration around a place; nil if there is none.
func (u *unit) function(p token.Pos) *ast.FuncDecl {
	for _, f := range u.files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Pos() <= p && p < fd.End() {
				return fd
			}
		}
	}
	return nil
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// importer reads export data. Where the go command gives none, the source is
// read instead.
func (u *unit) importer() types.Importer {
	compiled := importer.ForCompiler(u.fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := u.cfg.PackageFile[path]
		if !ok {
			return nil, fmt.Errorf("no export data for %q", path)
		}
		return os.Open(file)
	})
	var source types.Importer
	return importerFunc(func(path string) (*types.Package, error) {
		if path == "unsafe" {
			return types.Unsafe, nil
		}
		if to, ok := u.cfg.ImportMap[path]; ok {
			path = to
		}
		if _, ok := u.cfg.PackageFile[path]; !ok {
			if source == nil {
				source = importer.ForCompiler(u.fset, "source", nil)
			}
			return source.Import(path)
		}
		return compiled.Import(path)
	})
}

// analyze runs the shared analysis; the reports follow from its result.
// A fault of ours in one package is told, and does not stop the others.
func (u *unit) analyze() (result *gofront.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error in package %s: %v\n%s", u.cfg.ImportPath, r, debug.Stack())
		}
	}()
	a := gofront.Analyzer
	pass := u.pass(a, nil, nil)
	res, err := a.Run(pass)
	if err != nil {
		return nil, err
	}
	return res.(*gofront.Result), nil
}

func (u *unit) pass(a *analysis.Analyzer, results map[*analysis.Analyzer]any, report func(analysis.Diagnostic)) *analysis.Pass {
	var module *analysis.Module
	if u.cfg.ModulePath != "" {
		module = &analysis.Module{Path: u.cfg.ModulePath, Version: u.cfg.ModuleVersion, GoVersion: u.cfg.GoVersion}
	}
	return &analysis.Pass{
		Analyzer: a, Fset: u.fset, Files: u.files, OtherFiles: u.cfg.NonGoFiles, IgnoredFiles: u.cfg.IgnoredFiles,
		Pkg: u.pkg, TypesInfo: u.info, TypesSizes: types.SizesFor("gc", build.Default.GOARCH), Module: module,
		ResultOf: results, Report: report, ReadFile: os.ReadFile,
		ImportPackageFact: func(p *types.Package, f analysis.Fact) bool {
			data, ok := u.facts[p.Path()]
			if ok {
				f.(*gofront.PackageFact).Data = data
			}
			return ok
		},
		ExportPackageFact: func(f analysis.Fact) {
			if u.facts == nil {
				u.facts = facts{}
			}
			u.facts[u.pkg.Path()] = f.(*gofront.PackageFact).Data
		},
		AllPackageFacts:  func() []analysis.PackageFact { return nil },
		AllObjectFacts:   func() []analysis.ObjectFact { return nil },
		ImportObjectFact: func(types.Object, analysis.Fact) bool { return false },
		ExportObjectFact: func(types.Object, analysis.Fact) {
			panic("vet: " + reflect.TypeOf(a).String() + " exports a fact about an object")
		},
	}
}

// jsonDiagnostic is the form in which go vet takes findings.
type jsonDiagnostic struct {
	Category string        `json:"category,omitempty"`
	Posn     string        `json:"posn"`
	End      string        `json:"end"`
	Message  string        `json:"message"`
	Related  []jsonRelated `json:"related,omitempty"`
}

type jsonRelated struct {
	Posn    string `json:"posn"`
	End     string `json:"end"`
	Message string `json:"message"`
}

func (u *unit) report(res *gofront.Result, o options, stdout, stderr io.Writer) (found bool, err error) {
	byName := map[string][]jsonDiagnostic{}
	posn := func(p token.Pos) string { return u.fset.Position(p).String() }
	var plain []analysis.Diagnostic
	for _, a := range analyzers {
		if !o.run[a.Name] {
			continue
		}
		name := a.Name
		pass := u.pass(a.Analyzer, map[*analysis.Analyzer]any{gofront.Analyzer: res}, func(d analysis.Diagnostic) {
			plain = append(plain, d)
			j := jsonDiagnostic{Category: d.Category, Posn: posn(d.Pos), End: posn(d.Pos), Message: d.Message}
			if d.End.IsValid() {
				j.End = posn(d.End)
			}
			for _, r := range d.Related {
				j.Related = append(j.Related, jsonRelated{posn(r.Pos), posn(r.Pos), r.Message})
			}
			byName[name] = append(byName[name], j)
		})
		if _, err := a.Run(pass); err != nil {
			return false, err
		}
	}
	if o.json {
		tree := map[string]map[string][]jsonDiagnostic{}
		if len(byName) > 0 {
			tree[u.cfg.ID] = byName
		}
		b, err := json.MarshalIndent(tree, "", "\t")
		if err != nil {
			return false, err
		}
		_, err = fmt.Fprintf(stdout, "%s\n", b)
		return len(plain) > 0, err
	}
	slices.SortStableFunc(plain, func(a, b analysis.Diagnostic) int { return cmp.Compare(a.Pos, b.Pos) })
	for _, d := range plain {
		fmt.Fprintf(stderr, "%s: %s\n", posn(d.Pos), d.Message)
	}
	return len(plain) > 0, nil
}
