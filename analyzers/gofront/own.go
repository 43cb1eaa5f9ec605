package gofront

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/rules"
)

// The names under which the catalogue describes what the language itself does.
const (
	chanReceive = "channel receive"
	chanSend    = "channel send"
	chanRange   = "range over channel"
	selectWait  = "select"
	selectEmpty = "select {}"
)

// ownEffects adds what the function's own instructions do.
func (u *unit) ownEffects(fn *ssa.Function) {
	live := u.live[fn]
	add := func(sym string, p token.Pos) {
		e := u.entry(sym)
		pos, end := u.spanAt(p)
		u.effects(u.name(fn), sym, &e, rules.NoArgs{}, pos, end, 1)
	}
	for _, b := range fn.Blocks {
		if !live[b.Index] {
			continue
		}
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.UnOp:
				if in.Op != token.ARROW || u.ready(in.X, in) {
					break
				}
				if in.Pos().IsValid() && u.rangePos[in.Pos()] {
					add(chanRange, in.Pos())
				} else {
					add(chanReceive, in.Pos())
				}
			case *ssa.Send:
				if !u.ready(in.Chan, in) && !u.awaited(in) {
					add(chanSend, in.Pos())
				}
			case *ssa.Select:
				switch {
				case !in.Blocking:
				case len(in.States) == 0:
					add(selectEmpty, u.selectPos(fn, in))
				default:
					add(selectWait, in.Pos())
				}
			case *ssa.Go: // what it calls runs elsewhere
			case ssa.CallInstruction:
				if bi, ok := in.Common().Value.(*ssa.Builtin); ok && !in.Common().IsInvoke() {
					if e := u.entry(bi.Name()); e.Wall() {
						add(bi.Name(), callPos(in))
					}
				}
			}
		}
	}
}

// selectPos is the place of a select without cases, which SSA does not keep.
func (u *unit) selectPos(fn *ssa.Function, s *ssa.Select) token.Pos {
	if s.Pos().IsValid() {
		return s.Pos()
	}
	for i, in := range s.Block().Instrs {
		if in == ssa.Instruction(s) {
			for j := i - 1; j >= 0; j-- {
				if p := s.Block().Instrs[j].Pos(); p.IsValid() {
					return p
				}
			}
		}
	}
	if p, ok := u.emptySelects[fn]; ok {
		return p
	}
	return fn.Pos()
}

// ready reports whether an operation on a channel finds what it needs for sure:
// the channel is made in this function with room, a send is one of no more sends
// than there is room, and a receive comes after a send of the function itself.
func (u *unit) ready(ch ssa.Value, op ssa.Instruction) bool {
	for {
		if ct, ok := ch.(*ssa.ChangeType); ok {
			ch = ct.X
			continue
		}
		break
	}
	if ld, ok := ch.(*ssa.UnOp); ok && ld.Op == token.MUL {
		a, ok := ld.X.(*ssa.Alloc)
		if !ok || len(u.stores.at[a]) != 1 {
			return false
		}
		ch = u.stores.at[a][0]
	}
	mk, ok := ch.(*ssa.MakeChan)
	if !ok || mk.Parent() != op.Parent() {
		return false
	}
	c, ok := mk.Size.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.Int {
		return false
	}
	room := c.Int64()
	if room < 1 || u.inLoop(op.Block()) && !u.inLoop(mk.Block()) {
		return false
	}
	sends, before, shared := int64(0), false, false
	var look func(v ssa.Value)
	look = func(v ssa.Value) {
		refs := v.Referrers()
		if refs == nil {
			return
		}
		for _, r := range *refs {
			switch r := r.(type) {
			case *ssa.Send:
				if r.Chan != v {
					shared = true
				}
				sends++
				before = before || r.Block().Dominates(op.Block()) && r != op
			case *ssa.UnOp:
				if r.Op == token.MUL {
					look(r)
				}
			case *ssa.ChangeType:
				look(r)
			case *ssa.Store:
				if a, ok := r.Addr.(*ssa.Alloc); ok && r.Val == v {
					look(a)
				} else if r.Val == v {
					shared = true
				}
			case *ssa.DebugRef:
			case ssa.CallInstruction:
				if b, ok := r.Common().Value.(*ssa.Builtin); !ok || b.Name() != "close" && b.Name() != "len" && b.Name() != "cap" {
					shared = true
				}
			default:
				shared = true
			}
		}
	}
	look(mk)
	if _, isSend := op.(*ssa.Send); isSend {
		return sends <= room
	}
	return !shared && before
}

// awaited reports whether a send by a closure is the answer for which the function
// around it waits, and for nothing else: that one is ready when the closure runs. If
// it waits on the loop, that is what is wrong.
func (u *unit) awaited(send *ssa.Send) bool {
	mk := u.madeChan(send.Chan)
	if mk == nil || mk.Parent() == send.Parent() || !encloses(mk.Parent(), send.Parent()) || u.inLoop(send.Block()) {
		return false
	}
	own := func(ch ssa.Value) bool {
		x := u.madeChan(ch)
		return x != nil && x.Parent() == mk.Parent()
	}
	for _, b := range mk.Parent().Blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.UnOp:
				if in.Op == token.ARROW && u.madeChan(in.X) == mk {
					return true
				}
			case *ssa.Select:
				if in.Blocking && !slices.ContainsFunc(in.States, func(s *ssa.SelectState) bool { return s.Dir != types.RecvOnly || !own(s.Chan) }) &&
					slices.ContainsFunc(in.States, func(s *ssa.SelectState) bool { return u.madeChan(s.Chan) == mk }) {
					return true
				}
			}
		}
	}
	return false
}

// madeChan finds where the one channel is made that a value may be, also through a
// captured variable.
func (u *unit) madeChan(v ssa.Value) *ssa.MakeChan {
	only := func(vs []ssa.Value) ssa.Value {
		if len(vs) == 1 {
			return vs[0]
		}
		return nil
	}
	for range 20 {
		switch x := v.(type) {
		case *ssa.MakeChan:
			return x
		case *ssa.ChangeType:
			v = x.X
		case *ssa.FreeVar:
			v = only(u.bindings(x))
		case *ssa.Alloc: // a variable
			v = only(u.stores.at[x])
		case *ssa.UnOp:
			if x.Op != token.MUL {
				return nil
			}
			v = x.X
		default:
			return nil
		}
	}
	return nil
}

func (u *unit) inLoop(b *ssa.BasicBlock) bool {
	for _, l := range u.loopsOf(b.Parent()) {
		if l.blocks[b] {
			return true
		}
	}
	return false
}

// liveBlocks marks the blocks that constants do not rule out.
func liveBlocks(fn *ssa.Function) []bool {
	live := make([]bool, len(fn.Blocks))
	var walk func(*ssa.BasicBlock)
	walk = func(b *ssa.BasicBlock) {
		if live[b.Index] {
			return
		}
		live[b.Index] = true
		if len(b.Instrs) > 0 {
			if cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
				if c, ok := cond.Cond.(*ssa.Const); ok && c.Value != nil {
					if constant.BoolVal(c.Value) {
						walk(b.Succs[0])
					} else {
						walk(b.Succs[1])
					}
					return
				}
			}
		}
		for _, s := range b.Succs {
			walk(s)
		}
	}
	if len(fn.Blocks) > 0 {
		walk(fn.Blocks[0])
	}
	if fn.Recover != nil {
		walk(fn.Recover)
	}
	return live
}
