package gofront

import (
	"go/build/constraint"
	"go/types"
	"path"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/rules"
)

// findContexts lists the functions that run on a loop, by what the catalogue says
// makes one.
func (u *unit) findContexts() {
	paths := sortedKeys(u.packages())
	paths = append(paths, u.pass.Pkg.Path(), "builtin", string(u.conf.loop))
	tags := u.buildTags()
	paths = append(paths, tags...)
	rows := u.look.Contexts(paths)
	moved := u.movedAway()
	seen := map[string]bool{}
	add := func(fn *ssa.Function, row *rules.ContextRow, why string) {
		if fn == nil || !u.has[fn] || moved[fn] {
			return
		}
		key := string(u.name(fn)) + " " + row.Kind + " " + string(row.Loop)
		if seen[key] {
			return
		}
		seen[key] = true
		pos := u.place(fn.Pos())
		u.contexts = append(u.contexts, rules.Context{
			Kind: row.Kind, Loop: row.Loop, Func: u.name(fn), Pos: pos, Guard: row.Guard(),
			Why: []rules.Evidence{{Pos: pos, Text: why}},
		})
		u.openHoles(fn)
	}
	for _, row := range rows {
		for _, p := range row.Params {
			for _, fn := range u.funcs {
				if t := firstParam(fn); t != nil && paramIs(t, p) {
					add(fn, row, "takes "+p)
				}
			}
		}
		for _, base := range row.Bases {
			u.implementers(base, row.Methods, func(fn *ssa.Function, t *types.Named) {
				add(fn, row, t.Obj().Name()+" is a "+base)
			})
		}
		for _, f := range row.Fields {
			for _, loc := range sortedKeys(u.stores.loc) {
				if ok, _ := path.Match(rules.Canonical(f), rules.Canonical(string(loc))); !ok {
					continue
				}
				for _, v := range u.stores.loc[loc] {
					u.contextFuncs(v, func(fn *ssa.Function) { add(fn, row, "stored in "+f) })
				}
			}
		}
		switch {
		case strings.HasPrefix(row.Syntax, "//"):
			for _, fn := range u.funcs {
				if u.directive(fn, row.Syntax) {
					add(fn, row, row.Syntax)
				}
			}
		case row.Syntax == "func" && row.Lib != nil:
			why := u.builtFor(row, paths, tags)
			if len(row.Names) == 0 && u.conf.loop == "" && u.alone() {
				continue
			}
			for _, fn := range u.funcs {
				if why != "" && fn.Synthetic == "" && fn.Parent() == nil && calledSo(fn, row.Names) {
					add(fn, row, why)
				}
			}
		}
	}
	for _, c := range slices.Concat(u.calls, u.started) {
		for i := range c.direct {
			t := &c.direct[i]
			if t.obj == nil {
				continue
			}
			e := u.entry(u.targetSymbol(t))
			for _, row := range e.Contexts {
				if row.Applies(newArgs(u, t)) {
					u.eachCallable(t, row.Callable, func(fn *ssa.Function) { add(fn, row, "passed to "+u.targetSymbol(t)) })
				}
			}
		}
	}
	sort.SliceStable(u.contexts, func(i, j int) bool { return u.contexts[i].Func < u.contexts[j].Func })
}

// eachCallable finds the functions that a row says are among the arguments.
func (u *unit) eachCallable(t *target, where func() (int, []string), yield func(*ssa.Function)) {
	pos, names := where()
	args := t.args
	if t.obj.Signature().Recv() != nil && len(args) > 0 {
		args = args[1:]
	}
	for i, a := range args {
		if a == nil || i != pos && !slices.Contains(names, "*") {
			continue
		}
		u.contextFuncs(a, yield)
	}
}

// contextFuncs finds the functions that a value may be; a parameter is what its
// callers here pass.
func (u *unit) contextFuncs(v ssa.Value, yield func(*ssa.Function)) {
	ls := u.leaves(v)
	if _, isSlice := v.Type().Underlying().(*types.Slice); isSlice {
		ls = append(slices.Clone(ls), u.follow(place{v: v, elem: true})...)
	}
	for _, l := range ls {
		switch {
		case l.fn != nil && u.has[l.fn]:
			yield(l.fn)
		case l.fn != nil:
			if obj, ok := l.fn.Object().(*types.Func); ok && obj.Pkg() == u.pass.Pkg {
				yield(u.prog.FuncValue(obj.Origin()))
			}
		case l.typ != nil && l.val != nil && isFuncType(l.val.Type()):
			u.contextFuncs(l.val, yield)
		case l.param != nil:
			for _, site := range u.callsOf[l.param.Parent()] {
				if arg := argOf(site, l.param); arg != nil {
					for _, x := range u.leaves(arg) {
						if x.fn != nil && u.has[x.fn] {
							yield(x.fn)
						}
					}
				}
			}
		}
	}
}

// movedAway lists the functions that are handed to what runs them elsewhere: the
// closure of a side effect has a workflow's parameter and is none.
func (u *unit) movedAway() map[*ssa.Function]bool {
	out := map[*ssa.Function]bool{}
	for _, c := range slices.Concat(u.calls, u.started) {
		for i := range c.direct {
			t := &c.direct[i]
			if t.obj == nil {
				continue
			}
			e := u.entry(u.targetSymbol(t))
			for _, row := range e.Offloads {
				u.eachCallable(t, row.Callable, func(fn *ssa.Function) { out[fn] = true })
			}
		}
	}
	return out
}

// firstParam is the type of a function's first parameter after the receiver.
func firstParam(fn *ssa.Function) types.Type {
	if fn.Synthetic != "" || fn.Signature.Params().Len() == 0 {
		return nil
	}
	return fn.Signature.Params().At(0).Type()
}

