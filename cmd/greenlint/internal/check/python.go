package check

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/analyzers/pyfront"
	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// python checks the project's Python files. The answer is nil unless it is to be
// kept, and there is something to keep.
func python(ctx context.Context, req Request, conf *rules.Config, out *Outcome, keep bool) (*Kept, error) {
	if !req.Shard.owns("python") {
		return nil, ctx.Err()
	}
	src := newSource(req)
	if keep || req.Cache == nil || req.Verbose {
		return analyse(ctx, req, conf, src, out, keep)
	}
	m := recall(req, src)
	var p pythonPart
	if !m.get(&p) {
		var found Outcome
		if _, err := analyse(ctx, req, conf, src, &found, false); err != nil {
			return nil, err
		}
		p = pythonPart{found.Findings, found.Comments, found.Skipped, found.Stats, found.Notes, found.Partial}
		m.put(&p)
	}
	p.addTo(out)
	return nil, ctx.Err()
}

// analyse is what [python] does without a cache.
func analyse(ctx context.Context, req Request, conf *rules.Config, src *source, out *Outcome, keep bool) (*Kept, error) {
	files := pythonFiles(src)
	progress(req, "reading deployment files", 0, 0)
	deployment := inBackground(func() env.Result { return env.Read(src, req.Catalog) })
	if len(files) == 0 {
		deployed := deployment()
		out.Findings = append(out.Findings, deployed.Findings...)
		out.Skipped = append(out.Skipped, deployed.Skipped...)
		out.Findings = append(out.Findings, env.Audit(src, req.Catalog, &deployed, processes(req, deployed, &pyfront.Result{}))...)
		return nil, ctx.Err()
	}
	in := input(&req, conf, src, files, func() []rules.EntryPoint { return deployment().Entries })
	var res *pyfront.Result
	var front *pyfront.Kept
	var err error
	if keep {
		res, front, err = pyfront.Keep(ctx, in)
	} else {
		res, err = pyfront.Analyze(ctx, in)
	}
	deployed := deployment() // also where the analysis was interrupted: it reads the user's files
	if err != nil {
		return nil, err
	}
	out.Findings = append(out.Findings, deployed.Findings...)
	out.Skipped = append(out.Skipped, deployed.Skipped...)
	progress(req, "judging", 0, 0)
	envs := processes(req, deployed, res)
	out.Findings = append(out.Findings, env.Audit(src, req.Catalog, &deployed, envs)...)
	contexts := flow.Awake(res.Graph, res.Contexts)
	solved := flow.Solve(res.Graph, flow.Entries(contexts))
	found := flow.Judge(solved, contexts, envs, words(req.Catalog))
	gathered := env.PartialPatches(req.Catalog, envs, found)
	for i := range envs {
		if envs[i].Start == (rules.Evidence{}) {
			continue
		}
		alone := flow.Judge(solved, res.Contexts, envs[i:i+1], words(req.Catalog))
		if f, ok := env.Unpatched(req.Catalog, &envs[i], alone); ok {
			gathered = append(gathered, f)
		}
	}
	out.Findings = append(out.Findings, gathered...)
	var kept *Kept
	if keep {
		kept = &Kept{req: req, out: *out, front: front, src: src, envs: envs}
		kept.others = slices.Concat(out.Findings, res.Findings)
		kept.req.Progress = nil
	}
	out.Findings = append(out.Findings, append(append(found, res.Findings...), broken(res)...)...)
	out.Findings = slices.DeleteFunc(out.Findings, func(f rules.Finding) bool { return !touches(&req, &f) })
	out.Skipped = append(out.Skipped, res.Skipped...)
	for _, f := range res.Trees {
		out.Comments = append(out.Comments, comments(f))
	}
	out.Stats.Add(&report.Stats{Files: res.Stats.Modules, Functions: res.Stats.Functions, UnknownCalls: res.Stats.UnknownCalls, Unknown: res.Unknown})
	if req.Verbose {
		out.Unknown = unknownCalls(res)
	}
	idle := idleTasks(res, envs)
	out.Partial = out.Partial || idle > 0
	out.Notes = append(out.Notes, notes(req, deployed, idle)...)
	if kept != nil {
		kept.out.Partial = out.Partial
	}
	return kept, nil
}

// input is the part of a project that the Python front end gets to see.
func input(req *Request, conf *rules.Config, src *source, files []string, entries func() []rules.EntryPoint) pyfront.Input {
	return pyfront.Input{
		Files: files, Read: src.Read, Catalog: req.Catalog, Budget: conf.Budget.Seconds(),
		Check: func(file string) bool { return conf.Tests || !isTest(file) }, Report: req.Progress, Entries: entries, Installed: src.installed,
	}
}

