package stall

import (
	"runtime"
	"syscall"
	"time"
)

// precedence is the niceness of a monitor's thread: below that of what it watches,
// and of what else there is.
const precedence = -10

// ahead runs the monitor on a thread that goes before others meanwhile, where the
// system allows it, as it does for root: a monitor that waits for a processor can't
// tell a loop that is held from one that waits as well. The thread must live on:
// children die with the thread that has started them.
func ahead(watch func() *Run) *Run {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread := syscall.Gettid()
	if raw, err := syscall.Getpriority(syscall.PRIO_PROCESS, thread); err == nil { // the kernel's 20 - niceness
		syscall.Setpriority(syscall.PRIO_PROCESS, thread, precedence)
		defer syscall.Setpriority(syscall.PRIO_PROCESS, thread, 20-raw)
	}
	return watch()
}

// pause sleeps in the kernel: Go's own timers are looked at by threads that are
// not ahead.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}
