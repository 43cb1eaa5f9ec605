package green

import (
	"context"
	"sync/atomic"
	"time"
)

// A scope is a reason to stop waiting: the loop's end, a task's death, a
// timeout, a group's failure. Scopes form a tree, and what ends one ends all
// below it. Each belongs to one task, whose waits it ends; the loop's root
// belongs to none.
type scope struct {
	// Written on the loop's thread only, read by any goroutine.
	cause atomic.Pointer[error]

	l      *Loop
	h      *Handle
	parent *scope
	up     *scope // what was the task's innermost scope when this one was opened
	limit  *limit // its own deadline, or nil
	closed bool   // by the function that opened it

	child, next, prev *scope

	// What else other goroutines see, as a context.Context.
	done  chan struct{} // guarded by l.context
	after []*afterFunc  // guarded by l.context
}

type limit struct {
	timer timer
	at    time.Time
	err   error
}

type afterFunc struct{ f func() }

// ended returns why s has ended, nil if it has not.
func (s *scope) ended() error {
	if p := s.cause.Load(); p != nil {
		return *p
	}
	return nil
}

// attach enters s among its parent's children, at the front.
func (s *scope) attach() {
	p := s.parent
	if p == nil {
		return
	}
	if err := p.ended(); err != nil {
		s.cancel(err)
		return
	}
	s.next = p.child
	if p.child != nil {
		p.child.prev = s
	}
	p.child = s
}

func (s *scope) detach() {
	p := s.parent
	if p == nil || p.child != s && s.prev == nil {
		return
	}
	if s.prev == nil {
		p.child = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.next, s.prev = nil, nil
}

// cancel ends s and what is below it, the newest first, and wakes who waits
// under it.
func (s *scope) cancel(err error) {
	if s.cause.Load() != nil {
		return
	}
	s.l.context.Lock()
	s.cause.Store(&err)
	if s.done != nil {
		close(s.done)
	}
	after := s.after
	s.after = nil
	s.l.context.Unlock()
	for _, a := range after {
		go a.f()
	}
	s.detach()
	if s.limit != nil {
		s.l.time.remove(&s.limit.timer)
	}
	for s.child != nil {
		c := s.child
		c.cancel(err)
		if s.child == c {
			c.detach()
		}
	}
	if h := s.h; h != nil && h.parked && h.waitScope == s {
		h.wake(err)
	}
}

// expire is called by the scope's timer.
func (s *scope) expire() { s.cancel(s.limit.err) }

// dissolve ends the scopes of an ended task. Tasks below an ended task's own
// timeouts are killed with them; contexts derived from it end.
func (s *scope) dissolve() {
	if s.cause.Load() == nil {
		s.cancel(context.Canceled)
	}
}

// open makes a scope below t's and the innermost of the running task.
func (t *Task) open(op string, parent *scope) *Task {
	t.h.mustRun(op)
	s := &scope{l: t.h.l, h: t.h, parent: parent, up: t.h.top}
	s.attach()
	t.h.top = s
	return &Task{t.h, s}
}

// closeScope ends a scope and drops it from its task's innermost ones.
func (s *scope) closeScope(err error) {
	s.l.check("cancel")
	s.closed = true
	s.cancel(err)
	for s.h.top.up != nil && s.h.top.isClosed() {
		s.h.top = s.h.top.up
	}
}

// isClosed reports whether s or what encloses it was closed: then waits that
// have no *Task must not obey s any more.
func (s *scope) isClosed() bool {
	for ; s != nil; s = s.parent {
		if s.closed {
			return true
		}
	}
	return false
}

// WithTimeout returns a task whose waits fail with [context.DeadlineExceeded]
// once d has passed, and the function that ends the timeout, which must be
// called: usually deferred (gevent.Timeout, eventlet.Timeout). Tasks started
// from it end with it. Timeouts nest, and the earliest one wins. What waits
// without a *Task, as a Conn does, obeys the innermost timeout of the task that
// has not been cancelled.
func (t *Task) WithTimeout(d time.Duration) (*Task, func()) {
	return t.WithTimeoutCause(d, context.DeadlineExceeded)
}

// WithTimeoutCause is WithTimeout with an error of one's own, as in gevent's
// Timeout(seconds, exception). Wrap context.DeadlineExceeded in it, so that
// callers see a timeout.
func (t *Task) WithTimeoutCause(d time.Duration, err error) (*Task, func()) {
	t = t.open("Task.WithTimeout", t.s)
	t.s.limit = &limit{at: time.Now().Add(d), err: err}
	t.s.limit.timer.scope = t.s
	if t.s.cause.Load() == nil {
		t.h.l.time.add(&t.s.limit.timer, now()+int64(d))
	}
	return t, func() { t.s.closeScope(context.Canceled) }
}

// WithCancel returns a task whose waits fail with [context.Canceled] once cancel
// has been called.
func (t *Task) WithCancel() (*Task, func()) {
	t = t.open("Task.WithCancel", t.s)
	return t, func() { t.s.closeScope(context.Canceled) }
}

// WithoutCancel returns a task that neither kills nor timeouts reach, for
// cleaning up, and the function that ends this state. Only the end of the loop's
// grace cuts it short.
func (t *Task) WithoutCancel() (*Task, func()) {
	t = t.open("Task.WithoutCancel", nil)
	return t, func() { t.s.closeScope(context.Canceled) }
}

// Within runs fn with a timeout and returns its error (gevent.with_timeout).
func Within(t *Task, d time.Duration, fn func(*Task) error) error {
	t, cancel := t.WithTimeout(d)
	defer cancel()
	return fn(t)
}

// Deadline implements [context.Context].
func (t *Task) Deadline() (at time.Time, ok bool) {
	for s := t.s; s != nil; s = s.parent {
		if s.limit != nil && (!ok || s.limit.at.Before(at)) {
			at, ok = s.limit.at, true
		}
	}
	return at, ok
}

// Done implements [context.Context]. The channel is for other goroutines, as in
// an offloaded function: a task that receives from it stops the loop.
func (t *Task) Done() <-chan struct{} {
	s := t.s
	s.l.context.Lock()
	defer s.l.context.Unlock()
	if s.done == nil {
		s.done = make(chan struct{})
		if s.cause.Load() != nil {
			close(s.done)
		}
	}
	return s.done
}

// Err implements [context.Context]. It returns the cause: a [*KillError],
// [ErrShutdown], [context.DeadlineExceeded] …, and all but the last satisfy
// errors.Is(err, context.Canceled).
func (t *Task) Err() error { return t.s.ended() }

// Value implements [context.Context]. A task has no values but itself, see
// [TaskFrom]; values of one's own go into a [Local].
func (t *Task) Value(key any) any {
	if _, ok := key.(taskKey); ok {
		return t
	}
	return nil
}

// AfterFunc is used by [context.AfterFunc] and by derived contexts, which then
// need no goroutine to watch Done.
func (t *Task) AfterFunc(f func()) (stop func() bool) {
	s := t.s
	s.l.context.Lock()
	defer s.l.context.Unlock()
	if s.cause.Load() != nil {
		go f()
		return func() bool { return false }
	}
	a := &afterFunc{f}
	s.after = append(s.after, a)
	return func() bool {
		s.l.context.Lock()
		defer s.l.context.Unlock()
		for i := range s.after {
			if s.after[i] == a {
				s.after = append(s.after[:i], s.after[i+1:]...)
				return true
			}
		}
		return false
	}
}
