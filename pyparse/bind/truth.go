package bind

import (
	"math"
	"slices"

	"github.com/greenlint/greenlint/pyparse"
)

// verdict says what a test comes to in every supported version of Python, which is
// 3.8 and later.
type verdict int8

const (
	never  verdict = -1
	maybe  verdict = 0
	always verdict = 1
)

// The oldest and the newest sys.version_info.
var (
	oldest = []int64{3, 8, 0, 0, 0}
	newest = []int64{3, math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}
)

// truth judges tests of constants, of sys.version_info, and of the names PY2 and PY3
// that six and its many copies give.
func truth(n pyparse.Node) verdict {
	switch n.Kind() {
	case pyparse.KindConstant:
		switch c := n.AsConstant(); c.ConstKind() {
		case pyparse.ConstTrue:
			return always
		case pyparse.ConstFalse, pyparse.ConstNone:
			return never
		case pyparse.ConstInt:
			if i, ok := c.Int(); ok && i == 0 {
				return never
			}
			return always
		}
	case pyparse.KindName, pyparse.KindAttribute:
		switch lastName(n) {
		case "PY2":
			return never
		case "PY3":
			return always
		}
	case pyparse.KindUnaryOp:
		if u := n.AsUnaryOp(); u.Op() == pyparse.OpNot {
			return -truth(u.Operand())
		}
	case pyparse.KindBoolOp:
		// and is the least of its parts, or the greatest.
		b := n.AsBoolOp()
		result := always
		if b.Op() == pyparse.OpOr {
			result = never
		}
		for v := range b.Values().All() {
			if b.Op() == pyparse.OpOr {
				result = max(result, truth(v))
			} else {
				result = min(result, truth(v))
			}
		}
		return result
	case pyparse.KindCompare:
		c := n.AsCompare()
		if c.Comparators().Len() != 1 {
			return maybe
		}
		left, op, right := c.Left(), c.OpAt(0), c.Comparators().At(0)
		if low, high, ok := version(left); ok {
			return versionTest(low, high, op, right)
		}
		if low, high, ok := version(right); ok {
			return versionTest(low, high, mirror[op], left)
		}
	}
	return maybe
}

// mirror gives the operator that holds when the operands change places.
var mirror = map[pyparse.Op]pyparse.Op{
	pyparse.OpEq: pyparse.OpEq, pyparse.OpNotEq: pyparse.OpNotEq,
	pyparse.OpLt: pyparse.OpGt, pyparse.OpGt: pyparse.OpLt,
	pyparse.OpLtE: pyparse.OpGtE, pyparse.OpGtE: pyparse.OpLtE,
}

// version returns the least and the greatest value of sys.version_info, of its
// beginning or of its first number, and reports whether n is one of these.
func version(n pyparse.Node) (low, high []int64, ok bool) {
	switch n.Kind() {
	case pyparse.KindName, pyparse.KindAttribute:
		if lastName(n) == "version_info" {
			return oldest, newest, true
		}
		if a := n.AsAttribute(); a.Attr() == "major" && lastName(a.Value()) == "version_info" {
			return oldest[:1], newest[:1], true
		}
	case pyparse.KindSubscript:
		s := n.AsSubscript()
		if lastName(s.Value()) != "version_info" {
			return nil, nil, false
		}
		if i, ok := integer(s.Slice()); ok && i == 0 {
			return oldest[:1], newest[:1], true
		}
		sl := s.Slice().AsSlice()
		if sl.Valid() && !sl.Lower().Valid() && !sl.Step().Valid() {
			if i, ok := integer(sl.Upper()); ok && 0 < i && i <= 5 {
				return oldest[:i], newest[:i], true
			}
		}
	}
	return nil, nil, false
}

func versionTest(low, high []int64, op pyparse.Op, with pyparse.Node) verdict {
	want, ok := numbers(with)
	if !ok {
		return maybe
	}
	a, b := slices.Compare(low, want), slices.Compare(high, want)
	switch op {
	case pyparse.OpLt:
		return both(a < 0, b < 0)
	case pyparse.OpLtE:
		return both(a <= 0, b <= 0)
	case pyparse.OpGt:
		return both(a > 0, b > 0)
	case pyparse.OpGtE:
		return both(a >= 0, b >= 0)
	case pyparse.OpEq, pyparse.OpNotEq:
		v := maybe
		switch {
		case a == 0 && b == 0:
			v = always
		case a > 0 || b < 0:
			v = never
		}
		if op == pyparse.OpNotEq {
			v = -v
		}
		return v
	}
	return maybe
}

func both(a, b bool) verdict {
	switch {
	case a && b:
		return always
	case !a && !b:
		return never
	}
	return maybe
}

// numbers returns the value of a number or of a tuple of numbers.
func numbers(n pyparse.Node) ([]int64, bool) {
	if i, ok := integer(n); ok {
		return []int64{i}, true
	}
	elts := n.AsTuple().Elts()
	var list []int64
	for e := range elts.All() {
		i, ok := integer(e)
		if !ok {
			return nil, false
		}
		list = append(list, i)
	}
	return list, len(list) > 0
}

func integer(n pyparse.Node) (int64, bool) {
	if c := n.AsConstant(); c.ConstKind() == pyparse.ConstInt {
		return c.Int()
	}
	return 0, false
}

// typeCheckingTest reports whether a test is TYPE_CHECKING, or the contrary.
func typeCheckingTest(n pyparse.Node) (is, isNot bool) {
	if u := n.AsUnaryOp(); u.Op() == pyparse.OpNot {
		isNot, is = typeCheckingTest(u.Operand())
		return is, isNot
	}
	return lastName(n) == "TYPE_CHECKING", false
}
