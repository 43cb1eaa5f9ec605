package gofront

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// Analyzer is the one analysis that the others require. It reports nothing; its
// result is a [*Result].
var Analyzer = &analysis.Analyzer{
	Name: "greenlint",
	Doc: `find the calls that stop a cooperative loop (shared by the analyzers that report)

It builds the package's part of the call graph, exports what importers have to
know of it, and judges the tasks, handlers and workflows that run on a loop.`,
	URL:        "https://github.com/greenlint/greenlint",
	Run:        run,
	FactTypes:  []analysis.Fact{new(PackageFact)},
	ResultType: reflect.TypeFor[*Result](),
}

// flags are the settings that a user of the analyzer may change.
var flags struct {
	interfaces string
	config     string
	tests      bool
	all        bool
	loop       string
}

func init() {
	Analyzer.Flags.StringVar(&flags.interfaces, "interfaces", "known", "which methods a call through an interface may reach when the object is not known: none, known, all")
	Analyzer.Flags.StringVar(&flags.config, "config", "", "the settings file, - for none (else greenlint.toml at or above the package)")
	Analyzer.Flags.BoolVar(&flags.all, "all", false, "judge every rule, whatever the settings choose")
	Analyzer.Flags.StringVar(&flags.loop, "loop", "", "check every function as one that runs on this loop: tinygo")
	Analyzer.Flags.BoolVar(&flags.tests, "tests", false, "check the tasks in test files too")
}

// A Result is what the pass knows of a package.
type Result struct {
	Findings []rules.Finding // sorted; those that a comment ignores are marked
	Stats    Stats

	unit *unit
}

// Stats counts what was looked at.
type Stats struct {
	Functions    int
	Calls        int
	UnknownCalls int // calls of which it is not known what they call
}

// settings are those in force for a package.
type settings struct {
	interfaces string
	budget     float64 // seconds
	tests      bool
	loop       rules.Loop // on which every function runs; "" = those that are seen to
	selected   rules.Selection
}

// A unit is one package under analysis.
type unit struct {
	pass   *analysis.Pass
	module string
	conf   settings
	cat    *rules.Catalog
	look   *rules.Lookup

	prog   *ssa.Program
	ssaPkg *ssa.Package
	funcs  []*ssa.Function // with a body here, closures and instances included, in a fixed order
	has    map[*ssa.Function]bool
	live   map[*ssa.Function][]bool // by block
	names  map[*ssa.Function]rules.Func

	stores     stores
	returns    map[*ssa.Function][]*ssa.Return
	closures   map[*ssa.Function][]*ssa.MakeClosure // by the function that they close
	callsOf    map[*ssa.Function][]ssa.CallInstruction
	mapUpdates []*ssa.MapUpdate
	leafCache  map[ssa.Value][]leaf
	loopCache  map[*ssa.Function][]*loop
	tripCache  map[*loop]trips
	bodyCosts  map[*ssa.Function]float64
	counting   map[*loop]bool // loops whose rounds are being counted

	calls      []*call
	callAt     map[ssa.CallInstruction]*call
	started    []*call // by go statements
	holes      map[*ssa.Function]map[hole][]way
	holeList   map[*ssa.Function][]hole
	holeMethod map[hole]*types.Func
	waits      map[*ssa.Function]bool
	yielding   map[*ssa.Function][]rules.Guard
	methods    map[string][]*types.Func
	depth      int           // of embedded interfaces
	deep       int           // of instances in instances
	from       *ssa.Function // in which the value that is being followed stands

	graph         *flow.Graph
	instances     map[instanceKey]rules.Func
	instanceNames map[rules.Func]bool
	entries       map[string]rules.Entry
	local         map[string]bool

	facts     map[string]*imports
	below     map[string]*types.Package
	exported  map[rules.Func]bool
	exposed   []exposedValue
	effectful map[rules.Func]bool

	contexts []rules.Context
	asks     *asking  // nil where nobody needs to know
	keepers  []keeper // by what the contexts ask for
	tokens   map[rules.Pos]token.Pos
	made     map[token.Pos]bool // those that stand for places in other packages
	comments comments

	callExpr     map[token.Pos]*ast.CallExpr // by the left parenthesis
	cLits        map[*ast.FuncLit]bool       // that cgo wrote, and that are a part of the function around them
	rangePos     map[token.Pos]bool          // of loops over something
	emptySelects map[*ssa.Function]token.Pos
}