// inBackground starts something, and gives what waits for its end. A panic is
// handed on to who waits.
func inBackground[T any](run func() T) (wait func() T) {
	var out T
	var fault string
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				fault = fmt.Sprintf("%v\n\n%s", v, debug.Stack())
			}
		}()
		out = run()
	}()
	return func() T {
		<-done
		if fault != "" {
			panic(fault)
		}
		return out
	}
}

func progress(req Request, stage string, done, total int) {
	if req.Progress != nil {
		req.Progress(stage, done, total)
	}
}

// processes are the environments in which the project's functions are judged:
// those that the deployment declares, those that the code does, or the one that
// the user asks about.
func processes(req Request, deployed env.Result, res *pyfront.Result) []rules.Env {
	var out []rules.Env
	green := map[rules.Loop]bool{}
	tasks := map[string]*queues{}
	for i, p := range deployed.Processes {
		if p.Env.Loop == rules.Gevent || p.Env.Loop == rules.Eventlet {
			e := p.Env
			e.Called = append(append([]string(nil), e.Called...), res.Called...)
			slices.Sort(e.Called)
			e.Runs = append(append([]string(nil), e.Runs...), "greenlet", "server-handler", "wsgi-app")
			green[e.Loop] = true
			if _, asked := tasks[p.Launcher]; !asked && p.Serves != nil {
				tasks[p.Launcher] = queuesOf(req.Catalog, p.Launcher, &deployed, res)
			}
			if q := tasks[p.Launcher]; q != nil {
				e.Only = q.only(&deployed.Processes[i])
			}
			out = append(out, e)
		}
	}
	for _, e := range res.Envs {
		elsewhere := slices.ContainsFunc(res.Envs, func(o rules.Env) bool { return len(o.PatchPos) > 0 && o.Loop != e.Loop })
		switch {
		case e.Loop == rules.Asyncio:
		case len(e.PatchPos) > 0:
			e.Runs = append(e.Runs, unlaunched(req.Catalog, res.Contexts)...)
		case green[e.Loop] && !ownProgram(&e, deployed.Processes):
			continue // what is spawned runs in the process that the deployment declares
		case elsewhere || len(green) > 0 && !green[e.Loop]:
			continue // the project runs on another loop and can spawn on this one too
		}
		e.Versions, e.Python = deployed.Versions, deployed.Python
		out = append(out, e)
	}
	if req.Loop == rules.Gevent || req.Loop == rules.Eventlet {
		e := rules.Env{Name: "--loop " + string(req.Loop), Loop: req.Loop, Runs: []string{"*"}, Called: res.Called, Versions: deployed.Versions, Python: deployed.Python}
		for _, p := range req.Catalog.PatchTables("python") {
			if p.Loop == req.Loop {
				e.Patched = p.Effective(rules.NoArgs{})
				break
			}
		}
		out = append(out, e)
	}
	return out
}

// ownProgram reports whether a process is a program that does not patch, and that the
// deployment does not start.
func ownProgram(e *rules.Env, deployed []env.Process) bool {
	file := "/" + e.Start.Pos.File
	return e.Start != (rules.Evidence{}) && !slices.ContainsFunc(deployed, func(p env.Process) bool {
		return slices.ContainsFunc(p.Entry, func(m string) bool { return strings.HasSuffix(file, "/"+strings.ReplaceAll(m, ".", "/")+".py") })
	})
}

// unlaunched lists the kinds of contexts that need no launcher of their own: a
// process that patches itself is taken to run them. Celery tasks are not among
// them, they run where a worker is started.
func unlaunched(cat *rules.Catalog, contexts []rules.Context) []string {
	launched := map[string]bool{}
	for _, l := range cat.LaunchTables("python") {
		for _, k := range l.Runs {
			launched[k] = true
		}
		for _, on := range l.RunsOn {
			for _, k := range on {
				launched[k] = true
			}
		}
	}
	var out []string
	for _, c := range contexts {
		if c.Loop == "" && !launched[c.Kind] && !slices.Contains(out, c.Kind) {
			out = append(out, c.Kind)
		}
	}
	slices.Sort(out)
	return out
}

