package rules

import "sort"

// Effective lists, sorted, the flags that a patch call with these arguments
// patches. A keyword whose value is not known is taken to leave the default.
func (p *Patch) Effective(args Args) []string {
	on := map[string]bool{}
	for _, f := range p.Flags {
		on[f] = true
	}
	given := map[string]bool{}
	chosen := false
	for _, f := range append(append([]string(nil), p.Flags...), p.Off...) {
		a := args.Arg(-1, []string{f})
		v, ok := a.Value.(bool)
		if !a.Given || !a.Known || !ok {
			continue
		}
		given[f], on[f] = true, v
		chosen = chosen || v
	}
	if p.Exclusive && chosen {
		for f := range on {
			on[f] = on[f] && given[f]
		}
	}
	for f, with := range p.Implies {
		if !given[f] {
			on[f] = on[with]
		}
	}
	for _, f := range p.Always {
		on[f] = true
	}
	var out []string
	for f, yes := range on {
		if yes {
			out = append(out, f)
		}
	}
	sort.Strings(out)
	return out
}
