package confirm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/greenlint/greenlint/runtime/stall"
)

// The numbers of the rule.
const (
	wanted     = 3 // hits that confirm, or clean trials that refute
	conclusive = 5 // trials that count, at most
	attempts   = 8 // trials in all, at most
)

// A kind is what a run is for.
type kind uint8

func (k kind) String() string {
	return [...]string{judged: "trial", survey: "survey", control: "control", idle: "idle loop", plain: "without the loop"}[k]
}

const (
	judged  kind = iota
	survey       // judged, and asked for stacks
	control      // the accused call replaced
	idle         // the whole task replaced
	plain        // without the loop
)

// A trial is one run, in the words that all engines share.
type trial struct {
	*stall.Run
	raised   *problem    // left the task
	load     *problem    // left the module, before any task
	modules  []string    // first imported by the task
	stacks   [][]Frame   // of Run.Stalls, the innermost frame first; nil = not asked or not known
	turns    []Turn      // when which task ran, where that is known
	siblings string      // what another task could see and must not: "a running asyncio loop"
	reached  bool        // kind survey: the accused line was run
	replaced bool        // kind control: the accused call could be replaced
	refused  string      // why the engine can't run the target at all
	fatal    stall.Class // the process died of what the task did to its thread
}

// A Turn is a time in which a task of the loop ran, since the judged one began.
type Turn struct {
	Task     int
	From, To time.Duration
}

// A problem is an exception or a panic.
type problem struct {
	name, text string
	frames     []Frame
	patching   bool // the patch itself fails
}

func (p *problem) String() string {
	text, _, _ := strings.Cut(p.text, "\n")
	if text == "" {
		return p.name
	}
	return p.name + ": " + text
}

func (p *problem) same(q *problem) bool {
	return p != nil && q != nil && p.name == q.name && p.text == q.text
}

// A runner runs the target once.
type runner func(ctx context.Context, k kind, preload []string) (*trial, error)

// A record is all that was run for a verdict.
type record struct {
	kinds  []kind
	trials []*trial
}

func (r *record) of(run runner) runner {
	return func(ctx context.Context, k kind, preload []string) (*trial, error) {
		x, err := run(ctx, k, preload)
		if err == nil {
			r.kinds, r.trials = append(r.kinds, k), append(r.trials, x)
		}
		return x, err
	}
}

// judge comes to a verdict. It fills in what the runs have shown; the caller
// knows the target's name and engine.
func judge(ctx context.Context, t *Target, run runner) (v Verdict, err error) {
	log := &record{}
	v.record = log
	run = log.of(run)
	first, err := run(ctx, survey, nil)
	if err != nil {
		return v, err
	}
	v.first = first
	v.astray = t.Line > 0 && !first.reached
	switch {
	case first.refused != "":
		return inconclusive(v, "%s", first.refused), nil
	case first.load != nil && first.load.patching:
		return inconclusive(v, "the patch itself fails: %s", first.load), nil
	case first.load != nil:
		return judgeRaise(ctx, v, t, first.load, true, run)
	case first.fatal != "":
		v.Verdict, v.Class, v.Trials, v.Exception = Confirmed, string(first.fatal), 1, lastLine(first.Output)
		return v, nil
	case first.End == stall.NoStart && first.LateStart:
		return judgeRaise(ctx, v, t, &problem{name: fmt.Sprintf("nothing: loading the file does not end in %s", t.limits().Start)}, true, run)
	case broken(first.Run) != "" && first.Run.End != stall.Died:
		return inconclusive(v, "%s", broken(first.Run)), nil
	}
	var hits, raises []*trial
	clean, counted, deaths, endless, surveys := 0, 0, 0, 0, 1
	seen := map[stall.Class]bool{}
	note := func(x *trial) {
		for i := range x.Stalls {
			seen[x.Stalls[i].Class] = true
		}
	}
	note(first)
	var last *trial
	for n := 0; n < attempts && counted < conclusive; n++ {
		x, err := run(ctx, judged, first.modules)
		if err != nil {
			return v, err
		}
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		last = x
		v.Trials++
		if len(x.Stalls) > 0 && !seen[x.Stalls[0].Class] && surveys < 3 {
			surveys++
			again, err := run(ctx, survey, first.modules)
			if err != nil {
				return v, err
			}
			note(again)
		}
		switch {
		case len(x.Stalls) > 0 && !seen[x.Stalls[0].Class]:
			// No survey has seen the like: the machine's doing rather than the task's.
		case len(x.Stalls) > 0:
			if len(hits) == 0 { // what has not stalled needs nothing to compare with
				if v, err = compare(ctx, v, first, run); err != nil || v.Verdict != "" {
					return v, err
				}
			}
			hits = append(hits, x)
			counted++
		case broken(x.Run) != "":
			deaths++
		case x.raised != nil:
			raises = append(raises, x)
			counted++
		case x.End == stall.TooLong:
			endless++
		case x.Noisy, x.starved():
		default:
			clean++
			counted++
		}
		switch {
		case len(hits) == wanted:
			return judgeHits(ctx, v, t, first, hits, run)
		case len(raises) == 2 && len(hits) == 0, len(raises) == wanted:
			return judgeRaise(ctx, v, t, raises[0].raised, false, run)
		case clean == wanted && len(hits) == 0:
			if t.Rule == loopVisible && first.siblings != "" {
				v.Verdict, v.Class, v.Exception = Confirmed, classVisible, first.siblings
				return v, nil
			}
			if t.Line > 0 && !first.reached {
				return inconclusive(v, "the task ended without reaching line %d; give it arguments that lead there", t.Line), nil
			}
			if last.Call < last.Threshold {
				return inconclusive(v, "the task took only %d ms here, too little to hold the loop for %d; give it more to do", last.Call.Milliseconds(), last.Threshold.Milliseconds()), nil
			}
			v.Verdict = Refuted
			v.CallMs = last.Call.Milliseconds()
			return v, nil
		case deaths == 2:
			return inconclusive(v, "%s", broken(x.Run)), nil
		case endless == 2:
			return inconclusive(v, "the task did not end in %s; the loop went on", t.limits().Run), nil
		}
	}
	v.busy = counted < conclusive
	if counted == 0 {
		return inconclusive(v, "the machine is too busy to tell"), nil
	}
	return inconclusive(v, "%d of %d trials stalled", len(hits), counted), nil
}

