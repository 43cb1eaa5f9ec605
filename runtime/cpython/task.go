package cpython

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/greenlint/greenlint/runtime/stall"
)

//go:embed harness.py
var harness string

//go:embed soak.py
var soak string

//go:embed worker.py
var worker string

// Workers are the processes in which a task can be run as in production, each
// with its loop and with what an interpreter needs for it.
var Workers = map[string]struct{ Loop, Library string }{
	"celery-gevent":   {"gevent", "celery"},
	"celery-eventlet": {"eventlet", "celery"},
	"gunicorn-gevent": {"gevent", "gunicorn"},
}

// attribution is SIGRTMIN+3. SIGUSR1 and SIGUSR2 belong to programs (Celery takes
// the first), and the first real-time signals to the C library.
const attribution = 37

// A Control says in which way a run differs from the judged one.
type Control string

// The kinds of runs.
const (
	Judged  Control = ""
	Sleep   Control = "sleep"   // the loop's own sleep in the place of the whole task
	Replace Control = "replace" // the loop's own sleep in the place of Symbol
	Plain   Control = "plain"   // the same call with no loop and no patch
)

// A Task is what is to be run as a task of a loop.
type Task struct {
	Loop   string   // gevent, eventlet, asyncio
	File   string   // absolute
	Module string   // its dotted name, where it lies in a package
	Func   string   // "task", "Class.method"; "" = the whole file, which starts its tasks itself
	Args   *string  // the text between the parentheses of the call; nil = zero values for what has no default
	Made   *string  // the same of the call that makes the instance of a method
	Path   []string // to go before sys.path
	Patch  bool     // patch before the file is loaded; the file itself does it otherwise
	Dir    string   // working directory

	Control   Control
	Symbol    string   // for Replace
	Preload   []string // modules to import before the task is run
	Reach     [2]int   // note whether these lines of ReachFile are run, first and last; slows the task
	ReachFile string
	Attribute bool // ask for a traceback of each stall: its length is then not to be trusted

	Worker string // one of Workers, which calls the function; "" = a loop and nothing else
	Box    string // for a worker of Celery: an empty directory, which is its broker

	Soak *Soak // instead of Func: several calls at once

	Blind     bool          // as where there is no /proc: for tests
	Env       []string      // besides the environment of this process
	Stdin     *os.File      // nil = empty
	Stdout    *os.File      // nil = collected
	Stderr    *os.File      // nil = collected
	Floor     time.Duration // the least threshold
	Calibrate time.Duration // zero = 150 ms
	Limits    stall.Limits
	OnRun     func(ctx context.Context, pid int)
}

// A Soak is rounds of several calls at once, which begin and end their sleeps in an
// order that is drawn from the round's seed.
type Soak struct {
	Calls  []Call        `json:"calls"`  // of each round; those drawn again fill it up to Width
	Width  int           `json:"width"`  // calls at once
	Rounds int           `json:"rounds"` //
	Seed   int64         `json:"seed"`   // of the first round; the next has the next number
	Serial bool          `json:"serial"` // one after the other, for comparison
	Limit  time.Duration `json:"-"`      // of a round
}

// A Call is one function of the file.
type Call struct {
	Func string
	Args *string // as in Task
	Made *string
}

// MarshalJSON writes what the harness reads.
func (c Call) MarshalJSON() ([]byte, error) { return json.Marshal([]any{c.Func, c.Args, c.Made}) }

// A Frame is a place in Python code.
type Frame struct {
	File string
	Line int
	Func string
}

// An Exception is one that left the task.
type Exception struct {
	Type   string // "AttributeError", "django.core.exceptions.SynchronousOnlyOperation"
	Text   string
	Frames []Frame // the innermost first

	Patching bool // the patch itself has raised it: the libraries are broken
}

func (e *Exception) String() string {
	if e.Text == "" {
		return e.Type
	}
	return e.Type + ": " + e.Text
}

// A Result is one run of a task.
type Result struct {
	*stall.Run
	Raised   *Exception // by the task
	Load     *Exception // while the file was loaded, before any task; the task was not run
	Modules  []string   // imported by the task
	Replaced bool       // for Replace: Symbol could be replaced
	Reached  bool       // a line of Reach was run
	Turns    []Turn     // for Attribute: when which task had the loop
	Refused  string     // the worker could not be started; nothing was run
	Seed     int64      // Soak: of the last round, which is the one that failed if any did
	Order    []int      // Soak: the tasks of that round as they were let go
	Stuck    []string   // Soak: the calls of that round that never ended
	Failed   string     // Soak: the call that raised
	Siblings string     // what another task of the hub could see and must not; "" = nothing
}

