package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// checkShard refuses flags that only make sense for the whole, and keeps the
// settings' baseline out of the way: the whole is compared with it.
func (f *checkFlags) checkShard() error {
	outputs, err := f.outputs.complete()
	if err != nil {
		return err
	}
	switch {
	case f.fix || f.diff:
		return &command.UsageError{Msg: "--shard goes neither with --fix nor with --diff: a part does not know the whole"}
	case f.baseline != "" || f.updateBaseline:
		return &command.UsageError{Msg: "--shard does not go with a baseline: greenlint merge takes it"}
	}
	f.noBaseline = true
	for _, o := range outputs {
		if o.format == "json" {
			return nil
		}
	}
	return &command.UsageError{Msg: "--shard wants --format json, which greenlint merge reads"}
}

func mergeCommand() *command.Command {
	var f checkFlags
	return &command.Command{
		Name:    "merge",
		Args:    "FILE…",
		Summary: "put the parts of a check together that several machines have done",
		Doc: `Each FILE is what "greenlint check --shard I/N --format json" has written. With all
parts at hand the findings are the same, byte for byte, as those of one check.

Run it where the parts were made, in the same directory of the same revision:
settings, suppressions and source lines are read there.

What is shared out are Go packages, and the Python part as one.

Exit status: 0 nothing found, 1 findings, 2 usage, configuration or internal error.`,
		Example: `greenlint check --shard 1/2 --format json --output part1.json   on one machine
greenlint check --shard 2/2 --format json --output part2.json   on another
greenlint merge part1.json part2.json                           and the gate`,
		Flags: func(fl *command.Flags) {
			f = checkFlags{color: "auto", merging: true}
			f.settingsFlags(fl)
			f.outputFlags(fl)
			f.baselineFlags(fl)
			f.statusFlags(fl)
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			*c.Verbose = f.verbose
			if len(c.Args) == 0 {
				return 0, &command.UsageError{Msg: "merge what? Name the files that check --shard has written"}
			}
			parts, err := readParts(c)
			if err != nil {
				return 0, err
			}
			first := parts[0]
			f.sel, f.ignore, f.loop = first.Select, first.Ignore, string(first.Loop)
			whole := *c
			whole.Args = first.Args
			return runCheck(ctx, &whole, &f, func(_ context.Context, req check.Request) (check.Outcome, error) {
				return check.Merge(req, parts)
			})
		},
	}
}

// readParts reads the files that the arguments name; "-" is standard input.
func readParts(c *command.Call) ([]check.Part, error) {
	var parts []check.Part
	for _, name := range c.Args {
		var text []byte
		var err error
		if name == "-" {
			text, err = io.ReadAll(c.Stdin)
		} else {
			text, err = readRegular(inside(c.Dir, name))
		}
		if err != nil {
			return nil, err
		}
		var v struct {
			Schema string
			Part   *check.Part
		}
		if err := json.Unmarshal(text, &v); err != nil {
			return nil, fmt.Errorf("%s: not greenlint's JSON: %w", name, err)
		}
		if v.Part == nil || v.Part.Shard.Count == 0 {
			return nil, fmt.Errorf("%s: not a part of a check; --shard makes them", name)
		}
		parts = append(parts, *v.Part)
	}
	return parts, check.Complete(parts, c.Args)
}
