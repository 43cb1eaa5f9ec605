package pyfront

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A loop over a stream relies on the stream to let the others run: it waits while the
// kernel has nothing to read, or no room to write. A peer that is faster than the loop
// never makes it wait, and as long as the stream lasts nobody else runs. Such a loop is
// reported where each of its rounds holds the thread for a moment, and where nothing in
// it gives the thread back in another way.

// A step is a call of a library that means something to the loop around it.
type step struct {
	kind     stepKind
	symbol   string
	guard    rules.Guard // in which processes
	pos      rules.Pos
	off, end uint32
}

type stepKind uint8

const (
	takes stepKind = iota // from a stream, or gives to one
	works                 // holds the thread, each time for less than is worth a finding
	waits                 // for an answer, and the others run meanwhile
	rests                 // gives the thread back, which is what it is called for
)

// steps notes what a call means to a loop around it.
func (f *frame) steps(e rules.Entry, v *value, as args, n pyparse.Node) {
	for _, r := range e.Yields {
		if r.Applies(as) && len(e.Offloads) == 0 {
			f.step(rests, v, rules.Guard{}, n)
		}
	}
	for _, r := range e.Streams {
		if r.Applies(as) {
			f.step(takes, v, r.Guard(), n)
		}
	}
	for _, r := range e.Effects {
		switch {
		case !r.Applies(as):
		case r.Rule == "GL203" || r.Adds:
			f.step(works, v, r.Guard(), n)
		case r.Cost == "" && len(e.Streams) == 0 && !strings.Contains(r.Guard().Unless, "patched(thread)"): // a free lock is no wait
			f.step(waits, v, rules.Guard{}, n) // in a process where it holds the thread, it is reported by itself
		}
	}
	if slices.ContainsFunc(e.Offloads, func(m *rules.MoveRow) bool { return m.Waits }) || len(e.Spawns) > 0 { // a full pool waits
		f.step(waits, v, rules.Guard{}, n)
	}
}

func (f *frame) step(k stepKind, v *value, g rules.Guard, n pyparse.Node) {
	s := step{kind: k, symbol: v.name, guard: g, pos: f.pos(n), off: n.Start(), end: n.End()}
	note(&f.u.stepAt, &f.u.steps, s, itself)
}

// does reports whether a unit makes a step of a kind itself.
func (u *unit) does(k stepKind) bool {
	return slices.ContainsFunc(u.steps, func(s step) bool { return s.kind == k })
}

// noteRound notes a loop of unknown length.
func (f *frame) noteRound(l loopInfo) {
	r := round{unit: f.u, node: l.node, head: l.head}
	switch {
	case l.expr || l.async || l.trips > 0 || f.u.async || f.moduleLevel():
		return
	case l.while.Valid():
		r.body = l.while.Body()
	default:
		r.over, r.body = true, l.node.AsFor().Body()
		if c := l.head.AsCall(); c.Valid() && c.Func().Text() == "range" {
			return // so many attempts
		}
	}
	if yieldsValue(r.body) {
		return // its pace is that of whoever asks for the values
	}
	f.u.rounds = append(slices.DeleteFunc(f.u.rounds, func(o round) bool { return o.node == r.node }), r)
}

// starving are the effects of the loops over streams. They come last, when all units
// are known.
func (a *analysis) starving(units []*unit) map[*unit][]flow.Own {
	if !slices.ContainsFunc(units, func(u *unit) bool { return u.does(takes) }) {
		return nil
	}
	s := newStarvation(units)
	type hungry struct {
		round
		take, work step
	}
	var list []hungry
	for _, u := range units {
		for i := range u.rounds {
			r := &u.rounds[i]
			if take, ok := s.nearest(r, takes); ok {
				if work, ok := s.nearest(r, works); ok {
					list = append(list, hungry{*r, take, work})
				}
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	s.findRestful(units)
	list = slices.DeleteFunc(list, func(h hungry) bool { return s.restful(&h.round) })
	out := map[*unit][]flow.Own{}
	for _, h := range list {
		if slices.ContainsFunc(list, func(o hungry) bool { return o.within(&h.round) }) {
			continue
		}
		out[h.unit] = append(out[h.unit], flow.Own{
			Effect: rules.Effect{
				Rule: "GL104", Symbol: "loop",
				Detail: fmt.Sprintf("with %s in each round (%s:%d), which gives the thread back only while %s has to wait", h.work.symbol, h.work.pos.File, h.work.pos.Line, h.take.symbol),
				Guard:  rules.Guard{When: "loop(gevent, eventlet)"}.And(h.take.guard).And(h.work.guard),
			},
			Pos: h.unit.mod.pos(h.node.Start()), End: h.unit.mod.pos(h.head.End()),
		})
	}
	return out
}
