package flow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// An index is a graph in numbers. Functions and guards are numbered in the order
// of their contents, edges by caller and then by place, so that comparing
// numbers is comparing contents.
type index struct {
	names   []rules.Func
	number  map[rules.Func]int32
	foreign []bool
	live    []bool // may be reached from an entry

	guards []rules.Guard // guard n is guards[n-1]; 0 is the zero guard
	guard  map[rules.Guard]uint32

	edges []edge
	into  []inEdge // the edges of live callers, grouped by callee
	first []int32  // into[first[f]:first[f+1]] lead to f
}

// An edge is one of the graph's, with both ends.
type edge struct {
	*Edge
	caller, callee int32
}

// An inEdge is an edge as seen from its callee; 16 bytes, since the search reads
// little else.
type inEdge struct {
	caller  int32
	edge    int32
	guard   uint32
	dynamic bool
	offload bool
}

// newIndex numbers the graph. known holds the summaries of the functions that
// have no body in the unit.
func newIndex(g *Graph, entries []rules.Func) (x *index, known map[rules.Func][]Summary) {
	x = &index{number: map[rules.Func]int32{}, guard: map[rules.Guard]uint32{}}
	x.numberFuncs(g, entries)
	known = x.askKnown(g)
	x.numberGuards(g, known)
	x.numberEdges(g)
	x.markLive(entries)
	x.turnRound()
	return x, known
}

func (x *index) numberFuncs(g *Graph, entries []rules.Func) {
	add := func(f rules.Func) {
		if _, ok := x.number[f]; !ok {
			x.number[f] = 0
			x.names = append(x.names, f)
		}
	}
	for f := range g.Own {
		add(f)
	}
	for f, edges := range g.Calls {
		add(f)
		for i := range edges {
			add(edges[i].Callee)
		}
	}
	for _, f := range entries {
		add(f)
	}
	slices.Sort(x.names)
	x.foreign = make([]bool, len(x.names))
	for i, f := range x.names {
		x.number[f] = int32(i)
		x.foreign[i] = g.Foreign != nil && g.Foreign(f)
	}
}

func (x *index) askKnown(g *Graph) map[rules.Func][]Summary {
	if g.Known == nil {
		return nil
	}
	known := map[rules.Func][]Summary{}
	for _, f := range x.names {
		_, own := g.Own[f]
		_, calls := g.Calls[f]
		if own || calls {
			continue
		}
		if s := g.Known(f); len(s) > 0 {
			known[f] = s
		}
	}
	return known
}

func (x *index) numberGuards(g *Graph, known map[rules.Func][]Summary) {
	add := func(guard rules.Guard) {
		if guard == (rules.Guard{}) {
			return
		}
		if _, ok := x.guard[guard]; !ok {
			x.guard[guard] = 0
			x.guards = append(x.guards, guard)
		}
	}
	for _, edges := range g.Calls {
		for i := range edges {
			add(edges[i].Guard)
		}
	}
	for _, list := range known {
		for _, s := range list {
			for _, guard := range s.Guards {
				add(guard)
			}
		}
	}
	slices.SortFunc(x.guards, compareGuards)
	for i, guard := range x.guards {
		x.guard[guard] = uint32(i + 1)
	}
}

func (x *index) numberEdges(g *Graph) {
	n := 0
	for _, edges := range g.Calls {
		n += len(edges)
	}
	x.edges = make([]edge, 0, n)
	for caller, f := range x.names {
		start, calls := len(x.edges), g.Calls[f]
		for i := range calls {
			x.edges = append(x.edges, edge{&calls[i], int32(caller), x.number[calls[i].Callee]})
		}
		mine := x.edges[start:]
		slices.SortFunc(mine, compareEdges)
		mine = slices.CompactFunc(mine, func(a, b edge) bool { return compareEdges(a, b) == 0 })
		x.edges = x.edges[:start+len(mine)]
	}
}

// markLive marks what can be reached from the entries by edges of any kind.
func (x *index) markLive(entries []rules.Func) {
	from := make([]int32, len(x.names)+1) // edges[from[f]:from[f+1]] are f's
	for _, e := range x.edges {
		from[e.caller+1]++
	}
	for f := range x.names {
		from[f+1] += from[f]
	}
	x.live = make([]bool, len(x.names))
	var todo []int32
	reach := func(f int32) {
		if !x.live[f] {
			x.live[f] = true
			todo = append(todo, f)
		}
	}
	for _, f := range entries {
		reach(x.number[f])
	}
	for len(todo) > 0 {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, e := range x.edges[from[f]:from[f+1]] {
			reach(e.callee)
		}
	}
}

func (x *index) turnRound() {
	x.first = make([]int32, len(x.names)+1)
	for _, e := range x.edges {
		if x.live[e.caller] {
			x.first[e.callee+1]++
		}
	}
	for f := range x.names {
		x.first[f+1] += x.first[f]
	}
	x.into = make([]inEdge, x.first[len(x.names)])
	next := slices.Clone(x.first)
	for i, e := range x.edges {
		if x.live[e.caller] {
			x.into[next[e.callee]] = inEdge{e.caller, int32(i), x.guard[e.Guard], e.Dynamic, e.Kind == Offload}
			next[e.callee]++
		}
	}
}

// compareEdges orders the edges of one caller by place, and completely.
func compareEdges(a, b edge) int {
	if c := a.Pos.Compare(b.Pos); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.callee, b.callee),
		cmp.Compare(a.Kind, b.Kind),
		compareBools(a.Dynamic, b.Dynamic),
		compareGuards(a.Guard, b.Guard),
		a.End.Compare(b.End),
	)
}

func compareGuards(a, b rules.Guard) int {
	return cmp.Or(
		strings.Compare(a.When, b.When),
		strings.Compare(a.Unless, b.Unless),
		strings.Compare(a.Bound, b.Bound),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
