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
		switch strings.Join(keys, ".") {
		case "requires-python", "metadata.python-versions", "metadata.requires_python": // uv and pylock.toml; poetry; pdm
			if v.isString {
				d.requires(name, v.text.s)
			}
		}
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
		Meta struct {
			Requires struct {
				Version string `json:"python_version"`
				Full    string `json:"python_full_version"`
			} `json:"requires"`
		} `json:"_meta"`
		Default map[string]struct {
			Version string `json:"version"`
		} `json:"default"`
	}
	if err := json.Unmarshal(f.src, &lock); err != nil {
		d.r.skip(rules.Pos{File: name}, "JSON: "+err.Error())
		return
	}
	for _, v := range []string{lock.Meta.Requires.Version, lock.Meta.Requires.Full} {
		if v = versionWord.FindString(v); v != "" {
			d.pythons = append(d.pythons, python{1, v, name})
		}
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
