package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// An option is a setting that the program declares, with the default that it has where
// nobody says otherwise.
type option struct {
	name string
	def  cell // empty: it has none
}

// options are what an object stands for that declares some: one, or a whole list. A
// list is one value, however long, for a set holds only a few.
type options struct {
	list []*option
	has  map[*option]bool
}

// An optionKey says under which attributes an option is read: of an object of the
// holder's class, or of what that object has for a group. A name of "" is the group.
type optionKey struct{ holder, group, name string }

// A declaration is all that calls say of an option that is read in a certain way.
type declaration struct {
	made cell // holds something once there is such an option
	def  cell
}

// optionGroup is what an object stands for that is a group of options.
type optionGroup string

// options applies what the catalogue says of a call that declares options; ok says that
// the result is one.
func (f *frame) options(e rules.Entry, symbol string, as args, n pyparse.Node) (out set, ok bool) {
	for _, row := range e.Options {
		if !row.Applies(as) {
			continue
		}
		name, def, list, group := row.Places()
		switch {
		case len(row.Options) > 0:
			a, _ := as.find(list.Pos, list.Names)
			f.declare(row, f.optionsOf(a.set), f.groupOf(as, group), as)
		case row.Holder != "":
			if text := optionName(as, name); text != "" {
				f.a.declareAs(optionKey{row.Holder, f.groupOf(as, group), text}, defaultAt(as, def))
			}
		default:
			text := optionName(as, name)
			if text == "" {
				return unknownSet, true
			}
			made := f.a.optionsAt(n)
			i := slices.IndexFunc(made.list, func(o *option) bool { return o.name == text })
			if i < 0 && len(made.list) < maxConstants {
				i = len(made.list)
				made.add(&option{name: text})
			}
			if i >= 0 {
				f.a.write(&made.list[i].def, defaultAt(as, def))
			}
			return one(&value{kind: kObject, name: symbol, lit: made}), true
		}
	}
	return set{}, false
}

// declare gives options their place, or other defaults.
func (f *frame) declare(row *rules.OptionRow, list []*option, group string, as args) {
	for _, o := range list {
		if row.Keywords {
			for _, k := range as.kw {
				if k.name == o.name {
					f.a.write(&o.def, byDefault(k.set))
				}
			}
		}
		if row.Holder != "" {
			f.a.declareAs(optionKey{row.Holder, group, o.name}, o.def.read(f.u))
		}
	}
	if row.Holder != "" && group != "" {
		f.a.write(&f.a.declared(optionKey{row.Holder, group, ""}).made, one(constTrue))
	}
}

// optionsAt is what a place in the text makes: an option, or a list of options.
func (a *analysis) optionsAt(n pyparse.Node) *options {
	o := a.optionSites[n]
	if o == nil {
		o = &options{has: map[*option]bool{}}
		a.optionSites[n] = o
	}
	return o
}

func (o *options) add(x *option) {
	if !o.has[x] {
		o.has[x] = true
		o.list = append(o.list, x)
	}
}

// optionsOf are the options in a set, or in the containers in it.
func (f *frame) optionsOf(s set) []*option {
	var out []*option
	for _, v := range s.vals {
		if o, ok := v.lit.(*options); ok {
			out = append(out, o.list...)
		} else if v.kind == kContainer {
			for _, w := range v.item.read(f.u).vals {
				if o, ok := w.lit.(*options); ok {
					out = append(out, o.list...)
				}
			}
		}
	}
	return out
}

// groupOf is the name of the group that a call names, by itself or with its object.
func (f *frame) groupOf(as args, at rules.Place) string {
	a, ok := as.find(at.Pos, at.Names)
	if !ok {
		return ""
	}
	for _, o := range f.optionsOf(a.set) {
		return o.name
	}
	for _, t := range texts(a.set) {
		return t
	}
	return ""
}

// optionName is the name under which an option is read: that of a keyword, or of the
// first long flag.
func optionName(as args, at rules.Place) string {
	for _, k := range as.kw {
		if slices.Contains(at.Names, k.name) {
			return attributeOf(k.set)
		}
	}
	first := ""
	for i := at.Pos; i >= 0 && i < len(as.pos); i++ {
		c, _ := as.pos[i].set.constant()
		text, ok := c.(string)
		if !ok {
			break
		}
		if !strings.HasPrefix(text, "-") || strings.HasPrefix(text, "--") {
			return attributeOf(as.pos[i].set)
		}
		if first == "" {
			first = attributeOf(as.pos[i].set)
		}
	}
	return first
}

// attributeOf is a name or flag as an attribute is called.
func attributeOf(s set) string {
	c, _ := s.constant()
	text, _ := c.(string)
	return strings.ReplaceAll(strings.TrimLeft(text, "-"), "-", "_")
}

