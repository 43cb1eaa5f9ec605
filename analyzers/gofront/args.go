package gofront

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/rules"
)

// callArgs is what is known of the arguments of a call.
type callArgs struct {
	u    *unit
	args []ssa.Value // without the receiver
	self ssa.Value
	sig  *types.Signature
	pkg  *types.Package // that of the function
}

func newArgs(u *unit, t *target) rules.Args {
	a := callArgs{u: u, args: t.args}
	if t.obj == nil {
		return rules.NoArgs{}
	}
	a.sig, a.pkg = t.obj.Signature(), t.obj.Pkg()
	if a.sig.Recv() != nil && len(t.args) > 0 {
		a.self, a.args = t.args[0], t.args[1:]
	}
	return a
}

// Arg implements [rules.Args]. Durations are numbers of nanoseconds.
func (a callArgs) Arg(pos int, names []string) rules.Arg {
	if slices.Contains(names, "self") && a.self != nil {
		return a.u.argument(a.self)
	}
	if pos < 0 {
		for i := range a.sig.Params().Len() {
			if slices.Contains(names, a.sig.Params().At(i).Name()) {
				pos = i
			}
		}
	}
	if pos < 0 || pos >= len(a.args) {
		return rules.Arg{Size: -1}
	}
	if a.args[pos] == nil {
		return rules.Arg{Open: true, Size: -1}
	}
	arg := a.u.argument(a.args[pos])
	if a.sig.Variadic() && pos == a.sig.Params().Len()-1 {
		if n, ok := a.u.packed(a.args[pos]); ok {
			arg.Size = n
		}
	}
	return arg
}

// Constant implements [rules.Constants]: what a name is worth on the system that the
// unit is compiled for.
func (a callArgs) Constant(name string) (float64, bool) {
	if a.pkg == nil {
		return 0, false
	}
	c, ok := a.pkg.Scope().Lookup(name).(*types.Const)
	if !ok {
		return 0, false
	}
	v := constant.ToFloat(c.Val())
	f, _ := constant.Float64Val(v)
	return f, v.Kind() == constant.Float
}

func (u *unit) argument(v ssa.Value) rules.Arg {
	out := rules.Arg{Given: true, Size: -1}
	if c, ok := u.constant(v); ok {
		out.Known = true
		switch {
		case c == nil:
			out.Value = nil
		case c.Kind() == constant.Bool:
			out.Value = constant.BoolVal(c)
		case c.Kind() == constant.String:
			out.Value = constant.StringVal(c)
			out.Size, out.Exact = float64(len(constant.StringVal(c))), true
		default:
			f, _ := constant.Float64Val(constant.ToFloat(c))
			out.Value = f
		}
		return out
	}
	if n, ok := u.size(v, map[ssa.Value]bool{}); ok {
		out.Size, out.Exact = n, exact(v)
	}
	if b, ok := v.Type().Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
		out.Flags = setBits(v, map[ssa.Value]int64{})
	}
	return out
}

// packed is how many things are passed in place of the dots of ...any, with those in
// containers among them. Text counts as one.
func (u *unit) packed(v ssa.Value) (n float64, ok bool) {
	sl, isSlice := v.(*ssa.Slice)
	if !isSlice {
		return 0, false
	}
	for _, e := range u.stores.elem[sl.X] {
		mk, isMade := e.(*ssa.MakeInterface)
		if isMade && isContainer(mk.X.Type()) && !isBytes(mk.X.Type()) {
			if k, known := u.size(mk.X, map[ssa.Value]bool{}); known {
				n, ok = n+k, true
				continue
			}
		}
		n++
	}
	return n, ok
}

func isBytes(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	b, ok := s.Elem().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Byte
}

// setBits are the bits of a number that are set on every way to it. Where a way leads
// back, nothing is taken for granted.
func setBits(v ssa.Value, known map[ssa.Value]int64) int64 {
	if f, ok := known[v]; ok {
		return f
	}
	known[v] = 0
	var f int64
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value != nil && v.Value.Kind() == constant.Int {
			f, _ = constant.Int64Val(v.Value)
		}
	case *ssa.Convert:
		f = setBits(v.X, known)
	case *ssa.ChangeType:
		f = setBits(v.X, known)
	case *ssa.BinOp:
		switch v.Op {
		case token.OR:
			f = setBits(v.X, known) | setBits(v.Y, known)
		case token.AND:
			f = setBits(v.X, known) & setBits(v.Y, known)
		}
	case *ssa.Phi:
		f = -1
		for _, e := range v.Edges {
			f &= setBits(e, known)
		}
	}
	known[v] = f
	return f
}

