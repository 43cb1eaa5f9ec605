package files

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/gitignore"
)

// walk lists a directory without git.
func (l *lister) walk(dir string, ignored gitignore.Stack) {
	if l.ctx.Err() != nil {
		return
	}
	entries, err := os.ReadDir(l.full(dir))
	if err != nil { // what could be read before the error is still listed
		l.skip(dir, reason(err))
	}
	if text, ok := readIgnore(l.full(path.Join(dir, ".gitignore"))); ok {
		ignored = ignored.Push(gitignore.Parse(dir, text))
	}
	for _, e := range entries {
		rel := path.Join(dir, e.Name())
		if e.Name() == ".git" || ignored.Excludes(rel, e.IsDir()) {
			continue
		}
		if e.IsDir() {
			if !l.isForeign(rel) {
				l.walk(rel, ignored)
			}
			continue
		}
		info, err := e.Info()
		if err != nil { // gone in the meantime
			continue
		}
		l.file(rel, info)
	}
}

// parents returns the ignore files between the top of the checkout, or the
// root where there is none, and the directory. Where git has already said that
// it ignores the whole directory, they are left out: the user wants to see it.
func (l *lister) parents(dir string, ignoredWhole bool) gitignore.Stack {
	if ignoredWhole {
		return nil
	}
	var above []string // inside the root, the nearest first
	for d := dir; d != "."; {
		d = path.Dir(d)
		above = append(above, d)
	}
	var s gitignore.Stack
	if top, ok := l.checkoutTop(); ok {
		s = l.outside(top)
	}
	for i := len(above) - 1; i >= 0; i-- {
		if text, ok := readIgnore(l.full(path.Join(above[i], ".gitignore"))); ok {
			s = s.Push(gitignore.Parse(above[i], text))
		}
	}
	if s.ExcludesUnder(dir, true) {
		return nil
	}
	return s
}

// checkoutTop finds the directory above or at the root that holds .git.
func (l *lister) checkoutTop() (string, bool) {
	abs, err := filepath.Abs(l.root)
	if err != nil {
		return "", false
	}
	for d := abs; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d, true
		}
		if d == filepath.Dir(d) {
			return "", false
		}
	}
}

// outside returns the ignore files that lie above the root: the checkout's own
// exclude file and one per directory. Their patterns are told of paths relative
// to the root, so each is given what leads from its directory down to the root.
func (l *lister) outside(top string) gitignore.Stack {
	abs, err := filepath.Abs(l.root)
	if err != nil {
		return nil
	}
	down, err := filepath.Rel(top, abs)
	if err != nil {
		return nil
	}
	var s gitignore.Stack
	if text, ok := readIgnore(filepath.Join(top, ".git", "info", "exclude")); ok {
		s = s.Push(gitignore.ParseAbove(filepath.ToSlash(down), text))
	}
	if down == "." {
		return s
	}
	parts := strings.Split(filepath.ToSlash(down), "/")
	for i := range parts {
		file := filepath.Join(top, filepath.Join(parts[:i]...), ".gitignore")
		if text, ok := readIgnore(file); ok {
			s = s.Push(gitignore.ParseAbove(strings.Join(parts[i:], "/"), text))
		}
	}
	return s
}

// readIgnore reads an ignore file. Like git it does not follow a link, and a
// FIFO of that name is left alone.
func readIgnore(file string) (string, bool) {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	text, err := os.ReadFile(file)
	return string(text), err == nil
}
