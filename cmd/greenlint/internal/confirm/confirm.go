// Package confirm is the sub-command that runs what a finding accuses.
package confirm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/confirm"
	"github.com/greenlint/greenlint/runtime/stall"
)

type flags struct {
	from, root, loop, python, dir, args string
	threshold, limit                    string
	patch, engine                       string
	format, output                      string
	quiet                               bool
	soak                                string
	seed                                string
}

// Command is the row of the table.
func Command() *command.Command {
	var f flags
	return &command.Command{
		Name:    "confirm",
		Args:    "TARGET…",
		Summary: "run what a finding accuses, and see whether the loop stops",
		Doc: `Runs each TARGET as a task of a real loop, several times, each time in a process
of its own, and watches the loop's heartbeat from outside. A verdict is one of

  confirmed     three trials of at most five have held the loop
  refuted       three trials in which the loop went on, and none in which it did not
  inconclusive  neither; the reason is given. It never means that all is well

A TARGET is FILE.py::FUNCTION, FILE.py (the whole program), ./PACKAGE.FUNCTION for
Go, or a folder of fixtures (NAME_bad.py, NAME_ok.go). With --from, the targets
are the findings of "greenlint check --format json"; each one's task is called.

The code is really run, with all that it does: files, connections, mails. Only
run what you would run anyway.

A function is called with the arguments of a comment in its file, where
placeholders stand for slow peers on this machine:

  # greenlint: confirm refresh("http://{slow_http}/", timeout=5)

Without one it gets zero values for what has no default. docs/confirm.md lists
the placeholders and says how a verdict comes about.

Exit status: 0 nothing confirmed, 1 something confirmed, 2 usage, configuration or
internal error. For fixtures: 0 if all verdicts are as their names promise.`,
		Example: `greenlint confirm shop/tasks.py::refresh          one function
greenlint confirm testdata/stalls                 all fixtures of a folder
greenlint check --format json > findings.json     findings first, and then
greenlint confirm --from findings.json            run each of them`,
		Flags: func(fl *command.Flags) {
			f = flags{patch: "auto"}
			fl.Group("What to run")
			fl.String(&f.from, "from", "FILE", "confirm the findings in the JSON output of a check; - reads standard input")
			fl.String(&f.root, "root", "DIR", "the directory that was checked (the working directory)")
			fl.String(&f.args, "args", "TEXT", "arguments of the call, as in the language: '\"a\", timeout=5'")
			fl.Choice(&f.loop, "loop", []string{"gevent", "eventlet", "asyncio", "greenpool"}, "run on this loop (else what the file imports says)")
			fl.Choice(&f.engine, "engine", []string{"celery-gevent", "celery-eventlet", "gunicorn-gevent"}, "let this worker call the function (else a loop and nothing else does)")
			fl.Choice(&f.patch, "patch", []string{"auto", "yes", "no"}, "patch the standard library first (auto: where the process does so and the file does not)")
			fl.Group("How to run it")
			fl.String(&f.python, "python", "PATH", "an interpreter or virtual environment (else VIRTUAL_ENV, .venv, venv, python3)")
			fl.String(&f.soak, "soak", "N", "run the functions of a file, or of a Go package, as siblings, N rounds, in a drawn order of wake-ups")
			fl.String(&f.seed, "seed", "S", "the seed of the first round; the next round has the next number (1)")
			fl.String(&f.dir, "cwd", "DIR", "run tasks in this directory (else in an empty one)")
			fl.String(&f.threshold, "threshold", "DURATION", "the least stall that counts (50ms)")
			fl.String(&f.limit, "limit", "DURATION", "the longest that a task may take (10s)")
			fl.Group("Output")
			fl.Choice(&f.format, "format", []string{"text", "json", "html"}, "how verdicts are written (else the output file's ending says it; text)")
			fl.String(&f.output, "o,output", "FILE", "write verdicts to a file instead of standard output")
			fl.Bool(&f.quiet, "q,quiet", "verdicts only, no summary")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) { return run(ctx, c, &f) },
	}
}