// compare runs the control: without the accused call the loop must not stand still;
// if it does, an idle loop must not, or nothing can be told.
func compare(ctx context.Context, v Verdict, first *trial, run runner) (Verdict, error) {
	c, err := run(ctx, control, first.modules)
	if err != nil || len(c.Stalls) == 0 && c.load == nil {
		return v, err
	}
	v.Control = fmt.Sprintf("without the call: %s", c.outcome())
	for try := 0; ; try++ {
		i, err := run(ctx, idle, nil)
		switch {
		case err != nil || len(i.Stalls) == 0:
			return v, err
		case try == 1:
			return inconclusive(v, "the loop stands still by itself here: %s", i.outcome()), nil
		}
	}
}

// loopVisible is the rule about a loop that other tasks of the hub see.
const (
	loopVisible  = "GL501"
	classVisible = "loop-visible"
)

// broken says why a run tells nothing about the loop; "" if it does.
func broken(r *stall.Run) string {
	switch r.End {
	case stall.NoStart:
		return "the task was never reached: " + tellingEnd(r)
	case stall.Died:
		if len(r.Stalls) > 0 {
			return ""
		}
		return "the process ended in the middle of the task: " + tellingEnd(r)
	case stall.TooMany:
		return "the task starts too many processes; they were ended"
	case stall.TooBig:
		return "the task uses too much memory; it was ended"
	case stall.Unwatched:
		return "the task destroyed the page that its heartbeat was on; it was ended"
	}
	return ""
}

// tellingEnd is what a dead process has left: its last line, or its status.
func tellingEnd(r *stall.Run) string {
	if s := lastLine(r.Output); s != "" {
		return s + " (" + r.Status + ")"
	}
	return r.Status
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
}

// starved reports whether the task might have held the loop for long enough to
// count, had its thread not waited for a processor for most of the time.
func (x *trial) starved() bool { return x.Call >= x.Threshold && x.Call-x.Waited < x.Threshold }

func (x *trial) outcome() string {
	switch {
	case len(x.Stalls) > 0:
		return x.Stalls[0].String()
	case x.load != nil:
		return x.load.String()
	case x.raised != nil:
		return x.raised.String()
	}
	return string(x.End)
}

func inconclusive(v Verdict, format string, args ...any) Verdict {
	v.Verdict, v.Reason = Inconclusive, fmt.Sprintf(format, args...)
	return v
}

