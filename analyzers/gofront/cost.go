package gofront

import (
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// Rough costs in seconds, on a machine of the year 2024. They decide between
// loops that take milliseconds and those that take seconds, no more.
const (
	costSimple  = 0.15e-9 // an operation on registers
	costCall    = 2e-9    // a call within the package, without the body
	costLibrary = 15e-9   // a call of a library that nothing else is known of
	costMap     = 15e-9   // a look-up or a step through a map
	costAlloc   = 20e-9   // an object on the heap
	costGo      = 300e-9  // starting a goroutine
	costChan    = 50e-9   // a channel operation that need not wait
	costByte    = 3e-10   // copying a byte, with the garbage that it makes
)

// trips is how many rounds a loop makes, where that is known.
func (u *unit) trips(l *loop) (float64, bool) {
	if t, ok := u.tripCache[l]; ok {
		return t.n, t.ok
	}
	if u.counting[l] { // the loop's rounds hang on what the loop itself makes
		return 0, false
	}
	u.counting[l] = true
	n, ok := u.countTrips(l)
	delete(u.counting, l)
	if len(u.counting) == 0 { // the answer does not hang on who asked
		u.tripCache[l] = trips{n, ok}
	}
	return n, ok
}

// trips is what is known of the number of a loop's rounds.
type trips struct {
	n  float64
	ok bool
}

func (u *unit) countTrips(l *loop) (float64, bool) {
	for _, b := range l.list {
		for _, in := range b.Instrs {
			if nx, ok := in.(*ssa.Next); ok && b == l.header {
				if r, ok := nx.Iter.(*ssa.Range); ok {
					return u.size(r.X, map[ssa.Value]bool{})
				}
			}
		}
	}
	cond, ok := l.header.Instrs[len(l.header.Instrs)-1].(*ssa.If)
	if !ok {
		return 0, false
	}
	cmp, ok := cond.Cond.(*ssa.BinOp)
	if !ok {
		return 0, false
	}
	x := cmp.X
	if add, ok := x.(*ssa.BinOp); ok && add.Op == token.ADD {
		x = add.X
	}
	phi, ok := x.(*ssa.Phi)
	if !ok || phi.Block() != l.header {
		return 0, false
	}
	start, step := math.NaN(), math.NaN()
	for i, e := range phi.Edges {
		if !l.blocks[phi.Block().Preds[i]] {
			if c, ok := u.number(e); ok {
				start = c
			}
			continue
		}
		if add, ok := e.(*ssa.BinOp); ok && add.X == ssa.Value(phi) {
			if c, ok := u.number(add.Y); ok {
				switch add.Op {
				case token.ADD:
					step = c
				case token.SUB:
					step = -c
				}
			}
		}
	}
	if math.IsNaN(start) || math.IsNaN(step) || step == 0 {
		return 0, false
	}
	limit, ok := u.number(cmp.Y)
	if !ok {
		if call, isCall := cmp.Y.(*ssa.Call); isCall {
			if b, isB := call.Common().Value.(*ssa.Builtin); isB && b.Name() == "len" {
				limit, ok = u.size(call.Common().Args[0], map[ssa.Value]bool{})
			}
		}
	}
	if !ok {
		return 0, false
	}
	n := (limit - start) / step
	return max(n, 0), n < 1e18
}

func (u *unit) number(v ssa.Value) (float64, bool) {
	c, ok := u.constant(v)
	if !ok || c == nil || c.Kind() != constant.Int && c.Kind() != constant.Float {
		return 0, false
	}
	f, _ := constant.Float64Val(constant.ToFloat(c))
	return f, true
}

// loopTrips is how often a block is entered by the loops around it; false where
// none is, or one of them has no known number of rounds.
func (u *unit) loopTrips(b *ssa.BasicBlock) (float64, bool) {
	n, any := 1.0, false
	for _, l := range u.loopsOf(b.Parent()) {
		if !l.blocks[b] {
			continue
		}
		t, ok := u.trips(l)
		if !ok {
			return 0, false
		}
		n, any = n*t, true
	}
	return n, any
}

// loopCost estimates how long a loop takes, where its rounds are known.
func (u *unit) loopCost(l *loop) (float64, bool) {
	n, ok := u.trips(l)
	if !ok {
		return 0, false
	}
	return n * u.roundCost(l, n), true
}

func (u *unit) roundCost(l *loop, n float64) float64 {
	round := 0.0
	inner := map[*ssa.BasicBlock]bool{}
	for _, m := range u.loopsOf(l.header.Parent()) {
		if m == l || !l.blocks[m.header] || inner[m.header] {
			continue
		}
		for _, b := range m.list {
			inner[b] = true
		}
		if c, ok := u.loopCost(m); ok {
			round += c
		} else {
			round += u.roundCost(m, 1)
		}
	}
	for _, b := range l.list {
		if !inner[b] {
			round += u.blockCost(b, l, n)
		}
	}
	return round
}

func (u *unit) blockCost(b *ssa.BasicBlock, l *loop, n float64) (s float64) {
	for _, in := range b.Instrs {
		switch in := in.(type) {
		case *ssa.Phi, *ssa.DebugRef, *ssa.Jump:
		case *ssa.Go:
			s += costGo
		case *ssa.Send, *ssa.Select:
			s += costChan
		case *ssa.MapUpdate, *ssa.Lookup:
			s += costMap
		case *ssa.Next:
			if in.IsString {
				s += 1e-9
			} else {
				s += costMap
			}
		case *ssa.MakeSlice, *ssa.MakeMap, *ssa.MakeClosure:
			s += costAlloc
		case *ssa.Alloc:
			if in.Heap {
				s += costAlloc
			}
		case *ssa.BinOp:
			s += costSimple
			if b, ok := in.X.Type().Underlying().(*types.Basic); ok && b.Kind() == types.String && in.Op == token.ADD {
				s += costAlloc
				if _, grows := in.X.(*ssa.Phi); grows && l != nil { // s += x: the whole of s is copied every time
					if add, ok := u.size(in.Y, map[ssa.Value]bool{}); ok {
						s += n / 2 * add * costByte
					}
				}
			}
		case *ssa.Call:
			s += u.callCost(in)
		default:
			s += costSimple
		}
	}
	return s
}

func (u *unit) callCost(in *ssa.Call) float64 {
	c := u.callAt[in]
	if c == nil {
		return costCall
	}
	most := costCall
	for _, t := range c.direct {
		s := costLibrary
		switch {
		case t.body != nil:
			s = u.bodyCost(t.body)
		case t.ext != "":
			s = costCall
		default:
			e := u.entry(u.targetSymbol(&t))
			for _, row := range e.Effects {
				if x, ok := row.Seconds(newArgs(u, &t)); ok && row.Applies(newArgs(u, &t)) {
					s = max(s, x)
				}
			}
		}
		most = max(most, s)
	}
	return most
}

// bodyCost estimates a function, each once; one that calls itself is counted as
// if it did not. Functions are asked for in a fixed order, so the answer is the
// same in every run.
func (u *unit) bodyCost(fn *ssa.Function) float64 {
	if s, ok := u.bodyCosts[fn]; ok {
		return s
	}
	u.bodyCosts[fn] = costCall
	s := costCall
	loops := u.loopsOf(fn)
	for _, b := range fn.Blocks {
		if !slices.ContainsFunc(loops, func(l *loop) bool { return l.blocks[b] }) {
			s += u.blockCost(b, nil, 1)
		}
	}
	for _, l := range loops {
		if x, ok := u.loopCost(l); ok && !slices.ContainsFunc(loops, func(m *loop) bool { return m != l && m.blocks[l.header] }) {
			s += x
		}
	}
	u.bodyCosts[fn] = s
	return s
}

// recursion adds a function that calls itself twice with smaller numbers, where
// it is called with a constant: fib(40).
func (u *unit) recursion(fn *ssa.Function) {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			ci, ok := in.(*ssa.Call)
			if !ok {
				continue
			}
			f := ci.Common().StaticCallee()
			if f == nil || f == fn || !u.has[f] {
				continue
			}
			for i, p := range f.Params {
				if i >= len(ci.Common().Args) {
					break
				}
				n, ok := u.number(ci.Common().Args[i])
				if !ok || n < 2 {
					continue
				}
				var sum float64 // of 2^-step: 0.75 for fib
				calls := 0
				for _, c := range u.callsOf[f] {
					if c.Parent() != f || i >= len(c.Common().Args) {
						continue
					}
					if sub, ok := c.Common().Args[i].(*ssa.BinOp); ok && sub.Op == token.SUB && sub.X == ssa.Value(p) {
						if step, ok := u.number(sub.Y); ok && step > 0 {
							calls++
							sum += math.Exp2(-step)
						}
					}
				}
				if calls < 2 {
					continue
				}
				base := 1.618
				if sum >= 1 {
					base = 2
				}
				s := math.Pow(base, n) * costCall
				if s < u.conf.budget {
					continue
				}
				detail := "about " + seconds(s)
				u.graph.Own[u.name(fn)] = append(u.graph.Own[u.name(fn)], flow.Own{
					Effect: rules.Effect{Rule: cpuLoop, Symbol: string(u.name(f)), Detail: detail}, Pos: u.place(callPos(ci)),
				})
			}
		}
	}
}
