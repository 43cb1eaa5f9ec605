package pyfront

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
	"github.com/greenlint/greenlint/rules"
)

// A Kept is a finished analysis that stays in memory, so that an editor hears
// within a moment what a few changed files hold.
//
// Of a changed file everything is done again; of all others the units stay as
// they are, and their cells show what they held. The new units of the file take
// part under the names of the old ones: who called the old one calls the new
// one, and what was passed from outside is passed on. The answer is that of
// [Analyze], but for what the change alters in files that did not change, and
// comes back from there. So it is a first word; the last is a new analysis.
//
// Afterwards everything is as it was before. A Kept is not for use by several
// goroutines at once.
type Kept struct {
	a     *analysis
	res   *Result
	into  map[rules.Func][]*unit // who has edges to a function
	by    map[string][]*unit     // units by file
	spoil bool                   // a fault has left it half changed
}

// Keep is [Analyze] that keeps what it needs to go on.
func Keep(ctx context.Context, in Input) (*Result, *Kept, error) {
	a := newAnalysis(ctx, in)
	res, err := a.all()
	if err != nil {
		return nil, nil, err
	}
	k := &Kept{a: a, res: res, into: map[rules.Func][]*unit{}, by: map[string][]*unit{}}
	for _, u := range a.units {
		if u.mod != nil {
			k.by[u.mod.file] = append(k.by[u.mod.file], u)
		}
		for _, e := range u.edges {
			if l := k.into[e.Callee]; len(l) == 0 || l[len(l)-1] != u {
				k.into[e.Callee] = append(l, u)
			}
		}
	}
	return res, k, nil
}

// A trial is what a [Kept] has to take back.
type trial struct {
	frozen  int              // units that stay as they are unless they never ran
	mods    map[*module]bool // the files that changed
	old     map[rules.Func]*unit
	free    map[rules.Func][]rules.Func // names of what is gone, by the name without its number
	oldAttr map[string]*class
	writes  []wasCell
	reads   []wasRead
	calls   []wasRead // the reader is the caller
	subs    []wasSubs
	copied  []*unit
	named   []*unit
	thawed  []*unit
	asked   []wasAsked
}

type wasAsked struct {
	mod    *module
	name   string
	wanted int // how many statements were
}

type wasCell struct {
	cell  *cell
	set   set
	grown uint8
}

type wasRead struct {
	cell   *cell // or
	callee *unit
	by     *unit
}

type wasSubs struct {
	class *class
	n     int
}

// Usable reports whether the analysis can be asked again.
func (k *Kept) Usable() bool { return !k.spoil }

// Again analyses files whose text has changed. The result's graph holds what
// leads to their own effects, and nothing else; Trees, Skipped and Broken are
// those of the files.
func (k *Kept) Again(ctx context.Context, changed map[string][]byte) (*Result, error) {
	a := k.a
	was := *a
	t := &trial{frozen: len(a.units), mods: map[*module]bool{}, old: map[rules.Func]*unit{}, free: map[rules.Func][]rules.Func{}, oldAttr: map[string]*class{}}
	files := slices.Sorted(maps.Keys(changed))
	k.spoil = true
	a.ctx = ctx
	a.modules, a.names, a.called = maps.Clone(was.modules), maps.Clone(was.names), maps.Clone(was.called)
	a.classes, a.definers, a.wraps = maps.Clone(was.classes), maps.Clone(was.definers), maps.Clone(was.wraps)
	a.classesOf = maps.Clone(was.classesOf) // what a trial appends lies behind the end of the old lists
	a.byNode, a.copies, a.shims = map[unitKey]*unit{}, nil, map[shimKey]*unit{}
	a.bare = nil
	a.sites, a.partials, a.tuples, a.typeCells, a.quoted = map[pyparse.Node]*cell{}, map[pyparse.Node]*partial{}, nil, nil, nil
	a.written = maps.Clone(was.written)
	a.optionSites, a.declarations = map[pyparse.Node]*options{}, maps.Clone(was.declarations)
	a.listed, a.extra, a.skipped, a.broken, a.queue = map[string]bool{}, nil, nil, nil, nil
	a.order, a.units = slices.Clip(was.order), slices.Clip(was.units)
	a.epochs.trial = t
	a.in.Read = func(file string) ([]byte, error) {
		if text, ok := changed[file]; ok {
			return text, nil
		}
		return was.in.Read(file)
	}
	for _, f := range files {
		for _, u := range k.by[f] {
			t.old[u.name] = u
			if !u.node.Valid() || u.node.Kind() != pyparse.KindModule {
				t.release(u.name)
			}
		}
		delete(a.modules, f)
	}
	var classes []*class
	for _, c := range was.classes {
		if _, ok := changed[c.mod.file]; ok {
			classes = append(classes, c)
			t.oldAttr[c.name] = c
		}
	}
	slices.SortFunc(classes, func(x, y *class) int {
		return cmp.Or(strings.Compare(x.mod.file, y.mod.file), cmp.Compare(x.node.Start(), y.node.Start()))
	})
	for _, c := range classes {
		t.release(rules.Func(c.name))
	}
	err := k.run(files, t)
	var res *Result
	if err == nil {
		res = k.part(changed, t)
	}
	k.takeBack(was, t)
	k.spoil = false
	return res, err
}

