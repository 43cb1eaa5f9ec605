package env

import (
	"regexp"
	"strings"
)

// An instruction of a Dockerfile, without the comments within it.
type instruction struct {
	verb       string // upper case
	rest       span
	start, end int
}

func instructions(f *file) (out []instruction) {
	var b *builder
	var start, end int
	flush := func() {
		if b == nil {
			return
		}
		text := b.span(end).trim()
		verb, _, _ := strings.Cut(text.s, " ")
		verb, _, _ = strings.Cut(verb, "\t")
		out = append(out, instruction{strings.ToUpper(verb), text.slice(len(verb), len(text.s)).trim(), start, end})
		b = nil
	}
	f.eachLine(func(l span) {
		t := l.trim()
		if strings.HasPrefix(t.s, "#") || t.s == "" && b != nil {
			return
		}
		if b == nil {
			b, start = &builder{f: f}, t.off(0)
		}
		end = t.off(len(t.s))
		if strings.HasSuffix(t.s, "\\") {
			b.add(l.slice(0, strings.LastIndexByte(l.s, '\\')))
			b.byte(' ', end)
			return
		}
		b.add(l)
		flush()
	})
	flush()
	return out
}

// readDockerfile gives the command of each stage: its entry point with its CMD.
func readDockerfile(r *reading, f *file) (out []Command) {
	var entry, cmd *instruction
	vars, stage := scope{}, ""
	stages := map[string]scope{}
	flush := func() {
		out = append(out, image(r, f, entry, cmd, stage, vars)...)
		if stage != "" {
			stages[stage] = vars
		}
		entry, cmd = nil, nil
	}
	list := instructions(f)
	for i := range list {
		in := &list[i]
		switch in.verb {
		case "FROM":
			flush()
			words := strings.Fields(in.rest.s)
			stage, vars = "", scope{}
			for j, w := range words {
				if strings.EqualFold(w, "AS") && j+1 < len(words) {
					stage = words[j+1]
				}
				if s, ok := stages[w]; ok && j == 0 {
					vars = s.clone()
				}
			}
		case "ENV", "ARG":
			vars = dockerVars(r, in, vars)
		case "ENTRYPOINT":
			entry, cmd = in, nil
		case "CMD":
			cmd = in
		}
	}
	flush()
	return out
}

func dockerEnv(r *reading, f *file) scope {
	vars := scope{}
	for _, in := range instructions(f) {
		if in.verb == "ENV" {
			vars = dockerVars(r, &in, vars)
		}
	}
	return vars
}

// dockerVars carries out ENV a=b c="d", the older ENV a b, and ARG a=b.
func dockerVars(r *reading, in *instruction, vars scope) scope {
	first, _, _ := strings.Cut(in.rest.s, " ")
	out := vars.clone()
	if !strings.Contains(first, "=") {
		if in.verb == "ENV" && identifier(first) {
			v := constant(in.rest.slice(len(first), len(in.rest.s)).trim())
			v.exported = true
			out[first] = v
		}
		return out
	}
	q := r.quiet()
	q.project = scope{} // which is what we are about to find out
	_, set := q.script(in.rest, "", vars)
	for k, v := range set {
		if old, ok := vars[k]; !ok || !old.exported {
			v.exported = in.verb == "ENV" || v.exported
		}
		out[k] = v
	}
	return out
}

// image is what a container of one stage runs.
func image(r *reading, f *file, entry, cmd *instruction, name string, vars scope) []Command {
	if entry == nil {
		entry, cmd = cmd, nil
	}
	if entry == nil {
		return nil
	}
	words, ok := jsonWords(entry.rest)
	if !ok { // the shell form takes no CMD
		cmds, _ := r.script(entry.rest, name, vars)
		return cmds
	}
	p := place{f, entry.start, entry.end}
	if cmd != nil {
		more, ok := jsonWords(cmd.rest)
		if !ok {
			more = []Word{literal(span{s: "/bin/sh"}), literal(span{s: "-c"}), literal(cmd.rest)}
		}
		words = append(words, more...)
		p = place{f, cmd.start, cmd.end}
	}
	return r.exec(words, name, vars, p)
}

// jsonWords reads ["a", "b"].
func jsonWords(s span) ([]Word, bool) {
	t := s.s
	if !strings.HasPrefix(t, "[") {
		return nil, false
	}
	var out []Word
	i := 1
	next := func() byte {
		for i < len(t) && blank(t[i]) {
			i++
		}
		if i < len(t) {
			return t[i]
		}
		return 0
	}
	for {
		switch next() {
		case ']':
			return out, true
		case ',':
			i++
		case '"':
			w, end, ok := jsonString(s, i)
			if !ok {
				return nil, false
			}
			out = append(out, literal(w))
			i = end
		default:
			return nil, false
		}
	}
}

// jsonString reads the string that begins at the quote at i.
func jsonString(s span, i int) (span, int, bool) {
	b := builder{f: s.f}
	for j := i + 1; j < len(s.s); j++ {
		switch s.s[j] {
		case '"':
			if len(b.s) == j-i-1 {
				return s.slice(i+1, j), j + 1, true
			}
			return b.span(s.off(j)), j + 1, true
		case '\\':
			j++
			if j == len(s.s) {
				return span{}, 0, false
			}
			c := s.s[j]
			switch c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			}
			b.byte(c, s.off(j-1))
		default:
			b.byte(s.s[j], s.off(j))
		}
	}
	return span{}, 0, false
}

// fromPython finds the version in an image's name, python-312, or else in its tag. A
// tag that is no version of Python is one of the system below.
var fromPython = regexp.MustCompile(`(?:^|/)(?:python|pypy)(?:-?([23])(\d+)\b)?[^:@\s]*(?::([23](?:\.\d+)+))?`)

// dockerPython is the version of Python of the last stage that says so.
func dockerPython(f *file) (version string, at span) {
	for _, in := range instructions(f) {
		if in.verb != "FROM" {
			continue
		}
		m := fromPython.FindStringSubmatchIndex(in.rest.s)
		switch {
		case m == nil:
		case m[2] >= 0:
			version, at = in.rest.s[m[2]:m[3]]+"."+in.rest.s[m[4]:m[5]], in.rest.slice(m[2], m[5])
		case m[6] >= 0:
			version, at = in.rest.s[m[6]:m[7]], in.rest.slice(m[6], m[7])
		}
	}
	return version, at
}
