package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

func rulesCommand() *command.Command {
	var format, name string
	return &command.Command{
		Name:    "rules",
		Args:    "[RULE…]",
		Summary: "list the rules, or what is known of a library",
		Doc: `Lists all rules, or those that are named: by id (GL401), prefix (GL4) or name.
A rule that is off by default runs when it is selected.

With --catalog, shows what is known of a library: what of it holds which loop, unless
what, what to do instead, and how that is known. Tables of the project's own settings
are part of it.`,
		Example: `greenlint rules                       all of them
greenlint rules GL4                   those that begin so
greenlint rules --catalog psycopg2    what is known of a library
greenlint rules --catalog os.system   of a function`,
		Flags: func(f *command.Flags) {
			format, name = "text", ""
			f.String(&name, "catalog", "NAME", "show what is known of a distribution, a module, or something in it")
			f.Choice(&format, "format", []string{"text", "json"}, "how to write them (text)")
		},
		Run: func(_ context.Context, c *command.Call) (int, error) {
			if name != "" {
				if len(c.Args) > 0 {
					return 0, &command.UsageError{Msg: "--catalog is about a library: no rules can be named besides"}
				}
				return command.OK, showCatalog(c, name, format)
			}
			chosen, err := choose(c.Args)
			if err != nil {
				return 0, err
			}
			if format == "json" {
				return command.OK, listRulesJSON(c.Stdout, chosen)
			}
			return command.OK, listRules(c.Stdout, chosen)
		},
	}
}

// choose returns the rules that the selectors name; none name all.
func choose(selectors []string) ([]*rules.Rule, error) {
	catalog, err := rules.Load()
	if err != nil {
		return nil, err
	}
	if len(selectors) == 0 {
		return catalog.Rules(), nil
	}
	sel, err := catalog.Select(selectors, nil)
	if err != nil {
		return nil, &command.UsageError{Msg: err.Error()}
	}
	var out []*rules.Rule
	for _, r := range catalog.Rules() {
		if sel.Has(r.ID) {
			out = append(out, r)
		}
	}
	return out, nil
}

func listRules(w io.Writer, list []*rules.Rule) error {
	width := 0
	for _, r := range list {
		width = max(width, len(r.Name))
	}
	var b strings.Builder
	for _, r := range list {
		state := "   "
		if !r.Default {
			state = "off"
		}
		fmt.Fprintf(&b, "%s  %-*s  %-7s  %s  %s\n", r.ID, width, r.Name, r.Severity, state, r.Title)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func listRulesJSON(w io.Writer, list []*rules.Rule) error {
	type row struct {
		ID       rules.ID       `json:"id"`
		Name     string         `json:"name"`
		Severity rules.Severity `json:"severity"`
		Default  bool           `json:"default"`
		Title    string         `json:"title"`
		Summary  string         `json:"summary"`
	}
	rows := []row{}
	for _, r := range list {
		rows = append(rows, row{r.ID, r.Name, r.Severity, r.Default, r.Title, r.Summary})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(rows)
}
