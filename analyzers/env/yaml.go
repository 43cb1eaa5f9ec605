package env

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/greenlint/greenlint/rules"
)

const (
	maxNodes = 50000 // of a YAML file that are looked at, aliases followed
	maxDocs  = 500   // documents in a file
)

// documents parses a YAML file. Aliases stay aliases, so that none can grow.
func documents(f *file) ([]*yaml.Node, error) {
	var out []*yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(f.src))
	for len(out) < maxDocs {
		var n yaml.Node
		if err := d.Decode(&n); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return out, err
		}
		out = append(out, &n)
	}
	return out, nil
}

// readCompose reads a compose file; one that can't be parsed is noted.
func readCompose(r *reading, f *file) []Command {
	docs, err := documents(f)
	if err != nil {
		r.skip(rules.Pos{File: f.name}, "YAML: "+oneLine(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	y := &yamlReader{r: r, f: f, compose: true, vars: r.dotenv(path.Join(path.Dir(f.name), ".env"))}
	return y.all(docs)
}

// readYAML reads whatever else starts programs from YAML: Kubernetes manifests,
// workflows, app.yaml. A file that can't be parsed is most likely a template.
func readYAML(r *reading, f *file) []Command {
	docs, err := documents(f)
	if err != nil {
		if g := withoutTemplate(f); g != nil {
			f = g
			docs, _ = documents(f)
		}
	}
	y := &yamlReader{r: r, f: f, vars: scope{}}
	return y.all(docs)
}

type yamlReader struct {
	r       *reading
	f       *file
	compose bool
	vars    scope // that the file's own text is expanded with
	nodes   int
	out     []Command
}

func (y *yamlReader) all(docs []*yaml.Node) []Command {
	for _, d := range docs {
		for _, n := range d.Content {
			y.walk(n, "", 0)
		}
	}
	return y.out
}

// lineKeys hold a line of shell, or a list of such lines; wordKeys a line, or a
// list of words.
var (
	lineKeys = []string{"run", "script", "before_script", "startCommand", "start_command", "cmd", "cmds", "start"}
	wordKeys = []string{"entrypoint", "entryPoint", "command", "args"}
)

// walk looks for mappings that start a program, anywhere. What a workflow sets with
// "env" and "variables" holds for all that is below.
func (y *yamlReader) walk(n *yaml.Node, name string, depth int) {
	if y.nodes++; y.nodes > maxNodes || depth > 60 || n == nil {
		return
	}
	switch n.Kind {
	case yaml.AliasNode:
		return // it is walked where it stands
	case yaml.SequenceNode:
		for _, c := range n.Content {
			y.walk(c, name, depth+1)
		}
	case yaml.MappingNode:
		y.mapping(n, name)
		outer := y.vars
		if !y.compose {
			for _, k := range []string{"env", "variables"} {
				if v := get(n, k, 0); v != nil && v.Kind == yaml.MappingNode {
					y.vars = y.environment(n)
				}
			}
		}
		defer func() { y.vars = outer }()
		for i := 0; i+1 < len(n.Content); i += 2 {
			y.walk(n.Content[i+1], n.Content[i].Value, depth+1)
		}
	}
}

// get finds a key of a mapping, through merges.
func get(n *yaml.Node, key string, depth int) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode || depth > 8 {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			v := n.Content[i+1]
			if v.Kind == yaml.AliasNode {
				v = v.Alias
			}
			return v
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		from := n.Content[i+1]
		if from.Kind == yaml.SequenceNode {
			for _, m := range from.Content {
				if v := get(m, key, depth+1); v != nil {
					return v
				}
			}
		} else if v := get(from, key, depth+1); v != nil {
			return v
		}
	}
	return nil
}

func (y *yamlReader) mapping(n *yaml.Node, name string) {
	if v := get(n, "name", 0); v != nil && v.Kind == yaml.ScalarNode && !y.compose {
		name = v.Value
	}
	vars := y.environment(n)
	var words []Word
	var p place
	for _, k := range wordKeys {
		v := get(n, k, 0)
		switch {
		case v == nil:
		case v.Kind == yaml.ScalarNode:
			s := y.scalar(v)
			if len(words) > 0 { // entrypoint: [tini, --], command: celery …
				words = append(words, y.words(s, vars)...)
				p = y.place(v, p)
				continue
			}
			if after := get(n, "args", 0); k == "command" && after != nil && after.Kind == yaml.SequenceNode ||
				strings.EqualFold(k, "entrypoint") && get(n, "command", 0) != nil {
				words, p = y.words(s, vars), y.place(v, p)
				continue
			}
			y.script(s, name, vars)
		case v.Kind == yaml.SequenceNode:
			for _, e := range v.Content {
				if e.Kind == yaml.AliasNode {
					e = e.Alias
				}
				if e.Kind == yaml.ScalarNode {
					words = append(words, newWord(y.r.interpolate(y.plain(y.scalar(e)), vars)))
					p = y.place(e, p)
				}
			}
		}
	}
	if len(words) == 1 && strings.ContainsAny(words[0].Text, " \n") {
		y.script(line(words), name, vars)
	} else if len(words) > 0 {
		y.out = append(y.out, y.r.exec(words, name, vars, p)...)
	}
	for _, k := range lineKeys {
		v := get(n, k, 0)
		switch {
		case v == nil:
		case v.Kind == yaml.ScalarNode:
			y.script(y.scalar(v), name, vars)
		case v.Kind == yaml.SequenceNode:
			for _, e := range v.Content {
				if e.Kind == yaml.ScalarNode {
					y.script(y.scalar(e), name, vars)
				}
			}
		case v.Kind == yaml.MappingNode && k == "run": // heroku.yml
			for i := 0; i+1 < len(v.Content); i += 2 {
				if e := v.Content[i+1]; e.Kind == yaml.ScalarNode {
					y.script(y.scalar(e), v.Content[i].Value, vars)
				}
			}
		}
	}
	if v := get(n, "uwsgi", 0); v != nil && v.Kind == yaml.MappingNode {
		y.settings(v, "uwsgi")
	}
}

func (y *yamlReader) script(s span, name string, vars scope) {
	if !y.r.worth([]byte(s.s)) && !strings.Contains(s.s, "$") {
		return
	}
	cmds, _ := y.r.script(y.plain(s), name, vars)
	y.out = append(y.out, cmds...)
}

// words splits a line of shell into words, for a form that no shell sees.
func (y *yamlReader) words(s span, vars scope) []Word {
	q := y.r.quiet()
	q.launches = nil // the wrappers stay on
	cmds, _ := q.script(y.plain(s), "", vars)
	if len(cmds) == 0 {
		return nil
	}
	return cmds[0].Argv
}

// place widens p to take in a node.
func (y *yamlReader) place(n *yaml.Node, p place) place {
	s := y.scalar(n)
	if p.f == nil {
		p = place{y.f, s.off(0), s.off(len(s.s))}
	}
	p.start, p.end = min(p.start, s.off(0)), max(p.end, s.off(len(s.s)))
	return p
}

// plain is a text of the file as a shell gets it: of a compose file, "$$" is "$", and
// what an expression of a template or of a workflow, {{ … }}, comes to is not known.
func (y *yamlReader) plain(s span) span {
	if !(y.compose && strings.Contains(s.s, "$$")) && !strings.Contains(s.s, "{{") {
		return s
	}
	b := builder{f: s.f}
	for i := 0; i < len(s.s); i++ {
		rest := s.s[i:]
		if n := expression(rest); n > 0 {
			b.unknown(s.off(i), s.off(i+n-1))
			i += n - 1
			continue
		}
		b.byte(s.s[i], s.off(i))
		if y.compose && strings.HasPrefix(rest, "$$") {
			i++
		}
	}
	return b.span(s.off(len(s.s)))
}

// expression is the length of the {{ … }} or ${{ … }} that a text begins with, which
// ends on the same line; 0 where there is none.
func expression(s string) int {
	open := strings.TrimPrefix(s, "$")
	if !strings.HasPrefix(open, "{{") {
		return 0
	}
	line, _, _ := strings.Cut(open, "\n")
	end := strings.Index(line, "}}")
	if end < 0 {
		return 0
	}
	return len(s) - len(open) + end + len("}}")
}

// environment is what env, environment and env_file set.
func (y *yamlReader) environment(n *yaml.Node) scope {
	vars := y.vars
	set := func(k string, v span) {
		if !identifier(k) {
			return
		}
		w := variable{alts: []value{scalar(y.r.interpolate(y.plain(v), y.vars))}, exported: true}
		vars = vars.clone()
		vars[k] = w
	}
	if v := get(n, "env_file", 0); v != nil {
		for _, e := range append([]*yaml.Node{v}, v.Content...) {
			if p := get(e, "path", 0); p != nil {
				e = p
			}
			if e.Kind == yaml.ScalarNode && e.Value != "path" {
				if f := y.r.find(e.Value, y.f); f != nil {
					vars = vars.with(parseDotenv(f))
				}
			}
		}
	}
	for _, key := range []string{"environment", "env", "env_variables", "variables"} {
		v := get(n, key, 0)
		if v == nil || len(v.Content) > 1000 {
			continue
		}
		switch v.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(v.Content); i += 2 {
				if e := v.Content[i+1]; e.Kind == yaml.ScalarNode && e.Tag != "!!null" {
					set(v.Content[i].Value, y.scalar(e))
				}
			}
		case yaml.SequenceNode:
			for _, e := range v.Content {
				if k, val := get(e, "name", 0), get(e, "value", 0); k != nil && val != nil && val.Kind == yaml.ScalarNode {
					set(k.Value, y.scalar(val))
				} else if e.Kind == yaml.ScalarNode {
					s := y.scalar(e)
					if k, _, ok := strings.Cut(s.s, "="); ok {
						set(k, s.slice(len(k)+1, len(s.s)))
					}
				}
			}
		}
	}
	return vars
}

// settings reads a mapping whose keys are a program's options.
func (y *yamlReader) settings(n *yaml.Node, prog string) {
	words := []Word{{Text: prog}}
	p := place{y.f, 0, 0}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k, v := n.Content[i], n.Content[i+1]; v.Kind == yaml.ScalarNode {
			words = append(words, option(y.scalar(k), y.scalar(v)))
			p = y.place(v, p)
		}
	}
	cmds := y.r.exec(words, "", scope{}, p)
	for i := range cmds {
		cmds[i].config = true
	}
	y.out = append(y.out, cmds...)
}

