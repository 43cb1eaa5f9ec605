package main

import (
	"context"
	"os"
	"strings"
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
	outputs           outputs
	color             string
	verbose, quiet    bool
	stats, noProgress bool
	exitZero          bool
	failOn            string
	baseline          string
	updateBaseline    bool
	noBaseline        bool
	diff              bool   // --diff is there
	diffBase          string // and its value
	fix, unsafeFixes  bool
	confirm           bool
	python            string
	shard             check.Shard
	noCache           bool
	merging           bool // the findings come from shards
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
that is named is always looked at. Calls are followed into installed packages
that the catalogue does not describe, and a finding there lies where the project
calls them. A finding that is not one is silenced where
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
			f = checkFlags{color: "auto"}
			fl.Group("What to look for")
			fl.List(&f.sel, "select", "RULES", "only these: ids (GL401), prefixes (GL4) or names (foreign-io), separated by commas; ALL for every rule")
			fl.List(&f.ignore, "ignore", "RULES", "leave these out")
			fl.ChoiceOf(&f.loop, "loop", "LOOP", words(loops), "judge all tasks as if they ran on this loop: gevent, eventlet, asyncio, greenpool, …")
			fl.String(&f.python, "python", "PATH", pythonHelp+", and which --confirm runs (else the project's own, by the usual signs; greenlint confirm --help says which of them are run)")
			fl.Each("shard", "I/N", "do one part of N, for --format json; greenlint merge puts the parts together", func(s string) (err error) {
				f.shard, err = check.ParseShard(s)
				return err
			})
			fl.Bool(&f.noCache, "no-cache", "look at every Python file afresh, and keep nothing for the next run; see \"greenlint cache clean --help\"")
			f.settingsFlags(fl)
			f.outputFlags(fl)
			fl.Group("Proof")
			fl.Bool(&f.confirm, "confirm", "run each finding's task on a real loop, and say beside the finding whether the loop stops; see \"greenlint confirm --help\"")
			fl.Group("Fixes")
			fl.Bool(&f.fix, "fix", "make the fixes that leave the program's meaning as it is, and report what remains")
			fl.Bool(&f.unsafeFixes, "unsafe-fixes", "with --fix: those too after which other tasks run where they didn't before")
			f.baselineFlags(fl)
			fl.Optional(&f.diffBase, &f.diff, "diff", "BASE", "only what has come since the working tree parted from this git revision; with --fix: show the fixes instead of making them", "fix")
			f.statusFlags(fl)
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			*c.Verbose = f.verbose
			return runCheck(ctx, c, &f, run)
		},
	}
}

// The flags below are those of "merge" too.

func (f *checkFlags) settingsFlags(fl *command.Flags) {
	fl.Group("Settings")
	fl.String(&f.config, "config", "FILE", "use this file and no other (else the project's greenlint.toml, or [tool.greenlint] in pyproject.toml)")
	fl.Bool(&f.noConfig, "no-config", "use no settings file")
}

func (f *checkFlags) outputFlags(fl *command.Flags) {
	fl.Group("Output")
	fl.Each("format", strings.Join(formatNames(), "|"), "how findings are written (text); with several, each goes with the --output beside it", f.outputs.setFormat)
	fl.Each("o,output", "FILE", "write findings to a file instead of standard output; its ending says the format if --format doesn't", f.outputs.setFile)
	fl.Choice(&f.color, "color", []string{"auto", "always", "never"}, "colour text: on a terminal (auto), unless NO_COLOR is set")
	fl.Bool(&f.verbose, "v,verbose", "say more: every file that could not be read, every call that could not be resolved and why, where an internal error happened")
	fl.Bool(&f.quiet, "q,quiet", "findings and errors only, no summary")
	fl.Bool(&f.stats, "stats", "say what was looked at and how long it took")
	fl.Bool(&f.noProgress, "no-progress", "show no progress on a terminal")
}

func (f *checkFlags) baselineFlags(fl *command.Flags) {
	fl.Group("Old findings")
	fl.String(&f.baseline, "baseline", "FILE", "leave out the findings that this file lists; what is gone is taken out of it")
	fl.Bool(&f.updateBaseline, "update-baseline", "make the baseline list what is found now")
	fl.Bool(&f.noBaseline, "no-baseline", "leave out no finding, whatever the settings say")
}

