// Package rawsyscall makes system calls. Some of them are told not to wait.
package rawsyscall

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

//greenlint:task
func flags_bad(fd int, buf []byte, nested bool) {
	syscall.Flock(fd, syscall.LOCK_EX)                                  // want `GL201: task rawsyscall.flags_bad holds the greenpool loop: syscall.Flock`
	syscall.FcntlFlock(uintptr(fd), syscall.F_SETLKW, nil)              // want `GL201: .*syscall.FcntlFlock`
	syscall.Wait4(-1, nil, 0, nil)                                      // want `GL201: .*syscall.Wait4`
	syscall.Recvfrom(fd, buf, syscall.MSG_PEEK)                         // want `GL201: .*syscall.Recvfrom`
	syscall.Sendto(fd, buf, 0, nil)                                     // want `GL201: .*syscall.Sendto`
	syscall.Recvmsg(fd, buf, nil, 0)                                    // want `GL201: .*syscall.Recvmsg`
	syscall.Sendmsg(fd, buf, nil, nil, syscall.MSG_MORE)                // want `GL201: .*syscall.Sendmsg`
	syscall.Accept4(fd, syscall.SOCK_NONBLOCK)                          // want `GL201: .*syscall.Accept4`
	syscall.EpollWait(fd, nil, -1)                                      // want `GL201: .*syscall.EpollWait`
	syscall.Open("fifo", syscall.O_RDONLY, 0)                           // want `GL201: .*syscall.Open`
	syscall.Syscall(syscall.SYS_FLOCK, uintptr(fd), syscall.LOCK_SH, 0) // want `GL201: .*syscall.Syscall`
	unix.Poll(nil, 100)                                                 // want `GL201: .*unix.Poll`
	unix.Waitid(unix.P_PID, 1, nil, unix.WEXITED, nil)                  // want `GL201: .*unix.Waitid`

	how := syscall.LOCK_EX
	if nested {
		how |= syscall.LOCK_NB
	}
	syscall.Flock(fd, how) // want `GL201: .*syscall.Flock`
}

//greenlint:task
func flags_ok(fd int, buf []byte, shared bool, more int) {
	syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB)
	syscall.Flock(fd, syscall.LOCK_UN)
	syscall.FcntlFlock(uintptr(fd), syscall.F_SETLK, nil)
	unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, nil)
	syscall.Wait4(-1, nil, syscall.WNOHANG|syscall.WUNTRACED, nil)
	syscall.Recvfrom(fd, buf, syscall.MSG_DONTWAIT)
	syscall.Sendto(fd, buf, more|syscall.MSG_DONTWAIT, nil)
	syscall.Recvmsg(fd, buf, nil, syscall.MSG_DONTWAIT)
	syscall.Sendmsg(fd, buf, nil, nil, syscall.MSG_DONTWAIT)
	syscall.EpollWait(fd, nil, 0)
	syscall.Open("fifo", syscall.O_RDONLY|syscall.O_NONBLOCK, 0)
	syscall.Syscall(syscall.SYS_FLOCK, uintptr(fd), syscall.LOCK_SH|syscall.LOCK_NB, 0)
	syscall.Syscall(syscall.SYS_SETSOCKOPT, uintptr(fd), 0, 0)
	unix.Poll(nil, 0)
	unix.Waitid(unix.P_PID, 1, nil, unix.WEXITED|unix.WNOHANG, nil)

	how := syscall.LOCK_EX | syscall.LOCK_NB
	if shared {
		how = syscall.LOCK_SH | syscall.LOCK_NB
	}
	syscall.Flock(fd, how)
}

// A number that nobody knows is no reason to say anything.
//
//greenlint:task
func unknown_ok(number uintptr) { syscall.Syscall(number, 0, 0, 0) }

//greenlint:task
func futex_bad(word *int32) {
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), 0, 1, 0, 0, 0) // want `GL201: .*syscall.Syscall6`
}

//greenlint:task
func futex_ok(word *int32) {
	syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), 1, 1, 0, 0, 0)
}

//greenlint:task
func goroutine_ok(fd int) { go syscall.Flock(fd, syscall.LOCK_EX) }

// What another analyzer tells is not told here.
//
//greenlint:task
func sleep_ok() { time.Sleep(time.Second) }
