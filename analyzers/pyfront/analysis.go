package pyfront

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
	"github.com/greenlint/greenlint/pyparse/regex"
	"github.com/greenlint/greenlint/rules"
)

// Input is a project to analyse.
type Input struct {
	Files   []string                          // every Python file of the project, slash-separated, relative to its root
	Read    func(file string) ([]byte, error) // may be called from several goroutines
	Catalog *rules.Catalog
	Budget  float64                             // seconds a task may hold the thread; 0 = 0.1
	Check   func(file string) bool              // files whose tasks count; nil = all
	Loop    rules.Loop                          // judge tasks as if the process ran this loop
	Entries func() []rules.EntryPoint           // what the project's packages offer by name; may be nil
	Report  func(stage string, done, total int) // progress; may be nil

	// Installed gives the file of an installed module, "" where there is none: a name
	// for Read. nil = nothing is installed.
	Installed func(module string) (file string)
}

// Result is the project's call graph and what was learned on the way.
type Result struct {
	Graph        *flow.Graph
	Contexts     []rules.Context
	Envs         []rules.Env     // processes that the code itself declares: a patch call, a coroutine
	Called       []string        // library functions that are called somewhere, sorted
	Skipped      []rules.Skip    //
	Broken       []rules.Pos     // where, for each of Skipped
	Trees        []*File         // the files that were parsed, by name
	UnknownCalls []UnknownCall   // each of them, by place
	Unknown      map[string]int  // calls that could not be resolved, by reason
	Findings     []rules.Finding // about the order of imports
	Stats        Stats
}

// Stats counts what was looked at.
type Stats struct{ Files, Modules, Functions, Calls, UnknownCalls int }

// An UnknownCall is a call that could not be resolved, and why.
type UnknownCall struct {
	Func   rules.Func // in which it stands
	Pos    rules.Pos
	Reason string
}

// A File is one parsed file, for suppressions.
type File struct {
	Name   string
	Module string // as it is imported: "shop.tasks"
	Tree   *pyparse.Tree
}

// analysis is the state of one run.
type analysis struct {
	ctx     context.Context
	in      Input
	cat     *rules.Lookup
	project *project
	budget  float64

	modules  map[string]*module // by file; nil = can't be used
	order    []*module          // the project's, in order of loading
	installs map[string]string  // installed modules → their files
	foreign  map[string]bool    // the files of those that are loaded
	abroad   abroad
	ahead    map[string]*parsing // what is parsed before it is asked for, by file
	skipped  []rules.Skip
	broken   []rules.Pos
	starring map[*module]bool

	units                 []*unit
	byNode                map[unitKey]*unit
	copies                map[copyKey]*unit
	classes               map[pyparse.Node]*class
	classesOf             map[*module][]*class
	sites                 map[pyparse.Node]*cell
	partials              map[pyparse.Node]*partial
	written               map[string]*cell // files, by the path that the program writes out; see [openFile]
	names                 map[rules.Func]int
	queue                 []*unit
	depth                 int // of units running inside one another
	cache                 map[nameKey]rules.Entry
	called                map[string]bool
	listed                map[string]bool     // contexts made so far
	extra                 []rules.Context     // contexts by call or class, in order
	orders                map[string][]string // library classes and their bases
	patches               map[string]*rules.Patch
	shims                 map[shimKey]*unit
	epochs                epochs
	wraps                 map[string]*cell // libraries → whether some object of theirs is wrapped
	nesting, steps, limit int
	forwards              int                 // of a name, from object to object
	above                 search              // see [frame.callsBack]
	methods               map[string][]int32  // telling method names → files that define them
	definers              map[string][]*class // and the classes, where they are one hierarchy
	described             map[string]bool
	offers                []*module              // with something that other programs load by name
	imported              func(file string) bool // some text imports a file; nil = not known
	copied                map[string]string      // the project's names → the library's, where it keeps a copy
	tuples                map[tupleKey]*cell
	bare                  map[pyparse.Node]*cell // see [frame.bareElements]
	types                 map[nameKey]string     // see [analysis.typeOf]
	symbols               map[nameKey]*value     // see [analysis.symbolOf]
	texts                 map[string]*value
	numbers               map[numeral]*value
	byName                map[rules.Func]*unit
	typeCells             map[pyparse.Node]*cell
	quoted                map[pyparse.Node]pyparse.Node // annotations written as strings, parsed
	attacks               map[matching]*regex.Attack    // what was found of regular expressions
	optionSites           map[pyparse.Node]*options     // by the call or list that makes them
	declarations          map[optionKey]*declaration
	patterned             []*pattern
	holders               map[string]bool // library classes → whether their objects have options
	harmful               map[string]bool // see [analysis.harmsEarly]
}

