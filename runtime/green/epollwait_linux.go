package green

import (
	"syscall"
	"unsafe"
)

// epollWait asks without telling Go's scheduler when it does not wait: then
// there is nothing to schedule meanwhile, and the call takes half the time.
func epollWait(fd int, events []syscall.EpollEvent, ms int) (int, error) {
	if ms != 0 {
		return syscall.EpollWait(fd, events, ms)
	}
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(fd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
