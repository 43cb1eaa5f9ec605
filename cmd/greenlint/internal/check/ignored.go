package check

import (
	"fmt"
	"slices"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/gitignore"
	"github.com/greenlint/greenlint/rules"
)

// Ignored makes the question that a report's draft asks of path-wide settings:
// patterns as in .gitignore, each with the rules that it switches off in the
// files it matches.
func Ignored(settings map[string][]string, catalog *rules.Catalog) (func(file string, id rules.ID) bool, error) {
	type setting struct {
		files gitignore.Stack
		rules rules.Selection
	}
	var all []setting
	patterns := make([]string, 0, len(settings))
	for p := range settings {
		patterns = append(patterns, p)
	}
	slices.Sort(patterns) // so that of several mistakes always the same is reported
	for _, p := range patterns {
		if len(settings[p]) == 0 {
			continue
		}
		sel, err := catalog.Select(settings[p], nil)
		if err != nil {
			return nil, fmt.Errorf("rules to ignore in %s: %w", p, err)
		}
		all = append(all, setting{gitignore.Stack{gitignore.Parse("", p+"\n")}, sel})
	}
	return func(file string, id rules.ID) bool {
		for _, s := range all {
			if s.rules.Has(id) && s.files.ExcludesUnder(file, false) {
				return true
			}
		}
		return false
	}, nil
}
