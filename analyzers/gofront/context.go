package gofront

import (
	"cmp"
	"go/build/constraint"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/rules"
)

// A finder collects the functions that run on a loop.
type finder struct {
	u       *unit
	moved   map[*ssa.Function]bool
	seen    map[string]int // the index of a context
	keepers []keeper       // of this package, as far as they are known
}

// findContexts lists the functions that run on a loop, by what the catalogue says
// makes one, and by what is put into the keeps of this and other packages.
func (u *unit) findContexts() {
	f := &finder{u: u, moved: u.movedAway(), seen: map[string]int{}}
	paths := sortedKeys(u.packages())
	paths = append(paths, u.pass.Pkg.Path(), "builtin", string(u.conf.loop))
	tags := u.buildTags()
	paths = append(paths, tags...)
	rows := u.look.Contexts(paths)
	for _, row := range rows {
		f.byRow(row, paths, tags)
	}
	f.byCalls()
	if u.tellsAsks(rows) {
		f.byKeeps()
	}
	slices.SortFunc(u.contexts, func(a, b rules.Context) int {
		return cmp.Or(cmp.Compare(a.Func, b.Func), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Loop, b.Loop))
	})
}

// tellsAsks reports whether it matters what a package calls that others have put
// there: it belongs to the user, or has to do with a loop.
func (u *unit) tellsAsks(rows []*rules.ContextRow) bool {
	return u.pass.Module == nil || u.pass.Module.Version == "" || slices.ContainsFunc(rows, func(r *rules.ContextRow) bool { return r.Syntax == "" })
}

func runningAs(row *rules.ContextRow) running { return running{row.Kind, row.Loop, row.Guard()} }

func (f *finder) add(fn *ssa.Function, as running, why string) {
	u := f.u
	if fn == nil || !u.has[fn] || f.moved[fn] {
		return
	}
	if f.new(u.name(fn), as, u.place(fn.Pos()), why) {
		u.openHoles(fn)
	}
}

// new adds a context; false if it is known. Of several reasons the first in the order
// of their words is kept, wherever they stand.
func (f *finder) new(name rules.Func, as running, pos rules.Pos, why string) bool {
	key := string(name) + " " + as.kind + " " + string(as.loop)
	reason := rules.Evidence{Pos: pos, Text: why}
	if i, known := f.seen[key]; known {
		if c := &f.u.contexts[i]; compareEvidence(reason, c.Why[0]) < 0 {
			c.Pos, c.Why[0] = pos, reason
		}
		return false
	}
	f.seen[key] = len(f.u.contexts)
	f.u.contexts = append(f.u.contexts, rules.Context{
		Kind: as.kind, Loop: as.loop, Func: name, Pos: pos, Guard: as.guard, Why: []rules.Evidence{reason},
	})
	return true
}

func compareEvidence(a, b rules.Evidence) int {
	return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Offset, b.Pos.Offset))
}

// handed adds the functions that a value may be, and the keeps that it may come
// out of.
func (f *finder) handed(v ssa.Value, as running, why string) {
	f.u.contextFuncs(v, func(fn *ssa.Function) { f.add(fn, as, why) })
	for _, o := range f.u.origins(v) {
		f.keepers = append(f.keepers, keeper{o.keep, as})
	}
}

// byRow adds what a row says of declarations.
func (f *finder) byRow(row *rules.ContextRow, paths, tags []string) {
	u, as := f.u, runningAs(row)
	for _, p := range row.Params {
		for _, fn := range u.funcs {
			if t := firstParam(fn); t != nil && paramIs(t, p) {
				f.add(fn, as, "takes "+p)
			}
		}
	}
	for _, base := range row.Bases {
		u.implementers(base, row.Methods, func(fn *ssa.Function, t *types.Named) {
			f.add(fn, as, t.Obj().Name()+" is a "+base)
		})
	}
	for _, field := range row.Fields {
		for _, loc := range sortedKeys(u.stores.loc) {
			if ok, _ := path.Match(rules.Canonical(field), rules.Canonical(string(loc))); !ok {
				continue
			}
			for _, v := range u.stores.loc[loc] {
				f.handed(v, as, "stored in "+field)
			}
		}
	}
	switch {
	case strings.HasPrefix(row.Syntax, "//"):
		for _, fn := range u.funcs {
			if u.directive(fn, row.Syntax) {
				f.add(fn, as, row.Syntax)
			}
		}
	case row.Syntax == "func" && row.Lib != nil:
		why := u.builtFor(row, paths, tags)
		if len(row.Names) == 0 && u.conf.loop == "" && u.alone() {
			return
		}
		for _, fn := range u.funcs {
			if why != "" && fn.Synthetic == "" && fn.Parent() == nil && calledSo(fn, row.Names) {
				f.add(fn, as, why)
			}
		}
	}
}

