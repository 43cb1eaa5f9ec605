package report

import (
	"cmp"
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// identity tells findings apart: one finding per place and rule. Where there is
// no exact place or no chain (a deployment file), what is said counts too.
type identity struct {
	file         string
	line, column int
	rule         rules.ID
	text         string
}

func identify(f *rules.Finding) identity {
	id := identity{f.Pos.File, f.Pos.Line, f.Pos.Column, f.Rule, ""}
	if f.Pos.Column == 0 || len(f.Chain) == 0 {
		id.text = f.Symbol + "\x00" + f.Message
	}
	return id
}

// merge makes one finding of those that share a place and a rule: the nearest
// stays as it is, and gains the contexts of the others. The result does not
// depend on the order of the findings.
func merge(all []rules.Finding) []rules.Finding {
	groups := map[identity][]rules.Finding{}
	var order []identity
	for i := range all {
		id := identify(&all[i])
		if groups[id] == nil {
			order = append(order, id)
		}
		groups[id] = append(groups[id], all[i])
	}
	out := make([]rules.Finding, 0, len(order))
	for _, id := range order { // the caller sorts
		g := groups[id]
		slices.SortFunc(g, nearer)
		f := g[0]
		f.Contexts = slices.Clone(f.Contexts)
		for _, other := range g[1:] {
			f.Contexts = append(f.Contexts, other.Contexts...)
			if other.Severity.Rank() > f.Severity.Rank() {
				f.Severity = other.Severity
			}
		}
		f.Contexts = tidyContexts(f.Contexts)
		out = append(out, f)
	}
	return out
}

// nearer puts the finding first that explains best: the shortest chain, then
// the one with the fewest guesses.
func nearer(a, b rules.Finding) int {
	return cmp.Or(
		len(a.Chain)-len(b.Chain),
		guesses(a.Chain)-guesses(b.Chain),
		compare(a, b),
		slices.CompareFunc(a.Chain, b.Chain, func(x, y rules.Frame) int { return cmp.Or(cmp.Compare(x.Func, y.Func), x.Pos.Compare(y.Pos)) }),
		slices.CompareFunc(a.Contexts, b.Contexts, compareReach),
	)
}

func guesses(c rules.Chain) int {
	n := 0
	for _, f := range c {
		if f.Dynamic {
			n++
		}
	}
	return n
}

func compareReach(a, b rules.Reach) int {
	return cmp.Or(
		a.Depth-b.Depth,
		cmp.Compare(a.Context.Func, b.Context.Func),
		a.Context.Pos.Compare(b.Context.Pos),
		cmp.Compare(a.Context.Kind, b.Context.Kind),
		cmp.Compare(a.Context.Loop, b.Context.Loop),
		len(b.Evidence)-len(a.Evidence),
	)
}

// tidyContexts sorts all contexts but the first, whose chain is shown, and drops
// those that are there already.
func tidyContexts(cs []rules.Reach) []rules.Reach {
	if len(cs) < 2 {
		return cs
	}
	slices.SortStableFunc(cs[1:], compareReach)
	type who struct {
		kind string
		fn   rules.Func
		pos  rules.Pos
		loop rules.Loop
	}
	seen := map[who]bool{}
	return slices.DeleteFunc(cs, func(r rules.Reach) bool {
		w := who{r.Context.Kind, r.Context.Func, r.Context.Pos, r.Context.Loop}
		was := seen[w]
		seen[w] = true
		return was
	})
}
