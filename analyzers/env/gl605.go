package env

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// judgeLate reports a process that patches after user code was imported (GL605): by
// an option or a setting, or because its file of settings imports what the patch
// then comes too late for.
func (p *project) judgeLate(q *Process) {
	l := q.launch
	if l == nil || q.Unknown || q.Env.Loop == "" || q.Patch == "" || q.Patch == rules.Never || q.Command.patched != "" {
		return
	}
	if q.Command.ownPatch || q.config != "" && p.importPatches(q.config) {
		return // by hand, before anything else
	}
	if q.Patch == rules.AfterImport && !p.entryPatches(q) {
		for _, s := range q.late {
			s.text = p.asWritten(s)
			p.findings = append(p.findings, rules.Finding{
				Rule: "GL605", Pos: s.pos, End: s.end, Symbol: s.text, Loop: q.Env.Loop, Env: q.Env.Name,
				Message: fmt.Sprintf("with %q, %s imports the application before it patches for %s", s.text, l.Name(), q.Env.Loop),
				Why:     "names, locks and TLS contexts that the application takes while it is imported stay the blocking originals; HTTPS may end in RecursionError",
				Remedy:  p.lateRemedy(l, q), Source: l.Source,
			})
		}
	}
	if q.config == "" || l.PatchWhen != rules.AtStart {
		return
	}
	m := p.parse(q.config)
	if m == nil {
		return
	}
	told := map[int]bool{}
	for _, load := range m.loads {
		s, via := p.harmful(load, m.f.name)
		if s == nil || told[load.offset] || !load.plain {
			continue
		}
		told[load.offset] = true
		through := ""
		if via != "" {
			through = " (through " + via + ")"
		}
		p.findings = append(p.findings, rules.Finding{
			Rule: "GL605", Pos: m.f.pos(load.offset), End: m.f.pos(load.end), Symbol: s.Names[0], Loop: q.Env.Loop, Env: q.Env.Name,
			Message: fmt.Sprintf("%s runs this file before it patches for %s, and the file imports %s%s", l.Name(), q.Env.Loop, s.Names[0], through),
			Why:     s.Why, Remedy: "patch in the first lines of this file, or import inside the hook that needs it", Source: s.Source,
		})
	}
}

// asWritten is what stands in the file at a spot. A word of a shell ends before its
// closing quote, which belongs to what is shown.
func (p *project) asWritten(s spot) string {
	if f := p.r.open[s.pos.File]; f != nil && s.end.File == s.pos.File && s.end.Offset > s.pos.Offset && s.end.Offset <= len(f.src) {
		end := s.end.Offset
		for _, quote := range []byte(`"'`) {
			if bytes.Count(f.src[s.pos.Offset:end], []byte{quote})%2 == 1 && end < len(f.src) && f.src[end] == quote {
				end++
			}
		}
		return oneLine(string(f.src[s.pos.Offset:end]))
	}
	return s.text
}

// lateRemedy says how to patch earlier: by an option of the program, or by hand.
func (p *project) lateRemedy(l *rules.Launch, q *Process) string {
	for o, m := range l.PatchOpts {
		if m == rules.AtStart {
			return "use " + strings.TrimLeft(o, "-") + " instead"
		}
	}
	return "patch in the first lines of the file of settings, or of the module that is served, or do without"
}

// harmful finds out whether a module must not be imported before the patch: it is
// listed in the catalogue, or is one of the project's that imports such a one.
func (p *project) harmful(l load, from string) (s *rules.Setting, via string) {
	if s := p.early(l.module); s != nil {
		return s, ""
	}
	for _, f := range p.files(l.module, from) {
		for _, g := range p.loaded(f, true) {
			m := p.parse(g)
			if m == nil {
				continue
			}
			if len(m.patches) > 0 {
				return nil, "" // it may well have patched by then
			}
			for _, inner := range m.loads {
				if s := p.early(inner.module); s != nil && inner.plain {
					return s, fmt.Sprintf("%s:%d", g, m.f.pos(inner.offset).Line)
				}
			}
		}
	}
	return nil, ""
}

// early is the row of the catalogue that warns of importing a module early.
func (p *project) early(module string) *rules.Setting {
	for _, s := range p.harm {
		for _, n := range s.Names {
			if module == n || strings.HasPrefix(module, n+".") {
				return s
			}
		}
	}
	return nil
}
