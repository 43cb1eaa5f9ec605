//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package green

import (
	"os"
	"syscall"
)

// Without atomic flags, a child could inherit what is made here, but for this
// lock of package syscall.

func socket(family, kind, proto int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := syscall.Socket(family, kind, proto)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return fd, nil
}

func accept(fd int) (int, syscall.Sockaddr, error) {
	syscall.ForkLock.RLock()
	fd, sa, err := syscall.Accept(fd)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, nil, err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return -1, nil, err
	}
	return fd, sa, nil
}

func pipe() (fds [2]int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := syscall.Pipe(fds[:]); err != nil {
		return fds, os.NewSyscallError("pipe", err)
	}
	syscall.CloseOnExec(fds[0])
	syscall.CloseOnExec(fds[1])
	return fds, nil
}
