package check

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/analyzers/pyfront"
	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A Task is a task of a queue, judged as if a worker with a green pool ran it.
type Task struct {
	Name    string // under which it is queued; "" = worked out while the program runs
	Queue   string // that its definition names, or the expression for it
	Func    rules.Func
	Pos     rules.Pos
	Reasons []Reason // why it does not belong on a green pool, the nearest first
	Unknown int      // calls on its ways of which it is not known what they call
}

// A Reason is a finding that a task reaches, and the way there.
type Reason struct {
	Finding rules.Finding
	Chain   rules.Chain
}

// Queued is what is known of a project's tasks.
type Queued struct {
	Tasks    []Task // by name
	Shared   []Task // what runs beside the tasks and has reasons: their base classes, handlers of signals
	Deployed env.Result
}

// Tasks judges the tasks that a launch of a program runs, each as if it ran in a green
// pool: req.Loop.
func Tasks(ctx context.Context, req Request, program string) (*Queued, error) {
	out, err := prepare(&req)
	if err != nil {
		return nil, err
	}
	src := newSource(req)
	files := pythonFiles(src)
	q := &Queued{Deployed: env.Read(src, req.Catalog)}
	if len(files) == 0 {
		return q, ctx.Err()
	}
	res, err := pyfront.Analyze(ctx, input(&req, out.Config, src, files, func() []rules.EntryPoint { return q.Deployed.Entries }))
	if err != nil {
		return nil, err
	}
	envs := processes(req, env.Result{Versions: q.Deployed.Versions, Python: q.Deployed.Python}, &pyfront.Result{Called: res.Called})
	kinds := kindsOf(req.Catalog, program)
	contexts := slices.DeleteFunc(slices.Clone(res.Contexts), func(c rules.Context) bool {
		return !slices.Contains(kinds, c.Kind) || !req.Wants(c.Pos.File)
	})
	solved := flow.Solve(res.Graph, flow.Entries(contexts))
	out.Findings = flow.Judge(solved, contexts, envs, words(req.Catalog))
	for _, f := range res.Trees {
		out.Comments = append(out.Comments, comments(f))
	}
	choice, err := Choose(&out, req.Catalog)
	if err != nil {
		return nil, err
	}
	draft := report.Draft{
		Findings: out.Findings, Comments: out.Comments, Catalog: req.Catalog,
		Selected: out.Selected, Ignored: choice.Ignored, Severity: choice.Severity, Partial: true,
	}
	reasons := reasonsOf(solved, envs, draft.Finish())
	unknown := unknownFrom(res)
	q.gather(contexts, res.Trees, reasons, unknown, req.Catalog.Noun)
	return q, ctx.Err()
}

// kindsOf lists the kinds of contexts that only a program's workers run.
func kindsOf(cat *rules.Catalog, program string) (out []string) {
	for _, l := range cat.LaunchTables("python") {
		if slices.Contains(l.Programs, program) {
			out = append(out, l.Runs...)
		}
	}
	return out
}

// reasonsOf finds, for every entry, the findings that count for it, and its own way to
// each.
func reasonsOf(solved *flow.Reached, envs []rules.Env, findings []rules.Finding) map[rules.Func][]Reason {
	type place struct {
		pos  rules.Pos
		rule rules.ID
	}
	open := map[place]*rules.Finding{}
	for i := range findings {
		if f := &findings[i]; f.Suppressed == "" && f.Severity.Rank() > rules.Info.Rank() {
			open[place{f.Pos, f.Rule}] = f
		}
	}
	type way struct {
		entry rules.Func
		place
	}
	counts := func(h flow.Hit) bool {
		return slices.ContainsFunc(envs, func(e rules.Env) bool {
			return h.Effect.Guard.Counts(&e) && !slices.ContainsFunc(solved.Guards(h), func(g rules.Guard) bool { return !g.Counts(&e) })
		})
	}
	best := map[way]flow.Hit{}
	for h := range solved.All() {
		w := way{h.Entry, place{h.Pos, h.Effect.Rule}}
		if open[w.place] == nil {
			continue
		}
		if old, ok := best[w]; ok && old.Depth <= h.Depth || !counts(h) {
			continue
		}
		best[w] = h
	}
	out := map[rules.Func][]Reason{}
	for h := range solved.All() {
		w := way{h.Entry, place{h.Pos, h.Effect.Rule}}
		if chosen, ok := best[w]; !ok || chosen != h {
			continue
		}
		chain, _ := solved.Chain(h)
		f := *open[w.place]
		f.Symbol, f.Detail = h.Effect.Symbol, h.Effect.Detail
		out[h.Entry] = append(out[h.Entry], Reason{f, chain})
	}
	return out
}

// unknownFrom gives a function that counts the calls which could not be resolved in
// what a function calls or spawns.
func unknownFrom(res *pyfront.Result) func(rules.Func) int {
	in := map[rules.Func]int{}
	for _, u := range res.UnknownCalls {
		in[u.Func]++
	}
	return func(from rules.Func) (n int) {
		seen := map[rules.Func]bool{from: true}
		for todo := []rules.Func{from}; len(todo) > 0; {
			f := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			n += in[f]
			for _, e := range res.Graph.Calls[f] {
				if e.Kind != flow.Offload && !seen[e.Callee] {
					seen[e.Callee] = true
					todo = append(todo, e.Callee)
				}
			}
		}
		return n
	}
}

