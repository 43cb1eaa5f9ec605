package gofront

import (
	"bytes"
	"encoding/binary"
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

type packer struct {
	body  []byte
	table map[string]int
	list  []string
}

func (p *packer) num(n int) { p.body = binary.AppendUvarint(p.body, uint64(n)) }
func (p *packer) bit(b bool) {
	if b {
		p.num(1)
	} else {
		p.num(0)
	}
}
func (p *packer) str(s string) {
	n, ok := p.table[s]
	if !ok {
		n = len(p.list)
		p.table[s] = n
		p.list = append(p.list, s)
	}
	p.num(n)
}
func (p *packer) guard(g rules.Guard) { p.str(g.When); p.str(g.Unless) }
func (p *packer) keep(k keep)         { p.str(string(k.loc)); p.bit(k.elem); p.str(k.method) }
func (p *packer) frames(fs []rules.Frame) {
	p.num(len(fs))
	for _, f := range fs {
		p.str(string(shown(f.Func)))
		p.str(f.Pos.File)
		p.num(f.Pos.Line)
		p.num(f.Pos.Column)
		p.bit(f.Dynamic)
	}
}

// pack writes a fact. The same contents give the same bytes.
func (f *imports) pack() []byte {
	p := &packer{table: map[string]int{}}
	p.str(f.module)
	names := sortedKeys(f.sums)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.num(len(f.sums[n]))
		for _, s := range f.sums[n] {
			p.str(string(s.Effect.Rule))
			p.str(s.Effect.Symbol)
			p.str(s.Effect.Detail)
			p.str(string(s.Effect.Severity))
			p.guard(s.Effect.Guard)
			p.num(len(s.Guards))
			for _, g := range s.Guards {
				p.guard(g)
			}
			p.frames(s.Chain)
		}
	}
	names = sortedKeys(f.holes)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.num(len(f.holes[n]))
		for _, h := range f.holes[n] {
			p.num(h.param)
			p.str(h.method)
			p.frames(h.frames)
		}
	}
	locs := sortedKeys(f.values)
	p.num(len(locs))
	for _, l := range locs {
		p.str(string(l))
		p.num(len(f.values[l]))
		for _, v := range f.values[l] {
			p.str(string(v))
		}
	}
	names = sortedKeys(f.judged)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.str(string(f.judged[n]))
	}
	syms := sortedKeys(f.local)
	p.num(len(syms))
	for _, s := range syms {
		p.str(s)
	}
	names = sortedKeys(f.asks)
	p.num(len(names))
	for _, n := range names {
		p.str(string(n))
		p.num(len(f.asks[n]))
		for _, k := range f.asks[n] {
			p.keep(k)
		}
	}
	p.num(len(f.keepers))
	for _, k := range f.keepers {
		p.keep(k.keep)
		p.str(k.kind)
		p.str(string(k.loop))
		p.guard(k.guard)
	}
	out := binary.AppendUvarint(nil, factVersion)
	out = binary.AppendUvarint(out, uint64(len(p.list)))
	for _, s := range p.list {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return append(out, p.body...)
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

var errFact = errors.New("a fact of another version of greenlint")

type unpacker struct {
	r    *bytes.Reader
	list []string
	bad  bool
}

func (p *unpacker) num() int {
	n, err := binary.ReadUvarint(p.r)
	if err != nil || n > 1<<40 {
		p.bad = true
		return 0
	}
	return int(n)
}

// count is a number of things to follow, each of at least a byte.
func (p *unpacker) count() int {
	n := p.num()
	if n > p.r.Len() {
		p.bad = true
		return 0
	}
	return n
}

func (p *unpacker) str() string {
	n := p.num()
	if n >= len(p.list) {
		p.bad = true
		return ""
	}
	return p.list[n]
}

func (p *unpacker) guard() rules.Guard {
	when := p.str()
	return rules.Guard{When: when, Unless: p.str()}
}

func (p *unpacker) keep() keep {
	k := keep{loc: location(p.str())}
	k.elem = p.num() == 1
	k.method = p.str()
	return k
}

func (p *unpacker) frames() []rules.Frame {
	n := p.count()
	out := make([]rules.Frame, 0, n)
	for range n {
		f := rules.Frame{Func: rules.Func(p.str())}
		f.Pos.File = p.str()
		f.Pos.Line = p.num()
		f.Pos.Column = p.num()
		f.Dynamic = p.num() == 1
		out = append(out, f)
	}
	return out
}

func unpack(data []byte) (*imports, error) {
	p := &unpacker{r: bytes.NewReader(data)}
	if p.num() != factVersion {
		return nil, errFact
	}
	n := p.count()
	for range n {
		b := make([]byte, p.count())
		if _, err := p.r.Read(b); err != nil && len(b) > 0 {
			return nil, errFact
		}
		p.list = append(p.list, string(b))
	}
	f := newImports()
	f.module = p.str()
	for range p.count() {
		name := rules.Func(p.str())
		for range p.count() {
			var s flow.Summary
			s.Effect.Rule = rules.ID(p.str())
			s.Effect.Symbol = p.str()
			s.Effect.Detail = p.str()
			s.Effect.Severity = rules.Severity(p.str())
			s.Effect.Guard = p.guard()
			for range p.count() {
				s.Guards = append(s.Guards, p.guard())
			}
			s.Chain = p.frames()
			if len(s.Chain) == 0 {
				p.bad = true
			}
			f.sums[name] = append(f.sums[name], s)
		}
	}
	for range p.count() {
		name := rules.Func(p.str())
		for range p.count() {
			h := openHole{param: p.num()}
			h.method = p.str()
			h.frames = p.frames()
			f.holes[name] = append(f.holes[name], h)
		}
	}
	for range p.count() {
		loc := location(p.str())
		for range p.count() {
			f.values[loc] = append(f.values[loc], rules.Func(p.str()))
		}
	}
	for range p.count() {
		name := rules.Func(p.str())
		f.judged[name] = rules.Loop(p.str())
	}
	for range p.count() {
		f.local[p.str()] = true
	}
	for range p.count() {
		name := rules.Func(p.str())
		for range p.count() {
			f.asks[name] = append(f.asks[name], p.keep())
		}
	}
	for range p.count() {
		k := keeper{keep: p.keep()}
		k.kind, k.loop = p.str(), rules.Loop(p.str())
		k.guard = p.guard()
		f.keepers = append(f.keepers, k)
	}
	if p.bad {
		return nil, errFact
	}
	return f, nil
}

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

// export makes this package's fact.
func (u *unit) export(r *flow.Reached) *PackageFact {
	f := newImports()
	f.module = u.module
	f.local = map[string]bool{}
	for name, sums := range u.summaries(r) {
		f.sums[name] = sums
		for _, s := range sums {
			if u.local[s.Effect.Symbol] {
				f.local[s.Effect.Symbol] = true
			}
		}
	}
	for _, fn := range u.funcs {
		name := u.name(fn)
		if !u.exported[name] {
			continue
		}
		for _, k := range u.holeList[fn] {
			if k.param.Parent() != fn {
				continue
			}
			if frames := u.wayOut(fn, k, map[*ssa.Function]bool{}); frames != nil {
				for i, p := range fn.Params {
					if p == k.param {
						f.holes[name] = append(f.holes[name], openHole{i, k.method, frames})
					}
				}
			}
		}
	}
	for _, c := range u.contexts {
		if !strings.HasSuffix(string(c.Func), standMark) {
			f.judged[c.Func] = c.Loop
		}
	}
	u.exportValues(f, r)
	u.exportKeeps(f)
	if len(f.sums)+len(f.holes)+len(f.values)+len(f.judged)+len(f.asks)+len(f.keepers) == 0 {
		return nil
	}
	return &PackageFact{f.pack()}
}

// exportKeeps adds what of keeps the exported functions call, and on which loops.
func (u *unit) exportKeeps(f *imports) {
	f.keepers = u.keepers
	if u.asks == nil {
		return
	}
	for _, fn := range u.funcs {
		if name := u.name(fn); u.exported[name] {
			if ks := u.asks.from(name); len(ks) > 0 {
				f.asks[name] = ks
			}
		}
	}
}

// maxSummaries is how many places of one rule a function tells its callers of.
const maxSummaries = 24

// summaries gives what importers have to know of each exported function: for each
// place and rule the nearest effect, the nearest places first.
func (u *unit) summaries(r *flow.Reached) map[rules.Func][]flow.Summary {
	type class struct {
		entry rules.Func
		rule  rules.ID
		guard rules.Guard
	}
	type site struct {
		class
		pos rules.Pos
	}
	nearest := map[site]flow.Hit{}
	var order []site
	for h := range r.All() {
		if !u.exported[h.Entry] {
			continue
		}
		k := site{class{h.Entry, h.Effect.Rule, h.Effect.Guard}, h.Pos}
		old, ok := nearest[k]
		if !ok {
			order = append(order, k)
		}
		if !ok || h.Depth < old.Depth {
			nearest[k] = h
		}
	}
	slices.SortStableFunc(order, func(a, b site) int { return nearest[a].Depth - nearest[b].Depth })
	count := map[class]int{}
	chosen := map[flow.Hit]bool{}
	for _, k := range order {
		if count[k.class]++; count[k.class] <= maxSummaries {
			chosen[nearest[k]] = true
		}
	}
	// Chains are asked for in the order of the searches that found them.
	out := map[rules.Func][]flow.Summary{}
	for h := range r.All() {
		if chosen[h] {
			out[h.Entry] = append(out[h.Entry], r.Summary(h))
		}
	}
	return out
}

// wayOut gives the shortest way from a function to a hole of its own, as frames.
func (u *unit) wayOut(fn *ssa.Function, k hole, seen map[*ssa.Function]bool) []rules.Frame {
	if seen[fn] {
		return nil
	}
	seen[fn] = true
	defer delete(seen, fn)
	var best []rules.Frame
	for _, w := range u.holes[fn][k] {
		pos, _ := u.span(w.call)
		var way []rules.Frame
		if w.use != nil {
			if w.use.callee == "" {
				way = []rules.Frame{{Func: "?", Pos: pos}}
			} else {
				way = append([]rules.Frame{{Func: w.use.callee, Pos: pos}}, w.use.frames...)
			}
		} else if rest := u.wayOut(w.via, w.in, seen); rest != nil {
			way = append([]rules.Frame{{Func: u.name(w.via), Pos: pos}}, rest...)
		}
		if way != nil && (best == nil || len(way) < len(best)) {
			best = way
		}
	}
	return best
}

// exportValues adds the functions with effects that other packages can get at
// without a name: in exported fields and variables, and in results.
func (u *unit) exportValues(f *imports, r *flow.Reached) {
	effect := u.effectful
	add := func(loc location, leaves []leaf) {
		for _, l := range leaves {
			if l.fn == nil || l.recv != nil || !effect[u.name(l.fn)] || slices.Contains(f.values[loc], u.name(l.fn)) {
				continue
			}
			f.values[loc] = append(f.values[loc], u.name(l.fn))
		}
		slices.Sort(f.values[loc])
		if len(f.values[loc]) == 0 {
			delete(f.values, loc)
		}
	}
	for _, v := range u.exposed {
		add(v.loc, v.leaves)
	}
}

// An exposed value is one that other packages can reach.
type exposedValue struct {
	loc    location
	leaves []leaf
}

// findExposed lists them; what it finds becomes an entry of the search.
func (u *unit) findExposed() {
	path := u.pass.Pkg.Path()
	for _, loc := range sortedKeys(u.stores.loc) {
		if u.packageOf(string(loc)) != path {
			continue
		}
		last := string(loc)[strings.LastIndexByte(string(loc), '.')+1:]
		if last == "" || last[0] < 'A' || last[0] > 'Z' {
			continue
		}
		for _, v := range u.stores.loc[loc] {
			if isFuncType(v.Type()) {
				u.exposed = append(u.exposed, exposedValue{loc, u.leaves(v)})
			}
		}
	}
	for _, fn := range u.funcs {
		if fn.Object() == nil || !fn.Object().Exported() {
			continue
		}
		for _, ret := range u.returns[fn] {
			for i, v := range ret.Results {
				if isFuncType(v.Type()) {
					u.exposed = append(u.exposed, exposedValue{resultOf(u.name(fn), i), u.leaves(v)})
				}
			}
		}
	}
	for _, e := range u.exposed {
		for _, l := range e.leaves {
			if l.fn != nil && l.recv == nil && u.has[l.fn] {
				u.exported[u.name(l.fn)] = true
			}
		}
	}
}
