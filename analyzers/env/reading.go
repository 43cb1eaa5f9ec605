package env

import (
	"bytes"
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/analyzers/words"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A reading is one pass over a project's deployment files.
type reading struct {
	src      Source
	names    []string            // sorted
	set      map[string]bool     // of names
	bases    map[string][]string // by the last part of the name
	open     map[string]*file    // what was read; nil where it can't be
	launches []*rules.Launch
	programs *words.Set // one of which a file must name to be worth reading
	project  scope      // variables that Dockerfiles and .env files set
	skips    []skipAt
}

func newReading(src Source, launches []*rules.Launch) *reading {
	r := &reading{src: src, set: map[string]bool{}, bases: map[string][]string{}, open: map[string]*file{}, launches: launches, project: scope{}}
	r.names = append(r.names, src.Files()...)
	sort.Strings(r.names)
	for _, n := range r.names {
		r.set[n] = true
		r.bases[path.Base(n)] = append(r.bases[path.Base(n)], n)
	}
	return r
}

// quiet is the same reading for text that may not be what it is taken for: it notes
// no faults.
func (r *reading) quiet() *reading {
	q := *r
	q.skips = nil
	return &q
}

// load reads a file, at most once; nil where it can't be read or is too large.
func (r *reading) load(name string, limit int) *file {
	if f, ok := r.open[name]; ok {
		if f == nil || len(f.src) > limit {
			return nil
		}
		return f
	}
	r.open[name] = nil
	src, err := r.src.Read(name)
	if err != nil {
		r.skip(rules.Pos{File: name}, "cannot be read: "+err.Error())
		return nil
	}
	f := newFile(name, src)
	r.open[name] = f
	if len(src) > limit {
		return nil
	}
	return f
}

// find looks up a file as a deployment file names it: relative to that file, to
// the project, or to a directory of an image that the project is copied to.
func (r *reading) find(name string, from *file) *file {
	name = strings.ReplaceAll(name, "\\", "/")
	if name == "" || strings.ContainsRune(name, 0) {
		return nil
	}
	base := path.Base(name)
	if len(r.bases[base]) == 0 {
		return nil
	}
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	var try []string
	if from != nil && !path.IsAbs(name) {
		for d := path.Dir(from.name); ; d = path.Dir(d) {
			try = append(try, path.Join(d, name))
			if d == "." || d == "/" {
				break
			}
		}
	}
	for rest := clean; ; {
		try = append(try, rest)
		_, after, ok := strings.Cut(rest, "/")
		if !ok || !path.IsAbs(name) {
			break
		}
		rest = after
	}
	for _, t := range try {
		if r.set[t] {
			return r.load(t, maxFile)
		}
	}
	var found string
	for _, n := range r.bases[base] {
		if strings.HasSuffix(n, "/"+clean) || path.IsAbs(name) {
			if found != "" {
				return nil // which of them?
			}
			found = n
		}
	}
	if found == "" {
		return nil
	}
	return r.load(found, maxFile)
}

// isScript reports whether a file without an ending is a script in Python, by its first
// line. Only where scripts lie is looked.
func (r *reading) isScript(name string) bool {
	if name == "" || path.Ext(name) != "" || !r.set[name] {
		return false
	}
	switch path.Base(path.Dir(name)) {
	case "bin", "sbin", "scripts", "script", "tools", ".":
	default:
		return false
	}
	f := r.load(name, maxFile)
	return f != nil && pyparse.IsScript(f.src)
}

// module finds the file of a Python module: the one nearest to the top, and among
// those the first by name.
func (r *reading) module(dotted string, from string) string {
	if dotted == "" || strings.ContainsAny(dotted, "/\\ ") {
		return ""
	}
	rel := strings.ReplaceAll(dotted, ".", "/")
	best := ""
	for _, tail := range []string{rel + ".py", rel + "/__init__.py"} {
		for _, n := range r.bases[path.Base(tail)] {
			if n != tail && !strings.HasSuffix(n, "/"+tail) {
				continue
			}
			if best == "" || nearer(n, best, from) {
				best = n
			}
		}
	}
	return best
}

// nearer reports whether file a is a better answer than b for a name that is used
// in file from: one that shares more directories with it, then a higher one.
func nearer(a, b, from string) bool {
	if x, y := shared(a, from), shared(b, from); x != y {
		return x > y
	}
	if x, y := strings.Count(a, "/"), strings.Count(b, "/"); x != y {
		return x < y
	}
	return a < b
}

// shared counts the directories that two files have in common, from the top.
func shared(a, b string) int {
	x, y := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// A source of words: where a command stands as a whole.
type place struct {
	f          *file
	start, end int
}

// command turns the words of a program with all that stands before it into the
// commands that it comes to: none for a wrapper without a program, several for a
// "sh -c" with several.
func (r *reading) command(words []Word, name string, vars scope, f *file, start, end, depth int, steps *int) []Command {
	c := Command{Name: name, Argv: words, scope: vars, Vars: vars.environ()}
	if f != nil {
		c.Pos, c.Text = f.pos(start), oneLine(f.written(start, end))
		c.file = f.name
		c.pos = [2]int{start, end}
	}
	return r.unwrap(c, f, depth, steps)
}

// exec is command for the forms that pass words straight to the system.
func (r *reading) exec(words []Word, name string, vars scope, p place) []Command {
	steps := 0
	if len(words) == 0 {
		return nil
	}
	out := r.command(words, name, vars, p.f, p.start, p.end, 0, &steps)
	for i := range out {
		out[i].list = out[i].pos == [2]int{p.start, p.end}
	}
	return out
}

// unwrap takes wrappers off a command: gosu, env, poetry run, sh -c …
func (r *reading) unwrap(c Command, f *file, depth int, steps *int) []Command {
	for range 20 {
		if len(c.Argv) == 0 {
			return nil
		}
		w, rest, mod := r.identify(c.Argv)
		if w == nil {
			if cmds := r.handed(c, depth, steps); len(cmds) > 0 {
				return cmds
			}
		}
		if w == nil || !w.Wraps {
			return []Command{c}
		}
		if len(w.Patch) > 0 {
			for _, call := range w.Patch {
				c.patched = call
			}
			for _, x := range rest {
				if !strings.HasPrefix(x.Text, "-") {
					break
				}
				if flag := w.Keeps[x.Text]; flag != "" {
					c.kept = append(c.kept, flag)
				}
			}
		}
		inner, sh, vars := r.inner(w, rest, c.scope)
		c.scope = vars
		c.Vars = vars.environ()
		if sh != nil {
			src := line([]Word{*sh})
			if src.f == nil {
				src.f = f
			}
			cmds, _ := r.scriptAt(src, c.Name, c.scope, depth+1, steps)
			for i := range cmds {
				if cmds[i].patched == "" {
					cmds[i].patched = c.patched
				}
			}
			return cmds
		}
		if mod && len(inner) > 0 { // python -m gevent.monkey script.py
			inner = append([]Word{{Text: "python"}}, inner...)
		}
		c.Argv = inner
	}
	return nil
}

// handed are the commands that a script of the project makes of the words that it is
// given: an entry point that ends in exec "$@". What else the script starts is found
// where it stands.
func (r *reading) handed(c Command, depth int, steps *int) (out []Command) {
	if len(c.Argv) < 2 || c.Argv[0].Unknown || !r.mentions(c.Argv[1:]) {
		return nil
	}
	script := r.find(c.Argv[0].Text, nil)
	if script == nil || script.name == c.file || !bytes.Contains(script.src, []byte(`$@`)) && !bytes.Contains(script.src, []byte(`$*`)) {
		return nil
	}
	if first, _, _ := bytes.Cut(script.src, []byte("\n")); !bytes.Contains(first, []byte("sh")) && !ends(script.name, ".sh", ".bash") {
		return nil
	}
	vars := c.scope.clone()
	vars.positional(c.Argv[1:])
	cmds, _ := r.quiet().scriptAt(script.span(0, len(script.src)), c.Name, vars, depth+1, steps)
	for _, x := range cmds {
		if x.Argv[0].Pos.File != c.file {
			continue
		}
		x.Pos, x.Text, x.file, x.pos = c.Pos, c.Text, c.file, c.pos
		out = append(out, x)
	}
	return out
}

// inner gives the words of the program that a wrapper runs, or the line of shell.
func (r *reading) inner(w *rules.Launch, words []Word, vars scope) (inner []Word, shell *Word, _ scope) {
	for i, x := range words {
		if x.Text == "--" && i+1 < len(words) {
			if l, _, _ := r.identify(words[i+1:]); l != nil || !r.mentions(words[:i]) {
				return words[i+1:], nil, vars
			}
		}
		if l, _, _ := r.identify(words[i:]); l != nil && !l.Wraps {
			break // a "--" further on is the program's own
		}
	}
	skip, i := w.Skip, 0
	sub := len(w.Commands) == 0
	for ; i < len(words); i++ {
		t := words[i].Text
		switch {
		case t == "--":
			return words[i+1:], nil, vars
		case t != "-" && strings.HasPrefix(t, "-"):
			opt, _, eq := strings.Cut(t, "=")
			if has(w.Shell, opt) || len(w.Shell) > 0 && shortWith(t, w.Shell) {
				if i+1 < len(words) {
					return nil, &words[i+1], vars
				}
				return nil, nil, vars
			}
			if has(w.Takes, opt) && !eq {
				i++
			}
		case w.Assigns && assignment(t):
			k, _, _ := strings.Cut(t, "=")
			vars = vars.clone()
			v := variable{exported: true}
			if !words[i].Unknown {
				v.alts = []value{scalar(cut(words[i].pieces, len(k)+1))}
			}
			vars[k] = v
		case !sub:
			if !has(w.Commands, t) {
				return nil, nil, vars
			}
			sub = true
		case skip > 0:
			skip--
		default:
			if strings.HasPrefix(t, "*") {
				continue
			}
			return words[i:], nil, vars
		}
	}
	return nil, nil, vars
}

// mentions reports whether a program of the catalogue is named by the words.
func (r *reading) mentions(words []Word) bool {
	for i := range words {
		if l, _, _ := r.identify(words[i:]); l != nil && !l.Wraps {
			return true
		}
	}
	return false
}

// shortWith reports whether a bundle of short options, "-lc", ends in one of opts.
func shortWith(t string, opts []string) bool {
	if len(t) < 3 || t[1] == '-' {
		return false
	}
	return has(opts, "-"+t[len(t)-1:])
}

func assignment(s string) bool {
	k, _, ok := strings.Cut(s, "=")
	return ok && identifier(k)
}

func identifier(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}

// cut drops the first n bytes.
func cut(pieces []piece, n int) []piece {
	var out []piece
	for _, p := range pieces {
		k := min(n, len(p.s))
		n -= k
		if k == len(p.s) && k > 0 {
			continue
		}
		p.span = p.slice(k, len(p.s))
		out = append(out, p)
	}
	return out
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// identify finds the launch that a row of words begins with, and the words that
// follow the program's name. module says that it is "python -m …", whose own
// script follows. Where several rows of the catalogue name a program, the one
// whose sub-command is there is meant.
func (r *reading) identify(words []Word) (l *rules.Launch, rest []Word, module bool) {
	prog := words[0]
	base := program(prog)
	if mod, script, after, ok := interpreter(base, words[1:]); ok {
		for _, l := range r.launches {
			if mod != "" && has(l.Modules, mod) && r.subcommand(l, after) {
				return l, after, true
			}
			if script != "" && (has(l.Scripts, path.Base(script)) || has(l.Programs, path.Base(script))) && r.subcommand(l, after) {
				return l, after, false
			}
		}
		return nil, nil, false
	}
	for _, l := range r.launches {
		for _, p := range l.Programs {
			if (p == base || strings.Contains(p, "*") && match(p, base)) && r.subcommand(l, words[1:]) {
				return l, words[1:], false
			}
		}
		if has(l.Scripts, base) && r.subcommand(l, words[1:]) {
			return l, words[1:], false
		}
	}
	return nil, nil, false
}

func match(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// program is the name under which the catalogue knows a word: without its
// directory, or what the variable that holds it is called for ("$CELERY_BIN").
func program(w Word) string {
	t := strings.ReplaceAll(w.Text, "\\", "/")
	if t == "" || w.Unknown && strings.HasSuffix(t, "/") {
		if w.Unknown {
			first, _, _ := strings.Cut(strings.ToLower(w.Var), "_")
			return first
		}
		return ""
	}
	return strings.TrimSuffix(path.Base(t), ".exe")
}

// interpreter reads the words that follow "python": the module of -m, or the script.
func interpreter(base string, words []Word) (mod, script string, rest []Word, ok bool) {
	if !strings.HasPrefix(base, "python") && !strings.HasPrefix(base, "pypy") && base != "py" {
		return "", "", nil, false
	}
	if strings.Trim(strings.TrimPrefix(strings.TrimPrefix(base, "python"), "pypy"), "0123456789.wt") != "" && base != "py" {
		return "", "", nil, false
	}
	for i := 0; i < len(words); i++ {
		t := words[i].Text
		switch {
		case t == "-m":
			if i+1 < len(words) {
				return words[i+1].Text, "", words[i+2:], true
			}
			return "", "", nil, true
		case strings.HasPrefix(t, "-m") && len(t) > 2:
			return t[2:], "", words[i+1:], true
		case t == "-c" || t == "-":
			return "", "", nil, true
		case t == "-W" || t == "-X":
			i++
		case strings.HasPrefix(t, "-"):
		default:
			return "", t, words[i+1:], true
		}
	}
	return "", "", nil, true
}

// subcommand reports whether the words hold one of the launch's sub-commands.
func (r *reading) subcommand(l *rules.Launch, words []Word) bool {
	if len(l.Commands) == 0 {
		return true
	}
	if l.Wraps {
		for _, w := range words {
			if strings.HasPrefix(w.Text, "-") {
				continue
			}
			return has(l.Commands, w.Text)
		}
		return false
	}
	return commandAt(l, words) >= 0
}

// commandAt finds the launch's sub-command among the words that are neither
// options nor their values. It returns the index of its last word, or -1.
func commandAt(l *rules.Launch, words []Word) int {
	for _, c := range l.Commands {
		first, second, two := strings.Cut(c, " ")
		for i := 0; i < len(words); i++ {
			t := words[i].Text
			if len(t) > 1 && t[0] == '-' {
				if takesNext(l, t) {
					i++
				}
				continue
			}
			if t != first || words[i].Unknown {
				continue
			}
			if !two {
				return i
			}
			if i+1 < len(words) && words[i+1].Text == second {
				return i + 1
			}
		}
	}
	return -1
}

// takesNext reports whether an option's value is the word after it.
func takesNext(l *rules.Launch, t string) bool {
	if strings.Contains(t, "=") || t == "--" || has(l.Switches, t) {
		return false
	}
	if _, ok := l.Flags[t]; ok {
		return true
	}
	if strings.HasPrefix(t, "--") {
		return true
	}
	// A bundle: "-EP" takes one if all but the last are switches, "-Pgevent" has its own.
	for i := 1; i < len(t); i++ {
		if !has(l.Switches, "-"+t[i:i+1]) {
			return i == len(t)-1
		}
	}
	return false
}

// recover turns a panic while reading one file into a note; the rest is read.
func (r *reading) recover(name string) {
	if e := recover(); e != nil {
		r.skip(rules.Pos{File: name}, fmt.Sprintf("internal error: %v", e))
	}
}
