package pyfront

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// libraryCall calls a name of a library.
func (f *frame) libraryCall(v *value, as args, n pyparse.Node) set {
	f.a.called[v.name] = true
	as.make = v.make
	if v.item == nil && v.recv == "" { // no method
		as.self = set{}
	}
	if p := f.a.patches[v.name]; p != nil {
		f.patchCall(p, as, n)
	}
	e := f.a.methodEntry(v)
	f.rows(e, v, as, n)
	f.touch(e, n)
	f.turns(e, as, n)
	if r, ok := f.intrinsic(v, as, n); ok {
		return r
	}
	if r, ok := f.loads(e, as, n); ok {
		return r
	}
	if r, ok := f.options(e, v.name, as, n); ok {
		return r
	}
	if r, ok := f.optionGot(v, as); ok {
		return r
	}
	out := f.libraryResult(v, e, as, n)
	if item, ok := f.passedThrough(v.name, as, n); ok {
		out.vals, out.open = f.container("iterator", n, sizeless(item), 0).vals, false
		return out
	}
	if v.name == "builtins.open" {
		return f.opened(out, as)
	}
	return f.compiled(e, as, f.fileMethod(v, as, out))
}

// methodEntry is what the catalogue knows of a name; a method is looked up along
// its class's bases.
func (a *analysis) methodEntry(v *value) rules.Entry {
	if v.recv == "" {
		return a.entry(v.name)
	}
	key := nameKey{v.recv, v.name, ""}
	if e, ok := a.cache[key]; ok {
		return e
	}
	m := lastPart(v.name)
	var out rules.Entry
	for _, c := range a.libraryOrder(v.recv) {
		e := a.cat.Method(c, m)
		if e.Known {
			out = e
			break
		}
	}
	if !out.Known {
		out = a.entry(v.name)
	}
	a.cache[key] = out
	return out
}

// hasMethod reports whether the catalogue names a method of a library's class, or
// the class as a whole.
func (a *analysis) hasMethod(class, name string) bool {
	return slices.ContainsFunc(a.libraryOrder(class), func(c string) bool { return a.cat.Method(c, name).Known })
}

// libraryMethod calls a special method of a library's object, if the catalogue
// has something to say of it.
func (f *frame) libraryMethod(v *value, name string, as args, n pyparse.Node) (set, bool) {
	m := &value{kind: kSymbol, name: v.name + "." + name, recv: v.name, bound: v.bound, make: v.make, by: v.by}
	as.make = v.make
	for _, c := range f.a.libraryOrder(v.name) {
		e := f.a.cat.Method(c, name)
		if !e.Known {
			continue
		}
		f.rows(e, m, as, n)
		break
	}
	for _, c := range f.a.libraryOrder(v.name) {
		if t := f.a.typeOf(c, name, "()"); t != "" {
			return f.sized(like(f.object(t, n, v.bound), v), c+"."+name+"()", as), true
		}
	}
	return set{}, false
}

// rows applies what the catalogue says of a call.
func (f *frame) rows(e rules.Entry, v *value, as args, n pyparse.Node) {
	if !e.Known {
		f.unknownCall(n, "library that the catalogue doesn't describe")
	}
	f.u.asks, f.whose = max(f.u.asks, e.Whose), max(f.whose, e.Whose)
	for _, r := range e.Effects {
		if !r.Applies(as) || r.Local && f.u.mod.foreign || f.u.hasAsked(r.Asked, n) || r.Cost == "" && f.aside > 0 || goneWithPatch(r) && f.foreseen(v.name) {
			continue
		}
		eff := rules.Effect{Rule: r.Rule, Symbol: v.name, Guard: r.Guard(), HoldsGIL: r.GIL == "holds", Row: &r.Row, Severity: r.Severity}
		if r.Cost != "" {
			sec, ok := r.Seconds(as)
			if !ok {
				continue
			}
			f.cost += sec
			if sec <= f.a.budget {
				continue
			}
			f.cost -= sec // reported here; not once more for a loop around it
			eff.Detail = seconds(sec)
			if by := as.option(); by != "" {
				if _, anyhow := r.Seconds(as.withoutDefaults()); !anyhow {
					eff.Detail += byDefaultOf + by
				}
			}
		} else {
			if v.by != "" && !r.Applies(as.ofAnyMake()) {
				eff.Detail = byDefaultOf[1:] + v.by
			}
			f.cost += costGreen
			switch g := eff.Guard; {
			case onDisk(r):
				f.yield.disk = true
			case r.Lib.Stdlib && strings.Contains(g.Unless, "patched("):
				f.yield.waits = true
			default:
				f.yield.maybe = true // it waits: a loop around it is no CPU loop
			}
		}
		tell := f.effect
		if r.Held {
			tell = f.waitsForLock
		}
		tell(eff, n)
		if g, ok := whenGreen(eff.Guard); ok {
			f.waits(v.name, g, n)
		}
		if r.Cost == "" {
			f.hear(v)
		}
		if v.bound == rules.Original || v.bound != "" && r.Early != "" && (v.recv != "" || r.Lib.Stdlib) { // no patch replaces a library's own functions
			if early, ok := earlyEffect(eff, v.bound); ok {
				tell(early, n)
			}
		}
	}
	for _, r := range e.Safe {
		if r.Unknown {
			f.unknownCall(n, "function of which the catalogue only knows that it is there")
		}
		if !r.Lib.Stdlib {
			f.yield.maybe = true
		}
	}
	if len(e.Streams) > 0 {
		f.cost += costGreen
		f.yield.waits = true
	}
	for _, r := range e.Yields {
		if !r.Applies(as) {
			continue
		}
		f.waits(v.name, r.Guard(), n)
		if g := r.Guard(); g.When != "" && g.Unless == "" && !strings.Contains(g.When, " & ") {
			f.yield.onlyWhen(g.When)
		} else {
			f.yield.maybe = true
		}
	}
	f.variables(e, as)
	f.regexes(e, v, as, n)
	f.handles(e, v, as, n)
	f.steps(e, v, as, n)
	if v.bound == rules.Original { // a thread is one then, whatever the rows say of a patched one
		f.escape(as, n)
	} else {
		f.moves(e, as, n)
	}
	f.forks(e, v, as, n)
	f.harmsThread(e, v, as, n)
}