// epochs count changes that caches depend on.
type epochs struct {
	bases int
	trial *trial // that runs; see [Kept]
}

// maxRuns bounds how often one unit is run again; in practice cells settle after
// a few. maxDepth bounds how deeply units run inside one another.
const (
	maxRuns  = 30
	maxDepth = 60
)

// maxNesting bounds how calls may lead to calls within one expression, maxArgs
// how many arguments a partial may gather, maxSteps how many expressions one run
// of a unit may evaluate, including what runs inside it for the first time. No
// code that was written by hand comes near.
const (
	maxNesting = 200
	maxArgs    = 100
	maxSteps   = 5_000_000
)

// tooLong ends the run of a unit that takes too many steps.
type tooLong struct{}

// Analyze builds the graph. It stops early, with an error, only when ctx ends.
func Analyze(ctx context.Context, in Input) (*Result, error) {
	return newAnalysis(ctx, in).all()
}

func newAnalysis(ctx context.Context, in Input) *analysis {
	in.Files = slices.Sorted(slices.Values(in.Files)) // the answer is the same for any order
	a := &analysis{
		ctx: ctx, in: in, cat: in.Catalog.For("python"), project: newProject(in.Files), budget: in.Budget,
		modules: map[string]*module{}, installs: map[string]string{}, foreign: map[string]bool{}, abroad: abroad{spent: map[string]int{}}, starring: map[*module]bool{},
		byNode: map[unitKey]*unit{}, classes: map[pyparse.Node]*class{}, classesOf: map[*module][]*class{}, sites: map[pyparse.Node]*cell{},
		partials: map[pyparse.Node]*partial{}, written: map[string]*cell{}, names: map[rules.Func]int{}, cache: map[nameKey]rules.Entry{},
		called: map[string]bool{}, listed: map[string]bool{}, orders: map[string][]string{}, shims: map[shimKey]*unit{}, described: map[string]bool{}, copied: map[string]string{"": ""}, definers: map[string][]*class{}, wraps: map[string]*cell{},
		patches: map[string]*rules.Patch{}, types: map[nameKey]string{}, symbols: map[nameKey]*value{}, texts: map[string]*value{}, numbers: map[numeral]*value{}, attacks: map[matching]*regex.Attack{},
		optionSites: map[pyparse.Node]*options{}, declarations: map[optionKey]*declaration{}, holders: map[string]bool{},
	}
	if a.budget == 0 {
		a.budget = 0.1
	}
	for _, p := range in.Catalog.PatchTables("python") {
		a.patches[p.Call] = p
	}
	return a
}

// all analyses the project.
func (a *analysis) all() (*Result, error) {
	files := a.candidates()
	defer a.parseAhead(files)()
	for i, f := range files {
		if a.in.Report != nil {
			a.in.Report("reading", i, len(files))
		}
		if m := a.load(f); m != nil {
			a.around(m)
			a.ensure(m.body)
		}
	}
	for i := 0; i < len(a.order); i++ { // grows while modules are imported
		m := a.order[i]
		if !slices.Contains(files, m.file) {
			continue
		}
		a.runAll(m)
	}
	if err := a.drain(); err != nil {
		return nil, err
	}
	if a.offered(); len(a.queue) > 0 {
		if err := a.drain(); err != nil {
			return nil, err
		}
		a.offered() // what the first look has started is known now
	}
	if err := a.settle(a.onLoops()); err != nil {
		return nil, err
	}
	return a.result(), nil
}

// around reads the packages around a module: whoever starts it by its name imports them
// first, and they may patch.
func (a *analysis) around(m *module) {
	for i, c := range m.name {
		if c == '.' {
			if p := a.find(m.name[:i], m.file); p != nil {
				a.ensure(p.body)
			}
		}
	}
}

