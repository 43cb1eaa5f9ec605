// Command greenlint finds the calls that stop a cooperative loop: a gevent or
// eventlet hub, asyncio, a Go green pool. "greenlint help" says how to use it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/confirm"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/environ"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/vet"
)

func main() {
	if vet.Asked(os.Args[1:]) { // started by go vet, once for every package: nothing else is set up
		os.Exit(vet.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	// A reader that has gone away is an error like a full disk, said and with
	// status 2, rather than a silent end. Ignoring the signal would hand that on to
	// the programs which are started from here; asking for it does not.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "greenlint:", err)
		os.Exit(command.Failure)
	}
	os.Exit(program(check.Run).Main(ctx, os.Args[1:], command.Call{Dir: dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}))
}

// program is the table of sub-commands, in the order of the general help.
func program(run analysis) *command.Program {
	p := &command.Program{
		Name:    "greenlint",
		Summary: "greenlint finds the calls that stop a cooperative loop, before they are merged.",
		Doc: `A loop is anything on which many tasks take turns on one thread: a gevent or
eventlet hub, a Celery worker with -P gevent, asyncio, a Go green pool. One
task that does not give the thread back stops them all.

"greenlint help COMMAND" says more about a command, "greenlint explain RULE"
about a rule. Start with: greenlint check

Exit status: 0 nothing found, 1 findings, 2 usage, configuration or internal error.`,
		Report: "https://github.com/greenlint/greenlint/issues",
		Commands: []*command.Command{
			checkCommand(run),
			mergeCommand(),
			initCommand(run),
			ignoreCommand(run),
			lspCommand(run),
			goplsCommand(run),
			environ.EnvCommand(),
			environ.AuditCommand(),
			routesCommand(),
			rulesCommand(),
			confirm.Command(),
			explainCommand(),
			cacheCleanCommand(),
			cacheDirCommand(),
			versionCommand(),
			debugASTCommand(),
		},
		Words: map[string]func() []command.Candidate{"RULE": ruleWords, "RULES": ruleWords, "SHELL": shellWords},
	}
	p.Commands = append(p.Commands, completionCommand(), completionWordsCommand(p))
	return p
}
