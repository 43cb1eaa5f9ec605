package pyfront

import (
	"maps"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A keeper is where an object is kept that every task of the process sees: a variable of
// a module, an attribute of a class.
type keeper struct{ pos rules.Pos }

// kept marks the handles of a set as kept in such a place.
func (f *frame) kept(s set, off uint32) set {
	var out []*value
	for i, v := range s.vals {
		if v.kind != kObject || v.lit != nil || !f.a.handle(v.name) {
			continue
		}
		if out == nil {
			out = slices.Clone(s.vals)
		}
		out[i] = v.but(func(v *value) { v.lit = keeper{f.u.mod.pos(off)} })
	}
	if out == nil {
		return s
	}
	return set{vals: out, open: s.open, size: s.size, dims: s.dims}
}

// handle reports whether tasks must not share an object of a library's class.
func (a *analysis) handle(class string) bool {
	return slices.ContainsFunc(a.libraryOrder(class), a.cat.Handle)
}

// birth says where the objects of a class are made.
type birth uint8

const (
	atImport  birth = 1 << iota // while modules are imported: one for the whole process
	elsewhere                   // in a function, or by something that is not known
)

// born notes that an object of a class is made here.
func (f *frame) born(c *class) {
	where := elsewhere
	if f.moduleLevel() {
		where = atImport
	}
	for _, x := range c.order() {
		if x.class != nil {
			x.class.instances |= where
		}
	}
}

// A use is a call that needs a handle for itself.
type use struct {
	effect   rules.Effect
	pos, end rules.Pos
	offset   uint32
	handle   string   // which it is, as far as can be told
	fields   []*class // it is kept in an attribute of objects of these classes; none: where every task sees it
}

// handles notes what a call does to a handle that several tasks may have.
func (f *frame) handles(e rules.Entry, v *value, as args, n pyparse.Node) {
	for _, r := range e.Handles {
		if !r.Applies(as) {
			continue
		}
		u := use{
			effect: rules.Effect{Rule: "GL801", Symbol: v.name, Guard: r.Guard(), Row: &r.Row},
			pos:    f.pos(n), end: f.endPos(n), offset: n.Start(),
		}
		if k, ok := v.lit.(keeper); ok {
			u.handle = k.pos.String()
			u.effect.Detail = "of the one that is kept at " + u.handle
		} else if u.handle, u.fields = f.holders(n); u.fields == nil {
			continue
		}
		note(&f.u.useAt, &f.u.uses, u, keyOfUse)
	}
}

// holders are the classes in whose objects the receiver of a call is kept, that of self
// in self.connection.request(), and a name for where.
func (f *frame) holders(n pyparse.Node) (handle string, out []*class) {
	method := n.AsCall()
	if !method.Valid() || method.Func().Kind() != pyparse.KindAttribute {
		return "", nil
	}
	field := method.Func().AsAttribute().Value()
	if field.Kind() != pyparse.KindAttribute {
		return "", nil
	}
	for _, v := range f.quiet(field.AsAttribute().Value()).vals {
		if v.kind != kInstance {
			return "", nil
		}
		out = append(out, v.class)
		handle += v.class.name + "." + field.AsAttribute().Attr() + " "
	}
	return handle, out
}

// sharedHandles are the effects of those uses that several tasks come to. It comes last,
// when all units and contexts are known.
func (a *analysis) sharedHandles(units []*unit, contexts []rules.Context) map[*unit][]flow.Own {
	type user struct {
		unit *unit
		use
	}
	users := map[string][]user{}
	for _, u := range units {
		for _, x := range u.uses {
			if !slices.ContainsFunc(x.fields, func(c *class) bool { return c.instances != atImport }) && !u.locked(x.offset) {
				users[x.handle] = append(users[x.handle], user{u, x})
			}
		}
	}
	if len(users) == 0 {
		return nil
	}
	w := a.sharing(units, contexts)
	out := map[*unit][]flow.Own{}
	for _, handle := range slices.Sorted(maps.Keys(users)) {
		list := slices.DeleteFunc(users[handle], func(x user) bool { return w.tasks(x.unit.name) == 0 })
		var functions []rules.Func
		for _, x := range list {
			functions = append(functions, x.unit.name)
		}
		if w.tasks(functions...) < 2 {
			continue
		}
		for _, x := range list {
			out[x.unit] = append(out[x.unit], flow.Own{Effect: x.effect, Pos: x.pos, End: x.end})
		}
	}
	return out
}

type caller struct {
	unit *unit
	edge flow.Edge
}

type sharing struct {
	a        *analysis
	into     map[rules.Func][]caller
	contexts map[rules.Func][]rules.Context
}

func (a *analysis) sharing(units []*unit, contexts []rules.Context) *sharing {
	w := &sharing{a: a, into: map[rules.Func][]caller{}, contexts: map[rules.Func][]rules.Context{}}
	for _, u := range units {
		for _, e := range u.edges {
			if e.Kind != flow.Offload {
				w.into[e.Callee] = append(w.into[e.Callee], caller{u, e})
			}
		}
	}
	for _, c := range contexts {
		if c.Loop != rules.Asyncio {
			w.contexts[c.Func] = append(w.contexts[c.Func], c)
		}
	}
	return w
}

// tasks counts, up to 2, how many tasks can be in some functions at once, no lock being
// held on the way: any number of a kind that runs many at once, and each greenlet.
func (w *sharing) tasks(functions ...rules.Func) (n int) {
	seen := map[rules.Func]bool{}
	for _, fn := range functions {
		seen[fn] = true
	}
	for todo := slices.Sorted(maps.Keys(seen)); len(todo) > 0; {
		fn := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		spawned := 0
		for _, c := range w.into[fn] {
			if c.edge.Kind == flow.Spawn {
				if spawned++; c.unit.repeats(uint32(c.edge.Pos.Offset)) {
					spawned++
				}
				continue
			}
			if !seen[c.unit.name] && !c.unit.locked(uint32(c.edge.Pos.Offset)) {
				seen[c.unit.name] = true
				todo = append(todo, c.unit.name)
			}
		}
		for _, c := range w.contexts[fn] {
			if c.Kind != "greenlet" && !w.a.cat.Alone(c.Kind) {
				return 2
			}
		}
		if len(w.contexts[fn]) > 0 {
			spawned = max(1, spawned)
		}
		if n += spawned; n > 1 {
			return 2
		}
	}
	return n
}

// locked reports whether a place in a unit is within a with statement over something
// that is a lock, or is called one, or behind a call that takes one. It goes by names
// too: a lock may come from anywhere, and to be silent is the smaller mistake.
func (u *unit) locked(off uint32) bool {
	found := slices.ContainsFunc(u.guarded, func(s span) bool { return s.has(off) })
	u.around(off, func(n pyparse.Node) {
		if w := n.AsWith(); w.Valid() {
			for it := range w.Items().All() {
				found = found || lockLike(it.AsWithItem().ContextExpr().Text())
			}
		}
	})
	if found || !u.node.Valid() {
		return found
	}
	pyparse.Walk(u.node, func(n pyparse.Node) bool {
		if c := n.AsCall(); c.Valid() && c.Start() < off && c.Func().Kind() == pyparse.KindAttribute && c.Func().AsAttribute().Attr() == "acquire" {
			found = true
		}
		return !found
	})
	return found
}

// isLock reports whether a set holds an object of a class that is called a lock.
func isLock(s set) bool {
	return slices.ContainsFunc(s.vals, func(v *value) bool {
		return v.kind == kObject && lockLike(lastPart(v.name)) || v.kind == kInstance && lockLike(v.class.short)
	})
}

func lockLike(text string) bool {
	text = strings.ToLower(text)
	for _, s := range []string{"lock", "mutex", "semaphore", "synchron", "acquire", "exclusive"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// repeats reports whether a place in a unit is in a loop.
func (u *unit) repeats(off uint32) (found bool) {
	u.around(off, func(n pyparse.Node) {
		switch n.Kind() {
		case pyparse.KindFor, pyparse.KindAsyncFor, pyparse.KindWhile, pyparse.KindListComp, pyparse.KindSetComp, pyparse.KindGeneratorExp, pyparse.KindDictComp:
			found = true
		}
	})
	return found
}

// around visits the nodes of a unit that a place lies in, the outermost first.
func (u *unit) around(off uint32, visit func(pyparse.Node)) {
	if !u.node.Valid() {
		return
	}
	pyparse.Walk(u.node, func(n pyparse.Node) bool {
		if off < n.Start() || off >= n.End() {
			return false
		}
		visit(n)
		return true
	})
}