// release lets a name be used again.
func (t *trial) release(name rules.Func) {
	p := plain(name)
	t.free[p] = append(t.free[p], name)
}

// plain is a function's name without the number that made it its own.
func plain(name rules.Func) rules.Func {
	if i := strings.LastIndexByte(string(name), '#'); i > strings.LastIndexByte(string(name), '.') {
		return name[:i]
	}
	return name
}

func (k *Kept) run(files []string, t *trial) error {
	a := k.a
	words := a.words()
	for _, f := range files {
		counts := a.in.Check == nil || a.in.Check(f)
		candidate := false
		if text, err := a.in.Read(f); err == nil && counts {
			candidate = words.In(text)
		}
		if !candidate && k.a.modules[f] == nil && len(k.by[f]) == 0 {
			continue // nobody imports it, and it holds no context
		}
		m := a.load(f)
		if m == nil {
			continue
		}
		t.mods[m] = true
		a.ensure(m.body)
		for i := 0; i < len(m.functions); i++ {
			u := m.functions[i]
			if old := t.old[u.name]; candidate || old != nil && old.ran {
				a.ensure(u)
			}
		}
	}
	if err := a.drain(); err != nil {
		return err
	}
	return a.settle(slices.Concat(a.units[t.frozen:], t.thawed))
}

// adopt gives a unit what others passed to the one in whose place it stands.
func (t *trial) adopt(u *unit) {
	old := t.old[u.name]
	if old == nil || old == u {
		return
	}
	outside := false
	for c := range old.callers.all {
		if c.mod != nil && c.mod.file != u.mod.file {
			outside = true
			break
		}
	}
	if !outside {
		return
	}
	for i := range u.params {
		for j := range old.params {
			if u.params[i].name == old.params[j].name {
				u.params[i].cell.set = old.params[j].cell.set
			}
		}
	}
}

// adoptClass gives a class the attributes that only others assign.
func (t *trial) adoptClass(c *class) {
	old := t.oldAttr[c.name]
	if old == nil || old == c {
		return
	}
	for name, x := range old.attrs {
		if len(c.setters[name]) > 0 || len(old.setters[name]) > 0 || x.set.empty() {
			continue
		}
		if slices.ContainsFunc(x.set.vals, func(v *value) bool { return v.kind == kFunc || v.kind == kClass }) {
			continue
		}
		c.attr(name).set = x.set
	}
}

// part is the result of the changed files alone.
func (k *Kept) part(changed map[string][]byte, t *trial) *Result {
	a := k.a
	g := &flow.Graph{Own: map[rules.Func][]flow.Own{}, Calls: map[rules.Func][]flow.Edge{}}
	r := &Result{Graph: g, Envs: k.res.Envs, Skipped: a.skipped, Broken: a.broken, Unknown: map[string]int{}}
	now := map[rules.Func]*unit{}
	for _, u := range slices.Concat(a.units[t.frozen:], t.thawed) {
		a.finish(u)
		now[u.name] = u
	}
	edgesOf := func(u *unit) []flow.Edge {
		if n := now[u.name]; n != nil {
			return n.edges
		}
		if u.mod != nil {
			if _, gone := changed[u.mod.file]; gone {
				return nil
			}
		}
		return u.edges
	}
	into := map[rules.Func][]*unit{}
	for _, u := range now {
		for _, e := range u.edges {
			into[e.Callee] = append(into[e.Callee], u)
		}
	}
	reached := map[rules.Func]bool{}
	var todo []rules.Func
	reach := func(f rules.Func) {
		if !reached[f] {
			reached[f] = true
			todo = append(todo, f)
		}
	}
	live := a.own(k.live(changed, now))
	contexts := k.all(changed)
	handles, starving, away, locks := a.sharedHandles(live, contexts), a.starving(live), a.elsewhere(live, contexts), a.contended(live)
	for _, u := range now {
		if u.mod == nil {
			continue
		}
		if _, ok := changed[u.mod.file]; ok {
			if own := slices.Concat(u.own, handles[u], starving[u], away[u], locks[u]); len(own) > 0 {
				g.Own[u.name] = own
				reach(u.name)
			}
			r.Stats.Functions++
		}
	}
	foreign := map[rules.Func]bool{} // what they do is found where the changed files call them
	for _, u := range slices.Concat(a.units[:t.frozen], slices.Collect(maps.Values(now))) {
		if u.mod != nil && u.mod.foreign {
			foreign[u.name] = true
			if len(u.own) > 0 {
				g.Own[u.name] = u.own
				reach(u.name)
			}
		}
	}
	if len(foreign) > 0 {
		g.Foreign = func(f rules.Func) bool { return foreign[f] }
	}
	for len(todo) > 0 {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, list := range [][]*unit{k.into[f], into[f]} {
			for _, u := range list {
				for _, e := range edgesOf(u) {
					if e.Callee == f {
						reach(u.name)
						break
					}
				}
			}
		}
	}
	for f := range reached {
		u := now[f]
		if u == nil {
			u = a.byName[f]
		}
		if u == nil {
			continue
		}
		for _, e := range edgesOf(u) {
			if reached[e.Callee] {
				g.Calls[f] = append(g.Calls[f], e)
			}
		}
	}
	r.Contexts = k.contexts(changed, now, reached)
	for m := range t.mods {
		r.Trees = append(r.Trees, &File{Name: m.file, Module: m.name, Tree: m.tree})
	}
	slices.SortFunc(r.Trees, func(x, y *File) int { return strings.Compare(x.Name, y.Name) })
	r.Called = slices.Sorted(maps.Keys(a.called))
	r.Stats.Modules = len(r.Trees)
	return r
}

