package gofront

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// A keep is a place of a package into which other packages put what it calls later:
// an exported field or variable, "pkg.Options.OnDone", or a parameter of an exported
// function that is stored or captured, "pkg.New(0".
type keep struct {
	loc    location
	elem   bool   // what is in it
	method string // that is called; "" = it is a function
}

func compareKeeps(a, b keep) int {
	elem := 0
	if a.elem != b.elem {
		elem = 1
		if b.elem {
			elem = -1
		}
	}
	return cmp.Or(strings.Compare(string(a.loc), string(b.loc)), strings.Compare(a.method, b.method), elem)
}

// A keeper is a keep whose contents are called on a loop. It does for the packages
// above what a [[context]] row does for a library.
type keeper struct {
	keep
	running
}

// running says on which loop a function runs, and as what.
type running struct {
	kind  string
	loop  rules.Loop
	guard rules.Guard
}

func compareKeepers(a, b keeper) int {
	return cmp.Or(compareKeeps(a.keep, b.keep), strings.Compare(a.kind, b.kind), strings.Compare(string(a.loop), string(b.loop)),
		strings.Compare(a.guard.When, b.guard.When), strings.Compare(a.guard.Unless, b.guard.Unless))
}

// maxAsks is how many keeps a function tells its callers of.
const maxAsks = 24

// paramOf names a parameter as a place, the receiver first.
func paramOf(f rules.Func, i int) location { return location(string(f) + "(" + itoa(i)) }

// A kept value is one that may come out of a keep.
type kept struct {
	keep
	param *ssa.Parameter // where it is one
}

// origins lists the keeps that a value may come out of.
func (u *unit) origins(v ssa.Value) (out []kept) {
	passed, _ := u.trace(place{v: v})
	for _, p := range passed {
		if p.loc != "" {
			if capital(string(p.loc)) && !isStd(u.packageOf(string(p.loc))) && u.packageOf(string(p.loc)) != "" {
				out = append(out, kept{keep: keep{loc: p.loc, elem: p.elem}})
			}
			continue
		}
		param, ok := p.v.(*ssa.Parameter)
		if !ok {
			continue
		}
		obj, ok := param.Parent().Object().(*types.Func)
		if !ok || !obj.Exported() {
			continue
		}
		i := slices.Index(param.Parent().Params, param)
		out = append(out, kept{keep{loc: paramOf(u.name(param.Parent()), i), elem: p.elem}, param})
	}
	return out
}

// capital reports whether the last part of a name is exported.
func capital(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return token.IsExported(last)
}

// asking is what the functions of a package call that comes out of keeps.
type asking struct {
	u   *unit
	own map[rules.Func][]ask
}

// An ask is a call of what comes out of a keep.
type ask struct {
	kept
	in *ssa.Function
}

// findAsks lists the calls of what comes out of keeps, those by functions of the
// packages below included.
func (u *unit) findAsks() *asking {
	a := &asking{u: u, own: map[rules.Func][]ask{}}
	for _, c := range u.calls {
		name := u.name(c.in)
		com := c.instr.Common()
		switch {
		case com.IsInvoke():
			if m := com.Method; m.Pkg() == nil || isStd(m.Pkg().Path()) || u.entry(objSymbol(m)).Known {
				break // the catalogue says what it does, whatever is behind it
			}
			for _, o := range u.origins(com.Value) {
				o.method = com.Method.Name()
				a.own[name] = append(a.own[name], ask{o, c.in})
			}
		case com.StaticCallee() == nil:
			for _, o := range u.origins(com.Value) {
				a.own[name] = append(a.own[name], ask{o, c.in})
			}
		}
		for _, t := range c.direct {
			if t.obj == nil || t.obj.Pkg() == u.pass.Pkg {
				continue
			}
			if f := u.imported(pkgPath(t.obj)); f != nil {
				for _, k := range f.asks[rules.Func(t.obj.FullName())] {
					a.own[name] = append(a.own[name], ask{kept{keep: k}, c.in})
				}
			}
		}
	}
	return a
}

