package env

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// Audit judges the dependencies of the processes that run a cooperative loop: sets of
// versions that are known to break (GL701), and libraries that cannot be made
// cooperative on the loop (GL702). envs are the processes as they are judged, with the
// functions that they call while they start: those of res by their names, and others
// that the code declares. Of the latter a library counts where they import it.
func Audit(src Source, cat *rules.Catalog, res *Result, envs []rules.Env) []rules.Finding {
	a := &audit{src: src, cat: cat, res: res, seen: map[string]told{}, users: map[string][]string{}}
	for i := range envs {
		a.process(&envs[i])
	}
	sort.SliceStable(a.out, func(i, j int) bool {
		x, y := &a.out[i], &a.out[j]
		if d := x.Pos.Compare(y.Pos); d != 0 {
			return d < 0
		}
		return x.Rule < y.Rule
	})
	return a.out
}

type audit struct {
	src   Source
	cat   *rules.Catalog
	res   *Result
	out   []rules.Finding
	seen  map[string]told
	users map[string][]string // by module: the Python files that import it
}

func (a *audit) process(e *rules.Env) {
	if e.Loop != rules.Gevent && e.Loop != rules.Eventlet {
		return
	}
	var q *Process
	for i := range a.res.Processes {
		if p := &a.res.Processes[i]; p.Env.Name == e.Name {
			q = p
		}
	}
	if q != nil && q.Unknown || q == nil && len(e.PatchPos) == 0 && len(e.Why) == 0 {
		return
	}
	depends := a.res.Depends
	if q != nil {
		depends = q.Depends
	}
	named := map[string]bool{}
	for _, v := range e.Versions {
		named[v.Dist] = true
	}
	for _, row := range a.cat.VersionTables("python", func(d string) bool { return named[d] }) {
		if !row.Guard().Counts(e) || !launchedBy(row, q) || q == nil && row.Rule == "GL702" && !a.imports(row, e) {
			continue
		}
		for _, d := range row.Dists() {
			for _, v := range e.Versions {
				switch {
				case v.Dist != d || row.Bad != "" && (v.Version == "" || !rules.MatchSpec(v.Version, row.Bad)):
				case row.Rule == "GL702":
					for _, at := range depends {
						if at.Dist == d {
							a.tell(row, e, v, at.Why.Pos, at.Why.Text)
						}
					}
				default:
					a.tell(row, e, v, v.Why.Pos, v.Why.Text)
				}
			}
		}
	}
}

// launchedBy reports whether a row counts for what a process runs: one of a library
// that starts processes, such as a server, counts in those alone.
func launchedBy(row *rules.VersionRow, q *Process) bool {
	programs := row.Launched()
	return len(programs) == 0 || q != nil && has(programs, q.Launcher)
}

// imports reports whether a file that the process loads imports the row's library.
func (a *audit) imports(row *rules.VersionRow, e *rules.Env) bool {
	for _, mod := range row.Lib.Imports {
		files, ok := a.users[mod]
		if !ok {
			re := regexp.MustCompile(`(?m)^[ \t]*(?:import|from)[ \t]+` + regexp.QuoteMeta(mod) + `\b`)
			for _, n := range a.src.Files() {
				if !strings.HasSuffix(n, ".py") {
					continue
				}
				if src, err := a.src.Read(n); err == nil && re.Match(src) {
					files = append(files, n)
				}
			}
			a.users[mod] = files
		}
		for _, f := range files {
			if e.Holds == nil || e.Holds(f) {
				return true
			}
		}
	}
	return false
}

// told is what is said of a line already.
type told struct {
	at      int  // in out
	imports bool // the processes are known to import the library
	by      []string
}

// tell makes a finding of a row, once for each line. It names the processes that import
// the library, and where none is known to, all that may.
func (a *audit) tell(row *rules.VersionRow, e *rules.Env, v rules.Version, at rules.Pos, text string) {
	key := fmt.Sprint(row.Rule, v.Dist, at, row.Why)
	was, again := a.seen[key]
	switch imports := a.imports(row, e); {
	case !again:
		was = told{at: len(a.out), imports: imports}
		a.out = append(a.out, rules.Finding{})
	case was.imports && !imports:
		return
	case imports && !was.imports:
		was.imports, was.by = true, nil
	}
	was.by = append(was.by, e.Name)
	a.seen[key] = was
	if len(was.by) > 1 {
		f := &a.out[was.at]
		f.Message = strings.TrimSuffix(f.Message, among(was.by[:len(was.by)-1])) + among(was.by)
		return
	}
	what := strings.TrimSpace(v.Dist + " " + v.Version)
	msg := fmt.Sprintf("%s is known to break on %s", what, e.Loop)
	if row.Rule == "GL702" {
		msg = fmt.Sprintf("%s cannot wait on the %s loop", what, e.Loop)
	}
	a.out[was.at] = rules.Finding{
		Rule: row.Rule, Severity: row.Severity, Pos: at, End: rules.Pos{File: at.File, Line: at.Line, Column: at.Column + len(text), Offset: at.Offset + len(text)},
		Symbol: v.Dist, Loop: e.Loop, Env: e.Name, Message: msg + among(was.by),
		Why: row.Why, Remedy: row.Remedy, Source: row.Source,
	}
}

// among names processes: " (Procfile: web)", " (Procfile: web and 2 more)".
func among(names []string) string {
	if len(names) == 1 {
		return " (" + names[0] + ")"
	}
	return fmt.Sprintf(" (%s and %d more)", names[0], len(names)-1)
}
