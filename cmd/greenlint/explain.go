package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

func explainCommand() *command.Command {
	var color string
	return &command.Command{
		Name:    "explain",
		Args:    "RULE…",
		Summary: "say what a rule finds, why it matters and what to do",
		Doc:     `Shows the page of each rule that is named: by id (GL401), prefix (GL4) or name.`,
		Example: `greenlint explain GL401
greenlint explain foreign-io  the same`,
		Flags: func(f *command.Flags) {
			color = "auto"
			f.Choice(&color, "color", []string{"auto", "always", "never"}, "colour headings: on a terminal (auto), unless NO_COLOR is set")
		},
		Run: func(_ context.Context, c *command.Call) (int, error) {
			if len(c.Args) == 0 {
				return 0, &command.UsageError{Msg: "which rule? An id (GL401) or a name (foreign-io) is needed"}
			}
			chosen, err := choose(c.Args)
			if err != nil {
				return 0, err
			}
			for i, r := range chosen {
				if i > 0 {
					fmt.Fprintln(c.Stdout)
				}
				if err := explain(c.Stdout, r, colored(color, c.Stdout)); err != nil {
					return 0, err
				}
			}
			return command.OK, nil
		},
	}
}

// explain writes a rule's page: its head, then the Markdown as it is, in which
// only headings are made to stand out.
func explain(w io.Writer, r *rules.Rule, color bool) error {
	bold := func(s string) string {
		if color {
			return "\x1b[1m" + s + "\x1b[0m"
		}
		return s
	}
	state := "on by default"
	if !r.Default {
		state = "off by default"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s, %s)\n\n", bold(string(r.ID)+" "+r.Name), r.Severity, state)
	code := false
	for line := range strings.Lines(r.Doc) {
		text := strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(text, "```") {
			code = !code
		}
		if !code && strings.HasPrefix(text, "#") {
			text = bold(text)
		}
		b.WriteString(text + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
