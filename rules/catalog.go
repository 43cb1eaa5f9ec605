package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
)

//go:embed gl*/rule.md catalog
var builtin embed.FS

// A Catalog is the knowledge of rules and libraries. Built-in files are decoded
// when a question first touches them; user tables are there from the start and
// win. A Catalog is safe for use by several goroutines.
type Catalog struct {
	rules []*Rule
	files fs.FS

	mu     sync.Mutex
	index  map[string][]string // language + " " + import → files that describe it
	libs   map[string]*Library // by file; nil while its file is broken
	user   []*Library
	tables map[string]*table // by language
}

// Load reads the built-in rules and indexes the built-in libraries.
func Load() (*Catalog, error) { return LoadFS(builtin) }

// LoadLanguage is Load of the libraries of one language. It is for a process that
// lives for one package, and starts in a fraction of the time.
func LoadLanguage(language string) (*Catalog, error) { return loadFS(builtin, language) }

// LoadFS is Load over another tree of the same layout.
func LoadFS(files fs.FS) (*Catalog, error) { return loadFS(files, "*") }

func loadFS(files fs.FS, language string) (*Catalog, error) {
	c := &Catalog{files: files, index: map[string][]string{}, libs: map[string]*Library{}, tables: map[string]*table{}}
	pages, err := fs.Glob(files, "gl*/rule.md")
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		src, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		r, err := parseRule("rules/"+p, string(src))
		if err != nil {
			return nil, err
		}
		if want := strings.ToLower(string(r.ID)) + "-" + r.Name; path.Dir(p) != want {
			return nil, &FileError{Pos{File: "rules/" + p, Line: 1}, fmt.Sprintf("the folder of %s should be called %s", r.ID, want)}
		}
		if c.Rule(string(r.ID)) != nil || c.Rule(r.Name) != nil {
			return nil, &FileError{Pos{File: "rules/" + p, Line: 1}, fmt.Sprintf("%s (%s) is there twice", r.ID, r.Name)}
		}
		c.rules = append(c.rules, r)
	}
	sortRules(c.rules)
	tomls, err := fs.Glob(files, "catalog/"+language+"/*.toml")
	if err != nil {
		return nil, err
	}
	sort.Strings(tomls)
	for _, p := range tomls {
		src, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		for _, imp := range importsOf(src) {
			key := path.Base(path.Dir(p)) + " " + imp
			c.index[key] = append(c.index[key], p)
		}
	}
	return c, nil
}

// Overlay adds a user's tables, which win over the built-in ones.
func (c *Catalog) Overlay(lib *Library) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.user = append(c.user, lib)
	c.tables = map[string]*table{}
}

// Libraries decodes every built-in file. It is for tests and for listing; an
// analysis asks by name.
func (c *Catalog) Libraries() ([]*Library, error) {
	names, err := fs.Glob(c.files, "catalog/*/*.toml")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var out []*Library
	for _, n := range names {
		lib, err := c.library(n)
		if err != nil {
			return nil, err
		}
		out = append(out, lib)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(out, c.user...), nil
}

// library decodes one built-in file, once.
func (c *Catalog) library(file string) (*Library, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.libraryLocked(file)
}

func (c *Catalog) libraryLocked(file string) (*Library, error) {
	if lib, ok := c.libs[file]; ok {
		return lib, nil
	}
	src, err := fs.ReadFile(c.files, file)
	if err != nil {
		return nil, err
	}
	lib, err := parseLibrary("rules/"+file, path.Base(path.Dir(file)), strings.TrimSuffix(path.Base(file), ".toml"), src,
		func(id ID) bool { return c.Rule(string(id)) != nil })
	if err != nil {
		return nil, err
	}
	c.libs[file] = lib
	return lib, nil
}

// For answers questions about one language.
func (c *Catalog) For(language string) *Lookup { return &Lookup{c: c, language: language} }

// All decodes every file of a language that has a [[launch]], [[setting]],
// [[patch]], [[version]] or [vendored] table, or a context by entry points: the questions of the environment can't wait
// for an import.
func (c *Catalog) all(language string) []*Library {
	c.mu.Lock()
	defer c.mu.Unlock()
	names, _ := fs.Glob(c.files, "catalog/"+language+"/*.toml")
	sort.Strings(names)
	var out []*Library
	for _, n := range names {
		src, err := fs.ReadFile(c.files, n)
		if err != nil {
			continue
		}
		text := string(src)
		if !strings.Contains(text, "[[launch]]") && !strings.Contains(text, "[[setting]]") &&
			!strings.Contains(text, "[[patch]]") && !strings.Contains(text, "[[version]]") && !strings.Contains(text, "[[detour]]") && !strings.Contains(text, "[[stub]]") && !strings.Contains(text, "[vendored]") && !strings.Contains(text, "\nentries ") && !strings.Contains(text, "\nsettings ") {
			continue
		}
		if lib, err := c.libraryLocked(n); err == nil {
			out = append(out, lib)
		}
	}
	for _, u := range c.user {
		if u.Language == "" || u.Language == language {
			out = append(out, u)
		}
	}
	return out
}

// LaunchTables lists the [[launch]] rows of a language.
func (c *Catalog) LaunchTables(language string) (out []*Launch) {
	for _, lib := range c.all(language) {
		out = append(out, lib.Launches...)
	}
	return out
}

// SettingTables lists the [[setting]] rows of a language.
func (c *Catalog) SettingTables(language string) (out []*Setting) {
	for _, lib := range c.all(language) {
		out = append(out, lib.Settings...)
	}
	return out
}

// EntryTables lists the [[context]] rows of a language that are about entry points.
func (c *Catalog) EntryTables(language string) (out []*ContextRow) {
	for _, lib := range c.all(language) {
		for _, r := range lib.Contexts {
			if len(r.Entries) > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// ListTables lists the [[context]] rows of a language that are about settings.
func (c *Catalog) ListTables(language string) (out []*ContextRow) {
	for _, lib := range c.all(language) {
		for _, r := range lib.Contexts {
			if len(r.Settings) > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// PatchTables lists the [[patch]] rows of a language.
func (c *Catalog) PatchTables(language string) (out []*Patch) {
	for _, lib := range c.all(language) {
		out = append(out, lib.Patches...)
	}
	return out
}

// Stub finds what stands in for a package of another compiler's standard library;
// nil when there is nothing.
func (c *Catalog) Stub(language, pkg string) *Stub {
	var found *Stub
	for _, lib := range c.all(language) {
		for _, s := range lib.Stubs {
			if s.Package == pkg {
				found = s // the user's libraries come last
			}
		}
	}
	return found
}

// Patch finds a patch by the call that does it; nil when there is none.
func (c *Catalog) Patch(call string) *Patch {
	for _, lib := range c.all("python") {
		for _, p := range lib.Patches {
			if p.Call == call {
				return p
			}
		}
	}
	return nil
}
