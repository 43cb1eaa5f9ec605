package env

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// isPlatform reports whether a file tells a hosting platform, or a runner of tasks, what
// to run.
func isPlatform(_, b string) bool {
	return b == "pyproject.toml" || b == "Pipfile" || b == "fly.toml" || b == "railway.toml" || b == "nixpacks.toml" || strings.HasPrefix(b, "fly.") && ends(b, ".toml")
}

// runners are the tables of tasks, "*" for a name: [tool.pdm.scripts] worker = "…".
var runners = [][]string{
	{"scripts", "*"},
	{"tool", "pdm", "scripts", "*"}, {"tool", "pdm", "scripts", "*", "cmd"}, {"tool", "pdm", "scripts", "*", "shell"},
	{"tool", "poe", "tasks", "*"}, {"tool", "poe", "tasks", "*", "cmd"}, {"tool", "poe", "tasks", "*", "shell"},
	{"tool", "hatch", "envs", "*", "scripts", "*"}, {"tool", "taskipy", "tasks", "*"}, {"tool", "taskipy", "tasks", "*", "cmd"},
}

// runner is the name of the task that a key of a runner's table stands for; "" where it
// is none.
func runner(keys []string) (task string) {
	for _, r := range runners {
		if len(r) != len(keys) {
			continue
		}
		task = ""
		for i, k := range r {
			if k == "*" {
				task = keys[i]
			} else if k != keys[i] {
				task = ""
				break
			}
		}
		if task != "" {
			return task
		}
	}
	return ""
}

// readPlatform reads fly.toml's [processes] and the start commands of its like.
func readPlatform(r *reading, f *file) (out []Command) {
	vars := scope{}
	type start struct {
		name string
		line span
	}
	var starts []start
	eachTOML(r, f, func(keys []string, index int, v tomlValue) {
		last := keys[len(keys)-1]
		switch {
		case !v.isString:
		case keys[0] == "env" && len(keys) == 2:
			w := constant(v.text)
			w.exported = true
			vars[last] = w
		case runner(keys) != "" && index < 0:
			starts = append(starts, start{runner(keys), v.text})
		case keys[0] == "processes" && len(keys) == 2:
			starts = append(starts, start{last, v.text})
		case last == "startCommand" || last == "cmd" && keys[0] == "start":
			starts = append(starts, start{"", v.text})
		}
	})
	for _, s := range starts {
		cmds, _ := r.quiet().script(s.line, s.name, vars)
		out = append(out, cmds...)
	}
	return out
}

// readLaunchJSON reads the configurations of VS Code's launch.json.
func readLaunchJSON(r *reading, f *file) (out []Command) {
	y, objects := r.readJSON(f)
	for _, n := range objects {
		list := get(n, "configurations", 0)
		if list == nil {
			continue
		}
		for _, c := range list.Content {
			out = append(out, y.debugged(c)...)
		}
	}
	return out
}

// debugged is the program that one configuration starts.
func (y *yamlReader) debugged(n *yaml.Node) []Command {
	name := ""
	if v := get(n, "name", 0); v != nil {
		name = v.Value
	}
	words := []Word{{Text: "python"}}
	var at place
	if v := get(n, "module", 0); v != nil {
		words, at = append(words, Word{Text: "-m"}, literal(y.scalar(v))), y.place(v, at)
	} else if v := get(n, "program", 0); v != nil {
		w := literal(y.scalar(v))
		for _, folder := range []string{"${workspaceFolder}/", "${workspaceRoot}/"} {
			if t, ok := strings.CutPrefix(w.Text, folder); ok {
				w.Text, w.Exact = t, false
			}
		}
		words, at = append(words, w), y.place(v, at)
	} else {
		return nil
	}
	if v := get(n, "args", 0); v != nil {
		for _, e := range v.Content {
			if e.Kind == yaml.ScalarNode {
				words, at = append(words, literal(y.scalar(e))), y.place(e, at)
			}
		}
	}
	return y.r.exec(words, name, y.environment(n), at)
}

// readBatch reads the lines of a Windows batch file or of PowerShell: one command a
// line, whose backslashes are part of names.
func readBatch(r *reading, f *file) (out []Command) {
	f.eachLine(func(l span) {
		l = l.trim()
		for strings.HasPrefix(l.s, "@") || strings.HasPrefix(l.s, "&") {
			l = l.slice(1, len(l.s)).trim()
		}
		low := strings.ToLower(l.s)
		if strings.HasPrefix(low, "rem ") || strings.HasPrefix(l.s, "::") || strings.HasPrefix(l.s, "#") || !r.worth([]byte(l.s)) {
			return
		}
		b := builder{f: l.f}
		for i := range len(l.s) {
			c := l.s[i]
			if c == '\\' {
				c = '/'
			}
			b.byte(c, l.off(i))
		}
		cmds, _ := r.quiet().script(b.span(l.off(len(l.s))), "", scope{})
		for _, c := range cmds {
			for i, w := range c.Argv {
				if i > 0 && (strings.HasPrefix(strings.ToLower(c.Argv[0].Text), "start") || strings.EqualFold(c.Argv[0].Text, "call")) {
					if inner, _, _ := r.identify(c.Argv[i:]); inner != nil && w.Text != "" {
						c.Argv = c.Argv[i:]
						break
					}
				}
			}
			out = append(out, c)
		}
	})
	return out
}
