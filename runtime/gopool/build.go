package gopool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Source is the function to run.
type Source struct {
	Path string // of its package's directory, or of a single Go file that is a package by itself
	Func string // "refresh", "Client.Send"; with Made "NewClient.Send"
	Made string // "(ARGUMENTS)" of what makes the receiver; "" = New or NewClient if it wants none, else the zero value
	Args string // the text between the parentheses of the call, without the task
}

// A Builder compiles children. Its files are below Dir.
type Builder struct {
	Dir string // for what it writes
	Go  string // the go command; "" = the one on the PATH
}

// A Program is a compiled child.
type Program struct {
	File string
	Dir  string // of the package

	number int               // of the function in the program
	env    []string          // tests: more of the child's environment
	blind  bool              // tests: as where there is no /proc
	laid   map[string]string // files that are not where the compiler saw them → where they are
}

var name = regexp.MustCompile(`^[\pL_][\pL\pN_]*(?:\.[\pL_][\pL\pN_]*)?$`)

// Build compiles the function's package with a file more.
func (b *Builder) Build(ctx context.Context, s Source) (*Program, error) {
	list, err := b.Together(ctx, []Source{s})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// Batches parts sources into those that one program can hold. Functions of a
// package are together. So are lone files of a directory, of which nothing runs
// but the function that is asked for.
func Batches(sources []Source) (out [][]Source) {
	at := map[string]int{}
	for _, s := range sources {
		key := s.Path
		if filepath.Ext(s.Path) == ".go" && harmless(s.Path) {
			key = filepath.Dir(s.Path) + "/*.go"
		}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		if !slices.Contains(out[i], s) {
			out[i] = append(out[i], s)
		}
	}
	return out
}

// harmless reports whether a file can be linked into a program with others: it
// does nothing when the program begins, and needs no compiler but Go's.
func harmless(file string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil || f.Name.Name == "main" {
		return false
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				return false
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.ImportSpec:
					if s.Path.Value == `"C"` {
						return false
					}
				case *ast.ValueSpec:
					if d.Tok == token.VAR && len(s.Values) > 0 {
						return false
					}
				}
			}
		}
	}
	return true
}

// Together compiles one program of several functions: of one package, or of lone
// files of one directory. See [Batches].
func (b *Builder) Together(ctx context.Context, sources []Source) ([]*Program, error) {
	tool := b.Go
	if tool == "" {
		var err error
		if tool, err = exec.LookPath("go"); err != nil {
			return nil, errors.New("confirming Go code needs the go command, which is not on the PATH")
		}
	}
	for _, s := range sources {
		if !name.MatchString(s.Func) {
			return nil, fmt.Errorf("%q is no name of a function or method", s.Func)
		}
	}
	first := sources[0].Path
	info, err := os.Stat(first)
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(b.Dir, "go-")
	if err != nil {
		return nil, err
	}
	lay := &layer{tmp: tmp, overlay: map[string]string{}}
	extra := "greenlint_confirm_" + filepath.Base(tmp)
	dir := first
	if !info.IsDir() {
		dir = filepath.Dir(first)
	}
	root := moduleRoot(dir)
	switch {
	case root == "" && info.IsDir():
		return nil, fmt.Errorf("%s lies in no Go module", first)
	case root == "": // a lone file: it gets a module that has the pool where it belongs
		root = filepath.Join(tmp, "module")
		if err := aloneIn(root); err != nil {
			return nil, err
		}
	}
	path, env, err := module(tool, root)
	if err != nil {
		return nil, err
	}
	child := self
	if !has(tool, root, env) {
		if child, err = graft(filepath.Join(root, extra+"_pool"), path+"/"+extra+"_pool", lay.put); err != nil {
			return nil, err
		}
	}
	out := filepath.Join(tmp, "child.exe")
	cmd := exec.CommandContext(ctx, tool, "test", "-c", "-vet=off", "-o", out)
	if info.IsDir() {
		pkg, err := clause(tool, dir, env)
		if err != nil {
			return nil, err
		}
		if err := withoutTests(dir, sources, lay.overlay); err != nil {
			return nil, err
		}
		if err := lay.put(filepath.Join(dir, "zzz_greenlint_confirm_test.go"), append(register(pkg, child, dir, sources, 0), start...)); err != nil {
			return nil, err
		}
		cmd.Dir = dir
	} else {
		if err := lay.files(filepath.Join(root, extra), path+"/"+extra, child, sources); err != nil {
			return nil, err
		}
		cmd.Dir = root // the directory to build is one that only the overlay knows
	}
	table := filepath.Join(tmp, "overlay.json")
	laid, _ := json.Marshal(map[string]any{"Replace": lay.overlay})
	if err := os.WriteFile(table, laid, 0o666); err != nil {
		return nil, err
	}
	cmd.Args = append(cmd.Args, "-overlay", table, map[bool]string{true: ".", false: "./" + extra}[info.IsDir()])
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		text := strings.TrimSpace(string(out))
		if strings.Contains(text, "build constraints exclude all Go files in "+filepath.Join(root, extra+"_pool")) {
			return nil, fmt.Errorf("the green pool needs %s, which the module's go command is not", needs)
		}
		return nil, fmt.Errorf("it does not compile: %s", text)
	}
	if _, err := os.Stat(out); err != nil {
		return nil, fmt.Errorf("%s has no Go files for this system", first)
	}
	var programs []*Program
	for i, s := range sources {
		programs = append(programs, &Program{File: out, Dir: s.Path, number: i, laid: lay.overlay})
	}
	return programs, nil
}

