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
// effect, and the process must load what the chain leads through. Where several are left,
// the one with the first name is told.
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
		j.sets[i] = j.where(set)
	}
	j.best = make([]verdict, len(j.contexts))
	for from := 0; from < len(r.sites); {
		to := from + 1
		for to < len(r.sites) && j.sameSink(from, to) {
			to++
		}
		j.sink(from, to)
		from = to
	}
	return j.findings()
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
	cases   []pending
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
