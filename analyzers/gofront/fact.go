package gofront

import (
	"errors"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// A PackageFact is what importers have to know of a package, packed: a table of
// strings, then records of numbers. It is small, because go vet keeps one for
// every package, and each holds those of the packages below it too.
type PackageFact struct{ Data []byte }

// AFact marks it as one.
func (*PackageFact) AFact() {}

func (f *PackageFact) String() string {
	p, err := unpack(f.Data)
	if err != nil {
		return err.Error()
	}
	names := make([]string, 0, len(p.sums))
	for n := range p.sums {
		names = append(names, string(n))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// imports is an unpacked fact.
type imports struct {
	module string
	sums   map[rules.Func][]flow.Summary
	holes  map[rules.Func][]openHole
	values map[location][]rules.Func // functions in fields, globals and results ("pkg.F()0")
	judged map[rules.Func]rules.Loop // contexts, which are judged in their own package
	local  map[string]bool           // symbols of effects that stay within the module
	asks   map[rules.Func][]keep     // what of keeps a function calls

	keepers []keeper

	inward map[rules.Func]bool // all effects are the package's own; not part of the fact
}

// An openHole is a hole of an exported function.
type openHole struct {
	param  int // among the parameters, the receiver first
	method string
	frames []rules.Frame // from inside the function to the call of the hole
}

func (p *imports) has(f rules.Func) bool { return p != nil && (len(p.sums[f]) > 0) }

const factVersion = 2

var errFact = errors.New("a fact of another version of greenlint")

func newImports() *imports {
	return &imports{
		sums: map[rules.Func][]flow.Summary{}, holes: map[rules.Func][]openHole{}, values: map[location][]rules.Func{},
		judged: map[rules.Func]rules.Loop{}, local: map[string]bool{}, asks: map[rules.Func][]keep{},
	}
}

// imported gives the fact of a package, unpacked; nil if there is none.
func (u *unit) imported(path string) *imports {
	if f, ok := u.facts[path]; ok {
		return f
	}
	u.facts[path] = nil
	pkg := u.packages()[path]
	if pkg == nil || isStd(path) || pkg == u.pass.Pkg {
		return nil
	}
	var raw PackageFact
	if !u.pass.ImportPackageFact(pkg, &raw) {
		return nil
	}
	f, err := unpack(raw.Data)
	if err != nil {
		return nil
	}
	for s := range f.local {
		u.local[s] = true
	}
	if f.module != u.module {
		for name, sums := range f.sums {
			kept := slices.DeleteFunc(sums, func(s flow.Summary) bool { return f.local[s.Effect.Symbol] })
			if f.sums[name] = kept; len(kept) == 0 {
				delete(f.sums, name)
			}
		}
	}
	u.facts[path] = f
	if f.module == u.module {
		u.markSinks(path, f)
	}
	return f
}

// sinkMark ends the name of a function in a chain whose calls are no place for a
// finding.
const sinkMark = instanceMark + "sink⟩"

// markSinks finds the functions by which others get at a sink: those of the
// package that holds it, as long as no task is in there. What calls that package
// is what has to change, not the one line that all of them share.
func (u *unit) markSinks(path string, f *imports) {
	f.inward = map[rules.Func]bool{}
	for name, sums := range f.sums {
		all := true
		for _, s := range sums {
			callers := []rules.Func{name}
			for _, fr := range s.Chain[:len(s.Chain)-1] {
				callers = append(callers, fr.Func)
			}
			last := len(callers) - 1
			for ; last > 0; last-- {
				if p := u.packageOf(string(callers[last])); p != "" && u.imported(p) != nil && u.imported(p).module == u.module {
					break
				}
			}
			sink := u.packageOf(string(callers[last]))
			if fact := u.imported(sink); fact == nil || len(fact.judged) > 0 {
				all = false
				continue
			}
			all = all && sink == path
			for i := last; i > 0 && u.packageOf(string(callers[i])) == sink; i-- {
				s.Chain[i-1].Func += sinkMark
			}
		}
		f.inward[name] = all
	}
}

// packages lists the packages below this one, by path.
func (u *unit) packages() map[string]*types.Package {
	if u.below == nil {
		u.below = map[string]*types.Package{}
		var walk func(*types.Package)
		walk = func(p *types.Package) {
			for _, i := range p.Imports() {
				if u.below[i.Path()] == nil {
					u.below[i.Path()] = i
					if !isStd(i.Path()) {
						walk(i)
					}
				}
			}
		}
		walk(u.pass.Pkg)
	}
	return u.below
}

// known is flow.Graph's Known.
func (u *unit) known(f rules.Func) []flow.Summary {
	fact := u.imported(u.packageOf(string(f)))
	if fact == nil {
		return nil
	}
	return fact.sums[f]
}

// packageOf finds the package of a function's or location's name, as far as it is
// this one or below: "(*example.com/shop.Hub).Refresh". The last element of a
// path may have dots itself, so the longest that is known counts.
func (u *unit) packageOf(name string) string {
	name = strings.TrimLeft(name, "(*")
	if mark := strings.IndexAny(name, "[ ⟨"); mark >= 0 {
		name = name[:mark]
	}
	slash := strings.LastIndexByte(name, '/')
	for dot := len(name); dot > slash; dot = strings.LastIndexByte(name[:dot], '.') {
		if path := name[:dot]; path == u.pass.Pkg.Path() || u.packages()[path] != nil {
			return path
		}
	}
	return ""
}

// importedAt gives the functions that another package puts into a field or a
// variable of its own.
func (u *unit) importedAt(loc location) (out []leaf) {
	path := u.packageOf(string(loc))
	if path == u.pass.Pkg.Path() {
		return nil
	}
	if f := u.imported(path); f != nil {
		for _, v := range f.values[loc] {
			out = append(out, leaf{ext: v, extPkg: path})
		}
	}
	return out
}

// importedResult gives the closures that a function of another package returns.
func (u *unit) importedResult(callee *ssa.Function, index int, _ *ssa.Call) (out []leaf) {
	obj, ok := origin(callee).Object().(*types.Func)
	if !ok || obj.Pkg() == nil {
		return nil
	}
	if f := u.imported(obj.Pkg().Path()); f != nil {
		for _, v := range f.values[resultOf(rules.Func(obj.FullName()), index)] {
			out = append(out, leaf{ext: v, extPkg: obj.Pkg().Path()})
		}
	}
	return out
}

func resultOf(f rules.Func, index int) location { return location(string(f) + "()" + itoa(index)) }

// importedMethods lists the methods of other packages that have an effect.
func (u *unit) importedMethods(yield func(*types.Func)) {
	paths := sortedKeys(u.packages())
	for _, path := range paths {
		f := u.imported(path)
		if f == nil {
			continue
		}
		for _, name := range sortedKeys(f.sums) {
			recv, method, ok := strings.Cut(strings.TrimPrefix(string(name), "("), ").")
			if !ok || !strings.HasPrefix(string(name), "(") {
				continue
			}
			typ := recv[strings.LastIndexByte(recv, '.')+1:]
			tn, ok := u.packages()[path].Scope().Lookup(typ).(*types.TypeName)
			if !ok {
				continue
			}
			if m, ok := lookupMethod(tn.Type(), u.packages()[path], method); ok {
				yield(m)
			}
		}
	}
}

func lookupMethod(t types.Type, pkg *types.Package, name string) (*types.Func, bool) {
	obj, _, _ := types.LookupFieldOrMethod(t, true, pkg, name)
	f, ok := obj.(*types.Func)
	return f, ok
}

// fillImported fills the holes of a function of another package.
func (u *unit) fillImported(c *call, t *target) {
	name := rules.Func(t.obj.FullName())
	f := u.imported(pkgPath(t.obj))
	if f == nil {
		return
	}
	for _, h := range f.holes[name] {
		if h.param >= len(t.args) || t.args[h.param] == nil {
			continue
		}
		v := t.args[h.param]
		var got call
		got.in, got.instr = c.in, c.instr
		switch {
		case h.method == "":
			u.callValue(&got, u.leaves(v), nil)
		case !types.IsInterface(v.Type()):
			u.callMethod(&got, []leaf{{typ: v.Type(), val: v}}, h.method, v)
		default:
			u.callMethod(&got, u.leaves(v), h.method, v)
		}
		for _, x := range got.direct {
			if len(c.fills) < 200 {
				c.fills = append(c.fills, fill{callee: name, frames: h.frames, target: x})
			}
		}
		for _, x := range got.holes {
			if x.callee == "" {
				x.callee, x.frames = name, h.frames
				c.holes = append(c.holes, x)
			}
		}
	}
}

// maxSummaries is how many places of one rule a function tells its callers of.
const maxSummaries = 24
