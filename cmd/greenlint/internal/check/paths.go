package check

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
)

// Wants reports whether the user wants a file of the project checked.
func (r *Request) Wants(file string) bool {
	for _, p := range r.Paths {
		if p == "." || file == p || strings.HasPrefix(file, p+"/") {
			return true
		}
	}
	return len(r.Paths) == 0
}

// A Place is where a check happens: the project, and how its files are called in
// the output.
type Place struct {
	Root  string   // the project's directory, absolute
	Paths []string // what to check, relative to Root; none = all
	Whole bool     // Root is a project, whose other files may matter too

	prefix string // leads from the working directory to Root, as people want to see it
	base   string // the directory that was checked, absolute
}

// projectFiles mark the directory of a project.
var projectFiles = []string{
	".git", ".hg", "Pipfile", "Procfile", "greenlint.toml", "go.mod", "manage.py", "pyproject.toml", "requirements.txt", "setup.cfg", "setup.py",
}

// Locate finds out which project the user's paths belong to: the nearest
// directory above them that looks like one, though never above the working
// directory dir. A path may end in "/...", as go's patterns do. Without paths it
// is the working directory.
func Locate(dir string, paths []string) (Place, error) {
	if len(paths) == 0 {
		return Place{Root: dir, Whole: true, base: dir}, nil
	}
	all, top, err := resolve(dir, paths)
	if err != nil {
		return Place{}, err
	}
	one := all[0]
	single := len(all) == 1 && isDir(one.abs)
	if !isDir(top) {
		top = filepath.Dir(top)
	}

	p := Place{Root: dir, base: dir}
	switch root, found := project(top, dir, one.inside); {
	case found:
		p.Root, p.Whole = root, true
	case single || !one.inside:
		p.Root = top
	}
	for _, g := range all {
		rel, err := filepath.Rel(p.Root, g.abs)
		if err != nil {
			return Place{}, err
		}
		p.Paths = append(p.Paths, filepath.ToSlash(rel))
	}
	switch { // outside the working directory, paths look as the user typed them
	case single && !one.inside:
		p.prefix = filepath.ToSlash(filepath.Clean(one.typed))
	case !one.inside:
		p.prefix = filepath.ToSlash(filepath.Dir(filepath.Clean(one.typed)))
	default:
		p.prefix = relative(dir, p.Root)
	}
	if single {
		p.base = one.abs
	} else if !one.inside {
		p.base = p.Root
	}
	return p, nil
}

// given is a path of the user's.
type given struct {
	typed, abs string
	inside     bool // the working directory
}

// resolve checks the user's paths. top is the path above, or equal to, all of
// them. Only a single path may lie outside the working directory.
func resolve(dir string, paths []string) (all []given, top string, err error) {
	for _, p := range paths {
		typed := strings.TrimSuffix(p, "/...")
		if typed == "" {
			return nil, "", &files.PathError{Path: p, Reason: "not a path"}
		}
		abs := typed
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(dir, abs)
		}
		abs = filepath.Clean(abs)
		if err := exists(p, abs); err != nil {
			return nil, "", err
		}
		g := given{typed, abs, under(dir, abs)}
		if !g.inside && len(paths) > 1 {
			return nil, "", &files.PathError{Path: typed, Reason: "lies outside the working directory; give one directory, or run greenlint in it"}
		}
		all = append(all, g)
		top = common(top, abs)
	}
	return all, top, nil
}

// project looks for the nearest project at or above top, up to dir.
func project(top, dir string, inside bool) (root string, found bool) {
	for d := top; ; d = filepath.Dir(d) {
		for _, mark := range projectFiles {
			if _, err := os.Lstat(filepath.Join(d, mark)); err == nil {
				return d, true
			}
		}
		if !inside || d == dir || d == filepath.Dir(d) {
			return "", false
		}
	}
}

func exists(typed, abs string) error {
	switch _, err := os.Stat(abs); {
	case errors.Is(err, os.ErrNotExist):
		return &files.PathError{Path: typed, Reason: "no such file or directory"}
	case err != nil:
		return fmt.Errorf("%s: %w", typed, errors.Unwrap(err))
	}
	return nil
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

func relative(from, to string) string {
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return filepath.ToSlash(to)
	}
	return filepath.ToSlash(rel)
}

// under reports whether an absolute path lies in a directory.
func under(dir, abs string) bool {
	rel, err := filepath.Rel(dir, abs)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// common returns the longest path above, or equal to, both.
func common(a, b string) string {
	if a == "" {
		return b
	}
	for !under(a, b) {
		a = filepath.Dir(a)
	}
	return a
}

// Partial reports whether the user wants only a part of the project.
func (p *Place) Partial() bool {
	return p.Whole && len(p.Paths) > 0 && !slices.Contains(p.Paths, ".")
}

// ToList is what to list: the whole project, if it is one, so that
// what is checked can be followed into the rest.
func (p *Place) ToList() []string {
	if p.Whole {
		return append([]string{"."}, p.Paths...)
	}
	return p.Paths
}

// ForPeople is how a file is shown to people: as it opens from where they stand.
func (p *Place) ForPeople(file string) string {
	if path.IsAbs(file) {
		return file
	}
	return path.Join(p.prefix, file)
}

// ForPrograms is how a file is called in machine-readable output: relative to
// the directory that was checked.
func (p *Place) ForPrograms(file string) string {
	if p.base == p.Root || path.IsAbs(file) {
		return file
	}
	return relative(p.base, filepath.Join(p.Root, filepath.FromSlash(file)))
}
