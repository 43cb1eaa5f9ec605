package confirm

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// A scene is what each kind of run shows, one letter a run; the last is repeated.
//
//	.  the loop went on          h  it stood still          n  the machine was too busy to tell
//	w  its thread waited for a processor for most of the time
//	r  the task raised           e  it did not end          d  the process died
//	q  it ended at once           o  another exception, later    b  another exception, before
//	L  loading the file raised   s  it never started
type scene struct{ survey, control, idle, plain, judged string }

func (s scene) runner() runner {
	at := map[kind]int{}
	return func(_ context.Context, k kind, _ []string) (*trial, error) {
		script := map[kind]string{survey: s.survey, control: s.control, idle: s.idle, plain: s.plain, judged: s.judged}[k]
		if script == "" {
			script = "."
		}
		letter := script[min(at[k], len(script)-1)]
		at[k]++
		return act(letter, k), nil
	}
}

func act(letter byte, k kind) *trial {
	x := &trial{Run: &stall.Run{End: stall.Ended, Threshold: 50 * time.Millisecond, Call: 300 * time.Millisecond, Status: "exit status 0"}, reached: true}
	p := &problem{name: "ValueError", text: "no", frames: []Frame{{"/p/a.py", 7, "task"}}}
	switch letter {
	case 'h':
		x.Stalls = []stall.Stall{{Wall: 300 * time.Millisecond, Class: stall.RawSyscall, Syscall: "wait4"}}
		if k == survey {
			x.stacks = [][]Frame{{{"/usr/lib/os.py", 1, "system"}, {"/p/a.py", 5, "task"}}}
		}
	case 'q':
		x.Call = 5 * time.Millisecond
	case 'o':
		x.raised = &problem{name: "ValueError", text: "something else", frames: []Frame{{"/p/a.py", 9, "task"}}}
	case 'b': // it never got there
		x.raised, x.reached = &problem{name: "OSError", text: "refused", frames: []Frame{{"/p/a.py", 2, "task"}}}, false
	case 'n':
		x.Noisy = true
	case 'w':
		x.Waited = 270 * time.Millisecond
	case 'r':
		x.raised = p
	case 'e':
		x.End = stall.TooLong
	case 'd':
		x.End, x.Output, x.Status = stall.Died, "Segmentation fault", "signal: segmentation fault"
	case 's':
		x.End, x.Status = stall.NoStart, "exit status 1"
	case 'L':
		x.load = p
	}
	return x
}

// TestRule holds the rule of verdicts: what is seen, and what is said of it.
func TestRule(t *testing.T) {
	for _, c := range []struct {
		name string
		scene
		want string
	}{
		{"three hits", scene{survey: "h", judged: "h"}, "confirmed 3 raw-syscall wait4 /p/a.py:5"},
		{"three hits of five", scene{survey: "h", judged: "h.h.h"}, "confirmed 5 raw-syscall wait4 /p/a.py:5"},
		{"noise does not count", scene{survey: "h", judged: "hnhnnh"}, "confirmed 6 raw-syscall wait4 /p/a.py:5"},
		{"three clean", scene{judged: "."}, "refuted 3"},
		{"noise is not clean", scene{judged: "nn.n.n."}, "refuted 7"},
		{"a task without a processor is not clean", scene{survey: "h", judged: "w"}, "inconclusive 8: the machine is too busy to tell"},
		{"only noise", scene{judged: "n"}, "inconclusive 8: the machine is too busy to tell"},
		{"one hit is not clean", scene{survey: "h", judged: "..h.."}, "inconclusive 5: 1 of 5 trials stalled"},
		{"a hit before", scene{survey: "h", judged: "h..."}, "inconclusive 5: 1 of 5 trials stalled"},
		{"the survey's stall does not count", scene{survey: "h", judged: "."}, "refuted 3"},
		{"the control stalls too, and the idle loop not", scene{survey: "h", control: "h", judged: "h"}, "confirmed 3 raw-syscall wait4 /p/a.py:5"},
		{"even the idle loop stalls", scene{survey: "h", control: "h", idle: "h", judged: "h"}, "inconclusive 1: the loop stands still by itself here: 300 ms raw-syscall (wait4)"},
		{"raises, and not without the loop", scene{survey: "r", judged: "r"}, "confirmed 2 raises /p/a.py:7"},
		{"raises anyway", scene{survey: "r", judged: "r", plain: "r"}, "inconclusive 2: the task raises ValueError: no, with and without the loop"},
		{"raises once more than it stalls", scene{survey: "rrrr", judged: "hrrr"}, "confirmed 3 raises /p/a.py:7"},
		{"a hit that no survey has seen", scene{survey: ".", judged: ".h..."}, "refuted 4"},
		{"hits that only the second survey has seen", scene{survey: ".h", judged: "h"}, "confirmed 3 raw-syscall wait4 /p/a.py:5"},
		{"without the loop it comes further", scene{survey: "r", judged: "r", plain: "o"}, "confirmed 2 raises /p/a.py:7"},
		{"without the loop it does not get there", scene{survey: "r", judged: "r", plain: "b"}, "inconclusive 2: the task raises ValueError: no, and without the loop OSError: refused"},
		{"too short to tell", scene{judged: "q"}, "inconclusive 3: the task took only 5 ms here, too little to hold the loop for 50; give it more to do"},
		{"can't be loaded on the loop", scene{survey: "L"}, "confirmed 1 raises /p/a.py:7"},
		{"can't be loaded at all", scene{survey: "L", plain: "L"}, "inconclusive 1: loading the file raises ValueError: no, with and without the loop"},
		{"never ends, and the loop goes on", scene{judged: "e"}, "inconclusive 2: the task did not end in 10s; the loop went on"},
		{"dies", scene{judged: "d"}, "inconclusive 2: the process ended in the middle of the task: Segmentation fault (signal: segmentation fault)"},
		{"does not start", scene{survey: "s"}, "inconclusive 0: the task was never reached: exit status 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := judge(t.Context(), &Target{Roots: []string{"/p"}}, c.runner())
			require.NoError(t, err)
			got := fmt.Sprintf("%s %d", v.Verdict, v.Trials)
			if v.Reason != "" {
				got += ": " + v.Reason
			}
			if v.Verdict == Confirmed {
				got = strings.TrimSpace(strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s", got, v.Class, v.Syscall, v.Frame)), " "))
			}
			require.Equal(t, c.want, got)
		})
	}
}

