package pyfront

import "github.com/greenlint/greenlint/rules"

// What a unit costs and whether it yields goes from callees to callers and nowhere
// else: no value depends on it. So it is settled once all values are known, callees
// first, and only where it matters, in what a loop may come to run.

// maxSettle bounds how often that is done: cost grows without end where functions
// call each other in a ring, and there alone.
const maxSettle = 3

// outdateCallers notes that what the callers of a unit have taken over from it holds
// no longer.
func (a *analysis) outdateCallers(u *unit) {
	for c := range u.callers.all {
		if t := a.epochs.trial; c != u && (t == nil || c.id >= t.frozen || !c.ran) {
			c.outdated = true
		}
	}
}

// settle runs the outdated among some units, which come callees first.
func (a *analysis) settle(units []*unit) error {
	for range maxSettle {
		done := true
		for _, u := range units {
			if u.outdated && u.runs < maxRuns {
				done = false
				a.enqueue(u)
				if err := a.drain(); err != nil {
					return err
				}
			}
		}
		if done {
			break
		}
	}
	return nil
}

// onLoops are the units that contexts reach, callees first.
func (a *analysis) onLoops() []*unit {
	byName := map[rules.Func]*unit{}
	for _, u := range a.units {
		byName[u.name] = u
	}
	seen := map[*unit]bool{}
	var out []*unit
	var visit func(u *unit)
	visit = func(u *unit) {
		if u == nil || seen[u] {
			return
		}
		seen[u] = true
		for _, e := range u.edges {
			visit(byName[e.Callee])
		}
		out = append(out, u)
	}
	for _, c := range a.contexts() {
		visit(byName[c.Func])
	}
	return out
}
