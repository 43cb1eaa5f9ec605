package env

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// lineComment is a comment of the JSON that editors read.
var lineComment = regexp.MustCompile(`(?m)^([ \t]*|.*[,{}\[\]][ \t]*)//.*$`)

// readJSON gives a reader of a JSON file, which may have comments, and its objects:
// JSON is YAML but for these and for tabs, which are blanked out.
func (r *reading) readJSON(f *file) (*yamlReader, []*yaml.Node) {
	src := lineComment.ReplaceAllFunc(f.src, func(b []byte) []byte {
		at := bytes.LastIndex(b, []byte("//"))
		if first := bytes.Index(b, []byte("//")); bytes.Count(b[:first], []byte(`"`))%2 == 0 {
			at = first
		}
		return append(append([]byte{}, b[:at]...), bytes.Repeat([]byte(" "), len(b)-at)...)
	})
	g := &file{name: f.name, src: bytes.ReplaceAll(src, []byte("\t"), []byte(" ")), lines: f.lines}
	docs, _ := documents(g)
	var out []*yaml.Node
	for _, d := range docs {
		out = append(out, d.Content...)
	}
	return &yamlReader{r: r, f: g, vars: scope{}}, out
}

// readScripts reads package.json, and Heroku's app.json: lines of shell by name.
func readScripts(r *reading, f *file) []Command {
	y, objects := r.readJSON(f)
	for _, n := range objects {
		y.vars = y.environment(n)
		if s := get(n, "scripts", 0); s != nil && s.Kind == yaml.MappingNode {
			y.named(s)
		}
	}
	return y.out
}

// named reads a mapping of names to lines of shell, or to lists of words.
func (y *yamlReader) named(n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		y.started(n.Content[i+1], n.Content[i].Value)
	}
}

// started is what a line of shell, or a list of words, starts.
func (y *yamlReader) started(n *yaml.Node, name string) {
	switch n.Kind {
	case yaml.ScalarNode:
		y.script(y.scalar(n), name, y.vars)
	case yaml.SequenceNode:
		var words []Word
		var at place
		for _, e := range n.Content {
			if e.Kind == yaml.ScalarNode {
				words, at = append(words, literal(y.scalar(e))), y.place(e, at)
			}
		}
		if len(words) > 0 {
			y.out = append(y.out, y.r.exec(words, name, y.vars, at)...)
		}
	}
}

// hooks are what a development container runs, in the order in which it does.
var hooks = []string{"initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand", "postAttachCommand"}

func isDevcontainer(_, b string) bool { return b == "devcontainer.json" || b == ".devcontainer.json" }

// readDevcontainer reads the hooks of a development container: a line, words, or
// several of these by name.
func readDevcontainer(r *reading, f *file) []Command {
	y, objects := r.readJSON(f)
	for _, n := range objects {
		for _, key := range []string{"containerEnv", "remoteEnv"} {
			if e := get(n, key, 0); e != nil {
				y.vars = y.environment(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "env"}, e}})
			}
		}
		for _, h := range hooks {
			switch v := get(n, h, 0); {
			case v == nil:
			case v.Kind == yaml.MappingNode:
				y.named(v)
			default:
				y.started(v, h)
			}
		}
	}
	return y.out
}

// isObjects reports whether a JSON file is called like one that starts programs, or lies
// among such: a project may have thousands of others.
func isObjects(name, b string) bool {
	if !ends(b, ".json") {
		return false
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("/._-", r) }) {
		switch part {
		case "task", "taskdef", "ecs", "aws", "dockerrun", "uwsgi", "k8s", "kubernetes", "deploy", "deployment":
			return true
		}
	}
	return false
}

// readObjects reads other JSON that starts programs: task definitions of ECS and
// Elastic Beanstalk, manifests of Kubernetes, uWSGI's options.
func readObjects(r *reading, f *file) []Command {
	y, objects := r.readJSON(f)
	for _, n := range objects {
		for _, key := range []string{"containerDefinitions", "taskDefinition", "apiVersion", "uwsgi"} {
			if get(n, key, 0) != nil {
				y.walk(n, "", 0)
				break
			}
		}
	}
	return y.out
}

// readXML reads uWSGI's options from XML: <uwsgi><gevent>100</gevent></uwsgi>.
func readXML(r *reading, f *file) []Command {
	var words []Word
	at := place{f: f}
	src := xmlComment.ReplaceAllFunc(f.src, func(b []byte) []byte { return bytes.Repeat([]byte(" "), len(b)) })
	for _, m := range xmlOption.FindAllSubmatchIndex(src, -1) {
		name := f.span(m[2], m[3])
		switch {
		case name.s == "uwsgi":
			words = []Word{{Text: "uwsgi"}}
			at.start, at.end = m[0], m[1]
			continue
		case len(words) == 0:
			continue
		}
		value := f.span(m[3], m[3])
		if m[4] >= 0 {
			value = f.span(m[4], m[5]).trim()
		}
		if value.s == "" {
			words = append(words, newWord([]piece{{span: span{s: "--"}, quoted: true}, {span: name, quoted: true}}))
		} else {
			words = append(words, option(name, value))
		}
		at.end = m[1]
	}
	if len(words) < 2 {
		return nil
	}
	cmds := r.exec(words, "", scope{}, at)
	for i := range cmds {
		cmds[i].config = true
	}
	return cmds
}

// xmlOption is an element, with its text where it has no elements within.
var (
	xmlOption  = regexp.MustCompile(`<([a-z0-9-]+)[^<>]*>(?:([^<>]*)</)?`)
	xmlComment = regexp.MustCompile(`(?s)<!--.*?-->`)
)
