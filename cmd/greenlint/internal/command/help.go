package command

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// help is the general help.
func (p *Program) help(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage: %s COMMAND [ARGUMENT…]\n\nCommands:\n", p.Summary, p.Name)
	b.WriteString(p.list(p.Commands))
	fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(p.Doc))
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Program) helpGroup(w io.Writer, name string, members []*Command) error {
	_, err := fmt.Fprintf(w, "Usage: %s %s COMMAND [ARGUMENT…]\n\nCommands:\n%s\n%q says more about a command.\n",
		p.Name, name, p.list(members), p.Name+" help "+name+" COMMAND")
	return err
}

func (p *Program) list(commands []*Command) string {
	var rows [][2]string
	for _, c := range commands {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name, c.Summary})
		}
	}
	return table(rows)
}

// helpCommand is the help of one command.
func (p *Program) helpCommand(w io.Writer, c *Command) error {
	var b strings.Builder
	f := newFlags(c)
	fmt.Fprintf(&b, "%s\n\nUsage: %s %s", c.Summary, p.Name, c.Name)
	if len(f.groups) > 0 {
		b.WriteString(" [FLAG…]")
	}
	if c.Args != "" {
		b.WriteString(" " + c.Args)
	}
	b.WriteString("\n")
	if c.Doc != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(c.Doc))
	}
	if c.Example != "" {
		var rows [][2]string
		for line := range strings.SplitSeq(strings.TrimSpace(c.Example), "\n") {
			do, what, _ := strings.Cut(strings.TrimSpace(line), "  ")
			rows = append(rows, [2]string{do, strings.TrimSpace(what)})
		}
		b.WriteString("\nExamples:\n" + table(rows))
	}
	for _, g := range f.groups {
		title := g.title
		if title == "" {
			title = "Flags"
		}
		var rows [][2]string
		for _, s := range g.flags {
			left := "    --" + s.name
			if s.short != "" {
				left = "-" + s.short + ", --" + s.name
			}
			if s.arg != "" {
				left += " " + s.arg
			}
			rows = append(rows, [2]string{left, s.usage})
		}
		b.WriteString("\n" + title + ":\n" + table(rows))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tableWidth is the column at which the right side of a table is broken.
const tableWidth = 100

// table sets two columns. The right one is broken at blanks; a left side that
// is too long gets a line of its own.
func table(rows [][2]string) string {
	const tooLong = 42
	left := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r[0]); n <= tooLong {
			left = max(left, n)
		}
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString("  " + r[0])
		at := utf8.RuneCountInString(r[0])
		if r[1] == "" {
			b.WriteString("\n")
			continue
		}
		if at > left {
			b.WriteString("\n  ")
			at = 0
		}
		b.WriteString(strings.Repeat(" ", left-at+2))
		column := left + 4
		for i, word := range strings.Fields(r[1]) {
			n := utf8.RuneCountInString(word)
			switch {
			case i == 0:
			case column+1+n > tableWidth:
				b.WriteString("\n" + strings.Repeat(" ", left+4))
				column = left + 4
			default:
				b.WriteString(" ")
				column++
			}
			b.WriteString(word)
			column += n
		}
		b.WriteString("\n")
	}
	return b.String()
}
