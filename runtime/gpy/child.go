package gpy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-python/gpython/py"
	_ "github.com/go-python/gpython/stdlib" // the interpreter and its modules
	"github.com/go-python/gpython/vm"

	"github.com/greenlint/greenlint/runtime/green"
	"github.com/greenlint/greenlint/runtime/stall"
)

const tick = time.Millisecond

// A host is the one interpreter of a child and the loop below it. Only the task
// that has the loop's thread touches it.
type host struct {
	task    Task
	ctx     py.Context
	current *green.Task // the one that runs Python right now; nil without a loop
	top     *active     // its innermost frame
	seen    atomic.Pointer[active]
	patched map[string]bool
	sleeps  function // the loop's sleep
}

// An active frame is one that is being run.
type active struct {
	frame *py.Frame
	up    *active
}

// child runs the task and ends the process.
func child(t Task) {
	page, err := stall.OpenPage(stall.PageFD)
	if err != nil {
		os.Exit(2)
	}
	leave := func(said account) {
		if b, err := json.Marshal(said); err == nil {
			os.NewFile(stall.ControlFD, "control").Write(b)
		}
		os.Exit(0)
	}
	h := &host{task: t, patched: map[string]bool{}}
	h.track()
	h.modules()
	h.ctx = py.NewContext(py.ContextOpts{SysArgs: []string{t.File}, SysPaths: []string{}})
	h.link()
	call := func() error { return nil }
	if !t.Idle {
		if call, err = h.load(); err != nil {
			leave(h.account(err, true))
		}
	}
	if t.Plain {
		page.SetPhase(stall.Running)
		err := call()
		page.SetPhase(stall.Done)
		time.Sleep(10 * tick)
		leave(h.account(err, false))
	}
	runtime.LockOSThread()
	page.SetThread(threadID())
	if t.Survey {
		go h.survey(page)
	}
	l := green.NewLoop(green.Options{Beat: page.Word()})
	l.Run(context.Background(), func(g *green.Task) error {
		g.Go("heartbeat", func(g *green.Task) error {
			for g.Sleep(tick) == nil {
			}
			return nil
		})
		page.SetPhase(stall.Calibrating)
		g.Sleep(150 * tick)
		var failed error
		g.Go("judged", func(g *green.Task) error {
			h.enter(g)
			page.SetPhase(stall.Running)
			if t.Idle {
				h.wait(func(g *green.Task) { g.Sleep(300 * tick) })
			} else {
				failed = call()
			}
			page.SetPhase(stall.Done)
			return nil
		})
		for page.Phase() != stall.Done {
			g.Sleep(tick)
		}
		g.Sleep(10 * tick)
		leave(h.account(failed, false))
		return nil
	})
	os.Exit(2)
}

// load compiles and runs the file and returns the call.
func (h *host) load() (func() error, error) {
	src, err := os.ReadFile(h.task.File)
	if err != nil {
		return nil, err
	}
	text := string(src) + "\n\ndef greenlint_call():\n    return " + h.task.Func + "(" + h.task.Args + ")\n"
	code, err := py.Compile(text, h.task.File, py.ExecMode, 0, true)
	if err != nil {
		return nil, err
	}
	m, err := py.RunCode(h.ctx, code, h.task.File, "fixture")
	if err != nil {
		return nil, err
	}
	f, ok := m.Globals["greenlint_call"]
	if !ok {
		return nil, errors.New("nothing to call")
	}
	return func() error {
		_, err := py.Call(f, nil, nil)
		return err
	}, nil
}

// beyond are the exceptions that speak of gpython's limits rather than of the
// fixture's.
var beyond = map[string]bool{"SyntaxError": true, "ImportError": true, "FileNotFoundError": true, "NotImplementedError": true, "SystemError": true, "NameError": true, "UnboundLocalError": true}

// account words what came of it.
func (h *host) account(err error, load bool) account {
	if err == nil {
		return account{}
	}
	e := &Exception{Type: "error", Text: err.Error()}
	var info py.ExceptionInfo
	var exc *py.Exception
	switch {
	case errors.As(err, &info):
		e.Type = info.Type.Name
		if x, ok := info.Value.(*py.Exception); ok {
			e.Text = textOf(x)
		}
		for tb := info.Traceback; tb != nil; tb = tb.Next {
			e.File, e.Line = tb.Frame.Code.Filename, int(tb.Lineno)
		}
	case errors.As(err, &exc):
		e.Type, e.Text = exc.Base.Name, textOf(exc)
	}
	if load || beyond[e.Type] {
		return account{Needs: fmt.Sprintf("this needs CPython: gpython says %s: %s", e.Type, firstLine(e.Text))}
	}
	return account{Raised: e}
}

func textOf(e *py.Exception) string {
	args, _ := e.Args.(py.Tuple)
	var out []string
	for _, a := range args {
		if s, ok := a.(py.String); ok {
			out = append(out, string(s))
		} else {
			out = append(out, fmt.Sprint(a))
		}
	}
	return strings.Join(out, ", ")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// track keeps the stack of Python frames, so that a stall has a line. Nobody but
// RunFrame sees a frame; but of a generator function the interpreter only makes
// the frame, and leaves it to be run.
func (h *host) track() {
	py.VmEvalCode = func(ctx py.Context, co *py.Code, globals, locals py.StringDict, args []py.Object, kws py.StringDict, defs []py.Object, kwdefs py.StringDict, closure py.Tuple) (py.Object, error) {
		if co.Flags&py.CO_GENERATOR != 0 {
			return vm.EvalCode(ctx, co, globals, locals, args, kws, defs, kwdefs, closure)
		}
		co.Flags |= py.CO_GENERATOR
		made, err := vm.EvalCode(ctx, co, globals, locals, args, kws, defs, kwdefs, closure)
		co.Flags &^= py.CO_GENERATOR
		if err != nil {
			return nil, err
		}
		return h.run(made.(*py.Generator).Frame)
	}
	py.VmRunFrame = h.run
}

func (h *host) run(f *py.Frame) (py.Object, error) {
	up := h.top
	h.set(&active{f, up})
	defer h.set(up)
	return vm.RunFrame(f)
}

func (h *host) set(a *active) {
	h.top = a
	h.seen.Store(a)
}

// enter makes a task the one that runs Python.
func (h *host) enter(t *green.Task) {
	h.current = t
	h.set(nil)
}

// wait gives the thread to other tasks until f has come back.
func (h *host) wait(f func(*green.Task)) {
	t, top := h.current, h.top
	if t == nil {
		return
	}
	f(t)
	h.current = t
	h.set(top)
}

// survey leaves the Python stack when the loop has stood still for a while, once
// in each stall, in the form in which faulthandler writes it.
func (h *host) survey(page *stall.Page) {
	dump := os.NewFile(stall.DumpFD, "dump")
	last, since, taken := page.Load(), time.Now(), false
	for {
		time.Sleep(2 * tick)
		switch b := page.Load(); {
		case b != last:
			last, since, taken = b, time.Now(), false
		case !taken && page.Phase() == stall.Running && time.Since(since) > 30*tick:
			taken = true
			var out strings.Builder
			out.WriteString("Current thread (most recent call first):\n")
			for a := h.seen.Load(); a != nil; a = a.up {
				co := a.frame.Code
				fmt.Fprintf(&out, "  File \"%s\", line %d in %s\n", co.Filename, co.Addr2Line(max(0, a.frame.Lasti-1)), co.Name)
			}
			dump.WriteString(out.String())
		}
	}
}
