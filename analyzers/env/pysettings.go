package env

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/analyzers/words"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A hit is a setting with what it is set to.
type hit struct {
	setting  *rules.Setting
	name     string
	values   []string // that it may have, as far as they are known
	complete bool     // there are no others
	truth    string   // "True" or "False", for a constant of that kind
	pos, end rules.Pos
	text     string
	inFile   bool // a plain assignment in a file of settings
	byHand   bool // the code before it patches by hand
	mod      *module
	value    pyparse.Node
	loop     rules.Loop
}

func (h *hit) one() (string, bool) {
	if len(h.values) == 1 && h.complete {
		return h.values[0], true
	}
	return "", false
}

func (h *hit) evidence() rules.Evidence { return rules.Evidence{Pos: h.pos, Text: h.text} }

// choice is the pool that the setting selects: the first green one that it may be.
func (h *hit) choice() *choice {
	c := &choice{setting: h, pos: h.pos, end: h.end, text: h.name, loop: h.loop, unknown: len(h.values) == 0}
	for _, v := range h.values {
		c.value = v
		if h.loop != "" {
			break
		}
	}
	return c
}

// nameSettings notes the files of settings that command lines name, whatever they are
// called.
func (p *project) nameSettings(cmds []Command) {
	for _, c := range cmds {
		l, words := p.r.launchOf(c)
		if l == nil || len(l.Config) == 0 || c.config || len(l.Programs) == 0 {
			continue
		}
		for _, cfg := range p.r.options(l, append(p.fromOutside(l, c), words...)).configs {
			if f := p.fileOf(cfg, c); strings.HasSuffix(f, ".py") {
				p.named[f] = l.Programs[0]
			}
		}
	}
}

// settingWords are the last parts of all names by which settings are known.
func (p *project) settingWords() (out []string) {
	for _, s := range p.settings {
		for _, w := range slices.Concat(s.Names, s.Attributes, s.Needs) {
			_, last, _ := cutLast(w)
			out = append(out, last)
		}
	}
	return out
}

// named reports whether the last part of some name was found.
func named(found words.Found, lists ...[]string) bool {
	for _, list := range lists {
		for _, w := range list {
			if _, last, _ := cutLast(w); found.Any([]string{last}) {
				return true
			}
		}
	}
	return false
}

// settingHits finds where a setting is set in a module.
func (p *project) settingHits(m *module, s *rules.Setting) {
	inFile := len(s.Files) == 0 || partMatches(s.Files, m.f.name) || p.named[m.f.name] == s.Program
	add := func(name string, value pyparse.Node, start, end uint32, plain bool) {
		h := hit{setting: s, name: name, mod: m, value: value, inFile: plain && inFile, pos: m.f.pos(int(start)), end: m.f.pos(int(end)), text: oneLine(string(m.f.src[start:end]))}
		h.values, h.complete = p.values(m, value, 0)
		if k := value.AsConstant().ConstKind(); k == pyparse.ConstTrue || k == pyparse.ConstFalse {
			h.truth = value.Text()
		}
		h.byHand = p.patchedBefore(m, int(start))
		p.hits = append(p.hits, h)
	}
	if m.tree.OriginalOffset(uint32(len(m.tree.Source()))) != uint32(len(m.f.src)) {
		return // transcoded: the offsets would be wrong
	}
	target := func(t, value pyparse.Node, top bool) {
		switch t.Kind() {
		case pyparse.KindName:
			if top && inFile && has(s.Names, t.AsName().Id()) {
				add(t.AsName().Id(), value, t.Start(), value.End(), true)
			}
		case pyparse.KindAttribute:
			if d := tail(t); endsIn(d, s.Attributes) {
				add(t.AsAttribute().Attr(), value, t.Start(), value.End(), false)
			}
		case pyparse.KindSubscript:
			if k := t.AsSubscript().Slice().AsConstant(); has(s.Names, k.StringValue()) {
				add(k.StringValue(), value, t.Start(), value.End(), false)
			}
		}
	}
	m.walk(m.tree.Root(), true, func(n pyparse.Node, top bool) {
		switch n.Kind() {
		case pyparse.KindAssign:
			for t := range n.AsAssign().Targets().All() {
				target(t, n.AsAssign().Value(), top)
			}
		case pyparse.KindAnnAssign:
			if a := n.AsAnnAssign(); a.Value().Valid() {
				target(a.Target(), a.Value(), top)
			}
		case pyparse.KindCall:
			if !endsIn(tail(n.AsCall().Func()), s.Calls) {
				return
			}
			for k := range n.AsCall().Keywords().All() {
				if kw := k.AsKeyword(); has(s.Names, kw.Arg()) {
					add(kw.Arg(), kw.Value(), kw.ArgStart(), k.End(), false)
				}
			}
		case pyparse.KindDict:
			d := n.AsDict()
			for i := range d.Keys().Len() {
				if k := d.Keys().At(i).AsConstant(); k.Valid() && has(s.Names, k.StringValue()) {
					add(k.StringValue(), d.Values().At(i), k.Start(), d.Values().At(i).End(), false)
				}
			}
		}
	})
}