func run(pass *analysis.Pass) (any, error) {
	path := pass.Pkg.Path()
	if isStd(path) && pass.Module == nil && !underTest(pass) {
		return &Result{}, nil // the catalogue describes it
	}
	cat, conf, err := configuration(pass)
	if err != nil {
		return nil, err
	}
	u := &unit{
		pass: pass, conf: conf, cat: cat, look: cat.For("go"),
		entries: map[string]rules.Entry{}, local: map[string]bool{}, facts: map[string]*imports{},
	}
	if pass.Module != nil {
		u.module = pass.Module.Path
	}
	if e := u.entry(path + ".init"); e.Wall() {
		return &Result{}, nil // so does it this library
	}
	u.read()
	res := &Result{unit: u, Stats: Stats{Functions: len(u.funcs), Calls: len(u.calls)}}
	for _, c := range u.calls {
		if c.unknown {
			res.Stats.UnknownCalls++
		}
	}
	entries := flow.Entries(u.contexts)
	entries = append(entries, sortedKeys(u.exported)...)
	reached := flow.Solve(u.graph, entries)
	u.effectful = map[rules.Func]bool{}
	for h := range reached.All() {
		u.effectful[h.Entry] = true
	}
	if f := u.export(reached); f != nil {
		pass.ExportPackageFact(f)
	}
	res.Findings = u.judge(reached)
	return res, nil
}

// underTest reports whether a package with a path like the standard library's is
// none: analysistest calls its packages a and b.
func underTest(pass *analysis.Pass) bool {
	return len(pass.Files) > 0 && strings.Contains(filepath.ToSlash(pass.Fset.Position(pass.Files[0].Pos()).Filename), "/testdata/")
}

// read builds SSA and from it the graph and the contexts.
func (u *unit) read() {
	u.buildSSA()
	u.index()
	u.collectStores()
	u.collectCalls()
	u.findHoles()
	u.findYields()
	u.findWaits()
	u.graph = &flow.Graph{
		Own: map[rules.Func][]flow.Own{}, Calls: map[rules.Func][]flow.Edge{}, Known: u.known,
		Foreign: u.foreign,
	}
	u.readComments()
	u.build()
	u.findContexts()
	for _, fn := range u.funcs {
		if obj := fn.Object(); obj != nil && obj.Exported() {
			u.exported[u.name(fn)] = true
		}
	}
	u.findExposed()
	u.nonblocking()
}

// foreign reports whether a function is no place for a finding: it belongs to
// another module, or its calls are but the way to a sink of its own package (see
// markSinks).
func (u *unit) foreign(f rules.Func) bool {
	switch {
	case strings.HasSuffix(string(f), sinkMark):
		return true
	case strings.HasSuffix(string(f), standMark):
		return false // its one call is where this package hands the function over
	}
	path := u.packageOf(string(shown(f)))
	if path == u.pass.Pkg.Path() {
		return false
	}
	fact := u.imported(path)
	return fact == nil || fact.module != u.module || fact.inward[shown(f)]
}

func (u *unit) buildSSA() {
	pass := u.pass
	u.prog = ssa.NewProgram(pass.Fset, ssa.InstantiateGenerics)
	for _, p := range pass.Pkg.Imports() {
		u.prog.CreatePackage(p, nil, nil, true)
	}
	u.ssaPkg = u.prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false)
	u.ssaPkg.Build()
}

