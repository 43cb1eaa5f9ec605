package gofront

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/rules"
)

// A leaf is one thing that a value may be.
type leaf struct {
	fn    *ssa.Function       // a function or closure with a body here, or one of another package
	recv  ssa.Value           // of a method value: what the method is bound to
	site  ssa.CallInstruction // of a closure that a call gave back: that call
	typ   types.Type          // a concrete type
	val   ssa.Value           // with typ: the value of that type, if it is at hand
	param *ssa.Parameter      // a parameter of the function at hand, or of one around it
	sym   string              // the package-level variable or the call of another package that it comes from
	none  bool                // nothing is known, but that it has
	as    types.Type          // this interface

	ext    rules.Func // a closure or function that another package put there
	extPkg string
}

// A place is a step on the way back from a value: the value itself, what it
// points to, or what it contains.
type place struct {
	v    ssa.Value
	loc  location            // a field or global, instead of v
	elem bool                // what is in it rather than itself
	site ssa.CallInstruction // the call through which the function of v was entered
}

// A location is a field of a struct type or a package-level variable, by name.
type location string

// stores says what this package puts where.
type stores struct {
	at   map[ssa.Value][]ssa.Value // by address: local variables and globals
	loc  map[location][]ssa.Value  // fields and globals
	elem map[any][]ssa.Value       // by the instruction that makes the container, or its location
}

// leaves follows a value back to all that it may be.
func (u *unit) leaves(v ssa.Value) []leaf {
	if l, ok := u.leafCache[v]; ok {
		return l
	}
	l := u.follow(place{v: v})
	u.leafCache[v] = l
	return l
}

func (u *unit) follow(start place) []leaf {
	_, out := u.trace(start)
	return out
}

// trace is follow, with the places on the way back.
func (u *unit) trace(start place) (passed []place, out []leaf) {
	if start.v != nil && start.v.Parent() != nil {
		defer func(old *ssa.Function) { u.from = old }(u.from)
		u.from = start.v.Parent()
	}
	seen := map[place]bool{start: true}
	have := map[leaf]bool{}
	passed = []place{start}
	for i := 0; i < len(passed) && len(seen) < 1500; i++ {
		prev, found := u.back(passed[i])
		for _, l := range found {
			if !have[l] {
				have[l] = true
				out = append(out, l)
			}
		}
		for _, q := range prev {
			if !seen[q] {
				seen[q] = true
				passed = append(passed, q)
			}
		}
	}
	return passed, out
}

