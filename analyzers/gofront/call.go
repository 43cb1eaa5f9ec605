package gofront

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/rules"
)

// A call is a call instruction with all that gets to run at it on the caller's
// thread: the callee, and what the callee is described to call back.
type call struct {
	in      *ssa.Function
	instr   ssa.CallInstruction
	pos     token.Pos
	direct  []target
	holes   []holeUse
	fills   []fill // holes of functions of other packages, filled here
	unknown bool   // some callee is not known
}

// A target is one thing that a call may call.
type target struct {
	body *ssa.Function       // analysed here; or else …
	obj  *types.Func         // … a function of another package
	sym  string              // the name under which the catalogue is asked; "" = obj's
	site ssa.CallInstruction // of a closure: the call that gave it back
	args []ssa.Value         // with the receiver
	dyn  bool

	ext    rules.Func // a function of another package that has no object: a closure
	extPkg string
}

// A fill is a target for a hole of another package's function, with the frames
// on the way to it.
type fill struct {
	callee rules.Func
	frames []rules.Frame
	target target
}

// A holeUse is a hole that is called at a call: straight, or by way of frames of
// another package.
type holeUse struct {
	key    hole
	callee rules.Func
	frames []rules.Frame
}

// symbolOf names the callee of a call as the catalogue does; "" where there is
// no one name.
func (u *unit) symbolOf(com *ssa.CallCommon) string {
	if com.IsInvoke() {
		return objSymbol(com.Method)
	}
	if b, ok := com.Value.(*ssa.Builtin); ok {
		return b.Name()
	}
	if f := com.StaticCallee(); f != nil {
		if obj, ok := origin(f).Object().(*types.Func); ok {
			return objSymbol(obj)
		}
	}
	return ""
}

func objSymbol(f *types.Func) string {
	if name := cSymbol(f); name != "" {
		return name
	}
	return rules.Canonical(f.Origin().FullName())
}

func origin(f *ssa.Function) *ssa.Function {
	if o := f.Origin(); o != nil {
		return o
	}
	return f
}

// collectCalls lists what every function calls.
func (u *unit) collectCalls() {
	for _, fn := range u.funcs {
		live := u.live[fn]
		for _, b := range fn.Blocks {
			if !live[b.Index] {
				continue
			}
			for _, in := range b.Instrs {
				ci, ok := in.(ssa.CallInstruction)
				if !ok {
					continue
				}
				c := u.callOf(fn, ci)
				if c == nil {
					continue
				}
				if _, isGo := in.(*ssa.Go); isGo {
					u.started = append(u.started, c)
					continue
				}
				u.calls = append(u.calls, c)
				u.callAt[ci] = c
			}
		}
	}
}

func (u *unit) callOf(fn *ssa.Function, ci ssa.CallInstruction) *call {
	com := ci.Common()
	c := &call{in: fn, instr: ci, pos: callPos(ci)}
	if _, ok := com.Value.(*ssa.Builtin); ok && !com.IsInvoke() {
		return nil // own.go looks at these
	}
	u.callee(c, com)
	u.unfold(c)
	return c
}

// callPos is where a call is to be shown.
func callPos(ci ssa.CallInstruction) token.Pos {
	if p := ci.Common().Pos(); p.IsValid() {
		return p
	}
	return ci.Pos()
}

// callee fills in what the call itself calls.
func (u *unit) callee(c *call, com *ssa.CallCommon) {
	switch {
	case com.IsInvoke():
		u.invoke(c, u.leaves(com.Value), com.Method, com.Args, com.Value)
	case com.StaticCallee() != nil:
		if mk, ok := com.Value.(*ssa.MakeClosure); ok {
			u.addFunc(c, leaf{fn: mk.Fn.(*ssa.Function)}, com.Args, false)
			return
		}
		u.addFunc(c, leaf{fn: com.StaticCallee()}, com.Args, false)
	default:
		u.callValue(c, u.leaves(com.Value), com.Args)
	}
}

// callValue adds what a function value may be.
func (u *unit) callValue(c *call, leaves []leaf, args []ssa.Value) {
	for _, l := range leaves {
		switch {
		case l.fn != nil:
			u.addFunc(c, l, args, len(leaves) > 1)
		case l.ext != "":
			c.direct = append(c.direct, target{ext: l.ext, extPkg: l.extPkg, args: args, dyn: len(leaves) > 1})
		case l.param != nil:
			c.holes = append(c.holes, holeUse{key: hole{param: l.param}})
		case l.none:
			c.unknown = true
		}
	}
}

