package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Repair is one of an effect's ways out that greenlint can write by itself. It
// says one of: what to write in the place of the call, what to import in the
// place of the library, what to call after the patch.
type Repair struct {
	Loops []Loop `toml:"loops"` // on these; empty = on every loop that the effect is about
	Safe  bool   `toml:"safe"`  // the program means the same afterwards
	Title string `toml:"title"` // what it does, as an order

	Write  string `toml:"write"`  // the call, with the placeholders of [Detour]
	Import string `toml:"import"` // with write: the module that it needs

	Instead    string `toml:"instead"`     // import this module, and keep the name
	AfterPatch string `toml:"after-patch"` // call this function right after the patch
}

// On reports whether the repair is for a loop.
func (r *Repair) On(l Loop) bool {
	for _, x := range r.Loops {
		if x == l {
			return true
		}
	}
	return len(r.Loops) == 0
}

func (r *Repair) check() error {
	n := 0
	for _, s := range []string{r.Write, r.Instead, r.AfterPatch} {
		if s != "" {
			n++
		}
	}
	if n != 1 {
		return errors.New("fix: want one of write, instead and after-patch")
	}
	if r.Title == "" {
		return errors.New("fix: no title")
	}
	if r.Write != "" {
		if err := checkTemplate(r.Write); err != nil {
			return err
		}
	}
	for _, l := range r.Loops {
		if !KnownLoop(l) {
			return fmt.Errorf("fix: unknown loop %q", l)
		}
	}
	return nil
}

// A Detour writes any call so that a real thread makes it: [[detour]].
//
//	{function}    what is called
//	{arguments}   the arguments as they stand
//	{+arguments}  the same with a comma before them, if there are any
//	{+tuple}      ", (a, b)": the positional arguments; nothing if there are no arguments
//	{+keywords}   ", {'k': v}": the others; nothing if there are none
//
// In Go, where a loop runs what its tasks give back on another goroutine, a detour
// writes statements that work as what the task returns:
//
//	{body}     the statements
//	{package}  the name by which the file imports the package
type Detour struct {
	Loop    Loop     `toml:"loop"`
	Title   string   `toml:"title"`
	Write   string   `toml:"write"`
	Import  string   `toml:"import"`  // the module that it needs
	Returns string   `toml:"returns"` // Go: the last result, of this type of that package, that takes it in nil's place
	Source  []string `toml:"source"`
}

func (d *Detour) check() error {
	switch {
	case !KnownLoop(d.Loop):
		return fmt.Errorf("unknown loop %q", d.Loop)
	case d.Title == "" || d.Write == "" || d.Import == "":
		return errors.New("want title, write and import")
	}
	if d.Returns != "" {
		return checkPlaceholders(d.Write, "{body}", "{package}")
	}
	return checkTemplate(d.Write)
}

var placeholders = []string{"{function}", "{arguments}", "{+arguments}", "{+tuple}", "{+keywords}"}

func checkTemplate(t string) error {
	rest := t
	for _, p := range placeholders {
		rest = strings.ReplaceAll(rest, p, "")
	}
	if strings.ContainsAny(rest, "{}") {
		return fmt.Errorf("write = %q: want placeholders out of %s", t, strings.Join(placeholders, " "))
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{\+?[a-z]+\}`)

// checkPlaceholders checks a template in which braces mean themselves too.
func checkPlaceholders(t string, known ...string) error {
	for _, p := range placeholder.FindAllString(t, -1) {
		if !slices.Contains(known, p) {
			return fmt.Errorf("write = %q: want placeholders out of %s", t, strings.Join(known, " "))
		}
	}
	return nil
}

// DetourTables lists the [[detour]] rows of a language.
func (c *Catalog) DetourTables(language string) (out []*Detour) {
	for _, lib := range c.all(language) {
		out = append(out, lib.Detours...)
	}
	return out
}