// back takes one step: to the places where the contents of p come from, and to
// the leaves at p itself.
func (u *unit) back(p place) (prev []place, found []leaf) {
	if p.loc != "" {
		for _, s := range u.stores.loc[p.loc] {
			prev = append(prev, place{v: s, elem: p.elem})
		}
		if p.elem {
			for _, s := range u.stores.elem[p.loc] {
				prev = append(prev, place{v: s})
			}
		}
		found = append(found, u.importedAt(p.loc)...)
		return prev, found
	}
	same := func(vs ...ssa.Value) {
		for _, v := range vs {
			prev = append(prev, place{v: v, elem: p.elem, site: p.site})
		}
	}
	elems := func(v ssa.Value) { prev = append(prev, place{v: v, elem: true, site: p.site}) }
	unknown := func() {
		if l := typed(p.v.Type(), nil); !p.elem {
			found = append(found, l)
		}
	}
	if p.elem {
		for _, s := range u.stores.elem[p.v] {
			prev = append(prev, place{v: s, site: p.site})
		}
	}
	switch v := p.v.(type) {
	case *ssa.Const, *ssa.Builtin:
	case *ssa.Function:
		if !p.elem {
			found = append(found, leaf{fn: v})
		}
	case *ssa.MakeClosure:
		if p.elem {
			break
		}
		fn := v.Fn.(*ssa.Function)
		l := leaf{fn: fn, site: p.site}
		if fn.Synthetic != "" && len(v.Bindings) == 1 && fn.Object() != nil {
			l = leaf{fn: fn, recv: v.Bindings[0]}
		}
		found = append(found, l)
	case *ssa.MakeInterface:
		if p.elem {
			same(v.X)
			break
		}
		if _, isFunc := v.X.Type().Underlying().(*types.Signature); isFunc {
			same(v.X)
		}
		// What the value is known to be decides more than its type: os.Stdin.
		found = append(found, leaf{typ: v.X.Type(), val: v.X, sym: u.source(v.X)})
	case *ssa.Phi:
		same(v.Edges...)
	case *ssa.ChangeType:
		same(v.X)
	case *ssa.ChangeInterface:
		same(v.X)
	case *ssa.Convert:
		same(v.X)
	case *ssa.MultiConvert:
		same(v.X)
	case *ssa.SliceToArrayPointer:
		same(v.X)
	case *ssa.TypeAssert:
		same(v.X)
	case *ssa.Slice:
		same(v.X)
	case *ssa.Field:
		prev = append(prev, place{loc: fieldOf(v.X.Type(), v.Field), elem: p.elem})
	case *ssa.FieldAddr: // the address of a container field
		prev = append(prev, place{loc: fieldOf(v.X.Type(), v.Field), elem: p.elem})
	case *ssa.Index:
		elems(v.X)
	case *ssa.Lookup:
		elems(v.X)
	case *ssa.IndexAddr:
		elems(v.X)
	case *ssa.Range:
		same(v.X)
	case *ssa.Next:
		elems(v.Iter)
	case *ssa.Select:
		for _, s := range v.States {
			if s.Dir == types.RecvOnly {
				elems(s.Chan)
			}
		}
	case *ssa.Extract:
		if c, ok := v.Tuple.(*ssa.Call); ok {
			q, l := u.results(c, v.Index, p)
			prev, found = append(prev, q...), append(found, l...)
			break
		}
		same(v.Tuple)
	case *ssa.Call:
		q, l := u.results(v, 0, p)
		prev, found = append(prev, q...), append(found, l...)
	case *ssa.UnOp:
		switch v.Op {
		case token.ARROW:
			elems(v.X)
		case token.MUL:
			q, l := u.load(v.X, p)
			prev, found = append(prev, q...), append(found, l...)
		}
	case *ssa.Alloc:
		if p.elem {
			for _, s := range u.stores.at[v] {
				same(s)
			}
		} else {
			unknown()
		}
	case *ssa.Global:
		prev = append(prev, place{loc: globalOf(v), elem: p.elem})
	case *ssa.FreeVar:
		for _, b := range u.bindings(v) {
			same(b)
		}
	case *ssa.Parameter:
		if arg := argOf(p.site, v); arg != nil {
			prev = append(prev, place{v: arg, elem: p.elem})
			break
		}
		if p.elem || !encloses(v.Parent(), u.from) { // whatever the calls in this package pass
			for _, c := range u.callsOf[v.Parent()] {
				if arg := argOf(c, v); arg != nil {
					prev = append(prev, place{v: arg, elem: p.elem})
				}
			}
			break
		}
		found = append(found, leaf{param: v})
	case *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
	default:
		unknown()
	}
	return prev, found
}

// typed is the leaf of a value of which only the type is known.
func typed(t types.Type, v ssa.Value) leaf {
	if types.IsInterface(t) || isFuncType(t) {
		return leaf{none: true, as: t}
	}
	return leaf{typ: t, val: v}
}