// runAll runs every function of a module, called or not: one of them may spawn.
func (a *analysis) runAll(m *module) {
	for i := 0; i < len(m.functions); i++ {
		a.ensure(m.functions[i])
	}
}

func (a *analysis) drain() error {
	for n := 0; len(a.queue) > 0; n++ {
		if n%64 == 0 && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		u := a.queue[0]
		a.queue = a.queue[1:]
		u.queued = false
		a.run(u)
	}
	return nil
}

// enqueue makes a unit run again.
func (a *analysis) enqueue(u *unit) {
	if t := a.epochs.trial; t != nil && u.ran && u.id < t.frozen {
		return
	}
	if u.queued || u.runs >= a.mostRuns(u) || u.node == (pyparse.Node{}) {
		return
	}
	u.queued = true
	a.queue = append(a.queue, u)
}

// ensure runs a unit that has not run yet, here and now unless it is running.
func (a *analysis) ensure(u *unit) {
	if u.ran || u.running || u.queued {
		return
	}
	if a.depth >= maxDepth {
		a.enqueue(u)
		return
	}
	a.run(u)
}

// run executes a unit's body and records what it does.
func (a *analysis) run(u *unit) {
	if u.running {
		a.enqueue(u)
		return
	}
	if t := a.epochs.trial; t != nil && u.id < t.frozen {
		t.thawed = append(t.thawed, u)
	}
	if !a.enter(u) {
		u.ran, u.yields.maybe = true, true
		return
	}
	u.running, u.ran, u.outdated = true, true, false
	u.runs++
	cost, yields := u.cost, u.yields
	u.outcome = u.emptied()
	a.execute(&frame{a: a, u: u, scope: u.scope, env: new(locals)})
	if u.cost > cost*1.01 || u.yields.maybe != yields.maybe || u.yields.gives != yields.gives || u.yields.every != yields.every || len(u.yields.when) != len(yields.when) {
		a.outdateCallers(u)
	}
}

// execute runs a frame of a unit that was entered. Also where that is given up, it has
// ended then.
func (a *analysis) execute(fr *frame) {
	a.depth++
	defer func() {
		a.depth--
		a.leave(fr.u)
		fr.u.running = false
	}()
	a.bounded(fr)
}

// bounded runs a frame and gives up on it when it takes too long; what was found
// until then stays.
func (a *analysis) bounded(fr *frame) {
	nesting, limit := a.nesting, a.limit
	if a.depth == 1 {
		a.limit = a.steps + maxSteps
	}
	defer func() {
		a.nesting, a.limit = nesting, limit
		if r := recover(); r != nil {
			if _, ok := r.(tooLong); !ok {
				panic(r)
			}
			fr.u.yields.maybe = true
			fr.u.unknown = append(fr.u.unknown, unknownCall{fr.u.pos(), "too much to follow"})
			if a.depth > 1 {
				panic(r) // the units around it are part of the same work
			}
		}
	}()
	fr.body()
}

func (a *analysis) newUnit(m *module, n pyparse.Node, sc *bind.Scope, outer *unit, c *class, name string) *unit {
	u := &unit{id: len(a.units), mod: m, node: n, scope: sc, outer: outer, class: c, short: name, vars: map[string]*cell{}}
	a.units = append(a.units, u)
	if sc != nil {
		if m.units[sc] == nil {
			m.units[sc] = u
		}
	}
	if n.Kind() != pyparse.KindModule {
		a.describe(u)
		u.copy = outer.copy
		prefix := string(outer.name)
		if outer.copy != nil {
			if i := strings.LastIndexByte(prefix, '#'); i > strings.LastIndexByte(prefix, '.') {
				prefix = prefix[:i]
			}
		}
		if c != nil {
			prefix = c.name
		}
		u.name = a.unique(prefix + "." + name)
		if n.Kind() != pyparse.KindLambda {
			m.functions = append(m.functions, u)
		}
		if t := a.epochs.trial; t != nil {
			t.adopt(u)
		}
	}
	return u
}

