package env

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// judge reports a launch that selects a green pool and does not patch (GL603).
func (p *project) judge(q *Process) {
	if q.Unknown && q.pick != nil {
		p.unknown = append(p.unknown, rules.Evidence{Pos: q.pick.pos, Text: fmt.Sprintf("%s: the pool depends on %s", q.Launcher, oneLine(q.pick.text))})
		return
	}
	l := q.launch
	if l == nil || q.pick == nil || q.pick.setting != nil || q.Patch != rules.Never {
		return
	}
	if q.Command.ownPatch || p.patchesByHand(q) {
		return
	}
	c := q.pick
	what := l.Name()
	if c := l.Commands; len(c) > 0 && q.Command.method == "" {
		what += " " + c[0]
	}
	if q.Command.method != "" {
		what = q.Command.method + "(…)"
	}
	noun := "pool"
	if c.flag {
		noun = "loop"
		if q.Command.config { // in the file's own words
			if f := p.r.open[c.pos.File]; f != nil {
				c.text = oneLine(strings.ReplaceAll(string(f.src[c.pos.Offset:c.end.Offset]), `"`, "")) // of JSON
			}
		}
	}
	f := rules.Finding{
		Rule: "GL603", Pos: c.pos, End: c.end, Symbol: c.text, Loop: q.Env.Loop, Env: q.Env.Name,
		Message: fmt.Sprintf("%s selects the %s %s with %q but does not patch", what, q.Env.Loop, noun, c.text) + p.others(l, c),
		Why:     l.Why, Remedy: strings.ReplaceAll(l.Remedy, " X", " "+poolName(c, q.Env.Loop)), Source: l.Source,
	}
	if fix, ok := fix(l, c, q.Command.list); ok {
		f.Fixes = []rules.Fix{fix}
	}
	p.findings = append(p.findings, f)
}

// poolName is the pool as an option's value.
func poolName(c *choice, loop rules.Loop) string {
	if c.flag || strings.ContainsAny(c.value, ".:") {
		return string(loop)
	}
	return c.value
}

// others names the forms that do patch.
func (p *project) others(l *rules.Launch, c *choice) string {
	var forms []string
	if has(l.PatchedBy, c.form) {
		return ": it patches for the first of its pool options, which is another"
	}
	for _, f := range l.PatchedBy {
		forms = append(forms, strings.TrimSuffix(f, "X")+poolName(c, l.Loops[c.value]))
	}
	if len(forms) == 0 {
		for o, m := range l.PatchOpts {
			if m == rules.AtStart {
				forms = append(forms, o)
			}
		}
		sort.Strings(forms)
	}
	switch n := len(forms); n {
	case 0:
		return ""
	case 1:
		return ": only " + forms[0] + " does"
	default:
		return ": only " + strings.Join(forms[:n-1], ", ") + " and " + forms[n-1] + " do"
	}
}

// fix writes the option in a form that patches, in its place. In a list the
// option has to stay one word.
func fix(l *rules.Launch, c *choice, list bool) (rules.Fix, bool) {
	if len(l.PatchedBy) == 0 || !c.word.Exact || c.flag {
		return rules.Fix{}, false
	}
	var want string
	bundle := strings.TrimSuffix(c.form, "X")
	if c.next != nil { // "-EP gevent": take the bundle apart
		bundle = strings.TrimSuffix(bundle, " ")
		if list || len(bundle) < 3 || strings.HasPrefix(bundle, "--") {
			return rules.Fix{}, false
		}
		want = bundle[:len(bundle)-1] + " -" + bundle[len(bundle)-1:]
		if !has(l.PatchedBy, "-"+bundle[len(bundle)-1:]+" X") {
			return rules.Fix{}, false
		}
	} else {
		_, alone := quotedAlone(c.word)
		for _, f := range l.PatchedBy {
			one := !strings.Contains(f, " ")
			if one == (list || alone) {
				want = strings.ReplaceAll(f, "X", c.value)
				break
			}
		}
		if len(bundle) > 2 && !strings.HasPrefix(bundle, "--") { // "-EPgevent"
			if list {
				return rules.Fix{}, false
			}
			want = bundle[:len(bundle)-1] + " " + want
		}
	}
	if want == "" {
		return rules.Fix{}, false
	}
	return rules.Fix{
		Title: fmt.Sprintf("write %q instead of %q", want, c.word.Text), Safe: true,
		Edits: []rules.Edit{{Pos: c.word.Pos, End: c.word.End, Text: want}},
	}, true
}

// quotedAlone reports whether a word has quotes of its own, within which a blank
// would not separate, and which.
func quotedAlone(w Word) (quote string, alone bool) {
	for _, p := range w.pieces {
		if p.f == nil {
			continue
		}
		src, i, j := p.f.src, w.Pos.Offset, w.End.Offset
		if i > 0 && j < len(src) && src[i-1] == src[j] && (src[j] == '"' || src[j] == '\'') {
			return string(src[j]), true
		}
		return "", false
	}
	return "", false
}

// entryPatches reports whether what the process imports patches by hand.
func (p *project) entryPatches(q *Process) bool {
	for _, e := range q.Entry {
		if f := p.r.module(e, q.Command.file); f != "" && (p.importPatches(f) || p.packagePatches(f)) {
			return true
		}
	}
	return false
}

