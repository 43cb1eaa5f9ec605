package flow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A source is where an effect enters the unit: a function's own, or one that a
// function of another unit is known to have.
type source struct {
	fn       int32
	effect   rules.Effect
	pos, end rules.Pos
	set      guardSet
	cost     cost
	tail     rules.Chain // of a known effect, from inside fn, or of one that is set going elsewhere; nil for others
	here     bool        // the place is pos, whatever the tail
}

// sources lists the live ones in the order of their contents, each once, and
// how many had too many guards.
func sources(g *Graph, x *index, known map[rules.Func][]Summary) (list []source, lost int) {
	for f, name := range x.names {
		if !x.live[f] {
			continue
		}
		for _, own := range g.Own[name] {
			list = append(list, source{fn: int32(f), effect: own.Effect, pos: own.Pos, end: own.End, tail: own.Tail, here: true})
		}
		for _, sum := range known[name] {
			if src, ok := knownSource(x, int32(f), sum); ok {
				list = append(list, src)
			} else {
				lost++
			}
		}
	}
	slices.SortStableFunc(list, compareSources)
	return slices.CompactFunc(list, func(a, b source) bool { return compareSources(a, b) == 0 }), lost
}

func knownSource(x *index, fn int32, sum Summary) (src source, ok bool) {
	if len(sum.Chain) == 0 {
		panic("flow: an empty chain is known of " + string(x.names[fn]))
	}
	src = source{fn: fn, effect: sum.Effect, tail: sum.Chain}
	for _, guard := range sum.Guards {
		if src.set, ok = src.set.with(x.guard[guard]); !ok {
			return src, false
		}
	}
	for _, frame := range sum.Chain {
		if frame.Dynamic {
			src.cost += oneDynamic
		}
	}
	if sum.Offloaded {
		src.cost += oneOffload
	}
	return src, true
}

// depth is the number of calls between the source's function and its effect.
func (s *source) depth() int32 { return int32(max(len(s.tail)-1, 0)) }

// place gives the last place of the source that lies in user code, the function
// around it, and false if there is none.
func (s *source) place(g *Graph, x *index) (pos, end rules.Pos, in rules.Func, ok bool) {
	in = x.names[s.fn]
	if s.here {
		return s.pos, s.end, in, !x.foreign[s.fn]
	}
	for i := len(s.tail) - 1; i > 0; i-- {
		if f := s.tail[i-1].Func; g.Foreign == nil || !g.Foreign(f) {
			return s.tail[i].Pos, rules.Pos{}, f, true
		}
	}
	return s.tail[0].Pos, rules.Pos{}, in, !x.foreign[s.fn]
}

func compareSources(a, b source) int {
	if c := cmp.Or(cmp.Compare(a.fn, b.fn), compareEffects(&a.effect, &b.effect)); c != 0 {
		return c
	}
	return cmp.Or(
		a.pos.Compare(b.pos),
		a.end.Compare(b.end),
		cmp.Compare(a.set, b.set),
		cmp.Compare(a.cost, b.cost),
		slices.CompareFunc(a.tail, b.tail, compareFrames),
	)
}

func compareFrames(a, b rules.Frame) int {
	return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Func, b.Func), compareBools(a.Dynamic, b.Dynamic), cmp.Compare(a.Option, b.Option))
}

// compareEffects orders effects by all but Row, which says more about the same.
func compareEffects(a, b *rules.Effect) int {
	if a == b || *a == *b {
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.Rule, b.Rule),
		strings.Compare(a.Symbol, b.Symbol),
		strings.Compare(a.Detail, b.Detail),
		compareGuards(a.Guard, b.Guard),
		compareBools(a.HoldsGIL, b.HoldsGIL),
		cmp.Compare(a.Severity, b.Severity),
	)
}

// An effectClass is what judging an effect depends on. Of the effects of one
// class that leave user code by the same call, the nearest speaks for all.
type effectClass struct {
	rule     rules.ID
	guard    rules.Guard
	gil      bool
	severity rules.Severity
}

func classOf(e *rules.Effect) effectClass {
	return effectClass{e.Rule, e.Guard, e.HoldsGIL, e.Severity}
}
