package flow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// Options are the words and defaults that [Judge] takes from the rules. The
// zero value works.
type Options struct {
	Language string // of the findings: "python", "go"

	Severity func(rules.ID) rules.Severity                            // of a rule; nil = warning
	Words    func(rules.Effect) (why, remedy string, source []string) // nil = none
	Phrase   func(rules.ID) string                                    // what a context does: "starts a loop inside the {loop}"; nil or "" = "holds the {loop}"
	Noun     func(kind string) string                                 // what to call a context of a kind: "task"; nil or "" = "function"
	Short    func(rules.Func) string                                  // a function's name in a message; nil = [ShortName]

	MaxContexts int // how many contexts a finding lists; 0 = 50
}

// Entries gives the functions of the contexts, for [Solve].
func Entries(contexts []rules.Context) []rules.Func {
	out := make([]rules.Func, len(contexts))
	for i := range contexts {
		out[i] = contexts[i].Func
	}
	return out
}

// Judge says which of the hits happen in which process: one finding for each
// sink site and rule, sorted by both. The function of every context must have
// been an entry.
//
// A context that names a loop counts in the processes with that loop; one that
// names none counts in the processes that have a loop and can run its kind. All
// guards must count: those of the context, of the edges on the way, and of the
// effect. Where several processes are left, the one with the first name is told.
//
// Slices in the findings are shared between them and not to be written to.
func Judge(r *Reached, contexts []rules.Context, envs []rules.Env, opt Options) []rules.Finding {
	j := &judge{
		r: r, opt: opt,
		court: newCourt(envs),
		why:   map[[2]int32][]rules.Evidence{},
	}
	j.admit(contexts)
	j.sets = make([]envSet, len(r.sets))
	for i, set := range r.sets {
		j.sets[i] = j.court.all
		for _, g := range set.list() {
			j.sets[i] = j.sets[i].and(j.court.where(r.x.guards[g-1]))
		}
	}
	j.best = make([]verdict, len(j.contexts))
	var out []rules.Finding
	for from := 0; from < len(r.sites); {
		to := from + 1
		for to < len(r.sites) && j.sameSink(from, to) {
			to++
		}
		if f, ok := j.sink(from, to); ok {
			out = append(out, f)
		}
		from = to
	}
	fingerprint(out, j.in)
	return out
}

type judge struct {
	r        *Reached
	opt      Options
	court    *court
	contexts []rules.Context // merged and in order
	envs     []envSet        // of each context
	of       []int32         // contexts[of[e]:of[e+1]] are entry e's
	sets     []envSet        // of each of r.sets
	why      map[[2]int32][]rules.Evidence

	best    []verdict // of each context, for the sink in hand
	round   int32     // counts sinks, so that best needs no clearing
	touched []int32   // the contexts of this round
	in      []rules.Func
}

// A verdict is a hit from the view of a context.
type verdict struct {
	round                   int32 // in which it was written
	depth, dynamic, offload int32
	site, hit               int32
	env                     int32
}

// compare orders cases of one sink by what makes a chain worth showing.
func (a *verdict) compare(b *verdict) int {
	switch {
	case a.depth != b.depth:
		return int(a.depth - b.depth)
	case a.dynamic != b.dynamic:
		return int(a.dynamic - b.dynamic)
	}
	return int(a.offload - b.offload)
}

// admit sorts the contexts and gives each what its entry and processes are.
// Contexts that differ in nothing but their evidence are one.
func (j *judge) admit(contexts []rules.Context) {
	list := slices.Clone(contexts)
	slices.SortStableFunc(list, compareContexts)
	for _, c := range list {
		n := len(j.contexts)
		if n > 0 && sameContext(&j.contexts[n-1], &c) {
			last := &j.contexts[n-1]
			for _, why := range c.Why {
				if !slices.Contains(last.Why, why) {
					last.Why = append(slices.Clip(last.Why), why)
				}
			}
			continue
		}
		j.contexts = append(j.contexts, c)
		j.envs = append(j.envs, j.court.run(&c))
	}
	j.of = make([]int32, len(j.r.entries)+1)
	for i := range j.contexts {
		fn, ok := j.r.x.number[j.contexts[i].Func]
		e, found := slices.BinarySearch(j.r.entries, fn)
		if !ok || !found {
			panic("flow: the context " + string(j.contexts[i].Func) + " was no entry of Solve")
		}
		j.of[e+1]++
	}
	for e := range j.r.entries {
		j.of[e+1] += j.of[e]
	}
}

