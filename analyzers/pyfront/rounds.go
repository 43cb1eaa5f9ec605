package pyfront

import (
	"cmp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A round is one time through a loop of unknown length.
type round struct {
	unit *unit
	node pyparse.Node // the loop
	head pyparse.Node // what it goes over, or its test
	body pyparse.NodeList
	over bool // it goes over the head
}

// within reports whether it is the round of a loop inside another one.
func (r *round) within(o *round) bool {
	return r.node != o.node && r.unit == o.unit && spanOf(o.node).has(r.node.Start())
}

// A starvation is the search for loops that starve the others.
type starvation struct {
	calls   map[*unit][]ownCall
	callers map[*unit][]*unit
	shapes  map[*unit]*shape
	calm    map[*unit]bool              // a run gives the thread back
	leads   map[stepKind]map[*unit]bool // to a step of a kind
}

// An ownCall is a call that runs in the same task in every process.
type ownCall struct {
	callee   *unit
	off, end uint32
	dynamic  bool
}

func newStarvation(units []*unit) *starvation {
	s := &starvation{
		calls: map[*unit][]ownCall{}, callers: map[*unit][]*unit{}, shapes: map[*unit]*shape{},
		calm: map[*unit]bool{}, leads: map[stepKind]map[*unit]bool{takes: {}, works: {}},
	}
	byName := map[rules.Func]*unit{}
	for _, u := range units {
		byName[u.name] = u
	}
	for _, u := range units {
		for _, e := range u.edges {
			if c := byName[e.Callee]; c != nil && e.Kind == flow.Call && e.Guard == (rules.Guard{}) {
				s.calls[u] = append(s.calls[u], ownCall{c, uint32(e.Pos.Offset), uint32(e.End.Offset), e.Dynamic})
				s.callers[c] = append(s.callers[c], u)
			}
		}
	}
	for k, leads := range s.leads {
		var todo []*unit
		for _, u := range units {
			if u.does(k) {
				leads[u] = true
				todo = append(todo, u)
			}
		}
		for len(todo) > 0 {
			u := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, c := range s.callers[u] {
				if !leads[c] {
					leads[c] = true
					todo = append(todo, c)
				}
			}
		}
	}
	return s
}

// roundDepth is how many calls away a step still belongs to the round: behind more, it is
// hardly done each time.
const roundDepth = 4

// nearest is the nearest step of a kind that a round comes to, in the loop's text or in
// what it calls. A stream that is read in another loop on the way is that loop's.
func (s *starvation) nearest(r *round, k stepKind) (step, bool) {
	type place struct {
		u    *unit
		part part
	}
	todo := []place{{r.unit, s.usual(r, k == takes)}}
	seen := map[*unit]bool{}
	for depth := 0; len(todo) > 0 && depth <= roundDepth; depth++ {
		var found []step
		var next []place
		for _, p := range todo {
			if !s.leads[k][p.u] {
				continue
			}
			for _, st := range p.u.steps {
				if st.kind == k && p.part.has(st.off, st.end, nil) {
					found = append(found, st)
				}
			}
			for _, c := range s.calls[p.u] {
				if !seen[c.callee] && p.part.has(c.off, c.end, c.callee) && s.certain(p.u, c) {
					seen[c.callee] = true
					next = append(next, place{c.callee, s.partOf(c.callee, k == takes)})
				}
			}
		}
		if len(found) > 0 {
			return slices.MinFunc(found, func(a, b step) int {
				return cmp.Or(a.pos.Compare(b.pos), strings.Compare(a.symbol, b.symbol), strings.Compare(a.guard.When, b.guard.When), strings.Compare(a.guard.Unless, b.guard.Unless))
			}), true
		}
		todo = next
	}
	return step{}, false
}

// certain reports whether one callee speaks for a call: because it is the only one, or
// because all are methods of classes with a base in common. What is merely kept under one
// name, as the next application of a chain is, doesn't, even if no other one is seen.
func (s *starvation) certain(u *unit, call ownCall) bool {
	if call.callee.short == "__call__" {
		return false
	}
	if !call.dynamic {
		return true
	}
	var common []*class
	for _, c := range s.calls[u] {
		if c.off != call.off || c.end != call.end {
			continue
		}
		if c.callee.class == nil {
			return false
		}
		var line []*class
		for _, x := range c.callee.class.order() {
			if x.class != nil && (common == nil || slices.Contains(common, x.class)) {
				line = append(line, x.class)
			}
		}
		if common = line; len(line) == 0 {
			return false
		}
	}
	return true
}

// A span is a part of a file.
type span struct{ from, to uint32 }

func (s span) has(off uint32) bool { return s.from <= off && off < s.to }

func spanOf(n pyparse.Node) span { return span{n.Start(), n.End()} }

func spanOfAll(l pyparse.NodeList) span {
	if l.Len() == 0 {
		return span{}
	}
	return span{l.At(0).Start(), l.At(l.Len() - 1).End()}
}

func anyHas(list []span, off uint32) bool {
	return slices.ContainsFunc(list, func(s span) bool { return s.has(off) })
}

// A part is those places of a unit that the usual round comes to.
type part struct {
	in   []span
	out  []span
	head pyparse.Node // beside in: what a loop goes over, in so far as that is asked anew in each round
}

func (p part) has(off, end uint32, callee *unit) bool {
	if p.head.Valid() && off == p.head.Start() && end == p.head.End() {
		return lazy(p.head, callee)
	}
	return anyHas(p.in, off) && !anyHas(p.out, off)
}

// lazy reports whether going over something comes to a callee in each round or, where
// that is nil, to a library's call: other calls are made before the first round.
func lazy(over pyparse.Node, callee *unit) bool {
	c := over.AsCall()
	switch {
	case c.Valid() && c.Func().Text() == "iter":
		return true
	case callee != nil:
		return callee.isGen || callee.short == "__next__" || callee.short == "__iter__"
	}
	return !c.Valid() || c.Func().Kind() != pyparse.KindAttribute || !strings.HasPrefix(c.Func().AsAttribute().Attr(), "read")
}

// usual is what the usual round of a loop comes to: not to handlers, nor to the branches
// that end the loop. With once, it is what it comes to once.
func (s *starvation) usual(r *round, once bool) part {
	p := part{in: []span{spanOfAll(r.body)}}
	if r.over {
		p.head = r.head
	} else {
		p.in = append(p.in, spanOf(r.head))
	}
	for n := range r.body.All() {
		pyparse.Walk(n, func(n pyparse.Node) bool {
			for _, l := range branches(n) {
				if last := l.At(l.Len() - 1).Kind(); last == pyparse.KindReturn || last == pyparse.KindBreak {
					p.out = append(p.out, spanOfAll(l))
				}
			}
			return true
		})
	}
	sh := s.shape(r.unit)
	for _, sp := range sh.unusual {
		if !sp.has(r.node.Start()) {
			p.out = append(p.out, sp)
		}
	}
	if once {
		for _, sp := range sh.loops {
			if spanOfAll(r.body).has(sp.from) {
				p.out = append(p.out, sp)
			}
		}
	}
	return p
}

// partOf is what a usual call of a unit comes to; with once, what it comes to once. A
// generator is called as often as its own loop has something: what it does before is
// done once for all rounds.
func (s *starvation) partOf(u *unit, once bool) part {
	sh := s.shape(u)
	switch {
	case u.isGen:
		return part{in: sh.loops, out: sh.unusual}
	case once:
		return part{in: []span{spanOf(u.node)}, out: slices.Concat(sh.unusual, sh.loops)}
	}
	return part{in: []span{spanOf(u.node)}, out: sh.unusual}
}

// A shape is where the parts of a unit are that don't run in the usual course of things,
// and those that run more than once.
type shape struct {
	unusual []span // handlers, and branches that end in raise
	loops   []span
}

func (s *starvation) shape(u *unit) *shape {
	if sh := s.shapes[u]; sh != nil {
		return sh
	}
	sh := new(shape)
	s.shapes[u] = sh
	pyparse.Walk(u.node, func(n pyparse.Node) bool {
		switch n.Kind() {
		case pyparse.KindExceptHandler:
			sh.unusual = append(sh.unusual, spanOf(n))
		case pyparse.KindFor, pyparse.KindAsyncFor, pyparse.KindWhile, pyparse.KindListComp, pyparse.KindSetComp, pyparse.KindGeneratorExp, pyparse.KindDictComp:
			sh.loops = append(sh.loops, spanOf(n))
		}
		for _, l := range branches(n) {
			if l.At(l.Len()-1).Kind() == pyparse.KindRaise {
				sh.unusual = append(sh.unusual, spanOfAll(l))
			}
		}
		return true
	})
	return sh
}

// branches are those of an if statement that have statements.
func branches(n pyparse.Node) (out []pyparse.NodeList) {
	if s := n.AsIf(); s.Valid() {
		for _, l := range []pyparse.NodeList{s.Body(), s.Orelse()} {
			if l.Len() > 0 {
				out = append(out, l)
			}
		}
	}
	return out
}
