package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

// defaultBaseline is the name that init gives a baseline.
const defaultBaseline = "greenlint-baseline.json"

func initCommand(run analysis) *command.Command {
	var withBaseline, show bool
	return &command.Command{
		Name:    "init",
		Summary: "write greenlint.toml from what the project shows",
		Doc: `Looks at the project in the working directory and writes greenlint.toml: which
loops its processes declare, where its tests are, and every setting with what it
does. With --baseline it also lists the findings of today in ` + defaultBaseline + `,
so that only new ones stop a merge.

A project that has settings keeps them.`,
		Example: `greenlint init             write the settings
greenlint init --baseline  and be stopped by new findings only
greenlint init --show      look at them first`,
		Flags: func(fl *command.Flags) {
			withBaseline, show = false, false
			fl.Bool(&withBaseline, "baseline", "also list the findings of today, which are then not reported again")
			fl.Bool(&show, "show", "write to standard output instead")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			if len(c.Args) > 0 {
				return 0, &command.UsageError{Msg: "init takes no path: run it in the project's directory"}
			}
			return runInit(ctx, c, run, withBaseline, show)
		},
	}
}

func runInit(ctx context.Context, c *command.Call, run analysis, withBaseline, show bool) (int, error) {
	name := filepath.Join(c.Dir, "greenlint.toml")
	if !show {
		if _, err := os.Lstat(name); err == nil {
			return 0, fmt.Errorf("greenlint.toml is there already; \"greenlint init --show\" shows what would be written")
		}
		if hasOurTable(filepath.Join(c.Dir, "pyproject.toml")) {
			return 0, fmt.Errorf("pyproject.toml has [tool.greenlint] already; \"greenlint init --show\" shows what would be written")
		}
	}
	p, err := analyse(ctx, c, &checkFlags{noConfig: true}, run)
	if err != nil {
		return 0, err
	}
	text := initText(p, withBaseline)
	if show {
		_, err := io.WriteString(c.Stdout, text)
		return command.OK, err
	}
	if err := replaceFile(name, []byte(text)); err != nil {
		return 0, err
	}
	fmt.Fprintln(c.Stderr, "Wrote greenlint.toml.")
	if !withBaseline {
		return command.OK, nil
	}
	quiet := *c
	quiet.Stdout = io.Discard
	status, err := runCheck(ctx, &quiet, &checkFlags{color: "never", updateBaseline: true, noProgress: true}, run)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(c.Stderr, "Wrote %s; commit it with greenlint.toml.\n", defaultBaseline)
	return status, nil
}

// projectSource lets the deployment be read.
type projectSource struct{ p *analysed }

func (s projectSource) Files() []string { return s.p.req.Files }
func (s projectSource) Read(name string) ([]byte, error) {
	return readRegular(inside(s.p.place.Root, name))
}

// initText words the settings of a project.
func initText(p *analysed, withBaseline bool) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	deployed := env.Read(projectSource{p}, p.req.Catalog)
	python, tests := 0, map[string]bool{}
	for _, f := range p.req.Files {
		if !strings.HasSuffix(f, ".py") {
			continue
		}
		python++
		if top, _, ok := strings.Cut(f, "/"); ok && (top == "tests" || top == "test") {
			tests[top] = true
		}
	}
	say("# Settings of greenlint. What is commented out is the default.")
	say("# A finding that is not one is silenced where it stands:")
	say("#   c.perform()  # greenlint: ignore[GL401] why")
	say("")
	var declared []string
	green := false
	for _, q := range deployed.Processes {
		loop := string(q.Env.Loop)
		if loop == "" {
			continue
		}
		green = green || q.Env.Loop != rules.Asyncio
		where := ""
		if len(q.Env.Why) > 0 {
			where = q.Env.Why[0].Pos.String() + ": "
		}
		declared = append(declared, fmt.Sprintf("#   %s%s: %s", where, q.Env.Name, loop))
	}
	slices.Sort(declared)
	declared = slices.Compact(declared)
	if len(declared) > 0 {
		say("# The project declares these loops; they need no setting:")
		for _, d := range declared {
			say("%s", strings.Map(printable, d))
		}
	} else {
		say("# No file of the project says on which loop its tasks run, so only async def is")
		say("# judged. If they run on one, say so:")
	}
	hint := "gevent"
	for _, v := range deployed.Versions {
		if !green && (v.Dist == "gevent" || v.Dist == "eventlet") {
			hint = v.Dist
			say("# (%s is among the dependencies)", v.Dist)
			break
		}
	}
	say("# loop = %q", hint)
	say("")
	say("# Rules by id, prefix or name; \"greenlint rules\" lists them.")
	say("# select = [\"ALL\"]")
	say("# ignore = [\"GL203\"]")
	say("")
	say("# How long a task may hold the thread.")
	say("# budget = \"100ms\"")
	say("")
	if len(tests) > 0 {
		say("# Check the tasks in tests too.")
	} else {
		say("# Check the tasks in tests too, which is to say in folders called tests and test.")
	}
	say("# tests = false")
	say("")
	say("# The least severity that makes the exit status 1: info, warning or error.")
	say("# fail-on = \"info\"")
	say("")
	say("# Findings that were there when greenlint came, and are not reported again.")
	if withBaseline {
		say("baseline = %q", defaultBaseline)
	} else {
		say("# baseline = %q", defaultBaseline)
	}
	say("")
	say("# [severity]")
	say("# GL101 = \"info\"")
	say("")
	say("# [[path]]")
	say("# files  = [\"scripts/\"]")
	say("# ignore = [\"ALL\"]")
	return b.String()
}

// printable keeps what comes from the project on its line.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}
