package environ

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

// EnvCommand is "greenlint env".
func EnvCommand() *command.Command {
	var format, config string
	return &command.Command{
		Name:    "env",
		Args:    "[DIRECTORY]",
		Summary: "show the processes that the project declares, and what patches them",
		Doc: `Lists each process that deployment files and code declare: the lines that say so,
the loop that it runs on, what patches the standard library and in which order,
the kinds of tasks that it runs, its version of Python and of the libraries that
matter. What could not be known is listed last: a choice that depends on a
variable which no file sets, a file that could not be read.

A check judges every task in the processes that can run it; where a finding
surprises, or one is missing, look here first.`,
		Example: `greenlint env
greenlint env services/api
greenlint env --format json | jq '.processes[] | select(.loop == "gevent")'`,
		Flags: func(f *command.Flags) {
			format, config = "text", ""
			f.Choice(&format, "format", []string{"text", "json"}, "how to write them (text)")
			f.String(&config, "config", "FILE", "use this file of settings")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			s, err := look(ctx, c, config, func(string) []rules.Version { return nil })
			if err != nil {
				return 0, err
			}
			r := describe(s)
			if format == "json" {
				e := json.NewEncoder(c.Stdout)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				return command.OK, e.Encode(r)
			}
			return command.OK, r.text(c.Stdout)
		},
	}
}

// The shape of the JSON output.
type (
	described struct {
		Schema    string    `json:"schema"`
		Python    *fact     `json:"python"`
		Processes []process `json:"processes"`
		Unknown   []fact    `json:"unknown"` // choices that depend on variables which no file sets
		Skipped   []fact    `json:"skipped"`
	}
	process struct {
		Name     string    `json:"name"`
		Program  string    `json:"program"`
		Loop     string    `json:"loop"` // "" = none; "unknown"
		Declared []fact    `json:"declared"`
		Imports  []string  `json:"imports"` // modules, in order
		Patched  []string  `json:"patched"` // parts of the standard library
		Patches  []patch   `json:"patches"` // in order
		Shims    []string  `json:"shims"`
		Runs     []string  `json:"runs"` // kinds of tasks
		Queues   []string  `json:"queues"`
		Python   string    `json:"python"`
		Versions []version `json:"versions"` // of the libraries that say something about the loop
	}
	patch struct {
		By          string   `json:"by"` // the program, or "code"
		Call        string   `json:"call"`
		Flags       []string `json:"flags"`
		Conditional bool     `json:"conditional"`
		fact
	}
	version struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		fact
	}
	fact struct {
		File   string `json:"file,omitempty"`
		Line   int    `json:"line,omitempty"`
		Column int    `json:"column,omitempty"`
		Text   string `json:"text,omitempty"`
	}
)

func (s *survey) fact(pos rules.Pos, text string) fact {
	if pos.File == "" {
		return fact{Text: text}
	}
	return fact{s.place.ForPeople(pos.File), pos.Line, pos.Column, text}
}

// describe puts what is known into the shape of the output.
func describe(s *survey) *described {
	r := &described{Schema: "greenlint-env/1", Processes: []process{}, Unknown: []fact{}, Skipped: []fact{}}
	if v := s.Deployed.Python; v != "" {
		r.Python = &fact{File: s.place.ForPeople(s.Deployed.PythonFile), Text: v}
	}
	shims, dists := s.interesting()
	shown, inCode := map[rules.Pos]bool{}, map[rules.Pos]bool{}
	for i := range s.Deployed.Processes {
		q := &s.Deployed.Processes[i]
		e := &q.Env
		for j := range s.Envs {
			if s.Envs[j].Name == e.Name {
				e = &s.Envs[j]
			}
		}
		p := s.process(e, shims, dists)
		p.Program, p.Imports, p.Queues, p.Runs = q.Launcher, some(q.Entry), some(q.Queues), some(q.Env.Runs)
		if q.Unknown {
			p.Loop = "unknown"
		}
		for _, st := range q.Patches {
			step := s.patch(st)
			shown[st.Pos] = true
			if st.By != "" {
				step.Text = map[rules.Moment]string{rules.AtStart: "before it imports the application", rules.AfterImport: "after it has imported the application"}[q.Patch]
			}
			p.Patches = append(p.Patches, step)
		}
		r.Processes = append(r.Processes, p)
	}
	for i := range s.Envs {
		e := &s.Envs[i]
		// What patches in the code of a process above, or of no entry point, is told already.
		rest := !strings.Contains(e.Name, ":")
		news := slices.ContainsFunc(e.PatchPos, func(at rules.Evidence) bool { return !shown[at.Pos] && !(rest && inCode[at.Pos]) })
		if e.Loop == rules.Asyncio || len(e.Why) == 0 && !news ||
			slices.ContainsFunc(s.Deployed.Processes, func(q env.Process) bool { return q.Env.Name == e.Name }) {
			continue
		}
		p := s.process(e, shims, dists)
		p.Program = "python"
		for _, at := range e.PatchPos {
			inCode[at.Pos] = true
			p.Patches = append(p.Patches, patch{By: "code", Flags: some(e.Patched), fact: s.fact(at.Pos, at.Text)})
		}
		r.Processes = append(r.Processes, p)
	}
	for _, u := range s.Deployed.Unknown {
		r.Unknown = append(r.Unknown, s.fact(u.Pos, u.Text))
	}
	for _, k := range s.Deployed.Skipped {
		r.Skipped = append(r.Skipped, fact{File: s.place.ForPeople(k.File), Text: k.Reason})
	}
	return r
}