// patchesByHand reports whether what a process imports patches, near or far.
func (p *project) patchesByHand(q *Process) bool {
	return p.entryPatches(q) || slices.ContainsFunc(p.handPatches(q), func(c handPatch) bool {
		return c.row == nil || c.row.Loop == q.Env.Loop
	})
}

// judgeSettings reports the settings that select a green pool and do not patch,
// unless every process that would read one selects its pool for itself.
func (p *project) judgeSettings(procs []Process) {
	for i := range p.hits {
		h := &p.hits[i]
		if h.setting.Role != "pool" || h.setting.Patches {
			continue
		}
		l := p.launchFor(h.setting)
		if l == nil {
			continue
		}
		if len(h.values) == 0 && !h.complete {
			p.unknown = append(p.unknown, rules.Evidence{Pos: h.pos, Text: oneLine(h.text)})
			continue
		}
		if h.loop == "" || h.byHand {
			continue
		}
		var todo []*Process // that read it and don't choose for themselves
		readers, env := 0, ""
		for j := range procs {
			q := &procs[j]
			if q.Launcher != h.setting.Program || q.Command.config && q.Command.file != h.pos.File || !p.concerns(h, q, procs) {
				continue
			}
			if readers++; q.pick != nil && q.pick.setting == nil && !q.Unknown || p.patchesByHand(q) {
				continue
			}
			todo = append(todo, q)
			if env == "" {
				env = q.Env.Name
			}
		}
		if readers > 0 && len(todo) == 0 {
			continue
		}
		f := rules.Finding{
			Rule: "GL603", Pos: h.pos, End: h.end, Symbol: h.name, Loop: h.loop, Env: env,
			Message: fmt.Sprintf("%s selects the %s pool of %s but does not patch", h.name, h.loop, h.setting.Program) + p.onlyOn(l, h),
			Why:     h.setting.Why, Remedy: strings.ReplaceAll(h.setting.Remedy, " X", " "+string(h.loop)), Source: h.setting.Source,
		}
		if fix, ok := onCommands(l, h, todo); ok {
			f.Fixes = []rules.Fix{fix}
		}
		p.findings = append(p.findings, f)
	}
}

// onCommands writes the pool that a setting selects into the commands that read it,
// in a form that patches. The setting stays: for these commands it no longer
// matters, and others may read it that are not known here.
func onCommands(l *rules.Launch, h *hit, readers []*Process) (rules.Fix, bool) {
	pool, ok := h.one()
	if !ok || len(readers) == 0 || l.Loops[pool] != h.loop {
		return rules.Fix{}, false
	}
	x := rules.Fix{Safe: true}
	for _, q := range readers {
		c := &q.Command
		i := slices.IndexFunc(c.Argv, func(w Word) bool { return w.Exact && has(l.Commands, w.Text) })
		if i < 0 || q.launch != l || c.method != "" || c.config {
			return rules.Fix{}, false
		}
		w := c.Argv[i]
		if w.End.File != c.file || w.Pos.Offset < c.pos[0] || w.End.Offset > c.pos[1] {
			return rules.Fix{}, false // it comes from a variable
		}
		quote, alone := quotedAlone(w)
		j := slices.IndexFunc(l.PatchedBy, func(form string) bool { return strings.Contains(form, " ") != c.list })
		if j < 0 || c.list != alone {
			return rules.Fix{}, false
		}
		option, at := strings.ReplaceAll(l.PatchedBy[j], "X", pool), w.End
		text := " " + option
		if c.list {
			text = ", " + quote + option + quote
			at.Offset, at.Column = at.Offset+1, at.Column+1 // behind the word's quote
		}
		x.Title = fmt.Sprintf("start the worker with %q", option)
		if e := (rules.Edit{Pos: at, End: at, Text: text}); !slices.Contains(x.Edits, e) {
			x.Edits = append(x.Edits, e)
		}
	}
	return x, true
}

func (p *project) onlyOn(l *rules.Launch, h *hit) string {
	if len(l.PatchedBy) == 0 {
		return ""
	}
	form := strings.TrimSuffix(l.PatchedBy[0], "X") + string(h.loop)
	cmd := l.Name()
	if len(l.Commands) > 0 {
		cmd += " " + l.Commands[0]
	}
	return fmt.Sprintf(": only %s %s does", cmd, form)
}

// sorted is the findings by place, one per place.
func (p *project) sorted() []rules.Finding {
	sort.SliceStable(p.findings, func(i, j int) bool {
		a, b := &p.findings[i], &p.findings[j]
		if d := a.Pos.Compare(b.Pos); d != 0 {
			return d < 0
		}
		return a.Env < b.Env
	})
	var out []rules.Finding
	for _, f := range p.findings {
		if n := len(out); n > 0 && out[n-1].Pos == f.Pos && out[n-1].Rule == f.Rule {
			continue
		}
		out = append(out, f)
	}
	sort.SliceStable(p.unknown, func(i, j int) bool { return p.unknown[i].Pos.Compare(p.unknown[j].Pos) < 0 })
	var un []rules.Evidence
	for _, u := range p.unknown {
		if n := len(un); n == 0 || un[n-1] != u {
			un = append(un, u)
		}
	}
	p.unknown = un
	return out
}
