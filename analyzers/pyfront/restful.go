package pyfront

import (
	"slices"

	"github.com/greenlint/greenlint/pyparse"
)

// Whether running something gives the thread back is asked so that silence is the
// likelier mistake. Loops are taken to run, early returns not to happen, and of several
// callees one is enough. A sleep counts whatever its condition: whoever wrote it has
// thought of the others. But a wait counts only where every usual way comes to it.

// findRestful finds the units that give the thread back when they run.
func (s *starvation) findRestful(units []*unit) {
	queued := map[*unit]bool{}
	var todo []*unit
	add := func(u *unit) {
		if !queued[u] && !s.calm[u] {
			queued[u] = true
			todo = append(todo, u)
		}
	}
	for _, u := range units {
		if u.does(waits) || u.does(rests) {
			add(u)
		}
	}
	for len(todo) > 0 {
		u := todo[0]
		todo = todo[1:]
		queued[u] = false
		if s.restfulUnit(u) {
			s.calm[u] = true
			for _, c := range s.callers[u] {
				add(c)
			}
		}
	}
}

func (s *starvation) restfulUnit(u *unit) bool {
	if !u.node.Valid() {
		return true // a library's function, as it is handed on
	}
	w := s.restsOf(u)
	switch u.node.Kind() {
	case pyparse.KindLambda:
		return w.at(u.node)
	case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef:
		return w.block(u.node.AsFunctionDef().Body())
	}
	return false
}

// restful reports whether the usual round of a loop gives the thread back.
func (s *starvation) restful(r *round) bool {
	w := s.restsOf(r.unit)
	if w.sleeps(r.body) || w.block(r.body) {
		return true
	}
	if !r.over {
		return w.at(r.head)
	}
	head := part{head: r.head}
	return slices.ContainsFunc(s.calls[r.unit], func(c ownCall) bool { return s.calm[c.callee] && head.has(c.off, c.end, c.callee) })
}

// resting is where in a unit's text the thread is given back.
type resting struct {
	all     []uint32 // in order
	asleep  []uint32 // by a call that is there for it
	unusual []span
}

func (s *starvation) restsOf(u *unit) *resting {
	w := &resting{unusual: s.shape(u).unusual}
	for _, st := range u.steps {
		switch st.kind {
		case rests:
			w.asleep = append(w.asleep, st.off)
			fallthrough
		case waits:
			w.all = append(w.all, st.off)
		}
	}
	for _, c := range s.calls[u] {
		if s.calm[c.callee] {
			w.all = append(w.all, c.off)
		}
	}
	slices.Sort(w.all)
	return w
}

// at reports whether a simple statement or an expression gives the thread back.
func (w *resting) at(n pyparse.Node) bool {
	if !n.Valid() {
		return false
	}
	i, _ := slices.BinarySearch(w.all, n.Start())
	return i < len(w.all) && w.all[i] < n.End()
}

// sleeps reports whether a sleep is written somewhere in a block, apart from what is
// unusual there.
func (w *resting) sleeps(l pyparse.NodeList) bool {
	in := spanOfAll(l)
	return slices.ContainsFunc(w.asleep, func(off uint32) bool {
		return in.has(off) && !slices.ContainsFunc(w.unusual, func(u span) bool { return u.has(off) && in.has(u.from) })
	})
}

func (w *resting) block(l pyparse.NodeList) bool {
	for n := range l.All() {
		if w.stmt(n) {
			return true
		}
	}
	return false
}

// attempts is block for a loop that tries until it may leave: what stands behind the
// first way out is for when it fails.
func (w *resting) attempts(l pyparse.NodeList) bool {
	for n := range l.All() {
		if leaves(n) {
			return false
		}
		if w.stmt(n) {
			return true
		}
	}
	return false
}

func leaves(n pyparse.Node) (found bool) {
	pyparse.Walk(n, func(m pyparse.Node) bool {
		switch m.Kind() {
		case pyparse.KindBreak, pyparse.KindReturn:
			found = true
		case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda, pyparse.KindClassDef:
			return false
		}
		return !found
	})
	return found
}

func (w *resting) stmt(n pyparse.Node) bool {
	switch n.Kind() {
	case pyparse.KindIf:
		s := n.AsIf()
		if w.at(s.Test()) || w.sleeps(s.Body()) || w.sleeps(s.Orelse()) {
			return true
		}
		raises := s.Body().Len() > 0 && s.Body().At(s.Body().Len()-1).Kind() == pyparse.KindRaise
		return (raises || w.block(s.Body())) && w.block(s.Orelse())
	case pyparse.KindFor:
		return w.at(n.AsFor().Iter()) || w.block(n.AsFor().Body())
	case pyparse.KindWhile:
		return w.at(n.AsWhile().Test()) || w.attempts(n.AsWhile().Body())
	case pyparse.KindTry, pyparse.KindTryStar:
		s := n.AsTry()
		return w.block(s.Body()) || w.block(s.Orelse()) || w.block(s.Finalbody())
	case pyparse.KindWith:
		s := n.AsWith()
		for it := range s.Items().All() {
			if w.at(it) {
				return true
			}
		}
		return w.block(s.Body())
	case pyparse.KindMatch:
		return w.at(n.AsMatch().Subject())
	case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindClassDef:
		return false
	}
	return w.at(n)
}
