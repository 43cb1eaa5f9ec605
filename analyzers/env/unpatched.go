package env

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// Unpatched reports a program that runs tasks on a loop and does not patch, in a
// project whose others do (GL603): at the place where it begins, with what its tasks
// need the patch for. found are the findings of that process alone; ok is false where
// no patch would help.
func Unpatched(cat *rules.Catalog, e *rules.Env, found []rules.Finding) (f rules.Finding, ok bool) {
	if e.Start == (rules.Evidence{}) {
		return f, false
	}
	look := cat.For("python")
	var where []string
	for _, x := range found {
		if x.Loop != e.Loop || !helped(look, x.Symbol, x.Rule) {
			continue
		}
		if at := fmt.Sprintf("%s (%s:%d)", x.Symbol, x.Pos.File, x.Pos.Line); !slices.Contains(where, at) {
			where = append(where, at)
		}
	}
	if len(where) == 0 {
		return f, false
	}
	return rules.Finding{
		Rule: "GL603", Language: "python", Pos: e.Start.Pos, Symbol: e.Start.Text, Loop: e.Loop, Env: e.Name,
		Message: fmt.Sprintf("the program that begins here runs tasks on %s and does not patch, as others of this project do; its tasks call %s", e.Loop, few(where)),
		Why:     "each of these calls is the standard library's own, and holds every task of the program until it returns",
		Remedy:  "patch in the first lines of the file that the program starts with, before every other import", Source: []string{"measured"},
	}, true
}

// helped reports whether some patch makes a call cooperative.
func helped(look *rules.Lookup, symbol string, rule rules.ID) bool {
	return slices.ContainsFunc(look.Symbol(symbol).Effects, func(row *rules.EffectRow) bool {
		return row.Rule == rule && strings.Contains(row.Guard().Unless, "patched(")
	})
}
