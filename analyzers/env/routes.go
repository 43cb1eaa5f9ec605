package env

import (
	"path"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// Routes is what a project says of the queues that its tasks go to.
type Routes struct {
	p        *project
	tables   [][]router // one for each place that sets routes: any of them may be in force
	defaults []string   // the queues of what is not routed; nil = not known
	unknown  bool       // some table is not known
	sends    []send
}

// A Routed is a task whose queues are asked for.
type Routed struct {
	Name  string // under which it is queued; "" = not known
	Short string // of its function or class
	File  string // that defines it
	Own   string // the queue that its definition names, as the file writes it; "" = none
}

// A router is a table of rows, of which one by the whole name counts first.
type router []route

type route struct {
	pattern string // of a task's name
	queue   string // "" = not known
}

// A send is a call that names the queue for a task.
type send struct {
	task  string // its name, or the last part of what the call is of; "" = any
	queue string // "" = not known
}

// routes reads what the settings of a program's workers, and the calls that queue
// tasks, say of queues.
func (p *project) routes(program string) *Routes {
	r := &Routes{p: p}
	named := map[string]bool{}
	for _, s := range p.settings {
		if s.Program == program && s.Role == "routes" {
			for _, n := range s.Names {
				named[n] = true
			}
		}
	}
	known := false
	for i := range p.hits {
		h := &p.hits[i]
		if h.setting.Program != program {
			continue
		}
		switch h.setting.Role {
		case "routes":
			if _, last, _ := cutLast(dotted(h.value)); named[last] {
				continue // another place says it
			}
			t, ok := p.table(h.mod, h.value, 0)
			r.tables = append(r.tables, t)
			r.unknown = r.unknown || !ok
		case "default-queue":
			if len(h.values) == 0 || !h.complete {
				r.unknown = true
			}
			known = true
			r.defaults = append(r.defaults, h.values...)
		}
	}
	if !known {
		for _, l := range p.r.launches {
			if has(l.Programs, program) && l.DefaultQueue != "" && !has(r.defaults, l.DefaultQueue) {
				r.defaults = append(r.defaults, l.DefaultQueue)
			}
		}
	}
	r.sends = p.sends
	return r
}

// Queues gives for each task the queues that it may go to; nil where these are not
// known.
func (r *Routes) Queues(tasks []Routed) [][]string {
	isTask := map[string]bool{}
	for _, t := range tasks {
		isTask[t.Name], isTask[t.Short] = true, true
	}
	delete(isTask, "")
	out := make([][]string, len(tasks))
	for i, t := range tasks {
		if set, ok := r.of(t, isTask); ok && len(set) > 0 {
			slices.Sort(set)
			out[i] = slices.Compact(set)
		}
	}
	return out
}

func (r *Routes) of(t Routed, isTask map[string]bool) (set []string, ok bool) {
	if t.Name == "" || len(r.defaults) == 0 {
		return nil, false
	}
	switch {
	case t.Own != "":
		if set, ok = r.own(t); !ok {
			return nil, false
		}
	case r.unknown:
		return nil, false
	case len(r.tables) == 0:
		set = append(set, r.defaults...)
	}
	for _, table := range r.tables {
		if t.Own != "" {
			break
		}
		switch row := lookup(table, t.Name); {
		case row == nil:
			set = append(set, r.defaults...)
		case row.queue == "":
			return nil, false
		default:
			set = append(set, row.queue)
		}
	}
	for _, s := range r.sends {
		if s.task == t.Name || s.task == t.Short || !isTask[s.task] {
			if s.queue == "" {
				return nil, false
			}
			set = append(set, s.queue)
		}
	}
	return set, true
}

// OwnQueue is the queue that a task's definition names, or the expression for it where it
// is not known, or is one of several.
func (r *Result) OwnQueue(t Routed) string {
	if r.project != nil && t.Own != "" {
		if set, ok := (&Routes{p: r.project}).own(t); ok && len(set) == 1 {
			return set[0]
		}
	}
	return t.Own
}

// own is the queue that a task's definition names.
func (r *Routes) own(t Routed) (set []string, ok bool) {
	if s, ok := quotedText(t.Own); ok {
		return []string{s}, true
	}
	if m := r.p.parse(t.File); m != nil {
		return r.p.constant(m, t.Own, 0)
	}
	return nil, false
}

// lookup finds the route of a task, nil for none: by its name, or by the longest end of
// it that has one, since the name at run time depends on where the program starts.
func lookup(table []router, name string) *route {
	for n := name; strings.Contains(n, "."); _, n, _ = strings.Cut(n, ".") {
		if row := first(table, n); row != nil {
			return row
		}
	}
	return first(table, name)
}

func first(table []router, name string) *route {
	for _, r := range table {
		for i := range r {
			if r[i].pattern == name {
				return &r[i]
			}
		}
		for i := range r {
			if ok, err := path.Match(r[i].pattern, name); strings.Contains(r[i].pattern, "*") && (ok || err != nil) {
				return &r[i]
			}
		}
	}
	return nil
}

// table reads a setting of routes: a dict, or a list of routers, each a dict, a list of
// pairs, or something that decides while the program runs. ok is false where it is not
// known at all.
func (p *project) table(m *module, n pyparse.Node, depth int) (out []router, ok bool) {
	if depth > 6 {
		return nil, false
	}
	var elts pyparse.NodeList
	switch n.Kind() {
	case pyparse.KindName:
		if nodes := m.consts[n.AsName().Id()]; len(nodes) == 1 {
			return p.table(m, nodes[0], depth+1)
		}
		return nil, false
	case pyparse.KindConstant:
		return nil, n.AsConstant().ConstKind() == pyparse.ConstNone
	case pyparse.KindDict:
		r, ok := p.router(m, n.AsDict())
		return []router{r}, ok
	case pyparse.KindList:
		elts = n.AsList().Elts()
	case pyparse.KindTuple:
		elts = n.AsTuple().Elts()
	default:
		return nil, false
	}
	var pairs router
	for e := range elts.All() {
		if pair := e.AsTuple(); pair.Valid() && pair.Elts().Len() == 2 && pair.Elts().At(0).AsConstant().ConstKind() == pyparse.ConstStr {
			pairs = append(pairs, route{pair.Elts().At(0).AsConstant().StringValue(), p.destination(m, pair.Elts().At(1))})
			continue
		}
		inner, ok := p.table(m, e, depth+1)
		if !ok {
			inner = []router{{{pattern: "*"}}} // decides of all that is left
		}
		out = append(out, inner...)
	}
	if len(pairs) > 0 {
		out = append(out, pairs)
	}
	return out, true
}

// router reads a dict of routes. A key that is not known may be any task's.
func (p *project) router(m *module, d pyparse.Dict) (out router, ok bool) {
	for i := range d.Keys().Len() {
		k := d.Keys().At(i).AsConstant()
		if !k.Valid() || k.ConstKind() != pyparse.ConstStr {
			return nil, false
		}
		out = append(out, route{k.StringValue(), p.destination(m, d.Values().At(i))})
	}
	return out, true
}

// destination is the queue that a route leads to.
func (p *project) destination(m *module, n pyparse.Node) string {
	if d := n.AsDict(); d.Valid() {
		if n = valueOf(d, "queue"); !n.Valid() {
			return ""
		}
	}
	return p.text(m, n)
}

// text is the one text that an expression may be; "" where that is not known.
func (p *project) text(m *module, n pyparse.Node) string {
	if v, ok := p.values(m, n, 0); ok && len(v) == 1 {
		return v[0]
	}
	if v, ok := p.constant(m, dotted(n), 0); ok && len(v) == 1 {
		return v[0]
	}
	return ""
}

// valueOf is what a dict has under a key.
func valueOf(d pyparse.Dict, key string) pyparse.Node {
	for i := range d.Keys().Len() {
		if k := d.Keys().At(i).AsConstant(); k.Valid() && k.ConstKind() == pyparse.ConstStr && k.StringValue() == key {
			return d.Values().At(i)
		}
	}
	return pyparse.Node{}
}

// constant is what a name of a module may be: of its own, of a class of its, or of one
// that it imports.
func (p *project) constant(m *module, name string, depth int) ([]string, bool) {
	if m == nil || name == "" || depth > 6 {
		return nil, false
	}
	first, rest, more := strings.Cut(name, ".")
	if c, ok := m.classes[first]; ok && more {
		for n := range c.Body().All() {
			a := n.AsAssign()
			if a.Valid() && a.Targets().Len() == 1 && a.Targets().At(0).AsName().Id() == rest {
				return p.values(m, a.Value(), 0)
			}
		}
		return nil, false
	}
	if nodes := m.consts[first]; len(nodes) == 1 && !more { // of several, none is known to count
		return p.values(m, nodes[0], 0)
	}
	to, ok := m.imports[first]
	if !ok {
		return nil, false
	}
	if more {
		to += "." + rest
	}
	for i := len(to) - 1; i > 0; i-- { // the longest module that the project has
		if to[i] != '.' {
			continue
		}
		if f := p.r.module(to[:i], m.f.name); f != "" && f != m.f.name {
			return p.constant(p.parse(f), to[i+1:], depth+1)
		}
	}
	return nil, false
}

// quotedText is the text of a plain string literal.
func quotedText(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' && s[0] != '\'' || s[len(s)-1] != s[0] || strings.ContainsAny(s[1:len(s)-1], "\\'\"\n") {
		return "", false
	}
	return s[1 : len(s)-1], true
}

// sendHits finds the calls of a module that name a queue for what they queue.
func (p *project) sendHits(m *module, s *rules.Setting) {
	add := func(task, name string, value pyparse.Node) {
		x := send{task: task}
		if name == s.Names[0] { // the others decide too, in ways that are not followed
			x.queue = p.text(m, value)
		}
		p.sends = append(p.sends, x)
	}
	m.walk(m.tree.Root(), true, func(n pyparse.Node, _ bool) {
		switch n.Kind() {
		case pyparse.KindDict: // {"task": "shop.tick", "options": {"queue": "clock"}}
			d := n.AsDict()
			if o := valueOf(d, "options").AsDict(); o.Valid() {
				for _, name := range s.Names {
					if q := valueOf(o, name); q.Valid() {
						add(valueOf(d, "task").AsConstant().StringValue(), name, q)
					}
				}
			}
		case pyparse.KindCall:
			c := n.AsCall()
			_, name, _ := cutLast(tail(c.Func()))
			if !has(s.Calls, name) {
				return
			}
			for k := range c.Keywords().All() {
				kw := k.AsKeyword()
				switch d := kw.Value().AsDict(); {
				case has(s.Names, kw.Arg()):
					add(sent(c), kw.Arg(), kw.Value())
				case kw.Arg() != "" && kw.Arg() != "options":
				case !d.Valid(): // **options
					p.sends = append(p.sends, send{task: sent(c)})
				default:
					for _, name := range s.Names {
						if q := valueOf(d, name); q.Valid() {
							add(sent(c), name, q)
						}
					}
				}
			}
		}
	})
}

// sent is the task that a call queues: the name that is its first argument, or the last
// part of what it is called on; "" for what is put together.
func sent(c pyparse.Call) string {
	if c.Args().Len() > 0 {
		if a := c.Args().At(0).AsConstant(); a.Valid() && a.ConstKind() == pyparse.ConstStr {
			return a.StringValue()
		}
	}
	on := c.Func().AsAttribute().Value()
	if inner := on.AsCall(); inner.Valid() { // task.s(…).set(queue=…)
		on = inner.Func().AsAttribute().Value()
	}
	_, last, _ := cutLast(dotted(on))
	return last
}
