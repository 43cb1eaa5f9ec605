package green

import "fmt"

// here reports whether the caller is h's own goroutine. Then h is also the task
// that runs.
func (h *Handle) here() bool { return h.goroutine.Load() == goroutine() }

// here reports whether the caller runs on the loop: in a task or between tasks.
// A foreign goroutine reads l.running here in a race with the loop; it is about
// to panic, and whatever it reads is not itself.
func (l *Loop) here() bool {
	g := goroutine()
	if h := l.running; h != nil && h.goroutine.Load() == g {
		return true
	}
	return l.goroutine.Load() == g
}

// check panics unless the caller runs on the loop.
func (l *Loop) check(op string) {
	if !l.here() {
		panic("green: " + op + " called by a goroutine that is not a task of this loop; use Loop.Post or Loop.Go")
	}
}

// current returns the running task, and panics if the caller isn't it.
func (l *Loop) current(op string) *Handle {
	h := l.running
	if h == nil || !h.here() {
		switch {
		case l.state.Load() == loopEnded:
			panic("green: " + op + " called after its loop has ended")
		case l.here():
			panic("green: " + op + " called on the loop outside of a task, where nothing may wait")
		}
		panic("green: " + op + " called by a goroutine that is not a task of this loop: a green connection belongs to the tasks of its loop")
	}
	return h
}

// mustRun panics unless the caller is h.
func (h *Handle) mustRun(op string) {
	if !h.here() {
		h.misused(op)
	}
}

func (h *Handle) misused(op string) {
	switch {
	case h.over.Load():
		panic(fmt.Sprintf("green: %s on %s, which has ended", op, h))
	case h.l.state.Load() == loopEnded:
		panic(fmt.Sprintf("green: %s on %s, whose loop has ended", op, h))
	case !h.l.here():
		panic(fmt.Sprintf("green: %s on %s by a goroutine that is not a task of its loop", op, h))
	default:
		panic(fmt.Sprintf("green: %s on %s by another task: a *Task is for the function it was given to", op, h))
	}
}
