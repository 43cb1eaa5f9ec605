//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package green

import (
	"os"
	"syscall"
)

// kqueue watches files edge-triggered (EV_CLEAR), and a pipe by which other
// threads wake the loop.
type kqueue struct {
	l      *Loop
	fd     int
	pipe   [2]int
	events [256]syscall.Kevent_t
}

func (l *Loop) openPoller() error {
	if l.opts.Portable {
		l.poll = newNotes()
		return nil
	}
	fd, err := syscall.Kqueue()
	if err != nil {
		return os.NewSyscallError("kqueue", err)
	}
	syscall.CloseOnExec(fd)
	p := &kqueue{l: l, fd: fd}
	if p.pipe, err = pipe(); err != nil {
		syscall.Close(fd)
		return err
	}
	for _, end := range p.pipe {
		if err := syscall.SetNonblock(end, true); err != nil {
			p.close()
			return os.NewSyscallError("fcntl", err)
		}
	}
	if err := p.watch(p.pipe[0]); err != nil {
		p.close()
		return err
	}
	l.poll = p
	l.files.watch = p.watch
	l.files.forget = func(int) {} // close removes a file, and children inherit no kqueue
	return nil
}

func (p *kqueue) watch(fd int) error {
	var changes [2]syscall.Kevent_t
	syscall.SetKevent(&changes[0], fd, syscall.EVFILT_READ, syscall.EV_ADD|syscall.EV_CLEAR)
	syscall.SetKevent(&changes[1], fd, syscall.EVFILT_WRITE, syscall.EV_ADD|syscall.EV_CLEAR)
	_, err := syscall.Kevent(p.fd, changes[:1], nil, nil)
	if err != nil {
		return os.NewSyscallError("kevent", err)
	}
	syscall.Kevent(p.fd, changes[1:], nil, nil) // the reading end of a pipe has no such side
	return nil
}

func (p *kqueue) wait(timeout int64) {
	var ts *syscall.Timespec
	if timeout >= 0 {
		t := syscall.NsecToTimespec(timeout)
		ts = &t
	}
	for {
		n, err := syscall.Kevent(p.fd, nil, p.events[:], ts)
		if err != nil {
			if err == syscall.EINTR {
				return
			}
			panic(os.NewSyscallError("green: kevent", err))
		}
		for i := range n {
			p.handle(&p.events[i])
		}
		if n < len(p.events) {
			return
		}
		ts = new(syscall.Timespec)
	}
}

func (p *kqueue) handle(ev *syscall.Kevent_t) {
	fd := int(ev.Ident)
	if fd == p.pipe[0] {
		var b [64]byte
		for {
			if n, _ := syscall.Read(fd, b[:]); n < len(b) {
				return
			}
		}
	}
	f := p.l.files.at(fd)
	if f == nil {
		return
	}
	if ev.Filter == syscall.EVFILT_READ || ev.Flags&syscall.EV_ERROR != 0 {
		f.rd.wake()
	}
	if ev.Filter == syscall.EVFILT_WRITE || ev.Flags&(syscall.EV_ERROR|syscall.EV_EOF) != 0 {
		f.wr.wake()
	}
}

func (p *kqueue) wake() { syscall.Write(p.pipe[1], []byte{0}) }

func (p *kqueue) close() {
	syscall.Close(p.fd)
	syscall.Close(p.pipe[0])
	syscall.Close(p.pipe[1])
}
