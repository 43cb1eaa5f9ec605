package gopool

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/runtime/green"
	"github.com/greenlint/greenlint/runtime/stall"
)

const (
	runtimePath = "github.com/greenlint/greenlint/runtime/"
	self        = runtimePath + "gopool"

	// needs is the release of Go that the pool is written for: what go.mod says.
	needs = "go1.26"
)

//go:embed child.go siblings.go thread*.go
var childSource embed.FS

// graft lays the pool, and this package's half of a child, below dir, as packages
// of the module that dir belongs to, and returns the import path of the latter.
// So a module needs no requirement of greenlint, no network, and its go.mod, its
// vendor directory and its version of the language stay as they are. path is
// dir's own import path; files are put where put says.
func graft(dir, path string, put func(name string, text []byte) error) (string, error) {
	for name, source := range map[string]embed.FS{"green": green.Source, "stall": stall.PageSource, "gopool": childSource} {
		entries, err := source.ReadDir(".")
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") || e.Name() == "source.go" {
				continue
			}
			text, err := source.ReadFile(e.Name())
			if err != nil {
				return "", err
			}
			text = bytes.ReplaceAll(text, []byte(runtimePath), []byte(path+"/"))
			if err := put(filepath.Join(dir, name, e.Name()), constrain(text)); err != nil {
				return "", err
			}
		}
	}
	return path + "/gopool", nil
}

var (
	constraint = regexp.MustCompile(`(?m)^//go:build (.*)$`)
	clauseAt   = regexp.MustCompile(`(?m)^package `)
)

// constrain makes a file be compiled as the language that it is written in,
// whatever its new module says: a line of constraints can ask for that. It also
// makes the file do without assembly, which can't be laid over a directory that
// is not there.
func constrain(text []byte) []byte {
	m := constraint.FindSubmatchIndex(text[:clauseAt.FindIndex(text)[0]])
	if m == nil {
		return append([]byte("//go:build "+needs+"\n\n"), text...)
	}
	was := strings.ReplaceAll(string(text[m[2]:m[3]]), "purego", "go1.1") // true ever since
	return slices.Concat(text[:m[0]], []byte(fmt.Sprintf("//go:build (%s) && %s", was, needs)), text[m[1]:])
}

// module tells the path of the module whose root is dir, and what commands in it
// want in their environment: a workspace that dir lies in and that does not have
// the module is left out.
func module(tool, dir string) (path string, env []string, err error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", nil, err
	}
	for _, env := range [][]string{nil, {"GOWORK=off"}} {
		cmd := exec.Command(tool, "list", "-m", "-f", "{{.Path}}\t{{.Dir}}")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.Output()
		if err != nil {
			if env != nil {
				return "", nil, explain(err)
			}
			continue
		}
		for line := range strings.Lines(string(out)) {
			path, at, _ := strings.Cut(strings.TrimSpace(line), "\t")
			if at, err := filepath.EvalSymlinks(at); err == nil && at == real {
				return path, env, nil
			}
		}
	}
	return "", nil, fmt.Errorf("the go command does not take %s for a module", dir)
}

// clause tells the name of dir's package.
func clause(tool, dir string, env []string) (string, error) {
	cmd := exec.Command(tool, "list", "-find", "-f", "{{.Name}}", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return "", explain(err)
	}
	return strings.TrimSpace(string(out)), nil
}

// has reports whether programs of dir's module can import the pool, and with it
// have functions that take its tasks.
func has(tool, dir string, env []string) bool {
	cmd := exec.Command(tool, "list", "-find", "-f", "{{.ImportPath}}", self)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), env...), "GOPROXY=off") // what is not here is not had
	return cmd.Run() == nil
}

func explain(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}
