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
		if j.cases[n].possible = j.possible(&j.cases[n]); j.cases[n].possible {
			out[n], in[n] = j.finding(&j.cases[n])
		}
	}
	k := 0
	for n := range j.cases {
		if j.cases[n].possible {
			out[k], in[k] = out[n], in[n]
			k++
		}
	}
	out, in = out[:k], in[:k]
	fingerprint(out, in)
	return out
}

// possible leaves out the contexts at the head of a case whose way leads through files
// that no process loads together, and reports whether one is left. Who hands a callable
// on, for all who call it, may do so in another process.
func (j *judge) possible(found *pending) bool {
	for len(found.contexts) > 0 {
		j.settle(found)
		top := &found.contexts[0]
		l := &j.r.sites[top.site]
		h := &j.r.groups[l.group].hits[top.hit]
		where := j.court.where(j.r.sources[l.source].effect.Guard).and(j.where(l.set)).and(j.sets[h.set]).and(j.envs[top.context])
		if j.court.confined {
			chain, _ := j.r.chain(top.site, top.hit)
			where = where.and(j.court.loading(chain))
		}
		if top.env = where.first(); top.env >= 0 {
			found.more = where.count() - 1
			return true
		}
		found.contexts = found.contexts[1:]
	}
	return false
}

// finding words a case, and gives the function around its place.
func (j *judge) finding(found *pending) (f rules.Finding, in rules.Func) {
	top := &found.contexts[0]
	l := &j.r.sites[top.site]
	effect := j.r.sources[l.source].effect
	env := &j.court.envs[top.env]
	f = rules.Finding{
		Rule: effect.Rule, Severity: effect.Severity, Language: j.opt.Language,
		Pos: l.pos, End: l.end,
		Symbol: effect.Symbol, Detail: effect.Detail, Loop: env.Loop, Env: env.Name, MoreEnvs: found.more,
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
