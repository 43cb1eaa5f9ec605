package gofront

import (
	"cmp"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// A loop is a natural loop: a header that dominates the jumps back to it.
type loop struct {
	header *ssa.BasicBlock
	blocks map[*ssa.BasicBlock]bool
	list   []*ssa.BasicBlock // the same, in order
}

// cpuLoop is the rule of loops that don't give the thread back.
const cpuLoop rules.ID = "GL101"

func (u *unit) loopsOf(fn *ssa.Function) []*loop {
	if l, ok := u.loopCache[fn]; ok {
		return l
	}
	by := map[*ssa.BasicBlock]*loop{}
	var out []*loop
	live := u.live[fn]
	for _, b := range fn.Blocks {
		if live != nil && !live[b.Index] {
			continue
		}
		for _, h := range b.Succs {
			if !h.Dominates(b) {
				continue
			}
			l := by[h]
			if l == nil {
				l = &loop{header: h, blocks: map[*ssa.BasicBlock]bool{h: true}}
				by[h] = l
				out = append(out, l)
			}
			work := []*ssa.BasicBlock{b}
			for len(work) > 0 {
				x := work[len(work)-1]
				work = work[:len(work)-1]
				if !l.blocks[x] {
					l.blocks[x] = true
					work = append(work, x.Preds...)
				}
			}
		}
	}
	for _, l := range out {
		for _, b := range fn.Blocks {
			if l.blocks[b] {
				l.list = append(l.list, b)
			}
		}
	}
	u.loopCache[fn] = out
	return out
}

// ownLoops adds the loops of a function that hold the thread.
func (u *unit) ownLoops(fn *ssa.Function) {
	var reported []*loop
	inside := func(l *loop) bool {
		for _, r := range reported {
			if r != l && r.blocks[l.header] {
				return true
			}
		}
		return false
	}
	for _, l := range u.loopsOf(fn) { // outer loops first: their headers come first
		if inside(l) {
			continue
		}
		if !u.turns(l, nil) {
			continue // every round waits for something
		}
		guard, always := u.yieldGuard(l)
		if !always {
			continue
		}
		detail := ""
		switch kind := u.ending(l); kind {
		case neverEnds:
			detail = "that never ends"
		case spins:
			detail = "that spins until something changes"
		case asksDevice:
			detail = "that spins until something changes"
			guard = guard.And(rules.Guard{When: "loop(tinygo)"})
		default:
			s, ok := u.loopCost(l)
			if !ok || s < u.conf.budget {
				continue
			}
			detail = "about " + seconds(s)
		}
		reported = append(reported, l)
		pos, end := u.loopPlace(fn, l)
		u.graph.Own[u.name(fn)] = append(u.graph.Own[u.name(fn)], flow.Own{
			Effect: rules.Effect{Rule: cpuLoop, Symbol: "loop", Detail: detail, Guard: guard}, Pos: pos, End: end,
		})
	}
	u.recursion(fn)
}

// turns reports whether the loop has a round without any of the blocks in cut
// and without one that waits.
func (u *unit) turns(l *loop, cut map[*ssa.BasicBlock]bool) bool {
	stop := func(b *ssa.BasicBlock) bool { return cut[b] || u.blockWaits(b) }
	if stop(l.header) {
		return false
	}
	seen := map[*ssa.BasicBlock]bool{l.header: true}
	work := []*ssa.BasicBlock{l.header}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, s := range b.Succs {
			if s == l.header {
				return true
			}
			if l.blocks[s] && !seen[s] && !stop(s) && u.live[s.Parent()][s.Index] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}

// yieldGuard gives the processes in which no round of the loop yields for sure;
// false if there is none.
func (u *unit) yieldGuard(l *loop) (rules.Guard, bool) {
	by := map[rules.Guard]map[*ssa.BasicBlock]bool{}
	for _, b := range l.list {
		for _, in := range b.Instrs {
			ci, ok := in.(ssa.CallInstruction)
			if !ok || u.callAt[ci] == nil {
				continue
			}
			for _, t := range u.callAt[ci].direct {
				for _, g := range u.yieldsOf(&t) {
					if by[g] == nil {
						by[g] = map[*ssa.BasicBlock]bool{}
					}
					by[g][b] = true
				}
			}
		}
	}
	var out rules.Guard
	for _, g := range sortedGuards(by) {
		blocks := by[g]
		if u.turns(l, blocks) {
			continue
		}
		if g == (rules.Guard{}) {
			return out, false
		}
		if g.Unless == "" {
			out = out.And(rules.Guard{Unless: g.When})
		}
	}
	return out, true
}

// yieldsOf gives the conditions under which a target gives the thread back.
func (u *unit) yieldsOf(t *target) (out []rules.Guard) {
	if t.body != nil {
		return u.yielding[t.body]
	}
	if t.ext != "" {
		return nil
	}
	e := u.entry(u.targetSymbol(t))
	for _, y := range e.Yields {
		if y.Applies(newArgs(u, t)) {
			out = append(out, y.Guard())
		}
	}
	return out
}

// findYields marks the functions that yield in whatever way they go: as far as
// their first block says.
func (u *unit) findYields() {
	u.yielding = map[*ssa.Function][]rules.Guard{}
	for changed := true; changed; {
		changed = false
		for _, c := range u.calls {
			if c.instr.Block() != c.in.Blocks[0] || len(u.yielding[c.in]) > 0 {
				continue
			}
			for _, t := range c.direct {
				if g := u.yieldsOf(&t); len(g) > 0 && !t.dyn {
					u.yielding[c.in] = g
					changed = true
				}
			}
		}
	}
}

// findWaits marks the functions that may wait: a loop that calls one is not a
// loop that computes.
func (u *unit) findWaits() {
	u.waits = map[*ssa.Function]bool{}
	for changed := true; changed; {
		changed = false
		for _, fn := range u.funcs {
			if u.waits[fn] {
				continue
			}
			for _, b := range fn.Blocks {
				if u.live[fn][b.Index] && u.blockWaits(b) {
					u.waits[fn], changed = true, true
					break
				}
			}
		}
	}
}

// blockWaits reports whether a block may wait for something outside the thread.
func (u *unit) blockWaits(b *ssa.BasicBlock) bool {
	for _, in := range b.Instrs {
		switch in := in.(type) {
		case *ssa.UnOp:
			if in.Op == token.ARROW {
				return true
			}
		case *ssa.Send:
			return true
		case *ssa.Select:
			if in.Blocking {
				return true
			}
		case *ssa.Call:
			c := u.callAt[in]
			if c == nil {
				continue
			}
			if c.unknown || len(c.holes) > 0 || len(c.fills) > 0 {
				return true
			}
			for _, t := range c.direct {
				if u.targetWaits(&t) {
					return true
				}
			}
		}
	}
	return false
}

func (u *unit) targetWaits(t *target) bool {
	if t.body != nil {
		return u.waits[t.body]
	}
	if t.ext != "" {
		return u.imported(t.extPkg).has(t.ext)
	}
	e := u.entry(u.targetSymbol(t))
	if e.Wall() {
		for _, row := range e.Effects {
			if row.Cost == "" && !row.Local && row.Rule != "GL102" && row.Applies(newArgs(u, t)) {
				return true
			}
		}
		return false
	}
	if path := pkgPath(t.obj); !isStd(path) {
		return u.imported(path).has(rules.Func(t.obj.FullName()))
	}
	return false
}

// An ending is how a loop comes to its end.
type ending int

const (
	ends       ending = iota // by what it does itself
	neverEnds                //
	spins                    // when something else changes what it looks at
	asksDevice               // likewise, but it calls something to look: a bus, a pin
)

func (u *unit) ending(l *loop) ending {
	exits := 0
	kind := spins
	for _, b := range l.list {
		for _, s := range b.Succs {
			if l.blocks[s] || !u.live[b.Parent()][s.Index] {
				continue
			}
			exits++
			cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
			if !ok {
				return ends
			}
			k := u.polled(l, cond.Cond, map[ssa.Value]bool{})
			if k == ends {
				return ends
			}
			if k == asksDevice {
				kind = asksDevice
			}
		}
	}
	if exits == 0 {
		return neverEnds
	}
	if kind == spins && u.changes(l) {
		return ends
	}
	return kind
}

// polled reports what a condition hangs on: only on what others change (spins),
// on a call (asksDevice), or on the loop's own progress (ends).
func (u *unit) polled(l *loop, v ssa.Value, seen map[ssa.Value]bool) ending {
	if seen[v] {
		return spins
	}
	seen[v] = true
	in, ok := v.(ssa.Instruction)
	if !ok || !l.blocks[in.Block()] {
		return spins // the same in every round
	}
	all := func(vs ...ssa.Value) ending {
		worst := spins
		for _, x := range vs {
			switch u.polled(l, x, seen) {
			case ends:
				return ends
			case asksDevice:
				worst = asksDevice
			}
		}
		return worst
	}
	switch v := v.(type) {
	case *ssa.BinOp:
		return all(v.X, v.Y)
	case *ssa.Convert:
		return all(v.X)
	case *ssa.ChangeType:
		return all(v.X)
	case *ssa.MakeInterface:
		return all(v.X)
	case *ssa.Field:
		return all(v.X)
	case *ssa.Extract:
		return all(v.Tuple)
	case *ssa.Select:
		if !v.Blocking {
			return spins
		}
	case *ssa.Phi:
		if v.Block() == l.header {
			return ends
		}
		return all(v.Edges...) // a condition of several parts
	case *ssa.UnOp:
		if v.Op != token.MUL {
			if v.Op == token.ARROW {
				return ends
			}
			return all(v.X)
		}
		switch a := v.X.(type) {
		case *ssa.Global, *ssa.FreeVar:
			return spins
		case *ssa.FieldAddr:
			return all(a.X)
		case *ssa.IndexAddr:
			if u.filledByCall(l, a.X) {
				return asksDevice
			}
		case *ssa.Alloc:
			if a.Heap {
				return spins
			}
		}
	case *ssa.Call:
		com := v.Common()
		if sym := u.symbolOf(com); sym != "" && u.look.Poll(sym) {
			return spins
		}
		if _, isBuiltin := com.Value.(*ssa.Builtin); isBuiltin {
			return all(com.Args...)
		}
		for _, a := range com.Args {
			if u.polled(l, a, seen) == ends {
				return ends
			}
		}
		return asksDevice
	}
	return ends
}

// filledByCall reports whether what the loop looks at in a buffer is what a call
// in the loop puts there, and nothing else is: bus.Tx(addr, command, data).
func (u *unit) filledByCall(l *loop, buf ssa.Value) bool {
	filled := false
	for _, b := range l.list {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Store:
				if a, ok := in.Addr.(*ssa.IndexAddr); ok && whole(a.X) == whole(buf) {
					return false
				}
			case *ssa.Call:
				if _, isBuiltin := in.Common().Value.(*ssa.Builtin); isBuiltin {
					continue
				}
				for _, arg := range in.Common().Args {
					filled = filled || whole(arg) == whole(buf)
				}
			}
		}
	}
	return filled
}