// byCalls adds what is passed to the functions of libraries.
func (f *finder) byCalls() {
	u := f.u
	for _, c := range slices.Concat(u.calls, u.started) {
		for i := range c.direct {
			t := &c.direct[i]
			if t.obj == nil {
				continue
			}
			e := u.entry(u.targetSymbol(t))
			for _, row := range e.Contexts {
				if row.Applies(newArgs(u, t)) {
					for _, v := range callables(t, row.Callable) {
						f.handed(v, runningAs(row), "passed to "+u.targetSymbol(t))
					}
				}
			}
		}
	}
}

// byKeeps adds what is put into keeps. What it adds may ask for more.
func (f *finder) byKeeps() {
	u := f.u
	u.asks = u.findAsks()
	below := u.keepersBelow()
	for {
		known := len(u.contexts) + len(f.keepers)
		by := map[location][]keeper{}
		for _, k := range slices.Concat(below, f.keepers, u.asks.keepersOf(u.contexts)) {
			if !slices.Contains(by[k.loc], k) {
				by[k.loc] = append(by[k.loc], k)
			}
		}
		u.eachPut(by, f.put)
		if len(u.contexts)+len(f.keepers) == known {
			break
		}
	}
	u.keepers = append(f.keepers, u.asks.keepersOf(u.contexts)...)
	slices.SortFunc(u.keepers, compareKeepers)
	u.keepers = slices.Compact(u.keepers)
}

// put adds what is put into a keep.
func (f *finder) put(k keeper, v ssa.Value, pos token.Pos, why string) {
	u := f.u
	for _, o := range u.origins(v) {
		o.method, o.elem = k.method, o.elem || k.elem
		if x := (keeper{o.keep, k.running}); !slices.Contains(f.keepers, x) {
			f.keepers = append(f.keepers, x)
		}
	}
	if k.method == "" {
		u.contextFuncs(v, func(fn *ssa.Function) { f.add(fn, k.running, why) })
		return
	}
	u.keptMethods(k.keep, v, func(t *target) {
		if t.body != nil {
			f.add(t.body, k.running, why)
		} else if name := u.stand(k.keep, t, pos); name != "" {
			f.new(name, k.running, u.place(pos), why)
		}
	})
}

// callables are the arguments that a row speaks of.
func callables(t *target, where func() (int, []string)) (out []ssa.Value) {
	pos, names := where()
	args := t.args
	if t.obj.Signature().Recv() != nil && len(args) > 0 {
		args = args[1:]
	}
	for i, a := range args {
		if a != nil && (i == pos || slices.Contains(names, "*")) {
			out = append(out, a)
		}
	}
	return out
}

// contextFuncs finds the functions that a value may be; a parameter is what its
// callers here pass.
func (u *unit) contextFuncs(v ssa.Value, yield func(*ssa.Function)) {
	ls := u.leaves(v)
	if isContainer(v.Type()) {
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
			for _, x := range u.passed(l.param) {
				if x.fn != nil && u.has[x.fn] {
					yield(x.fn)
				}
			}
		}
	}
}

func isContainer(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Array:
		return true
	}
	return false
}

// passed lists what the calls of a function in this package pass for a parameter,
// also where they hand on one of their own.
func (u *unit) passed(p *ssa.Parameter) (out []leaf) {
	seen := map[*ssa.Parameter]bool{p: true}
	for work := []*ssa.Parameter{p}; len(work) > 0; work = work[1:] {
		for _, site := range u.callsOf[work[0].Parent()] {
			arg := argOf(site, work[0])
			if arg == nil {
				continue
			}
			for _, l := range u.leaves(arg) {
				if l.param == nil {
					out = append(out, l)
				} else if !seen[l.param] {
					seen[l.param] = true
					work = append(work, l.param)
				}
			}
		}
	}
	return out
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
				for _, v := range callables(t, row.Callable) {
					u.contextFuncs(v, func(fn *ssa.Function) { out[fn] = true })
				}
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
