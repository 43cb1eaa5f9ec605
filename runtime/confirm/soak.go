package confirm

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/greenlint/greenlint/runtime/cpython"
	"github.com/greenlint/greenlint/runtime/gopool"
	"github.com/greenlint/greenlint/runtime/stall"
)

// A Soak asks for failures that need several tasks at once: rounds of siblings
// whose order of wake-ups is drawn from a seed.
type Soak struct {
	Rounds int
	Seed   int64 // of the first round
	Calls  []Call
}

// A Call is one of the siblings.
type Call struct {
	Func string
	Made *string
	Args *string
}

// width is how many tasks a round has, unless more are named.
const width = 3

// Together makes one target of those that are functions of the same file, or of the
// same package in Go, which are to be siblings of each other. Programs stay as they
// are.
func Together(list []*Target, rounds int, seed int64) (out []*Target) {
	byFile := map[string]*Target{}
	for _, t := range list {
		if t.Func == "" || t.Soak != nil {
			out = append(out, t)
			continue
		}
		call := Call{t.Func, t.Made, t.Args}
		if first := byFile[t.File]; first != nil {
			first.Soak.Calls = append(first.Soak.Calls, call)
			name := strings.TrimSuffix(first.Name, first.Func)
			if name = strings.TrimSuffix(name, "::"); len(first.Soak.Calls) == 2 && name != first.Name {
				first.Name = strings.TrimSuffix(name, ".")
			}
			continue
		}
		c := *t
		c.Soak = &Soak{rounds, seed, []Call{call}}
		byFile[t.File] = &c
		out = append(out, &c)
	}
	return out
}

// A soaked is rounds that were run in one process, in the words that all engines
// share.
type soaked struct {
	*trial
	seed   int64    // of the last round, which is the one that failed if any did
	failed string   // the call that raised
	order  []int    // the tasks of the last round as they were let go
	stuck  []string // the calls of the last round that never ended
}

// A soaker runs rounds in one process.
type soaker func(ctx context.Context, rounds int, seed int64, serial bool) (*soaked, error)

// soaker picks what can run the rounds: its name, and how.
func (s *Session) soaker(ctx context.Context, t *Target) (string, soaker, error) {
	if t.Language == "go" {
		return s.goSoaker(ctx, t)
	}
	i := cpython.Choose(s.pythons, string(t.Loop))
	if i == nil {
		return "", nil, fmt.Errorf("no Python with %q was found; --python names one", t.Loop)
	}
	return i.Name(string(t.Loop)), func(ctx context.Context, rounds int, seed int64, serial bool) (*soaked, error) {
		return s.soakPython(ctx, i, t, rounds, seed, serial)
	}, nil
}

// confirmSoak runs the rounds until one fails, then that one again and, for
// comparison, its calls one after the other.
func (s *Session) confirmSoak(ctx context.Context, t *Target) (v Verdict, err error) {
	v.Target, v.Rule, v.Engine, v.Expected = t.Name, t.Rule, NoEngine, t.Expected
	engine, run, err := s.soaker(ctx, t)
	if err != nil {
		return inconclusive(v, "%s", err), nil
	}
	v.Engine = engine
	all, err := run(ctx, t.Soak.Rounds, t.Soak.Seed, false)
	if err != nil {
		return v, err
	}
	failure := all.failure()
	switch {
	case all.load != nil && all.load.name == "ModuleNotFoundError":
		v.Engine = NoEngine
		return inconclusive(v, "this Python does not have what the file imports: %s", all.load.text), nil
	case all.load != nil:
		return inconclusive(v, "loading the file raises %s", all.load), nil
	case all.refused != "":
		return inconclusive(v, "%s", all.refused), nil
	case failure == "" && all.End != stall.Ended:
		if why := broken(all.Run); why != "" {
			return inconclusive(v, "%s", why), nil
		}
		v.busy = true
		return inconclusive(v, "the machine is too busy to tell: the rounds did not come to their end"), nil
	}
	v.Rounds, v.Seed = int(all.seed-t.Soak.Seed)+1, &all.seed
	v.Trials = 1
	if failure == "" {
		v.Verdict, v.CallMs = Refuted, all.Call.Milliseconds()
		return v, nil
	}
	again := 0
	for v.Trials < 4 && again < 2 {
		r, err := run(ctx, 1, all.seed, false)
		if err != nil {
			return v, err
		}
		v.Trials++
		if r.failure() == failure {
			again++
			v.Order = r.order
		}
	}
	if again < 2 {
		v.busy = true
		return inconclusive(v, "with siblings, %s in the round of the seed %d; it did not come again twice in three runs", failure, all.seed), nil
	}
	alone, err := run(ctx, 1, all.seed, true)
	if err != nil {
		return v, err
	}
	if alone.failure() == failure {
		return inconclusive(v, "%s, without siblings too; confirm it without --soak", failure), nil
	}
	v.Verdict = Confirmed
	switch {
	case all.raised != nil:
		v.Class, v.Exception, v.Stack = "raises", all.raised.String(), all.raised.frames
		v.Frame = own(v.Stack, t.Roots)
	case len(all.stuck) > 0:
		v.Class, v.Exception = classDeadlock, strings.Join(all.stuck, ", ")
	default:
		x := &all.Stalls[0]
		v.Class, v.Syscall, v.StallMs, v.AtLeast, v.ThresholdMs = string(x.Class), x.Syscall, x.Corrected().Milliseconds(), x.Open, all.Threshold.Milliseconds()
		v.Stack = all.stacks[0]
		v.Frame = own(v.Stack, t.Roots)
	}
	return v, nil
}

