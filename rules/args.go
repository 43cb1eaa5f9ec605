package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// Args is what a front end knows of the arguments of one call.
type Args interface {
	// Arg returns the argument that is passed at a position (counted from 0,
	// without the receiver) or under one of the names. pos < 0: by name only.
	Arg(pos int, names []string) Arg
}

// Constants are arguments that know the named numbers of the library that is called.
type Constants interface {
	Args
	Constant(name string) (value float64, ok bool)
}

// An Arg is one argument of a call.
type Arg struct {
	Given bool      // it is there; false also where *args may hold it (then Open)
	Open  bool      // it may be given by unpacking, so nothing is known
	Known bool      // Value is what it is
	Value any       // nil, bool, float64 or string
	Among []any     // it is one of these, where Value isn't known
	Flags int64     // bits of a number that are set for certain, where Value isn't known
	Size  float64   // bytes or elements, as far as known; < 0 = not known
	Dims  []float64 // of an array or table, or the numbers of a tuple; none = not known
	Exact bool      // Size is all there is
}

// NoArgs is a call of which nothing is known.
type NoArgs struct{}

// Arg implements [Args].
func (NoArgs) Arg(int, []string) Arg { return Arg{Open: true, Size: -1} }

// truth is an answer that may be missing.
type truth uint8

const (
	unknown truth = iota
	no
	yes
)

func of(b bool) truth {
	if b {
		return yes
	}
	return no
}

// A selector names an argument: "1, timeout, default=5".
type selector struct {
	pos   int // -1 = by name only
	names []string
	def   any // what holds when it is not given
	has   bool
}

func parseSelector(s string) (selector, error) {
	sel := selector{pos: -1}
	for _, f := range strings.Split(s, ",") {
		f = strings.TrimSpace(f)
		if d, ok := strings.CutPrefix(f, "default="); ok {
			v, err := parseLiteral(d)
			if err != nil {
				return sel, err
			}
			sel.def, sel.has = v, true
			continue
		}
		if n, err := strconv.Atoi(f); err == nil {
			if n < 0 || n > 63 {
				return sel, fmt.Errorf("argument position %d is out of range", n)
			}
			sel.pos = n
			continue
		}
		if f == "" {
			return sel, fmt.Errorf("%q names no argument", s)
		}
		sel.names = append(sel.names, f)
	}
	if sel.pos < 0 && len(sel.names) == 0 {
		return sel, fmt.Errorf("%q names no argument", s)
	}
	return sel, nil
}

// selectorOf reads the "arg" key of a row: positions and names.
func selectorOf(list []any) (selector, error) {
	sel := selector{pos: -1}
	for _, x := range list {
		switch v := x.(type) {
		case int64:
			if v < 0 || v > 63 {
				return sel, fmt.Errorf("arg: position %d is out of range", v)
			}
			sel.pos = int(v)
		case string:
			sel.names = append(sel.names, v)
		default:
			return sel, fmt.Errorf("arg: want positions and names, got %v", x)
		}
	}
	return sel, nil
}

func (s selector) get(args Args) Arg {
	a := args.Arg(s.pos, s.names)
	if !a.Given && !a.Open && s.has {
		return Arg{Given: true, Known: true, Value: s.def, Size: -1}
	}
	return a
}

func parseLiteral(s string) (any, error) {
	s = strings.TrimSpace(s)
	switch s {
	case "None":
		return nil, nil
	case "True":
		return true, nil
	case "False":
		return false, nil
	}
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1], nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not a literal: want None, True, False, a number or a quoted string", s)
	}
	return f, nil
}

// An argTest is a condition on the arguments of a call:
//
//	arg(1, timeout) <= 0.1     a number compared
//	arg(block) is False        None, True or False
//	arg(0) == 'spawn'          a string or a number; also !=
//	arg(0) in 2, 3, 'spawn'    it is one of these
//	arg(1, mode) has 'w'       a string contains
//	arg(1) has 4               a number has these bits
//	size(1) <= 100             its bytes or elements, where all are seen
//	given(timeout)             the argument is there, and not None
//	known(0)                   the argument is there, and its value is known
//
// A text with which a number is compared is the name of a constant of the library
// that is called (see [Constants]): arg(1) has 'LOCK_NB'.
type argTest struct {
	not  bool
	verb string // "arg", "size", "given" or "known"
	sel  selector
	op   string
	lits []any // one, or more after "in"
}

