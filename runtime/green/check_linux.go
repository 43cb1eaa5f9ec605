package green

import "syscall"

// thread is the loop's thread. A locked thread runs its loop and nothing else,
// so its number tells the loop's goroutines from all others.
type thread int

func currentThread() thread { return thread(syscall.Gettid()) }

func (l *Loop) sameThread(*Handle) bool {
	return l.state.Load() == loopRunning && thread(syscall.Gettid()) == l.thread
}

// settle records where h runs. It is called on h's own goroutine.
func (h *Handle) settle() { h.page.Store(stackPage()) }
