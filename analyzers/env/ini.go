package env

import (
	"path"
	"strings"
)

// An entry is "key = value" in a section of an ini file.
type entry struct {
	section string
	key     span
	value   span // joined over continuation lines
}

// entries reads an ini file. A line that is indented more than the last
// key goes on that key's value, as does, where slash is set, the line after one that ends in "\".
func entries(f *file, slash bool) (out []entry) {
	section := ""
	cont := false // the line before ended in "\"
	var more *builder
	end, indent := 0, 0
	flush := func() {
		if more != nil {
			out[len(out)-1].value = more.span(end)
		}
		more = nil
	}
	f.eachLine(func(l span) {
		t := l.trim()
		last := len(out) - 1
		if t.s == "" || t.s[0] == ';' || t.s[0] == '#' {
			cont = false
			return
		}
		if last >= 0 && (cont || !slash && t.off(0)-l.off(0) > indent && out[last].section == section && !strings.HasPrefix(section, "uwsgi")) {
			if more == nil {
				more = &builder{f: f}
				more.add(out[last].value)
			}
			if cont = slash && strings.HasSuffix(t.s, "\\"); cont {
				t = t.slice(0, len(t.s)-1)
			}
			more.byte(' ', t.off(0))
			more.add(t)
			end = t.off(len(t.s))
			return
		}
		flush()
		cont = false
		if t.s[0] == '[' && strings.Contains(t.s, "]") {
			section = t.s[1:strings.IndexByte(t.s, ']')]
			return
		}
		indent = t.off(0) - l.off(0)
		i := strings.IndexByte(t.s, '=')
		if j := strings.IndexByte(t.s, ':'); !slash && j > 0 && (i < 0 || j < i) && !strings.HasPrefix(section, "uwsgi") {
			i = j
		}
		if i < 0 {
			return
		}
		v := t.slice(i+1, len(t.s)).trim()
		if cont = slash && strings.HasSuffix(v.s, "\\"); cont {
			v = v.slice(0, len(v.s)-1)
		}
		out = append(out, entry{section, t.slice(0, i).trim(), v})
	})
	flush()
	return out
}

// readINI reads the programs of supervisor and circus, and uWSGI's settings.
func readINI(r *reading, f *file) (out []Command) {
	type group struct {
		name    string
		entries []entry
	}
	var groups []*group
	for _, e := range entries(f, false) {
		if len(groups) == 0 || groups[len(groups)-1].name != e.section {
			groups = append(groups, &group{name: e.section})
		}
		g := groups[len(groups)-1]
		g.entries = append(g.entries, e)
	}
	for _, g := range groups {
		kind, name, _ := strings.Cut(g.name, ":")
		switch {
		case kind == "uwsgi":
			out = append(out, uwsgi(r, f, g.entries)...)
		case kind == "program" || kind == "watcher" || kind == "eventlistener":
			vars := scope{}
			for _, e := range g.entries {
				if e.key.s == "environment" || e.key.s == "env" {
					vars = supervisorVars(e.value)
				}
			}
			var words builder
			words.f = f
			end := 0
			for _, e := range g.entries {
				if e.key.s == "command" || e.key.s == "cmd" || kind == "watcher" && e.key.s == "args" {
					v := e.value
					if i := strings.Index(v.s, " ;"); i >= 0 {
						v = v.slice(0, i)
					}
					words.add(percent(v))
					end = v.off(len(v.s))
					words.byte(' ', end)
				}
			}
			cmds, _ := r.script(words.span(end).trim(), name, vars)
			out = append(out, cmds...)
		}
	}
	return out
}