func isArgTest(s string) bool {
	s = strings.TrimPrefix(strings.TrimSpace(s), "not ")
	return strings.HasPrefix(s, "arg(") || strings.HasPrefix(s, "size(") || strings.HasPrefix(s, "given(") || strings.HasPrefix(s, "known(")
}

func parseArgTest(s string) (argTest, error) {
	var t argTest
	rest := strings.TrimSpace(s)
	if r, ok := strings.CutPrefix(rest, "not "); ok {
		t.not, rest = true, strings.TrimSpace(r)
	}
	verb, rest, _ := strings.Cut(rest, "(")
	inner, rest, ok := strings.Cut(rest, ")")
	if !ok {
		return t, fmt.Errorf("condition %q: unclosed parenthesis", s)
	}
	sel, err := parseSelector(inner)
	if err != nil {
		return t, fmt.Errorf("condition %q: %w", s, err)
	}
	t.verb, t.sel = verb, sel
	rest = strings.TrimSpace(rest)
	if verb == "given" || verb == "known" {
		if rest != "" {
			return t, fmt.Errorf("condition %q: unexpected %q", s, rest)
		}
		return t, nil
	}
	for _, op := range []string{"<=", ">=", "==", "!=", "<", ">", "is ", "has ", "in "} {
		r, ok := strings.CutPrefix(rest, op)
		if !ok {
			continue
		}
		t.op = strings.TrimSpace(op)
		list := []string{r}
		if t.op == "in" {
			list = strings.Split(r, ",")
		}
		for _, l := range list {
			lit, err := parseLiteral(l)
			if err != nil {
				return t, fmt.Errorf("condition %q: %w", s, err)
			}
			t.lits = append(t.lits, lit)
		}
		return t, nil
	}
	return t, fmt.Errorf("condition %q: want a comparison after %s(…)", s, verb)
}

func (t argTest) eval(args Args) truth {
	r := t.test(args)
	if t.not && r != unknown {
		r = of(r == no)
	}
	return r
}

func (t argTest) test(args Args) truth {
	a := t.sel.get(args)
	switch {
	case t.verb == "known":
		return of(a.Known)
	case a.Open:
		return unknown
	case !a.Given:
		return no
	case t.verb == "given":
		return of(!a.Known || a.Value != nil)
	case t.verb == "size":
		a.Known, a.Value, a.Flags = a.Exact, a.Size, 0
	}
	out := no
	for _, lit := range t.lits {
		switch t.compare(a, number(lit, a, args)) {
		case yes:
			return yes
		case unknown:
			out = unknown
		}
	}
	return out
}

// number is the value of the constant that a literal names, where the argument is a
// number, and otherwise the literal.
func number(lit any, a Arg, args Args) any {
	name, isText := lit.(string)
	if _, isNumber := a.Value.(float64); !isText || !isNumber && a.Flags == 0 {
		return lit
	}
	if c, ok := args.(Constants); ok {
		if v, ok := c.Constant(name); ok {
			return v
		}
	}
	return lit
}

// compareAll is the answer that holds whichever of its values an argument has.
func (t argTest) compareAll(a Arg, lit any) truth {
	var out truth
	for i, v := range a.Among {
		r := t.compare(Arg{Given: true, Known: true, Value: v, Size: -1}, lit)
		if i > 0 && r != out {
			return unknown
		}
		out = r
	}
	return out
}

func (t argTest) compare(a Arg, lit any) truth {
	l, isNumber := lit.(float64)
	if !a.Known && len(a.Among) > 0 {
		return t.compareAll(a, lit)
	}
	if !a.Known {
		if t.op == "has" && isNumber && a.Flags&int64(l) == int64(l) && l != 0 {
			return yes
		}
		return unknown
	}
	switch t.op {
	case "is", "==", "in":
		return of(a.Value == lit)
	case "!=":
		return of(a.Value != lit)
	}
	v, ok := a.Value.(float64)
	if t.op == "has" {
		text, isText := a.Value.(string)
		part, _ := lit.(string)
		return of(isText && !isNumber && strings.Contains(text, part) || ok && isNumber && int64(v)&int64(l) == int64(l))
	}
	if !ok || !isNumber {
		return no
	}
	switch t.op {
	case "<":
		return of(v < l)
	case "<=":
		return of(v <= l)
	case ">":
		return of(v > l)
	}
	return of(v >= l)
}
