package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A costExpr is a product of factors; it estimates seconds. Grammar:
//
//	cost   = factor { "*" factor }
//	factor = number | "size(" sel ")" | "value(" sel ")" | "pow2(" sel ")"
//	       | "nlogn(" sel ")" | "square(" sel ")" | "arrange(" sel ")" | "choose(" sel ")" | "cross(" sel ")"
//	       | "dims(" sel ")" | "rest(" sel ")" | "rows(" sel ")" | "columns(" sel ")" | "cube(" sel ")"
//
// A selector is written as in a condition: "size(0, data)". Of an array or a table, rows
// and columns are how many it has, and cube is what inverting a matrix takes. dims is the
// product of the numbers of a tuple, or a number; rest that of all numbers from a position
// on: the two ways of writing a shape. arrange and choose are in how many ways as many of
// the elements as the next argument says can be taken, in any order or in one; cross is
// the product of the sizes of all arguments from a position on, to the power of repeat.
type costExpr []costFactor

type costFactor struct {
	verb string // "" = the number
	num  float64
	sel  selector
}

func parseCost(s string) (costExpr, error) {
	var out costExpr
	for _, f := range strings.Split(s, "*") {
		f = strings.TrimSpace(f)
		verb, rest, call := strings.Cut(f, "(")
		if !call {
			n, err := strconv.ParseFloat(f, 64)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("cost %q: %q is not a number", s, f)
			}
			out = append(out, costFactor{num: n})
			continue
		}
		inner, ok := strings.CutSuffix(rest, ")")
		if !ok {
			return nil, fmt.Errorf("cost %q: unclosed parenthesis", s)
		}
		switch verb {
		case "size", "value", "pow2", "nlogn", "square", "arrange", "choose", "cross", "dims", "rest", "rows", "columns", "cube":
		default:
			return nil, fmt.Errorf("cost %q: unknown function %q", s, verb)
		}
		sel, err := parseSelector(inner)
		if err != nil {
			return nil, fmt.Errorf("cost %q: %w", s, err)
		}
		out = append(out, costFactor{verb: verb, sel: sel})
	}
	return out, nil
}

func (c costExpr) eval(args Args) (float64, bool) {
	total := 1.0
	for _, f := range c {
		n, ok := f.eval(args)
		if !ok {
			return 0, false
		}
		total *= n
	}
	return total, true
}

// extent is how far a result extends in each direction: each factor that says so is one,
// or as many as it has itself.
func (c costExpr) extent(args Args) (out []float64) {
	for _, f := range c {
		switch f.verb {
		case "":
		case "dims", "rest", "size":
			dims := f.dims(args)
			if len(dims) == 0 {
				return nil
			}
			out = append(out, dims...)
		default:
			n, ok := f.eval(args)
			if !ok {
				return nil
			}
			out = append(out, n)
		}
	}
	return out
}

func (f costFactor) eval(args Args) (float64, bool) {
	if f.verb == "" {
		return f.num, true
	}
	a := f.sel.get(args)
	n := a.Size
	switch f.verb {
	case "value", "pow2":
		v, ok := a.Value.(float64)
		if !a.Known || !ok {
			return 0, false
		}
		n = v
	case "dims", "rest":
		n = product(f.dims(args))
	case "cross":
		return crossed(f.sel.pos, args)
	case "rows":
		if len(a.Dims) > 0 {
			n = a.Dims[0]
		}
	case "columns":
		switch len(a.Dims) {
		case 0:
			return 0, false
		case 1:
			n = 1
		default:
			n = a.Dims[len(a.Dims)-1]
		}
	case "cube":
		if len(a.Dims) != 2 {
			return 0, false
		}
		n = a.Dims[0] * a.Dims[1] * min(a.Dims[0], a.Dims[1])
	}
	if n < 0 {
		return 0, false
	}
	switch f.verb {
	case "pow2":
		n = math.Exp2(math.Min(n, 200))
	case "nlogn":
		n *= math.Log2(n + 2)
	case "square":
		n *= n
	case "arrange", "choose":
		return f.ways(n, args)
	}
	return n, true
}

// ways is in how many ways as many as the next argument says, or all, of n elements can be
// taken.
func (f costFactor) ways(n float64, args Args) (float64, bool) {
	k := n
	if a := args.Arg(f.sel.pos+1, []string{"r"}); a.Given || a.Open {
		v, ok := a.Value.(float64)
		if !a.Known || !ok {
			return 0, false
		}
		k = v
	}
	ways := 1.0
	for i := range int(max(0, min(k, n, 150))) {
		ways *= n - float64(i)
		if f.verb == "choose" {
			ways /= float64(i + 1)
		}
	}
	if k > n || k < 0 {
		ways = 0
	}
	return ways, true
}

// crossed is the size of the product of all arguments from a position on.
func crossed(pos int, args Args) (float64, bool) {
	n := 1.0
	for ; pos >= 0 && pos < 64; pos++ {
		a := args.Arg(pos, nil)
		if a.Open || a.Given && a.Size < 0 {
			return 0, false
		}
		if !a.Given {
			break
		}
		n *= a.Size
	}
	if a := args.Arg(-1, []string{"repeat"}); a.Given {
		times, ok := a.Value.(float64)
		if !a.Known || !ok {
			return 0, false
		}
		n = math.Pow(n, times)
	}
	return n, true
}

// dims are the numbers that a factor is about.
func (f costFactor) dims(args Args) []float64 {
	a := f.sel.get(args)
	if f.verb == "size" {
		return a.Dims
	}
	v, ok := a.Value.(float64)
	if !a.Known || !ok {
		return a.Dims
	}
	out := []float64{v}
	for pos := f.sel.pos + 1; f.verb == "rest" && f.sel.pos >= 0 && len(out) < maxDims; pos++ {
		v, ok := args.Arg(pos, nil).Value.(float64)
		if !ok {
			break
		}
		out = append(out, v)
	}
	return out
}

// maxDims is how many of an array's dimensions are written one by one.
const maxDims = 8

// product is that of some numbers; -1 where there are none.
func product(dims []float64) float64 {
	if len(dims) == 0 {
		return -1
	}
	n := 1.0
	for _, d := range dims {
		n *= d
	}
	return n
}
