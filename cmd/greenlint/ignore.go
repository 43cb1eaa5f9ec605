package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/fix"
	"github.com/greenlint/greenlint/rules"
)

func ignoreCommand(run analysis) *command.Command {
	var f checkFlags
	var add bool
	var reason string
	return &command.Command{
		Name:    "ignore",
		Args:    "[PATH…]",
		Summary: "write comments that silence findings, with a reason",
		Doc: `Writes a comment behind every finding under each PATH (the working directory, if
none is given), which silences it and says why:

  c.perform()  # greenlint: ignore[GL401] the answer comes from memory

Without --add it shows what it would write. Rules say which findings are meant.
For many old findings a baseline is the better way: greenlint help check.

Exit status: 0 if a comment could be written for each finding, 1 if not, 2 usage or error.`,
		Example: `greenlint ignore --select GL203 --reason "a RAM disk" src      show the comments
greenlint ignore --select GL203 --reason "a RAM disk" src --add  write them`,
		Flags: func(fl *command.Flags) {
			f, add, reason = checkFlags{color: "auto"}, false, ""
			fl.Bool(&add, "add", "write the comments")
			fl.String(&reason, "reason", "TEXT", "why these are no findings; goes into the comment")
			fl.List(&f.sel, "select", "RULES", "only findings of these rules: ids, prefixes or names")
			fl.List(&f.ignore, "ignore", "RULES", "not those of these")
			fl.ChoiceOf(&f.loop, "loop", "LOOP", words(loops), "judge all tasks as if they ran on this loop")
			fl.String(&f.config, "config", "FILE", "use this settings file and no other")
			fl.Bool(&f.noConfig, "no-config", "use no settings file")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			if err := fix.CheckReason(reason); err != nil {
				return 0, &command.UsageError{Msg: "--reason: " + err.Error()}
			}
			return runIgnore(ctx, c, &f, run, reason, add)
		},
	}
}

func runIgnore(ctx context.Context, c *command.Call, f *checkFlags, run analysis, reason string, add bool) (int, error) {
	p, err := analyse(ctx, c, f, run)
	if err != nil {
		return 0, err
	}
	byFile := map[string][]rules.Finding{}
	var names []string
	req := check.Request{Paths: p.place.Paths}
	for _, found := range p.draft.Finish() {
		if found.Suppressed != "" || !req.Wants(found.Pos.File) {
			continue
		}
		if byFile[found.Pos.File] == nil {
			names = append(names, found.Pos.File)
		}
		byFile[found.Pos.File] = append(byFile[found.Pos.File], found)
	}
	slices.Sort(names)
	written, changed, status := 0, 0, command.OK
	for _, file := range names {
		text, err := readRegular(inside(p.place.Root, file))
		if err != nil {
			return 0, err
		}
		out, left := fix.Ignore(file, text, byFile[file], reason)
		for _, l := range left {
			status = command.Findings
			pos := l.Pos
			pos.File = p.place.ForPeople(file)
			fmt.Fprintf(c.Stderr, "%s: %s: no comment can stand here; per-file-ignores in the settings can\n", pos, l.Rule)
		}
		if string(out) == string(text) {
			continue
		}
		changed++
		written += len(byFile[file]) - len(left)
		if !add {
			if _, err := io.WriteString(c.Stdout, fix.Diff(p.place.ForPeople(file), text, out)); err != nil {
				return 0, err
			}
			continue
		}
		if err := replaceFile(inside(p.place.Root, file), out); err != nil {
			return 0, err
		}
	}
	verb := "Silenced"
	if !add {
		verb = "With --add this would silence"
	}
	fmt.Fprintf(c.Stderr, "%s %s in %s.\n", verb, count(written, "finding"), count(changed, "file"))
	return status, nil
}

// analysed is a project after its analysis, before the report.
type analysed struct {
	place  check.Place
	config string // the settings' file; "" = none
	req    check.Request
	out    check.Outcome
	draft  *report.Draft
}

// analyse finds the project and its settings and runs the analysis.
func analyse(ctx context.Context, c *command.Call, f *checkFlags, run analysis) (*analysed, error) {
	p := new(analysed)
	catalog, err := rules.Load()
	if err != nil {
		return nil, err
	}
	if _, err := catalog.Select(f.sel, f.ignore); err != nil {
		return nil, &command.UsageError{Msg: err.Error()}
	}
	if p.place, err = check.Locate(c.Dir, c.Args); err != nil {
		return nil, err
	}
	if p.config, err = settingsFile(c.Dir, p.place.Root, f); err != nil {
		return nil, err
	}
	listing, err := files.List(ctx, p.place.Root, p.place.ToList())
	if err != nil {
		return nil, interrupted(err)
	}
	sites, err := installedModules(c.Dir, p.place.Root, f.python)
	if err != nil {
		return nil, err
	}
	p.req = check.Request{
		Root: p.place.Root, Files: listing.Files, Paths: p.place.Paths,
		Catalog: catalog, Select: f.sel, Ignore: f.ignore, Loop: rules.Loop(f.loop), ConfigFile: p.config, Sites: sites,
	}
	if p.out, err = run(ctx, p.req); err != nil {
		return nil, interrupted(err)
	}
	p.draft, err = draftOf(&p.out, listing.Skipped, catalog, p.place.Partial())
	return p, err
}
