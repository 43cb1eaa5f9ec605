package green

import (
	"context"
	"iter"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
)

// Entry is the name of the function at the bottom of every task's stack. In a
// dump of all goroutines the running task is the one that has this frame and
// whose state is not "coroutine".
const Entry = "github.com/greenlint/greenlint/runtime/green.runTask"

// unwind is the panic by which a task that must end leaves its function.
type unwind struct{ h *Handle }

func (u unwind) Error() string {
	return "green: " + u.h.String() + " is being unwound; do not recover this"
}

// start makes the coroutine. It runs on the loop's own goroutine, and not
// before the first resume: a coroutine must be made on the thread, and under
// the same locks to it, that will resume it, or the Go runtime kills the
// process. A task that was killed before it began is finished instead.
func (h *Handle) start() bool {
	if err := h.base.ended(); err != nil {
		h.err, h.ended = err, true
		h.l.finish(h)
		return false
	}
	h.next, _ = iter.Pull(h.body)
	return true
}

func (h *Handle) body(yield func(struct{}) bool) {
	h.yield = yield
	h.goroutine.Store(goroutine())
	runTask(h)
}

// runTask runs a task's function and survives all of its ways out. It must not
// be inlined nor renamed: monitors look for it, see Entry.
//
//go:noinline
func runTask(h *Handle) {
	returned := false
	defer func() {
		if !returned {
			h.died(recover())
		}
	}()
	if h.l.opts.Labels {
		h.label()
	}
	h.err = h.fn(&h.self)
	returned, h.ended = true, true
}

// died records how a task ended that did not return. p is nil after
// runtime.Goexit. Goexit can't be stopped and would take the loop's goroutine
// with it; so the dying goroutine is parked here for ever instead, at the price
// of its stack.
func (h *Handle) died(p any) {
	switch p := p.(type) {
	case nil:
		h.err, h.ended = ErrGoexit, true
		h.yield(struct{}{})
		select {} // not reached: nobody resumes an ended task
	case unwind:
		h.err = h.base.ended()
		if h.err == nil {
			h.err = ErrShutdown
		}
	default:
		h.err = &PanicError{Value: p, Stack: debug.Stack(), Task: h.name, task: h}
	}
	h.ended = true
}

func (h *Handle) label() {
	labels := pprof.Labels("greentask", strconv.FormatUint(uint64(h.id), 10), "name", h.name)
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), labels))
}

// suspend switches to the loop and returns when the loop switches back.
func (h *Handle) suspend() {
	h.yield(struct{}{})
	if h.unwinding {
		panic(unwind{h})
	}
}
