package env

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/analyzers/words"
	"github.com/greenlint/greenlint/rules"
)

// A Result is what a project's files say of its processes. Everything is sorted;
// the same files give the same result.
type Result struct {
	Processes  []Process
	Routes     map[string]*Routes // of the programs that serve queues, by name
	Entries    []rules.EntryPoint // what packages offer by name
	Findings   []rules.Finding
	Unknown    []rules.Evidence // choices of a pool that depend on variables which no file sets
	Skipped    []rules.Skip
	Depends    []rules.Version // every dependency that a file names, at its place
	Versions   []rules.Version // one per distribution: the best pinned
	Python     string          // "3.11"; empty = not known
	PythonFile string          // that says so

	project *project
}

// A project is one run of [Read].
type project struct {
	r          *reading
	cat        *rules.Catalog
	settings   []*rules.Setting
	harm       []*rules.Setting // modules that are not to be imported before the patch
	modules    map[string]*module
	closures   map[string][]string // see loaded
	named      map[string]string   // files of settings that a command line names → its program
	hits       []hit
	sends      []send
	configs    map[string]Command // files of settings in the form of words, by name
	used       map[string]bool    // files of settings that a process names
	methods    map[string]bool    // methods that run a program's command line
	python     *words.Set         // what makes a Python file worth parsing
	codeWords  []string           // without one of which it starts nothing
	patchCalls map[string]bool
	patchNames map[string]bool // the last parts of these
	findings   []rules.Finding
	unknown    []rules.Evidence
}

// Read reads a project's deployment files, settings and dependency lists.
func Read(src Source, cat *rules.Catalog) Result {
	p := newProject(src, cat)
	cmds := p.r.readAll()
	p.nameSettings(cmds)
	cmds = append(cmds, p.readPython()...)
	procs := p.processes(cmds)
	for i := range procs {
		p.judge(&procs[i])
		p.judgeLate(&procs[i])
		p.judgeOptions(&procs[i])
	}
	p.judgeSettings(procs)
	p.judgeVoid(procs)
	p.judgePatches(procs)
	routes := map[string]*Routes{}
	for i := range procs {
		q := &procs[i]
		if q.launch == nil || len(q.launch.Queues) == 0 {
			continue
		}
		if routes[q.Launcher] == nil {
			routes[q.Launcher] = p.routes(q.Launcher)
		}
		q.Serves = p.serves(q, routes[q.Launcher])
	}
	deps := p.r.dependencies()
	p.services(procs, deps)
	res := Result{project: p, Processes: procs, Routes: routes, Entries: append(p.entryPoints(), p.served(procs)...), Findings: p.sorted(), Unknown: p.unknown, Depends: deps.declared(), Versions: deps.merge(nil), Python: deps.best(nil).version, PythonFile: deps.best(nil).file}
	sort.SliceStable(p.r.skips, func(i, j int) bool { return p.r.skips[i].pos.Compare(p.r.skips[j].pos) < 0 })
	for _, s := range p.r.skips {
		reason := s.reason
		if s.pos.Line > 0 {
			reason = fmt.Sprintf("line %d, column %d: %s", s.pos.Line, s.pos.Column, reason)
		}
		if n := len(res.Skipped); n == 0 || res.Skipped[n-1] != (rules.Skip{File: s.pos.File, Reason: reason}) {
			res.Skipped = append(res.Skipped, rules.Skip{File: s.pos.File, Reason: reason})
		}
	}
	return res
}

func newProject(src Source, cat *rules.Catalog) *project {
	launches := cat.LaunchTables("python")
	p := &project{r: newReading(src, launches), cat: cat,
		modules: map[string]*module{}, closures: map[string][]string{}, named: map[string]string{}, configs: map[string]Command{}, used: map[string]bool{},
		methods: map[string]bool{}, patchCalls: map[string]bool{}, patchNames: map[string]bool{}}
	for _, s := range cat.SettingTables("python") {
		if s.Role == "import" {
			p.harm = append(p.harm, s)
		} else {
			p.settings = append(p.settings, s)
		}
	}
	var programs []string
	for name := range starters {
		p.codeWords = append(p.codeWords, name+"(")
	}
	for _, l := range launches {
		for _, c := range l.Calls {
			p.methods[c] = true
			p.codeWords = append(p.codeWords, c+"(")
		}
		for _, call := range l.Patch {
			p.patchCalls[call] = true
			if _, last, ok := cutLast(call); ok {
				p.patchNames[last] = true
			}
		}
		if l.Wraps {
			continue
		}
		for _, list := range [][]string{l.Programs, l.Modules, l.FileWords, l.EnvWords, l.Calls} {
			for _, w := range list {
				if !strings.Contains(w, "*") && w != "start" {
					programs = append(programs, w)
				}
			}
		}
	}
	p.r.programs = words.New(programs)
	p.python = words.New(slices.Concat(p.codeWords, p.settingWords()))
	return p
}

// processes turns commands into processes, each of which has a name of its own.
func (p *project) processes(cmds []Command) (out []Process) {
	for _, c := range cmds {
		if c.config {
			p.configs[c.file] = c
		}
	}
	seen := map[string]bool{}
	add := func(c Command) {
		q := p.process(c)
		if q == nil {
			return
		}
		k := key(q)
		if !seen[k] {
			seen[k] = true
			out = append(out, *q)
		}
	}
	for _, c := range cmds {
		if !c.config {
			add(c)
		}
	}
	for _, c := range cmds {
		if c.config && !p.used[c.file] {
			add(c)
		}
	}
	out = append(out, p.settled(out)...)
	out = append(out, p.unasked(out)...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i].Command, &out[j].Command
		if d := a.Pos.Compare(b.Pos); d != 0 {
			return d < 0
		}
		return key(&out[i]) < key(&out[j])
	})
	names := map[string]int{}
	for i := range out {
		out[i].Env.Name = name(&out[i])
		names[out[i].Env.Name]++
	}
	again := map[string]int{}
	for i := range out {
		n := out[i].Env.Name
		if names[n] > 1 {
			n = fmt.Sprintf("%s (line %d)", n, out[i].Command.Pos.Line)
			if again[n]++; again[n] > 1 {
				n = fmt.Sprintf("%s, form %d", n, again[n])
			}
			out[i].Env.Name = n
		}
	}
	return out
}