// judgeHits describes a stall by its trials: the median length, the class of
// most of them, and the frame that the survey has seen.
func judgeHits(ctx context.Context, v Verdict, t *Target, first *trial, hits []*trial, run runner) (Verdict, error) {
	v.Verdict = Confirmed
	slices.SortStableFunc(hits, func(a, b *trial) int { return int(a.Stalls[0].Corrected() - b.Stalls[0].Corrected()) })
	middle := &hits[len(hits)/2].Stalls[0]
	v.StallMs, v.AtLeast = middle.Corrected().Milliseconds(), middle.Open
	v.ThresholdMs = hits[len(hits)/2].Threshold.Milliseconds()
	v.Samples = middle.Samples
	votes := map[[2]string]int{}
	for _, h := range hits {
		s := &h.Stalls[0]
		key := [2]string{string(s.Class), s.Syscall}
		if votes[key]++; votes[key] > votes[[2]string{v.Class, v.Syscall}] {
			v.Class, v.Syscall = key[0], key[1]
		}
	}
	name := func(survey *trial) { // it may know the name of what the thread waits for
		for i := range survey.Stalls {
			if x := &survey.Stalls[i]; v.Syscall == "" && string(x.Class) == v.Class {
				v.Syscall = x.Syscall
			}
		}
	}
	name(first)
	stack := pickStack(t, first)
	for try := 0; stack == nil && try < 2; try++ { // the survey may have seen an import only
		again, err := run(ctx, survey, first.modules)
		if err != nil {
			return v, err
		}
		name(again)
		stack = pickStack(t, again)
	}
	v.Stack = stack
	if f := own(stack, t.Roots); f != nil {
		v.Frame = f
	} else if len(stack) > 0 {
		v.Frame = &stack[0]
	}
	if t.Line > 0 && len(stack) > 0 && !slices.ContainsFunc(stack, t.covers) {
		return inconclusive(v, "the loop stands still, but at %s", v.Frame), nil
	}
	return v, nil
}

// pickStack takes the stack of the longest stall that is not a first import.
func pickStack(t *Target, x *trial) []Frame {
	var any []Frame
	if t.Line > 0 { // of several, the one of the accused call
		for _, s := range x.stacks {
			if slices.ContainsFunc(s, t.covers) {
				return s
			}
		}
	}
	for _, s := range x.stacks {
		if len(s) == 0 || importing(s) {
			continue
		}
		if own(s, t.Roots) != nil {
			return s
		}
		if any == nil {
			any = s
		}
	}
	return any
}

func importing(frames []Frame) bool {
	return slices.ContainsFunc(frames, func(f Frame) bool { return strings.HasPrefix(f.File, "<frozen importlib") })
}

// judgeRaise asks whether the exception comes from the loop: it does if the same
// call does not raise it without.
func judgeRaise(ctx context.Context, v Verdict, t *Target, p *problem, load bool, run runner) (Verdict, error) {
	v.Exception = p.String()
	v.Stack = p.frames
	if v.Trials == 0 {
		v.Trials = 1
	}
	if f := own(p.frames, t.Roots); f != nil {
		v.Frame = f
	}
	t.passing = v.Frame
	without, err := run(ctx, plain, nil)
	if err != nil {
		return v, err
	}
	if without.refused != "" {
		return inconclusive(v, "%s raises %s", place(load), p), nil
	}
	other := without.raised
	if load {
		other = without.load
	}
	switch {
	case p.same(other) && load && p.name == "ModuleNotFoundError":
		v.first.refused = p.text
		return inconclusive(v, "this Python does not have what the file imports: %s", p.text), nil
	case p.same(other):
		return inconclusive(v, "%s raises %s, with and without the loop", place(load), p), nil
	case other != nil && !passed(t, without, other):
		return inconclusive(v, "%s raises %s, and without the loop %s", place(load), p, other), nil
	case without.load != nil:
		return inconclusive(v, "without the loop the file can't be loaded: %s", without.load), nil
	case without.End == stall.NoStart && p.frames == nil:
		return inconclusive(v, "loading the file does not end, with and without the loop"), nil
	case without.End == stall.NoStart:
		return inconclusive(v, "%s raises %s; without the loop: %s", place(load), p, broken(without.Run)), nil
	}
	v.Verdict, v.Class = Confirmed, "raises"
	if p.frames == nil && load {
		v.Class = "hangs"
	}
	return v, nil
}

// passed reports whether a run without the loop came past the line at which the
// exception was raised on the loop, and failed somewhere else.
func passed(t *Target, without *trial, other *problem) bool {
	at := own(other.frames, t.Roots)
	return t.passing != nil && without.reached && at != nil && (at.File != t.passing.File || at.Line != t.passing.Line)
}

func place(load bool) string {
	if load {
		return "loading the file"
	}
	return "the task"
}
