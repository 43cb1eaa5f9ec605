package check

import (
	"slices"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/analyzers/pyfront"
	"github.com/greenlint/greenlint/rules"
)

// queues knows to which queues the tasks go that a program's workers run.
type queues struct {
	program string
	of      map[rules.Func][]string // nil = not known
	workers []*env.Process
}

// queuesOf reads the queues of a program's tasks; nil where all of its workers serve
// the same, as far as is known, and the question does not arise.
func queuesOf(cat *rules.Catalog, program string, deployed *env.Result, res *pyfront.Result) *queues {
	q := &queues{program: program, of: map[rules.Func][]string{}}
	for i := range deployed.Processes {
		if p := &deployed.Processes[i]; p.Launcher == program && len(p.Env.Runs) > 0 {
			q.workers = append(q.workers, p)
		}
	}
	if deployed.Routes[program] == nil || !slices.ContainsFunc(q.workers, func(p *env.Process) bool { return p.Serves != nil }) || len(q.workers) < 2 {
		return nil
	}
	byFile := map[string]*pyfront.File{}
	for _, f := range res.Trees {
		byFile[f.Name] = f
	}
	kinds := kindsOf(cat, program)
	var funcs []rules.Func
	var tasks []env.Routed
	for _, c := range res.Contexts {
		f := byFile[c.Pos.File]
		if f == nil || !slices.Contains(kinds, c.Kind) || cat.Noun(c.Kind) != "task" {
			continue
		}
		if d := defined(f, c); d.runs {
			funcs = append(funcs, c.Func)
			tasks = append(tasks, env.Routed{Name: d.name, Short: d.short, File: f.Name, Own: d.ownQueue})
		}
	}
	for i, set := range deployed.Routes[program].Queues(tasks) {
		q.of[funcs[i]] = set
	}
	return q
}

// only is for [rules.Env.Only]: a worker runs no task that goes to queues which it does
// not serve, and some other worker may.
func (q *queues) only(p *env.Process) func(*rules.Context) bool {
	if p.Serves == nil {
		return nil
	}
	return func(c *rules.Context) bool {
		set := q.of[c.Func]
		if set == nil || shares(p.Serves, set) {
			return true
		}
		return !slices.ContainsFunc(q.workers, func(o *env.Process) bool { return o.Serves == nil || shares(o.Serves, set) })
	}
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
