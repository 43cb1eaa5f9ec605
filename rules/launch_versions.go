package rules

import (
	"io/fs"
	"regexp"
	"sort"
	"strings"
)

// VersionTables lists the [[version]] rows of a language that speak of one of the
// given distributions, with the names that [VersionRow.Dists] gives. Libraries that
// none of them belongs to are not decoded.
func (c *Catalog) VersionTables(language string, named func(dist string) bool) (out []*VersionRow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	names, _ := fs.Glob(c.files, "catalog/"+language+"/*.toml")
	sort.Strings(names)
	for _, n := range names {
		src, err := fs.ReadFile(c.files, n)
		if err != nil || !strings.Contains(string(src), "\n[[version]]") {
			continue
		}
		wanted := false
		for _, m := range distLine.FindAllSubmatch(src, -1) {
			for _, q := range quoted.FindAllSubmatch(m[1], -1) {
				wanted = wanted || named(NormalDist(string(q[1])))
			}
		}
		if !wanted {
			continue
		}
		if lib, err := c.libraryLocked(n); err == nil {
			out = append(out, lib.Bad...)
		}
	}
	for _, lib := range c.user {
		if lib.Language == "" || lib.Language == language {
			out = append(out, lib.Bad...)
		}
	}
	kept := out[:0]
	for _, v := range out {
		for _, d := range v.Dists() {
			if named(d) {
				kept = append(kept, v)
				break
			}
		}
	}
	return kept
}

// distLine finds the names of a catalogue file's distributions, and those that its
// rows name besides.
var distLine = regexp.MustCompile(`(?ms)^dist[ \t]*=[ \t]*(\[.*?\]|"[^"\n]*")`)

// Dists are the distributions that the row speaks of: its own, or all of the file's.
func (v *VersionRow) Dists() []string {
	if v.Dist != "" {
		return []string{NormalDist(v.Dist)}
	}
	var out []string
	for _, d := range v.Lib.Dist {
		out = append(out, NormalDist(d))
	}
	return out
}

var distRuns = regexp.MustCompile(`[-_.]+`)

// NormalDist is a Python distribution's name as PEP 503 compares it.
func NormalDist(name string) string { return distRuns.ReplaceAllString(strings.ToLower(name), "-") }

// Launched reports the programs that a row's library starts: such a row counts only
// in the processes that run one of them. Empty = in all.
func (v *VersionRow) Launched() (programs []string) {
	for _, l := range v.Lib.Launches {
		programs = append(programs, l.Programs...)
	}
	return programs
}
