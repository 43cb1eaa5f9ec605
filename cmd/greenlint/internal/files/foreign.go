package files

import (
	"os"
	"path"
	"strings"
)

// foreignNames are the folders that hold no source of the project, whatever its
// ignore files say.
var foreignNames = map[string]bool{
	".bzr": true, ".eggs": true, ".git": true, ".hg": true, ".jj": true, ".mypy_cache": true, ".nox": true, ".pytest_cache": true,
	".ruff_cache": true, ".svn": true, ".tox": true, ".venv": true, "__pycache__": true, "node_modules": true,
	"site-packages": true, "venv": true,
}

// isForeign reports whether a directory holds other people's code: by its name,
// or because it is a virtual environment of another name.
func (l *lister) isForeign(dir string) bool {
	if foreignNames[path.Base(dir)] {
		return true
	}
	known, ok := l.foreign[dir]
	if !ok {
		_, err := os.Lstat(l.full(dir + "/pyvenv.cfg"))
		known = err == nil
		l.foreign[dir] = known
	}
	return known
}

// underForeign reports whether a directory between top, which the user named,
// and the file is foreign.
func (l *lister) underForeign(top, file string) bool {
	start := 0
	if top != "." {
		start = len(top) + 1
	}
	for i := start; ; {
		j := strings.IndexByte(file[i:], '/')
		if j < 0 {
			return false
		}
		if l.isForeign(file[:i+j]) {
			return true
		}
		i += j + 1
	}
}

// Foreign reports whether a path lies in a folder that, by its name, holds other
// people's code.
func Foreign(file string) bool {
	for dir := path.Dir(file); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if foreignNames[path.Base(dir)] {
			return true
		}
	}
	return false
}

// GitEnv returns an environment in which git takes its repository from the
// directory that it runs in, asks nothing and writes nothing.
func GitEnv(environ []string) []string { return gitEnv(environ) }