// A layer is what the compiler sees and is not there.
type layer struct {
	tmp     string
	overlay map[string]string
}

func (l *layer) put(name string, text []byte) error {
	file, err := os.CreateTemp(l.tmp, "*-"+filepath.Base(name))
	if err != nil {
		return err
	}
	l.overlay[name] = file.Name()
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// files lays a program at dir, and below it a package for each lone file. A file
// of package main can only be the program itself.
func (l *layer) files(dir, path, child string, sources []Source) error {
	program := fmt.Appendf(nil, "package program\n\nimport greenlintchild %q\n", child)
	numbers := map[string]string{}
	for i, s := range sources {
		f, err := parser.ParseFile(token.NewFileSet(), s.Path, nil, parser.PackageClauseOnly)
		if err != nil {
			return err
		}
		at, end := dir, "_test.go"
		text := register(f.Name.Name, child, s.Path, sources[i:i+1], i)
		if f.Name.Name == "main" {
			program = nil
			if i == len(sources)-1 {
				text = append(text, start...)
			}
		} else {
			sub, ok := numbers[s.Path]
			if !ok {
				sub = fmt.Sprint("p", len(numbers))
				numbers[s.Path] = sub
				program = fmt.Appendf(program, "\nimport _ %q\n", path+"/"+sub)
			}
			at, end = filepath.Join(dir, sub), ".go"
		}
		l.overlay[filepath.Join(at, strings.TrimSuffix(filepath.Base(s.Path), ".go")+"_fixture.go")] = s.Path
		if err := l.put(filepath.Join(at, fmt.Sprintf("zzz_greenlint_confirm_%04d%s", i, end)), text); err != nil {
			return err
		}
	}
	if program == nil {
		return nil
	}
	return l.put(filepath.Join(dir, "zzz_greenlint_confirm_test.go"), append(program, start...))
}

// register is a file that enters the functions of what is at path, which are
// numbered from first.
func register(pkg, child, path string, sources []Source, first int) []byte {
	text := fmt.Appendf(nil, "package %s\n\nimport greenlintchild %q\n", pkg, child)
	for i, s := range sources {
		f := s.Func
		if maker, method, ok := strings.Cut(f, "."); ok {
			f = receiver(path, maker, s.Made) + "." + method
		}
		text = fmt.Appendf(text, "\nfunc init() {\n\tgreenlintchild.Add(%d, func() (any, []any) { return %s, []any{%s} })\n}\n", first+i, f, s.Args)
	}
	return text
}

// start runs the function that the process was started for, when all are entered.
const start = "\nfunc init() { greenlintchild.Main() }\n"

// receiver is an expression for what has the method: the call of a constructor, or
// a new zero value.
func receiver(path, maker, made string) string {
	constructors := constructors(path)
	if made == "" {
		typ := maker
		maker = ""
		for _, name := range []string{"New" + typ, "New"} {
			if c := constructors[name]; maker == "" && c.typ == typ && !c.wants {
				maker, made = name, "()"
			}
		}
		if maker == "" {
			return "new(" + typ + ")"
		}
	}
	if constructors[maker].fails {
		return "greenlintchild.Must(" + maker + made + ")"
	}
	return maker + made
}

// A constructor is a function that returns a value of a type of its package.
type constructor struct {
	typ          string
	wants, fails bool // parameters; and an error
}

// constructors finds those of a package or a file by their names.
func constructors(path string) map[string]constructor {
	files := []string{path}
	if filepath.Ext(path) != ".go" {
		files, _ = filepath.Glob(filepath.Join(path, "*.go"))
	}
	out := map[string]constructor{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler will say it
		}
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Recv != nil || d.Type.TypeParams != nil || d.Type.Results.NumFields() == 0 || d.Type.Results.NumFields() > 2 {
				continue
			}
			typ := d.Type.Results.List[0].Type
			if star, ok := typ.(*ast.StarExpr); ok {
				typ = star.X
			}
			if id, ok := typ.(*ast.Ident); ok {
				out[d.Name.Name] = constructor{id.Name, d.Type.Params.NumFields() > 0, d.Type.Results.NumFields() == 2}
			}
		}
	}
	return out
}

// withoutTests hides the tests of a package, which may need what is not there and
// begin to run by themselves, unless one of the functions is theirs.
func withoutTests(dir string, sources []Source, overlay map[string]string) error {
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return err
	}
	var names []string
	for _, s := range sources {
		names = append(names, regexp.QuoteMeta(s.Func[strings.LastIndexByte(s.Func, '.')+1:]))
	}
	declares := regexp.MustCompile(`(?m)^func\s+(?:\([^)]*\)\s*)?(?:` + strings.Join(names, "|") + `)\s*[(\[]`)
	for _, t := range tests {
		if text, err := os.ReadFile(t); err != nil || declares.Match(text) {
			return nil
		}
	}
	for _, t := range tests {
		overlay[t] = ""
	}
	return nil
}

// aloneIn makes a module by the name of greenlint's own, with the pool in it.
func aloneIn(root string) error {
	put := func(name string, text []byte) error {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		return os.WriteFile(name, text, 0o666)
	}
	path := strings.TrimSuffix(runtimePath, "/runtime/")
	if err := put(filepath.Join(root, "go.mod"), []byte("module "+path+"\n\ngo "+strings.TrimPrefix(needs, "go")+"\n")); err != nil {
		return err
	}
	_, err := graft(filepath.Join(root, "runtime"), path+"/runtime", put)
	return err
}

func moduleRoot(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}
