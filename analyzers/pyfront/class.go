package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A class is a class statement of the project.
type class struct {
	mod            *module
	node           pyparse.Node
	name           string // qualified
	short          string
	bases          []*value // kClass, kSymbol
	attrs          map[string]*cell
	setters        map[string][]string // attribute → methods whose text assigns self.attribute
	sets           map[string]*unit    // attribute → the setter of the property
	subs           []*class            // direct subclasses, as far as seen
	made           bool
	instances      birth      // where its objects are made
	ordered        []ancestor // what order last gave
	epoch          int        // of ordered
	self, instance *value     // see [classValue]
	shape          cell       // all that the bases ever were; who looks attributes up reads it
	chosen         cell       // holds something once the default of an option names it: a deployment may name a sibling
}

func (c *class) attr(name string) *cell {
	x := c.attrs[name]
	if x == nil {
		x = new(cell)
		c.attrs[name] = x
	}
	return x
}

// ancestor is one step of a class's method resolution order.
type ancestor struct {
	class *class // or
	lib   string // a library's class
}

// order is the method resolution order: depth first, a shared base after the
// last class that derives from it.
func (c *class) order() []ancestor {
	if c.epoch == c.mod.epochs.bases && c.ordered != nil {
		return c.ordered
	}
	var all []ancestor
	var walk func(c *class, depth int)
	walk = func(c *class, depth int) {
		if depth > 40 || len(all) > 200 {
			return
		}
		all = append(all, ancestor{class: c})
		for _, b := range c.bases {
			switch b.kind {
			case kClass:
				walk(b.class, depth+1)
			case kSymbol:
				all = append(all, ancestor{lib: b.name})
			}
		}
	}
	walk(c, 0)
	last := map[ancestor]int{}
	for i, x := range all {
		last[x] = i
	}
	var out []ancestor
	for i, x := range all {
		if last[x] == i {
			out = append(out, x)
		}
	}
	c.ordered, c.epoch = out, c.mod.epochs.bases
	return out
}

// orderOf is a class's order, for a unit that runs again when it changes.
func (f *frame) orderOf(c *class) []ancestor {
	list := c.order()
	for _, x := range list {
		if x.class != nil {
			x.class.shape.read(f.u)
		}
	}
	return list
}

// classDef runs a class statement.
func (f *frame) classDef(n pyparse.ClassDef) {
	c := f.a.classes[n.Node]
	if c == nil {
		prefix := string(f.u.name)
		if f.class != nil {
			prefix = f.class.name
		}
		c = &class{mod: f.u.mod, node: n.Node, name: string(f.a.unique(prefix + "." + n.Name())), short: n.Name(), attrs: map[string]*cell{}, setters: map[string][]string{}, sets: map[string]*unit{}}
		f.a.classes[n.Node] = c
		f.a.classesOf[c.mod] = append(f.a.classesOf[c.mod], c)
		c.findSetters(n.Body())
		if t := f.a.epochs.trial; t != nil {
			t.adoptClass(c)
		}
	}
	var bases []*value
	for b := range n.Bases().All() {
		for _, v := range f.eval(b).vals {
			if v.kind == kClass && v.class != c && !derives(v.class, c, 0) {
				bases = append(bases, classValue(v.class))
				f.a.addSub(v.class, c)
			} else if v.kind == kSymbol || v.kind == kType || v.kind == kObject { // an object: app.Task, a class by its [types] entry
				bases = append(bases, &value{kind: kSymbol, name: f.a.cat.Resolve(v.name)})
			}
		}
	}
	if !slices.EqualFunc(c.bases, bases, (*value).is) {
		c.bases = bases
		f.a.epochs.bases++
		f.a.write(&c.shape, set{vals: bases})
	}
	for k := range n.Keywords().All() {
		f.eval(k.AsKeyword().Value())
	}
	g := &frame{a: f.a, u: f.u, scope: f.u.mod.table.ScopeOf(n.Node), env: new(locals), class: c, outer: f}
	if g.scope == nil {
		g.scope = f.scope
	}
	g.block(n.Body())
	c.made = true
	f.standsIn(c, n)
	f.classContexts(c, n)
	out := one(classValue(c))
	for i := n.DecoratorList().Len() - 1; i >= 0; i-- {
		out = f.decorate(out, n.DecoratorList().At(i), nil)
	}
	f.assign(n.Name(), out, n.Start())
}

