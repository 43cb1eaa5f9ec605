package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

// showCatalog writes what is known of a name, the tables of the project's own settings
// included.
func showCatalog(c *command.Call, name, format string) error {
	catalog, err := rules.Load()
	if err != nil {
		return err
	}
	config, err := settingsFile(c.Dir, c.Dir, &checkFlags{})
	if err != nil {
		return err
	}
	if config != "" {
		if _, err := catalog.ReadConfig(config); err != nil {
			return err
		}
	}
	known, err := catalog.About(name)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		names, err := catalog.Names()
		if err != nil {
			return err
		}
		msg := fmt.Sprintf("nothing is known of %q", name)
		if near := command.Nearest(name, names); near != "" {
			msg += fmt.Sprintf("; did you mean %s?", near)
		}
		return &command.UsageError{Msg: msg}
	}
	if format == "json" {
		return catalogJSON(c.Stdout, known)
	}
	return catalogText(c.Stdout, catalog, known)
}

func catalogJSON(w io.Writer, known []rules.About) error {
	type library struct {
		Name     string           `json:"name"`
		Language string           `json:"language"`
		File     string           `json:"file"`
		Dist     []string         `json:"distributions"`
		Imports  []string         `json:"imports"`
		Stdlib   bool             `json:"stdlib"`
		Rows     []rules.AboutRow `json:"rows"`
	}
	out := []library{}
	for _, k := range known {
		l := k.Library
		out = append(out, library{l.Name, l.Language, l.File, append([]string{}, l.Dist...), append([]string{}, l.Imports...), l.Stdlib, append([]rules.AboutRow{}, k.Rows...)})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// tableTitles say in words what a row of a table means.
var tableTitles = map[string]string{
	"effect":       "holds the loop",
	"version":      "versions known to break",
	"yield":        "gives the thread back",
	"offload":      "runs what it is given on another thread or process",
	"spawn":        "runs what it is given as a new task",
	"higher-order": "calls what it is given, here and now",
	"context":      "makes a function run on a loop",
	"variable":     "sets a variable of the environment",
	"turn":         "makes another sort of thing of an object",
	"handle":       "must not be shared by tasks: GL801 shared-handle",
	"option":       "declares options of the program",
	"fork":         "goes on in a copy of the process: GL504 forked-hub",
	"regex":        "matches a regular expression",
	"patch":        "patches the standard library",
	"launch":       "starts processes",
	"setting":      "is read as a setting",
	"safe":         "harmless",
}

func catalogText(w io.Writer, catalog *rules.Catalog, known []rules.About) error {
	var b strings.Builder
	for i, k := range known {
		if i > 0 {
			b.WriteString("\n")
		}
		l := k.Library
		head := l.Name
		if l.Language != "" {
			head += " (" + l.Language + ")"
		}
		b.WriteString(head + "\n")
		field(&b, "installed by", l.Dist, ", ")
		field(&b, "imported as", l.Imports, ", ")
		field(&b, "described in", []string{l.File}, "")
		for _, r := range k.Rows {
			title := tableTitles[r.Table]
			if r.Rule != "" {
				title += ": " + string(r.Rule)
				if rule := catalog.Rule(string(r.Rule)); rule != nil {
					title += " " + rule.Name
				}
			}
			if r.Severity != "" {
				title += " (" + r.Severity + ")"
			}
			b.WriteString("\n" + title + "\n")
			for _, line := range wrap(r.Names, 96) {
				b.WriteString("  " + line + "\n")
			}
			var loops []string
			for _, l := range r.Loops {
				loops = append(loops, string(l))
			}
			field(&b, "on", loops, ", ")
			field(&b, "when", r.When, " and ")
			field(&b, "unless", r.Unless, " or ")
			field(&b, "detail", []string{r.Detail}, "")
			field(&b, "why", []string{r.Why}, "")
			field(&b, "instead", []string{r.Remedy}, "")
			field(&b, "source", r.Source, " ")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// field writes a line with a name, where there is something to say.
func field(b *strings.Builder, name string, words []string, between string) {
	if words = slices.DeleteFunc(slices.Clone(words), func(s string) bool { return s == "" }); len(words) > 0 {
		fmt.Fprintf(b, "  %-12s  %s\n", name, strings.Join(words, between))
	}
}

// wrap sets words, with commas between, in lines of a width.
func wrap(words []string, width int) (lines []string) {
	line := ""
	for i, s := range words {
		if i < len(words)-1 {
			s += ","
		}
		switch {
		case line == "":
			line = s
		case len(line)+1+len(s) > width:
			lines = append(lines, line)
			line = s
		default:
			line += " " + s
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
