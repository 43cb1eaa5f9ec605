package env

import (
	"path"
	"regexp"
	"sort"
	"strings"
)

// A python is what one file says of the version of Python; the highest rank wins,
// then the file nearest to the top.
type python struct {
	rank    int
	version string
	file    string
}

// best is the version of Python that the files of a service, or of the whole project,
// speak of.
func (d *deps) best(s *service) (best python) {
	list := append([]python{}, d.pythons...)
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if x, y := s.nearness(a.file), s.nearness(b.file); x != y {
			return x > y
		}
		if a.rank != b.rank {
			return a.rank > b.rank
		}
		if x, y := strings.Count(a.file, "/"), strings.Count(b.file, "/"); x != y {
			return x < y
		}
		return a.file < b.file
	})
	for _, p := range list {
		if s.reads(p.file) {
			return p
		}
	}
	return python{}
}

func (d *deps) python(name string) {
	defer d.r.recover(name)
	base := path.Base(name)
	say := func(rank int, v string) {
		if v != "" {
			d.pythons = append(d.pythons, python{rank, v, name})
		}
	}
	switch {
	case isDockerfile(name, base):
		if f := d.r.load(name, maxFile); f != nil {
			v, _ := dockerPython(f)
			say(6, v)
		}
	case base == "runtime.txt":
		say(5, d.firstVersion(name))
	case base == ".python-version":
		say(4, d.firstVersion(name))
	case base == ".tool-versions":
		if f := d.r.load(name, maxFile); f != nil {
			f.eachLine(func(l span) {
				if v, ok := strings.CutPrefix(l.s, "python "); ok {
					say(4, versionWord.FindString(v))
				}
			})
		}
	}
}

var versionWord = regexp.MustCompile(`\d+\.\d+(?:\.\d+)*`)

func (d *deps) firstVersion(name string) string {
	f := d.r.load(name, maxFile)
	if f == nil || len(f.src) > 200 {
		return ""
	}
	return versionWord.FindString(string(f.src))
}

// requires notes a constraint on Python, of which the lowest version counts.
func (d *deps) requires(file, spec string) {
	if i := strings.IndexAny(spec, ">=~^"); i >= 0 || versionWord.MatchString(spec) {
		for _, part := range strings.Split(spec, ",") {
			part = strings.TrimSpace(part)
			if strings.HasPrefix(part, "<") || strings.HasPrefix(part, "!") {
				continue
			}
			if v := versionWord.FindString(part); v != "" {
				d.pythons = append(d.pythons, python{1, v, file})
				return
			}
		}
	}
}

// bump is the version whose part at is one higher.
func bump(parts []string, at int) string {
	out := append([]string{}, parts[:at+1]...)
	n := 0
	for _, c := range out[at] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	out[at] = itoa(n + 1)
	return strings.Join(out, ".")
}
