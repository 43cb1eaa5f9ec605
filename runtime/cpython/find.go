package cpython

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// An Interpreter is a Python that was found, and what it brings.
type Interpreter struct {
	Path     string
	Version  string            // "3.11.2"
	Versions map[string]string // loop libraries that can be found → their versions
	Source   string            // why this one was looked at: "VIRTUAL_ENV", ".venv", "PATH", …
}

// Has reports whether tasks of the loop can be run.
func (i *Interpreter) Has(loop string) bool { return loop == "asyncio" || i.Versions[loop] != "" }

// Name is the engine's name in a verdict: "cpython+gevent".
func (i *Interpreter) Name(loop string) string { return "cpython+" + loop }

// Where says where to look.
type Where struct {
	Python string   // this one and no other, if given
	Dirs   []string // whose .venv and venv are looked at, the nearest first
	Getenv func(string) string
}

// probe is run by a candidate. Nothing is imported: a library that can be found
// and not imported gives a clear error in the first run.
const probe = `
import sys, json
from importlib import util
try:
    from importlib.metadata import version
except ImportError:
    version = lambda n: "unknown"
found = {}
for n in ("gevent", "eventlet", "celery", "gunicorn"):
    try:
        if util.find_spec(n) is not None:
            found[n] = version(n)
    except Exception:
        pass
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "found": found}))
`

// Find returns the interpreters that can be run, in the order of preference: one
// that was named, the active virtual environment, those of the directories, and
// python3 on the PATH.
func Find(ctx context.Context, w Where) ([]*Interpreter, error) {
	if w.Getenv == nil {
		w.Getenv = os.Getenv
	}
	if w.Python != "" {
		path := w.Python
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = inVenv(path)
		}
		i, err := examine(ctx, path, "--python")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.Python, err)
		}
		return []*Interpreter{i}, nil
	}
	type candidate struct{ path, source string }
	var all []candidate
	if v := w.Getenv("VIRTUAL_ENV"); v != "" {
		all = append(all, candidate{inVenv(v), "VIRTUAL_ENV"})
	}
	for _, d := range w.Dirs {
		for _, name := range []string{".venv", "venv"} {
			all = append(all, candidate{inVenv(filepath.Join(d, name)), name})
		}
	}
	for _, name := range []string{"python3", "python"} {
		if p, err := exec.LookPath(name); err == nil {
			all = append(all, candidate{p, "PATH"})
		}
	}
	var out []*Interpreter
	seen := map[string]bool{}
	for _, c := range all {
		if _, err := os.Stat(c.path); err != nil || seen[c.path] {
			continue
		}
		seen[c.path] = true
		if i, err := examine(ctx, c.path, c.source); err == nil {
			out = append(out, i)
		}
	}
	return out, nil
}

// HasWorker reports whether tasks can be run in the worker, one of [Workers].
func (i *Interpreter) HasWorker(worker string) bool {
	w := Workers[worker]
	return i.Has(w.Loop) && i.Versions[w.Library] != ""
}

// Choose returns the first interpreter that has the loop; nil if none has.
func Choose(list []*Interpreter, loop string) *Interpreter {
	for _, i := range list {
		if i.Has(loop) {
			return i
		}
	}
	return nil
}

func inVenv(dir string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(dir, "Scripts", "python.exe")
	}
	return filepath.Join(dir, "bin", "python")
}

func examine(ctx context.Context, path, source string) (*Interpreter, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-c", probe)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return nil, err
	}
	var found struct {
		Version string
		Found   map[string]string
	}
	if err := json.Unmarshal(out, &found); err != nil {
		return nil, fmt.Errorf("is that a Python? It answers %.80q", out)
	}
	return &Interpreter{Path: path, Version: found.Version, Versions: found.Found, Source: source}, nil
}
