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
//	       | "nlogn(" sel ")" | "square(" sel ")" | "fact(" sel ")"
//
// A selector is written as in a condition: "size(0, data)".
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
		case "size", "value", "pow2", "nlogn", "square", "fact":
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
		if f.verb == "" {
			total *= f.num
			continue
		}
		a := f.sel.get(args)
		n := a.Size
		if f.verb == "value" || f.verb == "pow2" {
			v, ok := a.Value.(float64)
			if !a.Known || !ok {
				return 0, false
			}
			n = v
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
		case "fact":
			n = math.Gamma(math.Min(n, 150) + 1)
		}
		total *= n
	}
	return total, true
}
