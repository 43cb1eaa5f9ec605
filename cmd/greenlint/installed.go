package main

import (
	"fmt"
	"path/filepath"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/venv"
)

// pythonHelp is the help of the flag that names what is installed.
const pythonHelp = "the interpreter or virtual environment whose packages calls are followed into"

// installedModules are the directories of the Python modules that are installed for a
// project: in the environment that python, relative to dir, names, or in the project's own.
func installedModules(dir, root, python string) ([]string, error) {
	if python != "" && !filepath.IsAbs(python) {
		python = filepath.Join(dir, python)
	}
	site := venv.Site(root, python)
	if site == "" && python != "" {
		return nil, fmt.Errorf("--python: no packages are installed in %s", python)
	}
	return venv.Paths(root, site), nil
}
