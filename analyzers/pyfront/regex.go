package pyfront

import (
	"fmt"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/regex"
	"github.com/greenlint/greenlint/rules"
)

// An expression is a regular expression that is known in full.
type expression struct {
	pattern string
	flags   regex.Flags
}

// A matching is a regular expression and how it is put to a text.
type matching struct {
	expression
	how regex.How
}

// longText is how long a text may be, in characters, that no thought was given to: a
// form field, a header, a line of a log. A pattern that needs longer ones to stall a loop
// is not worth a word.
const longText = 1000

// regexes looks at the regular expressions that a call matches.
func (f *frame) regexes(e rules.Entry, v *value, as args, n pyparse.Node) {
	for _, r := range e.Regexes {
		if r.How == "compile" || !r.Applies(as) {
			continue
		}
		where, flagged, text := r.Places()
		var list []expression
		if len(r.Pattern) == 0 {
			if x, ok := v.lit.(expression); ok {
				list = []expression{x}
			}
		} else {
			list = f.regexesOf(as, where, flagged)
		}
		arg := as.Arg(text.Pos, text.Names)
		if s, ok := arg.Value.(string); ok && strings.Contains(s, unknownText) {
			arg.Size = -1
		} else if arg.Known {
			continue // written in the code, and so tried out
		}
		for _, x := range list {
			a := f.a.attack(matching{x, map[string]regex.How{"search": regex.Search, "match": regex.Match, "fullmatch": regex.Fullmatch}[r.How]})
			if a == nil {
				continue
			}
			if long := a.Len(a.Pumps(f.a.budget)); long > longText || arg.Size >= 0 && arg.Size < float64(long) {
				continue
			}
			f.effect(rules.Effect{
				Rule: "GL103", Symbol: v.name, Guard: r.Guard(), HoldsGIL: true, Row: &r.Row,
				Detail: fmt.Sprintf("with r\"%s\", a second for %s", shortened(x.pattern), a.Expr(a.Pumps(1))),
			}, n)
		}
	}
}

// compiled notes what the object that a call gives back was made of.
func (f *frame) compiled(e rules.Entry, as args, result set) set {
	for _, r := range e.Regexes {
		if r.How != "compile" || !r.Applies(as) {
			continue
		}
		where, flagged, _ := r.Places()
		list := f.regexesOf(as, where, flagged)
		if len(list) == 0 {
			continue
		}
		out := set{open: result.open, size: result.size}
		for _, v := range result.vals {
			if v.kind != kObject {
				out.vals = append(out.vals, v)
				continue
			}
			for _, x := range list {
				out.vals = append(out.vals, v.but(func(v *value) { v.lit = x }))
			}
		}
		return out
	}
	return result
}

// regexesOf are the patterns, known in full, that an argument may be.
func (f *frame) regexesOf(as args, where, flagged rules.Place) (out []expression) {
	var flags regex.Flags
	if len(flagged.Names) > 0 {
		var ok bool
		if flags, ok = flagsOf(as.Arg(flagged.Pos, flagged.Names)); !ok {
			return nil
		}
	}
	a, ok := as.find(where.Pos, where.Names)
	if !ok {
		return nil
	}
	if s, ok := f.written(a.node); ok {
		return []expression{{s, flags}}
	}
	for _, v := range a.set.vals {
		switch x := v.lit.(type) {
		case expression: // what was compiled already
			out = append(out, x)
		case string:
			if v.kind == kConst && v.name == "str" && !strings.Contains(x, unknownText) {
				out = append(out, expression{x, flags})
			}
		}
	}
	return out
}

// written is a text that is put together from parts that are all known: "a" + NAME + "b".
func (f *frame) written(n pyparse.Node) (string, bool) {
	switch {
	case !n.Valid():
	case n.Kind() == pyparse.KindConstant:
		if c := n.AsConstant(); c.ConstKind() == pyparse.ConstStr {
			return c.StringValue(), true
		}
	case n.Kind() == pyparse.KindName:
		lit, ok := f.lookup(n.AsName().Id(), n).constant()
		s, str := lit.(string)
		return s, ok && str && !strings.Contains(s, unknownText)
	case n.Kind() == pyparse.KindBinOp && n.AsBinOp().Op() == pyparse.OpAdd:
		x, ok := f.written(n.AsBinOp().Left())
		if !ok {
			return "", false
		}
		y, ok := f.written(n.AsBinOp().Right())
		return x + y, ok
	}
	return "", false
}

// flagsOf reads the flags of a regular expression: re.I | re.VERBOSE.
func flagsOf(a rules.Arg) (flags regex.Flags, ok bool) {
	if !a.Given {
		return flags, !a.Open
	}
	if x, zero := a.Value.(float64); a.Known && zero && x == 0 {
		return flags, true
	}
	names, known := a.Value.(string)
	if !a.Known || !known {
		return flags, false
	}
	for _, name := range strings.Split(names, "|") {
		if !flags.Set(lastPart(name)) {
			return flags, false
		}
	}
	return flags, true
}

// attack finds the worst text for a regular expression, once.
func (a *analysis) attack(m matching) *regex.Attack {
	found, ok := a.attacks[m]
	if !ok {
		found, _ = regex.Find(m.pattern, m.flags, m.how) // a pattern that can't be read raises where it is compiled
		a.attacks[m] = found
	}
	return found
}

// shortened is a pattern for a message.
func shortened(pattern string) string {
	const most = 60
	r := []rune(strings.Join(strings.Fields(pattern), " "))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}
