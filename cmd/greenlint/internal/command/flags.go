package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Flags are the flags of one command, in groups. Values are the standard flag
// package's; parsing is GNU's: "--name value", "--name=value", "-n", flags after
// other arguments, and "--" ends them.
type Flags struct {
	set    *flag.FlagSet
	groups []*flagGroup
	alias  map[string]string // short → long
}

type flagGroup struct {
	title string
	flags []shownFlag
}

type shownFlag struct{ name, short, arg, usage string }

var errHelp = errors.New("help wanted")

func newFlags(c *Command) *Flags {
	f := &Flags{set: flag.NewFlagSet(c.Name, flag.ContinueOnError), alias: map[string]string{}}
	f.set.SetOutput(io.Discard)
	if c.Flags != nil {
		c.Flags(f)
	}
	return f
}

// Group begins a group: flags defined from here on are shown under its title.
func (f *Flags) Group(title string) { f.groups = append(f.groups, &flagGroup{title: title}) }

// Bool defines a switch. names is "long" or "s,long"; *p, its default, becomes
// true when it is given.
func (f *Flags) Bool(p *bool, names, usage string) {
	f.define((*boolValue)(p), names, "", usage)
}

// String defines a flag with a value, which help calls arg.
func (f *Flags) String(p *string, names, arg, usage string) {
	f.define((*stringValue)(p), names, arg, usage)
}

// List defines a flag whose values are separated by commas, and which may be
// given several times.
func (f *Flags) List(p *[]string, names, arg, usage string) {
	f.define((*listValue)(p), names, arg, usage)
}

// Choice defines a flag that takes one of some words.
func (f *Flags) Choice(p *string, names string, choices []string, usage string) {
	f.define(&choiceValue{p, choices}, names, strings.Join(choices, "|"), usage)
}

// ChoiceOf is Choice with a word for the choices in the place of a long list.
func (f *Flags) ChoiceOf(p *string, names, arg string, choices []string, usage string) {
	f.define(&choiceValue{p, choices}, names, arg, usage)
}

// Each defines a flag that may be given several times; do is told of each, in
// their order among all such flags.
func (f *Flags) Each(names, arg, usage string, do func(string) error) {
	f.define(eachValue(do), names, arg, usage)
}

// Optional defines a flag whose value may be left out: where the next argument
// looks like a flag, where there is none, and where one of the flags named in
// alone is given too. *given says whether it was there at all.
func (f *Flags) Optional(p *string, given *bool, names, arg, usage string, alone ...string) {
	f.define(&optionalValue{p, given, alone}, names, arg, usage)
}

func (f *Flags) define(v flag.Value, names, arg, usage string) {
	s := shownFlag{name: names, arg: arg, usage: usage}
	if short, long, ok := strings.Cut(names, ","); ok {
		s.short, s.name = short, long
		f.alias[short] = long
	}
	f.set.Var(v, s.name, usage)
	if len(f.groups) == 0 {
		f.Group("")
	}
	g := f.groups[len(f.groups)-1]
	g.flags = append(g.flags, s)
}

// parse sets the flags and returns the other arguments.
func (f *Flags) parse(args []string) (rest []string, err error) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(rest, args[i+1:]...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		if isHelp(arg) {
			return nil, errHelp
		}
		dashes := arg[:len(arg)-len(strings.TrimLeft(arg, "-"))]
		name, value, given := strings.Cut(arg[len(dashes):], "=")
		if long, ok := f.alias[name]; ok {
			name = long
		}
		known := f.set.Lookup(name)
		if known == nil || len(dashes) > 2 {
			return nil, f.unknown(dashes, name)
		}
		if b, ok := known.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
			if !given {
				value = "true"
			}
		} else if o, ok := known.Value.(*optionalValue); ok && !given && o.bare(args, i+1) {
			*o.given = true
			continue
		} else if !given {
			if i++; i == len(args) {
				return nil, &UsageError{fmt.Sprintf("--%s needs a value", name)}
			}
			value = args[i]
		}
		if err := known.Value.Set(value); err != nil {
			return nil, &UsageError{fmt.Sprintf("--%s: %s", name, err)}
		}
	}
	return rest, nil
}

func (f *Flags) unknown(dashes, name string) error {
	var names []string
	for _, g := range f.groups {
		for _, s := range g.flags {
			names = append(names, s.name)
		}
	}
	msg := fmt.Sprintf("unknown flag %s%s", dashes, name)
	if near := Nearest(name, append(names, "help")); near != "" {
		msg += "; did you mean --" + near + "?"
	}
	return &UsageError{msg}
}

type boolValue bool

func (v *boolValue) String() string   { return "" }
func (v *boolValue) IsBoolFlag() bool { return true }
func (v *boolValue) Set(s string) error {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("want true or false, got %q", s)
	}
	*v = boolValue(b)
	return nil
}

type stringValue string

func (v *stringValue) String() string     { return "" }
func (v *stringValue) Set(s string) error { *v = stringValue(s); return nil }

type eachValue func(string) error

func (v eachValue) String() string     { return "" }
func (v eachValue) Set(s string) error { return v(s) }

type optionalValue struct {
	p     *string
	given *bool
	alone []string
}

func (v *optionalValue) String() string     { return "" }
func (v *optionalValue) Set(s string) error { *v.p, *v.given = s, true; return nil }

// bare reports whether the argument at i is not the flag's value.
func (v *optionalValue) bare(args []string, i int) bool {
	if i == len(args) || strings.HasPrefix(args[i], "-") {
		return true
	}
	for _, a := range args {
		if a == "--" {
			break
		}
		if slices.Contains(v.alone, strings.TrimLeft(a, "-")) && strings.HasPrefix(a, "-") {
			return true
		}
	}
	return false
}

type listValue []string

func (v *listValue) String() string { return "" }
func (v *listValue) Set(s string) error {
	n := len(*v)
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			*v = append(*v, item)
		}
	}
	if len(*v) == n {
		return errors.New("the list is empty")
	}
	return nil
}

type choiceValue struct {
	p       *string
	choices []string
}

func (v *choiceValue) String() string { return "" }
func (v *choiceValue) Set(s string) error {
	if slices.Contains(v.choices, s) {
		*v.p = s
		return nil
	}
	return NotOneOf(s, v.choices)
}

// NotOneOf is the error for a value that is none of the choices.
func NotOneOf(value string, choices []string) error {
	msg := fmt.Sprintf("want %s, got %q", orList(choices), value)
	if near := Nearest(value, choices); near != "" {
		msg += fmt.Sprintf("; did you mean %s?", near)
	}
	return errors.New(msg)
}

// orList joins words: "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