func isFuncType(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// source names the variable or the call of another package that a value comes from
// in a straight line; "" where there is none.
func (u *unit) source(v ssa.Value) string {
	for range 8 {
		switch x := v.(type) {
		case *ssa.ChangeType:
			v = x.X
		case *ssa.Extract:
			v = x.Tuple
		case *ssa.Call:
			if f := x.Common().StaticCallee(); f != nil && u.has[f] {
				return ""
			}
			if sym := u.symbolOf(x.Common()); sym != "" {
				return sym + "()"
			}
			return ""
		case *ssa.UnOp:
			if x.Op != token.MUL {
				return ""
			}
			var stored []ssa.Value
			switch a := x.X.(type) {
			case *ssa.Global:
				if a.Pkg != u.ssaPkg {
					return a.Pkg.Pkg.Path() + "." + a.Name()
				}
				stored = u.stores.loc[globalOf(a)]
			case *ssa.Alloc:
				stored = u.stores.at[a]
			case *ssa.FieldAddr:
				stored = u.stores.loc[fieldOf(a.X.Type(), a.Field)]
			}
			if len(stored) != 1 {
				return ""
			}
			v = stored[0]
		default:
			return ""
		}
	}
	return ""
}

// load steps back through a pointer.
func (u *unit) load(addr ssa.Value, p place) (prev []place, found []leaf) {
	switch a := addr.(type) {
	case *ssa.Alloc:
		for _, s := range u.stores.at[a] {
			prev = append(prev, place{v: s, elem: p.elem, site: p.site})
		}
		if p.elem {
			prev = append(prev, place{v: a, elem: true, site: p.site})
		}
	case *ssa.FreeVar:
		for _, s := range u.stores.at[a] {
			prev = append(prev, place{v: s, elem: p.elem, site: p.site})
		}
		for _, b := range u.bindings(a) {
			q, l := u.load(b, p)
			prev, found = append(prev, q...), append(found, l...)
		}
	case *ssa.Global:
		if a.Pkg != u.ssaPkg {
			sym := a.Pkg.Pkg.Path() + "." + a.Name()
			l := typed(a.Type().(*types.Pointer).Elem(), nil)
			l.sym = sym
			if !p.elem {
				found = append(found, l)
			}
			found = append(found, u.importedAt(globalOf(a))...)
			break
		}
		prev = append(prev, place{loc: globalOf(a), elem: p.elem})
		if len(u.stores.loc[globalOf(a)]) == 0 && !p.elem {
			found = append(found, typed(a.Type().(*types.Pointer).Elem(), nil))
		}
	case *ssa.FieldAddr:
		loc := fieldOf(a.X.Type(), a.Field)
		prev = append(prev, place{loc: loc, elem: p.elem})
		if len(u.stores.loc[loc]) == 0 && !p.elem {
			l := typed(a.Type().Underlying().(*types.Pointer).Elem(), nil)
			if u.look.Type(rules.Canonical(string(loc))) != "" { // a library's field: http.Response.Body
				l.sym = string(loc)
			}
			found = append(found, l)
		}
	case *ssa.IndexAddr:
		prev = append(prev, place{v: a.X, elem: true, site: p.site})
	case *ssa.Phi:
		for _, e := range a.Edges {
			if e != addr {
				prev = append(prev, place{v: e, elem: p.elem, site: p.site})
			}
		}
	default:
		if t, ok := addr.Type().Underlying().(*types.Pointer); ok && !p.elem {
			found = append(found, typed(t.Elem(), nil))
		}
	}
	return prev, found
}

// results steps into the callee of a call.
func (u *unit) results(c *ssa.Call, index int, p place) (prev []place, found []leaf) {
	com := c.Common()
	if b, ok := com.Value.(*ssa.Builtin); ok {
		if b.Name() == "append" && p.elem {
			for _, a := range com.Args {
				prev = append(prev, place{v: a, elem: true, site: p.site})
			}
		}
		return prev, nil
	}
	callee := com.StaticCallee()
	if callee != nil && len(callee.Blocks) > 0 && callee.Synthetic == "" {
		for _, r := range u.returns[callee] {
			if index < len(r.Results) {
				prev = append(prev, place{v: r.Results[index], elem: p.elem, site: c})
			}
		}
		return prev, nil
	}
	if p.elem {
		return nil, nil
	}
	var t types.Type = c.Type()
	if tup, ok := t.(*types.Tuple); ok {
		if index >= tup.Len() {
			return nil, nil
		}
		t = tup.At(index).Type()
	}
	l := typed(t, nil)
	if sym := u.symbolOf(com); sym != "" {
		l.sym = sym + "()"
		for _, i := range u.look.Holds(sym) {
			if args := argsOf(com); i < len(args) {
				prev = append(prev, place{v: args[i], site: p.site})
			}
		}
		if callee != nil {
			found = append(found, u.importedResult(callee, index, c)...)
		}
		if len(prev) > 0 && (types.IsInterface(t) || isFuncType(t)) {
			return prev, found // it is what it holds
		}
	}
	return prev, append(found, l)
}

// argOf gives the argument that a call passes for a parameter; nil if the call
// is not one of the parameter's function.
func argOf(site ssa.CallInstruction, p *ssa.Parameter) ssa.Value {
	if site == nil {
		return nil
	}
	com := site.Common()
	if com.IsInvoke() || com.StaticCallee() != p.Parent() {
		return nil
	}
	for i, q := range p.Parent().Params {
		if q == p && i < len(com.Args) {
			return com.Args[i]
		}
	}
	return nil
}

// argsOf lists the arguments of a call without the receiver.
func argsOf(com *ssa.CallCommon) []ssa.Value {
	if !com.IsInvoke() && com.Signature().Recv() != nil && len(com.Args) > 0 {
		return com.Args[1:]
	}
	return com.Args
}

// bindings lists what a captured variable is bound to.
func (u *unit) bindings(v *ssa.FreeVar) (out []ssa.Value) {
	i := -1
	for n, fv := range v.Parent().FreeVars {
		if fv == v {
			i = n
		}
	}
	for _, mk := range u.closures[v.Parent()] {
		if i >= 0 && i < len(mk.Bindings) {
			out = append(out, mk.Bindings[i])
		}
	}
	return out
}

// fieldOf names a field of a struct type, given the struct or a pointer to it.
func fieldOf(t types.Type, i int) location {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return ""
	}
	return location(typeName(t) + "." + st.Field(i).Name())
}

