package pyfront

// A dict whose keys are written out is a record: what stands under one key is not what
// stands under another. So the cell of a container, which holds everything, may also know
// what was put in under which key.

// keyed is what a container holds by key.
type keyed struct {
	loose cell             // what may be under any key
	by    map[string]*cell // nil = too many keys to tell apart; loose holds everything
}

// maxKeys bounds the keys of one container that are told apart.
const maxKeys = 256

// slot is what a container holds under a key; nil where keys are not told apart.
func (a *analysis) slot(c *cell, key string) *cell {
	if c.keyed == nil { // what it holds so far may be under any key
		c.keyed = &keyed{loose: cell{set: c.set, grown: c.grown}, by: map[string]*cell{}}
	}
	k := c.keyed
	s := k.by[key]
	switch {
	case s != nil || k.by == nil:
	case len(k.by) == maxKeys:
		k.by = nil
		a.write(&k.loose, c.set)
	default:
		s = new(cell)
		k.by[key] = s
	}
	return s
}

// put adds something to a container, under a key.
func (a *analysis) put(c *cell, key, s set) {
	names, ok := allTexts(key)
	if !ok {
		a.write(c, s)
		return
	}
	for _, name := range names {
		slot := a.slot(c, name)
		if slot == nil {
			a.write(c, s)
			return
		}
		a.write(slot, s)
	}
	a.grow(c, s)
}

// under is what a container holds under a key. Where that is an option's default, a
// deployment may choose any other.
func (f *frame) under(c *cell, key set) set {
	names, ok := allTexts(key)
	if !ok || anyDefault(key) {
		return c.read(f.u)
	}
	var out set
	for _, name := range names {
		if slot := f.a.slot(c, name); slot != nil {
			out = join(out, slot.read(f.u))
		}
	}
	return join(out, c.keyed.loose.read(f.u))
}

// allTexts are the texts that a set may be; ok is false where it may be anything else.
func allTexts(s set) (out []string, ok bool) {
	out = texts(s)
	return out, len(out) > 0 && len(out) == len(s.vals) && !s.open
}