// A Turn is a time in which a task of the hub ran.
type Turn struct {
	Task     int           // 0 = the judged one; the others as they came
	From, To time.Duration // since the task began
}

// Run runs the task once. An error means that nothing was run.
func (i *Interpreter) Run(ctx context.Context, t Task) (*Result, error) {
	if t.Calibrate == 0 {
		t.Calibrate = 150 * time.Millisecond
	}
	spec := map[string]any{
		"loop": t.Loop, "file": t.File, "module": t.Module, "func": t.Func, "args": t.Args, "made": t.Made, "path": nonNil(t.Path), "patch": t.Patch,
		"control": t.Control, "symbol": t.Symbol, "preload": nonNil(t.Preload), "calibrate": t.Calibrate.Seconds(), "signal": 0,
		"reach": []any{t.ReachFile, t.Reach[0], max(t.Reach[0], t.Reach[1])},
	}
	child := &stall.Child{Floor: t.Floor, Limits: t.Limits, OnRun: t.OnRun, Blind: t.Blind}
	if t.Attribute {
		spec["signal"], child.Signal = attribution, attribution
	}
	code := harness
	if t.Worker != "" && t.Control != Plain {
		spec["worker"], spec["box"] = t.Worker, t.Box
		code = strings.TrimSuffix(harness, "\nrun()\n") + worker
	}
	if t.Soak != nil {
		spec["soak"] = struct {
			*Soak
			Limit float64 `json:"limit"`
		}{t.Soak, t.Soak.Limit.Seconds()}
		code = strings.TrimSuffix(harness, "\nrun()\n") + soak
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(i.Path, "-c", code, string(text))
	cmd.Dir = t.Dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8")
	cmd.Env = append(cmd.Env, t.Env...)
	if t.Stdin != nil {
		cmd.Stdin = t.Stdin
	}
	if t.Stdout != nil {
		cmd.Stdout = t.Stdout
	}
	if t.Stderr != nil {
		cmd.Stderr = t.Stderr
	}
	child.Cmd = cmd
	run, err := child.Watch(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", i.Path, err)
	}
	return understand(run), nil
}

func nonNil(list []string) []string { return append([]string{}, list...) }

type said struct {
	Raised, Load *saidException
	Modules      []string
	Turns        [][3]int64 // task, nanoseconds, nanoseconds
	Replaced     bool
	Refused      string
	Order        []int
	Stuck        []string
	Failed       string
	Siblings     string
	Reached      bool
}

type saidException struct {
	Type, Text string
	Frames     [][3]any
	Patching   bool
}

// understand reads what the harness has written. A child that died has written
// nothing.
func understand(run *stall.Run) *Result {
	out := &Result{Run: run}
	var s said
	for len(run.Report) > 0 { // each round of a soak has left its seed
		line, rest, _ := bytes.Cut(run.Report, []byte("\n"))
		seed, err := strconv.ParseInt(string(line), 10, 64)
		if err != nil {
			break
		}
		out.Seed, run.Report = seed, rest
	}
	if json.Unmarshal(run.Report, &s) == nil {
		out.Raised, out.Load, out.Modules, out.Replaced = s.Raised.exception(), s.Load.exception(), s.Modules, s.Replaced
		out.Siblings, out.Reached = s.Siblings, s.Reached
		out.Refused = s.Refused
		out.Order, out.Stuck, out.Failed = s.Order, s.Stuck, s.Failed
		for _, t := range s.Turns {
			out.Turns = append(out.Turns, Turn{int(t[0]), time.Duration(t[1]), time.Duration(t[2])})
		}
	}
	return out
}

func (s *saidException) exception() *Exception {
	if s == nil {
		return nil
	}
	e := &Exception{Type: s.Type, Text: s.Text, Patching: s.Patching}
	for _, f := range s.Frames {
		file, _ := f[0].(string)
		line, _ := f[1].(float64)
		name, _ := f[2].(string)
		e.Frames = append(e.Frames, Frame{file, int(line), name})
	}
	return e
}

var dumped = regexp.MustCompile(`(?m)^  File "(.*)", line (\d+) in (.*)$`)

// ReadTracebacks reads what faulthandler writes, each time that it is asked: the
// innermost frame first.
func ReadTracebacks(text string) (out [][]Frame) {
	for _, part := range strings.Split(text, "(most recent call first):")[1:] {
		frames := []Frame{}
		for _, m := range dumped.FindAllStringSubmatch(part, -1) {
			if m[1] == "<string>" { // the harness
				continue
			}
			line, _ := strconv.Atoi(m[2])
			frames = append(frames, Frame{m[1], line, m[3]})
		}
		out = append(out, frames)
	}
	return out
}