// key tells processes apart that stand at the same place: two that differ only in
// their level of logging are one.
func key(q *Process) string {
	return fmt.Sprint(q.Command.file, q.Command.pos, q.Command.Name, q.Command.method, q.Launcher,
		q.Env.Loop, q.Patch, q.Pool, q.Unknown, q.Entry, q.Queues, q.Concurrency)
}

// name is what people call a process.
func name(q *Process) string {
	c := &q.Command
	switch {
	case c.Name != "":
		return c.file + ": " + c.Name
	case c.config || path.Ext(c.file) == ".py" || q.Launcher == "":
		return c.file
	}
	return c.file + ": " + q.Launcher
}

// settled adds the processes that only a file of settings speaks of: a
// gunicorn.conf.py that no command names, a Celery setting without a worker.
func (p *project) settled(have []Process) (out []Process) {
	done := map[string]bool{}
	for i := range p.hits {
		h := &p.hits[i]
		if h.setting.Role != "pool" {
			continue
		}
		l := p.launchFor(h.setting)
		if l == nil {
			continue
		}
		h.loop = p.hitLoop(l, h)
		k := h.pos.File + "\x00" + h.setting.Program
		if done[k] || h.loop == "" || p.used[h.pos.File] {
			continue
		}
		if len(l.Config) == 0 && p.taken(h, have) {
			continue
		}
		done[k] = true
		q := Process{Launcher: h.setting.Program, launch: l, pick: h.choice(),
			Command: Command{Argv: []Word{{Text: h.setting.Program}}, Pos: h.pos, Text: h.text, file: h.pos.File, config: true, ownPatch: h.byHand}}
		q.Pool, q.Env.Loop = q.pick.value, h.loop
		if h.inFile && len(l.Config) > 0 {
			q.config = h.pos.File
		}
		moment := rules.Never
		if h.setting.Patches {
			moment = l.PatchWhen
			if !h.inFile { // the program that sets it has imported its own code by then
				moment = rules.AfterImport
			}
		}
		for _, o := range p.hits {
			if o.pos.File != h.pos.File || o.setting.Program != h.setting.Program {
				continue
			}
			switch v, ok := o.one(); {
			case o.setting.Role == "patch" && o.truth == "True" && h.setting.Patches:
				moment = o.setting.When
				q.Env.Why = append(q.Env.Why, o.evidence())
				q.late = append(q.late, spot{o.pos, o.end, o.text})
			case o.setting.Role == "app" && ok:
				q.Entry = p.entry(l, v, q.Command)
			}
		}
		if !h.setting.Patches || !h.inFile {
			q.Entry = p.entry(nil, h.pos.File, q.Command)
		}
		p.patch(&q, l, nil, moment)
		q.Env.Runs = l.Runs
		if on, ok := l.RunsOn[q.Env.Loop]; ok {
			q.Env.Runs = on
		}
		q.Env.Why = append([]rules.Evidence{h.evidence()}, q.Env.Why...)
		out = append(out, q)
	}
	// A worker without a pool of its own takes the setting's.
	for i := range have {
		q := &have[i]
		if q.pick != nil || q.launch == nil || len(q.launch.Config) > 0 {
			continue
		}
		for j := range p.hits {
			h := &p.hits[j]
			if h.setting.Role != "pool" || h.loop == "" || !has(q.launch.Programs, h.setting.Program) && q.Launcher != h.setting.Program || !p.concerns(h, q, have) {
				continue
			}
			q.pick = h.choice()
			q.Pool, q.Env.Loop = q.pick.value, h.loop
			q.Env.Why = append(q.Env.Why, h.evidence())
			p.patch(q, q.launch, nil, rules.Never)
		}
	}
	return out
}

// launchFor is the launch whose options a setting stands in for.
func (p *project) launchFor(s *rules.Setting) *rules.Launch {
	for _, l := range p.r.launches {
		if !l.Wraps && has(l.Programs, s.Program) && len(l.Loops) > 0 {
			return l
		}
	}
	return nil
}

// taken reports whether a process reads the setting, or would.
func (p *project) taken(h *hit, have []Process) bool {
	for i := range have {
		if q := &have[i]; q.Launcher == h.setting.Program && p.concerns(h, q, have) {
			return true
		}
	}
	return false
}

// concerns reports whether a setting is meant for a process: its file lies in the
// package that the process imports, or there is no process of which that is so.
func (p *project) concerns(h *hit, q *Process, have []Process) bool {
	if within(h.pos.File, q) {
		return true
	}
	for i := range have {
		if o := &have[i]; o.Launcher == q.Launcher && within(h.pos.File, o) {
			return false
		}
	}
	return true
}

func within(file string, q *Process) bool {
	parts := strings.Split(strings.TrimSuffix(file, ".py"), "/")
	for _, e := range q.Entry {
		root, _, _ := strings.Cut(e, ".")
		if has(parts, root) {
			return true
		}
	}
	return false
}