// from lists what a function asks for, itself and through what it calls, the
// nearest first. A parameter of a function on the way is none: what fills it is
// known where that one is called.
func (a *asking) from(root rules.Func) []keep {
	if len(a.own) == 0 {
		return nil
	}
	depth := map[rules.Func]int{root: 0}
	reached := []rules.Func{root}
	for i := 0; i < len(reached); i++ {
		for _, e := range a.u.graph.Calls[reached[i]] {
			if _, seen := depth[e.Callee]; !seen {
				depth[e.Callee] = depth[reached[i]] + 1
				reached = append(reached, e.Callee)
			}
		}
	}
	nearest := map[keep]int{}
	for _, f := range reached {
		for _, x := range a.own[shown(f)] {
			if x.param != nil && encloses(x.param.Parent(), x.in) {
				if _, called := depth[a.u.name(x.param.Parent())]; called || x.param.Parent() == x.in {
					continue
				}
			}
			if _, known := nearest[x.keep]; !known {
				nearest[x.keep] = depth[f]
			}
		}
	}
	out := make([]keep, 0, len(nearest))
	for k := range nearest {
		out = append(out, k)
	}
	slices.SortFunc(out, func(x, y keep) int { return cmp.Or(nearest[x]-nearest[y], compareKeeps(x, y)) })
	return out[:min(len(out), maxAsks)]
}

// keepersOf lists the keepers that the contexts make of keeps.
func (a *asking) keepersOf(contexts []rules.Context) (out []keeper) {
	for _, c := range contexts {
		for _, k := range a.from(c.Func) {
			out = append(out, keeper{k, running{c.Kind, c.Loop, c.Guard}})
		}
	}
	return out
}

// keepersBelow lists the keepers of the packages below.
func (u *unit) keepersBelow() (out []keeper) {
	for _, path := range sortedKeys(u.packages()) {
		if f := u.imported(path); f != nil {
			out = append(out, f.keepers...)
		}
	}
	return out
}

// eachPut finds what this package puts into keeps of others.
func (u *unit) eachPut(by map[location][]keeper, yield func(k keeper, v ssa.Value, pos token.Pos, why string)) {
	if len(by) == 0 {
		return
	}
	for _, c := range slices.Concat(u.calls, u.started) {
		for i := range c.direct {
			t := &c.direct[i]
			if t.obj == nil || t.obj.Pkg() == u.pass.Pkg {
				continue
			}
			for n, arg := range t.args {
				if arg == nil {
					continue
				}
				for _, k := range by[paramOf(rules.Func(t.obj.FullName()), n)] {
					yield(k, arg, c.pos, "passed to "+u.targetSymbol(t))
				}
			}
		}
	}
	for _, loc := range sortedKeys(by) {
		if u.packageOf(string(loc)) == u.pass.Pkg.Path() {
			continue // what is put there here is known where it is called
		}
		for _, v := range u.stores.loc[loc] {
			for _, k := range by[loc] {
				yield(k, v, v.Pos(), "stored in "+string(loc))
			}
		}
		for _, v := range u.stores.elem[loc] {
			for _, k := range by[loc] {
				if k.elem {
					k.elem = false
					yield(k, v, v.Pos(), "stored in "+string(loc))
				}
			}
		}
	}
}

// keptMethods finds the methods of what is put into a keep.
func (u *unit) keptMethods(k keep, v ssa.Value, yield func(t *target)) {
	for _, l := range u.follow(place{v: v, elem: k.elem}) {
		if l.typ == nil || types.IsInterface(l.typ) {
			continue
		}
		m := methodNamed(l.typ, k.method)
		if m == nil {
			continue
		}
		var c call
		u.methodOf(&c, l, m, make([]ssa.Value, m.Signature().Params().Len()), false)
		for i := range c.direct {
			yield(&c.direct[i])
		}
	}
}

// stand gives the function that stands for one of another package of this module
// where it is a context here: one that the keep's own package does not see.
func (u *unit) stand(k keep, t *target, pos token.Pos) rules.Func {
	if t.obj == nil || u.sees(u.packageOf(string(k.loc)), t.obj.Pkg()) {
		return ""
	}
	f := u.imported(pkgPath(t.obj))
	name := rules.Func(t.obj.FullName())
	if f == nil || f.module != u.module || !f.has(name) || f.judged[name] != "" {
		return ""
	}
	stand := name + standMark
	e := flow.Edge{Callee: name, Pos: u.place(pos)}
	if !slices.Contains(u.graph.Calls[stand], e) {
		u.addEdge(stand, e)
	}
	return stand
}

// sees reports whether a package imports another, directly or not.
func (u *unit) sees(path string, other *types.Package) bool {
	seen := map[*types.Package]bool{}
	work := []*types.Package{u.packages()[path]}
	for ; len(work) > 0; work = work[1:] {
		p := work[0]
		if p == other {
			return true
		}
		if p != nil && !seen[p] && !isStd(p.Path()) {
			seen[p] = true
			work = append(work, p.Imports()...)
		}
	}
	return false
}

// standMark ends the name of a function that stands for one of another package.
const standMark = instanceMark + "kept⟩"