// addFunc adds a function: the one behind it where it is a wrapper.
func (u *unit) addFunc(c *call, l leaf, args []ssa.Value, dyn bool) {
	f := l.fn
	obj, _ := f.Object().(*types.Func)
	switch {
	case f.Synthetic != "" && l.recv != nil && obj != nil: // a bound method
		all := append([]ssa.Value{l.recv}, args...)
		if recv := obj.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
			u.invoke(c, u.leaves(l.recv), obj, args, l.recv)
			return
		}
		u.addObj(c, obj, all, dyn)
	case f.Synthetic != "" && obj != nil && !u.has[f]: // a thunk or a wrapper of a promoted method
		if recv := obj.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) && len(args) > 0 {
			u.invoke(c, u.leaves(args[0]), obj, args[1:], args[0])
			return
		}
		u.addObj(c, obj, args, dyn)
	case u.has[f]:
		c.direct = append(c.direct, target{body: f, site: l.site, args: args, dyn: dyn})
	case obj != nil:
		u.addObj(c, obj, args, dyn)
	case origin(f).Object() != nil:
		u.addObj(c, origin(f).Object().(*types.Func), args, dyn)
	}
}

// addObj adds a declared function or method.
func (u *unit) addObj(c *call, obj *types.Func, args []ssa.Value, dyn bool) {
	if t, ok := u.targetOf(obj, args, dyn); ok {
		c.direct = append(c.direct, t)
	}
}

func (u *unit) targetOf(obj *types.Func, args []ssa.Value, dyn bool) (target, bool) {
	obj = obj.Origin()
	if obj.Pkg() == u.pass.Pkg {
		if f := u.prog.FuncValue(obj); f != nil && u.has[f] {
			return target{body: f, args: args, dyn: dyn}, true
		}
	}
	t := target{obj: obj, args: args, dyn: dyn}
	// A value that the library describes apart from its type: os.Stdin.
	if obj.Signature().Recv() != nil && len(args) > 0 && args[0] != nil {
		for _, l := range u.leaves(args[0]) {
			typ := l.typ
			if typ == nil {
				typ = l.as
			}
			if s := u.special(l, obj.Name()); s != "" && (typ == nil || types.Identical(typ, args[0].Type())) {
				t.sym = s
			}
		}
	}
	return t, true
}

// special names a method of a thing that the catalogue gives a type of its own.
func (u *unit) special(l leaf, method string) string {
	if l.sym == "" {
		return ""
	}
	if t := u.look.Type(rules.Canonical(l.sym)); t != "" {
		return t + "." + method
	}
	return ""
}

// invoke adds the methods that a call through an interface may reach.
func (u *unit) invoke(c *call, leaves []leaf, method *types.Func, args []ssa.Value, recv ssa.Value) {
	with := func(v ssa.Value) []ssa.Value { return append([]ssa.Value{v}, args...) }
	dyn := len(leaves) > 1
	fallback := len(leaves) == 0
	for _, l := range leaves {
		switch {
		case u.special(l, method.Name()) != "":
			c.direct = append(c.direct, target{obj: method, sym: u.special(l, method.Name()), args: with(recv), dyn: dyn})
		case l.typ != nil:
			u.methodOf(c, l, method, args, dyn)
		case l.param != nil:
			c.holes = append(c.holes, holeUse{key: hole{param: l.param, method: method.Name()}})
			u.holeMethod[hole{param: l.param, method: method.Name()}] = method
		case l.none:
			fallback = fallback || !u.described(c, l, method, with(recv))
		}
	}
	if fallback {
		c.direct = append(c.direct, u.implementations(method, with(recv))...)
	}
}

// described adds the method of the narrower interface that a value is known to
// have, where the catalogue describes it: what was made a net.Conn stays one when
// it is read as an io.Reader.
func (u *unit) described(c *call, l leaf, method *types.Func, args []ssa.Value) bool {
	if l.as == nil {
		return false
	}
	m := methodNamed(l.as, method.Name())
	if m == nil {
		return false
	}
	sym := u.narrow(l.as, m)
	if e := u.entry(sym); !e.Known {
		return false
	}
	c.direct = append(c.direct, target{obj: m, sym: sym, args: args})
	return true
}

