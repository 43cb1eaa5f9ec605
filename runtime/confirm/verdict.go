package confirm

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/greenlint/greenlint/runtime/stall"
)

// The verdicts.
const (
	Confirmed    = "confirmed"
	Refuted      = "refuted"
	Inconclusive = "inconclusive"
)

// A Frame is a place in the code that ran.
type Frame struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Func string `json:"function,omitempty"`
}

func (f *Frame) String() string {
	if f == nil {
		return "an unknown place"
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// own returns the innermost frame in the user's code.
func own(frames []Frame, roots []string) *Frame {
	for i := range frames {
		for _, r := range roots {
			rel, err := filepath.Rel(r, frames[i].File)
			if err != nil || !filepath.IsLocal(rel) && rel != "." {
				continue
			}
			if s := filepath.ToSlash(rel); !strings.Contains(s, "site-packages/") && !strings.Contains(s, "/vendor/") {
				return &frames[i]
			}
		}
	}
	return nil
}

// A Verdict is what the trials of one target have shown.
type Verdict struct {
	Target      string  `json:"target"`
	Rule        string  `json:"rule,omitempty"`
	Verdict     string  `json:"verdict"`
	Engine      string  `json:"engine"`
	StallMs     int64   `json:"stallMs,omitempty"`   // the median of the hits
	AtLeast     bool    `json:"atLeast,omitempty"`   // the stall was not waited out
	Class       string  `json:"class,omitempty"`     // as the kernel saw it: cpu, raw-syscall, lock, disk, go-park, …; or raises, loop-visible
	Syscall     string  `json:"syscall,omitempty"`   // in which the thread slept
	Exception   string  `json:"exception,omitempty"` // class raises: what is raised on the loop and not without it
	Frame       *Frame  `json:"frame,omitempty"`     // the innermost in the user's code
	Stack       []Frame `json:"stack,omitempty"`     // the innermost first
	Trials      int     `json:"trials"`
	ThresholdMs int64   `json:"thresholdMs,omitempty"`
	CallMs      int64   `json:"callMs,omitempty"` // refuted: how long the task ran while the loop went on
	Reason      string  `json:"reason,omitempty"` // inconclusive: why
	Control     string  `json:"control,omitempty"`
	Expected    string  `json:"expected,omitempty"` // a fixture: what its name promises

	Called string `json:"called,omitempty"` // the function that was called instead of the task, which does not get to the accused call by itself

	Seed   *int64 `json:"seed,omitempty"`   // with siblings: of the last round; that of the failing one, which it replays
	Rounds int    `json:"rounds,omitempty"` // with siblings: that were run
	Order  []int  `json:"order,omitempty"`  // with siblings: the tasks of the failing round as they were let go

	Samples []stall.Sample `json:"-"`
	astray  bool           // the accused call was not reached
	busy    bool           // too many trials did not count
	first   *trial
	record  *record
}

// Wrong reports whether a fixture has not kept what its name promises.
func (v *Verdict) Wrong() bool {
	return v.Expected != "" && v.Verdict != v.Expected && v.Engine != NoEngine
}

// NoEngine is the engine of a target that nothing here can run.
const NoEngine = "none"

// Headline is the verdict in one line, with paths as show has them.
func (v *Verdict) Headline(show func(string) string) string {
	var b strings.Builder
	b.WriteString(v.Verdict)
	if v.Rule != "" {
		fmt.Fprintf(&b, " %s", v.Rule)
	}
	fmt.Fprintf(&b, " %s: ", v.Target)
	b.WriteString(v.Outcome(show))
	return b.String()
}

// Outcome says what the trials have shown, without whose trials they are.
func (v *Verdict) Outcome(show func(string) string) string {
	var b strings.Builder
	switch {
	case v.Verdict == Inconclusive:
		b.WriteString(v.Reason)
	case v.Verdict == Refuted && v.Rounds > 0:
		fmt.Fprintf(&b, "%d rounds with siblings went well, up to the seed %d", v.Rounds, *v.Seed)
	case v.Verdict == Refuted:
		fmt.Fprintf(&b, "the loop went on for the %d ms that the task took", v.CallMs)
	case v.Class == "hangs":
		fmt.Fprintf(&b, "on the loop it never gets as far as the task, and does without the loop")
	case v.Class == "raises":
		fmt.Fprintf(&b, "raises %s", v.Exception)
	case v.Class == classDeadlock:
		fmt.Fprintf(&b, "tasks that never end: %s", v.Exception)
	case v.Class == classVisible:
		fmt.Fprintf(&b, "other tasks of the thread see %s", v.Exception)
	case v.Class == string(stall.ThreadLock):
		fmt.Fprintf(&b, "ends the process: %s", v.Exception)
	default:
		fmt.Fprintf(&b, "the loop stood still for %s%d ms, %s", map[bool]string{true: "more than "}[v.AtLeast], v.StallMs, describe(v.Class, v.Syscall))
	}
	if v.Frame != nil && v.Verdict == Confirmed {
		fmt.Fprintf(&b, ", at %s:%d", show(v.Frame.File), v.Frame.Line)
	}
	if v.Seed != nil && v.Verdict == Confirmed {
		fmt.Fprintf(&b, ", with siblings, after %d rounds; --soak 1 --seed %d shows it again", v.Rounds-1, *v.Seed)
	}
	return b.String()
}

func describe(class, syscall string) string {
	in := ""
	if syscall != "" {
		in = " " + syscall
	}
	switch stall.Class(class) {
	case stall.CPU:
		return "computing (cpu)"
	case stall.RawSyscall:
		return "in the system call" + in + " (raw-syscall)"
	case stall.Lock:
		return "waiting for a lock (lock)"
	case stall.Disk:
		return "waiting for a disk" + in + " (disk)"
	case stall.GoPark:
		if syscall != "" {
			return "with the task's goroutine parked in " + syscall + " (go-park)"
		}
		return "with the task's goroutine parked (go-park)"
	case stall.Cgo:
		return "in foreign code (cgo)"
	}
	return "by a cause that could not be told (" + class + ")"
}

// detail is what is said of the trials themselves.
func (v *Verdict) detail() string {
	detail := fmt.Sprintf("%d trials", v.Trials)
	if v.Trials == 1 {
		detail = strings.TrimSuffix(detail, "s")
	}
	if v.ThresholdMs > 0 {
		detail += fmt.Sprintf(", threshold %d ms", v.ThresholdMs)
	}
	if v.Called != "" {
		detail += "; the task itself did not get there, so " + v.Called + " was called"
	}
	if v.Control != "" {
		detail += "; " + v.Control
	}
	if v.Wrong() {
		detail += "; expected: " + v.Expected
	}
	return detail
}

// WriteText writes the verdicts for people.
func WriteText(w io.Writer, list []Verdict, show func(string) string) error {
	for i := range list {
		v := &list[i]
		line := v.Headline(show) + "\n"
		detail := fmt.Sprintf("  on %s, %s", v.Engine, v.detail())
		if _, err := io.WriteString(w, line+detail+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON writes the verdicts under the same schema as the findings of a check.
func WriteJSON(w io.Writer, list []Verdict, show func(string) string) error {
	out := struct {
		Schema   string    `json:"schema"`
		Verdicts []Verdict `json:"verdicts"`
	}{"greenlint/1", []Verdict{}}
	for _, v := range list {
		out.Verdicts = append(out.Verdicts, Report(v, show))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// Report is the verdict as the JSON output has it, with paths as show has them.
func Report(v Verdict, show func(string) string) Verdict {
	v.Frame = shown(v.Frame, show)
	stack := v.Stack
	v.Stack = nil
	for i := range stack {
		v.Stack = append(v.Stack, *shown(&stack[i], show))
	}
	return v
}

func shown(f *Frame, show func(string) string) *Frame {
	if f == nil {
		return nil
	}
	c := *f
	c.File = show(c.File)
	return &c
}