// words are what findings say, from the rules and the catalogue.
func words(cat *rules.Catalog) flow.Options {
	return flow.Options{
		Language: "python",
		Severity: func(id rules.ID) rules.Severity {
			if r := cat.Rule(string(id)); r != nil {
				return r.Severity
			}
			return rules.Warning
		},
		Words: func(e rules.Effect) (string, string, []string) {
			if e.Row != nil {
				return e.Row.Why, e.Row.Remedy, e.Row.Source
			}
			return "", "", nil
		},
		Noun: cat.Noun,
		Phrase: func(id rules.ID) string {
			if r := cat.Rule(string(id)); r != nil {
				return r.Phrase
			}
			return ""
		},
	}
}

// broken turns files that could not be read or parsed into findings.
func broken(res *pyfront.Result) []rules.Finding {
	var out []rules.Finding
	for i, s := range res.Skipped {
		out = append(out, rules.Finding{Rule: "GL902", Language: "python", Pos: res.Broken[i], Symbol: "syntax", Message: s.Reason})
	}
	return out
}

// touches reports whether a finding concerns what the user wants checked: its
// place, or a frame on the way to it. A task elsewhere may be what puts it on
// the loop.
func touches(req *Request, f *rules.Finding) bool {
	if req.Wants(f.Pos.File) {
		return true
	}
	return slices.ContainsFunc(f.Chain, func(fr rules.Frame) bool { return fr.Pos.File != "" && req.Wants(fr.Pos.File) })
}

// unknownCalls lists the calls that could not be resolved, with what the code says.
func unknownCalls(res *pyfront.Result) []report.UnknownCall {
	texts := map[string][]byte{}
	for _, f := range res.Trees {
		texts[f.Name] = f.Tree.Source()
	}
	var out []report.UnknownCall
	for _, u := range res.UnknownCalls {
		line, _, _ := bytes.Cut(texts[u.Pos.File][u.Pos.Offset:], []byte("\n"))
		out = append(out, report.UnknownCall{Pos: u.Pos, Reason: u.Reason, Code: string(bytes.TrimSpace(line))})
	}
	return out
}

// isTest reports whether a file is a test by the conventions of pytest and unittest.
func isTest(file string) bool {
	base := path.Base(file)
	if base == "conftest.py" || base == "tests.py" || strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") {
		return true
	}
	for _, d := range strings.Split(path.Dir(file), "/") {
		switch strings.ToLower(d) {
		case "tests", "test", "testing":
			return true
		}
	}
	return false
}

// comments collects what report needs to know of a file for suppressions.
func comments(f *pyfront.File) report.FileComments {
	out := report.FileComments{File: f.Name}
	src := f.Tree.Source()
	if !slices.ContainsFunc(f.Tree.Comments, func(c pyparse.Comment) bool { return report.Directs(string(src[c.Start:c.End])) }) {
		return out // as in most files
	}
	for _, c := range f.Tree.Comments {
		line, col := f.Tree.Position(c.Start)
		start := f.Tree.LineStart(line)
		out.Comments = append(out.Comments, report.Comment{
			Pos:   rules.Pos{File: f.Name, Line: line, Column: col, Offset: int(c.Start)},
			Text:  string(src[c.Start:c.End]),
			Alone: strings.TrimSpace(string(src[start:c.Start])) == "",
		})
	}
	pyparse.Walk(f.Tree.Root(), func(n pyparse.Node) bool {
		if fd := n.AsFunctionDef(); fd.Valid() {
			def, _ := f.Tree.Position(fd.NameStart())
			first := def
			if d := fd.DecoratorList(); d.Len() > 0 {
				first, _ = f.Tree.Position(d.At(0).Start())
			}
			last, _ := f.Tree.Position(n.End())
			out.Funcs = append(out.Funcs, report.Span{FirstLine: first, DefLine: def, LastLine: last})
		}
		return !n.Kind().IsExpr()
	})
	return out
}

// idleTasks counts the tasks and views that no process judges.
func idleTasks(res *pyfront.Result, envs []rules.Env) int {
	n := 0
	for _, c := range res.Contexts {
		if c.Loop == "" && !slices.ContainsFunc(envs, func(e rules.Env) bool {
			return e.Loop != rules.Asyncio && e.Can(c.Kind) && (e.Only == nil || e.Only(&c))
		}) {
			n++
		}
	}
	return n
}

// notes are what a person should know of the run.
func notes(req Request, deployed env.Result, idle int) []string {
	var out []string
	if idle > 0 && req.Loop == "" {
		out = append(out, fmt.Sprintf("%d tasks or views run on no green pool that this project declares; --loop gevent asks what would stop if they did", idle))
	}
	for _, u := range deployed.Unknown {
		out = append(out, fmt.Sprintf("%s: %s", u.Pos, u.Text))
	}
	return out
}
