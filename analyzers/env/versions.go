package env

import (
	"encoding/json"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A dependency is one that a file names. Not all files speak of the same thing:
// a lock says what will be installed, a constraint only in which version.
type dependency struct {
	rules.Version
	origin origin
}

type origin uint8

const (
	declared origin = iota // requirements, pyproject …
	locked
	constrained
)

// deps is one pass over a project's dependency lists.
type deps struct {
	r       *reading
	list    []dependency
	done    map[string]bool
	pythons []python
	markers string // the version of Python that markers are judged by; may be empty
}

// dependencies reads every dependency list.
func (r *reading) dependencies() *deps {
	d := &deps{r: r, done: map[string]bool{}}
	for _, n := range r.names { // markers need the version of Python first
		d.python(n)
	}
	d.markers = d.best(nil).version
	for _, n := range r.names {
		d.file(n)
	}
	return d
}

// declared lists the dependencies that files declare, sorted by place.
func (d *deps) declared() (list []rules.Version) {
	for _, v := range d.list {
		if v.origin == declared {
			list = append(list, v.Version)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Why.Pos.Compare(list[j].Why.Pos) < 0 })
	return list
}

// A service is a part of the project that has dependency lists of its own: a
// directory with what lies below it.
type service struct {
	anchor string          // a file of it: the module that is started, or the file that starts it
	others map[string]bool // the directories of the other services
}

// home is the directory that a dependency list speaks for.
func home(file string) string {
	dir := path.Dir(file)
	if base := path.Base(dir); strings.HasPrefix(base, "requirements") || base == "requirement" || base == "reqs" {
		dir = path.Dir(dir)
	}
	return dir
}

// above reports whether a file lies in a directory or below it.
func above(dir, file string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }

// reads reports whether a dependency list counts for the service: it is not that of
// another one.
func (s *service) reads(file string) bool {
	if s == nil {
		return true
	}
	dir := home(file)
	if above(dir, s.anchor) {
		return true
	}
	for d := dir; d != "." && d != "/"; d = path.Dir(d) {
		if s.others[d] {
			return false
		}
	}
	return true
}

// nearness orders dependency lists: those nearest above the service first.
func (s *service) nearness(file string) int {
	if s == nil || !above(home(file), s.anchor) {
		return -1
	}
	if home(file) == "." {
		return 0
	}
	return strings.Count(home(file), "/") + 1
}

// services gives every process its dependencies and its Python.
func (p *project) services(procs []Process, d *deps) {
	homes := map[string]bool{}
	for _, v := range d.list {
		homes[home(v.Why.Pos.File)] = true
	}
	anchors := make([]string, len(procs))
	of := make([]string, len(procs)) // the service's directory
	for i := range procs {
		q := &procs[i]
		anchors[i] = q.Command.file
		for _, e := range q.Entry {
			if f := p.r.module(e, q.Command.file); f != "" {
				anchors[i] = f
				break
			}
		}
		for dir := path.Dir(anchors[i]); ; dir = path.Dir(dir) {
			if homes[dir] || dir == "." || dir == "/" {
				of[i] = dir
				break
			}
		}
	}
	done := map[string]int{}
	for i := range procs {
		e := &procs[i].Env
		if j, ok := done[of[i]]; ok {
			e.Versions, e.Python, procs[i].Depends = procs[j].Env.Versions, procs[j].Env.Python, procs[j].Depends
			continue
		}
		done[of[i]] = i
		s := &service{anchor: anchors[i], others: map[string]bool{}}
		for _, o := range of {
			if o != of[i] && o != "." && !above(o, anchors[i]) {
				s.others[o] = true
			}
		}
		e.Versions, e.Python = d.merge(s), d.best(s).version
		for _, v := range d.declared() {
			if s.reads(v.Why.Pos.File) {
				procs[i].Depends = append(procs[i].Depends, v)
			}
		}
	}
}

// merge keeps one version of each distribution: of the list nearest to the service;
// a lock's before a pin, a pin before a constraint; and the file nearest to the top.
func (d *deps) merge(s *service) []rules.Version {
	var list []dependency
	for _, v := range d.list {
		if s.reads(v.Why.Pos.File) {
			list = append(list, v)
		}
	}
	named := map[string]bool{}
	for _, v := range list {
		named[v.Dist] = named[v.Dist] || v.origin != constrained
	}
	rank := func(v dependency) int {
		switch {
		case v.Version.Version != "" && v.origin == locked:
			return 4
		case v.Version.Version != "" && v.origin == declared:
			return 3
		case v.Version.Version != "":
			return 2
		case v.Spec != "":
			return 1
		}
		return 0
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Dist != b.Dist {
			return a.Dist < b.Dist
		}
		if x, y := s.nearness(a.Why.Pos.File), s.nearness(b.Why.Pos.File); x != y && rank(a) > 1 && rank(b) > 1 {
			return x > y
		}
		if x, y := rank(a), rank(b); x != y {
			return x > y
		}
		if x, y := strings.Count(a.Why.Pos.File, "/"), strings.Count(b.Why.Pos.File, "/"); x != y {
			return x < y
		}
		return a.Why.Pos.Compare(b.Why.Pos) < 0
	})
	var out []rules.Version
	for _, v := range list {
		if n := len(out); named[v.Dist] && (n == 0 || out[n-1].Dist != v.Dist) {
			out = append(out, v.Version)
		}
	}
	return out
}

