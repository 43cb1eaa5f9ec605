package pyfront

import (
	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// An outcome is what one run of a unit has found.
type outcome struct {
	own     []flow.Own
	edges   []flow.Edge
	events  []event // module level only: imports and calls in order
	unknown []unknownCall
	patches []patchCall
	selfRec []recursion
	served  []served
	uses    []use
	steps   []step
	rounds  []round
	aways   []away
	harms   [2][]harm // by realm
	holds   []*hold
	asks    rules.Whose // what it asks of where it runs
	guarded []span      // bodies of with statements over locks
	forked  int         // how many of its forks have been looked into

	ownAt     register[ownKey]
	edgeAt    register[edgeKey]
	unknownAt register[rules.Pos]
	useAt     register[useKey]
	stepAt    register[step]
	awayAt    register[away]
	harmsAt   [2]register[harm]
	holdAt    register[span]
}

// emptied is an outcome that has found nothing, with the room of an earlier one.
func (o *outcome) emptied() outcome { return outcome{own: o.own[:0], edges: o.edges[:0]} }

// What makes two effects, or two edges, the same one.
type (
	ownKey struct {
		pos    rules.Pos
		rule   rules.ID
		symbol string
		guard  rules.Guard
	}
	useKey struct {
		pos    rules.Pos
		symbol string
	}
	edgeKey struct {
		callee rules.Func
		kind   flow.EdgeKind
		guard  rules.Guard
		pos    rules.Pos
	}
)

func keyOfOwn(o *flow.Own) ownKey {
	return ownKey{o.Pos, o.Effect.Rule, o.Effect.Symbol, o.Effect.Guard}
}

func keyOfEdge(e *flow.Edge) edgeKey { return edgeKey{e.Callee, e.Kind, e.Guard, e.Pos} }

func keyOfUse(u *use) useKey { return useKey{u.pos, u.effect.Symbol} }

func itself[T any](x *T) T { return *x }

// A register knows which elements a list has. A list that gets long is given an index,
// so that a call in a function of a hundred thousand lines costs no more than another.
type register[K comparable] struct{ at map[K]int }

// manyFound is the length from which a list has an index.
const manyFound = 32

// note appends x to a list that has no element of the same key, and returns where that
// one is; fresh is false where there was one. Elements must not be taken out of the list
// without forgetting the register.
func note[T any, K comparable](r *register[K], list *[]T, x T, key func(*T) K) (i int, fresh bool) {
	k, n := key(&x), len(*list)
	if n < manyFound {
		for i := range *list {
			if key(&(*list)[i]) == k {
				return i, false
			}
		}
	} else {
		if r.at == nil {
			r.at = make(map[K]int, 2*n)
			for i := range *list {
				r.at[key(&(*list)[i])] = i
			}
		}
		if i, ok := r.at[k]; ok {
			return i, false
		}
		r.at[k] = n
	}
	*list = append(*list, x)
	return n, true
}
