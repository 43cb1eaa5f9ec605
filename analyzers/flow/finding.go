package flow

import (
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// findings words the cases. Chains are asked for in the order of the searches
// that found them, since each of these has to run again.
func (j *judge) findings() []rules.Finding {
	batchOf := func(n int32) int32 {
		return j.r.groups[j.r.sites[j.cases[n].contexts[0].site].group].batch
	}
	order := make([]int32, len(j.cases))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int(batchOf(a) - batchOf(b)) })
	out := make([]rules.Finding, len(j.cases))
	in := make([]rules.Func, len(j.cases))
	for _, n := range order {
		out[n], in[n] = j.finding(&j.cases[n])
	}
	fingerprint(out, in)
	return out
}

// finding words a case, and gives the function around its place.
func (j *judge) finding(found *pending) (f rules.Finding, in rules.Func) {
	j.settle(found)
	top := &found.contexts[0]
	l := &j.r.sites[top.site]
	effect := j.r.sources[l.source].effect
	env := &j.court.envs[top.env]
	f = rules.Finding{
		Rule: effect.Rule, Severity: effect.Severity, Language: j.opt.Language,
		Pos: l.pos, End: l.end,
		Symbol: effect.Symbol, Detail: effect.Detail, Loop: env.Loop, Env: env.Name,
	}
	var offloaded bool
	f.Chain, offloaded = j.r.chain(top.site, top.hit)
	if f.Severity == "" {
		f.Severity = rules.Warning
		if j.opt.Severity != nil {
			f.Severity = j.opt.Severity(effect.Rule)
		}
	}
	if j.opt.Words != nil {
		f.Why, f.Remedy, f.Source = j.opt.Words(effect)
	}
	f.Contexts = make([]rules.Reach, len(found.contexts))
	for i, h := range found.contexts {
		f.Contexts[i] = rules.Reach{
			Context: j.contexts[h.context], Depth: int(h.depth), Evidence: j.evidence(h.context, h.env),
		}
	}
	f.Message = message(&f, offloaded, j.opt)
	return f, l.in
}

// evidence is why a context runs on a loop in a process: what declares the
// process, or failing that the calls that patch it, then what makes the context.
func (j *judge) evidence(c, env int32) []rules.Evidence {
	key := [2]int32{c, env}
	list, ok := j.why[key]
	if !ok {
		e := &j.court.envs[env]
		list = e.Why
		if len(list) == 0 {
			list = e.PatchPos
		}
		list = slices.Concat(list, j.contexts[c].Why)
		j.why[key] = list
	}
	return list
}
