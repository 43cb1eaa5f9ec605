package green

import (
	"fmt"
	"unsafe"
)

// stackPage is the 2 KB block of memory in which the caller's stack frame lies.
// Go's stacks consist of whole such blocks, so two callers in one block are on
// one stack. It is the cheap half of telling goroutines apart; where it fails,
// the thread (or the goroutine's number) decides, at about 100 ns.
func stackPage() uintptr {
	var mark byte
	return uintptr(unsafe.Pointer(&mark)) >> 11
}

// here reports whether the caller is h's own goroutine, given that h is running.
// It can be fooled by a foreign goroutine that was given the very block that h's
// stack has left; then the Go runtime ends the process at the next switch,
// because the coroutine is locked to the loop's thread.
func (h *Handle) here() bool {
	p := stackPage()
	if h.page.Load() == p {
		return true
	}
	if !h.l.sameThread(h) {
		return false
	}
	h.page.Store(p)
	return true
}

// here reports whether the caller runs on the loop: in a task or between tasks.
func (l *Loop) here() bool {
	if h := l.running.Load(); h != nil {
		return h.page.Load() == stackPage() || l.sameThread(h)
	}
	return l.sameThread(nil)
}

// check panics unless the caller runs on the loop.
func (l *Loop) check(op string) {
	if !l.here() {
		panic("green: " + op + " called by a goroutine that is not a task of this loop; use Loop.Post or Loop.Go")
	}
}

// current returns the running task, and panics if the caller isn't it.
func (l *Loop) current(op string) *Handle {
	h := l.running.Load()
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
