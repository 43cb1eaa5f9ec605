package flow

import (
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// Awake are the contexts that can hold somebody up: without those that run while no
// other task does, such as what a server does before it takes its first request, and
// without what is only ever called from there.
func Awake(g *Graph, contexts []rules.Context) []rules.Context {
	idle := map[rules.Func]bool{}
	var todo []rules.Func
	for _, c := range contexts {
		if c.Idle && !idle[c.Func] {
			idle[c.Func] = true
			todo = append(todo, c.Func)
		}
	}
	if len(todo) == 0 {
		return contexts
	}
	common := map[string]bool{} // kinds of context that idle functions are of too: "async def" says nothing of when
	for _, c := range contexts {
		if idle[c.Func] {
			common[c.Kind] = true
		}
	}
	busy := map[rules.Func]bool{}
	for _, c := range contexts {
		if !common[c.Kind] {
			busy[c.Func] = true
		}
	}
	others := map[rules.Func]int{} // calls of a function by those that are not known to be idle
	for f, edges := range g.Calls {
		for _, e := range edges {
			if e.Callee != f {
				others[e.Callee]++
			}
			if e.Kind != Call {
				busy[e.Callee] = true
			}
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, e := range g.Calls[todo[0]] {
			f := e.Callee
			if f == todo[0] {
				continue
			}
			if others[f]--; others[f] == 0 && !idle[f] && !busy[f] {
				idle[f] = true
				todo = append(todo, f)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(contexts), func(c rules.Context) bool { return idle[c.Func] })
}