func (f *checkFlags) statusFlags(fl *command.Flags) {
	fl.Group("Exit status")
	fl.Choice(&f.failOn, "fail-on", []string{"info", "warning", "error"}, "1 only if a finding is at least so severe (info)")
	fl.Bool(&f.exitZero, "exit-zero", "0 even if there are findings")
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
	if _, err := f.outputs.complete(); err != nil {
		return 0, err
	}
	switch {
	case f.fix && f.diffBase != "":
		return 0, &command.UsageError{Msg: "--fix takes --diff without a revision: it shows the fixes instead of making them"}
	case f.unsafeFixes && !f.fix:
		return 0, &command.UsageError{Msg: "--unsafe-fixes goes with --fix"}
	case f.diff && f.diffBase == "" && !f.fix:
		return 0, &command.UsageError{Msg: "--diff: which git revision? For instance --diff origin/main"}
	}
	if f.shard.Count > 0 {
		if err := f.checkShard(); err != nil {
			return 0, err
		}
	}
	collectLate()
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
	store := openCache(ctx, c, f)
	defer store.Close()
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
	sites, err := installedModules(c.Dir, place.Root, f.python)
	if err != nil && !f.confirm { // which can do with an interpreter that has no packages
		return 0, err
	}
	req := check.Request{
		Root: place.Root, Files: listing.Files, Paths: place.Paths,
		Catalog: catalog, Select: f.sel, Ignore: f.ignore, Loop: rules.Loop(f.loop), Shard: f.shard,
		ConfigFile: config, Sites: sites, Cache: store, Verbose: f.verbose, Progress: line.Update,
	}
	out, err := run(ctx, req)
	if err != nil {
		return 0, interrupted(err)
	}
	draft, err := draftOf(&out, listing.Skipped, catalog, place.Partial())
	if err != nil {
		return 0, err
	}
	known, err := baselineOf(c, f, out.Config, config)
	if err != nil {
		return 0, err
	}
	result := &report.Result{Findings: draft.Finish(), Skipped: draft.Skips(), Notes: out.Notes, Stats: out.Stats, Unknown: out.Unknown}
	if result.Part, err = check.PartOf(&req, &out, c.Args, version()); err != nil {
		return 0, err
	}
	if err := applyDiff(ctx, f, &place, req, run, result); err != nil {
		return 0, interrupted(err)
	}
	if err := applyBaseline(ctx, known, f, &place, &out, result, os.Getenv); err != nil {
		return 0, err
	}
	attachFixes(&place, catalog, result.Findings)
	if f.fix {
		fixed, err := runFixes(ctx, c, f, &place, req, run, result)
		switch {
		case err != nil:
			return 0, interrupted(err)
		case f.diff && fixed > 0 && !f.exitZero:
			return command.Findings, nil
		case f.diff:
			return command.OK, nil
		case fixed > 0:
			if catalog, err = rules.Load(); err != nil {
				return 0, err
			}
			req.Catalog = catalog
			after, err := run(ctx, req)
			if err != nil {
				return 0, interrupted(err)
			}
			if draft, err = draftOf(&after, listing.Skipped, catalog, place.Partial()); err != nil {
				return 0, err
			}
			result.Findings, result.Skipped, result.Stats, result.Notes, result.Unknown = draft.Finish(), draft.Skips(), after.Stats, after.Notes, after.Unknown
			if err := applyBaseline(ctx, known, f, &place, &after, result, os.Getenv); err != nil {
				return 0, err
			}
			attachFixes(&place, catalog, result.Findings)
		}
	}
	if f.confirm {
		if err := proveFindings(ctx, &place, catalog, f.python, result.Findings); err != nil {
			return 0, interrupted(err)
		}
	}
	if note := fixNote(result.Findings); note != "" {
		result.Notes = append(result.Notes, note)
	}
	line.Close()
	if result.Stats.Elapsed == 0 {
		result.Stats.Elapsed = time.Since(start)
	}
	if err := writeResult(c, f, &place, catalog, result); err != nil {
		return 0, err
	}
	if f.shard.Count > 0 {
		return command.OK, nil // whether the whole is good is not for a part to say
	}
	return status(f, out.Config, result)
}