// partMatches reports whether a part of a path matches one of the patterns.
func partMatches(patterns []string, name string) bool {
	for _, part := range strings.Split(strings.TrimSuffix(name, ".py"), "/") {
		for _, pat := range patterns {
			if match(pat, part) {
				return true
			}
		}
	}
	return false
}

// values is what an expression may be, and whether that is all it may be.
func (p *project) values(m *module, n pyparse.Node, depth int) (out []string, complete bool) {
	if depth > 6 || !n.Valid() {
		return nil, false
	}
	union := func(nodes ...pyparse.Node) ([]string, bool) {
		var all []string
		ok := true
		for _, x := range nodes {
			v, c := p.values(m, x, depth+1)
			ok = ok && c
			for _, s := range v {
				if !has(all, s) {
					all = append(all, s)
				}
			}
		}
		return all, ok
	}
	switch n.Kind() {
	case pyparse.KindConstant:
		switch n.AsConstant().ConstKind() {
		case pyparse.ConstStr:
			return []string{n.AsConstant().StringValue()}, true
		case pyparse.ConstNone, pyparse.ConstTrue, pyparse.ConstFalse:
			return nil, true
		}
	case pyparse.KindName:
		if nodes := m.consts[n.AsName().Id()]; len(nodes) > 0 && len(nodes) <= maxAlts {
			return union(nodes...)
		}
	case pyparse.KindIfExp:
		return union(n.AsIfExp().Body(), n.AsIfExp().Orelse())
	case pyparse.KindBoolOp:
		var nodes []pyparse.Node
		for v := range n.AsBoolOp().Values().All() {
			nodes = append(nodes, v)
		}
		return union(nodes...)
	case pyparse.KindSubscript:
		if strings.HasSuffix(tail(n.AsSubscript().Value()), "environ") {
			return p.variable(n.AsSubscript().Slice().AsConstant().StringValue())
		}
	case pyparse.KindCall:
		c := n.AsCall()
		if c.Args().Len() == 0 { // "gevent".strip()
			return p.values(m, c.Func().AsAttribute().Value(), depth+1)
		}
		// environ.get("POOL", "gevent"), env("POOL", default="gevent")
		name := c.Args().At(0).AsConstant()
		if name.ConstKind() != pyparse.ConstStr {
			if c.Args().Len() == 1 { // str(x)
				return p.values(m, c.Args().At(0), depth+1)
			}
			return nil, false
		}
		if v, ok := p.variable(name.StringValue()); ok {
			return v, true
		}
		for k := range c.Keywords().All() {
			if k.AsKeyword().Arg() == "default" {
				return p.values(m, k.AsKeyword().Value(), depth+1)
			}
		}
		if c.Args().Len() > 1 {
			return p.values(m, c.Args().At(1), depth+1)
		}
	}
	return nil, false
}

// variable is the value of an environment variable that the project's own files set.
func (p *project) variable(name string) ([]string, bool) {
	v, ok := p.r.project[name]
	if !ok || len(v.alts) != 1 {
		return nil, false
	}
	t, ok := v.alts[0].text()
	if !ok {
		return nil, false
	}
	return []string{t}, true
}

// settingsFile is what the settings say that a process reads: for a launch with
// files of settings, those of its file; in source order, so that the last counts.
func (p *project) settingsFile(l *rules.Launch, o options, c Command) (out []hit, name string) {
	if len(l.Config) == 0 {
		return nil, ""
	}
	for _, cfg := range o.configs {
		name = p.fileOf(cfg, c)
	}
	if name == "" && len(o.configs) == 0 {
		for d := path.Dir(c.file); name == ""; d = path.Dir(d) {
			for _, base := range l.ConfigFile {
				if f := path.Join(d, base); p.r.set[f] {
					name = f
				}
			}
			if d == "." || d == "/" {
				break
			}
		}
	}
	if name == "" {
		return nil, ""
	}
	p.used[name] = true
	for _, h := range p.hits {
		if h.pos.File == name && has(l.Programs, h.setting.Program) {
			h.loop = p.hitLoop(l, &h)
			out = append(out, h)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].pos.Offset < out[j].pos.Offset })
	return out, name
}

// hitLoop is the first loop that a setting may select.
func (p *project) hitLoop(l *rules.Launch, h *hit) rules.Loop {
	for _, v := range h.values {
		if loop := p.loop(l, v, h.pos.File); loop != "" {
			return loop
		}
	}
	return ""
}