// supervisorVars reads environment = A="b",C="d".
func supervisorVars(s span) scope {
	vars := scope{}
	for i := 0; i < len(s.s); {
		eq := strings.IndexByte(s.s[i:], '=')
		if eq < 0 {
			break
		}
		k := strings.Trim(s.s[i:i+eq], " ,\t\n")
		i += eq + 1
		j := i
		var quote byte
		for ; j < len(s.s); j++ {
			c := s.s[j]
			if quote != 0 {
				if c == quote {
					quote = 0
				}
			} else if c == '"' || c == '\'' {
				quote = c
			} else if c == ',' {
				break
			}
		}
		v := s.slice(i, j).trim()
		if len(v.s) > 1 && (v.s[0] == '"' || v.s[0] == '\'') && v.s[len(v.s)-1] == v.s[0] {
			v = v.slice(1, len(v.s)-1)
		}
		if identifier(k) {
			w := constant(v)
			w.exported = true
			if strings.Contains(v.s, "%(") {
				w.alts = nil
			}
			vars[k] = w
		}
		i = j + 1
	}
	return vars
}

// percent turns supervisor's %(ENV_NAME)s into the shell's ${NAME}.
func percent(s span) span {
	if !strings.Contains(s.s, "%(") {
		return s
	}
	b := builder{f: s.f}
	for i := 0; i < len(s.s); {
		end := -1
		if strings.HasPrefix(s.s[i:], "%(") {
			end = strings.Index(s.s[i:], ")")
		}
		if end < 0 {
			b.byte(s.s[i], s.off(i))
			i++
			continue
		}
		name := strings.TrimPrefix(s.s[i+2:i+end], "ENV_")
		if !identifier(name) {
			name = "_"
		}
		for _, c := range []byte("${" + name + "}") {
			b.byte(c, s.off(i))
		}
		for i += end + 1; i < len(s.s) && strings.IndexByte("sdi", s.s[i]) >= 0; i++ {
		}
	}
	return b.span(s.off(len(s.s)))
}

// uwsgi turns the lines of a [uwsgi] section into the options that they are.
func uwsgi(r *reading, f *file, list []entry) []Command {
	words := []Word{{Text: "uwsgi"}}
	p := place{f: f, start: -1}
	for _, e := range list {
		words = append(words, option(e.key, e.value))
		if p.start < 0 {
			p.start = e.key.off(0)
		}
		p.end = e.value.off(len(e.value.s))
	}
	cmds := r.exec(words, "", scope{}, p)
	for i := range cmds {
		cmds[i].config = true
		cmds[i].Text = path.Base(f.name)
	}
	return cmds
}

// readSystemd reads ExecStart with the unit's environment.
func readSystemd(r *reading, f *file) (out []Command) {
	vars := scope{}
	list := entries(f, true)
	for _, e := range list {
		switch e.key.s {
		case "Environment":
			for _, w := range split(quotedWords(e.value)) {
				if k, _, ok := strings.Cut(w.Text, "="); ok && identifier(k) {
					vars[k] = variable{alts: []value{scalar(cut(w.pieces, len(k)+1))}, exported: true}
				}
			}
		case "EnvironmentFile":
			if env := r.find(strings.TrimPrefix(e.value.s, "-"), f); env != nil {
				vars = vars.with(parseDotenv(env))
			}
		}
	}
	for _, e := range list {
		if e.key.s != "ExecStart" {
			continue
		}
		v := e.value
		for len(v.s) > 0 && strings.IndexByte("@-:+!", v.s[0]) >= 0 {
			v = v.slice(1, len(v.s))
		}
		cmds, _ := r.script(v, strings.TrimSuffix(path.Base(f.name), ".service"), vars)
		out = append(out, cmds...)
	}
	return out
}

// quotedWords splits A=b "C=d e" at the blanks outside quotes.
func quotedWords(s span) (out []piece) {
	var quote byte
	start := 0
	add := func(end int) {
		if end > start {
			out = append(out, piece{span: s.slice(start, end), quoted: quote != 0})
		}
	}
	for i := 0; i < len(s.s); i++ {
		c := s.s[i]
		switch {
		case quote != 0 && c == quote:
			add(i)
			quote, start = 0, i+1
		case quote == 0 && (c == '"' || c == '\''):
			add(i)
			quote, start = c, i+1
		}
	}
	add(len(s.s))
	return out
}
