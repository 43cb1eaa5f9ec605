package gofront

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// A hole is a callee that only the function's callers know: a parameter, or a
// method of one. The parameter may also be that of a function around it.
type hole struct {
	param  *ssa.Parameter
	method string // "" = the parameter itself is called
}

// A way leads from a function to a hole: a call of the hole itself, or a call
// of a function that has one, which becomes this one.
type way struct {
	call *call
	use  *holeUse      // the hole is called at call
	via  *ssa.Function // or: it is via's hole inner
	in   hole
	site ssa.CallInstruction
}

// findHoles gives every function its holes, those of its callees included.
func (u *unit) findHoles() {
	u.holes = map[*ssa.Function]map[hole][]way{}
	u.holeList = map[*ssa.Function][]hole{}
	var work []*ssa.Function
	queued := map[*ssa.Function]bool{}
	add := func(f *ssa.Function, k hole, w way) {
		m := u.holes[f]
		if m == nil {
			m = map[hole][]way{}
			u.holes[f] = m
		}
		if len(m[k]) >= 50 {
			return
		}
		if _, known := m[k]; !known {
			u.holeList[f] = append(u.holeList[f], k)
			if !queued[f] {
				queued[f] = true
				work = append(work, f)
			}
		}
		m[k] = append(m[k], w)
	}
	callers := map[*ssa.Function][]*call{}
	for _, c := range u.calls {
		for i := range c.holes {
			if h := &c.holes[i]; encloses(h.key.param.Parent(), c.in) {
				add(c.in, h.key, way{call: c, use: h})
			}
		}
		seen := map[*ssa.Function]bool{}
		for _, t := range c.direct {
			if t.body != nil && !seen[t.body] {
				seen[t.body] = true
				callers[t.body] = append(callers[t.body], c)
			}
		}
	}
	type done struct {
		c *call
		f *ssa.Function
		k hole
	}
	passed := map[done]bool{}
	for len(work) > 0 {
		f := work[0]
		work, queued[f] = work[1:], false
		for _, c := range callers[f] {
			for _, k := range u.holeList[f] {
				if passed[done{c, f, k}] {
					continue
				}
				passed[done{c, f, k}] = true
				for _, t := range c.direct {
					if t.body != f {
						continue
					}
					for _, l := range u.fillers(c, &t, k) {
						if l.param != nil && encloses(l.param.Parent(), c.in) {
							outer := hole{l.param, k.method}
							if u.holeMethod[outer] == nil {
								u.holeMethod[outer] = u.holeMethod[k]
							}
							add(c.in, outer, way{call: c, via: f, in: k, site: t.site})
						}
					}
				}
			}
		}
	}
}

// encloses reports whether f is g or a function around it.
func encloses(f, g *ssa.Function) bool {
	for ; g != nil; g = g.Parent() {
		if f == g {
			return true
		}
	}
	return false
}

// fillers gives what a call puts into a hole of one of its targets.
func (u *unit) fillers(c *call, t *target, k hole) []leaf {
	owner := k.param.Parent()
	if owner == t.body {
		for i, p := range owner.Params {
			if p == k.param && i < len(t.args) {
				if t.args[i] == nil {
					return []leaf{{none: true}}
				}
				return u.valueLeaves(t.args[i], k)
			}
		}
		return nil
	}
	if t.site != nil {
		if arg := argOf(t.site, k.param); arg != nil {
			return u.valueLeaves(arg, k)
		}
	}
	if encloses(owner, c.in) {
		return []leaf{{param: k.param}}
	}
	var out []leaf
	for _, site := range u.callsOf[owner] {
		if arg := argOf(site, k.param); arg != nil {
			for _, l := range u.valueLeaves(arg, k) {
				if l.param == nil {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// valueLeaves is leaves for a hole: a value of a concrete type is one itself, as
// it is passed to a parameter of a type parameter's type.
func (u *unit) valueLeaves(v ssa.Value, k hole) []leaf {
	if k.method != "" && !types.IsInterface(v.Type()) {
		if _, isParam := types.Unalias(v.Type()).(*types.TypeParam); !isParam {
			return []leaf{{typ: v.Type(), val: v}}
		}
	}
	return u.leaves(v)
}

// filled gives the targets for a hole, given a leaf that fills it.
func (u *unit) filled(k hole, l leaf, args []ssa.Value) []target {
	c := &call{}
	switch {
	case k.method == "":
		u.callValue(c, []leaf{l}, args)
	case u.holeMethod[k] != nil:
		u.invoke(c, []leaf{l}, u.holeMethod[k], args, l.val)
	}
	return c.direct
}

// instance gives the function in the graph that is f with a hole filled, and
// makes it when it is new.
func (u *unit) instance(f *ssa.Function, k hole, l leaf) rules.Func {
	key := instanceKey{f, k, l}
	if name, ok := u.instances[key]; ok {
		return name
	}
	name := rules.Func(string(u.name(f)) + instanceMark + k.param.Name() + "." + k.method + "=" + u.leafName(l) + "⟩")
	for i := 2; u.instanceNames[name]; i++ {
		name = rules.Func(string(u.name(f)) + instanceMark + k.param.Name() + "." + k.method + "=" + u.leafName(l) + "#" + itoa(i) + "⟩")
	}
	u.instances[key] = name
	u.instanceNames[name] = true
	if len(u.instances) > 20000 || u.deep > 30 { // a unit that combines everything with everything
		return name
	}
	u.deep++
	u.fillWays(name, f, k, l)
	u.deep--
	return name
}

// instanceMark begins the part of a name that tells instances apart, and that no
// one is shown.
const instanceMark = " ⟨"

// fillWays adds to a function of the graph the calls on f's ways to a hole.
func (u *unit) fillWays(from rules.Func, f *ssa.Function, k hole, l leaf) {
	for _, w := range u.holes[f][k] {
		if w.use != nil {
			for _, t := range u.filled(k, l, holeArgs(w.call)) {
				t.dyn = true
				u.emitThrough(from, w.call, w.use.callee, w.use.frames, t)
			}
			continue
		}
		u.edge(from, w.call, u.instance(w.via, w.in, l), true)
	}
}

// holeArgs are the arguments at the call of a hole.
func holeArgs(c *call) []ssa.Value {
	return c.instr.Common().Args
}

// emitThrough adds the call of a target that happens some frames of another
// package further on.
func (u *unit) emitThrough(from rules.Func, c *call, callee rules.Func, frames []rules.Frame, t target) {
	pos, end := u.span(c)
	if callee == "" {
		u.emit(from, c, t)
		u.fillHoles(from, c, &t, pos, end)
		return
	}
	goal := u.targetName(&t)
	name := rules.Func(string(callee) + instanceMark + string(goal) + "⟩")
	u.graph.Calls[from] = append(u.graph.Calls[from], flow.Edge{Callee: name, Pos: pos, End: end})
	cur := name
	for i, fr := range frames {
		last := i == len(frames)-1
		if last {
			u.emitAt(cur, fr.Pos, t)
			u.fillHoles(cur, c, &t, fr.Pos, rules.Pos{})
			break
		}
		next := rules.Func(string(fr.Func) + instanceMark + string(goal) + "⟩")
		u.graph.Calls[cur] = append(u.graph.Calls[cur], flow.Edge{Callee: next, Pos: fr.Pos})
		cur = next
	}
}
