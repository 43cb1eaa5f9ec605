package env

import (
	"bytes"
	"path"
	"strings"
)

// A format is a kind of deployment file and its reader. The first whose match
// says yes reads a file.
type format struct {
	name  string
	match func(name, base string) bool
	limit int  // in bytes; a larger file is noted and not read
	words bool // only files that name a program of the catalogue are worth it
	read  func(*reading, *file) []Command
}

var formats = []format{
	{"Procfile", func(_, b string) bool { return b == "Procfile" || strings.HasPrefix(b, "Procfile.") }, maxFile, false, readProcfile},
	{"Dockerfile", isDockerfile, maxFile, false, readDockerfile},
	{"compose", isCompose, maxYAML, false, readCompose},
	{"shell", func(_, b string) bool { return ends(b, ".sh", ".bash", ".sh.j2", ".sh.tpl") }, maxScript, true, readShell},
	{"variables", isDotenv, maxFile, true, readVariables},
	{"systemd", func(_, b string) bool { return ends(b, ".service", ".service.j2", ".service.tpl") }, maxFile, true, readSystemd},
	{"Makefile", isMakefile, maxFile, true, readMakefile},
	{"justfile", isJustfile, maxFile, true, readJustfile},
	{"platform", isPlatform, maxFile, true, readPlatform},
	{"VS Code", func(name, b string) bool { return b == "launch.json" && strings.Contains("/"+name, "/.vscode/") }, maxFile, true, readLaunchJSON},
	{"scripts", func(_, b string) bool { return b == "package.json" || b == "app.json" }, maxYAML, true, readScripts},
	{"devcontainer", isDevcontainer, maxYAML, true, readDevcontainer},
	{"JSON", isObjects, maxYAML, true, readObjects},
	{"XML", func(_, b string) bool { return ends(b, ".xml") && strings.Contains(b, "uwsgi") }, maxFile, true, readXML},
	{"batch", func(_, b string) bool { return ends(strings.ToLower(b), ".bat", ".cmd", ".ps1") }, maxScript, true, readBatch},
	{"YAML", func(_, b string) bool { return ends(b, ".yaml", ".yml") }, maxYAML, true, readYAML},
	{"ini", func(_, b string) bool { return ends(b, ".ini", ".conf", ".cfg", ".conf.j2", ".ini.j2") }, maxFile, true, readINI},
	{"script", func(_, b string) bool { return !strings.Contains(b, ".") && b != "LICENSE" }, 64 << 10, true, readScript},
}

