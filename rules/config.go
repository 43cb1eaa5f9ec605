package rules

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// A Config is a user's greenlint.toml, or the [tool.greenlint] table of a
// pyproject.toml: settings, and the tables of a catalogue file.
type Config struct {
	Loop           Loop                `toml:"loop"`             // judge every task as if on this loop
	Select         []string            `toml:"select"`           // rules to run
	Ignore         []string            `toml:"ignore"`           // rules to leave out
	PerFileIgnores map[string][]string `toml:"per-file-ignores"` // patterns as in .gitignore → rules
	Budget         Duration            `toml:"budget"`           // how long a task may hold the thread: "100ms"
	Tests          bool                `toml:"tests"`            // check the tasks in tests too

	FailOn     Severity            `toml:"fail-on"`  // the least severity that makes the exit status 1
	Baseline   string              `toml:"baseline"` // file of findings that are there already, relative to the settings
	Severities map[string]Severity `toml:"severity"` // rules, by id, prefix or name → how much they matter
	Paths      []PathSetting       `toml:"path"`     // the same for some files only

	Library
}

// A PathSetting is what holds for the files that a pattern matches. Of several
// that match, the last one that speaks of a rule wins.
type PathSetting struct {
	Files      []string            `toml:"files"`    // patterns as in .gitignore
	Select     []string            `toml:"select"`   // only these rules
	Ignore     []string            `toml:"ignore"`   // not these
	Severities map[string]Severity `toml:"severity"` //
}

// A Duration is written as Go writes one: "250ms", "1s".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	x, err := time.ParseDuration(string(b))
	if err != nil || x <= 0 {
		return fmt.Errorf("%q is no duration: want something like \"100ms\"", b)
	}
	*d = Duration(x)
	return nil
}

// Seconds is the duration in seconds.
func (d Duration) Seconds() float64 { return time.Duration(d).Seconds() }

// ReadConfig reads a configuration file and adds its tables to the catalogue.
func (c *Catalog) ReadConfig(file string) (*Config, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return c.ParseConfig(file, src)
}

// ParseConfig is ReadConfig of a text.
func (c *Catalog) ParseConfig(file string, src []byte) (*Config, error) {
	conf := new(Config)
	if filepath.Base(file) == "pyproject.toml" {
		var wrap struct {
			Tool struct {
				Greenlint *Config `toml:"greenlint"`
			} `toml:"tool"`
		}
		wrap.Tool.Greenlint = conf
		src = onlyOurs(src)
		if err := decodeStrict(file, src, &wrap); err != nil {
			return nil, err
		}
	} else if err := decodeStrict(file, src, conf); err != nil {
		return nil, err
	}
	if conf.Loop != "" && !KnownLoop(conf.Loop) {
		return nil, &FileError{Pos{File: file}, fmt.Sprintf("loop: unknown loop %q", conf.Loop)}
	}
	lib := &conf.Library
	lib.Name, lib.File = "user", file
	if err := lib.compile(src, func(id ID) bool { return c.Rule(string(id)) != nil }); err != nil {
		return nil, err
	}
	c.Overlay(lib)
	return conf, nil
}

// onlyOurs blanks every table of a pyproject.toml but tool.greenlint's, so that
// strict decoding sees no foreign keys and lines keep their numbers.
func onlyOurs(src []byte) []byte {
	lines := strings.Split(string(src), "\n")
	ours := false
	for i, l := range lines {
		t := strings.TrimSpace(l)
		if strings.HasPrefix(t, "[") {
			name := strings.TrimSpace(strings.Trim(strings.SplitN(t, "#", 2)[0], "[] \t"))
			if strings.HasPrefix(t, "[[") || strings.HasSuffix(strings.SplitN(t, "#", 2)[0], "]") || strings.Contains(t, "]") {
				if isHeader(t) {
					ours = name == "tool.greenlint" || strings.HasPrefix(name, "tool.greenlint.")
				}
			}
		}
		if !ours {
			lines[i] = ""
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// isHeader reports whether a line is a table header and not a line of an array.
func isHeader(t string) bool {
	t = strings.TrimSpace(strings.SplitN(t, "#", 2)[0])
	inner := strings.Trim(t, "[]")
	return strings.HasSuffix(t, "]") && inner != "" && !strings.ContainsAny(inner, ",'{}=") && !strings.HasPrefix(strings.TrimSpace(inner), `"`)
}

// Noun is what a message calls a context of a kind: "task" for "celery-task".
func (c *Catalog) Noun(kind string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range c.user {
		for _, r := range u.Contexts {
			if r.Kind == kind && r.Noun != "" {
				return r.Noun
			}
		}
	}
	files := make([]string, 0, len(c.libs))
	for f := range c.libs {
		files = append(files, f)
	}
	sort.Strings(files)
	for _, f := range files {
		for _, r := range c.libs[f].Contexts {
			if r.Kind == kind && r.Noun != "" {
				return r.Noun
			}
		}
	}
	return kindNoun(kind)
}

// Kinds are those of the contexts that a language's libraries make, sorted, without those
// during which no other task runs: they hold up nobody.
func (c *Catalog) Kinds(language string) (out []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := map[string]bool{}
	files, _ := fs.Glob(c.files, "catalog/"+language+"/*.toml")
	for _, f := range files {
		lib, err := c.libraryLocked(f)
		if err != nil {
			continue
		}
		for _, r := range lib.Contexts {
			idle[r.Kind] = idle[r.Kind] || r.Idle
		}
	}
	for kind, never := range idle {
		if !never {
			out = append(out, kind)
		}
	}
	sort.Strings(out)
	return out
}

// kindNoun is the last word of a kind: "handler" of "socketio-handler".
func kindNoun(kind string) string { return kind[strings.LastIndexByte(kind, '-')+1:] }
