package confirm

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/greenlint/greenlint/runtime/cpython"
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

// Together makes one target of those that are functions of the same file, which
// are to be siblings of each other. Programs and Go functions stay as they are.
func Together(list []*Target, rounds int, seed int64) (out []*Target) {
	byFile := map[string]*Target{}
	for _, t := range list {
		if t.Language != "python" || t.Func == "" || t.Soak != nil {
			out = append(out, t)
			continue
		}
		call := Call{t.Func, t.Made, t.Args}
		if first := byFile[t.File]; first != nil {
			first.Soak.Calls = append(first.Soak.Calls, call)
			first.Name = strings.TrimSuffix(first.Name, "::"+first.Func)
			continue
		}
		c := *t
		c.Soak = &Soak{rounds, seed, []Call{call}}
		byFile[t.File] = &c
		out = append(out, &c)
	}
	return out
}

// confirmSoak runs the rounds until one fails, then that one again and, for
// comparison, its calls one after the other.
func (s *Session) confirmSoak(ctx context.Context, t *Target) (v Verdict, err error) {
	v.Target, v.Rule, v.Engine, v.Expected = t.Name, t.Rule, NoEngine, t.Expected
	i := cpython.Choose(s.pythons, string(t.Loop))
	if i == nil {
		return inconclusive(v, "no Python with %q was found; --python names one", t.Loop), nil
	}
	v.Engine = i.Name(string(t.Loop))
	run := func(rounds int, seed int64, serial bool) (*cpython.Result, error) {
		return s.soak(ctx, i, t, rounds, seed, serial)
	}
	all, err := run(t.Soak.Rounds, t.Soak.Seed, false)
	if err != nil {
		return v, err
	}
	failure := soakFailure(all)
	switch {
	case all.Load != nil && all.Load.Type == "ModuleNotFoundError":
		v.Engine = NoEngine
		return inconclusive(v, "this Python does not have what the file imports: %s", all.Load.Text), nil
	case all.Load != nil:
		return inconclusive(v, "loading the file raises %s", all.Load), nil
	case failure == "" && all.End != stall.Ended:
		if why := broken(all.Run); why != "" {
			return inconclusive(v, "%s", why), nil
		}
		return inconclusive(v, "the rounds did not come to their end"), nil
	}
	v.Rounds, v.Seed = int(all.Seed-t.Soak.Seed)+1, &all.Seed
	v.Trials = 1
	if failure == "" {
		v.Verdict, v.CallMs = Refuted, all.Call.Milliseconds()
		return v, nil
	}
	again := 0
	for v.Trials < 4 && again < 2 {
		r, err := run(1, all.Seed, false)
		if err != nil {
			return v, err
		}
		v.Trials++
		if soakFailure(r) == failure {
			again++
			v.Order = r.Order
		}
	}
	if again < 2 {
		return inconclusive(v, "with siblings, %s in the round of the seed %d; it did not come again twice in three runs", failure, all.Seed), nil
	}
	alone, err := run(1, all.Seed, true)
	if err != nil {
		return v, err
	}
	if soakFailure(alone) == failure {
		return inconclusive(v, "%s, without siblings too; confirm it without --soak", failure), nil
	}
	v.Verdict = Confirmed
	switch {
	case all.Raised != nil:
		p := pythonProblem(all.Raised)
		v.Class, v.Exception, v.Stack = "raises", p.String(), p.frames
		v.Frame = own(p.frames, t.Roots)
	case len(all.Stuck) > 0:
		v.Class, v.Exception = classDeadlock, strings.Join(all.Stuck, ", ")
	default:
		x := &all.Stalls[0]
		v.Class, v.Syscall, v.StallMs, v.AtLeast, v.ThresholdMs = string(x.Class), x.Syscall, x.Corrected().Milliseconds(), x.Open, all.Threshold.Milliseconds()
		v.Stack = firstStack(x.Traceback)
		v.Frame = own(v.Stack, t.Roots)
	}
	return v, nil
}

// classDeadlock is tasks that wait for ever while the loop goes on.
const classDeadlock = "deadlock"

// soakFailure says what went wrong in the last round, in words that are the same
// whenever the same goes wrong; "" if nothing did.
func soakFailure(r *cpython.Result) string {
	switch {
	case r.Raised != nil:
		return fmt.Sprintf("%s raises %s", r.Failed, r.Raised.Type)
	case len(r.Stuck) > 0:
		return strings.Join(slices.Compact(r.Stuck), ", ") + " never end"
	case len(r.Stalls) > 0 && r.Stalls[0].Open:
		return "the loop stands still"
	}
	return ""
}

// soak runs rounds in one process.
func (s *Session) soak(ctx context.Context, i *cpython.Interpreter, t *Target, rounds int, seed int64, serial bool) (*cpython.Result, error) {
	dir, remove, err := s.workDir(t)
	if err != nil {
		return nil, err
	}
	defer remove()
	limits := t.limits()
	soak := &cpython.Soak{Width: width, Rounds: rounds, Seed: seed, Serial: serial, Limit: min(limits.Run, 10*time.Second)}
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
	// Only a loop that does not come back tells of siblings: shorter stalls are
	// seen without them.
	limits.Run, limits.Enough = time.Duration(rounds+1)*2*soak.Limit, 2*time.Second
	return i.Run(ctx, cpython.Task{
		Loop: string(t.Loop), File: t.File, Module: t.Module, Func: filepath.Base(t.File), Path: t.Path, Patch: t.Patch, Dir: dir,
		Soak: soak, Attribute: true, Floor: s.o.Floor, Limits: limits,
	})
}