// whole is what a slice is a part of: a made slice, an array, the variable that
// holds it.
func whole(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.Slice:
			v = x.X
		case *ssa.UnOp:
			if x.Op != token.MUL {
				return v
			}
			if _, ok := x.X.(*ssa.Alloc); ok {
				return x.X
			}
			return v
		default:
			return v
		}
	}
}

// changes reports whether the loop itself may change what its condition reads:
// it stores to memory, or calls something that might.
func (u *unit) changes(l *loop) bool {
	for _, b := range l.list {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Store:
				if a, ok := in.Addr.(*ssa.Alloc); !ok || a.Heap {
					return true
				}
			case *ssa.MapUpdate:
				return true
			case *ssa.Call:
				if _, ok := in.Common().Value.(*ssa.Builtin); ok {
					continue
				}
				sym := u.symbolOf(in.Common())
				if sym == "" || !u.look.Poll(sym) {
					if e := u.entry(sym); sym == "" || len(e.Safe) == 0 {
						return true
					}
				}
			}
		}
	}
	return false
}

// loopPlace is where a loop is to be shown: at its "for".
func (u *unit) loopPlace(fn *ssa.Function, l *loop) (pos, end rules.Pos) {
	first := token.NoPos
	for _, b := range l.list {
		for _, in := range b.Instrs {
			if _, isPhi := in.(*ssa.Phi); isPhi {
				continue // it has the place of its variable
			}
			if p := in.Pos(); p.IsValid() && (!first.IsValid() || p < first) {
				first = p
			}
		}
	}
	best := token.NoPos
	if fn.Syntax() != nil {
		ast.Inspect(fn.Syntax(), func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return ast.Node(n) == fn.Syntax()
			case *ast.ForStmt, *ast.RangeStmt:
				switch {
				case first.IsValid() && n.Pos() <= first && first < n.End():
					best = n.Pos() // the innermost that holds it
				case !first.IsValid() && !best.IsValid():
					if f, ok := n.(*ast.ForStmt); ok && f.Cond == nil {
						best = n.Pos()
					}
				}
			case *ast.BranchStmt, *ast.LabeledStmt:
			}
			return true
		})
	}
	if !best.IsValid() {
		best = first
	}
	if !best.IsValid() {
		best = fn.Pos()
	}
	return u.place(best), rules.Pos{}
}

func sortedGuards[V any](m map[rules.Guard]V) []rules.Guard {
	return slices.SortedFunc(maps.Keys(m), func(a, b rules.Guard) int {
		return cmp.Or(strings.Compare(a.When, b.When), strings.Compare(a.Unless, b.Unless))
	})
}
