package gopool

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/greenlint/greenlint/runtime/stall"
)

// A Mode is what a run is for.
type Mode string

// The modes.
const (
	Judged Mode = "judged"
	Survey Mode = "survey" // also take the stack of the running task in each stall
	Idle   Mode = "idle"   // the loop's own sleep in the place of the function

	siblings Mode = "siblings" // see [Soak]
)

// A Frame is a place in Go code.
type Frame struct {
	File string
	Line int
	Func string
}

// A Goroutine is what the Go runtime says of the task that held the loop.
type Goroutine struct {
	Wait   string // "chan receive", "sync.Mutex.Lock", "syscall", "running" …
	Frames []Frame
}

// A Result is one run of a function.
type Result struct {
	*stall.Run
	Held  []Goroutine // Survey: one of each stall
	Turns []Turn      // Survey: when which task had the loop
	Panic string      // of the task
	Stack []Frame     // of the panic
	Error string      // why nothing was run
}

// Run runs the program once.
func (p *Program) Run(ctx context.Context, mode Mode, dir string, floor time.Duration, limits stall.Limits) (*Result, error) {
	run, err := p.watch(ctx, mode, dir, floor, limits)
	if err != nil {
		return nil, err
	}
	out, _ := p.understand(run)
	return out, nil
}

func (p *Program) watch(ctx context.Context, mode Mode, dir string, floor time.Duration, limits stall.Limits, env ...string) (*stall.Run, error) {
	cmd := exec.Command(p.File)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), childVar+"="+string(mode), numberVar+"="+strconv.Itoa(p.number), spacingVar+"="+max(floor, 20*time.Millisecond).String(), "GOTRACEBACK=single")
	cmd.Env = append(append(cmd.Env, p.env...), env...)
	child := &stall.Child{Cmd: cmd, Floor: floor, Limits: limits, Collect: mode == Survey || mode == siblings, Blind: p.blind}
	return child.Watch(ctx)
}

// understand reads what the child has said of itself, and of its stalls.
func (p *Program) understand(run *stall.Run) (*Result, account) {
	out := &Result{Run: run}
	var said account
	if json.Unmarshal(run.Report, &said) == nil {
		out.Panic, out.Error, out.Turns = said.Panic, said.Error, said.Turns
		out.Stack = p.real(framesOf(said.Stack))
	}
	for i := range run.Stalls {
		g := parseGoroutine(run.Stalls[i].Traceback)
		g.Frames = p.real(g.Frames)
		out.Held = append(out.Held, g)
	}
	for i := range run.Stalls {
		s := &run.Stalls[i]
		if s.Class == stall.Lock { // the runtime parks a thread on a futex
			s.Class, s.Syscall = stall.GoPark, ""
		}
		if i < len(out.Held) {
			reclassify(s, out.Held[i])
		}
	}
	return out, said
}

// real puts the files where they are. The compiler calls those of the module by
// their path in it.
func (p *Program) real(frames []Frame) []Frame {
	for i := range frames {
		for seen, is := range p.laid {
			if strings.HasSuffix(seen, frames[i].File) || frames[i].File == seen {
				frames[i].File = is
			}
		}
	}
	return frames
}

// reclassify lets the Go runtime's word complete the kernel's: it names the
// primitive, and tells C code from a system call.
func reclassify(s *stall.Stall, g Goroutine) {
	switch {
	case len(g.Frames) > 0 && strings.Contains(g.Frames[0].Func, "._Cfunc_"):
		s.Class = stall.Cgo
	case s.Class == stall.GoPark && g.Wait != "" && g.Wait != "running" && g.Wait != "runnable":
		s.Syscall = g.Wait
	case s.Class == stall.Unknown && g.Wait == "running", s.Class == stall.Unknown && g.Wait == "runnable":
		s.Class = stall.CPU
	case s.Class == stall.Unknown && g.Wait == "syscall":
		s.Class = stall.RawSyscall
	case s.Class == stall.Unknown && g.Wait != "":
		s.Class, s.Syscall = stall.GoPark, g.Wait
	}
}

var (
	header = regexp.MustCompile(`(?m)^goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[([^\],]+)`)
	place  = regexp.MustCompile(`^\t(.+\.(?:go|s)):(\d+)`)
)

func parseGoroutine(text string) (g Goroutine) {
	if m := header.FindStringSubmatch(text); m != nil {
		g.Wait = m[1]
	}
	g.Frames = framesOf(text)
	return g
}

// framesOf reads the frames of a Go stack, the innermost first.
func framesOf(text string) (out []Frame) {
	function := ""
	for line := range strings.SplitSeq(text, "\n") {
		if m := place.FindStringSubmatch(line); m != nil && function != "" {
			n, _ := strconv.Atoi(m[2])
			out = append(out, Frame{m[1], n, function})
			function = ""
			continue
		}
		function = ""
		if i := strings.LastIndexByte(line, '('); i > 0 && !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, "created by") {
			function = line[:i]
		}
	}
	return out
}
