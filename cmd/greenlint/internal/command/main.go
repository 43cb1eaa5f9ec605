package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// Main runs the command that args (without the program's name) select and
// returns the exit status. It is the border: every error ends here.
func (p *Program) Main(ctx context.Context, args []string, call Call) (status int) {
	verbose := false
	call.Verbose = &verbose
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(call.Stderr, "%s: internal error: %v\n", p.Name, v)
			if verbose {
				call.Stderr.Write(debug.Stack())
			} else {
				fmt.Fprintln(call.Stderr, "The same command with -v shows where it happened.")
			}
			fmt.Fprintf(call.Stderr, "This is a bug. Please report it at %s\n", p.Report)
			status = Failure
		}
	}()
	status, err := p.dispatch(ctx, args, &call)
	if err == nil {
		return status
	}
	fmt.Fprintf(call.Stderr, "%s: %s\n", p.Name, err)
	var usage *UsageError
	if errors.As(err, &usage) {
		help := p.Name + " help"
		if c, _ := p.find(args); c != nil {
			help += " " + c.Name
		}
		fmt.Fprintf(call.Stderr, "Run %q to see how it is used.\n", help)
	}
	return Failure
}

func (p *Program) dispatch(ctx context.Context, args []string, call *Call) (int, error) {
	if len(args) == 0 {
		p.help(call.Stderr)
		return Failure, nil
	}
	switch args[0] {
	case "-h", "-help", "--help":
		return OK, p.help(call.Stdout)
	case "--version", "-version", "-V":
		args = []string{"version"}
	case "help":
		return p.helpOn(args[1:], call.Stdout)
	}
	c, rest := p.find(args)
	if c == nil {
		if members := p.group(args[0]); members != nil {
			if slices.ContainsFunc(args[1:], isHelp) {
				return OK, p.helpGroup(call.Stdout, args[0], members)
			}
			p.helpGroup(call.Stderr, args[0], members)
			return Failure, nil
		}
		return Failure, p.unknown(args[0], call.Dir)
	}
	if c.Raw {
		call.Args = rest
		return c.Run(ctx, call)
	}
	fs := newFlags(c)
	switch rest, err := fs.parse(rest); {
	case errors.Is(err, errHelp):
		return OK, p.helpCommand(call.Stdout, c)
	case err != nil:
		return Failure, err
	default:
		call.Args = rest
	}
	return c.Run(ctx, call)
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// unknown words the error for a first argument that is no command.
func (p *Program) unknown(word, dir string) error {
	if strings.HasPrefix(word, "-") {
		return &UsageError{fmt.Sprintf("a command comes before the flag %s: %s check %s", word, p.Name, word)}
	}
	var names []string
	for _, c := range p.Commands {
		if !c.Hidden {
			names = append(names, strings.Fields(c.Name)[0])
		}
	}
	msg := fmt.Sprintf("unknown command %q", word)
	if near := Nearest(word, append(names, "help")); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	} else if _, err := os.Stat(join(dir, word)); err == nil {
		msg += fmt.Sprintf("; did you mean %q?", p.Name+" check "+word)
	}
	return &UsageError{msg}
}

// helpOn is "help", "help check", "help debug ast".
func (p *Program) helpOn(words []string, w io.Writer) (int, error) {
	words = slices.DeleteFunc(slices.Clone(words), isHelp)
	if len(words) == 0 {
		return OK, p.help(w)
	}
	if c, rest := p.find(words); c != nil && len(rest) == 0 {
		return OK, p.helpCommand(w, c)
	}
	if members := p.group(words[0]); members != nil && len(words) == 1 {
		return OK, p.helpGroup(w, words[0], members)
	}
	return Failure, p.unknown(strings.Join(words, " "), "")
}
