package env

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// judgePatches reports patches by hand that do harm (GL602): for another loop than
// the one that the server patches for, less than the server patches, or in what a
// pool of forked processes imports. A patch under a condition is taken to know what
// it does, and one that repeats the server's does no harm.
func (p *project) judgePatches(procs []Process) {
	hand := p.anyPatch()
	calls := make([][]handPatch, len(procs))
	for i := range procs {
		if hand {
			calls[i] = p.handPatches(&procs[i])
		}
		procs[i].Patches = p.steps(&procs[i], calls[i])
		p.addPatched(&procs[i], calls[i])
	}
	told := map[string]bool{}
	tell := func(f rules.Finding) {
		k := fmt.Sprint(f.Pos)
		if !told[k] {
			told[k] = true
			p.findings = append(p.findings, f)
		}
	}
	for i := range procs {
		q := &procs[i]
		if q.launch == nil || q.Unknown || q.Command.ownPatch || q.Command.patched != "" {
			continue
		}
		green := q.Env.Loop != "" && q.Patch == rules.AtStart
		forked := q.Env.Loop == "" && len(q.launch.Forks) > 0 && hasFork(q)
		if !green && !forked {
			continue
		}
		for _, c := range calls[i] {
			if !c.plain || c.row == nil {
				continue
			}
			pos, end := c.m.f.pos(c.offset), c.m.f.pos(c.end)
			text := oneLine(string(c.m.f.src[c.offset:c.end]))
			f := rules.Finding{Rule: "GL602", Pos: pos, End: end, Symbol: c.call, Loop: c.row.Loop, Env: q.Env.Name}
			switch off := less(c.row, c.flags); {
			case forked:
				f.Message = fmt.Sprintf("%s patches the parent of %s's pool of processes, which runs on no loop", text, q.Launcher)
				f.Why = "the children are forked with a patched standard library and half of a hub: they stop taking work after a while, or raise \"cannot switch to a different thread\""
				f.Remedy = "start the pool that the patch is for, or patch in the program that needs it and not in a module that workers import"
				f.Source = []string{"https://github.com/jbittel/django-mama-cas/issues/30", "https://github.com/bonnierpolska/devourer/issues/1", "https://github.com/celery/celery/issues/4922"}
			case c.row.Loop != q.Env.Loop:
				f.Message = fmt.Sprintf("%s patches for %s a process that %s has patched for %s", text, c.row.Loop, q.Launcher, q.Env.Loop)
				f.Why = "two loops take turns at replacing the same names; locks and sockets of the one block the other, and TLS ends in RecursionError"
				f.Remedy = "keep the patch of the loop that the process runs, and remove the other"
				f.Source = []string{"https://github.com/unbit/uwsgi/issues/2405"}
			case len(off) > 0 && len(c.row.Flags) > 1:
				f.Message = fmt.Sprintf("%s leaves out %s, but %s has patched it already", text, strings.Join(off, ", "), q.Launcher)
				f.Why = "a second patch adds to the first and takes nothing back: what this one switches off is patched all the same"
				f.Remedy = "remove this call; where the module must stay unpatched, start the process in another way"
				f.Source = []string{"https://www.gevent.org/api/gevent.monkey.html"}
			default:
				continue
			}
			tell(f)
		}
	}
}

// addPatched adds what the process's own code patches to what its server does. Of a
// wrapper that can't be looked into, and of a patch in the function that starts the
// process, it is taken to be the whole.
func (p *project) addPatched(q *Process, calls []handPatch) {
	if q.Env.Loop == "" || q.Unknown {
		return
	}
	known, flags := false, slices.Clone(q.Env.Patched)
	for _, c := range calls {
		if c.row != nil {
			known = true
		}
		if c.row != nil && c.row.Loop == q.Env.Loop {
			flags = append(flags, c.flags...)
		}
	}
	if !known && (q.Command.ownPatch || p.entryPatches(q)) {
		for _, row := range p.cat.PatchTables("python") {
			if row.Loop == q.Env.Loop {
				flags = append(flags, row.Effective(rules.NoArgs{})...)
				break
			}
		}
	}
	slices.Sort(flags)
	q.Env.Patched = slices.Compact(flags)
}

// hasFork reports whether the pool that the process runs forks: the one that is
// named, or the default.
func hasFork(q *Process) bool {
	pool := q.Pool
	for _, f := range q.launch.Forks {
		if f == pool {
			return true
		}
	}
	return pool == "" && q.pick == nil
}

// less lists what a patch leaves out that it would do by default.
func less(row *rules.Patch, flags []string) (out []string) {
	for _, f := range row.Effective(rules.NoArgs{}) {
		if !has(flags, f) && has(row.Flags, f) {
			out = append(out, f)
		}
	}
	return out
}

// A handPatch is a patch call that a process runs while it imports its entry.
type handPatch struct {
	patchCall
	m   *module
	row *rules.Patch
}

// handPatches lists the patch calls among what a process imports, in order: of its
// file of settings, and of its entry.
func (p *project) handPatches(q *Process) (out []handPatch) {
	seen := map[string]bool{}
	add := func(start string) {
		plainly := map[string]bool{}
		for _, f := range p.loaded(start, true) {
			plainly[f] = true
		}
		for _, f := range p.loaded(start, false) {
			m := p.parse(f)
			if m == nil || seen[f] {
				continue
			}
			seen[f] = true
			for _, c := range m.patches {
				if c.top {
					c.plain = c.plain && plainly[f]
					out = append(out, handPatch{c, m, p.cat.Patch(c.call)})
				}
			}
		}
	}
	if q.config != "" {
		add(q.config)
	}
	n := len(out)
	for _, e := range q.Entry {
		for _, start := range p.files(e, q.Command.file) {
			add(start)
		}
	}
	for i := range n { // the program that reads the settings patches after them
		out[i].plain = out[i].plain && q.Patch != rules.AtStart
	}
	return out
}

// steps puts the patches of a process into order.
func (p *project) steps(q *Process, calls []handPatch) (out []Step) {
	var server []Step
	switch {
	case q.Command.patched != "":
		server = []Step{{By: "the wrapper", Call: q.Command.patched, Flags: q.Env.Patched, Plain: true}}
	case q.launch != nil && (q.Patch == rules.AtStart || q.Patch == rules.AfterImport):
		server = []Step{{By: q.Launcher, Call: q.launch.Patch[q.Env.Loop], Flags: q.Env.Patched, Plain: true}}
	}
	for _, c := range calls {
		out = append(out, Step{Call: c.call, Flags: c.flags, Text: oneLine(string(c.m.f.src[c.offset:c.end])), Pos: c.m.f.pos(c.offset), Plain: c.plain})
	}
	if q.Patch == rules.AfterImport {
		return append(out, server...)
	}
	return append(server, out...)
}
