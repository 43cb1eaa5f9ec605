package green

import (
	"os"
	"syscall"
)

// epoll watches files edge-triggered, so that a file is entered once and never
// again, and an eventfd by which other threads wake the loop.
type epoll struct {
	l      *Loop
	fd     int
	wakeFD int
	events [256]syscall.EpollEvent
}

const (
	_EPOLLET     = 1 << 31
	_EFD_CLOEXEC = 0x80000
	_EFD_NONBLOC = 0x800
	epollErr     = syscall.EPOLLERR | syscall.EPOLLHUP
)

func (l *Loop) openPoller() error {
	if l.opts.Portable {
		l.poll = newNotes()
		return nil
	}
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	wake, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, _EFD_CLOEXEC|_EFD_NONBLOC, 0)
	if errno != 0 {
		syscall.Close(fd)
		return os.NewSyscallError("eventfd2", errno)
	}
	p := &epoll{l: l, fd: fd, wakeFD: int(wake)}
	ev := syscall.EpollEvent{Events: syscall.EPOLLIN | _EPOLLET&0xffffffff, Fd: int32(wake)}
	if err := syscall.EpollCtl(fd, syscall.EPOLL_CTL_ADD, int(wake), &ev); err != nil {
		p.close()
		return os.NewSyscallError("epoll_ctl", err)
	}
	l.poll = p
	l.files.watch = p.watch
	l.files.forget = p.forget
	return nil
}

func (p *epoll) watch(fd int) error {
	ev := syscall.EpollEvent{
		Events: syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | _EPOLLET&0xffffffff,
		Fd:     int32(fd),
	}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &ev))
}

// forget is needed although close removes a file from the set: between fork and
// exec a child may hold a copy of it.
func (p *epoll) forget(fd int) {
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, fd, new(syscall.EpollEvent))
}

func (p *epoll) wait(timeout int64) {
	ms := -1
	if timeout >= 0 {
		ms = int(min((timeout+999_999)/1_000_000, 1<<30)) // rounded up, or the loop would spin before a timer
	}
	for {
		n, err := epollWait(p.fd, p.events[:], ms)
		if err != nil {
			if err == syscall.EINTR {
				return
			}
			panic(os.NewSyscallError("green: epoll_wait", err))
		}
		for i := range n {
			p.handle(&p.events[i])
		}
		if n < len(p.events) {
			return
		}
		ms = 0
	}
}

func (p *epoll) handle(ev *syscall.EpollEvent) {
	if int(ev.Fd) == p.wakeFD {
		var b [8]byte
		syscall.Read(p.wakeFD, b[:])
		return
	}
	f := p.l.files.at(int(ev.Fd))
	if f == nil {
		return
	}
	if ev.Events&(syscall.EPOLLIN|syscall.EPOLLRDHUP|epollErr) != 0 {
		f.rd.wake()
	}
	if ev.Events&(syscall.EPOLLOUT|epollErr) != 0 {
		f.wr.wake()
	}
}

func (p *epoll) wake() {
	one := [8]byte{1} // in either byte order a number that is not 0
	syscall.Write(p.wakeFD, one[:])
}

func (p *epoll) close() {
	syscall.Close(p.fd)
	syscall.Close(p.wakeFD)
}