func ends(s string, suffixes ...string) bool {
	for _, x := range suffixes {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

func isDockerfile(_, b string) bool {
	l := strings.ToLower(b)
	return l == "dockerfile" || l == "containerfile" || strings.HasPrefix(l, "dockerfile.") || strings.HasPrefix(l, "dockerfile-") || ends(l, ".dockerfile")
}

func isCompose(_, b string) bool {
	return ends(b, ".yml", ".yaml") && (strings.HasPrefix(b, "docker-compose") || strings.HasPrefix(b, "compose"))
}

func isMakefile(_, b string) bool {
	return b == "Makefile" || b == "makefile" || b == "GNUmakefile" || ends(b, ".mk")
}

func isDotenv(name, b string) bool {
	if b == ".env" || strings.HasPrefix(b, ".env.") || ends(b, ".env") {
		return true
	}
	dir := path.Base(path.Dir(name))
	return !strings.Contains(b, ".") && (dir == "default" || dir == "sysconfig" || dir == "conf.d")
}

// readAll reads every deployment file.
func (r *reading) readAll() []Command {
	r.readProject()
	var out []Command
	for _, n := range r.names {
		base := path.Base(n)
		for _, f := range formats {
			if !f.match(n, base) {
				continue
			}
			out = append(out, r.readOne(n, f)...)
			break
		}
	}
	return out
}

func (r *reading) readOne(name string, fm format) (out []Command) {
	defer r.recover(name)
	f := r.load(name, maxLock)
	switch {
	case f == nil:
		return nil
	case fm.words && !r.worth(f.src):
		return nil
	case bytes.IndexByte(f.src, 0) >= 0:
		return nil // no text
	case len(f.src) > fm.limit:
		r.skip(f.pos(0), "too large to be a deployment file")
		return nil
	}
	if ends(name, ".j2", ".tpl") {
		if g := withoutTemplate(f); g != nil {
			f = g
		}
	}
	return fm.read(r, f)
}

// worth reports whether a file names a program of the catalogue.
func (r *reading) worth(src []byte) bool {
	return r.programs.In(src)
}

// readProject collects the variables that Dockerfiles and .env files set: a shell
// script of the project most likely runs with them.
func (r *reading) readProject() {
	for _, n := range r.names {
		base := path.Base(n)
		switch {
		case base == ".env":
			r.merge(r.dotenv(n))
		case isDockerfile(n, base):
			if f := r.load(n, maxFile); f != nil {
				r.merge(dockerEnv(r, f))
			}
		}
	}
}

// merge adds variables to the project's. Of a variable that is set to different
// things, nothing is known.
func (r *reading) merge(vars scope) {
	for k, v := range vars {
		if old, ok := r.project[k]; ok && (len(old.alts) != 1 || len(v.alts) != 1 || old.alts[0].key() != v.alts[0].key()) {
			r.project[k] = variable{}
			continue
		}
		if _, ok := r.project[k]; !ok {
			r.project[k] = v
		}
	}
}

func readProcfile(r *reading, f *file) (out []Command) {
	vars := r.dotenv(path.Join(path.Dir(f.name), ".env"))
	f.eachLine(func(l span) {
		name, _, ok := strings.Cut(l.s, ":")
		if !ok || strings.ContainsAny(name, " \t#=") || name == "" {
			return
		}
		cmds, _ := r.script(l.slice(len(name)+1, len(l.s)).trim(), name, vars)
		out = append(out, cmds...)
	})
	return out
}

func readShell(r *reading, f *file) []Command {
	cmds, _ := r.script(f.span(0, len(f.src)), "", scope{})
	return cmds
}

// readScript reads a file without an extension if it begins like a shell script.
func readScript(r *reading, f *file) []Command {
	first, _, _ := bytes.Cut(f.src, []byte("\n"))
	if !bytes.HasPrefix(first, []byte("#!")) || !bytes.Contains(first, []byte("sh")) {
		return nil
	}
	return readShell(r, f)
}

// dotenv reads a file of NAME=value lines; what they set is exported.
func (r *reading) dotenv(name string) scope {
	if !r.set[name] {
		return scope{}
	}
	f := r.load(name, maxFile)
	if f == nil {
		return scope{}
	}
	return parseDotenv(f)
}

func parseDotenv(f *file) scope {
	vars := scope{}
	f.eachLine(func(l span) {
		l = l.trim()
		if rest, ok := strings.CutPrefix(l.s, "export "); ok {
			l = l.slice(len(l.s)-len(rest), len(l.s)).trim()
		}
		k, _, ok := strings.Cut(l.s, "=")
		if k = strings.TrimSpace(k); !ok || !identifier(k) {
			return
		}
		v := l.slice(strings.IndexByte(l.s, '=')+1, len(l.s)).trim()
		switch {
		case len(v.s) > 1 && (v.s[0] == '"' || v.s[0] == '\'') && strings.IndexByte(v.s[1:], v.s[0]) >= 0:
			v = v.slice(1, 1+strings.IndexByte(v.s[1:], v.s[0]))
		default:
			if i := strings.Index(v.s, " #"); i >= 0 {
				v = v.slice(0, i).trim()
			}
		}
		if strings.Contains(v.s, "$") {
			vars[k] = variable{exported: true}
			return
		}
		w := constant(v)
		w.exported = true
		vars[k] = w
	})
	return vars
}

// readVariables reads what a service script, which is not part of the project,
// will be given: CELERYD_OPTS="-P gevent".
func readVariables(r *reading, f *file) (out []Command) {
	vars := parseDotenv(f)
	for _, l := range r.launches {
		for _, name := range l.FileWords {
			v, ok := vars[name]
			if !ok || len(v.alts) != 1 || len(l.Programs) == 0 {
				continue
			}
			words := []Word{{Text: l.Programs[0]}}
			if len(l.Commands) > 0 {
				for _, c := range strings.Fields(l.Commands[0]) {
					words = append(words, Word{Text: c})
				}
			}
			pieces := append([]piece{}, v.alts[0].elems[0]...)
			start, end := 0, 0
			for i := range pieces {
				pieces[i].quoted = false
				start, end = pieces[i].off(0), pieces[i].off(len(pieces[i].s))
			}
			out = append(out, r.exec(append(words, split(pieces)...), name, vars, place{f, start, end})...)
		}
	}
	return out
}