// index lists the functions and what they hold.
func (u *unit) index() {
	u.has = map[*ssa.Function]bool{}
	u.live = map[*ssa.Function][]bool{}
	u.names = map[*ssa.Function]rules.Func{}
	u.returns = map[*ssa.Function][]*ssa.Return{}
	u.closures = map[*ssa.Function][]*ssa.MakeClosure{}
	u.callsOf = map[*ssa.Function][]ssa.CallInstruction{}
	u.leafCache = map[ssa.Value][]leaf{}
	u.loopCache = map[*ssa.Function][]*loop{}
	u.tripCache = map[*loop]trips{}
	u.bodyCosts = map[*ssa.Function]float64{}
	u.counting = map[*loop]bool{}
	u.callAt = map[ssa.CallInstruction]*call{}
	u.holeMethod = map[hole]*types.Func{}
	u.instances = map[instanceKey]rules.Func{}
	u.instanceNames = map[rules.Func]bool{}
	u.exported = map[rules.Func]bool{}
	u.tokens = map[rules.Pos]token.Pos{}
	u.made = map[token.Pos]bool{}

	add := func(f *ssa.Function) {
		if f == nil || u.has[f] || len(f.Blocks) == 0 || isC(f) {
			return
		}
		if !u.conf.tests && u.inTest(f) {
			return // what a test puts in the place of something else is not what runs
		}
		if f.Synthetic != "" && !strings.HasPrefix(f.Synthetic, "package init") && !strings.HasPrefix(f.Synthetic, "instance of") && f.Parent() == nil && f.Syntax() == nil {
			return // wrappers are looked through
		}
		if p := origin(f).Package(); p != nil && p != u.ssaPkg {
			return
		}
		u.has[f] = true
		u.funcs = append(u.funcs, f)
	}
	for _, file := range u.pass.Files {
		for _, d := range file.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				if obj, ok := u.pass.TypesInfo.Defs[fd.Name].(*types.Func); ok {
					add(u.prog.FuncValue(obj))
				}
			}
		}
	}
	add(u.ssaPkg.Func("init"))
	for i := 0; i < len(u.funcs); i++ {
		fn := u.funcs[i]
		u.live[fn] = liveBlocks(fn)
		for _, anon := range fn.AnonFuncs {
			add(anon)
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.Return:
					if u.live[fn][b.Index] {
						u.returns[fn] = append(u.returns[fn], in)
					}
				case *ssa.MakeClosure:
					f := in.Fn.(*ssa.Function)
					u.closures[f] = append(u.closures[f], in)
				case *ssa.MapUpdate:
					u.mapUpdates = append(u.mapUpdates, in)
				}
				if ci, ok := in.(ssa.CallInstruction); ok {
					if f := ci.Common().StaticCallee(); f != nil {
						u.callsOf[f] = append(u.callsOf[f], ci)
					}
				}
				var ops [10]*ssa.Value
				for _, op := range in.Operands(ops[:0]) {
					if f, ok := (*op).(*ssa.Function); ok {
						add(f)
					}
				}
			}
		}
	}
	started := map[*ast.CallExpr]bool{} // by a go statement
	u.callExpr = map[token.Pos]*ast.CallExpr{}
	u.cLits = map[*ast.FuncLit]bool{}
	u.rangePos = map[token.Pos]bool{}
	u.emptySelects = map[*ssa.Function]token.Pos{}
	for _, file := range u.pass.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if u.callExpr[n.Lparen] == nil {
					u.callExpr[n.Lparen] = n
				}
				c, lits := cCall(n)
				if c != nil && u.callExpr[c.Lparen] == nil {
					u.callExpr[c.Lparen] = n
				}
				for _, lit := range lits {
					u.cLits[lit] = !started[n]
				}
			case *ast.GoStmt:
				started[n.Call] = true
			case *ast.RangeStmt:
				u.rangePos[n.For] = true
				u.rangePos[n.TokPos] = true
			}
			return true
		})
	}
	for _, fn := range u.funcs {
		if syn := fn.Syntax(); syn != nil {
			ast.Inspect(syn, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectStmt); ok && len(s.Body.List) == 0 {
					u.emptySelects[fn] = s.Pos()
				}
				return true
			})
		}
	}
}