// gather makes tasks of contexts: one of each function, and one of each class.
func (q *Queued) gather(contexts []rules.Context, trees []*pyfront.File, reasons map[rules.Func][]Reason, unknown func(rules.Func) int, noun func(kind string) string) {
	byFile := map[string]*pyfront.File{}
	for _, f := range trees {
		byFile[f.Name] = f
	}
	tasks := map[definition]*Task{}
	runs := map[definition]bool{}
	done := map[rules.Func]bool{}
	for _, c := range contexts {
		f := byFile[c.Pos.File]
		if f == nil || done[c.Func] {
			continue
		}
		done[c.Func] = true
		d := defined(f, c)
		t := tasks[d.definition]
		if t == nil {
			queue := d.queue
			if queue == "" {
				queue = q.Deployed.OwnQueue(env.Routed{File: f.Name, Own: d.ownQueue})
			}
			t = &Task{Name: d.name, Queue: queue, Func: rules.Func(d.qualified), Pos: d.pos}
			tasks[d.definition] = t
		}
		t.Reasons = append(t.Reasons, reasons[c.Func]...)
		t.Unknown += unknown(c.Func)
		runs[d.definition] = runs[d.definition] || d.runs && noun(c.Kind) == "task"
	}
	for d, t := range tasks {
		slices.SortStableFunc(t.Reasons, func(a, b Reason) int {
			return cmp.Or(a.Chain.Depth()-b.Chain.Depth(), a.Finding.Pos.Compare(b.Finding.Pos), cmp.Compare(a.Finding.Rule, b.Finding.Rule))
		})
		switch {
		case runs[d]:
			q.Tasks = append(q.Tasks, *t)
		case len(t.Reasons) > 0:
			q.Shared = append(q.Shared, *t)
		}
	}
	for _, list := range [][]Task{q.Tasks, q.Shared} {
		slices.SortFunc(list, func(a, b Task) int { return cmp.Or(cmp.Compare(a.Name, b.Name), a.Pos.Compare(b.Pos)) })
	}
}

// A definition is where a task is defined: a function or a class.
type definition struct {
	file   string
	offset uint32
}

type definedTask struct {
	definition
	name      string
	short     string // of the function or class
	queue     string
	ownQueue  string // the expression for it
	qualified string
	pos       rules.Pos
	runs      bool // there is something to run: a function, or a class with a method "run"
}

// defined looks up what the text says of a task: the keywords of its decorator, or the
// attributes of its class. Without a name there, it is the module's and its own.
func defined(f *pyfront.File, c rules.Context) definedTask {
	var fn pyparse.FunctionDef
	var class pyparse.ClassDef // around the function
	var around []pyparse.ClassDef
	pyparse.Walk(f.Tree.Root(), func(n pyparse.Node) bool {
		if k := n.AsClassDef(); k.Valid() {
			around = append(around, k)
		}
		d := n.AsFunctionDef()
		if !d.Valid() {
			return !n.Kind().IsExpr()
		}
		if line, col := f.Tree.Position(d.NameStart()); line == c.Pos.Line && col == c.Pos.Column {
			fn = d
			for _, k := range around {
				for b := range k.Body().All() {
					if b == d.Node {
						class = k
					}
				}
			}
		}
		return true
	})
	out := definedTask{definition: definition{c.Pos.File, uint32(c.Pos.Offset)}, qualified: string(c.Func), pos: c.Pos, runs: true}
	if !fn.Valid() {
		return out
	}
	decorated := false
	for d := range fn.DecoratorList().All() {
		line, col := f.Tree.Position(d.Start())
		if !slices.ContainsFunc(c.Why, func(e rules.Evidence) bool { return e.Pos.Line == line && e.Pos.Column == col }) {
			continue
		}
		decorated = true
		out.name, out.short = f.Module+"."+fn.Name(), fn.Name()
		call := d.AsCall()
		if !call.Valid() {
			break
		}
		for k := range call.Keywords().All() {
			out.set(k.AsKeyword().Arg(), k.AsKeyword().Value())
		}
		break
	}
	if decorated || !class.Valid() {
		return out
	}
	line, col := f.Tree.Position(class.NameStart())
	out.offset, out.pos = class.NameStart(), rules.Pos{File: f.Name, Line: line, Column: col, Offset: int(class.NameStart())}
	out.qualified = strings.TrimSuffix(out.qualified, "."+fn.Name())
	out.name, out.short, out.runs = f.Module+"."+class.Name(), class.Name(), fn.Name() == "run"
	for n := range class.Body().All() {
		if a := n.AsAssign(); a.Valid() && a.Targets().Len() == 1 {
			if t := a.Targets().At(0).AsName(); t.Valid() {
				out.set(t.Id(), a.Value())
			}
		}
	}
	return out
}

func (d *definedTask) set(key string, value pyparse.Node) {
	text := ""
	if c := value.AsConstant(); c.Valid() && c.ConstKind() == pyparse.ConstStr {
		text = c.StringValue()
	}
	switch key {
	case "name":
		d.name = text
	case "queue":
		d.queue, d.ownQueue = text, value.Text()
	}
}