// live are the units as they are now.
func (k *Kept) live(changed map[string][]byte, now map[rules.Func]*unit) (out []*unit) {
	for _, u := range k.a.units {
		if n := now[u.name]; n == nil {
			if u.mod == nil {
				continue
			}
			if _, gone := changed[u.mod.file]; gone {
				continue
			}
		} else if n != u {
			continue
		}
		out = append(out, u)
	}
	return out
}

// all are the contexts as they are now, those of the kept analysis in files that did not
// change among them.
func (k *Kept) all(changed map[string][]byte) []rules.Context {
	out := slices.Clone(k.a.extra)
	for _, c := range k.res.Contexts {
		if _, ok := changed[c.Pos.File]; !ok {
			out = append(out, c)
		}
	}
	return out
}

// contexts are those of the kept analysis that the changed files did not make,
// and those that they make now.
func (k *Kept) contexts(changed map[string][]byte, now map[rules.Func]*unit, reached map[rules.Func]bool) []rules.Context {
	type key struct {
		kind  string
		loop  rules.Loop
		fn    rules.Func
		guard rules.Guard
	}
	var out []rules.Context
	have := map[key]bool{}
	add := func(c rules.Context) {
		x := key{c.Kind, c.Loop, c.Func, c.Guard}
		if reached[c.Func] && !have[x] && k.a.counts(c.Pos.File) {
			have[x] = true
			out = append(out, c)
		}
	}
	for _, c := range k.a.extra {
		add(c)
	}
	for _, c := range k.res.Contexts {
		made := slices.ContainsFunc(c.Why, func(e rules.Evidence) bool { _, ok := changed[e.Pos.File]; return ok })
		if made {
			continue
		}
		if _, ok := changed[c.Pos.File]; ok {
			u := now[c.Func]
			if u == nil {
				continue
			}
			c.Pos = u.pos()
		}
		add(c)
	}
	return out
}

// takeBack undoes a trial.
func (k *Kept) takeBack(was analysis, t *trial) {
	a := k.a
	bases := a.epochs.bases + 1 // orders of classes that were worked out meanwhile hold no longer
	touched := map[*module]bool{}
	for _, u := range a.units[t.frozen:] {
		if u.mod != nil {
			touched[u.mod] = true
		}
	}
	for m := range touched {
		m.functions = slices.DeleteFunc(m.functions, func(u *unit) bool { return u.id >= t.frozen })
		maps.DeleteFunc(m.units, func(_ *bind.Scope, u *unit) bool { return u.id >= t.frozen })
	}
	for i := len(t.writes) - 1; i >= 0; i-- {
		w := &t.writes[i]
		w.cell.set, w.cell.grown = w.set, w.grown
	}
	for _, r := range t.reads {
		r.cell.readers.remove(r.by)
	}
	for _, c := range t.calls {
		c.callee.callers.remove(c.by)
	}
	for i := len(t.subs) - 1; i >= 0; i-- {
		c := t.subs[i].class
		clear(c.subs[t.subs[i].n:])
		c.subs = c.subs[:t.subs[i].n]
	}
	for _, u := range t.copied {
		u.copied--
	}
	for _, u := range t.named {
		u.names--
	}
	for i := len(t.asked) - 1; i >= 0; i-- {
		w := &t.asked[i]
		w.mod.forget(w.name, w.wanted)
	}
	for _, u := range t.thawed {
		u.ran, u.runs, u.queued, u.outdated, u.cost, u.yields = false, 0, false, false, 0, yieldState{}
		u.outcome, u.wrappers = outcome{}, nil
	}
	for _, u := range a.queue {
		u.queued = false
	}
	above := search{round: a.above.round} // what units are marked with stays used
	*a = was
	a.above = above
	a.epochs = epochs{bases: bases}
}
