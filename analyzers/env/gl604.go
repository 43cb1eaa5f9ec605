package env

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// PartialPatches gathers the findings of GL202 that are due to a patch call which
// switches modules off (GL604): one finding at the call, with what needs them. envs are
// the processes in which the findings were judged.
func PartialPatches(cat *rules.Catalog, envs []rules.Env, found []rules.Finding) (out []rules.Finding) {
	look := cat.For("python")
	for i := range envs {
		e := &envs[i]
		if len(e.PatchPos) != 1 || !strings.Contains(strings.ReplaceAll(e.PatchPos[0].Text, " ", ""), "=False") {
			continue
		}
		off := switched(cat, e)
		if len(off) == 0 {
			continue
		}
		needs := map[string]bool{}
		var flags, where []string
		for _, f := range found {
			if f.Rule != "GL202" || f.Loop != e.Loop || f.Env != "" && f.Env != e.Name {
				continue
			}
			for _, flag := range off {
				if !covers(look, f.Symbol, flag) {
					continue
				}
				if !slices.Contains(flags, flag) {
					flags = append(flags, flag)
				}
				if at := fmt.Sprintf("%s (%s:%d)", f.Symbol, f.Pos.File, f.Pos.Line); !needs[at] {
					needs[at] = true
					where = append(where, at)
				}
			}
		}
		at := e.PatchPos[0]
		if len(where) == 0 || slices.ContainsFunc(out, func(f rules.Finding) bool { return f.Pos == at.Pos }) {
			continue
		}
		sort.Strings(flags)
		out = append(out, rules.Finding{
			Rule: "GL604", Language: "python", Pos: at.Pos, Symbol: strings.Join(flags, ", "), Loop: e.Loop, Env: e.Name,
			Message: fmt.Sprintf("the patch leaves out %s, which tasks need: %s", strings.Join(flags, ", "), few(where)),
			Why:     "what is switched off stays as it was, and holds the loop wherever a task calls it",
			Remedy:  "patch it as well, or keep those calls out of tasks", Source: []string{"measured"},
		})
	}
	return out
}

// few lists the first of some places, and counts the others.
func few(places []string) string {
	if n := len(places); n > 3 {
		return fmt.Sprintf("%s, %d more", strings.Join(places[:3], ", "), n-3)
	}
	return strings.Join(places, ", ")
}

// switched lists the flags that the loop's whole patch would cover and the process's
// does not.
func switched(cat *rules.Catalog, e *rules.Env) (off []string) {
	var all []string
	for _, p := range cat.PatchTables("python") {
		if flags := p.Effective(rules.NoArgs{}); p.Loop == e.Loop && len(flags) > len(all) {
			all = flags
		}
	}
	for _, f := range all {
		if !has(e.Patched, f) {
			off = append(off, f)
		}
	}
	return off
}

// covers reports whether a call would be cooperative if a flag were patched.
func covers(look *rules.Lookup, symbol, flag string) bool {
	entry := look.Symbol(symbol)
	for _, row := range entry.Effects {
		if row.Rule == "GL202" && strings.Contains(" | "+row.Guard().Unless+" | ", " | patched("+flag+") | ") {
			return true
		}
	}
	return false
}
