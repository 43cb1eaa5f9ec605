// Package command is the frame of a program with sub-commands: a table of them,
// flags in the GNU manner, help that teaches, suggestions for typing errors, and
// one border at which errors and panics become an exit status.
package command

import (
	"context"
	"io"
	"strings"
)

// The exit statuses.
const (
	OK       = 0
	Findings = 1 // what was looked for was found
	Failure  = 2 // usage, configuration or internal error
)

// A Command is one row of the table: "check", or "debug ast".
type Command struct {
	Name    string // the words that select it
	Args    string // for the usage line: "[PATH…]"
	Summary string // one line, for the list of commands
	Doc     string // paragraphs: what it does, when to use it, exit statuses that are its own
	Example string // lines "command line    what it does"
	Flags   func(*Flags)
	Run     func(context.Context, *Call) (status int, err error)
	Hidden  bool // not in the list of commands
	Raw     bool // its arguments are another program's: none is taken for a flag
}

// A Call is what a command runs with.
type Call struct {
	Args    []string // what is left after the flags
	Dir     string   // the working directory
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Verbose *bool // set by the command's own flags; an internal error then shows its stack
}

// A Program is the whole table.
type Program struct {
	Name     string
	Summary  string                        // one line
	Doc      string                        // below the list of commands in the general help
	Report   string                        // where to report an internal error
	Words    map[string]func() []Candidate // what arguments can be, by their names in usage lines
	Commands []*Command
}

// A UsageError is a mistake in the command line. Its message says what was
// wanted; the border adds where help is.
type UsageError struct{ Msg string }

func (e *UsageError) Error() string { return e.Msg }

// find returns the command that the arguments begin with, and the rest of them.
func (p *Program) find(args []string) (*Command, []string) {
	var best *Command
	for _, c := range p.Commands {
		words := strings.Fields(c.Name)
		if len(words) <= len(args) && strings.Join(args[:len(words)], " ") == c.Name && (best == nil || len(c.Name) > len(best.Name)) {
			best = c
		}
	}
	if best == nil {
		return nil, args
	}
	return best, args[len(strings.Fields(best.Name)):]
}

// group reports whether a word begins the name of commands with several words.
func (p *Program) group(word string) (members []*Command) {
	for _, c := range p.Commands {
		if strings.HasPrefix(c.Name, word+" ") {
			members = append(members, c)
		}
	}
	return members
}