// defaultAt is the default that a call gives an option.
func defaultAt(as args, at rules.Place) set {
	a, ok := as.find(at.Pos, at.Names)
	if !ok {
		return set{}
	}
	return byDefault(a.set)
}

// byDefault marks constants as what an option is unless a deployment says otherwise. To
// have no value is no default: somebody has to give one.
func byDefault(s set) set {
	out := set{open: s.open}
	for _, v := range s.vals {
		switch {
		case v.kind != kConst:
			out.vals = append(out.vals, v)
		case v.lit != nil:
			out.vals = append(out.vals, v.but(func(v *value) { v.flag |= fDefault }))
		}
	}
	return out
}

// path is how an option is written in a message: virt.nonblocking.
func (k optionKey) path() string { return strings.TrimPrefix(k.group+"."+k.name, ".") }

// called says of the defaults in a set of which option they are.
func called(s set, option string) set {
	out := set{open: s.open, size: s.size}
	for _, v := range s.vals {
		if v.flag&fDefault != 0 {
			v = v.but(func(v *value) { v.by = option })
		}
		out.vals = append(out.vals, v)
	}
	return out
}

// byDefaultOf words what rests on an option's default.
const byDefaultOf = " by the default of the option "

// declareAs says what an option is by default.
func (a *analysis) declareAs(k optionKey, def set) {
	d := a.declared(k)
	a.write(&d.made, one(constTrue))
	a.write(&d.def, def)
	for _, p := range a.patterned {
		if p.holder == k.holder && p.group == k.group && p.fits(k.name) {
			a.write(&p.def, called(def, k.path()))
		}
	}
}

// A pattern is a part of the options' names by which some are read: CONF.get("%s_manager" % topic).
type pattern struct {
	optionKey
	fits func(name string) bool
	def  cell // what all that fit are
}

// optionsLike are the options of an object of a library's class whose names fit a pattern;
// ok is false where it has none.
func (f *frame) optionsLike(class string, of any, text string) (s set, ok bool) {
	for _, c := range f.a.libraryOrder(class) {
		if !f.a.holdsOptions(c) {
			continue
		}
		group, _ := of.(optionGroup)
		if p := f.a.patternOf(optionKey{c, string(group), text}); p != nil {
			return join(p.def.read(f.u), unknownSet), true
		}
	}
	return set{}, false
}

