package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/cache"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// openCache opens what "check" keeps from run to run, unless the user doesn't
// want it. Without a cache the answer is the same, so that is no error.
func openCache(ctx context.Context, c *command.Call, f *checkFlags) *cache.Cache {
	if f.noCache {
		return nil
	}
	store, err := cache.Open(ctx)
	if err != nil && os.Getenv("GOCACHEPROG") != "" { // somebody expects it to work
		fmt.Fprintf(c.Stderr, "greenlint: %s; going on without a cache\n", err)
	}
	return store
}

func cacheCleanCommand() *command.Command {
	return &command.Command{
		Name:    "cache clean",
		Summary: "remove what earlier runs have kept",
		Doc: `"greenlint check" keeps what it has found in Python files, so that the next run over
the same files is done at once. An entry is used only if the program, the settings
and every file that was read are the same; what has not been used for long goes by
itself, and all of it takes no more than 256 MB.

This removes them from the directory that "greenlint cache dir" names: a part of the
user's cache, or what GREENLINT_CACHE says ("off": nothing is kept). Go packages are kept by
the go command: "go clean -cache".

Where GOCACHEPROG names a program, it keeps the entries in the place of the
directory, and nothing is removed.`,
		Run: func(_ context.Context, c *command.Call) (int, error) {
			if len(c.Args) > 0 {
				return 0, &command.UsageError{Msg: "it takes no arguments"}
			}
			return command.OK, cache.Clean()
		},
	}
}

func cacheDirCommand() *command.Command {
	return &command.Command{
		Name:    "cache dir",
		Summary: "show where runs keep what they have found",
		Run: func(_ context.Context, c *command.Call) (int, error) {
			if len(c.Args) > 0 {
				return 0, &command.UsageError{Msg: "it takes no arguments"}
			}
			dir, err := cache.Dir()
			if err != nil {
				return 0, err
			}
			if dir == "" {
				return 0, errors.New("nothing is kept: GREENLINT_CACHE=off")
			}
			_, err = fmt.Fprintln(c.Stdout, dir)
			return command.OK, err
		},
	}
}
