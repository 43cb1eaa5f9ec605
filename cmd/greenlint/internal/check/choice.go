package check

import (
	"fmt"
	"slices"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/gitignore"
	"github.com/greenlint/greenlint/rules"
)

// A Choice is what the settings say of rules: where they don't count, and how
// much they matter.
type Choice struct {
	Ignored  func(file string, id rules.ID) bool
	Severity func(file string, id rules.ID) rules.Severity // "" = the settings don't say
}

// Choose reads the settings that were used for an analysis.
func Choose(out *Outcome, catalog *rules.Catalog) (Choice, error) {
	ignored, err := Ignored(out.PathIgnores, catalog)
	if err != nil || out.Config == nil {
		return Choice{Ignored: ignored}, err
	}
	if s := out.Config.FailOn; s != "" {
		if _, err := rules.ParseSeverity(string(s)); err != nil {
			return Choice{}, fmt.Errorf("fail-on: %w", err)
		}
	}
	general, err := severities("severity", out.Config.Severities, catalog)
	if err != nil {
		return Choice{}, err
	}
	var paths []pathChoice
	for i, p := range out.Config.Paths {
		c, err := readPath(p, catalog)
		if err != nil {
			return Choice{}, fmt.Errorf("[[path]] number %d: %w", i+1, err)
		}
		paths = append(paths, c)
	}
	return Choice{
		Ignored: func(file string, id rules.ID) bool {
			if ignored(file, id) {
				return true
			}
			off := false
			for _, p := range paths {
				if !p.files.ExcludesUnder(file, false) {
					continue
				}
				if p.only != nil {
					off = !p.only.Has(id)
				}
				off = off || p.not.Has(id)
			}
			return off
		},
		Severity: func(file string, id rules.ID) rules.Severity {
			s := general[id]
			for _, p := range paths {
				if own := p.severity[id]; own != "" && p.files.ExcludesUnder(file, false) {
					s = own
				}
			}
			return s
		},
	}, nil
}

// pathChoice is a [[path]] of the settings.
type pathChoice struct {
	files    gitignore.Stack
	only     *rules.Selection
	not      rules.Selection
	severity map[rules.ID]rules.Severity
}

func readPath(p rules.PathSetting, catalog *rules.Catalog) (c pathChoice, err error) {
	if len(p.Files) == 0 {
		return c, fmt.Errorf("want files = [patterns as in .gitignore]")
	}
	text := ""
	for _, f := range p.Files {
		text += f + "\n"
	}
	c.files = gitignore.Stack{gitignore.Parse("", text)}
	if len(p.Select) > 0 {
		sel, err := catalog.Select(p.Select, nil)
		if err != nil {
			return c, fmt.Errorf("select: %w", err)
		}
		c.only = &sel
	}
	if len(p.Ignore) > 0 {
		if c.not, err = catalog.Select(p.Ignore, nil); err != nil {
			return c, fmt.Errorf("ignore: %w", err)
		}
	}
	c.severity, err = severities("severity", p.Severities, catalog)
	return c, err
}

// severities spells out a table of rules, prefixes and names: the longest that
// fits a rule wins.
func severities(table string, settings map[string]rules.Severity, catalog *rules.Catalog) (map[rules.ID]rules.Severity, error) {
	var names []string
	for n := range settings {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return weight(a, catalog) - weight(b, catalog) })
	out := map[rules.ID]rules.Severity{}
	for _, n := range names {
		sel, err := catalog.Select([]string{n}, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		if _, err := rules.ParseSeverity(string(settings[n])); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", table, n, err)
		}
		for _, r := range catalog.Rules() {
			if sel.Has(r.ID) {
				out[r.ID] = settings[n]
			}
		}
	}
	return out, nil
}

// weight orders selectors from the vague to the exact.
func weight(selector string, catalog *rules.Catalog) int {
	if catalog.Rule(selector) != nil {
		return 100
	}
	return len(selector)
}