// unique makes a function's name its own: a second function of the same name in
// the same place gets its number.
func (a *analysis) unique(name string) rules.Func {
	f := rules.Func(name)
	if t := a.epochs.trial; t != nil {
		if list := t.free[f]; len(list) > 0 {
			t.free[f] = list[1:]
			return list[0]
		}
	}
	a.names[f]++
	if n := a.names[f]; n > 1 {
		return rules.Func(fmt.Sprintf("%s#%d", name, n))
	}
	return f
}

func (a *analysis) skip(file string, pos rules.Pos, reason string) {
	a.skipped = append(a.skipped, rules.Skip{File: file, Reason: reason})
	a.broken = append(a.broken, pos)
}

// entry is a cached look-up.
func (a *analysis) entry(symbol string) rules.Entry {
	key := nameKey{name: symbol}
	e, ok := a.cache[key]
	if !ok {
		e = a.cat.Symbol(symbol)
		a.cache[key] = e
	}
	return e
}

// site is the cell of what is put into a container made at a place.
func (a *analysis) site(n pyparse.Node) *cell {
	c := a.sites[n]
	if c == nil {
		c = new(cell)
		a.sites[n] = c
	}
	return c
}

// contexts are those that count, by place.
func (a *analysis) contexts() []rules.Context {
	var out []rules.Context
	for _, u := range a.units {
		out = append(out, u.contexts...)
	}
	out = append(out, a.extra...)
	out = slices.DeleteFunc(out, func(c rules.Context) bool { return !a.counts(c.Pos.File) })
	slices.SortFunc(out, func(x, y rules.Context) int {
		return cmp.Or(x.Pos.Compare(y.Pos), strings.Compare(x.Kind, y.Kind), strings.Compare(string(x.Loop), string(y.Loop)), strings.Compare(x.Guard.When, y.Guard.When))
	})
	return out
}

func (a *analysis) result() *Result {
	a.byName = map[rules.Func]*unit{}
	for _, u := range a.units {
		a.byName[u.name] = u
	}
	g := &flow.Graph{Own: map[rules.Func][]flow.Own{}, Calls: map[rules.Func][]flow.Edge{}}
	foreign := map[rules.Func]bool{}
	if len(a.foreign) > 0 {
		g.Foreign = func(f rules.Func) bool { return foreign[f] }
	}
	r := &Result{Graph: g, Unknown: map[string]int{}, Skipped: a.skipped, Broken: a.broken}
	for _, u := range a.units {
		a.finish(u)
		if u.mod != nil && u.mod.foreign {
			foreign[u.name] = true
		}
		if len(u.own) > 0 {
			g.Own[u.name] = u.own
		}
		if len(u.edges) > 0 {
			g.Calls[u.name] = a.confined(u)
		}
		if u.node.Valid() && u.node.Kind() != pyparse.KindModule && !foreign[u.name] {
			r.Stats.Functions++
		}
		for _, k := range u.unknown {
			r.Unknown[k.reason]++
			r.UnknownCalls = append(r.UnknownCalls, UnknownCall{u.name, k.pos, k.reason})
			r.Stats.UnknownCalls++
		}
	}
	r.Contexts = a.contexts()
	own := a.own(a.units)
	for _, late := range []map[*unit][]flow.Own{a.sharedHandles(own, r.Contexts), a.starving(own), a.elsewhere(own, r.Contexts), a.contended(own)} {
		for u, own := range late {
			g.Own[u.name] = slices.Concat(g.Own[u.name], own)
		}
	}
	for _, m := range a.order {
		r.Trees = append(r.Trees, &File{Name: m.file, Module: m.name, Tree: m.tree})
	}
	slices.SortFunc(r.Trees, func(x, y *File) int { return strings.Compare(x.Name, y.Name) })
	r.Stats.Files, r.Stats.Modules = len(a.in.Files), len(a.order)
	slices.SortFunc(r.UnknownCalls, func(x, y UnknownCall) int { return x.Pos.Compare(y.Pos) })
	for s := range a.called {
		r.Called = append(r.Called, s)
	}
	slices.Sort(r.Called)
	r.Envs = a.envs(r)
	r.Findings = a.lateOrders()
	return r
}
