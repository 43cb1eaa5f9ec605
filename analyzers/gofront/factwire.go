package gofront

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

type packer struct {
	body  []byte
	table map[string]int
	list  []string
}

func (p *packer) num(n int) { p.body = binary.AppendUvarint(p.body, uint64(n)) }

func (p *packer) bit(b bool) {
	if b {
		p.num(1)
	} else {
		p.num(0)
	}
}

func (p *packer) str(s string) {
	n, ok := p.table[s]
	if !ok {
		n = len(p.list)
		p.table[s] = n
		p.list = append(p.list, s)
	}
	p.num(n)
}

func (p *packer) guard(g rules.Guard) { p.str(g.When); p.str(g.Unless) }

func (p *packer) keep(k keep) { p.str(string(k.loc)); p.bit(k.elem); p.str(k.method) }

func (p *packer) frames(fs []rules.Frame) {
	p.num(len(fs))
	for _, f := range fs {
		p.str(string(shown(f.Func)))
		p.str(f.Pos.File)
		p.num(f.Pos.Line)
		p.num(f.Pos.Column)
		p.bit(f.Dynamic)
	}
}

// pack writes a fact. The same contents give the same bytes.
func (f *imports) pack() []byte {
	p := &packer{table: map[string]int{}}
	p.str(f.module)
	names := sortedKeys(f.sums)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.num(len(f.sums[n]))
		for _, s := range f.sums[n] {
			p.str(string(s.Effect.Rule))
			p.str(s.Effect.Symbol)
			p.str(s.Effect.Detail)
			p.str(string(s.Effect.Severity))
			p.guard(s.Effect.Guard)
			p.num(len(s.Guards))
			for _, g := range s.Guards {
				p.guard(g)
			}
			p.frames(s.Chain)
		}
	}
	names = sortedKeys(f.holes)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.num(len(f.holes[n]))
		for _, h := range f.holes[n] {
			p.num(h.param)
			p.str(h.method)
			p.frames(h.frames)
		}
	}
	locs := sortedKeys(f.values)
	p.num(len(locs))
	for _, l := range locs {
		p.str(string(l))
		p.num(len(f.values[l]))
		for _, v := range f.values[l] {
			p.str(string(v))
		}
	}
	names = sortedKeys(f.judged)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.str(string(f.judged[n]))
	}
	syms := sortedKeys(f.local)
	p.num(len(syms))
	for _, s := range syms {
		p.str(s)
	}
	names = sortedKeys(f.asks)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.num(len(f.asks[n]))
		for _, k := range f.asks[n] {
			p.keep(k)
		}
	}
	p.num(len(f.keepers))
	for _, k := range f.keepers {
		p.keep(k.keep)
		p.str(k.kind)
		p.str(string(k.loop))
		p.guard(k.guard)
	}
	out := binary.AppendUvarint(nil, factVersion)
	out = binary.AppendUvarint(out, uint64(len(p.list)))
	for _, s := range p.list {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return append(out, p.body...)
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

type unpacker struct {
	r    *bytes.Reader
	list []string
	bad  bool
}

func (p *unpacker) num() int {
	n, err := binary.ReadUvarint(p.r)
	if err != nil || n > 1<<40 {
		p.bad = true
		return 0
	}
	return int(n)
}

// count is a number of things to follow, each of at least a byte.
func (p *unpacker) count() int {
	n := p.num()
	if n > p.r.Len() {
		p.bad = true
		return 0
	}
	return n
}

func (p *unpacker) str() string {
	n := p.num()
	if n >= len(p.list) {
		p.bad = true
		return ""
	}
	return p.list[n]
}

func (p *unpacker) guard() rules.Guard {
	when := p.str()
	return rules.Guard{When: when, Unless: p.str()}
}

func (p *unpacker) keep() keep {
	k := keep{loc: location(p.str())}
	k.elem = p.num() == 1
	k.method = p.str()
	return k
}

func (p *unpacker) frames() []rules.Frame {
	n := p.count()
	out := make([]rules.Frame, 0, n)
	for range n {
		f := rules.Frame{Func: rules.Func(p.str())}
		f.Pos.File = p.str()
		f.Pos.Line = p.num()
		f.Pos.Column = p.num()
		f.Dynamic = p.num() == 1
		out = append(out, f)
	}
	return out
}

func unpack(data []byte) (*imports, error) {
	p := &unpacker{r: bytes.NewReader(data)}
	if p.num() != factVersion {
		return nil, errFact
	}
	n := p.count()
	for range n {
		b := make([]byte, p.count())
		if _, err := p.r.Read(b); err != nil && len(b) > 0 {
			return nil, errFact
		}
		p.list = append(p.list, string(b))
	}
	f := newImports()
	f.module = p.str()
	for range p.count() {
		name := rules.Func(p.str())
		for range p.count() {
			var s flow.Summary
			s.Effect.Rule = rules.ID(p.str())
			s.Effect.Symbol = p.str()
			s.Effect.Detail = p.str()
			s.Effect.Severity = rules.Severity(p.str())
			s.Effect.Guard = p.guard()
			for range p.count() {
				s.Guards = append(s.Guards, p.guard())
			}
			s.Chain = p.frames()
			if len(s.Chain) == 0 {
				p.bad = true
			}
			f.sums[name] = append(f.sums[name], s)
		}
	}
	for range p.count() {
		name := rules.Func(p.str())
		for range p.count() {
			h := openHole{param: p.num()}
			h.method = p.str()
			h.frames = p.frames()
			f.holes[name] = append(f.holes[name], h)
		}
	}
	for range p.count() {
		loc := location(p.str())
		for range p.count() {
			f.values[loc] = append(f.values[loc], rules.Func(p.str()))
		}
	}
	for range p.count() {
		name := rules.Func(p.str())
		f.judged[name] = rules.Loop(p.str())
	}
	for range p.count() {
		f.local[p.str()] = true
	}
	for range p.count() {
		name := rules.Func(p.str())
		for range p.count() {
			f.asks[name] = append(f.asks[name], p.keep())
		}
	}
	for range p.count() {
		k := keeper{keep: p.keep()}
		k.kind, k.loop = p.str(), rules.Loop(p.str())
		k.guard = p.guard()
		f.keepers = append(f.keepers, k)
	}
	if p.bad {
		return nil, errFact
	}
	return f, nil
}
