package env

import (
	"bytes"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// target is how an entry point names what it stands for.
var target = regexp.MustCompile(`(?:([\w.-]+)\s*=\s*)?\b([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_][\w.]*)`)

// entryPoints lists what packages offer by name, in order of place: the entry points of
// setup.cfg, setup.py and pyproject.toml, and the factories that a configuration of
// Paste names itself.
func (p *project) entryPoints() (out []rules.EntryPoint) {
	for _, n := range p.r.names {
		switch base := path.Base(n); {
		case base == "setup.cfg":
			out = append(out, p.iniEntries(n, "entry_points", func(e entry) string {
				if e.section == "entry_points" || e.section == "options.entry_points" {
					return e.key.s
				}
				return ""
			})...)
		case base == "pyproject.toml":
			out = append(out, p.tomlEntries(n)...)
		case base == "setup.py":
			out = append(out, p.setupEntries(n)...)
		case strings.HasSuffix(base, ".ini") || strings.HasSuffix(base, ".conf") || strings.HasSuffix(base, ".conf-sample"):
			out = append(out, p.iniEntries(n, "paste.", func(e entry) string {
				if strings.HasPrefix(e.key.s, "paste.") {
					return e.key.s
				}
				return ""
			})...)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Why.Pos.Compare(out[j].Why.Pos) < 0 })
	return out
}

// served are what the processes on a green loop are told to import and to call, in order
// of place.
func (p *project) served(procs []Process) (out []rules.EntryPoint) {
	for i := range procs {
		q := &procs[i]
		if q.launch == nil || q.Env.Loop != rules.Gevent && q.Env.Loop != rules.Eventlet {
			continue
		}
		for _, app := range q.Apps {
			modules := p.entry(nil, app, q.Command)
			if len(modules) == 0 {
				continue
			}
			name, call, factory := "application", "", false
			if _, given, ok := strings.Cut(app, ":"); ok {
				if name, call, factory = strings.Cut(given, "("); factory && call != ")" {
					continue // with arguments
				}
			}
			out = append(out, rules.EntryPoint{
				Group: q.Launcher, Key: app, Module: modules[0], Name: name, Served: true, Factory: factory,
				Why: rules.Evidence{Pos: q.Command.Pos, Text: q.Command.Text},
			})
		}
	}
	return out
}

// iniEntries reads a file that has the word, whose entries belong to the groups that
// group gives; "" for none.
func (p *project) iniEntries(name, word string, group func(entry) string) (out []rules.EntryPoint) {
	f := p.r.load(name, maxFile)
	if f == nil || !bytes.Contains(f.src, []byte(word)) {
		return nil
	}
	for _, e := range entries(f, false) {
		if g := group(e); g != "" {
			out = append(out, targets(g, e.value, "")...)
		}
	}
	return out
}

func (p *project) tomlEntries(name string) (out []rules.EntryPoint) {
	f := p.r.load(name, maxFile)
	if f == nil {
		return nil
	}
	eachTOML(p.r.quiet(), f, func(keys []string, _ int, v tomlValue) {
		switch n := len(keys); {
		case !v.isString:
		case n == 3 && keys[0] == "project" && (keys[1] == "scripts" || keys[1] == "gui-scripts"), n == 4 && keys[0] == "tool" && keys[1] == "poetry" && keys[2] == "scripts":
			out = append(out, targets("console_scripts", v.text, keys[n-1])...)
		case n == 4 && keys[0] == "project" && keys[1] == "entry-points", n == 5 && keys[0] == "tool" && keys[1] == "poetry" && keys[2] == "plugins":
			out = append(out, targets(keys[n-2], v.text, keys[n-1])...)
		}
	})
	return out
}

// setupEntries reads setup(entry_points={"group": ["name = module:function"]}).
func (p *project) setupEntries(name string) (out []rules.EntryPoint) {
	defer p.r.recover(name)
	f := p.r.load(name, maxPython)
	if f == nil || !bytes.Contains(f.src, []byte("entry_points")) {
		return nil
	}
	tree := pyparse.Parse(f.src, pyparse.Options{})
	pyparse.Walk(tree.Root(), func(n pyparse.Node) bool {
		k := n.AsKeyword()
		if !k.Valid() || k.Arg() != "entry_points" {
			return true
		}
		d := k.Value().AsDict()
		if !d.Valid() {
			return true
		}
		for i := range d.Keys().Len() {
			key := d.Keys().At(i).AsConstant()
			if !key.Valid() || key.ConstKind() != pyparse.ConstStr {
				continue
			}
			v := d.Values().At(i)
			out = append(out, targets(key.StringValue(), f.span(int(v.Start()), int(v.End())), "")...)
		}
		return false
	})
	return out
}

// targets are the entry points that a text lists: "key = module:function", one or more.
// Where a key is not in the text, it is the one that is given.
func targets(group string, text span, key string) (out []rules.EntryPoint) {
	for _, m := range target.FindAllStringSubmatchIndex(text.s, -1) {
		e := rules.EntryPoint{
			Group: group, Key: key, Module: text.s[m[4]:m[5]], Name: text.s[m[6]:m[7]],
			Why:     rules.Evidence{Pos: text.pos(m[4]), Text: group + " = " + text.s[m[4]:m[1]]},
			Command: group == "console_scripts" || group == "gui_scripts",
		}
		if m[2] >= 0 {
			e.Key = text.s[m[2]:m[3]]
		}
		out = append(out, e)
	}
	return out
}
