package green

import (
	"os"
	"os/signal"
)

// Signals receives signals on the loop (gevent.signal_handler).
type Signals struct {
	l    *Loop
	in   chan os.Signal
	stop chan struct{}
	got  *Queue[os.Signal]
}

// Notify starts to receive the given signals, all if none is given; see
// [os/signal.Notify] for what that means to the rest of the process. Stop must
// be called.
func Notify(t *Task, sigs ...os.Signal) *Signals {
	t.h.mustRun("Notify")
	s := &Signals{
		l:    t.h.l,
		in:   make(chan os.Signal, 16),
		stop: make(chan struct{}),
		got:  NewQueue[os.Signal](1024),
	}
	signal.Notify(s.in, sigs...)
	go s.pass()
	return s
}

// pass carries signals to the loop.
func (s *Signals) pass() {
	for {
		select {
		case sig := <-s.in:
			if !s.l.Post(func() { s.got.TryPut(sig) }) {
				signal.Stop(s.in)
				return
			}
		case <-s.stop:
			return
		}
	}
}

// Next waits for a signal.
func (s *Signals) Next(t *Task) (os.Signal, error) {
	s.l.outside++
	defer func() { s.l.outside-- }()
	return s.got.Get(t)
}

// Stop ends the receiving. Next then returns [ErrQueueClosed].
func (s *Signals) Stop() {
	s.l.check("Signals.Stop")
	if !s.got.closed {
		signal.Stop(s.in)
		close(s.stop)
		s.got.Close()
	}
}
