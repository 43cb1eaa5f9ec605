package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

//go:embed completion
var completions embed.FS

// shells are those that can be taught to complete, and what their script ends in.
var shells = []struct{ name, suffix string }{{"bash", "bash"}, {"zsh", "zsh"}, {"fish", "fish"}, {"powershell", "ps1"}}

func shellWords() (out []command.Candidate) {
	for _, s := range shells {
		out = append(out, command.Candidate{Word: s.name})
	}
	return out
}

func ruleWords() (out []command.Candidate) {
	catalog, err := rules.Load()
	if err != nil {
		return nil
	}
	for _, r := range catalog.Rules() {
		out = append(out, command.Candidate{Word: string(r.ID), Usage: r.Name})
	}
	for _, r := range catalog.Rules() {
		out = append(out, command.Candidate{Word: r.Name, Usage: r.Title})
	}
	return out
}

func completionCommand() *command.Command {
	return &command.Command{
		Name:    "completion",
		Args:    "SHELL",
		Summary: "print the script that makes a shell complete greenlint's words",
		Doc: `Prints what bash, zsh, fish or powershell has to read to complete commands, flags,
their values and the names of rules.`,
		Example: `source <(greenlint completion bash)       in .bashrc
source <(greenlint completion zsh)        in .zshrc, after compinit
greenlint completion fish | source        in config.fish
greenlint completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		Run: func(_ context.Context, c *command.Call) (int, error) {
			var names []string
			for _, s := range shells {
				if len(c.Args) == 1 && c.Args[0] == s.name {
					text, err := completions.ReadFile("completion/greenlint." + s.suffix)
					if err != nil {
						return 0, err
					}
					_, err = c.Stdout.Write(text)
					return command.OK, err
				}
				names = append(names, s.name)
			}
			if len(c.Args) != 1 {
				return 0, &command.UsageError{Msg: "which shell? One of " + strings.Join(names, ", ")}
			}
			return 0, &command.UsageError{Msg: command.NotOneOf(c.Args[0], names).Error()}
		},
	}
}

// completionWordsCommand is what the scripts ask.
func completionWordsCommand(p *command.Program) *command.Command {
	current := ""
	return &command.Command{
		Name:    "completion words",
		Args:    "[WORD…]",
		Summary: "list what a command line can go on with",
		Doc:     `Lists the words that can follow those given, one a line with its meaning behind a tab.`,
		Hidden:  true,
		Flags: func(f *command.Flags) {
			current = ""
			f.String(&current, "current", "WORD", "what is typed of the last word")
		},
		Run: func(_ context.Context, c *command.Call) (int, error) {
			var b strings.Builder
			for _, x := range p.Complete(c.Args, current) {
				fmt.Fprintf(&b, "%s\t%s\n", x.Word, strings.Join(strings.Fields(x.Usage), " "))
			}
			_, err := io.WriteString(c.Stdout, b.String())
			return command.OK, err
		},
	}
}
