package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// program has one command that says with what it was called.
func program() *Program {
	var list []string
	var name, choice string
	var on bool
	flags := func(f *Flags) {
		list, name, choice, on = nil, "", "", false
		f.Group("First")
		f.List(&list, "select", "RULES", "which")
		f.String(&name, "o,output", "FILE", "where to")
		f.Group("Second")
		f.Choice(&choice, "color", []string{"auto", "always", "never"}, "when")
		f.Bool(&on, "v,verbose", "more")
	}
	return &Program{
		Name: "prog", Summary: "prog does it.", Doc: "More.", Report: "https://example.org/",
		Commands: []*Command{
			{Name: "check", Summary: "check it", Args: "[PATH…]", Doc: "What it does.", Example: "prog check .   all of it", Flags: flags,
				Run: func(_ context.Context, c *Call) (int, error) {
					*c.Verbose = on
					for _, a := range c.Args {
						switch a {
						case "panic":
							panic("boom")
						case "fail":
							return 0, errors.New("it failed")
						}
					}
					_, err := c.Stdout.Write([]byte(strings.Join([]string{strings.Join(list, "+"), name, choice, strings.Join(c.Args, " ")}, "|")))
					return Findings, err
				}},
			{Name: "debug ast", Summary: "show a tree", Run: func(_ context.Context, c *Call) (int, error) { return OK, nil }},
		},
	}
}

func run(args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = program().Main(context.Background(), args, Call{Stdout: &o, Stderr: &e})
	return status, o.String(), e.String()
}

func TestFlags(t *testing.T) {
	for line, want := range map[string]string{
		"check":                                 "|||",
		"check --select a,b a.py --select=c":    "a+b+c|||a.py",
		"check a.py -o x b.py":                  "|x||a.py b.py",
		"check -o=x --color always":             "|x|always|",
		"check --output x -- --color -v":        "|x||--color -v",
		"check - -v=false":                      "|||-",
		"check --output -- --verbose=true a":    "|--||a",
		"check -select a -verbose -output=a=b ": "a|a=b||",
	} {
		status, out, errs := run(strings.Fields(line)...)
		require.Equal(t, want, out, line)
		require.Equal(t, Findings, status)
		require.Empty(t, errs)
	}
}

func TestMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"check --selct a":      "prog: unknown flag --selct; did you mean --select?\nRun \"prog help check\" to see how it is used.\n",
		"check --zzz":          "prog: unknown flag --zzz\nRun \"prog help check\" to see how it is used.\n",
		"check ---select a":    "prog: unknown flag ---select; did you mean --select?\nRun \"prog help check\" to see how it is used.\n",
		"check --select":       "prog: --select needs a value\nRun \"prog help check\" to see how it is used.\n",
		"check --select=,":     "prog: --select: the list is empty\nRun \"prog help check\" to see how it is used.\n",
		"check --color alwys":  "prog: --color: want auto, always or never, got \"alwys\"; did you mean always?\nRun \"prog help check\" to see how it is used.\n",
		"check --verbose=some": "prog: --verbose: want true or false, got \"some\"\nRun \"prog help check\" to see how it is used.\n",
		"chekc":                "prog: unknown command \"chekc\"; did you mean \"check\"?\nRun \"prog help\" to see how it is used.\n",
		"xyz":                  "prog: unknown command \"xyz\"\nRun \"prog help\" to see how it is used.\n",
		"command_test.go":      "prog: unknown command \"command_test.go\"; did you mean \"prog check command_test.go\"?\nRun \"prog help\" to see how it is used.\n",
		"--select a":           "prog: a command comes before the flag --select: prog check --select\nRun \"prog help\" to see how it is used.\n",
		"help chekc":           "prog: unknown command \"chekc\"; did you mean \"check\"?\nRun \"prog help\" to see how it is used.\n",
		"check fail":           "prog: it failed\n",
	} {
		status, out, errs := run(strings.Fields(line)...)
		require.Equal(t, Failure, status, line)
		require.Equal(t, want, errs)
		require.Empty(t, out)
	}
}

func TestPanicIsAnInternalError(t *testing.T) {
	status, _, errs := run("check", "panic")
	require.Equal(t, Failure, status)
	require.Contains(t, errs, "prog: internal error: boom\n")
	require.Contains(t, errs, "https://example.org/")
	require.NotContains(t, errs, "goroutine")
	_, _, errs = run("check", "-v", "panic")
	require.Contains(t, errs, "goroutine")
}

func TestHelp(t *testing.T) {
	status, general, _ := run("help")
	require.Equal(t, OK, status)
	require.Contains(t, general, "Commands:\n  check      check it\n  debug ast  show a tree\n")
	for _, args := range []string{"--help", "-h", "help --help"} {
		_, out, _ := run(strings.Fields(args)...)
		require.Equal(t, general, out)
	}
	status, out, errs := run()
	require.Equal(t, Failure, status)
	require.Empty(t, out)
	require.Equal(t, general, errs)

	want := `check it

Usage: prog check [FLAG…] [PATH…]

What it does.

Examples:
  prog check .  all of it

First:
      --select RULES  which
  -o, --output FILE   where to

Second:
      --color auto|always|never  when
  -v, --verbose                  more
`
	for _, args := range []string{"help check", "check --help", "check a.py -h", "check --select x --help"} {
		status, out, _ := run(strings.Fields(args)...)
		require.Equal(t, OK, status)
		require.Equal(t, want, out)
	}
	status, out, _ = run("debug", "--help")
	require.Equal(t, OK, status)
	require.Contains(t, out, "debug ast  show a tree")
	status, _, errs = run("debug")
	require.Equal(t, Failure, status)
	require.Contains(t, errs, "debug ast  show a tree")
}

func TestNearest(t *testing.T) {
	words := []string{"check", "rules", "explain", "version", "debug"}
	for typed, want := range map[string]string{
		"chekc": "check", "cehck": "check", "rule": "rules", "expl": "explain", "versoin": "version", "x": "", "foo": "", "ver": "version", "CHECK": "check",
	} {
		require.Equal(t, want, Nearest(typed, words), typed)
	}
}

func TestOptionalAndRepeated(t *testing.T) {
	for line, want := range map[string]string{
		"":                        "false|||",
		"--diff main a":           "true|main||a",
		"--diff=main a":           "true|main||a",
		"--diff":                  "true|||",
		"--diff --fix a":          "true|||a",
		"--fix --diff a":          "true|||a",
		"--fix --diff=x a":        "true|x||a",
		"--diff main -- --fix":    "true|main||--fix",
		"--each a --each=b c":     "false||a+b|c",
		"--each a --diff -- main": "true||a|main",
	} {
		var base string
		var given, fix bool
		var each []string
		f := &Flags{set: flag.NewFlagSet("x", flag.ContinueOnError), alias: map[string]string{}}
		f.Optional(&base, &given, "diff", "BASE", "", "fix")
		f.Bool(&fix, "fix", "")
		f.Each("each", "X", "", func(s string) error { each = append(each, s); return nil })
		rest, err := f.parse(strings.Fields(line))
		require.NoError(t, err, line)
		require.Equal(t, want, fmt.Sprintf("%v|%s|%s|%s", given, base, strings.Join(each, "+"), strings.Join(rest, " ")), line)
	}
}