// paramIs compares a type with a name of the catalogue, "*pkg.T" or "pkg.T". An
// alias is known by either of its names.
func paramIs(t types.Type, want string) bool {
	elem, pointer := strings.CutPrefix(want, "*")
	if p, ok := types.Unalias(t).(*types.Pointer); ok && pointer {
		t = p.Elem()
	} else if pointer {
		return false
	}
	want = rules.Canonical(elem)
	for {
		switch x := t.(type) {
		case *types.Alias:
			if named(x.Obj()) == want {
				return true
			}
			t = x.Rhs()
			continue
		case *types.Named:
			return named(x.Obj()) == want
		}
		return false
	}
}

func named(o *types.TypeName) string {
	if o.Pkg() == nil {
		return o.Name()
	}
	return rules.Canonical(o.Pkg().Path() + "." + o.Name())
}

// implementers finds the methods of this package's types that implement an
// interface, or embed a struct, of a library.
func (u *unit) implementers(base string, methods []string, yield func(*ssa.Function, *types.Named)) {
	target := u.typeOf(base)
	if target == nil {
		return
	}
	iface, _ := target.Underlying().(*types.Interface)
	scope := u.pass.Pkg.Scope()
	var all []*types.Named
	for _, name := range scope.Names() {
		if tn, ok := scope.Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
			if n, ok := tn.Type().(*types.Named); ok && n.TypeParams().Len() == 0 && !types.IsInterface(n) {
				all = append(all, n)
			}
		}
	}
	for _, n := range all {
		switch {
		case iface != nil:
			if !types.Implements(n, iface) && !types.Implements(types.NewPointer(n), iface) {
				continue
			}
		case !embeds(n, target, 0):
			continue
		}
		for i := range n.NumMethods() {
			if m := n.Method(i); slices.Contains(methods, m.Name()) {
				yield(u.prog.FuncValue(m), n)
			}
		}
	}
}

func embeds(t types.Type, want types.Type, depth int) bool {
	st := structOf(t)
	if st == nil || depth > 4 {
		return false
	}
	for i := range st.NumFields() {
		f := st.Field(i)
		if !f.Embedded() {
			continue
		}
		ft := f.Type()
		if p, ok := types.Unalias(ft).(*types.Pointer); ok {
			ft = p.Elem()
		}
		if types.Identical(ft, want) || embeds(ft, want, depth+1) {
			return true
		}
	}
	return false
}

// typeOf finds a type by its name in the catalogue, in the packages below.
func (u *unit) typeOf(name string) types.Type {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return nil
	}
	want := rules.Canonical(name)
	for _, path := range append(sortedKeys(u.packages()), u.pass.Pkg.Path()) {
		if u.look.Resolve(path+name[dot:]) != want {
			continue
		}
		pkg := u.packages()[path]
		if path == u.pass.Pkg.Path() {
			pkg = u.pass.Pkg
		}
		if tn, ok := pkg.Scope().Lookup(name[dot+1:]).(*types.TypeName); ok {
			return tn.Type()
		}
	}
	return nil
}

// builtFor says why all functions of this package run on a row's loop: it uses or
// belongs to the library, directly or not, is built with a tag only, or the user
// says so. "" = they don't.
func (u *unit) builtFor(row *rules.ContextRow, paths, tags []string) string {
	for _, t := range tags {
		if slices.Contains(row.Tags, t) {
			return "built with the tag " + t
		}
	}
	if u.conf.loop == row.Loop {
		return "-loop=" + string(row.Loop)
	}
	for _, p := range paths {
		if p == u.pass.Pkg.Path() && u.pass.Pkg.Name() == "main" {
			continue // a library's own tools run anywhere
		}
		for _, i := range row.Lib.Imports {
			if p == i || strings.HasPrefix(p, i+"/") {
				return "built for " + p
			}
		}
	}
	return ""
}

// alone reports whether the package is a program that starts no task of its own:
// whoever spins in its one task holds up nobody.
func (u *unit) alone() bool {
	if u.pass.Pkg.Name() != "main" {
		return false
	}
	for _, fn := range u.funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				if _, ok := in.(*ssa.Go); ok {
					return false
				}
			}
		}
	}
	return true
}

// calledSo reports whether a function's name is one of the patterns, if there are
// any.
func calledSo(fn *ssa.Function, names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(n string) bool {
		ok, _ := path.Match(n, fn.Name())
		return ok
	})
}

// buildTags lists the tags without which some file of the package is not built.
func (u *unit) buildTags() (tags []string) {
	for _, f := range u.pass.Files {
		for _, g := range f.Comments {
			if g.Pos() > f.Package {
				break
			}
			for _, c := range g.List {
				if !constraint.IsGoBuild(c.Text) {
					continue
				}
				expr, err := constraint.Parse(c.Text)
				if err != nil {
					continue
				}
				for _, t := range tagsOf(expr) {
					if !expr.Eval(func(tag string) bool { return tag != t }) && !slices.Contains(tags, t) {
						tags = append(tags, t)
					}
				}
			}
		}
	}
	slices.Sort(tags)
	return tags
}

func tagsOf(e constraint.Expr) []string {
	switch e := e.(type) {
	case *constraint.TagExpr:
		return []string{e.Tag}
	case *constraint.NotExpr:
		return tagsOf(e.X)
	case *constraint.AndExpr:
		return append(tagsOf(e.X), tagsOf(e.Y)...)
	case *constraint.OrExpr:
		return append(tagsOf(e.X), tagsOf(e.Y)...)
	}
	return nil
}

func (u *unit) inTest(fn *ssa.Function) bool {
	return strings.HasSuffix(u.pass.Fset.Position(fn.Pos()).Filename, "_test.go")
}
