package env

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/greenlint/greenlint/rules"
)

// A tomlValue is a string, number or truth value of a TOML file.
type tomlValue struct {
	text     span // without its quotes
	isString bool
	line     span // the line on which it stands, without blanks around it
}

// eachTOML calls fn with every plain value in a TOML file, under its full key.
// index is its place in an array, or -1. What was read before a syntax error
// counts.
func eachTOML(r *reading, f *file, fn func(keys []string, index int, v tomlValue)) {
	var p unstable.Parser
	p.Reset(f.src)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = keysOf(e.Key(), nil)
		case unstable.KeyValue:
			eachValue(&p, f, keysOf(e.Key(), table), -1, e.Value(), 0, fn)
		}
	}
	if err := p.Error(); err != nil {
		pos, msg := rules.Pos{File: f.name}, err.Error()
		var pe *unstable.ParserError
		if errors.As(err, &pe) {
			msg = pe.Message
			if len(pe.Highlight) > 0 {
				pos = f.pos(int(p.Range(pe.Highlight).Offset))
			}
		}
		r.skip(pos, "TOML: "+msg)
	}
}

func keysOf(it unstable.Iterator, table []string) []string {
	out := append([]string{}, table...)
	for it.Next() {
		out = append(out, string(it.Node().Data))
	}
	return out
}

func eachValue(p *unstable.Parser, f *file, keys []string, index int, n *unstable.Node, depth int, fn func([]string, int, tomlValue)) {
	if n == nil || depth > 30 || len(keys) == 0 {
		return
	}
	switch n.Kind {
	case unstable.Array:
		i := 0
		for it := n.Children(); it.Next(); i++ {
			eachValue(p, f, keys, i, it.Node(), depth+1, fn)
		}
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			if kv := it.Node(); kv.Kind == unstable.KeyValue {
				eachValue(p, f, keysOf(kv.Key(), keys), index, kv.Value(), depth+1, fn)
			}
		}
	default:
		raw := int(n.Raw.Offset)
		if n.Raw.Length == 0 && len(n.Data) > 0 && n.Kind != unstable.String {
			raw = int(p.Range(n.Data).Offset)
		}
		v := tomlValue{isString: n.Kind == unstable.String}
		at := raw
		for at < len(f.src) && (f.src[at] == '"' || f.src[at] == '\'') {
			at++
		}
		if end := at + len(n.Data); end <= len(f.src) && string(f.src[at:end]) == string(n.Data) {
			v.text = f.span(at, end)
		} else {
			v.text = fixed(f, string(n.Data), raw, raw)
		}
		line := f.pos(raw).Line
		start, end := f.lines[line-1], len(f.src)
		if line < len(f.lines) {
			end = f.lines[line]
		}
		v.line = f.span(start, end).trim()
		fn(keys, index, v)
	}
}
