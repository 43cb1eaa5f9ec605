package env

import "sort"

// A scope is what is known of variables. A name that is not in it comes from
// outside; one that is there without alternatives is set, but not to something
// that can be known.
type scope map[string]variable

// A variable has one value, or several where the flow branches.
type variable struct {
	alts     []value
	exported bool
}

// A value is a string, or an array of them.
type value struct {
	array bool
	elems [][]piece // of a string: one
}

// More alternatives than these are taken as "not known".
const maxAlts = 6

func scalar(pieces []piece) value { return value{elems: [][]piece{pieces}} }

func constant(p span) variable {
	return variable{alts: []value{scalar([]piece{{span: p, quoted: true}})}}
}

func (s scope) clone() scope {
	out := make(scope, len(s)+4)
	for k, v := range s {
		out[k] = v
	}
	return out
}

// with returns s with o's variables on top.
func (s scope) with(o scope) scope {
	if len(o) == 0 {
		return s
	}
	out := s.clone()
	for k, v := range o {
		out[k] = v
	}
	return out
}

// join is what is known after a branch: either what one side says or the other.
func join(sides ...scope) scope {
	out := scope{}
	for _, s := range sides {
		for k := range s {
			if _, done := out[k]; !done {
				out[k] = joinVar(k, sides)
			}
		}
	}
	return out
}

func joinVar(name string, sides []scope) variable {
	var v variable
	seen := map[string]bool{}
	for _, s := range sides {
		o, ok := s[name]
		if !ok { // set outside, perhaps
			o = variable{alts: []value{scalar([]piece{{unknown: true, name: name}})}}
		}
		if len(o.alts) == 0 {
			return variable{exported: o.exported}
		}
		v.exported = v.exported || o.exported
		for _, a := range o.alts {
			if k := a.key(); !seen[k] {
				seen[k] = true
				v.alts = append(v.alts, a)
			}
		}
	}
	if len(v.alts) > maxAlts {
		v.alts = nil
	}
	return v
}

// key tells values apart, wherever they come from.
func (v value) key() string {
	k := ""
	if v.array {
		k = "("
	}
	for _, e := range v.elems {
		for _, p := range e {
			k += p.s
			if p.unknown {
				k += "\x01" + p.name
			}
		}
		k += "\x00"
	}
	return k
}

// text returns a string whose every part is known.
func (v value) text() (string, bool) {
	t := ""
	for i, e := range v.elems {
		if i > 0 {
			t += " "
		}
		for _, p := range e {
			if p.unknown {
				return "", false
			}
			t += p.s
		}
	}
	return t, true
}

// environ lists the exported variables that have one known value, as "NAME=value".
func (s scope) environ() []string {
	var out []string
	for k, v := range s {
		if !v.exported || len(v.alts) != 1 {
			continue
		}
		if t, ok := v.alts[0].text(); ok {
			out = append(out, k+"="+t)
		}
	}
	sort.Strings(out)
	return out
}

// A command line longer than this would not start. Values that grow beyond it, by
// A=$A$A over and over, are taken as not known.
const (
	maxPieces = 2000
	maxText   = 64 << 10 // bytes
)

func tooLong(rows ...[]piece) bool {
	n, size := 0, 0
	for _, row := range rows {
		n += len(row) + 1
		for i := range row {
			size += len(row[i].s)
		}
	}
	return n > maxPieces || size > maxText
}