// classDeadlock is tasks that wait for ever while the loop goes on.
const classDeadlock = "deadlock"

// failure says what went wrong in the last round, in words that are the same
// whenever the same goes wrong; "" if nothing did.
func (r *soaked) failure() string {
	switch {
	case r.raised != nil:
		return fmt.Sprintf("%s raises %s", r.failed, r.raised.name)
	case len(r.stuck) > 0:
		return strings.Join(slices.Compact(slices.Clone(r.stuck)), ", ") + " never end"
	case len(r.Stalls) > 0 && r.Stalls[0].Open:
		return "the loop stands still"
	}
	return ""
}

// The limits of rounds. Only a loop that does not come back tells of siblings:
// shorter stalls are seen without them.
func soakLimits(t *Target, rounds int) (round time.Duration, all stall.Limits) {
	all = t.limits()
	round = min(all.Run, 10*time.Second)
	all.Run, all.Enough = time.Duration(rounds+1)*2*round, 2*time.Second
	return round, all
}

// soakPython runs rounds in one process of Python.
func (s *Session) soakPython(ctx context.Context, i *cpython.Interpreter, t *Target, rounds int, seed int64, serial bool) (*soaked, error) {
	dir, remove, err := s.workDir(t)
	if err != nil {
		return nil, err
	}
	defer remove()
	limit, limits := soakLimits(t, rounds)
	soak := &cpython.Soak{Width: width, Rounds: rounds, Seed: seed, Serial: serial, Limit: limit}
	for _, c := range t.Soak.Calls {
		args := c.Args
		if args == nil {
			args = s.o.Args
		}
		call := cpython.Call{Func: c.Func}
		if call.Args, err = s.fill(args); err != nil {
			return nil, err
		}
		if call.Made, err = s.fill(c.Made); err != nil {
			return nil, err
		}
		soak.Calls = append(soak.Calls, call)
	}
	r, err := i.Run(ctx, cpython.Task{
		Loop: string(t.Loop), File: t.File, Module: t.Module, Func: filepath.Base(t.File), Path: t.Path, Patch: t.Patch, Dir: dir,
		Soak: soak, Attribute: true, Floor: s.o.Floor, Limits: limits,
	})
	if err != nil {
		return nil, err
	}
	return &soaked{fromPython(r), r.Seed, r.Failed, r.Order, r.Stuck}, nil
}

// goSoaker runs rounds in one process of Go.
func (s *Session) goSoaker(ctx context.Context, t *Target) (string, soaker, error) {
	soak := gopool.Soak{Width: width}
	var sources []gopool.Source
	for _, c := range t.calls() {
		source, err := s.goSource(c)
		if err != nil {
			return "", nil, err
		}
		sources = append(sources, source)
		soak.Names = append(soak.Names, c.Func)
	}
	var err error
	if soak.Calls, err = s.buildAll(ctx, sources); err != nil {
		return "", nil, err
	}
	return "gopool", func(ctx context.Context, rounds int, seed int64, serial bool) (*soaked, error) {
		dir, remove, err := s.workDir(t)
		if err != nil {
			return nil, err
		}
		defer remove()
		soak := soak
		var limits stall.Limits
		soak.Limit, limits = soakLimits(t, rounds)
		soak.Rounds, soak.Seed, soak.Serial = rounds, seed, serial
		r, err := soak.Run(ctx, dir, s.o.Floor, limits)
		if err != nil {
			return nil, err
		}
		x := &soaked{fromGo(r.Result), r.Seed, r.Failed, r.Order, r.Stuck}
		if r.Returned != "" {
			x.raised = &problem{name: "error", text: r.Returned}
		}
		return x, nil
	}, nil
}

// calls are the siblings as targets of their own.
func (t *Target) calls() (out []*Target) {
	for _, c := range t.Soak.Calls {
		one := *t
		one.Soak, one.Func, one.Made, one.Args = nil, c.Func, c.Made, c.Args
		out = append(out, &one)
	}
	return out
}
