package env

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func (sh *shell) assign(a *syntax.Assign, export bool) {
	if a.Naked {
		if export && a.Name != nil {
			v, ok := sh.vars[a.Name.Value]
			if ok {
				v.exported = true
				sh.vars[a.Name.Value] = v
			}
		}
		return
	}
	v := sh.evalAssign(a)
	v.exported = export
	sh.vars[a.Name.Value] = v
}

// evalAssign gives the value of an assignment, with the alternatives of the
// variables that it uses.
func (sh *shell) evalAssign(a *syntax.Assign) variable {
	names := sh.branching(a)
	if a.Append && len(sh.vars[a.Name.Value].alts) > 1 {
		names = append(names, a.Name.Value)
	}
	n := sh.combinations(names)
	if n > maxAlts || a.Index != nil {
		return variable{}
	}
	var out variable
	saved := sh.vars
	seen := map[string]bool{}
	for i := range n {
		if len(names) > 0 {
			sh.vars = choose(saved, names, i)
		}
		v, ok := sh.evalOne(a)
		if !ok || tooLong(v.elems...) {
			sh.vars = saved
			return variable{}
		}
		if k := v.key(); !seen[k] {
			seen[k] = true
			out.alts = append(out.alts, v)
		}
	}
	sh.vars = saved
	return out
}

func (sh *shell) evalOne(a *syntax.Assign) (value, bool) {
	var v value
	switch {
	case a.Array != nil:
		v.array = true
		for _, el := range a.Array.Elems {
			if el.Index != nil {
				return v, false
			}
			for _, w := range sh.fields([]*syntax.Word{el.Value}) {
				v.elems = append(v.elems, w.pieces)
			}
		}
	case a.Value != nil:
		pieces := sh.pieces(a.Value.Parts, false)
		for i := range pieces {
			pieces[i].quoted = true
			if pieces[i].brk {
				pieces[i] = piece{span: span{s: " "}, quoted: true}
			}
		}
		v = scalar(pieces)
	default:
		v = scalar(nil)
	}
	if !a.Append {
		return v, true
	}
	old, ok := sh.vars[a.Name.Value]
	if !ok {
		old = variable{alts: []value{{array: v.array, elems: [][]piece{{{unknown: true, name: a.Name.Value}}}}}}
	}
	if len(old.alts) == 0 {
		return v, false
	}
	o := old.alts[0]
	if v.array || o.array {
		return value{array: true, elems: append(append([][]piece{}, o.elems...), v.elems...)}, true
	}
	return scalar(append(append([]piece{}, o.elems[0]...), v.elems[0]...)), true
}

// fields expands words.
func (sh *shell) fields(words []*syntax.Word) []Word {
	var out []Word
	for _, w := range words {
		if w != nil {
			out = append(out, split(sh.pieces(w.Parts, false))...)
		}
		if len(out) > maxPieces {
			break
		}
	}
	return out
}

// pieces expands the parts of a word. In quotes, blanks do not separate.
func (sh *shell) pieces(parts []syntax.WordPart, quotes bool) []piece {
	var out []piece
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			out = append(out, piece{span: sh.lit(p, quotes), quoted: true})
		case *syntax.SglQuoted:
			at := clamp(p.Right.Offset(), sh.src.s)
			out = append(out, piece{span: sh.verbatim(p.Value, at-len(p.Value), at), quoted: true})
		case *syntax.DblQuoted:
			in := sh.pieces(p.Parts, true)
			if len(in) == 0 {
				in = []piece{{span: sh.verbatim("", clamp(p.Right.Offset(), sh.src.s), clamp(p.Right.Offset(), sh.src.s)), quoted: true}}
			}
			out = append(out, in...)
		case *syntax.ParamExp:
			out = append(out, sh.param(p, quotes)...)
		case *syntax.CmdSubst:
			out = append(out, sh.substitution(p, quotes)...)
		default:
			out = append(out, sh.unknown("", p, quotes))
		}
		if tooLong(out) {
			return []piece{sh.unknown("", p, quotes)}
		}
	}
	return out
}

func (sh *shell) unknown(name string, n syntax.Node, quotes bool) piece {
	at := clamp(n.Pos().Offset(), sh.src.s)
	return piece{span: sh.src.slice(at, at), unknown: true, name: name, quoted: quotes}
}

// verbatim is text that stands between two offsets of the script, if it does.
func (sh *shell) verbatim(text string, start, end int) span {
	if start >= 0 && start <= end && end <= len(sh.src.s) && sh.src.s[start:end] == text {
		return sh.src.slice(start, end)
	}
	start = max(0, min(start, len(sh.src.s)))
	b := builder{f: sh.src.f}
	for i := range len(text) {
		b.byte(text[i], sh.src.off(start))
	}
	return b.span(sh.src.off(max(start, min(end, len(sh.src.s)))))
}

