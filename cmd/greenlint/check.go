package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/progress"
	"github.com/greenlint/greenlint/rules"
)

// checkFlags are the flags of "check".
type checkFlags struct {
	sel, ignore       []string
	loop              string
	config            string
	noConfig          bool
	format, output    string
	color             string
	verbose, quiet    bool
	stats, noProgress bool
	exitZero          bool
}

// loops are what --loop takes, in the order of the help.
var loops = []rules.Loop{
	rules.Gevent, rules.Eventlet, rules.Asyncio, rules.GreenPool, rules.Temporal, rules.Bubbletea, rules.Gnet, rules.JSFunc, rules.TinyGo, rules.UI,
}

// An analysis does the work between the files and the report: [check.Run].
type analysis func(context.Context, check.Request) (check.Outcome, error)

func checkCommand(run analysis) *command.Command {
	var f checkFlags
	return &command.Command{
		Name:    "check",
		Args:    "[PATH…]",
		Summary: "find what stops the loop in files and directories",
		Doc: `Reads the files under each PATH (the working directory, if none is given) and
reports the calls with which a task holds up the loop it runs on: where the
call is, how the task gets there, why the loop stops and what to do instead.

Which loop a task runs on is read from the project: Procfile, Dockerfile,
compose and Kubernetes files, gunicorn and Celery settings, calls that patch.
Where nothing declares one, only async def is judged; --loop says what to assume.

What git ignores, virtual environments and node_modules are left out; a path
that is named is always looked at. A finding that is not one is silenced where
it stands:

  c.perform()  # greenlint: ignore[GL401] the answer comes from memory

Findings go to standard output, everything else to standard error.

Exit status: 0 nothing found, 1 findings, 2 usage, configuration or internal error.`,
		Example: `greenlint check                         the working directory
greenlint check src/shop                one package of it
greenlint check --loop gevent           what would stop if this ran on gevent?
greenlint check --select GL4,GL201      these rules only
greenlint check --format json | jq ...  for programs`,
		Flags: func(fl *command.Flags) {
			f = checkFlags{format: "text", color: "auto"}
			fl.Group("What to look for")
			fl.List(&f.sel, "select", "RULES", "only these: ids (GL401), prefixes (GL4) or names (foreign-io), separated by commas; ALL for every rule")
			fl.List(&f.ignore, "ignore", "RULES", "leave these out")
			fl.ChoiceOf(&f.loop, "loop", "LOOP", words(loops), "judge all tasks as if they ran on this loop: gevent, eventlet, asyncio, greenpool, …")
			fl.Group("Settings")
			fl.String(&f.config, "config", "FILE", "use this file and no other (else the project's greenlint.toml, or [tool.greenlint] in pyproject.toml)")
			fl.Bool(&f.noConfig, "no-config", "use no settings file")
			fl.Group("Output")
			fl.Choice(&f.format, "format", formatNames(), "how findings are written (text)")
			fl.String(&f.output, "o,output", "FILE", "write findings to a file instead of standard output")
			fl.Choice(&f.color, "color", []string{"auto", "always", "never"}, "colour text: on a terminal (auto), unless NO_COLOR is set")
			fl.Bool(&f.verbose, "v,verbose", "say more: every file that could not be read, where an internal error happened")
			fl.Bool(&f.quiet, "q,quiet", "findings and errors only, no summary")
			fl.Bool(&f.stats, "stats", "say what was looked at and how long it took")
			fl.Bool(&f.noProgress, "no-progress", "show no progress on a terminal")
			fl.Group("Exit status")
			fl.Bool(&f.exitZero, "exit-zero", "0 even if there are findings")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			*c.Verbose = f.verbose
			return runCheck(ctx, c, &f, run)
		},
	}
}

func words(loops []rules.Loop) (out []string) {
	for _, l := range loops {
		out = append(out, string(l))
	}
	return out
}

func formatNames() (out []string) {
	for _, f := range report.Formats() {
		out = append(out, f.Name)
	}
	return out
}

func runCheck(ctx context.Context, c *command.Call, f *checkFlags, run analysis) (int, error) {
	start := time.Now()
	catalog, err := rules.Load()
	if err != nil {
		return 0, err
	}
	if _, err := catalog.Select(f.sel, f.ignore); err != nil {
		return 0, &command.UsageError{Msg: err.Error()}
	}
	place, err := check.Locate(c.Dir, c.Args)
	if err != nil {
		return 0, err
	}
	config, err := settingsFile(c.Dir, place.Root, f)
	if err != nil {
		return 0, err
	}
	var line *progress.Line
	if !f.noProgress && !f.quiet && isTerminal(c.Stderr) {
		line = progress.New(c.Stderr)
	}
	defer line.Close()
	line.Update("listing files", 0, 0)
	listing, err := files.List(ctx, place.Root, place.ToList())
	if err != nil {
		return 0, interrupted(err)
	}
	out, err := run(ctx, check.Request{
		Root: place.Root, Files: listing.Files, Paths: place.Paths,
		Catalog: catalog, Select: f.sel, Ignore: f.ignore, Loop: rules.Loop(f.loop),
		ConfigFile: config, Progress: line.Update,
	})
	if err != nil {
		return 0, interrupted(err)
	}
	ignored, err := check.Ignored(out.PathIgnores, catalog)
	if err != nil {
		return 0, err
	}
	line.Close()

	draft := report.Draft{
		Findings: out.Findings, Skipped: append(listing.Skipped, out.Skipped...), Comments: out.Comments,
		Catalog: catalog, Selected: out.Selected, Ignored: ignored, Partial: out.Partial || place.Partial(),
	}
	result := &report.Result{Findings: draft.Finish(), Skipped: draft.Skips(), Notes: out.Notes, Stats: out.Stats}
	if result.Stats.Elapsed == 0 {
		result.Stats.Elapsed = time.Since(start)
	}
	if err := writeResult(c, f, &place, catalog, result); err != nil {
		return 0, err
	}
	if result.Open() > 0 && !f.exitZero {
		return command.Findings, nil
	}
	return command.OK, nil
}

func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	return err
}

// writeResult writes the findings, and then what else there is to say.
func writeResult(c *command.Call, f *checkFlags, place *check.Place, catalog *rules.Catalog, r *report.Result) error {
	toFile := f.output != "" && f.output != "-"
	o := report.Options{
		Catalog: catalog,
		Read:    func(file string) ([]byte, error) { return readRegular(inside(place.Root, file)) },
		Path:    place.ForPeople,
		Color:   colored(f.color, c.Stdout) && (!toFile || f.color == "always"),
		Width:   lineWidth(c.Stdout),
	}
	written := o
	if f.format != "text" {
		written.Path = place.ForPrograms
	}
	w, err := report.New(f.format, written)
	if err != nil {
		return err
	}
	if toFile {
		var b bytes.Buffer
		if err := w.Write(&b, r); err != nil {
			return err
		}
		if err := os.WriteFile(inside(c.Dir, f.output), b.Bytes(), 0o666); err != nil {
			return fmt.Errorf("writing findings: %w", err)
		}
	} else if err := w.Write(c.Stdout, r); err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	if f.quiet {
		return nil
	}
	o.Color = colored(f.color, c.Stderr)
	return report.Summarise(c.Stderr, r, o, report.Verbosity{Verbose: f.verbose, Stats: f.stats})
}

// inside returns the system's name of a file that may be relative to dir.
func inside(dir, file string) string {
	if file = filepath.FromSlash(file); filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// readRegular reads a file, but no FIFO or device, which might never end.
func readRegular(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New(name + " is not a regular file")
	}
	return io.ReadAll(f)
}
