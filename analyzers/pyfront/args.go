package pyfront

import (
	"slices"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// args are the evaluated arguments of a call.
type args struct {
	pos    []arg
	kw     []arg
	star   bool // *x: further positions are not known
	kwstar bool // **x
	node   pyparse.Node
	self   set    // the receiver of a method, for rows that ask for its size
	make   string // and of what make it is
}

type arg struct {
	name string
	set  set
	node pyparse.Node
}

// evalArgs evaluates a call's arguments, here and now.
func (f *frame) evalArgs(c pyparse.Call) args {
	as := args{node: c.Node}
	if n := c.Args().Len(); n > 0 {
		as.pos = make([]arg, 0, n)
	}
	if n := c.Keywords().Len(); n > 0 {
		as.kw = make([]arg, 0, n)
	}
	for n := range c.Args().All() {
		if n.Kind() == pyparse.KindStarred {
			s := f.eval(n.AsStarred().Value())
			if v := n.AsStarred().Value(); v.Kind() == pyparse.KindTuple || v.Kind() == pyparse.KindList {
				for e := range v.Children() {
					as.pos = append(as.pos, arg{set: f.eval(e), node: e})
				}
				continue
			}
			as.star = true
			as.pos = append(as.pos, arg{name: "*", set: f.elements(s, n), node: n})
			continue
		}
		as.pos = append(as.pos, arg{set: f.eval(n), node: n})
	}
	for n := range c.Keywords().All() {
		k := n.AsKeyword()
		s := f.eval(k.Value())
		if k.Arg() == "" {
			if known, ok := f.keywords(s, k.Value()); ok {
				as.kw = append(as.kw, known...)
			} else {
				as.kwstar = true
			}
			continue
		}
		as.kw = append(as.kw, arg{name: k.Arg(), set: s, node: k.Value()})
	}
	return as
}

// find is the argument at a position or under one of the names.
func (as args) find(pos int, names []string) (arg, bool) {
	for _, k := range as.kw {
		for _, n := range names {
			if k.name == n {
				return k, true
			}
		}
	}
	if pos >= 0 && pos < len(as.pos) {
		for _, p := range as.pos[:pos+1] {
			if p.name == "*" {
				return arg{}, false
			}
		}
		return as.pos[pos], true
	}
	return arg{}, false
}

// unpacked is what may stand at a position behind a *: any of what that unpacks.
func (as args) unpacked(pos int) (arg, bool) {
	for i, p := range as.pos {
		if p.name == "*" && i <= pos {
			return p, true
		}
	}
	return arg{}, false
}

// Arg implements rules.Args.
func (as args) Arg(pos int, names []string) rules.Arg {
	if len(names) == 1 && names[0] == "self" {
		return rules.Arg{Given: true, Known: true, Value: as.make, Size: sizeOf(as.self), Dims: as.self.dims.list(), Exact: as.self.dims != nil}
	}
	a, ok := as.find(pos, names)
	if !ok {
		return rules.Arg{Open: as.star && pos >= 0 || as.kwstar, Size: -1}
	}
	out := rules.Arg{Given: true, Size: sizeOf(a.set), Dims: a.set.dims.list()}
	out.Value, out.Known = a.set.constant()
	if !out.Known {
		out.Value, out.Known = namesOf(a.set)
	}
	if !out.Known && len(a.set.vals) == 1 && !a.set.open && a.set.vals[0].make != "" {
		out.Value, out.Known = a.set.vals[0].make, true
	}
	if !out.Known && !a.set.open {
		out.Among = literals(a.set)
	}
	return out
}

// option names the option whose default is among the arguments, the first of several;
// "" = none.
func (as args) option() string {
	for _, list := range [][]arg{as.pos, as.kw} {
		for _, a := range list {
			for _, v := range a.set.vals {
				if name := v.option(); name != "" {
					return name
				}
			}
		}
	}
	return ""
}

// byDefault are the arguments where options are left at their defaults.
func (as args) byDefault() args {
	return as.with(func(s set) set {
		if usual := without(s, func(v *value) bool { return v.option() == "" }); len(usual.vals) > 0 {
			return set{vals: usual.vals}
		}
		return s
	})
}

// withoutDefaults are the arguments where nothing is known of options.
func (as args) withoutDefaults() args {
	return as.with(func(s set) set {
		if known := without(s, func(v *value) bool { return v.option() != "" }); len(known.vals) < len(s.vals) {
			return set{vals: known.vals, open: true}
		}
		return s
	})
}

// with are the arguments with what each may be changed.
func (as args) with(change func(set) set) args {
	as.pos, as.kw = slices.Clone(as.pos), slices.Clone(as.kw)
	for _, list := range [][]arg{as.pos, as.kw} {
		for i := range list {
			list[i].set = change(list[i].set)
		}
	}
	return as
}

// ofAnyMake are the arguments where the make of the receiver is not known.
func (as args) ofAnyMake() args { as.make = ""; return as }

// literals are the values of a set, all of which are known.
func literals(s set) []any {
	var out []any
	for _, v := range s.vals {
		if v.kind != kConst || v.lit == opaque {
			return nil
		}
		out = append(out, v.lit)
	}
	return out
}

// namesOf are the library names that an argument denotes, as one string: flags
// such as fcntl.LOCK_EX | fcntl.LOCK_NB, among them those of a number that is not known.
func namesOf(s set) (any, bool) {
	var names []string
	for _, v := range s.vals {
		if v.kind == kConst && v.name == "int" && v.lit == opaque {
			continue
		}
		if v.kind != kSymbol || v.recv != "" {
			return nil, false
		}
		names = append(names, v.name)
	}
	return strings.Join(names, "|"), len(names) > 0 && !s.open
}

func sizeOf(s set) float64 {
	if s.size > 0 {
		return s.size
	}
	if c, ok := s.constant(); ok {
		if t, ok := c.(string); ok {
			return float64(len(t))
		}
	}
	return -1
}

// after is what is left for a callable that stands at a position.
func (as args) after(pos int) args {
	out := args{node: as.node, star: as.star, kwstar: as.kwstar}
	if pos >= 0 && pos+1 < len(as.pos) {
		out.pos = as.pos[pos+1:]
	}
	out.kw = as.kw
	return out
}

// bind passes arguments to a unit's parameters; self, unless it denotes nothing,
// is the first one.
func (f *frame) bind(u *unit, self set, as args) {
	a := f.a
	params := u.params
	if !self.empty() && len(params) > 0 && params[0].kind == pPositional {
		a.write(params[0].cell, sizeless(self))
		params = params[1:]
	}
	i := 0
	var rest *param
	for k := range params {
		if params[k].kind == pVararg {
			rest = &params[k]
		}
	}
	for _, p := range as.pos {
		if p.name == "*" {
			for ; i < len(params) && params[i].kind == pPositional; i++ {
				a.write(params[i].cell, p.set)
			}
			if rest != nil {
				a.write(rest.cell, p.set)
			}
			break
		}
		if i < len(params) && params[i].kind == pPositional {
			a.write(params[i].cell, p.set)
			i++
		} else if rest != nil {
			a.write(rest.cell, p.set)
		}
	}
	for _, k := range as.kw {
		found := false
		for j := range params {
			if params[j].name == k.name && (params[j].kind == pPositional || params[j].kind == pKeyword) {
				a.write(params[j].cell, k.set)
				found = true
			}
		}
		if !found {
			for j := range params {
				if params[j].kind == pKwarg {
					a.put(params[j].cell, one(constOf(k.name)), k.set)
				}
			}
		}
	}
}

// number reads a Python number.
func number(s string) (float64, bool) {
	s = strings.ReplaceAll(s, "_", "")
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}
