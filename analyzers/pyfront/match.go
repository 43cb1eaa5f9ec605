package pyfront

import "github.com/greenlint/greenlint/pyparse"

func (f *frame) matchStmt(s pyparse.Match) {
	subject := f.eval(s.Subject())
	start := f.env
	var out *locals
	f.perhaps++
	defer func() { f.perhaps-- }()
	for n := range s.Cases().All() {
		c := n.AsMatchCase()
		f.env = start.copy()
		f.pattern(c.Pattern(), subject)
		if sub := s.Subject(); sub.Kind() == pyparse.KindName { // what the pattern says of the subject
			if kept := f.matched(c.Pattern(), subject); !kept.empty() {
				f.env.set(sub.AsName().Id(), kept)
			}
		}
		if c.Guard().Valid() {
			f.eval(c.Guard())
		}
		f.block(c.Body())
		out = joinLocals(out, f.env)
		if !c.Guard().Valid() && irrefutable(c.Pattern()) {
			f.env = out // no way past it
			return
		}
	}
	f.env = joinLocals(start, out)
}

// irrefutable reports whether a pattern matches everything.
func irrefutable(p pyparse.Node) bool {
	m := p.AsMatchAs()
	return m.Valid() && (!m.Pattern().Valid() || irrefutable(m.Pattern()))
}

// pattern binds the names of a match pattern.
func (f *frame) pattern(p pyparse.Node, s set) {
	switch p.Kind() {
	case pyparse.KindMatchAs:
		m := p.AsMatchAs()
		if m.Pattern().Valid() {
			f.pattern(m.Pattern(), s)
			if kept := f.matched(m.Pattern(), s); !kept.empty() {
				s = kept
			}
		}
		if m.Name() != "" {
			f.assign(m.Name(), s, p.Start())
		}
	case pyparse.KindMatchStar:
		if n := p.AsMatchStar().Name(); n != "" {
			f.assign(n, unknownSet, p.Start())
		}
	case pyparse.KindMatchMapping:
		if n := p.AsMatchMapping().Rest(); n != "" {
			f.assign(n, unknownSet, p.Start())
		}
		for c := range p.AsMatchMapping().Patterns().All() {
			f.pattern(c, f.within(s, "dict"))
		}
	case pyparse.KindMatchSequence:
		for c := range p.Children() {
			if c.Kind() == pyparse.KindMatchStar {
				if n := c.AsMatchStar().Name(); n != "" {
					f.assign(n, f.container("list", c, f.within(s, ""), 0), c.Start())
				}
				continue
			}
			f.pattern(c, f.within(s, ""))
		}
	case pyparse.KindMatchOr:
		for c := range p.Children() {
			f.pattern(c, s)
		}
	default:
		for c := range p.Children() {
			switch c.Kind() {
			case pyparse.KindMatchAs, pyparse.KindMatchStar, pyparse.KindMatchMapping, pyparse.KindMatchClass, pyparse.KindMatchSequence, pyparse.KindMatchOr:
				f.pattern(c, unknownSet)
			}
		}
	}
}

// within is what is in the containers among the values of a set: those of one
// name, or all but dicts.
func (f *frame) within(s set, name string) set {
	out := set{open: s.open}
	for _, v := range s.vals {
		if v.kind == kContainer && (v.name == "dict") == (name == "dict") {
			out = join(out, v.item.read(f.u))
		}
	}
	if out.empty() {
		return unknownSet
	}
	return out
}

// matched is what of a subject a class pattern lets through; the zero set where
// the pattern says nothing of it.
func (f *frame) matched(p pyparse.Node, s set) set {
	switch p.Kind() {
	case pyparse.KindMatchAs:
		if m := p.AsMatchAs(); m.Pattern().Valid() {
			return f.matched(m.Pattern(), s)
		}
	case pyparse.KindMatchOr:
		var out set
		for c := range p.Children() {
			k := f.matched(c, s)
			if k.empty() {
				return set{}
			}
			out = join(out, k)
		}
		return out
	case pyparse.KindMatchClass:
		want := f.instancesOf(f.quiet(p.AsMatchClass().Cls()), p)
		if want.empty() {
			return set{}
		}
		kept := without(s, func(v *value) bool { return !matches(v, want) })
		if len(kept.vals) == 0 {
			return set{vals: want.vals}
		}
		kept.open = false
		return kept
	}
	return set{}
}