// judge makes the findings of this package's contexts.
func (u *unit) judge(r *flow.Reached) []rules.Finding {
	if len(u.contexts) == 0 {
		return nil
	}
	seen := map[rules.Loop]bool{}
	var envs []rules.Env
	for _, c := range u.contexts {
		if c.Loop != "" && !seen[c.Loop] {
			seen[c.Loop] = true
			envs = append(envs, rules.Env{Loop: c.Loop, Runs: []string{"*"}})
		}
	}
	sort.Slice(envs, func(i, j int) bool { return envs[i].Loop < envs[j].Loop })
	found := flow.Judge(r, u.contexts, envs, flow.Options{
		Language: "go",
		Severity: func(id rules.ID) rules.Severity {
			if r := u.cat.Rule(string(id)); r != nil {
				return r.Severity
			}
			return rules.Warning
		},
		Words:  u.words,
		Phrase: u.phrase,
		Noun:   u.cat.Noun,
		Short:  func(f rules.Func) string { return flow.ShortName(shown(f)) },
	})
	var out []rules.Finding
	for _, f := range found {
		if !flags.all && !u.conf.selected.Has(f.Rule) || u.judgedElsewhere(&f) {
			continue
		}
		f.Chain = slices.Clone(f.Chain)
		for i := range f.Chain {
			f.Chain[i].Func = shown(f.Chain[i].Func)
		}
		for i := range f.Contexts {
			f.Contexts[i].Context.Func = shown(f.Contexts[i].Context.Func)
		}
		f.Suppressed = u.suppressed(&f)
		out = append(out, f)
	}
	return out
}

func (u *unit) phrase(id rules.ID) string {
	if r := u.cat.Rule(string(id)); r != nil {
		return r.Phrase
	}
	return ""
}

// words are the catalogue's on an effect: an imported one is looked up again.
func (u *unit) words(e rules.Effect) (why, remedy string, source []string) {
	if e.Row == nil {
		entry := u.entry(e.Symbol)
		for _, r := range entry.Effects {
			if r.Rule == e.Rule && r.Guard() == e.Guard {
				e.Row = &r.Row
			}
		}
	}
	if e.Row == nil {
		return "", "", nil
	}
	return e.Row.Why, e.Row.Remedy, e.Row.Source
}

// judgedElsewhere reports whether the chain runs through a context of another
// package of this module, where it has been judged already.
func (u *unit) judgedElsewhere(f *rules.Finding) bool {
	for i, fr := range f.Chain {
		if i == len(f.Chain)-1 {
			break
		}
		fact := u.imported(u.packageOf(string(shown(fr.Func))))
		if fact != nil && fact.module == u.module && fact.judged[shown(fr.Func)] == f.Loop {
			return true
		}
	}
	return false
}

// configuration reads the catalogue and the settings for a package. Both are the
// same for all packages below one settings file, so that a driver which loads
// many packages into one process reads them once.
func configuration(pass *analysis.Pass) (*rules.Catalog, settings, error) {
	file := flags.config
	if file == "" && len(pass.Files) > 0 {
		file = SettingsFile(directory(pass))
	}
	configs.Lock()
	defer configs.Unlock()
	got, ok := configs.by[file]
	if !ok {
		got = readConfiguration(file)
		if configs.by == nil {
			configs.by = map[string]configured{}
		}
		configs.by[file] = got
	}
	s := got.settings
	s.interfaces = flags.interfaces
	s.tests = s.tests || flags.tests
	s.loop = rules.Loop(flags.loop)
	if s.loop != "" && !rules.KnownLoop(s.loop) {
		return nil, s, fmt.Errorf("-loop=%s: there is no such loop", flags.loop)
	}
	switch s.interfaces {
	case "none", "known", "all":
	default:
		return nil, s, fmt.Errorf("-interfaces=%s: want none, known or all", s.interfaces)
	}
	return got.cat, s, got.err
}

type configured struct {
	cat      *rules.Catalog
	settings settings
	err      error
}

var configs struct {
	sync.Mutex
	by map[string]configured
}

func readConfiguration(file string) (c configured) {
	if c.cat, c.err = rules.LoadLanguage("go"); c.err != nil {
		return c
	}
	conf := new(rules.Config)
	if file != "" && file != "-" {
		if conf, c.err = c.cat.ReadConfig(file); c.err != nil {
			return c
		}
	}
	c.settings.tests = conf.Tests
	c.settings.budget = 0.1
	if conf.Budget > 0 {
		c.settings.budget = conf.Budget.Seconds()
	}
	sel := conf.Select
	if len(sel) == 0 {
		sel = []string{"ALL"} // which analyzers run decides
	}
	c.settings.selected, c.err = c.cat.Select(sel, conf.Ignore)
	return c
}

// SettingsFile finds the settings for a directory: greenlint.toml in it or the
// nearest above, not beyond the checkout or the module; "" if there is none.
func SettingsFile(dir string) string {
	for {
		file := filepath.Join(dir, "greenlint.toml")
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return ""
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}