// lit undoes the backslashes of a literal.
func (sh *shell) lit(l *syntax.Lit, quotes bool) span {
	start, end := clamp(l.ValuePos.Offset(), sh.src.s), clamp(l.ValueEnd.Offset(), sh.src.s)
	if start > end {
		start = end
	}
	raw := sh.src.s[start:end]
	if !strings.Contains(raw, "\\") {
		return sh.verbatim(l.Value, start, end)
	}
	b := builder{f: sh.src.f}
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			if raw[i+1] == '\n' {
				i++
				continue
			}
			if !quotes || strings.IndexByte("$`\"\\", raw[i+1]) >= 0 {
				i++
			}
		}
		b.byte(raw[i], sh.src.off(start+i))
	}
	return b.span(sh.src.off(end))
}

// param expands ${…}.
func (sh *shell) param(p *syntax.ParamExp, quotes bool) []piece {
	if p.Param == nil || p.Excl || p.Length || p.Width || p.IsSet || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.Flags != nil || len(p.Modifiers) > 0 {
		name := ""
		if p.Param != nil {
			name = p.Param.Value
		}
		return []piece{sh.unknown(name, p, quotes)}
	}
	name := p.Param.Value
	v, set := sh.vars[name]
	if !set {
		v, set = sh.r.project[name]
	}
	known := set && len(v.alts) == 1
	empty := known && len(v.alts[0].elems) == 1 && len(v.alts[0].elems[0]) == 0 || known && len(v.alts[0].elems) == 0
	if known && !empty {
		if t, ok := v.alts[0].text(); ok && t == "" {
			empty = true
		}
	}
	if p.Exp != nil {
		var word []syntax.WordPart
		if p.Exp.Word != nil {
			word = p.Exp.Word.Parts
		}
		alternative := func() []piece {
			out := sh.pieces(word, quotes)
			for i := range out {
				if _, lit := partAt(word, i).(*syntax.Lit); lit && !quotes {
					out[i].quoted = false
				}
			}
			return out
		}
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.AssignUnset:
			if !set {
				return alternative()
			}
		case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull:
			if !set || empty {
				return alternative()
			}
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			if set && !empty {
				return alternative()
			}
			return nil
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		default:
			return []piece{sh.unknown(name, p, quotes)}
		}
	}
	if !known {
		return []piece{sh.unknown(name, p, quotes)}
	}
	val := v.alts[0]
	elems := val.elems
	if val.array {
		all := name == "@" || name == "*"
		if w, ok := p.Index.(*syntax.Word); ok {
			all = all || w.Lit() == "@" || w.Lit() == "*"
		}
		if p.Index != nil && !all {
			return []piece{sh.unknown(name, p, quotes)}
		}
		if !all && len(elems) > 1 {
			elems = elems[:1]
		}
	}
	var out []piece
	for i, e := range elems {
		if i > 0 {
			out = append(out, piece{brk: true})
		}
		for _, q := range e {
			q.quoted, q.value = quotes, true
			out = append(out, q)
		}
	}
	return out
}

func partAt(parts []syntax.WordPart, i int) syntax.WordPart {
	if i < len(parts) {
		return parts[i]
	}
	return nil
}

// substitution expands $(…) where it only looks a program up, or where it is the
// $(NAME) of a Kubernetes manifest.
func (sh *shell) substitution(c *syntax.CmdSubst, quotes bool) []piece {
	if len(c.Stmts) == 1 {
		if call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			name := call.Args[0].Lit()
			last := call.Args[len(call.Args)-1]
			switch {
			case len(call.Args) == 1:
				if v, ok := sh.vars[name]; ok && len(v.alts) == 1 && !v.alts[0].array {
					out := append([]piece{}, v.alts[0].elems[0]...)
					for i := range out {
						out[i].quoted, out[i].value = quotes, true
					}
					return out
				}
			case name == "which" && len(call.Args) == 2, name == "command" && call.Args[1].Lit() == "-v":
				return sh.pieces(last.Parts, true)
			}
		}
	}
	return []piece{sh.unknown("", c, quotes)}
}

// interpolate expands the variables of a text that is no shell, such as an
// element of a list of words.
func (r *reading) interpolate(src span, vars scope) []piece {
	if !strings.Contains(src.s, "$") {
		return []piece{{span: src, quoted: true}}
	}
	w, err := syntax.NewParser().Document(strings.NewReader(src.s))
	if err != nil || w == nil {
		return []piece{{span: src, quoted: true}}
	}
	steps := 0
	sh := &shell{r: r, src: src, vars: vars, steps: &steps}
	return sh.pieces(w.Parts, true)
}
