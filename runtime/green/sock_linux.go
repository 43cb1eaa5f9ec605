package green

import (
	"os"
	"syscall"
)

func socket(family, kind, proto int) (int, error) {
	fd, err := syscall.Socket(family, kind|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, proto)
	return fd, os.NewSyscallError("socket", err)
}

func accept(fd int) (int, syscall.Sockaddr, error) {
	return syscall.Accept4(fd, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
}

func pipe() (fds [2]int, err error) {
	err = os.NewSyscallError("pipe2", syscall.Pipe2(fds[:], syscall.O_CLOEXEC))
	return fds, err
}
