package gopool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// A Source is the function to run.
type Source struct {
	Path string // of its package's directory, or of a single Go file that is a package by itself
	Func string // "refresh", "Client.Send"
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

	laid map[string]string // files that are not where the compiler saw them → where they are
}

var name = regexp.MustCompile(`^[\pL_][\pL\pN_]*(?:\.[\pL_][\pL\pN_]*)?$`)

// Build compiles the function's package with a file more.
func (b *Builder) Build(ctx context.Context, s Source) (*Program, error) {
	tool := b.Go
	if tool == "" {
		var err error
		if tool, err = exec.LookPath("go"); err != nil {
			return nil, errors.New("confirming Go code needs the go command, which is not on the PATH")
		}
	}
	if !name.MatchString(s.Func) {
		return nil, fmt.Errorf("%q is no name of a function or method", s.Func)
	}
	info, err := os.Stat(s.Path)
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(b.Dir, "go-")
	if err != nil {
		return nil, err
	}
	overlay := map[string]string{}
	extra := "greenlint_confirm_" + filepath.Base(tmp)
	dir := s.Path
	if !info.IsDir() {
		dir = filepath.Dir(s.Path)
	}
	root := moduleRoot(dir)
	switch {
	case root == "" && info.IsDir():
		return nil, fmt.Errorf("%s lies in no Go module", s.Path)
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
	pkg := ""
	if info.IsDir() {
		if pkg, err = clause(tool, dir, env); err != nil {
			return nil, err
		}
		if err := withoutTests(dir, s.Func, overlay); err != nil {
			return nil, err
		}
	} else {
		f, err := parser.ParseFile(token.NewFileSet(), s.Path, nil, parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		pkg = f.Name.Name
	}
	if !info.IsDir() {
		dir = filepath.Join(root, extra)
		overlay[filepath.Join(dir, strings.TrimSuffix(filepath.Base(s.Path), ".go")+"_fixture.go")] = s.Path
	}
	child := self
	if !has(tool, root, env) {
		put := func(name string, text []byte) error {
			file, err := os.CreateTemp(tmp, "*-"+filepath.Base(name))
			if err != nil {
				return err
			}
			overlay[name] = file.Name()
			_, err = file.Write(text)
			return errors.Join(err, file.Close())
		}
		if child, err = graft(filepath.Join(root, extra+"_pool"), path+"/"+extra+"_pool", put); err != nil {
			return nil, err
		}
	}
	f := s.Func
	if typ, method, ok := strings.Cut(f, "."); ok {
		f = "new(" + typ + ")." + method
	}
	args := ""
	if s.Args != "" {
		args = ", " + s.Args
	}
	text := fmt.Sprintf("package %s\n\nimport greenlintchild %q\n\nfunc init() { greenlintchild.Child(%s%s) }\n", pkg, child, f, args)
	generated := filepath.Join(tmp, "child.go")
	if err := os.WriteFile(generated, []byte(text), 0o666); err != nil {
		return nil, err
	}
	overlay[filepath.Join(dir, "zzz_greenlint_confirm_test.go")] = generated
	laid, _ := json.Marshal(map[string]any{"Replace": overlay})
	table := filepath.Join(tmp, "overlay.json")
	if err := os.WriteFile(table, laid, 0o666); err != nil {
		return nil, err
	}
	p := &Program{File: filepath.Join(tmp, "child.exe"), Dir: s.Path, laid: overlay}
	cmd := exec.CommandContext(ctx, tool, "test", "-c", "-vet=off", "-o", p.File, "-overlay", table, ".")
	cmd.Dir = dir
	if !info.IsDir() { // a directory that only the overlay knows
		cmd.Dir = root
		cmd.Args[len(cmd.Args)-1] = "./" + filepath.Base(dir)
	}
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		text := strings.TrimSpace(string(out))
		if strings.Contains(text, "build constraints exclude all Go files in "+filepath.Join(root, extra+"_pool")) {
			return nil, fmt.Errorf("the green pool needs %s, which the module's go command is not", needs)
		}
		return nil, fmt.Errorf("it does not compile: %s", text)
	}
	if _, err := os.Stat(p.File); err != nil {
		return nil, fmt.Errorf("%s has no Go files for this system", s.Path)
	}
	return p, nil
}

// withoutTests hides the tests of a package, which may need what is not there and
// begin to run by themselves, unless the function is one of theirs.
func withoutTests(dir, name string, overlay map[string]string) error {
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return err
	}
	name = name[strings.LastIndexByte(name, '.')+1:]
	declares := regexp.MustCompile(`(?m)^func\s+(?:\([^)]*\)\s*)?` + regexp.QuoteMeta(name) + `\s*[(\[]`)
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