// exact reports whether a size is that of all there is: of a literal, or of what
// is made here.
func exact(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.MakeSlice:
		return true
	case *ssa.Slice:
		_, ok := v.X.(*ssa.Alloc)
		return ok
	}
	return false
}

// constant gives a value that is the same wherever it may come from. A named
// result that is returned as it is leads back to itself: so the steps are counted.
func (u *unit) constant(v ssa.Value) (constant.Value, bool) {
	for range 100 {
		switch x := v.(type) {
		case *ssa.Const:
			return x.Value, true
		case *ssa.Convert:
			v = x.X
		case *ssa.ChangeType:
			v = x.X
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.UnOp: // a local variable that is set once
			a, ok := x.X.(*ssa.Alloc)
			if !ok || x.Op != token.MUL || len(u.stores.at[a]) != 1 {
				return nil, false
			}
			v = u.stores.at[a][0]
		default:
			return nil, false
		}
	}
	return nil, false
}

// size estimates the bytes of a string or the elements of a container: the
// largest that is put there in this package.
func (u *unit) size(v ssa.Value, seen map[ssa.Value]bool) (float64, bool) {
	if v == nil || seen[v] || len(seen) > 100 {
		return 0, false
	}
	seen[v] = true
	best, ok := 0.0, false
	most := func(vs ...ssa.Value) {
		for _, x := range vs {
			if n, k := u.size(x, seen); k {
				best, ok = max(best, n), true
			}
		}
	}
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value != nil && v.Value.Kind() == constant.String {
			return float64(len(constant.StringVal(v.Value))), true
		}
	case *ssa.MakeSlice:
		if c, k := u.constant(v.Len); k && c != nil {
			f, _ := constant.Float64Val(constant.ToFloat(c))
			return f, true
		}
	case *ssa.Alloc:
		if arr, k := v.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array); k {
			return float64(arr.Len()), true
		}
		most(u.stores.at[v]...)
	case *ssa.Slice:
		if v.High != nil {
			if c, k := u.constant(v.High); k && c != nil {
				f, _ := constant.Float64Val(constant.ToFloat(c))
				return f, true
			}
			return 0, false
		}
		most(v.X)
	case *ssa.Convert:
		most(v.X)
	case *ssa.ChangeType:
		most(v.X)
	case *ssa.ChangeInterface:
		most(v.X)
	case *ssa.MakeInterface:
		most(v.X)
	case *ssa.Phi:
		most(v.Edges...)
	case *ssa.Extract:
		most(v.Tuple)
	case *ssa.BinOp:
		if x, k := u.size(v.X, seen); k && v.Op == token.ADD {
			if y, k := u.size(v.Y, seen); k {
				return x + y, true
			}
			return x, true
		} else if y, k := u.size(v.Y, seen); k && v.Op == token.ADD {
			return y, true
		}
	case *ssa.Call:
		com := v.Common()
		if b, isB := com.Value.(*ssa.Builtin); isB {
			if b.Name() == "append" {
				if n, k := u.loopTrips(v.Block()); k {
					return n, true
				}
				most(com.Args...)
			}
			break
		}
		if sym := u.symbolOf(com); sym != "" {
			t := target{args: com.Args}
			if f := com.StaticCallee(); f != nil {
				t.obj, _ = origin(f).Object().(*types.Func)
			}
			if t.obj != nil {
				if n, _, k := u.look.Size(sym+"()", newArgs(u, &t)); k {
					return n, true
				}
			}
			for _, i := range u.look.Holds(sym) {
				if args := argsOf(com); i < len(args) {
					most(args[i])
				}
			}
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			switch a := v.X.(type) {
			case *ssa.Global:
				most(u.stores.loc[globalOf(a)]...)
				if n, k := u.filledInLoops(globalOf(a)); k {
					best, ok = max(best, n), true
				}
			case *ssa.Alloc:
				most(u.stores.at[a]...)
			case *ssa.FreeVar:
				for _, b := range u.bindings(a) {
					most(u.stores.at[b]...)
				}
			}
		}
	}
	return best, ok
}

// filledInLoops is how many elements a loop with a constant number of rounds puts
// into a map that is a package-level variable.
func (u *unit) filledInLoops(loc location) (best float64, ok bool) {
	for _, m := range u.mapUpdates {
		if ld, isLoad := m.Map.(*ssa.UnOp); isLoad {
			if g, isGlobal := ld.X.(*ssa.Global); isGlobal && globalOf(g) == loc {
				if n, k := u.loopTrips(m.Block()); k {
					best, ok = max(best, n), true
				}
			}
		}
	}
	return best, ok
}