// TestAccusedLine shows what a finding asks beyond a stall: it has to be its own.
func TestAccusedLine(t *testing.T) {
	target := func(line int) *Target {
		return &Target{Roots: []string{"/p"}, SinkFile: "/p/a.py", Line: line, EndLine: line}
	}
	v, err := judge(t.Context(), target(5), scene{survey: "h", judged: "h"}.runner())
	require.NoError(t, err)
	require.Equal(t, Confirmed, v.Verdict)
	v, err = judge(t.Context(), target(9), scene{survey: "h", judged: "h"}.runner())
	require.NoError(t, err)
	require.Equal(t, "the loop stands still, but at /p/a.py:5", v.Reason)

	run := scene{judged: "."}.runner()
	v, err = judge(t.Context(), target(9), func(ctx context.Context, k kind, pre []string) (*trial, error) {
		x, err := run(ctx, k, pre)
		x.reached = false
		return x, err
	})
	require.NoError(t, err)
	require.Equal(t, Inconclusive, v.Verdict, "a task that returns early refutes nothing")
}

func TestImportIsNoStall(t *testing.T) {
	x := act('h', survey)
	x.Stalls = append(x.Stalls, x.Stalls[0])
	x.stacks = [][]Frame{{{"<frozen importlib._bootstrap>", 1, "x"}, {"/p/a.py", 3, "task"}}, {{"/p/a.py", 8, "task"}}}
	require.Equal(t, 8, pickStack(&Target{Roots: []string{"/p"}}, x)[0].Line)
}

func TestHeadlines(t *testing.T) {
	show := func(s string) string { return strings.TrimPrefix(s, "/p/") }
	for want, v := range map[string]Verdict{
		"confirmed GL201 x: the loop stood still for 152 ms, in the system call wait4 (raw-syscall), at a.py:4": {Verdict: Confirmed, Rule: "GL201", StallMs: 152, Class: "raw-syscall", Syscall: "wait4", Frame: &Frame{"/p/a.py", 4, ""}},
		"confirmed x: the loop stood still for more than 3000 ms, computing (cpu)":                              {Verdict: Confirmed, StallMs: 3000, AtLeast: true, Class: "cpu"},
		"refuted x: the loop went on for the 300 ms that the task took":                                         {Verdict: Refuted, CallMs: 300},
		"inconclusive x: why": {Verdict: Inconclusive, Reason: "why"},
		"confirmed x: raises AttributeError: epoll, at a.py:4":              {Verdict: Confirmed, Class: "raises", Exception: "AttributeError: epoll", Frame: &Frame{"/p/a.py", 4, ""}},
		"confirmed x: other tasks of the thread see a running asyncio loop": {Verdict: Confirmed, Class: classVisible, Exception: "a running asyncio loop"},
	} {
		v.Target = "x"
		require.Equal(t, want, v.Headline(show))
	}
}

func TestJSONHasTheSchema(t *testing.T) {
	var b strings.Builder
	require.NoError(t, WriteJSON(&b, []Verdict{{Target: "x", Verdict: Confirmed, Engine: "cpython+gevent", StallMs: 152, Class: "raw-syscall", Frame: &Frame{"/p/a.py", 41, "f"}, Trials: 3}}, func(s string) string { return s[3:] }))
	require.JSONEq(t, `{"schema": "greenlint/1", "verdicts": [{"target": "x", "verdict": "confirmed", "engine": "cpython+gevent", "stallMs": 152,
		"class": "raw-syscall", "frame": {"file": "a.py", "line": 41, "function": "f"}, "trials": 3}]}`, b.String())
}