func globalOf(g *ssa.Global) location { return location(g.Pkg.Pkg.Path() + "." + g.Name()) }

// typeName is a type's name without its type arguments; the whole type where it
// has none.
func typeName(t types.Type) string {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return types.TypeString(n.Origin().Obj().Type(), nil)[:nameEnd(types.TypeString(n.Origin().Obj().Type(), nil))]
	}
	return types.TypeString(t, nil)
}

func nameEnd(s string) int {
	for i := range s {
		if s[i] == '[' {
			return i
		}
	}
	return len(s)
}

// collectStores fills u.stores with what this package puts where.
func (u *unit) collectStores() {
	u.stores = stores{map[ssa.Value][]ssa.Value{}, map[location][]ssa.Value{}, map[any][]ssa.Value{}}
	type put struct{ into, val ssa.Value }
	var puts []put
	for _, fn := range u.funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.Store:
					switch a := in.Addr.(type) {
					case *ssa.FieldAddr:
						loc := fieldOf(a.X.Type(), a.Field)
						u.stores.loc[loc] = append(u.stores.loc[loc], in.Val)
					case *ssa.Global:
						u.stores.loc[globalOf(a)] = append(u.stores.loc[globalOf(a)], in.Val)
					case *ssa.IndexAddr:
						puts = append(puts, put{a.X, in.Val})
					default:
						u.stores.at[in.Addr] = append(u.stores.at[in.Addr], in.Val)
					}
				case *ssa.MapUpdate:
					puts = append(puts, put{in.Map, in.Value}, put{in.Map, in.Key})
				case *ssa.Send:
					puts = append(puts, put{in.Chan, in.X})
				case *ssa.Select:
					for _, s := range in.States {
						if s.Dir == types.SendOnly {
							puts = append(puts, put{s.Chan, s.Send})
						}
					}
				}
			}
		}
	}
	// A captured variable is one with the variable that it is bound to.
	for _, fn := range u.funcs {
		for _, fv := range fn.FreeVars {
			for _, s := range u.stores.at[fv] {
				for _, b := range u.bindings(fv) {
					if b != ssa.Value(fv) {
						u.stores.at[b] = append(u.stores.at[b], s)
					}
				}
			}
		}
	}
	for _, p := range puts {
		if !interesting(p.val.Type()) {
			continue
		}
		for _, k := range u.containers(p.into) {
			u.stores.elem[k] = append(u.stores.elem[k], p.val)
		}
	}
}

// interesting reports whether a value of the type may be something to call.
func interesting(t types.Type) bool { return types.IsInterface(t) || isFuncType(t) }

// containers gives the keys in stores.elem of what a container may be.
func (u *unit) containers(v ssa.Value) (out []any) {
	seen := map[ssa.Value]bool{}
	var walk func(ssa.Value)
	walk = func(v ssa.Value) {
		if v == nil || seen[v] || len(seen) > 200 {
			return
		}
		seen[v] = true
		switch x := v.(type) {
		case *ssa.Phi:
			for _, e := range x.Edges {
				walk(e)
			}
		case *ssa.ChangeType:
			walk(x.X)
		case *ssa.Slice:
			walk(x.X)
		case *ssa.FieldAddr:
			out = append(out, fieldOf(x.X.Type(), x.Field))
		case *ssa.Field:
			out = append(out, fieldOf(x.X.Type(), x.Field))
		case *ssa.Global:
			out = append(out, globalOf(x))
		case *ssa.UnOp:
			switch a := x.X.(type) {
			case *ssa.FieldAddr, *ssa.Global:
				walk(a)
			case *ssa.Alloc:
				for _, s := range u.stores.at[a] {
					walk(s)
				}
			case *ssa.FreeVar:
				for _, b := range u.bindings(a) {
					for _, s := range u.stores.at[b] {
						walk(s)
					}
				}
			case *ssa.IndexAddr: // a container in a container
				walk(a.X)
			}
		case *ssa.FreeVar:
			for _, b := range u.bindings(x) {
				walk(b)
			}
		case *ssa.Lookup:
			walk(x.X)
		case *ssa.Extract:
			walk(x.Tuple)
		case *ssa.Parameter:
			for _, c := range u.callsOf[x.Parent()] {
				walk(argOf(c, x))
			}
		default:
			out = append(out, v)
		}
	}
	walk(v)
	return out
}
