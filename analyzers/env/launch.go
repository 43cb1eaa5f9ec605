package env

import (
	"path"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A Process is one program that the project starts.
type Process struct {
	Env         rules.Env
	Launcher    string // "celery", "gunicorn"; "python" for a plain script
	Command     Command
	Apps        []string // what it imports, as written: "shop.celery:app"
	Entry       []string // modules that it imports, in order
	Queues      []string // that its command line says it serves; empty = not said
	Serves      []string // that it serves, whoever says so; nil = not known
	Concurrency string   // as written; empty = not said
	Pool        string   // as written: "gevent", "shop.workers.Green"; empty = the default
	Patch       rules.Moment
	Unknown     bool            // which loop it runs depends on a variable that no file sets
	Depends     []rules.Version // what its own dependency lists declare, at its place
	Patches     []Step          // who patches, in order

	launch *rules.Launch
	pick   *choice
	config string  // the Python file of settings that it runs, by name; may be empty
	late   []spot  // what makes the patch come late
	given  []given // options that may do nothing

	anyQueue bool // which queues it serves depends on something that no file says
}

// A Step is one patch while a process starts.
type Step struct {
	By    string // the program that patches; empty for a call in the project's code
	Call  string // "gevent.monkey.patch_all"; empty for a wrapper of the project's own
	Flags []string
	Text  string    // as written; empty for a program
	Pos   rules.Pos // of the call
	Plain bool      // under no condition
}

// A spot is where something is written, and how.
type spot struct {
	pos, end rules.Pos
	text     string
}

// given is an option that its launch says does nothing on some loops.
type given struct {
	spot
	name string
}

// A choice is one place where words or a setting select a pool.
type choice struct {
	value    string
	unknown  bool
	loop     rules.Loop
	form     string // how it is written, X for the value: "-P X", "-PX"; empty for a setting
	flag     bool   // an option that selects by being there
	text     string // as a message shows it
	word     Word   // that holds the option
	next     *Word  // that holds the value, if another does
	setting  *hit
	pos, end rules.Pos
}

// options is what the words after a program's name say.
type options struct {
	pools   []choice
	apps    []Word
	app     string // the first word that is no option
	queues  []string
	other   bool // some of the queues are not known
	tasks   string
	configs []string
	patch   []given // options that change the moment of the patch
	void    []given // options that do nothing on some loops
	vague   *Word   // words that may hold further options
}

// read takes a launch's words apart.
func (r *reading) options(l *rules.Launch, words []Word) options {
	var o options
	if at := commandAt(l, words); at >= 0 {
		n := len(strings.Fields(l.Commands[0])) // of equal length within a row
		kept := append([]Word{}, words[:max(0, at-n+1)]...)
		words = append(kept, words[at+1:]...)
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		t := w.Text
		switch {
		case t == "--":
			for _, p := range words[i+1:] {
				o.positional(p)
			}
			return o
		case strings.HasPrefix(t, "--"):
			name, val, eq := strings.Cut(t, "=")
			if eq {
				o.set(l, name, val, name+"=X", w, nil, valueUnknown(w, len(name)+1))
				continue
			}
			if !takesNext(l, t) || i+1 == len(words) {
				o.set(l, name, "", name, w, nil, false)
				continue
			}
			i++
			o.set(l, name, words[i].Text, name+" X", w, &words[i], words[i].Unknown)
		case len(t) > 1 && t[0] == '-':
			i += o.short(l, words[i:])
		case w.Unknown && t == "":
			if o.vague == nil {
				v := w
				o.vague = &v
			}
		default:
			o.positional(w)
		}
	}
	return o
}

// short takes a bundle of short options apart. It returns how many further words
// belong to it.
func (o *options) short(l *rules.Launch, words []Word) int {
	w := words[0]
	t := w.Text
	for k := 1; k < len(t); k++ {
		name := "-" + t[k:k+1]
		switch {
		case has(l.Switches, name):
			o.set(l, name, "", name, w, nil, false)
		case k+1 < len(t) || w.Unknown:
			o.set(l, name, t[k+1:], t[:k+1]+"X", w, nil, w.Unknown)
			return 0
		case len(words) > 1:
			o.set(l, name, words[1].Text, t+" X", w, &words[1], words[1].Unknown)
			return 1
		}
	}
	return 0
}

// valueUnknown reports whether a part of the word from byte n on isn't known.
func valueUnknown(w Word, n int) bool {
	for _, p := range w.pieces {
		if p.unknown && n <= 0 {
			return true
		}
		n -= len(p.s)
	}
	return false
}

func (o *options) set(l *rules.Launch, name, val, form string, w Word, next *Word, unknown bool) {
	switch {
	case has(l.Pool, name):
		c := choice{value: val, unknown: unknown, form: form, word: w, next: next, pos: w.Pos, end: w.End, text: w.Text}
		if next != nil {
			c.text += " " + next.Text
			if next.Pos.File == w.Pos.File && next.End.Offset > w.Pos.Offset {
				c.end = next.End
			}
		}
		o.pools = append(o.pools, c)
	case l.Flags[name] != "" && !off(val):
		c := choice{value: val, loop: l.Flags[name], form: form, flag: true, word: w, next: next, pos: w.Pos, end: w.End, text: strings.TrimRight(name+" "+val, " ")}
		if next != nil && next.Pos.File == w.Pos.File && next.End.Offset > w.Pos.Offset {
			c.end = next.End
		}
		o.pools = append(o.pools, c)
	}
	g := given{spot{w.Pos, w.End, w.Text}, name}
	if next != nil {
		g.text += " " + next.Text
		if next.Pos.File == w.Pos.File && next.End.Offset > w.Pos.Offset {
			g.end = next.End
		}
	}
	if _, ok := l.PatchOpts[name]; ok && !off(val) {
		o.patch = append(o.patch, g)
	}
	if _, ok := l.Void[name]; ok {
		o.void = append(o.void, g)
	}
	switch {
	case has(l.App, name):
		o.apps = append(o.apps, Word{Text: val, Unknown: unknown})
	case has(l.Queues, name) && !unknown:
		o.queues = append(o.queues, strings.Split(val, ",")...)
	case has(l.Queues, name), has(l.NotQueues, name):
		o.other = true
	case has(l.Tasks, name) && !unknown:
		o.tasks = val
	case has(l.Config, name):
		o.configs = append(o.configs, val)
	}
}

func (o *options) positional(w Word) {
	if o.app == "" && !w.Unknown {
		o.app = w.Text
	}
}

// off reports whether the value of an option turns it off.
func off(v string) bool {
	switch strings.ToLower(v) {
	case "false", "0", "no", "off":
		return true
	}
	return false
}

// process reads a command with the knowledge of the catalogue; nil where it
// starts nothing that the catalogue or Python knows.
func (p *project) process(c Command) *Process {
	l, words := p.r.launchOf(c)
	if l == nil {
		return p.script(c)
	}
	q := &Process{Launcher: l.Name(), Command: c, launch: l}
	if c.method != "" && len(l.Programs) == 0 { // a method is named after its program
		q.Launcher = p.programOf(l)
	}
	words = append(p.fromOutside(l, c), words...)
	o := p.r.options(l, words)
	for _, name := range append(o.configs, o.app) {
		if more, ok := p.configs[p.fileOf(name, c)]; ok && len(l.Config) > 0 && more.file != c.file {
			o = p.r.options(l, append(append([]Word{}, more.Argv[1:]...), words...))
			p.used[more.file] = true
			if strings.HasSuffix(o.app, path.Base(more.file)) {
				o.app = ""
			}
			break
		}
	}
	q.Queues, q.Concurrency = o.queues, o.tasks
	q.anyQueue = o.other || o.vague != nil
	if l.AppWord && o.app != "" {
		o.apps = append(o.apps, Word{Text: o.app})
	}
	for _, a := range o.apps {
		if !a.Unknown {
			q.Apps = append(q.Apps, a.Text)
			q.Entry = append(q.Entry, p.entry(l, a.Text, c)...)
		}
	}
	if c.method != "" {
		q.Entry = p.entry(nil, c.file, c)
	}
	moment := l.PatchWhen
	if m := best(l, o.patch); m != "" {
		moment = m
		for _, g := range o.patch {
			if l.PatchOpts[g.name] == m && m == rules.AfterImport {
				q.late = append(q.late, g.spot)
			}
		}
	}
	q.given = o.void

	hits, config := p.settingsFile(l, o, c)
	q.config = config
	q.pick = last(o.pools)
	if q.pick == nil {
		for i := range hits {
			if h := &hits[i]; h.setting.Role == "pool" {
				q.pick = h.choice()
			}
		}
	}
	var why []rules.Evidence
	for i := range hits {
		switch h := &hits[i]; h.setting.Role {
		case "app":
			if v, ok := h.one(); ok && len(q.Entry) == 0 {
				q.Entry = p.entry(l, v, c)
			}
		case "patch":
			if h.truth == "True" {
				moment = h.setting.When
				why = append(why, h.evidence())
				q.late = append(q.late, spot{h.pos, h.end, h.text})
			}
		case "queues":
			if v, ok := h.one(); ok && len(q.Queues) == 0 {
				q.Queues = strings.Split(v, ",")
			}
		}
	}
	q.Env.Loop = l.Default
	if q.pick != nil {
		q.Pool = q.pick.value
		if q.pick.loop == "" && !q.pick.unknown {
			q.pick.loop = p.loop(l, q.pick.value, c.file)
		}
		q.Env.Loop = q.pick.loop
		q.Unknown = q.pick.unknown
		if q.pick.setting != nil {
			why = append(why, q.pick.setting.evidence())
			if !q.pick.setting.setting.Patches {
				moment = rules.Never
			}
		}
	} else if o.vague != nil && len(l.Pool) > 0 {
		q.Unknown = true
		q.pick = &choice{unknown: true, pos: o.vague.Pos, end: o.vague.End, text: "$" + o.vague.Var, word: *o.vague}
	}
	if c.method != "" {
		moment = rules.Never
	}
	p.patch(q, l, o.pools, moment)
	q.Env.Runs = l.Runs
	if on, ok := l.RunsOn[q.Env.Loop]; ok {
		q.Env.Runs = on
	}
	q.Env.Why = append([]rules.Evidence{{Pos: c.Pos, Text: c.Text}}, why...)
	q.Env.Vars = c.Vars
	return q
}

// patch says whether the process is patched, and when.
func (p *project) patch(q *Process, l *rules.Launch, pools []choice, moment rules.Moment) {
	call := l.Patch[q.Env.Loop]
	switch {
	case q.Command.patched != "":
		call, moment = q.Command.patched, rules.AtStart
		if q.Env.Loop == "" {
			if row := p.cat.Patch(call); row != nil {
				q.Env.Loop = row.Loop
			}
		}
	case q.Env.Loop == "" || !needsPatch(l, q.Env.Loop):
		return
	case moment == "":
		moment = rules.Never
	case moment != rules.Never && len(l.PatchedBy) > 0 && len(pools) > 0:
		// The program looks for the first option of these forms only.
		moment, call = rules.Never, ""
		for _, c := range pools {
			if has(l.PatchedBy, c.form) {
				if loop := l.Loops[c.value]; l.Patch[loop] != "" {
					moment, call = l.PatchWhen, l.Patch[loop]
				}
				break
			}
		}
	}
	q.Patch = moment
	if moment == rules.Never || call == "" {
		return
	}
	if row := p.cat.Patch(call); row != nil {
		q.Env.Patched = row.Effective(q.Command.kept)
	}
}

// switchedOff are the arguments of a patch that leaves some flags out.
type switchedOff []string

// Arg implements [rules.Args].
func (s switchedOff) Arg(_ int, names []string) rules.Arg {
	for _, n := range names {
		if has(s, n) {
			return rules.Arg{Given: true, Known: true, Value: false, Size: -1}
		}
	}
	return rules.Arg{Size: -1}
}

// needsPatch reports whether a loop of this launch wants the standard library
// patched: a launch that names its patches says so, one that never patches says
// why that is bad.
func needsPatch(l *rules.Launch, loop rules.Loop) bool {
	if len(l.Patch) > 0 {
		return l.Patch[loop] != ""
	}
	return l.Why != ""
}

func best(l *rules.Launch, opts []given) (m rules.Moment) {
	for _, o := range opts {
		if w := l.PatchOpts[o.name]; m == "" || w == rules.AtStart {
			m = w
		}
	}
	return m
}

func last(list []choice) *choice {
	if len(list) == 0 {
		return nil
	}
	return &list[len(list)-1]
}

// launchOf finds what a command starts.
func (r *reading) launchOf(c Command) (*rules.Launch, []Word) {
	if c.method != "" {
		for _, l := range r.launches {
			if has(l.Calls, c.method) && r.subcommand(l, c.Argv) {
				return l, c.Argv
			}
		}
		return nil, nil
	}
	l, rest, _ := r.identify(c.Argv)
	if l == nil || l.Wraps {
		return nil, nil
	}
	return l, rest
}

// programOf is the program that a launch from code stands for: the one of a row
// with the same sub-command.
func (p *project) programOf(l *rules.Launch) string {
	for _, o := range p.r.launches {
		if len(o.Programs) > 0 && len(l.Commands) > 0 && has(o.Commands, l.Commands[0]) {
			return o.Programs[0]
		}
	}
	return l.Name()
}

// fromOutside is the words that environment variables add.
func (p *project) fromOutside(l *rules.Launch, c Command) (out []Word) {
	lookup := func(name string) ([]piece, bool) {
		for _, s := range []scope{c.scope, p.r.project} {
			if v, ok := s[name]; ok && v.exported && len(v.alts) == 1 {
				return append([]piece{}, v.alts[0].elems[0]...), true
			}
		}
		return nil, false
	}
	for _, name := range l.EnvWords {
		if pieces, ok := lookup(name); ok {
			for i := range pieces {
				pieces[i].quoted = false
			}
			out = append(out, split(pieces)...)
		}
	}
	if l.EnvOptions == "" {
		return out
	}
	set := map[string]bool{}
	for _, s := range []scope{c.scope, p.r.project} {
		for k := range s {
			if strings.HasPrefix(k, l.EnvOptions) {
				set[k] = true
			}
		}
	}
	names := make([]string, 0, len(set))
	for k := range set {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		if pieces, ok := lookup(k); ok {
			name := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(k, l.EnvOptions)), "_", "-")
			head := piece{span: span{s: "--" + name + "="}, quoted: true}
			out = append(out, newWord(append([]piece{head}, pieces...)))
		}
	}
	return out
}