// narrow names a method by the interface that a value has, even if that one has
// it from another.
func (u *unit) narrow(as types.Type, m *types.Func) string {
	if n, ok := types.Unalias(as).(*types.Named); ok {
		sym := rules.Canonical(typeName(n) + "." + m.Name())
		if e := u.entry(sym); len(e.Effects) > 0 {
			return sym
		}
	}
	return objSymbol(m)
}

// methodOf adds the method of a concrete type, also one that it has from an
// embedded interface.
func (u *unit) methodOf(c *call, l leaf, method *types.Func, args []ssa.Value, dyn bool) {
	obj, path, _ := types.LookupFieldOrMethod(l.typ, true, method.Pkg(), method.Name())
	f, ok := obj.(*types.Func)
	if !ok {
		return
	}
	all := append([]ssa.Value{l.val}, args...)
	if !types.IsInterface(f.Signature().Recv().Type()) {
		u.addObj(c, f, all, dyn)
		return
	}
	if loc := embedded(l.typ, path); loc != "" {
		var inner []leaf
		for _, x := range u.follow(place{loc: loc}) {
			if x.typ != nil && types.Identical(x.typ, l.typ) {
				continue // a struct that wraps its own kind
			}
			inner = append(inner, x)
		}
		if len(inner) == 0 {
			inner = []leaf{{none: true}}
		}
		if u.depth > 3 {
			return
		}
		u.depth++
		u.invoke(c, inner, f, args, l.val)
		u.depth--
	}
}

// embedded names the field by which a promoted method comes in.
func embedded(t types.Type, path []int) (loc location) {
	for _, i := range path[:len(path)-1] {
		st := structOf(t)
		if st == nil {
			return ""
		}
		loc = fieldOf(t, i)
		t = st.Field(i).Type()
	}
	return loc
}

func structOf(t types.Type) *types.Struct {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, _ := t.Underlying().(*types.Struct)
	return st
}

// implementations gives what a method of an interface may be when nothing is
// known of the object: what the catalogue says of the interface, or else the
// methods of the types that are known here, as far as the policy goes.
func (u *unit) implementations(method *types.Func, args []ssa.Value) (out []target) {
	sym := objSymbol(method)
	if args[0] != nil {
		sym = u.narrow(args[0].Type(), method)
	}
	if e := u.entry(sym); e.Known {
		return []target{{obj: method, sym: sym, args: args}}
	}
	if u.conf.interfaces == "none" || method.Pkg() == nil || isStd(method.Pkg().Path()) {
		return nil
	}
	recv := method.Signature().Recv()
	if recv == nil {
		return nil
	}
	iface, ok := recv.Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	for _, f := range u.candidates(method.Name()) {
		t := f.Signature().Recv().Type()
		if !types.Implements(t, iface) && !types.Implements(types.NewPointer(t), iface) {
			continue
		}
		if x, ok := u.targetOf(f, args, true); ok {
			x.dyn = true
			x.sym = ""
			out = append(out, x)
		}
	}
	return out
}

// candidates lists the methods of a name that may be behind an interface: of the
// types that this package turns into an interface, and those of imported
// packages that have an effect.
func (u *unit) candidates(name string) []*types.Func {
	if u.methods == nil {
		u.methods = map[string][]*types.Func{}
		add := func(n *types.Named) {
			ms := types.NewMethodSet(types.NewPointer(n))
			for i := range ms.Len() {
				if f, ok := ms.At(i).Obj().(*types.Func); ok && !slices.Contains(u.methods[f.Name()], f) {
					if r := f.Signature().Recv(); r != nil && !types.IsInterface(r.Type()) {
						u.methods[f.Name()] = append(u.methods[f.Name()], f)
					}
				}
			}
		}
		for _, n := range u.converted() {
			add(n)
		}
		u.importedMethods(func(f *types.Func) {
			if !slices.Contains(u.methods[f.Name()], f) {
				u.methods[f.Name()] = append(u.methods[f.Name()], f)
			}
		})
		for _, list := range u.methods {
			slices.SortFunc(list, func(a, b *types.Func) int { return strings.Compare(a.FullName(), b.FullName()) })
		}
	}
	return u.methods[name]
}

