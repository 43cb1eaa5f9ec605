package pyfront

import (
	"maps"
	"slices"

	"github.com/greenlint/greenlint/pyparse"
)

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

// keywords are the arguments that ** of a dict gives, where all that it holds stands under
// keys that are written out.
func (f *frame) keywords(s set, n pyparse.Node) (out []arg, ok bool) {
	if len(s.vals) != 1 || s.open || s.vals[0].kind != kContainer || s.vals[0].name != "dict" {
		return nil, false
	}
	c := s.vals[0].item
	c.read(f.u)
	if c.keyed == nil || c.keyed.by == nil || !c.keyed.loose.read(f.u).empty() {
		return nil, false
	}
	for _, name := range slices.Sorted(maps.Keys(c.keyed.by)) {
		out = append(out, arg{name: name, set: c.keyed.by[name].read(f.u), node: n})
	}
	return out, true
}

// allTexts are the texts that a set may be; ok is false where it may be anything else.
func allTexts(s set) (out []string, ok bool) {
	out = texts(s)
	return out, len(out) > 0 && len(out) == len(s.vals) && !s.open
}