// script is a process of plain Python.
func (p *project) script(c Command) *Process {
	if c.method != "" {
		return nil
	}
	mod, file, _, ok := interpreter(program(c.Argv[0]), c.Argv[1:])
	if name := c.Argv[0].Text; !ok && (strings.HasSuffix(name, ".py") || p.r.isScript(p.fileOf(name, c))) {
		file, ok = name, true
	}
	if !ok || mod == "" && file == "" {
		return nil
	}
	q := &Process{Launcher: "python", Command: c}
	if mod != "" {
		q.Entry = []string{mod}
	} else {
		q.Entry = p.entry(nil, file, c)
	}
	p.patch(q, &rules.Launch{}, nil, "")
	q.Env.Why = []rules.Evidence{{Pos: c.Pos, Text: c.Text}}
	q.Env.Vars = c.Vars
	return q
}

// entry names the modules that "shop.wsgi:app()", "shop/wsgi.py" or celery's
// "shop" mean.
func (p *project) entry(l *rules.Launch, s string, c Command) []string {
	s, _, _ = strings.Cut(s, "(")
	if f := p.fileOf(s, c); strings.HasSuffix(s, ".py") || p.r.isScript(f) {
		if f != "" {
			s = f
		}
		s = strings.Trim(strings.ReplaceAll(strings.TrimSuffix(path.Clean(s), ".py"), "/", "."), ".")
		return []string{s}
	}
	s, _, _ = strings.Cut(s, ":")
	if strings.Contains(s, "/") {
		s = strings.Trim(strings.ReplaceAll(path.Clean(s), "/", "."), ".")
	}
	if s == "" || strings.ContainsAny(s, " =$") {
		return nil
	}
	out := []string{s}
	if l == nil {
		return out
	}
	for _, also := range l.AppAlso {
		if m := strings.ReplaceAll(also, "X", s); p.r.module(m, c.file) != "" {
			out = append(out, m)
		}
	}
	return out
}

// fileOf is the name in the project of a file that a command names.
func (p *project) fileOf(name string, c Command) string {
	if name == "" {
		return ""
	}
	if m, ok := strings.CutPrefix(name, "python:"); ok {
		return p.r.module(m, c.file)
	}
	if f := p.r.find(strings.TrimPrefix(name, "file:"), &file{name: c.file}); f != nil {
		return f.name
	}
	return ""
}

// loop is what a value of the pool option selects. A dotted name may be a class
// of the project that extends one that the catalogue knows.
func (p *project) loop(l *rules.Launch, value, from string) rules.Loop {
	for range 6 {
		if loop, ok := l.Loops[value]; ok {
			return loop
		}
		mod, class, ok := cutLast(strings.ReplaceAll(value, ":", "."))
		if !ok {
			return ""
		}
		if value = p.base(mod, class, from); value == "" {
			return ""
		}
	}
	return ""
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}