// converted lists the named types of this package that become an interface
// somewhere in it; with the policy "all", all of them.
func (u *unit) converted() (out []*types.Named) {
	seen := map[*types.Named]bool{}
	add := func(t types.Type) {
		t = types.Unalias(t)
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		if n, ok := t.(*types.Named); ok && !seen[n] && n.TypeParams().Len() == 0 && n.Obj().Pkg() == u.pass.Pkg {
			seen[n] = true
			out = append(out, n)
		}
	}
	if u.conf.interfaces == "all" {
		scope := u.pass.Pkg.Scope()
		for _, name := range scope.Names() {
			if tn, ok := scope.Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
				add(tn.Type())
			}
		}
	}
	for _, fn := range u.funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				if mi, ok := in.(*ssa.MakeInterface); ok {
					add(mi.X.Type())
				}
			}
		}
	}
	return out
}

// unfold adds what the callees of other packages are described to call back: by
// the catalogue, or by the fact of their package.
func (u *unit) unfold(c *call) {
	for i := 0; i < len(c.direct) && i < 100; i++ {
		t := c.direct[i]
		if t.obj == nil {
			continue
		}
		e := u.entry(u.targetSymbol(&t))
		args := newArgs(u, &t)
		for _, row := range e.HigherOrder {
			if row.Applies(args) {
				u.callBack(c, &t, row)
			}
		}
		if !e.Wall() && !isStd(pkgPath(t.obj)) {
			u.fillImported(c, &t)
		}
	}
}

// callBack adds what a [[higher-order]] row says is called.
func (u *unit) callBack(c *call, t *target, row *rules.MoveRow) {
	pos, names := row.Callable()
	var values []ssa.Value
	params := t.args
	method := t.obj.Signature().Recv() != nil
	if method && len(params) > 0 {
		params = params[1:]
	}
	switch {
	case slices.Contains(names, "*"):
		values = params
	case slices.Contains(names, "self") && method:
		values = t.args[:1]
	case pos >= 0 && pos < len(params):
		values = params[pos : pos+1]
	}
	for _, n := range names {
		if field, ok := strings.CutPrefix(n, "self."); ok && method && t.args[0] != nil {
			loc := location(typeName(t.args[0].Type()) + "." + field)
			u.callValue(c, u.follow(place{loc: loc}), nil)
		}
	}
	for _, v := range values {
		if v == nil {
			continue
		}
		ls := u.leaves(v)
		if _, isSlice := v.Type().Underlying().(*types.Slice); isSlice && (len(row.Methods) > 0 || isFuncType(v.Type().Underlying().(*types.Slice).Elem())) {
			ls = u.follow(place{v: v, elem: true})
		}
		if len(row.Methods) == 0 {
			u.callValue(c, ls, nil)
			continue
		}
		for _, m := range row.Methods {
			u.callMethod(c, ls, m, v)
		}
	}
}

// callMethod adds a method by name, as far as the leaves have one.
func (u *unit) callMethod(c *call, ls []leaf, name string, v ssa.Value) {
	for _, l := range ls {
		switch {
		case u.special(l, name) != "":
			for _, t := range []types.Type{v.Type(), l.typ, l.as} { // v may be what wraps the thing
				if t == nil {
					continue
				}
				if m := methodNamed(t, name); m != nil {
					c.direct = append(c.direct, target{obj: m, sym: u.special(l, name), args: []ssa.Value{v}})
					break
				}
			}
		case l.typ != nil:
			if m := methodNamed(l.typ, name); m != nil {
				u.methodOf(c, l, m, nil, len(ls) > 1)
			}
		case l.param != nil:
			if m := methodNamed(l.param.Type(), name); m != nil {
				if types.IsInterface(l.param.Type()) {
					k := hole{param: l.param, method: name}
					c.holes = append(c.holes, holeUse{key: k})
					u.holeMethod[k] = m
				} else {
					u.addObj(c, m, []ssa.Value{l.param}, false)
				}
			}
		case l.none:
			m := methodNamed(v.Type(), name)
			if m == nil && l.as != nil && l.sym == "" { // v is what wraps it: a logger of a connection
				m = methodNamed(l.as, name)
			}
			if m != nil && !u.described(c, l, m, []ssa.Value{v}) {
				c.direct = append(c.direct, u.implementations(m, []ssa.Value{v})...)
			}
		}
	}
}

func methodNamed(t types.Type, name string) *types.Func {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, _ := obj.(*types.Func)
	return f
}

func (u *unit) targetSymbol(t *target) string {
	if t.sym != "" {
		return t.sym
	}
	return objSymbol(t.obj)
}

func pkgPath(f *types.Func) string {
	if f.Pkg() == nil {
		return ""
	}
	return f.Pkg().Path()
}
