package env

import (
	"fmt"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// judgeOptions reports options that do nothing on the process's loop (GL606).
func (p *project) judgeOptions(q *Process) {
	l := q.launch
	if l == nil || q.Unknown || q.Env.Loop == "" {
		return
	}
	for _, g := range q.given {
		if !hasLoop(l.Void[g.name], q.Env.Loop) {
			continue
		}
		f := rules.Finding{
			Rule: "GL606", Pos: g.pos, End: g.end, Symbol: g.name, Loop: q.Env.Loop, Env: q.Env.Name,
			Message: fmt.Sprintf("%s does not honour %s on its %s pool", q.Launcher, p.asWritten(g.spot), q.Env.Loop),
		}
		if s := p.voidSetting(q.Launcher, strings.ReplaceAll(strings.TrimLeft(g.name, "-"), "-", "_"), q.Env.Loop); s != nil {
			f.Why, f.Remedy, f.Source = s.Why, s.Remedy, s.Source
		}
		p.findings = append(p.findings, f)
	}
}

// voidSetting finds the setting that does the same as an option, for what it says.
func (p *project) voidSetting(program, name string, loop rules.Loop) *rules.Setting {
	for _, s := range p.settings {
		if s.Role != "void" || s.Program != program || !hasLoop(s.Loops, loop) {
			continue
		}
		for _, n := range s.Names {
			if strings.HasSuffix(n, name) {
				return s
			}
		}
	}
	return nil
}

func hasLoop(list []rules.Loop, l rules.Loop) bool {
	for _, x := range list {
		if x == l {
			return true
		}
	}
	return false
}

// judgeVoid reports settings that no process which reads them honours (GL606). One
// process on another pool, or on one that is not known, is enough to be silent.
func (p *project) judgeVoid(procs []Process) {
	for i := range p.hits {
		h := &p.hits[i]
		if h.setting.Role != "void" || !p.limits(h) {
			continue
		}
		var loop rules.Loop
		env, all := "", true
		for j := range procs {
			q := &procs[j]
			if q.Launcher != h.setting.Program || !works(q) || !p.concerns(h, q, procs) {
				continue
			}
			if q.Unknown || !hasLoop(h.setting.Loops, q.Env.Loop) {
				all = false
				break
			}
			if loop == "" {
				loop, env = q.Env.Loop, q.Env.Name
			}
		}
		if !all || loop == "" {
			continue
		}
		p.findings = append(p.findings, rules.Finding{
			Rule: "GL606", Pos: h.pos, End: h.end, Symbol: h.name, Loop: loop, Env: env,
			Message: fmt.Sprintf("%s does not honour %s on its %s pool", h.setting.Program, h.name, loop),
			Why:     h.setting.Why, Remedy: h.setting.Remedy, Source: h.setting.Source,
		})
	}
}

// works reports whether a process does the program's work, rather than one of its
// other commands.
func works(q *Process) bool { return q.launch != nil && len(q.launch.Runs)+len(q.launch.RunsOn) > 0 }

// limits reports whether a setting is set to something: a number, or what an
// environment variable holds. A class that only declares the setting does not.
func (p *project) limits(h *hit) bool {
	f := p.r.open[h.pos.File]
	if f == nil {
		return false
	}
	text := string(f.src[h.pos.Offset:min(h.end.Offset, len(f.src))])
	_, v, ok := strings.Cut(text, "=")
	if !ok {
		_, v, _ = strings.Cut(text, ":") // a key of a dict
	}
	v = strings.TrimSpace(v)
	return v != "0" && strings.ContainsAny(v, "0123456789") || strings.Contains(strings.ToLower(v), "env")
}