// earlyEffect says that a call stays as it is in a process that patches too
// late for the name or object in hand.
func earlyEffect(eff rules.Effect, bound string) (early rules.Effect, ok bool) {
	g := rules.Guard{When: eff.Guard.When, Bound: bound}
	for _, c := range strings.Split(eff.Guard.Unless, " | ") {
		if flag, ok := strings.CutPrefix(c, "patched("); ok {
			g = g.And(rules.Guard{When: "early(" + flag})
		} else if c != "" {
			g = g.And(rules.Guard{Unless: c})
		}
	}
	eff.Rule, eff.Guard = "GL601", g
	return eff, strings.Contains(g.When, "early(")
}

// seconds words a duration for a message.
func seconds(s float64) string {
	switch {
	case s >= 60:
		return "over a minute"
	case s >= 10:
		return fmt.Sprintf("about %.0f s", s)
	case s >= 1:
		return fmt.Sprintf("about %.1f s", s)
	}
	return fmt.Sprintf("about %.0f ms", s*1000)
}

// touch marks a module-level object as used before the patch: a client that has
// connected keeps the socket that it made.
func (f *frame) touch(e rules.Entry, n pyparse.Node) {
	if !f.moduleLevel() || n.Kind() != pyparse.KindCall || n.AsCall().Func().Kind() != pyparse.KindAttribute {
		return
	}
	base := n.AsCall().Func().AsAttribute().Value()
	if base.Kind() != pyparse.KindName || f.env == nil {
		return
	}
	for _, r := range e.Effects {
		if r.Early != "" && r.Cost == "" {
			name := base.AsName().Id()
			if s, ok := f.env.get(name); ok {
				f.env.set(name, bindEarly(s, f.u.mod, n.Start()))
			}
			return
		}
	}
}

// copied applies what the catalogue says of a call's arguments where the project
// keeps a copy of the library: what the copy does itself is seen in its text. ok
// says that the result is known too.
func (f *frame) copied(name string, as args, n pyparse.Node) (out set, ok bool) {
	lib := f.a.vendored(name)
	if lib == "" {
		return set{}, false
	}
	e := f.a.entry(lib)
	f.moves(e, as, n)
	if r, ok := f.options(e, lib, as, n); ok {
		return r, true
	}
	return f.loads(e, as, n)
}

// patchCall records that a call monkey-patches.
func (f *frame) patchCall(p *rules.Patch, as args, n pyparse.Node) {
	if f.u.mod.foreign {
		return // who calls it, and when, is not seen in full
	}
	pc := patchCall{patch: p, flags: p.Effective(as), pos: f.pos(n), end: f.endPos(n), text: f.text(n)}
	f.u.patches = append(f.u.patches, pc)
	if f.moduleLevel() {
		f.u.events = append(f.u.events, event{offset: n.Start(), patch: &pc})
	}
}

// goneWithPatch reports whether an effect is that a patch has taken the name away.
func goneWithPatch(r *rules.EffectRow) bool { return r.Rule == "GL511" }