func compareContexts(a, b rules.Context) int {
	if c := strings.Compare(string(a.Func), string(b.Func)); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(a.Kind, b.Kind),
		strings.Compare(string(a.Loop), string(b.Loop)),
		compareGuards(a.Guard, b.Guard),
		a.Pos.Compare(b.Pos),
		slices.CompareFunc(a.Why, b.Why, func(x, y rules.Evidence) int {
			return cmp.Or(x.Pos.Compare(y.Pos), strings.Compare(x.Text, y.Text))
		}),
	)
}

func sameContext(a, b *rules.Context) bool {
	return a.Func == b.Func && a.Kind == b.Kind && a.Loop == b.Loop && a.Guard == b.Guard
}

// sameSink reports whether two sites are shown as one. Where there is no
// place to tell them apart by, the function and the symbol do.
func (j *judge) sameSink(a, b int) bool {
	x, y := &j.r.sites[a], &j.r.sites[b]
	ex, ey := &j.r.sources[x.source].effect, &j.r.sources[y.source].effect
	return x.pos == y.pos && ex.Rule == ey.Rule &&
		(x.pos.Valid() || x.in == y.in && ex.Symbol == ey.Symbol)
}

// sink judges the sites from and up to to, which are one sink.
func (j *judge) sink(from, to int) (f rules.Finding, ok bool) {
	j.round++
	j.touched = j.touched[:0]
	for i := from; i < to; i++ {
		l := &j.r.sites[i]
		where := j.court.where(j.r.sources[l.source].effect.Guard)
		if where.first() < 0 {
			continue
		}
		for h := j.r.groups[l.group]; h < j.r.groups[l.group+1]; h++ {
			way := &j.r.hits[h]
			for c := j.of[way.entry]; c < j.of[way.entry+1]; c++ {
				env := firstOf(where, j.sets[way.set], j.envs[c])
				if env < 0 {
					continue
				}
				j.hear(c, verdict{
					round: j.round, site: int32(i), hit: h, env: env,
					depth:   way.depth + l.depth,
					dynamic: way.dynamic + int32(l.cost.dynamic()),
					offload: way.offload + int32(l.cost.offload()),
				})
			}
		}
	}
	if len(j.touched) == 0 {
		return f, false
	}
	slices.SortFunc(j.touched, func(a, b int32) int {
		return cmp.Or(j.best[a].compare(&j.best[b]), int(a-b))
	})
	return j.finding(), true
}

// hear keeps a context's best case; of equal ones the first.
func (j *judge) hear(c int32, now verdict) {
	old := &j.best[c]
	if old.round != j.round {
		j.touched = append(j.touched, c)
	} else if now.compare(old) >= 0 {
		return
	}
	*old = now
}

// finding words what was heard of one sink.
func (j *judge) finding() rules.Finding {
	top := &j.best[j.touched[0]]
	l := &j.r.sites[top.site]
	effect := j.r.sources[l.source].effect
	env := &j.court.envs[top.env]
	f := rules.Finding{
		Rule: effect.Rule, Severity: effect.Severity, Language: j.opt.Language,
		Pos: l.pos, End: l.end,
		Symbol: effect.Symbol, Detail: effect.Detail, Loop: env.Loop, Env: env.Name,
		Chain: j.r.chain(top.site, top.hit),
	}
	if f.Severity == "" {
		f.Severity = rules.Warning
		if j.opt.Severity != nil {
			f.Severity = j.opt.Severity(effect.Rule)
		}
	}
	if j.opt.Words != nil {
		f.Why, f.Remedy, f.Source = j.opt.Words(effect)
	}
	listed := j.touched[:min(len(j.touched), cmp.Or(j.opt.MaxContexts, 50))]
	f.Contexts = make([]rules.Reach, len(listed))
	for i, c := range listed {
		f.Contexts[i] = rules.Reach{
			Context: j.contexts[c], Depth: int(j.best[c].depth), Evidence: j.evidence(c, j.best[c].env),
		}
	}
	f.Message = message(&f, top.offload > 0, j.opt)
	j.in = append(j.in, l.in)
	return f
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
