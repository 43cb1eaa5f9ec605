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

const self = "github.com/greenlint/greenlint/runtime/gopool"

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
	dir, overlay := s.Path, map[string]string{}
	clause := ""
	if info.IsDir() {
		if clause, err = packageOf(s.Path); err != nil {
			return nil, err
		}
	} else {
		root := moduleRoot(filepath.Dir(s.Path))
		if root == "" {
			return nil, fmt.Errorf("%s lies in no Go module", s.Path)
		}
		f, err := parser.ParseFile(token.NewFileSet(), s.Path, nil, parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		clause = f.Name.Name
		dir = filepath.Join(root, "greenlint_confirm_"+filepath.Base(tmp))
		overlay[filepath.Join(dir, strings.TrimSuffix(filepath.Base(s.Path), ".go")+"_fixture.go")] = s.Path
	}
	f := s.Func
	if typ, method, ok := strings.Cut(f, "."); ok {
		f = "new(" + typ + ")." + method
	}
	args := ""
	if s.Args != "" {
		args = ", " + s.Args
	}
	text := fmt.Sprintf("package %s\n\nimport greenlintchild %q\n\nfunc init() { greenlintchild.Child(%s%s) }\n", clause, self, f, args)
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
		cmd.Dir = moduleRoot(filepath.Dir(s.Path))
		cmd.Args[len(cmd.Args)-1] = "./" + filepath.Base(dir)
	}
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		text := strings.TrimSpace(string(out))
		if strings.Contains(text, "no required module provides package "+self) {
			return nil, errors.New("the module does not require greenlint, so its functions can't be run on the green pool")
		}
		return nil, fmt.Errorf("it does not compile: %s", text)
	}
	if _, err := os.Stat(p.File); err != nil {
		return nil, fmt.Errorf("%s has no Go files for this system", s.Path)
	}
	return p, nil
}

// packageOf reads the package clause of a directory's files.
func packageOf(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly); err == nil {
			return f.Name.Name, nil
		}
	}
	return "", fmt.Errorf("%s holds no Go package", dir)
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
