package stall

import (
	"runtime"
	"syscall"
	"time"
)

// precedence is the niceness of a monitor's thread: below that of what it watches,
// and of what else there is.
const precedence = -10

// ahead runs the monitor on a thread of its own that goes before others where the
// system allows it, as it does for root: a monitor that waits for a processor can't
// tell a loop that is held from one that waits as well.
func ahead(watch func() *Run) *Run {
	out := make(chan *Run)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with its precedence
		syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), precedence)
		out <- watch()
	}()
	return <-out
}

// pause sleeps in the kernel: Go's own timers are looked at by threads that are
// not ahead.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}
