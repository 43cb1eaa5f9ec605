package main

import (
	"context"
	"fmt"
	"io"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/pyparse"
)

func debugASTCommand() *command.Command {
	return &command.Command{
		Name:    "debug ast",
		Args:    "FILE…",
		Summary: "show how a Python file is parsed, as JSON",
		Doc: `Writes the syntax tree of each FILE as one line of JSON in the shape of Python's
ast module; "-" is standard input. Syntax errors go to standard error, and the
tree holds what could be read nevertheless.

Exit status: 0 no errors, 1 syntax errors, 2 a file could not be read.`,
		Example: `greenlint debug ast shop/tasks.py | jq .
echo 'x = 1' | greenlint debug ast -`,
		Run: func(_ context.Context, c *command.Call) (int, error) {
			if len(c.Args) == 0 {
				return 0, &command.UsageError{Msg: `which file? "-" is standard input`}
			}
			status := command.OK
			for _, name := range c.Args {
				s, err := dumpAST(c, name)
				if err != nil {
					fmt.Fprintf(c.Stderr, "greenlint: %s\n", err)
					s = command.Failure
				}
				status = max(status, s)
			}
			return status, nil
		},
	}
}

func dumpAST(c *command.Call, name string) (status int, err error) {
	var src []byte
	if name == "-" {
		name = "<stdin>"
		src, err = io.ReadAll(c.Stdin)
	} else {
		src, err = readRegular(inside(c.Dir, name))
	}
	if err != nil {
		return 0, err
	}
	tree := pyparse.Parse(src, pyparse.Options{})
	if err := tree.WriteJSON(c.Stdout); err != nil {
		return 0, err
	}
	for _, e := range tree.Errors {
		line, col := tree.Position(e.Offset)
		fmt.Fprintf(c.Stderr, "%s:%d:%d: %s\n", name, line, col, e.Msg)
		status = command.Findings
	}
	return status, nil
}