var (
	requirementsFile = regexp.MustCompile(`(?i)^[\w.-]*requirements?[\w.-]*\.(?:txt|in|pip)$`)
	constraintsFile  = regexp.MustCompile(`(?i)^[\w.-]*constraints?[\w.-]*\.txt$`)
	// What developers install beside the program: tests, linters, documentation.
	develop = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:dev|develop|development|tests?|testing|lint|linting|docs?|documentation|typing|types|mypy|ci|build|bench|benchmarks?|examples?)(?:[^a-z]|$)`)
)

func (d *deps) put(name, spec string, at span, from origin) {
	if spec != "" {
		if _, err := rules.ParseSpec(spec); err != nil {
			spec = ""
		}
	}
	d.list = append(d.list, dependency{rules.Version{
		Dist: normal(name), Version: pinned(spec), Spec: spec,
		Why: rules.Evidence{Pos: at.pos(0), Text: oneLine(at.s)},
	}, from})
}

// normal is a distribution's name as PEP 503 compares it.
func normal(name string) string { return rules.NormalDist(name) }

// pinned is the version that a constraint leaves no choice but.
func pinned(spec string) string {
	for _, p := range strings.Split(spec, ",") {
		p = strings.TrimSpace(p)
		if v, ok := strings.CutPrefix(p, "=="); ok && !strings.Contains(v, "*") {
			return strings.TrimSpace(strings.TrimPrefix(v, "="))
		}
	}
	return ""
}

var comparison = regexp.MustCompile(`^\s*(\w+)\s*(===?|!=|<=?|>=?|~=)\s*["']([^"']*)["']\s*$`)

// marker judges an environment marker for a server: it is false only where it
// certainly is.
func (d *deps) marker(s string) bool {
	for _, alt := range strings.Split(s, " or ") {
		ok := true
		for _, c := range strings.Split(alt, " and ") {
			m := comparison.FindStringSubmatch(strings.Trim(c, " ()"))
			if m == nil {
				continue
			}
			switch key, op, val := m[1], m[2], m[3]; key {
			case "python_version", "python_full_version":
				if d.markers != "" && !rules.MatchSpec(d.markers, op+val) {
					ok = false
				}
			case "sys_platform", "platform_system", "os_name":
				unix := map[string]bool{"linux": true, "Linux": true, "posix": true}[val]
				if op == "==" && !unix || op == "!=" && unix {
					ok = false
				}
			case "extra":
			}
		}
		if ok {
			return true
		}
	}
	return false
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }
