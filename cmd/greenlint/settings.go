package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// settingsFile returns the file with the settings to use, or "". Without a flag
// it is the nearest at or above the root, though never above its checkout:
// greenlint.toml, or a pyproject.toml with a table for us.
func settingsFile(dir, root string, f *checkFlags) (string, error) {
	switch {
	case f.config != "" && f.noConfig:
		return "", &command.UsageError{Msg: "--config and --no-config contradict each other"}
	case f.noConfig:
		return "", nil
	case f.config != "":
		file := inside(dir, f.config)
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
			return "", fmt.Errorf("--config: %s: no such file", f.config)
		}
		return file, nil
	}
	var found []string
	for d := root; ; d = filepath.Dir(d) {
		if file := filepath.Join(d, "greenlint.toml"); isFile(file) {
			found = append(found, file)
		} else if file := filepath.Join(d, "pyproject.toml"); hasOurTable(file) {
			found = append(found, file)
		}
		if len(found) > 0 && d == root {
			return found[0], nil
		}
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			break
		}
		if d == filepath.Dir(d) { // no checkout: what lies above the root is not the project's
			return "", nil
		}
	}
	if len(found) > 0 {
		return found[0], nil
	}
	return "", nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func hasOurTable(name string) bool {
	if !isFile(name) {
		return false
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("[tool.greenlint")) || bytes.HasPrefix(line, []byte("[[tool.greenlint")) {
			return true
		}
	}
	return false
}
