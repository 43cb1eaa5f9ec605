package pyfront

import (
	"math"

	"github.com/greenlint/greenlint/pyparse"
)

func (f *frame) unary(u pyparse.UnaryOp) set {
	s := f.eval(u.Operand())
	if r, ok := f.first(s, []string{unaryNames[u.Op()]}, args{node: u.Node}, u.Node); ok {
		return r
	}
	if u.Op() == pyparse.OpNot {
		f.truth(s, u.Node)
		if k, v := s.truth(); k {
			return one(constOf(!v))
		}
		return one(typed("bool"))
	}
	if c, ok := s.constant(); ok {
		if x, ok := c.(float64); ok && u.Op() == pyparse.OpUSub {
			return one(s.vals[0].but(func(v *value) { v.lit = -x }))
		}
	}
	return s
}

// binary computes constants and the sizes of repeated and joined sequences.
func (f *frame) binary(a, b set, op pyparse.Op, n pyparse.Node) set {
	x, xok := num(a)
	y, yok := num(b)
	if xok && yok {
		if z, ok := arith(x, y, op); ok {
			v := constOf(z)
			if a.vals[0].name == "float" || b.vals[0].name == "float" || op == pyparse.OpDiv {
				v.name = "float"
			}
			return one(v)
		}
		return one(typed("int"))
	}
	switch op {
	case pyparse.OpMult:
		if yok && !a.empty() && !xok {
			return repeat(a, y)
		}
		if xok && !b.empty() && !yok {
			return repeat(b, x)
		}
	case pyparse.OpAdd:
		if t, ok := joinText(a, b); ok {
			out := one(constOf(t))
			if a.size > 0 && b.size > 0 {
				out.size = a.size + b.size
			}
			return out
		}
		if a.size > 0 || b.size > 0 {
			out := join(without(a, isStr), without(b, isStr))
			if len(out.vals) == 0 {
				out = one(typed(typeName(a, b)))
			}
			if a.size > 0 && b.size > 0 {
				out.size = a.size + b.size
			}
			return out
		}
	case pyparse.OpMod:
		if t, ok := formatted(a, b); ok {
			return one(constOf(t))
		}
		if len(a.vals) == 1 && isStr(a.vals[0]) {
			return one(typed("str"))
		}
	case pyparse.OpBitOr:
		// X | Y of two classes stays a union; dicts and sets merge.
		return join(a, b)
	case pyparse.OpDiv, pyparse.OpFloorDiv:
		for _, v := range a.vals {
			if v.kind == kObject { // pathlib: a / b is again a path
				return one(v)
			}
		}
	}
	if a.open || b.open || len(a.vals) == 0 || len(b.vals) == 0 {
		return unknownSet
	}
	out := join(a, b)
	out.vals = append([]*value(nil), out.vals...)
	for i, v := range out.vals {
		if v.kind == kConst {
			out.vals[i] = v.opaque()
		}
	}
	return set{vals: dedupe(out.vals), open: out.open}
}

func dedupe(vs []*value) []*value {
	var out []*value
	for _, v := range vs {
		if !(set{vals: out}).has(v) {
			out = append(out, v)
		}
	}
	return out
}

func isStr(v *value) bool { return v.kind == kConst && (v.name == "str" || v.name == "bytes") }

func typeName(a, b set) string {
	for _, s := range []set{a, b} {
		for _, v := range s.vals {
			if v.kind == kConst {
				return v.name
			}
		}
	}
	return "object"
}

// repeat is a sequence times a number.
func repeat(s set, n float64) set {
	out := set{open: s.open}
	for _, v := range s.vals {
		if isStr(v) {
			v = v.opaque()
		}
		out.vals = append(out.vals, v)
	}
	if s.size > 0 && n > 0 {
		out.size = s.size * n
	}
	if d := linesOf(s).list(); len(d) == 1 && d[0] > 0 && n > 0 {
		out.dims = extentOf([]float64{d[0] * n})
	}
	return out
}

func num(s set) (float64, bool) {
	c, ok := s.constant()
	if !ok {
		return 0, false
	}
	x, ok := c.(float64)
	return x, ok
}

func arith(x, y float64, op pyparse.Op) (float64, bool) {
	var z float64
	switch op {
	case pyparse.OpAdd:
		z = x + y
	case pyparse.OpSub:
		z = x - y
	case pyparse.OpMult:
		z = x * y
	case pyparse.OpDiv:
		if y == 0 {
			return 0, false
		}
		z = x / y
	case pyparse.OpFloorDiv:
		if y == 0 {
			return 0, false
		}
		z = math.Floor(x / y)
	case pyparse.OpMod:
		if y == 0 {
			return 0, false
		}
		z = x - y*math.Floor(x/y)
	case pyparse.OpPow:
		z = math.Pow(x, y)
	case pyparse.OpLShift:
		z = x * math.Exp2(y)
	case pyparse.OpRShift:
		z = math.Floor(x / math.Exp2(y))
	default:
		return 0, false
	}
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return 0, false
	}
	return z, true
}
