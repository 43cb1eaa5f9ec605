//go:build unix

package pyparse

import (
	"syscall"
	"time"
)

// processTime returns the processor time that this process has used, which a busy
// machine does not distort as it does the time on the wall.
func processTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return time.Since(processStart)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