func run(ctx context.Context, c *command.Call, f *flags) (int, error) {
	o := confirm.Options{Python: f.python, Dirs: []string{c.Dir}}
	var err error
	if o.Floor, err = duration("threshold", f.threshold); err != nil {
		return 0, err
	}
	if o.Limits.Run, err = duration("limit", f.limit); err != nil {
		return 0, err
	}
	if f.dir != "" {
		o.Dir = inside(c.Dir, f.dir)
	}
	if f.args != "" {
		o.Args = &f.args
	}
	targets, skipped, err := targets(c, f)
	if err != nil {
		return 0, err
	}
	if targets, err = siblings(targets, f); err != nil {
		return 0, err
	}
	for _, t := range targets {
		t.Limits = stall.Limits{Run: o.Limits.Run}
		o.Dirs = append(o.Dirs, t.Roots...)
	}
	s, err := confirm.NewSession(ctx, o)
	if err != nil {
		return 0, err
	}
	defer s.Close()

	format := f.format
	if format == "" {
		format = map[string]string{".json": "json", ".html": "html"}[filepath.Ext(f.output)]
	}
	if format == "" {
		format = "text"
	}
	var w io.Writer = c.Stdout
	if f.output != "" && f.output != "-" {
		file, err := os.Create(inside(c.Dir, f.output))
		if err != nil {
			return 0, err
		}
		defer file.Close()
		w = file
	}
	show := func(name string) string { return shorten(c.Dir, name) }
	var verdicts []confirm.Verdict
	err = s.ConfirmAll(ctx, targets, func(_ *confirm.Target, v confirm.Verdict) error {
		verdicts = append(verdicts, v)
		if format == "text" { // each as soon as those before it are known
			return confirm.WriteText(w, verdicts[len(verdicts)-1:], show)
		}
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return 0, errors.New("interrupted")
	}
	if err != nil {
		return 0, err
	}
	switch format {
	case "json":
		err = confirm.WriteJSON(w, verdicts, show)
	case "html":
		err = confirm.WriteHTML(w, verdicts, show)
	}
	if err != nil {
		return 0, err
	}
	if !f.quiet {
		summarise(c.Stderr, verdicts, skipped)
	}
	return status(verdicts), nil
}

// siblings makes soaks of the targets, if that is asked for.
func siblings(list []*confirm.Target, f *flags) ([]*confirm.Target, error) {
	rounds, seed := 0, 1
	var err error
	if f.soak != "" {
		if rounds, err = strconv.Atoi(f.soak); err != nil || rounds < 1 {
			return nil, &command.UsageError{Msg: fmt.Sprintf("--soak: %q is no number of rounds", f.soak)}
		}
	}
	if f.seed != "" {
		if seed, err = strconv.Atoi(f.seed); err != nil || seed < 0 {
			return nil, &command.UsageError{Msg: fmt.Sprintf("--seed: %q is no number", f.seed)}
		}
	}
	for _, t := range list { // those whose files ask for it
		if t.Soak != nil {
			if rounds > 0 {
				t.Soak.Rounds = rounds
			}
			if f.seed != "" {
				t.Soak.Seed = int64(seed)
			}
		}
	}
	if rounds == 0 {
		return list, nil
	}
	return confirm.Together(list, rounds, int64(seed)), nil
}

func targets(c *command.Call, f *flags) (out []*confirm.Target, skipped []string, err error) {
	if f.from == "" && len(c.Args) == 0 {
		return nil, nil, &command.UsageError{Msg: "what is to be confirmed? A TARGET or --from FILE is needed"}
	}
	for _, word := range c.Args {
		list, err := confirm.Parse(c.Dir, word)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, list...)
	}
	if f.from != "" {
		src, err := read(c, f.from)
		if err != nil {
			return nil, nil, err
		}
		findings, err := confirm.ReadFindings(src)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.from, err)
		}
		root := inside(c.Dir, f.root)
		for i := range findings {
			x := &findings[i]
			if x.Suppressed != nil {
				continue
			}
			t, why := confirm.FromFinding(root, x)
			if t == nil {
				skipped = append(skipped, fmt.Sprintf("%s:%d %s: %s", x.File, x.Line, x.Rule, why))
				continue
			}
			out = append(out, t)
		}
	}
	for _, t := range out {
		if f.loop != "" {
			t.Loop = rules.Loop(f.loop)
		}
		if f.engine != "" {
			if err := t.In(f.engine); err != nil {
				return nil, nil, err
			}
		}
		if f.patch != "auto" {
			t.Patch = f.patch == "yes"
		}
	}
	return out, skipped, nil
}

func read(c *command.Call, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(c.Stdin)
	}
	return os.ReadFile(inside(c.Dir, name))
}

func duration(flag, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, &command.UsageError{Msg: fmt.Sprintf("--%s: %q is no duration: want something like 100ms", flag, s)}
	}
	return d, nil
}

func summarise(w io.Writer, list []confirm.Verdict, skipped []string) {
	for _, s := range skipped {
		fmt.Fprintf(w, "not run: %s\n", s)
	}
	n := map[string]int{}
	wrong := 0
	for i := range list {
		n[list[i].Verdict]++
		if list[i].Wrong() {
			wrong++
		}
	}
	fmt.Fprintf(w, "%d confirmed, %d refuted, %d inconclusive", n[confirm.Confirmed], n[confirm.Refuted], n[confirm.Inconclusive])
	if wrong > 0 {
		fmt.Fprintf(w, "; %d not as the fixture's name promises", wrong)
	}
	fmt.Fprintln(w, ".")
}

func status(list []confirm.Verdict) int {
	for i := range list {
		v := &list[i]
		if v.Expected != "" && v.Wrong() || v.Expected == "" && v.Verdict == confirm.Confirmed {
			return command.Findings
		}
	}
	return command.OK
}

func inside(dir, file string) string {
	if file = filepath.FromSlash(file); filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// shorten shows a file relative to the working directory if it lies within.
func shorten(dir, name string) string {
	if rel, err := filepath.Rel(dir, name); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return name
}
