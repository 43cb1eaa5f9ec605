package stalls

import (
	"syscall"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	left := syscall.NsecToTimespec(300e6)
	for syscall.Nanosleep(&left, &left) == syscall.EINTR { // holds: raw-syscall nanosleep
	}
}
