//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package green

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// pipeTo returns a pipe for a child to read from, pipeFrom one to write to. Only
// our end does not block.
func (l *Loop) pipeTo() (theirs *os.File, ours io.WriteCloser, err error) {
	fds, err := pipe()
	if err != nil {
		return nil, nil, err
	}
	w, err := l.ourEnd(fds[1], fds[0])
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "|0"), w.(io.WriteCloser), nil
}

func (l *Loop) pipeFrom() (ours io.ReadCloser, theirs *os.File, err error) {
	fds, err := pipe()
	if err != nil {
		return nil, nil, err
	}
	r, err := l.ourEnd(fds[0], fds[1])
	if err != nil {
		return nil, nil, err
	}
	return r.(io.ReadCloser), os.NewFile(uintptr(fds[1]), "|1"), nil
}

func (l *Loop) ourEnd(fd, other int) (any, error) {
	if l.opts.Portable {
		return &portableFile{l, os.NewFile(uintptr(fd), "|")}, nil
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		syscall.Close(other)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return &conn{f: l.newFile(fd), network: "pipe"}, nil
}

func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }

// outOfFiles reports whether err may pass when others close their files.
func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}