// option is the word "--key=value" of a line of settings.
func option(k, v span) Word {
	return newWord([]piece{
		{span: span{s: "--"}, quoted: true}, {span: k, quoted: true},
		{span: span{s: "="}, quoted: true}, {span: v, quoted: true},
	})
}

// scalar is a node's value with the places of its bytes: the value's text is laid
// along the source, whose quotes, escapes, indents and folds it does not have.
func (y *yamlReader) scalar(n *yaml.Node) span {
	src := y.f.src
	j := y.f.offset(n.Line, 1)
	for c := 1; c < n.Column && j < len(src) && src[j] != '\n'; c++ { // columns count characters
		for j++; j < len(src) && src[j]&0xC0 == 0x80; j++ {
		}
	}
	for j < len(src) && (src[j] == '&' || src[j] == '!') { // an anchor, a tag
		for j < len(src) && !blank(src[j]) {
			j++
		}
		for j < len(src) && blank(src[j]) {
			j++
		}
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		for j < len(src) && src[j] != '\n' {
			j++
		}
	}
	b := builder{f: y.f}
	limit := j + 8*len(n.Value) + 4096
	for i := 0; i < len(n.Value); i++ {
		c := n.Value[i]
		k := j
		for k < len(src) && k < limit && src[k] != c && (blank(src[k]) || strings.IndexByte(`\"'`, src[k]) >= 0) {
			if blank(c) && blank(src[k]) {
				break
			}
			k++
		}
		if k < len(src) && (src[k] == c || blank(c) && blank(src[k])) {
			b.byte(c, k)
			j = k + 1
		} else {
			b.byte(c, j)
		}
	}
	s := b.span(j)
	if len(s.s) > 0 && s.at[len(s.s)-1]-s.at[0] == len(s.s)-1 && s.at[len(s.s)] == s.at[0]+len(s.s) {
		return y.f.span(s.at[0], s.at[0]+len(s.s))
	}
	return s
}
