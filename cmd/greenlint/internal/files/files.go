// Package files lists the files of a project: what git would list in a
// checkout, and elsewhere a walk that honours .gitignore files.
//
// It never follows a symbolic link to a directory and never opens anything but
// .gitignore files, so that loops, FIFOs and devices in the tree do no harm.
// Folders that hold other people's code (virtual environments, node_modules …)
// are left out even if they are checked in; a path that the user names himself
// is always looked at.
package files

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A Listing is what there is to analyse. Both lists are sorted, and their paths
// are slash-separated and relative to the root.
type Listing struct {
	Files   []string // regular files, or symbolic links to such
	Skipped []rules.Skip
}

// A PathError is a path that the user should not have given.
type PathError struct{ Path, Reason string }

func (e *PathError) Error() string { return e.Path + ": " + e.Reason }

// List lists the files under paths, which are slash-separated and relative to
// root; no paths means all of root. A path that doesn't exist or leads out of
// root is a *PathError.
func List(ctx context.Context, root string, paths []string) (Listing, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	l := &lister{ctx: ctx, root: root, foreign: map[string]bool{}}
	var dirs []string
	for _, p := range paths {
		clean := path.Clean(p)
		if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return Listing{}, &PathError{p, "lies outside " + root}
		}
		info, err := os.Stat(l.full(clean))
		switch {
		case os.IsNotExist(err):
			return Listing{}, &PathError{p, "no such file or directory"}
		case err != nil:
			return Listing{}, &PathError{p, reason(err)}
		case info.IsDir():
			dirs = append(dirs, clean)
		case info.Mode().IsRegular():
			l.files = append(l.files, clean)
		default:
			return Listing{}, &PathError{p, "neither a file nor a directory"}
		}
	}
	for _, d := range dirs {
		l.directory(d)
	}
	if err := ctx.Err(); err != nil {
		return Listing{}, err
	}
	slices.Sort(l.files)
	slices.SortFunc(l.skipped, func(a, b rules.Skip) int { return strings.Compare(a.File+"\x00"+a.Reason, b.File+"\x00"+b.Reason) })
	return Listing{Files: slices.Compact(l.files), Skipped: slices.Compact(l.skipped)}, nil
}

// lister collects the answer.
type lister struct {
	ctx     context.Context
	root    string
	files   []string
	skipped []rules.Skip
	foreign map[string]bool // by directory: holds other people's code
}

// full returns the path that the system knows.
func (l *lister) full(rel string) string { return filepath.Join(l.root, filepath.FromSlash(rel)) }

func (l *lister) skip(rel, why string) {
	l.skipped = append(l.skipped, rules.Skip{File: rel, Reason: why})
}

// directory lists a directory that the user named, or a repository within one.
// What git ignores as a whole is walked nevertheless: the user asked for it.
func (l *lister) directory(dir string) {
	names, closed, err := gitFiles(l.ctx, l.full(dir))
	if err != nil || len(names) == 0 {
		l.walk(dir, l.parents(dir, err == nil))
		return
	}
	for _, c := range closed {
		l.skip(path.Join(dir, c.File), c.Reason)
	}
	for _, name := range names {
		if rel := path.Join(dir, name); rel != dir && !l.underForeign(dir, rel) {
			l.entry(rel)
		}
	}
}

// entry takes in one line of git's listing.
func (l *lister) entry(rel string) {
	info, err := os.Lstat(l.full(rel))
	switch {
	case os.IsNotExist(err): // deleted, but not in the index
	case err != nil:
		l.skip(rel, reason(err))
	case info.IsDir(): // a submodule, or a repository of its own
		if !l.isForeign(rel) {
			l.directory(rel)
		}
	default:
		l.file(rel, info)
	}
}

// file takes in a directory entry that is not a directory.
func (l *lister) file(rel string, info os.FileInfo) {
	if info.Mode()&os.ModeSymlink != 0 {
		target, err := os.Stat(l.full(rel))
		if err != nil || target.IsDir() {
			return // a dangling link, a loop, or a directory that has its own name elsewhere
		}
		info = target
	}
	switch {
	case info.Mode().IsRegular():
		l.files = append(l.files, rel)
	case path.Ext(rel) == ".py" || path.Ext(rel) == ".go":
		l.skip(rel, "not a regular file")
	}
}

// reason is the cause of a system's error without the path, which is shown
// beside it.
func reason(err error) string {
	if pe, ok := err.(*os.PathError); ok {
		err = pe.Err
	}
	return fmt.Sprint(err)
}