func (s *survey) process(e *rules.Env, shims, dists map[string]bool) process {
	p := process{Name: e.Name, Loop: string(e.Loop), Declared: []fact{}, Imports: []string{}, Patched: some(e.Patched), Patches: []patch{},
		Shims: []string{}, Runs: some(e.Runs), Queues: []string{}, Python: e.Python, Versions: []version{}}
	for _, w := range e.Why {
		p.Declared = append(p.Declared, s.fact(w.Pos, w.Text))
	}
	for _, f := range e.Called {
		if shims[f] && e.Loop != "" && !slices.Contains(p.Shims, f) {
			p.Shims = append(p.Shims, f)
		}
	}
	for _, v := range e.Versions {
		if dists[v.Dist] && e.Loop != "" {
			p.Versions = append(p.Versions, version{v.Dist, v.Version, s.fact(v.Why.Pos, v.Why.Text)})
		}
	}
	return p
}

func (s *survey) patch(st env.Step) patch {
	p := patch{By: st.By, Call: st.Call, Flags: some(st.Flags), Conditional: !st.Plain, fact: s.fact(st.Pos, st.Text)}
	if p.By == "" {
		p.By = "code"
	}
	return p
}

func some(list []string) []string { return append([]string{}, list...) }

// interesting names the functions that conditions of the catalogue ask for, and the
// distributions that it has something to say about.
func (s *survey) interesting() (shims, dists map[string]bool) {
	shims, dists = map[string]bool{}, map[string]bool{}
	named := map[string]bool{}
	for _, v := range s.Deployed.Versions {
		named[v.Dist] = true
	}
	for _, row := range s.catalog.VersionTables("python", func(d string) bool { return named[d] }) {
		for _, d := range row.Dists() {
			dists[d] = true
		}
		for _, c := range append(append([]string{}, row.When...), row.Unless...) {
			if cond, err := rules.ParseCondition(c); err == nil && cond.Verb == "called" {
				shims[cond.Args] = true
			}
		}
	}
	return shims, dists
}

// text writes the report for people.
func (r *described) text(w io.Writer) error {
	var b strings.Builder
	for i := range r.Processes {
		r.Processes[i].text(&b)
	}
	if len(r.Processes) == 0 {
		b.WriteString("No process is declared: no deployment file starts a program that greenlint knows, and no code patches.\nOnly async def is judged; greenlint check --loop gevent asks what would stop on a green pool.\n")
	}
	list := func(head string, facts []fact) {
		if len(facts) == 0 {
			return
		}
		fmt.Fprintf(&b, "%s\n", head)
		for _, f := range facts {
			fmt.Fprintf(&b, "    %s\n", f)
		}
	}
	list("Not known:", r.Unknown)
	list("Not read in full:", r.Skipped)
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *process) text(b *strings.Builder) {
	loop := p.Loop
	switch loop {
	case "":
		loop = "no loop"
	case "unknown":
		loop = "loop not known"
	}
	fmt.Fprintf(b, "%s  (%s, %s)\n", p.Name, p.Program, loop)
	row := func(head, format string, args ...any) {
		fmt.Fprintf(b, "    %-9s %s\n", head, fmt.Sprintf(format, args...))
	}
	for _, d := range p.Declared {
		row("declared", "%s", d)
	}
	if len(p.Imports) > 0 {
		row("imports", "%s", strings.Join(p.Imports, ", "))
	}
	for i, s := range p.Patches {
		row("patch "+fmt.Sprint(i+1), "%s", s)
	}
	if len(p.Patches) == 0 && (p.Loop == "gevent" || p.Loop == "eventlet") {
		row("patch", "none was found")
	}
	if len(p.Shims) > 0 {
		row("shims", "%s", strings.Join(p.Shims, ", "))
	}
	if len(p.Queues) > 0 {
		row("queues", "%s", strings.Join(p.Queues, ", "))
	}
	if len(p.Runs) > 0 {
		row("runs", "%s", strings.Join(p.Runs, ", "))
	}
	if p.Python != "" {
		row("python", "%s", p.Python)
	}
	for _, v := range p.Versions {
		name := strings.TrimSpace(v.Name + " " + v.Version)
		row("version", "%s  (%s:%d)", name, v.File, v.Line)
	}
	b.WriteString("\n")
}

func (p patch) String() string {
	s := strings.TrimSpace(p.By + " calls " + p.Call + " " + p.Text)
	if p.By == "code" {
		s = p.fact.String()
	}
	if len(p.Flags) > 0 {
		s += ": " + strings.Join(p.Flags, ", ")
	}
	if p.Conditional {
		s += "  (under a condition)"
	}
	return s
}

func (f fact) String() string {
	switch {
	case f.File == "":
		return f.Text
	case f.Line == 0:
		return f.File + "  " + f.Text
	}
	return fmt.Sprintf("%s:%d:%d  %s", f.File, f.Line, f.Column, f.Text)
}
