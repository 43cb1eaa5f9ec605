package env

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"path"
	"regexp"
	"sort"
	"strings"
	"unicode/utf16"

	"github.com/greenlint/greenlint/pyparse"
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

// A python is what one file says of the version of Python; the highest rank wins,
// then the file nearest to the top.
type python struct {
	rank    int
	version string
	file    string
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

func (d *deps) file(name string) {
	defer d.r.recover(name)
	base := path.Base(name)
	dir := path.Base(path.Dir(name))
	switch {
	case requirementsFile.MatchString(base), strings.HasPrefix(dir, "requirements") && ends(base, ".txt", ".in"):
		if !develop.MatchString(base) {
			d.requirements(name, declared, 0)
		}
	case constraintsFile.MatchString(base):
		d.requirements(name, constrained, 0)
	case base == "pyproject.toml", base == "Pipfile":
		d.toml(name, base)
	case base == "poetry.lock", base == "uv.lock", base == "pdm.lock", base == "pylock.toml":
		d.lock(name)
	case base == "Pipfile.lock":
		d.pipfileLock(name)
	case base == "setup.cfg":
		d.setupCfg(name)
	case base == "setup.py":
		d.setupPy(name)
	case base == "environment.yml", base == "environment.yaml":
		d.conda(name)
	}
}

// requirements reads the lines of pip's format, with what they include.
func (d *deps) requirements(name string, from origin, depth int) {
	f := d.r.load(name, maxFile)
	if f == nil || d.done[name] || depth > 8 {
		return
	}
	d.done[name] = true
	if text := utf16Text(f.src); text != nil { // pip takes it, and PowerShell's > writes it
		f = newFile(name, text)
	}
	f.eachLine(func(l span) {
		if rest, ok := strings.CutPrefix(l.s, "\ufeff"); ok && l.base == 0 {
			l = l.slice(len(l.s)-len(rest), len(l.s))
		}
		if i := strings.Index(l.s, " #"); i >= 0 {
			l = l.slice(0, i)
		}
		l = l.trim()
		if i := strings.Index(l.s, " --"); i > 0 { // --hash …
			l = l.slice(0, i)
		}
		if s, ok := strings.CutSuffix(l.s, "\\"); ok {
			l = l.slice(0, len(s)).trim()
		}
		switch {
		case l.s == "" || l.s[0] == '#':
		case strings.HasPrefix(l.s, "-"):
			opt, arg, _ := strings.Cut(strings.Replace(l.s, "=", " ", 1), " ")
			if !strings.HasPrefix(opt, "--") && len(opt) > 2 {
				opt, arg = opt[:2], opt[2:]
			}
			inc := from
			switch opt {
			case "-c", "--constraint":
				inc = constrained
			case "-r", "--requirement":
			default:
				return
			}
			if g := d.r.find(strings.TrimSpace(arg), f); g != nil {
				if inc == constrained && requirementsFile.MatchString(path.Base(g.name)) {
					return // it is read for itself
				}
				d.requirements(g.name, inc, depth+1)
			}
		default:
			d.add(l, from)
		}
	})
}

// utf16Text decodes a text in UTF-16 that says so with its first two bytes; nil where it
// is none.
func utf16Text(src []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(src, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(src, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return nil
	}
	var units []uint16
	for i := 2; i+1 < len(src); i += 2 {
		units = append(units, order.Uint16(src[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

var requirement = regexp.MustCompile(`^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(?:\(?([^;@]*?)\)?)?\s*(?:@\s*[^;]*)?(?:;(.*))?$`)

// add reads one requirement as PEP 508 writes it.
func (d *deps) add(l span, from origin) {
	m := requirement.FindStringSubmatch(l.s)
	if m == nil || strings.Contains(l.s, "://") && !strings.Contains(l.s, "@") {
		return
	}
	if m[4] != "" && !d.marker(m[4]) {
		return
	}
	d.put(m[1], strings.TrimSpace(m[3]), l, from)
	d.extras(strings.Split(m[2], ","), l, from)
}

// extras adds what extras of the name of a loop bring: celery[gevent], gunicorn[eventlet].
func (d *deps) extras(names []string, at span, from origin) {
	for _, x := range names {
		if x = strings.TrimSpace(strings.ToLower(x)); rules.KnownLoop(rules.Loop(x)) && x != string(rules.Asyncio) {
			d.put(x, "", at, from)
		}
	}
}

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

// poetrySpec turns poetry's constraints into those of PEP 440.
func poetrySpec(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case s == "" || s == "*":
		return ""
	case strings.Contains(s, "||") || strings.Contains(s, "|"):
		return ""
	case strings.Contains(s, ","):
		var out []string
		for _, p := range strings.Split(s, ",") {
			if q := poetrySpec(p); q != "" {
				out = append(out, q)
			}
		}
		return strings.Join(out, ",")
	case s[0] == '^', s[0] == '~' && !strings.HasPrefix(s, "~="):
		v := strings.TrimSpace(s[1:])
		parts := strings.Split(versionWord.FindString(v+".0"), ".")
		if n := strings.Split(v, "."); len(n) < len(parts) {
			parts = n
		}
		at := 0
		if s[0] == '~' {
			at = min(1, len(parts)-1)
		} else {
			for at < len(parts)-1 && parts[at] == "0" {
				at++
			}
		}
		return ">=" + v + ",<" + bump(parts, at)
	case s[0] >= '0' && s[0] <= '9':
		return "==" + s
	}
	return s
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

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// toml reads pyproject.toml and Pipfile.
func (d *deps) toml(name, base string) {
	f := d.r.load(name, maxFile)
	if f == nil {
		return
	}
	eachTOML(d.r, f, func(keys []string, index int, v tomlValue) {
		key := strings.Join(keys, ".")
		last := keys[len(keys)-1]
		if base == "Pipfile" {
			switch {
			case key == "requires.python_version" || key == "requires.python_full_version":
				d.pythons = append(d.pythons, python{3, v.text.s, name})
			case keys[0] == "packages" && len(keys) == 2:
				d.put(last, poetrySpec(v.text.s), v.line, declared)
			case keys[0] == "packages" && len(keys) == 3 && last == "version":
				d.put(keys[1], poetrySpec(v.text.s), v.line, declared)
			case keys[0] == "packages" && len(keys) == 3 && last == "extras":
				d.extras([]string{v.text.s}, v.line, declared)
			}
			return
		}
		switch {
		case key == "project.requires-python":
			d.requires(name, v.text.s)
		case key == "tool.poetry.dependencies.python":
			d.requires(name, v.text.s)
		case !v.isString:
		case key == "project.dependencies" && index >= 0,
			len(keys) == 3 && keys[0] == "project" && keys[1] == "optional-dependencies" && !develop.MatchString(last),
			len(keys) == 2 && keys[0] == "dependency-groups" && !develop.MatchString(last):
			d.add(v.text, declared)
		case len(keys) >= 4 && strings.HasPrefix(key, "tool.poetry.dependencies."):
			if len(keys) == 4 || last == "version" {
				d.put(keys[3], poetrySpec(v.text.s), v.line, declared)
			} else if last == "extras" {
				d.extras([]string{v.text.s}, v.line, declared)
			} else if last == "git" || last == "url" || last == "path" {
				d.put(keys[3], "", v.line, declared)
			}
		case len(keys) >= 6 && strings.HasPrefix(key, "tool.poetry.group.") && keys[4] == "dependencies" && !develop.MatchString(keys[3]):
			if len(keys) == 6 || last == "version" {
				d.put(keys[5], poetrySpec(v.text.s), v.line, declared)
			}
		}
	})
}

// lock reads the [[package]] tables of poetry, uv and pdm.
func (d *deps) lock(name string) {
	f := d.r.load(name, maxLock)
	if f == nil {
		return
	}
	var dist string
	var at span
	eachTOML(d.r, f, func(keys []string, index int, v tomlValue) {
		if len(keys) != 2 || keys[0] != "package" && keys[0] != "packages" || !v.isString || index >= 0 {
			return
		}
		switch keys[1] {
		case "name":
			dist, at = v.text.s, v.line
		case "version":
			if dist != "" {
				d.put(dist, "=="+v.text.s, at, locked)
			}
			dist = ""
		}
	})
}

func (d *deps) pipfileLock(name string) {
	f := d.r.load(name, maxLock)
	if f == nil {
		return
	}
	var lock struct {
		Default map[string]struct {
			Version string `json:"version"`
		} `json:"default"`
	}
	if err := json.Unmarshal(f.src, &lock); err != nil {
		d.r.skip(rules.Pos{File: name}, "JSON: "+err.Error())
		return
	}
	names := make([]string, 0, len(lock.Default))
	for n := range lock.Default {
		names = append(names, n)
	}
	sort.Strings(names)
	text := string(f.src)
	from := max(0, strings.Index(text, `"default"`))
	for _, n := range names {
		at := max(0, strings.Index(text[from:], `"`+n+`": {`))
		d.put(n, lock.Default[n].Version, f.span(from+at, from+at+len(n)+2), locked)
	}
}

// setupCfg reads install_requires of [options].
func (d *deps) setupCfg(name string) {
	f := d.r.load(name, maxFile)
	if f == nil {
		return
	}
	section, key := "", ""
	f.eachLine(func(l span) {
		t := l.trim()
		switch {
		case t.s == "" || t.s[0] == '#' || t.s[0] == ';':
		case t.s[0] == '[':
			section, key = strings.Trim(t.s, "[]"), ""
		case !blank(l.s[0]):
			k, v, ok := strings.Cut(t.s, "=")
			key = strings.TrimSpace(k)
			if !ok || section != "options" {
				return
			}
			if v = strings.TrimSpace(v); key == "python_requires" {
				d.requires(name, v)
			} else if key == "install_requires" && v != "" {
				i := strings.Index(t.s, v)
				d.add(t.slice(i, len(t.s)), declared)
			}
		case section == "options" && key == "install_requires",
			section == "options.extras_require" && key != "" && !develop.MatchString(key):
			d.add(t, declared)
		}
	})
}

// setupPy reads the literal install_requires of setup().
func (d *deps) setupPy(name string) {
	f := d.r.load(name, maxPython)
	if f == nil || !strings.Contains(string(f.src), "install_requires") {
		return
	}
	tree := pyparse.Parse(f.src, pyparse.Options{})
	if tree.OriginalOffset(uint32(len(tree.Source()))) != uint32(len(f.src)) {
		return
	}
	m := &module{f: f, tree: tree}
	lists := map[string][]pyparse.Node{}
	var add func(n pyparse.Node, depth int)
	add = func(n pyparse.Node, depth int) {
		if depth > 5 {
			return
		}
		switch n.Kind() {
		case pyparse.KindList, pyparse.KindTuple:
			for e := range n.Children() {
				if s, ok := m.line(e); ok {
					d.add(s, declared)
				}
			}
		case pyparse.KindName:
			for _, l := range lists[n.AsName().Id()] {
				add(l, depth+1)
			}
		case pyparse.KindDict: // of extras
			for e := range n.AsDict().Values().All() {
				add(e, depth+1)
			}
		case pyparse.KindBinOp:
			add(n.AsBinOp().Left(), depth+1)
			add(n.AsBinOp().Right(), depth+1)
		}
	}
	pyparse.Walk(tree.Root(), func(n pyparse.Node) bool {
		switch n.Kind() {
		case pyparse.KindAssign:
			for t := range n.AsAssign().Targets().All() {
				if id := t.AsName().Id(); id != "" {
					lists[id] = append(lists[id], n.AsAssign().Value())
				}
			}
		case pyparse.KindAugAssign:
			if id := n.AsAugAssign().Target().AsName().Id(); id != "" {
				lists[id] = append(lists[id], n.AsAugAssign().Value())
			}
		case pyparse.KindKeyword:
			switch kw := n.AsKeyword(); kw.Arg() {
			case "install_requires", "extras_require":
				add(kw.Value(), 0)
			case "python_requires":
				d.requires(name, kw.Value().AsConstant().StringValue())
			}
		}
		return true
	})
}

// conda reads the dependencies of environment.yml, pip's among them.
func (d *deps) conda(name string) {
	f := d.r.load(name, maxYAML)
	if f == nil {
		return
	}
	docs, _ := documents(f)
	y := &yamlReader{r: d.r, f: f}
	for _, doc := range docs {
		for _, n := range doc.Content {
			list := get(n, "dependencies", 0)
			if list == nil {
				continue
			}
			for _, e := range list.Content {
				if e.Value != "" {
					s := y.scalar(e)
					if i := strings.Index(s.s, "::"); i >= 0 { // the channel
						s = s.slice(i+2, len(s.s))
					}
					k, v, _ := strings.Cut(strings.Replace(s.s, "==", "=", 1), "=")
					if k = strings.TrimSpace(k); k == "python" {
						d.requires(name, v)
					} else if v != "" && !strings.ContainsAny(k, "<>!") {
						v, _, _ = strings.Cut(v, "=")
						d.put(k, "=="+v, s, declared)
					} else {
						d.add(s, declared)
					}
				}
				if pip := get(e, "pip", 0); pip != nil {
					for _, p := range pip.Content {
						if p.Value != "" {
							d.add(y.scalar(p), declared)
						}
					}
				}
			}
		}
	}
}
