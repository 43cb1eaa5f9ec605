//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package green

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// A file is a non-blocking descriptor whose waits are the loop's.
type file struct {
	l      *Loop
	fd     int // -1 once closed
	known  bool
	rd, wr side
}

// A side is what waits to read, or to write, a file.
type side struct {
	l       *Loop
	queue   waiters
	lock    waiters // for the use of the side, see begin
	busy    bool
	timer   timer
	due     int64 // ns, 0 for none
	expired bool
}

// fileTable finds a file by its descriptor.
type fileTable struct {
	files  []*file
	n      int
	watch  func(fd int) error
	forget func(fd int)
}

func (t *fileTable) at(fd int) *file {
	if fd >= len(t.files) {
		return nil
	}
	return t.files[fd]
}

func (t *fileTable) closeAll() {
	for _, f := range t.files {
		if f != nil {
			f.close()
		}
	}
}

// newFile takes over fd, which must not block.
func (l *Loop) newFile(fd int) *file {
	f := &file{l: l, fd: fd}
	f.rd.l, f.rd.timer.side = l, &f.rd
	f.wr.l, f.wr.timer.side = l, &f.wr
	t := &l.files
	if fd >= len(t.files) {
		t.files = append(t.files, make([]*file, max(fd+1, 2*len(t.files), 64)-len(t.files))...)
	}
	t.files[fd] = f
	t.n++
	return f
}

func (s *side) wake() { s.queue.wakeAll(nil) }

func (s *side) expire() {
	switch t := now(); {
	case s.due == 0:
	case t < s.due: // it was put off meanwhile
		s.l.time.add(&s.timer, s.due)
	default:
		s.expired = true
		s.queue.wakeAll(os.ErrDeadlineExceeded)
		s.lock.wakeAll(os.ErrDeadlineExceeded)
	}
}

// begin takes the side for one operation, since those of several tasks must not
// mix. The caller ends it with done.
func (f *file) begin(s *side, op string) (*Handle, error) {
	h := f.l.current(op)
	if f.fd < 0 {
		return h, net.ErrClosed
	}
	if err := h.enter(h.top, op); err != nil {
		return h, err
	}
	if s.expired {
		return h, os.ErrDeadlineExceeded
	}
	if s.busy { // the one before hands it over
		if err := s.lock.wait(h, h.top, op); err != nil {
			return h, err
		}
		if f.fd < 0 {
			s.done()
			return h, net.ErrClosed
		}
	}
	s.busy = true
	return h, nil
}

func (s *side) done() {
	if !s.lock.wakeOne(nil) {
		s.busy = false
	}
}

// wait parks the task until the file may be ready on side s.
func (f *file) wait(h *Handle, s *side, op string) error {
	if f.fd < 0 {
		return net.ErrClosed
	}
	if s.expired {
		return os.ErrDeadlineExceeded
	}
	if err := h.top.ended(); err != nil {
		return err
	}
	s.queue.push(h)
	if !f.known {
		f.known = true
		if err := f.l.files.watch(f.fd); err != nil {
			s.queue.remove(h)
			return err
		}
	}
	err := h.parkOutside(h.top, op)
	if err == nil && f.fd < 0 {
		err = net.ErrClosed
	}
	return err
}

func (f *file) read(b []byte, op string) (int, error) {
	h, err := f.begin(&f.rd, op)
	if err != nil {
		return 0, err
	}
	defer f.rd.done()
	if len(b) == 0 {
		return 0, nil
	}
	for {
		n, err := syscall.Read(f.fd, b[:min(len(b), maxIO)])
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			return 0, io.EOF
		case err == syscall.EAGAIN:
			if err := f.wait(h, &f.rd, op); err != nil {
				return 0, err
			}
		case err != syscall.EINTR:
			return 0, os.NewSyscallError("read", err)
		}
	}
}

func (f *file) write(b []byte, op string) (int, error) {
	h, err := f.begin(&f.wr, op)
	if err != nil {
		return 0, err
	}
	defer f.wr.done()
	for sent := 0; ; {
		n, err := f.writeNow(b[sent:])
		sent += n
		if err != nil || sent == len(b) {
			return sent, err
		}
		if err := f.wait(h, &f.wr, op); err != nil {
			return sent, err
		}
	}
}

// writeNow writes what the system takes at once.
func (f *file) writeNow(b []byte) (int, error) {
	for sent := 0; ; {
		if sent == len(b) {
			return sent, nil
		}
		n, err := syscall.Write(f.fd, b[sent:min(len(b), sent+maxIO)])
		if n > 0 {
			sent += n
		}
		switch err {
		case nil, syscall.EINTR:
		case syscall.EAGAIN:
			return sent, nil
		default:
			return sent, os.NewSyscallError("write", err)
		}
	}
}

// maxIO is what one system call is asked to move at most; some systems fail
// above 2 GB.
const maxIO = 1 << 30

func (f *file) close() error {
	if f.fd < 0 {
		return net.ErrClosed
	}
	fd := f.fd
	f.fd = -1
	f.l.files.files[fd] = nil
	f.l.files.n--
	if f.known {
		f.l.files.forget(fd)
	}
	for _, s := range []*side{&f.rd, &f.wr} {
		f.l.time.remove(&s.timer)
		s.queue.wakeAll(net.ErrClosed)
		s.lock.wakeAll(net.ErrClosed)
	}
	return os.NewSyscallError("close", syscall.Close(fd))
}

func (f *file) setDeadline(s *side, at time.Time) error {
	f.l.check("SetDeadline")
	if f.fd < 0 {
		return net.ErrClosed
	}
	s.expired, s.due = false, 0
	if at.IsZero() {
		return nil // a timer that is set finds nothing to do
	}
	d := time.Until(at)
	if d <= 0 {
		s.due = 1
		s.expire()
		return nil
	}
	s.due = now() + int64(d)
	switch {
	case s.timer.at == 0:
		f.l.time.add(&s.timer, s.due)
	case f.l.time.heap[s.timer.at-1].when > s.due:
		f.l.time.remove(&s.timer)
		f.l.time.add(&s.timer, s.due)
	}
	return nil
}
