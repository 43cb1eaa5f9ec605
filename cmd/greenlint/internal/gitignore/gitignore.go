// Package gitignore reads .gitignore files and answers as git does which paths
// they exclude. It is what the command uses where git itself can't be asked.
//
// A [File] is one .gitignore with the directory it lies in; a [Stack] holds the
// files of a directory and of its parents, from the outermost to the innermost.
// Not covered: core.ignoreCase, and the user's global excludes file.
package gitignore

import (
	"path"
	"strings"
)

// A File is one parsed .gitignore.
type File struct {
	base     string // the directory it lies in, slash-separated, relative to the root; "" = the root
	down     string // for a file above the root: what leads from its directory to the root; else ""
	patterns []pattern
}

// A pattern is one line of a file.
type pattern struct {
	negated  bool
	dirOnly  bool
	basename bool   // no slash within: matched against the last element only
	prefix   string // the literal text before the first special character
	glob     glob   // what follows it
}

// Parse reads a file's text. base is the directory it lies in, relative to the
// root and slash-separated; "" or "." for the root itself. A line that is not a
// valid pattern excludes nothing, as in git.
func Parse(base, text string) *File {
	if base == "." {
		base = ""
	}
	f := &File{base: base}
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.SplitSeq(text, "\n") {
		if p, ok := parseLine(strings.TrimSuffix(line, "\r")); ok {
			f.patterns = append(f.patterns, p)
		}
	}
	return f
}

// ParseAbove reads a file that lies above the root: down leads from its
// directory to the root ("services/shop"; "" or "." where it is the root).
func ParseAbove(down, text string) *File {
	f := Parse("", text)
	if down != "." {
		f.down = down
	}
	return f
}

func parseLine(line string) (pattern, bool) {
	if line, _, _ = strings.Cut(line, "\x00"); line == "" || line[0] == '#' {
		return pattern{}, false
	}
	line = trimBlanks(line)
	var p pattern
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.dirOnly = strings.CutSuffix(line, "/")
	p.basename = !strings.Contains(line, "/")
	if !p.basename {
		line = strings.TrimPrefix(line, "/")
	}
	if line == "" {
		return pattern{}, false
	}
	// git compares the literal beginning first and matches the rest by itself,
	// so that "a**/b" is "a" and then a leading "**/b".
	literal := strings.IndexAny(line, `*?[\`)
	if literal < 0 {
		literal = len(line)
	}
	if p.basename {
		literal = 0
	}
	p.prefix = line[:literal]
	var ok bool
	p.glob, ok = compile(line[literal:])
	return p, ok
}

// trimBlanks removes trailing blanks that no backslash protects.
func trimBlanks(s string) string {
	end := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			continue
		case '\\':
			i++
			if i == len(s) {
				return s
			}
		}
		end = i + 1
	}
	return s[:end]
}

// matches reports whether the pattern speaks of name, a path relative to the
// directory of its file.
func (p *pattern) matches(name string, dir bool) bool {
	if p.dirOnly && !dir {
		return false
	}
	if p.basename {
		return p.glob.match(path.Base(name))
	}
	rest, ok := strings.CutPrefix(name, p.prefix)
	return ok && p.glob.match(rest)
}

// decide returns what the file says of a path: excluded or included again; said
// is false where no line speaks of it. The last line that matches wins.
func (f *File) decide(name string, dir bool) (excluded, said bool) {
	if f.down != "" {
		name = path.Join(f.down, name)
	} else if name == "." { // the root, of which no file within it can speak
		return false, false
	}
	if f.base != "" {
		var under bool
		if name, under = strings.CutPrefix(name, f.base+"/"); !under {
			return false, false
		}
	}
	for i := len(f.patterns) - 1; i >= 0; i-- {
		if p := &f.patterns[i]; p.matches(name, dir) {
			return !p.negated, true
		}
	}
	return false, false
}

// A Stack holds the files that can speak of a path, from the outermost
// directory to the innermost.
type Stack []*File

// Push returns the stack with one more file; the receiver stays as it is.
func (s Stack) Push(f *File) Stack { return append(s[:len(s):len(s)], f) }

// Excludes reports whether the path itself is excluded. That a directory above
// it is excluded is for the caller to know, who does not enter such a directory.
func (s Stack) Excludes(name string, dir bool) bool {
	for i := len(s) - 1; i >= 0; i-- {
		if excluded, said := s[i].decide(name, dir); said {
			return excluded
		}
	}
	return false
}

// ExcludesUnder reports whether the path or a directory above it is excluded.
func (s Stack) ExcludesUnder(name string, dir bool) bool {
	for i := 0; i < len(name); i++ {
		if name[i] == '/' && s.Excludes(name[:i], true) {
			return true
		}
	}
	return s.Excludes(name, dir)
}
