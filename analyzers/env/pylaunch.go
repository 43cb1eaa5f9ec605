package env

import (
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// codeLaunches finds the programs that a module starts, and the workers that it
// runs in its own process.
func (p *project) codeLaunches(m *module) (out []Command) {
	if m.tree.OriginalOffset(uint32(len(m.tree.Source()))) != uint32(len(m.f.src)) {
		return nil
	}
	m.walk(m.tree.Root(), true, func(n pyparse.Node, _ bool) {
		if n.Kind() != pyparse.KindCall {
			return
		}
		c := n.AsCall()
		_, name, _ := cutLast(tail(c.Func()))
		at := place{m.f, int(n.Start()), int(n.End())}
		args := make([]pyparse.Node, 0, 4)
		for a := range c.Args().All() {
			args = append(args, a)
		}
		for k := range c.Keywords().All() {
			if kw := k.AsKeyword(); kw.Arg() == "args" || kw.Arg() == "argv" {
				args = append(args, kw.Value())
			}
		}
		if p.methods[name] {
			for _, a := range args {
				words, ok := p.wordList(m, a, int(n.Start()))
				if !ok {
					continue
				}
				cmd := Command{Argv: words, Pos: m.f.pos(at.start), Text: oneLine(n.Text()), method: name, file: m.f.name,
					pos: [2]int{at.start, at.end}, list: true, ownPatch: p.patchedBefore(m, at.start)}
				if l, _ := p.r.launchOf(cmd); l != nil {
					out = append(out, cmd)
				}
			}
		}
		switch starters[name] {
		case "list":
			for _, a := range args {
				if words, ok := p.wordList(m, a, int(n.Start())); ok {
					out = append(out, p.known(p.r.quiet().exec(words, "", scope{}, at))...)
				} else {
					out = append(out, p.shellLine(m, a)...)
				}
			}
		case "words":
			var words []Word
			for _, a := range args {
				words = append(words, p.word(m, a))
			}
			if len(words) > 0 {
				out = append(out, p.known(p.r.quiet().exec(words, "", scope{}, at))...)
			}
		case "line":
			for _, a := range args {
				out = append(out, p.shellLine(m, a)...)
			}
		}
	})
	return out
}

// known keeps the commands that the catalogue knows.
func (p *project) known(cmds []Command) (out []Command) {
	for _, c := range cmds {
		if l, _ := p.r.launchOf(c); l != nil {
			out = append(out, c)
		}
	}
	return out
}

// shellLine reads a constant that names a program of the catalogue as a line of
// shell. What is no shell is no fault.
func (p *project) shellLine(m *module, n pyparse.Node) []Command {
	s, ok := m.line(n)
	if !ok || !p.r.worth([]byte(s.s)) {
		return nil
	}
	cmds, _ := p.r.quiet().script(s, "", scope{})
	return p.known(cmds)
}

// line is the text of a string constant, at its place.
func (m *module) line(n pyparse.Node) (span, bool) {
	if n.AsConstant().ConstKind() != pyparse.ConstStr {
		return span{}, false
	}
	v, raw, start := n.AsConstant().StringValue(), n.Text(), int(n.Start())
	if i := strings.Index(raw, v); i >= 0 && v != "" {
		return m.f.span(start+i, start+i+len(v)), true
	}
	b := builder{f: m.f}
	for i := range len(v) {
		b.byte(v[i], start)
	}
	return b.span(start), true
}

// wordList reads a list of words, or the name that was last given one.
func (p *project) wordList(m *module, n pyparse.Node, before int) ([]Word, bool) {
	if id := n.AsName().Id(); id != "" {
		var found pyparse.Node
		for _, v := range m.consts[id] {
			if int(v.Start()) < before && (v.Kind() == pyparse.KindList || v.Kind() == pyparse.KindTuple || v.Kind() == pyparse.KindBinOp) {
				found = v
			}
		}
		n = found
	}
	var elts pyparse.NodeList
	switch n.Kind() {
	case pyparse.KindCall: // "celery -A shop worker".split()
		c := n.AsCall()
		if _, name, _ := cutLast(tail(c.Func())); name != "split" || c.Args().Len() > 0 {
			return nil, false
		}
		s, ok := m.line(c.Func().AsAttribute().Value())
		return split([]piece{{span: s}}), ok && strings.TrimSpace(s.s) != ""
	case pyparse.KindList:
		elts = n.AsList().Elts()
	case pyparse.KindTuple:
		elts = n.AsTuple().Elts()
	case pyparse.KindBinOp: // ["celery"] + more
		b := n.AsBinOp()
		if b.Op() != pyparse.OpAdd {
			return nil, false
		}
		left, ok := p.wordList(m, b.Left(), before)
		if !ok {
			return nil, false
		}
		right, ok := p.wordList(m, b.Right(), before)
		if !ok {
			right = []Word{p.word(m, b.Right())}
		}
		return append(left, right...), true
	default:
		return nil, false
	}
	var out []Word
	for e := range elts.All() {
		out = append(out, p.word(m, e))
	}
	return out, len(out) > 0
}

// word is one element of a list of words.
func (p *project) word(m *module, n pyparse.Node) Word {
	switch n.Kind() {
	case pyparse.KindConstant:
		if s, ok := m.line(n); ok {
			return literal(s)
		}
	case pyparse.KindJoinedStr:
		var pieces []piece
		for v := range n.AsJoinedStr().Values().All() {
			if s, ok := m.line(v); ok {
				pieces = append(pieces, piece{span: s, quoted: true})
				continue
			}
			pieces = append(pieces, piece{span: m.f.span(int(v.Start()), int(v.Start())), unknown: true, quoted: true, name: "a value"})
		}
		return newWord(pieces)
	case pyparse.KindAttribute:
		if strings.HasSuffix(m.resolve(dotted(n)), "sys.executable") {
			return Word{Text: "python", Pos: m.f.pos(int(n.Start())), End: m.f.pos(int(n.End()))}
		}
	}
	if v, ok := p.values(m, n, 0); ok && len(v) == 1 {
		return newWord([]piece{{span: fixed(m.f, v[0], int(n.Start()), int(n.End())), quoted: true}})
	}
	at := m.f.span(int(n.Start()), int(n.Start()))
	return newWord([]piece{{span: at, unknown: true, quoted: true, name: oneLine(n.Text())}})
}

// fixed is text that stands for the bytes from start to end.
func fixed(f *file, text string, start, end int) span {
	b := builder{f: f}
	for i := range len(text) {
		b.byte(text[i], start)
	}
	return b.span(end)
}