func (a *analysis) patternOf(k optionKey) *pattern {
	for _, p := range a.patterned {
		if p.optionKey == k {
			return p
		}
	}
	fits := fitting(k.name)
	if fits == nil || len(a.patterned) >= maxPatterns {
		return nil
	}
	p := &pattern{optionKey: k, fits: fits, def: cell{many: true}}
	a.patterned = append(a.patterned, p)
	var names []string
	for o := range a.declarations {
		if o.holder == k.holder && o.group == k.group && fits(o.name) {
			names = append(names, o.name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		o := optionKey{k.holder, k.group, name}
		a.write(&p.def, called(a.declared(o).def.set, o.path()))
	}
	return p
}

// maxPatterns bounds by how many patterns options are read.
const maxPatterns = 64

// optionNamed is an option that is read under a name that is worked out: as an item, or
// with get.
func (f *frame) optionNamed(class string, of any, key set) (s set, ok bool) {
	name, ok := text(key)
	switch {
	case !ok || name == "":
		return set{}, false
	case strings.Contains(name, unknownText):
		return f.optionsLike(class, of, name)
	}
	return f.optionOf(class, of, name)
}

// optionGot is an option that a holder's get gives, or what is to stand for it.
func (f *frame) optionGot(v *value, as args) (s set, ok bool) {
	if v.recv == "" || lastPart(v.name) != "get" || len(as.pos) == 0 {
		return set{}, false
	}
	if s, ok = f.optionNamed(v.recv, v.lit, as.pos[0].set); ok && len(as.pos) > 1 {
		s = join(s, as.pos[1].set)
	}
	return s, ok
}

func (a *analysis) declared(k optionKey) *declaration {
	d := a.declarations[k]
	if d == nil {
		d = new(declaration)
		a.declarations[k] = d
	}
	return d
}

// optionOf is an option that is read as an attribute; ok is false where objects of the
// library's class have none, or the attribute is something else.
func (f *frame) optionOf(class string, of any, name string) (s set, ok bool) {
	for _, c := range f.a.libraryOrder(class) {
		if !f.a.holdsOptions(c) {
			continue
		}
		if f.a.cat.Method(c, name).Known {
			return set{}, false
		}
		group, _ := of.(optionGroup)
		d := f.a.declared(optionKey{c, string(group), name})
		if !d.made.read(f.u).empty() {
			if def := d.def.read(f.u); !def.empty() {
				return called(def, optionKey{c, string(group), name}.path()), true
			}
			return unknownSet, true
		}
		if group == "" && !f.a.declared(optionKey{c, name, ""}).made.read(f.u).empty() {
			return one(&value{kind: kObject, name: c, lit: optionGroup(name)}), true
		}
		if name == "get" { // a holder is a mapping too; see [frame.optionGot]
			return set{}, false
		}
		return unknownSet, true
	}
	return set{}, false
}

func (a *analysis) holdsOptions(class string) bool {
	h, ok := a.holders[class]
	if !ok {
		h = a.cat.OptionHolder(class)
		a.holders[class] = h
	}
	return h
}

// instanceOption is an option that is read from an object of the project: of a class
// that derives from a library's, or is a copy of one.
func (f *frame) instanceOption(c *class, name string) (set, bool) {
	for _, x := range c.order() {
		lib := x.lib
		if x.class != nil {
			lib = f.a.vendored(x.class.name)
		}
		if lib == "" {
			continue
		}
		if s, ok := f.optionOf(lib, nil, name); ok {
			return s, true
		}
	}
	return set{}, false
}

// defaultTest is how a test comes out where the option that it looks at is left at its
// default; option is "" where it looks at anything else.
func (f *frame) defaultTest(n pyparse.Node) (option string, val bool) {
	switch n.Kind() {
	case pyparse.KindName, pyparse.KindAttribute:
		s := f.quiet(n)
		if known, val := s.truth(); known {
			return s.vals[0].option(), val
		}
	case pyparse.KindUnaryOp:
		if u := n.AsUnaryOp(); u.Op() == pyparse.OpNot {
			option, val = f.defaultTest(u.Operand())
			return option, !val
		}
	case pyparse.KindCompare:
		c := n.AsCompare()
		if c.Comparators().Len() != 1 || c.Comparators().At(0).Kind() != pyparse.KindConstant {
			return "", false
		}
		if k := c.Left().Kind(); k != pyparse.KindName && k != pyparse.KindAttribute {
			return "", false
		}
		s := f.quiet(c.Left())
		x, ok := s.constant()
		y, other := f.quiet(c.Comparators().At(0)).constant()
		if !ok || !other {
			return "", false
		}
		switch c.OpAt(0) {
		case pyparse.OpEq, pyparse.OpIs:
			return s.vals[0].option(), x == y
		case pyparse.OpNotEq, pyparse.OpIsNot:
			return s.vals[0].option(), x != y
		}
	}
	return "", false
}

// option is the option whose default a value is; "" = it is none.
func (v *value) option() string {
	if v.flag&fDefault == 0 {
		return ""
	}
	return v.by
}

// A choice is one between two ways through a function, of which an option's default takes
// the usual one; or, where the function asks on which thread it is, one of the two.
type choice struct {
	option       string // "" = it asks
	usual, other span
}

// switched is for an option that is the switch between calling something and handing it to
// another thread. What the other way calls is left out, and what the usual one calls is so
// by the option's default. One that asks where it runs is as good a switch.
func (f *frame) switched(c choice) {
	if moved := f.movedIn(c.usual); len(moved) > 0 {
		f.u.edgeAt, f.u.ownAt = register[edgeKey]{}, register[ownKey]{}
		f.u.edges = slices.DeleteFunc(f.u.edges, func(e flow.Edge) bool { return moved.calls(&e, c.other) })
		f.u.own = slices.DeleteFunc(f.u.own, func(o flow.Own) bool { return moved.does(&o, c.other) })
		return
	}
	if c.option == "" {
		return
	}
	moved := f.movedIn(c.other)
	for i := range f.u.edges {
		if e := &f.u.edges[i]; moved.calls(e, c.usual) {
			e.Option = c.option
		}
	}
	for i := range f.u.own {
		if o := &f.u.own[i]; moved.does(o, c.usual) && o.Effect.Detail == "" {
			o.Effect.Detail = byDefaultOf[1:] + c.option
		}
	}
}

// A moved set holds what a way through a function hands to another thread.
type moved map[rules.Func]bool

func (f *frame) movedIn(way span) moved {
	m := moved{}
	for _, e := range f.u.edges {
		if e.Kind == flow.Offload && way.has(uint32(e.Pos.Offset)) {
			m[e.Callee] = true
		}
	}
	return m
}

// calls reports whether an edge calls, on a way, what is moved.
func (m moved) calls(e *flow.Edge, way span) bool {
	return e.Kind == flow.Call && way.has(uint32(e.Pos.Offset)) && m[e.Callee]
}

// does reports whether an effect is that of a library's function that is moved.
func (m moved) does(o *flow.Own, way span) bool {
	if !way.has(uint32(o.Pos.Offset)) {
		return false
	}
	for f := range m {
		if strings.HasSuffix(string(plain(f)), ".<"+o.Effect.Symbol+">") {
			return true
		}
	}
	return false
}
