package pyfront

import (
	"path"
	"slices"
	"sort"
	"strings"
)

// A project knows which file holds which module. It does no I/O: it is made from
// the list of files.
type project struct {
	files  map[string]bool     // all Python files, slash-separated
	index  map[string][]string // dotted name → files that may be it, best first
	names  map[string]string   // file → its own dotted name
	sorted []string            // the keys of index, when asked for
}

// newProject finds the package roots of a list of files: the folders above the
// topmost __init__.py, wherever they lie (src layout, several roots), and for
// namespace packages every folder on the way.
func newProject(files []string) *project {
	p := &project{files: map[string]bool{}, index: map[string][]string{}, names: map[string]string{}}
	inits := map[string]bool{}
	scripts := map[string]bool{}
	for _, f := range files {
		p.files[f] = true
		if path.Ext(f) == "" { // a script that nobody can import
			scripts[f] = true
			p.names[f] = plainName(f)
		}
		if path.Base(f) == "__init__.py" {
			inits[path.Dir(f)] = true
		}
	}
	roots := map[string]bool{".": true}
	for _, f := range files {
		if scripts[f] {
			continue
		}
		name, root := dottedName(f, inits)
		p.names[f] = name
		roots[root] = true
	}
	sorted := slices.Sorted(func(yield func(string) bool) {
		for r := range roots {
			if !yield(r) {
				return
			}
		}
	})
	add := func(name, f string) {
		if name != "" && !slices.Contains(p.index[name], f) {
			p.index[name] = append(p.index[name], f)
		}
	}
	for _, f := range files {
		if !scripts[f] {
			add(p.names[f], f)
		}
	}
	// Namespace packages: any folder may be imported from any root above it.
	for _, f := range files {
		if scripts[f] {
			continue
		}
		for _, r := range sorted {
			if r == "." {
				add(plainName(f), f)
			} else if rest, ok := strings.CutPrefix(f, r+"/"); ok {
				add(plainName(rest), f)
			}
		}
	}
	return p
}

// dottedName is a module's name by the chain of __init__.py above it, and the
// folder that has to be on the path for it.
func dottedName(file string, inits map[string]bool) (name, root string) {
	dir := path.Dir(file)
	parts := []string{strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".py"), ".pyi")}
	if parts[0] == "__init__" {
		parts = nil
	}
	for dir != "." && dir != "/" && (inits[dir] || within(dir, inits)) {
		parts = append(parts, path.Base(dir))
		dir = path.Dir(dir)
	}
	slices.Reverse(parts)
	if len(parts) == 0 { // __init__.py in the root itself
		return path.Base(path.Dir(file)), dir
	}
	return strings.Join(parts, "."), dir
}

// within reports whether a folder without an __init__.py lies below one that has
// it: a part of that package all the same.
func within(dir string, inits map[string]bool) bool {
	for dir = path.Dir(dir); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if inits[dir] {
			return true
		}
	}
	return false
}

// plainName turns a path into a dotted name.
func plainName(file string) string {
	s := strings.TrimSuffix(file, ".py")
	s = strings.TrimSuffix(s, "/__init__")
	return strings.ReplaceAll(s, "/", ".")
}

// find returns the file of a module as seen from another file: of several
// candidates the one that shares the longest path with the importer.
func (p *project) find(name, from string) (string, bool) {
	c := p.index[name]
	if len(c) == 0 {
		return "", false
	}
	best, score := c[0], -1
	for _, f := range c {
		if s := commonDirs(f, from); s > score {
			best, score = f, s
		}
	}
	return best, true
}

// beside finds a module next to the importing file or in a folder above it: a
// script's own folder is on its path, package or not.
func (p *project) beside(name, from string) (string, bool) {
	rel := strings.ReplaceAll(name, ".", "/")
	for dir := path.Dir(from); ; dir = path.Dir(dir) {
		for _, f := range []string{path.Join(dir, rel+".py"), path.Join(dir, rel, "__init__.py")} {
			if f != from && p.files[f] {
				return f, true
			}
		}
		if dir == "." || dir == "/" {
			return "", false
		}
	}
}

// hasPackage reports whether some module lies below the name: a namespace package.
func (p *project) hasPackage(name string) bool {
	i := sort.SearchStrings(p.sortedNames(), name+".")
	s := p.sortedNames()
	return i < len(s) && strings.HasPrefix(s[i], name+".")
}

func (p *project) sortedNames() []string {
	if p.sorted == nil {
		for n := range p.index {
			p.sorted = append(p.sorted, n)
		}
		sort.Strings(p.sorted)
	}
	return p.sorted
}

func commonDirs(a, b string) int {
	n := 0
	for {
		i, j := strings.IndexByte(a, '/'), strings.IndexByte(b, '/')
		if i < 0 || j < 0 || a[:i] != b[:j] {
			return n
		}
		a, b = a[i+1:], b[j+1:]
		n++
	}
}
