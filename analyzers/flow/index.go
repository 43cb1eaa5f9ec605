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
	out   []link  // the edges again; out[from[f]:from[f+1]] lead away from f
	from  []int32 //
	into  []link  // the edges of live callers, by callee; into[to[f]:to[f+1]] lead to f
	to    []int32 //
}

// An edge is one of the graph's, with both ends.
type edge struct {
	*Edge
	caller, callee int32
}

// A link is an edge as seen from one end: 16 bytes, since the search reads little
// else.
type link struct {
	fn      int32 // at the other end
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
	x.linkOut()
	x.markLive(entries)
	x.linkInto()
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

func (x *index) linkOut() {
	x.from = make([]int32, len(x.names)+1)
	x.out = make([]link, len(x.edges))
	for i, e := range x.edges {
		x.from[e.caller+1]++
		x.out[i] = link{e.callee, int32(i), x.guard[e.Guard], e.Dynamic, e.Kind == Offload}
	}
	sumUp(x.from)
}

// markLive marks what can be reached from the entries by edges of any kind.
func (x *index) markLive(entries []rules.Func) {
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
		for _, l := range x.out[x.from[f]:x.from[f+1]] {
			reach(l.fn)
		}
	}
}

func (x *index) linkInto() {
	x.to = make([]int32, len(x.names)+1)
	for _, e := range x.edges {
		if x.live[e.caller] {
			x.to[e.callee+1]++
		}
	}
	sumUp(x.to)
	x.into = make([]link, x.to[len(x.names)])
	next := slices.Clone(x.to)
	for i, e := range x.edges {
		if x.live[e.caller] {
			l := x.out[i]
			l.fn = e.caller
			x.into[next[e.callee]] = l
			next[e.callee]++
		}
	}
}

// sumUp turns counts, each one place late, into where each begins.
func sumUp(counts []int32) {
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
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
		strings.Compare(a.Option, b.Option),
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