// standsIn notes which of a library's methods a class defines anew: they are called, by
// the library, as a shim is. One that does nothing is for objects that do nothing.
func (f *frame) standsIn(c *class, n pyparse.ClassDef) {
	for _, b := range c.bases {
		if b.kind != kSymbol {
			continue
		}
		for _, lib := range f.a.libraryOrder(b.name) {
			for s := range n.Body().All() {
				if d := s.AsFunctionDef(); d.Valid() && !idles(d.Body()) {
					f.a.called[lib+"."+d.Name()] = true
				}
			}
		}
	}
}

// idles reports whether a body does nothing: it is empty, or sets something to None.
func idles(body pyparse.NodeList) bool {
	for n := range body.All() {
		switch n.Kind() {
		case pyparse.KindPass:
		case pyparse.KindExpr:
			if !n.AsExpr().Value().AsConstant().Valid() {
				return false
			}
		case pyparse.KindAssign:
			if c := n.AsAssign().Value().AsConstant(); !c.Valid() || c.ConstKind() != pyparse.ConstNone {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (a *analysis) addSub(c, s *class) {
	if slices.Contains(c.subs, s) {
		return
	}
	if t := a.epochs.trial; t != nil {
		t.subs = append(t.subs, wasSubs{c, len(c.subs)})
	}
	c.subs = append(c.subs, s)
	a.write(&c.shape, one(classValue(s)))
}

// overriders are the classes below c that define a method themselves, by name.
func (f *frame) overriders(c *class, name string) []*class {
	return slices.DeleteFunc(f.family(c)[1:], func(s *class) bool {
		cell := s.attrs[name]
		return cell == nil || cell.set.empty()
	})
}

// family is a class and, by name, all classes below it.
func (f *frame) family(c *class) []*class {
	seen := map[*class]bool{c: true}
	out := []*class{c}
	for i := 0; i < len(out) && len(out) < 200; i++ {
		out[i].shape.read(f.u)
		for _, s := range out[i].subs {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out[1:], func(x, y *class) int { return strings.Compare(x.name, y.name) })
	return out
}

// isAbstract reports whether a method only stands for those that override it: it is
// declared so, does nothing, or says that it isn't there.
func (u *unit) isAbstract() bool {
	fd := u.node.AsFunctionDef()
	if !fd.Valid() {
		return false
	}
	for d := range fd.DecoratorList().All() {
		if t := d.Text(); strings.HasSuffix(t, "abstractmethod") || strings.HasSuffix(t, "abstractproperty") {
			return true
		}
	}
	for n := range fd.Body().All() {
		switch n.Kind() {
		case pyparse.KindPass:
		case pyparse.KindExpr: // a docstring or …
			if !n.AsExpr().Value().AsConstant().Valid() {
				return false
			}
		case pyparse.KindRaise:
			return strings.HasPrefix(n.AsRaise().Exc().Text(), "NotImplemented")
		default:
			return false
		}
	}
	return true
}

// derives reports whether c has b among its ancestors.
func derives(c, b *class, depth int) bool {
	if c == b || depth > 40 {
		return true
	}
	for _, x := range c.bases {
		if x.kind == kClass && derives(x.class, b, depth+1) {
			return true
		}
	}
	return false
}

// findSetters notes which methods assign which attributes of self, so that
// reading one runs the methods that give it its value.
func (c *class) findSetters(body pyparse.NodeList) {
	for n := range body.All() {
		fd := n.AsFunctionDef()
		if !fd.Valid() || fd.Args().Args().Len()+fd.Args().Posonlyargs().Len() == 0 {
			continue
		}
		self := fd.Args().Args()
		if fd.Args().Posonlyargs().Len() > 0 {
			self = fd.Args().Posonlyargs()
		}
		name := self.At(0).AsArg().Arg()
		pyparse.Walk(n, func(m pyparse.Node) bool {
			if m.Kind() == pyparse.KindAttribute && m.Ctx() == pyparse.Store {
				at := m.AsAttribute()
				if at.Value().Kind() == pyparse.KindName && at.Value().AsName().Id() == name {
					attr, method := c.mangle(at.Attr()), c.mangle(fd.Name())
					list := c.setters[attr]
					if len(list) == 0 || list[len(list)-1] != method {
						c.setters[attr] = append(list, method)
					}
				}
			}
			return true
		})
	}
}

// instanceAttr is self.name.
func (f *frame) instanceAttr(v *value, name string, n pyparse.Node) set {
	if name == "__class__" {
		return one(classValue(v.class))
	}
	name = f.mangle(name)
	var out set
	found := false
	for _, x := range f.orderOf(v.class) {
		if x.class == nil {
			if !found {
				if s, ok := f.instanceOption(v.class, name); ok {
					return s
				}
				if s := f.objectAttr(&value{kind: kObject, name: x.lib, bound: v.bound}, name, n); f.known(x.lib, name, s) {
					return join(out, s)
				}
			}
			continue
		}
		for _, m := range x.class.setters[name] {
			if c := x.class.attrs[m]; c != nil {
				for _, w := range c.set.vals {
					if w.kind == kFunc && w.unit != f.u {
						f.a.ensure(w.unit)
					}
				}
			}
		}
		c := x.class.attrs[name]
		if c == nil {
			c = x.class.attr(name)
			c.read(f.u)
			continue
		}
		s := c.read(f.u)
		if s.empty() {
			continue
		}
		found = true
		out = join(out, f.bindAttr(s, v, n))
		for _, w := range s.vals {
			if w.kind == kFunc && w.unit.isAbstract() { // what the receiver really is was not seen
				for _, sub := range f.overriders(v.class, name) {
					out = join(out, f.bindAttr(sub.attr(name).read(f.u), instanceValue(sub, v.bound), n))
				}
			}
		}
		if len(x.class.setters[name]) == 0 { // a class attribute: the nearest one counts
			break
		}
	}
	if !found {
		if s, ok := f.instanceOption(v.class, name); ok {
			return s
		}
		if ms := f.classMethods(v.class, "__getattr__"); len(ms) > 0 && n.Valid() {
			for _, m := range ms {
				out = join(out, f.forwarded(f.callUnit(m.unit, one(v), args{pos: []arg{{set: one(constOf(name)), node: n}}, node: n}, n, false, m.flag), name, n))
			}
			return join(out, unknownSet)
		}
		for _, x := range v.class.order() {
			if x.class == nil {
				return f.objectAttr(&value{kind: kObject, name: x.lib, bound: v.bound}, name, n)
			}
		}
		return unknownSet
	}
	return out
}

// known reports whether the catalogue says something of an attribute that a library's
// class gives. That a whole package is harmless does not make it one of that class's:
// it may be another base's.
func (f *frame) known(class, name string, s set) bool {
	return f.a.hasMethod(class, name) || slices.ContainsFunc(s.vals, func(v *value) bool { return v.kind != kSymbol })
}

// bindAttr is what reading a class's attribute through an instance gives:
// functions become methods, properties are called.
func (f *frame) bindAttr(s set, recv *value, n pyparse.Node) set {
	out := set{open: s.open, size: s.size, dims: s.dims}
	for _, v := range s.vals {
		switch {
		case v.kind == kFunc && v.flag&fProperty != 0:
			r := f.callUnit(v.unit, one(instanceValue(recv.class, recv.bound)), args{node: n}, n, false, 0)
			out = join(out, r)
		case v.kind == kFunc && v.unit.class != nil && v.flag&fStatic == 0:
			out = join(out, one(methodValue(v.unit, recv.class, v.flag, recv.bound)))
		case v.kind == kFunc && v.unit.class == nil && v.flag&fStatic == 0 && wrapsMethod(v.unit):
			out = join(out, one(methodValue(v.unit, recv.class, v.flag, recv.bound)))
		default:
			out = join(out, one(v))
		}
	}
	return out
}

// setProperty calls the setter of a property that is assigned to; false where the
// attribute is no such property.
func (f *frame) setProperty(v *value, name string, s set, n pyparse.Node) bool {
	for _, x := range f.orderOf(v.class) {
		if x.class == nil {
			continue
		}
		if u := x.class.sets[name]; u != nil {
			f.callUnit(u, one(v), args{pos: []arg{{set: s, node: n}}, node: n}, n, false, 0)
			return true
		}
	}
	return false
}

// wrapsMethod reports whether a function that is no method itself stands in a
// class's place for one: a decorator's wrapper.
func wrapsMethod(u *unit) bool { return u.outer != nil && u.outer.node.Kind() != pyparse.KindModule }

// isEnum reports whether the class attributes of a class are its instances.
func (c *class) isEnum() bool {
	for _, x := range c.order() {
		if strings.HasPrefix(x.lib, "enum.") {
			return true
		}
	}
	return false
}

func (f *frame) classAttr(v *value, name string, n pyparse.Node) set {
	name = f.mangle(name)
	var elsewhere *set // what the nearest library's class would give
	for _, x := range f.orderOf(v.class) {
		if x.class == nil {
			s := f.libraryAttr(x.lib, name, n)
			if f.known(x.lib, name, s) {
				return s
			}
			if elsewhere == nil {
				elsewhere = &s
			}
			continue
		}
		c := x.class.attr(name)
		s := c.read(f.u)
		if s.empty() {
			continue
		}
		out := set{open: s.open, size: s.size, dims: s.dims}
		for _, w := range s.vals {
			if w.kind != kFunc && v.class.isEnum() { // a member
				out = join(out, one(instanceValue(v.class, "")))
				continue
			}
			if w.kind == kFunc && w.flag&fClassMethod != 0 {
				w = methodValue(w.unit, v.class, w.flag, "")
			}
			out = join(out, one(w))
		}
		return out
	}
	if elsewhere != nil {
		return *elsewhere
	}
	return unknownSet
}

// superAttr looks a name up after the class whose method calls super().
func (f *frame) superAttr(v *value, name string, n pyparse.Node) set {
	after := v.after
	passed := false
	elsewhere := unknownSet
	for _, x := range f.orderOf(v.class) {
		if !passed {
			passed = x.class == after
			continue
		}
		if x.class == nil {
			s := f.objectAttr(&value{kind: kObject, name: x.lib}, name, n)
			if f.known(x.lib, name, s) {
				return s
			}
			if len(s.vals) == 1 && len(elsewhere.vals) == 0 && f.a.methodEntry(s.vals[0]).Known {
				elsewhere = s
			}
			continue
		}
		if s := x.class.attr(name).read(f.u); !s.empty() {
			return f.bindAttr(s, instanceValue(v.class, ""), n)
		}
	}
	if name == "__init__" || name == "__enter__" || name == "__exit__" {
		return one(&value{kind: kSymbol, name: "builtins.object." + name})
	}
	return elsewhere
}

// construct makes an instance.
func (f *frame) construct(c *class, as args, n pyparse.Node, dynamic bool) set {
	inst := instanceValue(c, "")
	init := false
	for _, name := range []string{"__new__", "__init__", "__post_init__"} {
		for _, m := range f.classMethods(c, name) {
			self, as := one(inst), as
			switch name {
			case "__new__":
				self = one(classValue(c))
				init = true
			case "__post_init__": // of a dataclass: the arguments go to its fields
				as = args{node: n}
			default:
				init = true
			}
			f.bind(m.unit, self, as)
			f.a.ensure(m.unit)
			f.edge(m.unit, flow.Call, rules.Guard{}, n, dynamic)
			f.inherit(m.unit)
		}
	}
	if !init {
		f.dataclass(c, as)
		for _, x := range c.order() {
			if x.class == nil {
				e := f.a.entry(x.lib)
				if e.Wall() || len(e.Spawns)+len(e.Offloads) > 0 {
					f.rows(e, &value{kind: kSymbol, name: x.lib}, as, n)
					break
				}
			}
		}
	}
	f.start(c, n)
	for _, x := range c.order() {
		if x.class == nil {
			e := f.a.entry(x.lib)
			f.forks(e, &value{kind: kSymbol, name: x.lib}, args{node: n}, n)
		}
	}
	f.born(c)
	if s, ok := f.copied(c.name, as, n); ok {
		return s
	}
	return one(inst)
}

// dataclass gives annotated fields their values from the arguments.
func (f *frame) dataclass(c *class, as args) {
	var fields []string
	for _, x := range c.order() {
		if x.class == nil {
			continue
		}
		body := x.class.node.AsClassDef().Body()
		var own []string
		for s := range body.All() {
			if an := s.AsAnnAssign(); an.Valid() && an.Simple() {
				own = append(own, an.Target().AsName().Id())
			}
		}
		fields = append(own, fields...)
	}
	for i, p := range as.pos {
		if i < len(fields) && p.name != "*" {
			f.a.write(c.attr(fields[i]), sizeless(p.set))
		}
	}
	for _, k := range as.kw {
		for _, name := range fields {
			if name == k.name {
				f.a.write(c.attr(name), sizeless(k.set))
			}
		}
	}
}

// classMethods finds the nearest methods of a name.
func (f *frame) classMethods(c *class, name string) []*value {
	for _, x := range f.orderOf(c) {
		if x.class == nil {
			continue
		}
		var out []*value
		for _, v := range x.class.attr(name).read(f.u).vals {
			if v.kind == kFunc {
				out = append(out, v)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// special calls a special method without arguments.
func (f *frame) special(v *value, name string, n pyparse.Node) (set, bool) {
	return f.specialCall(v, name, args{node: n, star: true}, n)
}

func (f *frame) specialCall(v *value, name string, as args, n pyparse.Node) (set, bool) {
	ms := f.classMethods(v.class, name)
	var out set
	for _, m := range ms {
		as := as
		if as.star && len(as.pos) == 0 {
			as = args{node: n}
		}
		out = join(out, f.callUnit(m.unit, one(v), as, n, len(ms) > 1, m.flag))
	}
	if len(ms) > 0 {
		return out, true
	}
	for _, x := range v.class.order() {
		if x.class == nil {
			if r, ok := f.libraryMethod(&value{kind: kObject, name: x.lib, bound: v.bound}, name, as, n); ok {
				return r, true
			}
		}
	}
	return set{}, false
}

// start follows what starting an object of a class brings about: a thread's run.
// That it is made is taken for that it is started.
func (f *frame) start(c *class, n pyparse.Node) {
	for _, x := range c.order() {
		if x.class != nil {
			continue
		}
		for _, m := range f.a.cat.Started(x.lib) {
			for _, name := range m.Methods {
				for _, v := range f.classMethods(c, name) {
					f.bind(v.unit, one(instanceValue(c, "")), args{node: n})
					k := flow.Spawn
					if m.Loop == "" && m.Guard().When == "" { // a spawn names its loop, or holds where threads are green
						k = flow.Offload
					}
					f.edge(v.unit, k, m.Guard(), n, false)
				}
			}
		}
	}
}

// mangle is the name that __x in a class body really has.
func (f *frame) mangle(name string) string {
	if !private(name) {
		return name
	}
	c := f.class
	if c == nil {
		for u := f.u; u != nil && c == nil; u = u.outer {
			c = u.class
		}
	}
	if c == nil {
		return name
	}
	return c.mangle(name)
}

// mangle is the name that __x in the class's body really has.
func (c *class) mangle(name string) string {
	if !private(name) {
		return name
	}
	return "_" + strings.TrimLeft(c.short, "_") + name
}

func private(name string) bool {
	return strings.HasPrefix(name, "__") && !strings.HasSuffix(name, "__")
}

// instancesOf turns classes into instances of them.
func (f *frame) instancesOf(s set, n pyparse.Node) set { return f.instancesWithin(s, n, 0) }

// instancesWithin is instancesOf below so many tuples: one that is known badly enough
// may hold itself.
func (f *frame) instancesWithin(s set, n pyparse.Node, depth int) set {
	var out set
	for _, v := range s.vals {
		switch v.kind {
		case kClass:
			out = join(out, one(instanceValue(v.class, "")))
		case kSymbol:
			out = join(out, f.typeNamed(v.name, n))
		case kType:
			out = join(out, v.item.read(f.u))
		case kContainer: // a tuple of classes
			if v.name == "tuple" && depth < 4 {
				out = join(out, f.instancesWithin(v.item.read(f.u), n, depth+1))
			}
		}
	}
	return out
}

// typeNamed is an instance of the class with a qualified name.
func (f *frame) typeNamed(name string, n pyparse.Node) set {
	switch name {
	case "builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.bytes", "builtins.bytearray":
		return one(typed(lastPart(name)))
	case "builtins.list", "builtins.dict", "builtins.set", "builtins.tuple", "builtins.frozenset":
		return one(containerValue(lastPart(name), f.a.site(n)))
	case "builtins.object", "typing.Any", "builtins.type", "typing.Callable", "collections.abc.Callable":
		return set{}
	}
	if !f.a.wrappedLib(name).read(f.u).empty() {
		return set{}
	}
	return one(&value{kind: kObject, name: f.a.cat.Resolve(name)})
}
