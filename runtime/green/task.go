package green

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"time"
)

// A Task is what a function that runs on the loop is given to wait with. It is
// good for that function alone, while it runs: a method called by another task
// or goroutine panics. It is also a [context.Context], which any goroutine may
// use: it ends when the task is killed, when the timeout it was made with
// expires, and when the loop shuts down.
//
// The operations that wait return an error when, and only when, the wait was
// ended by one of these; then they return at once from then on. A task that
// ignores a hundred such errors in a row after it was killed is unwound.
type Task struct {
	h *Handle
	s *scope
}

// A Handle is a task as others see it: to join, kill or link.
type Handle struct {
	// What each turn touches comes first and fits a cache line; with base.cause,
	// which follows, it is two.
	self      Task
	l         *Loop
	next      func() (struct{}, bool)
	yield     func(struct{}) bool
	goroutine atomic.Uintptr // its own, see check.go; 0 before it began and after it has ended
	id        uint32
	ended     bool
	unwinding bool
	parked    bool
	refused   uint8
	base      scope // ended by Kill

	top       *scope // the innermost open scope: what waits without a *Task obey
	name      string
	fn        func(*Task) error
	pinned    bool   // parked where nothing but the awaited thing may wake it
	op        string // what it waits in
	waitScope *scope
	wakeErr   error
	timer     timer

	queue         *waiters
	qnext, qprev  *Handle
	before, after *Handle // in the loop's list

	joiners waiters
	links   []func(*Handle)
	locals  map[any]any

	err  error
	done chan struct{} // made on demand, guarded by l.context
	over atomic.Bool
}

func (l *Loop) newHandle(parent *scope, name string, fn func(*Task) error) *Handle {
	h := &Handle{id: l.lastID.Add(1), name: name, l: l, fn: fn}
	if h.id == 0 { // 0 is the loop itself
		h.id = l.lastID.Add(1)
	}
	h.base = scope{l: l, h: h, parent: parent}
	h.top = &h.base
	h.self = Task{h, &h.base}
	h.timer.task = h
	return h
}

func (l *Loop) spawn(parent *scope, name string, fn func(*Task) error) *Handle {
	h := l.newHandle(parent, name, fn)
	l.admit(h)
	return h
}

// admit puts a new task into the books.
func (l *Loop) admit(h *Handle) {
	h.base.attach()
	h.before = l.last
	if l.last == nil {
		l.first = h
	} else {
		l.last.after = h
	}
	l.last = h
	l.live++
	l.ready.push(h)
}

// finish takes an ended task out of the books and tells who waits for it.
func (l *Loop) finish(h *Handle) {
	if h.before == nil {
		l.first = h.after
	} else {
		h.before.after = h.after
	}
	if h.after == nil {
		l.last = h.before
	} else {
		h.after.before = h.before
	}
	h.before, h.after = nil, nil
	l.live--
	h.base.detach()
	h.base.dissolve()
	h.fn, h.next, h.yield, h.locals = nil, nil, nil, nil
	h.goroutine.Store(0)
	l.context.Lock()
	h.over.Store(true)
	if h.done != nil {
		close(h.done)
	}
	l.context.Unlock()

	if p, ok := h.err.(*PanicError); ok && p.task == h {
		if l.opts.OnPanic != nil {
			l.running = nil
			l.opts.OnPanic(p)
		} else if l.fatal == nil {
			l.fatal = p
			l.root.cancel(p)
		}
	}
	h.joiners.wakeAll(nil)
	for _, f := range h.links {
		f(h)
	}
	h.links = nil
}

// Go starts fn as a task of its own and returns at once; fn begins when this
// task waits (gevent.spawn, eventlet.spawn). The new task goes on when this one
// ends. A task started from a *Task with a timeout or of a group belongs to that
// timeout or group.
func (t *Task) Go(name string, fn func(*Task) error) *Handle {
	t.h.l.check("Task.Go")
	parent := t.s
	if parent == &t.h.base {
		parent = parent.parent // killing a task does not kill those it has started
	}
	return t.h.l.spawn(parent, name, fn)
}

// GoAfter is Go after a delay (gevent.spawn_later, eventlet.spawn_after). Killed
// within the delay, fn never runs.
func (t *Task) GoAfter(d time.Duration, name string, fn func(*Task) error) *Handle {
	return t.Go(name, func(t *Task) error {
		if err := t.Sleep(d); err != nil {
			return err
		}
		return fn(t)
	})
}

// Sleep lets the others run for d (gevent.sleep, eventlet.sleep).
func (t *Task) Sleep(d time.Duration) error {
	if d <= 0 {
		return t.Yield()
	}
	if paused, err := t.pause(d, "Task.Sleep"); paused {
		return err
	}
	if err := t.h.enter(t.s, "Task.Sleep"); err != nil {
		return err
	}
	l := t.h.l
	l.time.add(&t.h.timer, now()+int64(d))
	err := t.h.park(t.s, "Task.Sleep")
	l.time.remove(&t.h.timer)
	return err
}

// Yield lets every task that can run have a turn first (gevent.sleep(0),
// gevent.idle).
func (t *Task) Yield() error {
	h := t.h
	if h.l.opts.Pause != nil {
		if paused, err := t.pause(0, "Task.Yield"); paused {
			return err
		}
	}
	if h.goroutine.Load() != goroutine() || t.s.cause.Load() != nil || h.refused != 0 {
		if err := h.enter(t.s, "Task.Yield"); err != nil {
			return err
		}
	}
	h.l.ready.push(h)
	h.suspend()
	return t.s.ended()
}

// pause asks Options.Pause.
func (t *Task) pause(d time.Duration, op string) (paused bool, err error) {
	f := t.h.l.opts.Pause
	if f == nil {
		return false, nil
	}
	t.h.mustRun(op)
	return f(t, d)
}

// Loop returns the loop that the task runs on.
func (t *Task) Loop() *Loop { return t.h.l }

// Handle returns the task as others see it.
func (t *Task) Handle() *Handle { return t.h }

// Name returns the name given to Go.
func (t *Task) Name() string { return t.h.name }

// ID returns the task's number, which the heartbeat shows. It is unique until
// four billion tasks have been started.
func (t *Task) ID() uint32 { return t.h.id }

func (t *Task) String() string { return t.h.String() }

func (h *Handle) String() string { return fmt.Sprintf("green task %d %q", h.id, h.name) }

// Name returns the name given to Go.
func (h *Handle) Name() string { return h.name }

// ID returns the task's number.
func (h *Handle) ID() uint32 { return h.id }

// Ended reports whether the task has ended (gevent: Greenlet.ready).
func (h *Handle) Ended() bool { return h.over.Load() }

// Err returns what the task's function returned, once it has ended: a
// [*PanicError] if it panicked, [ErrGoexit] if it called runtime.Goexit, and
// what killed it if that was before it began. Until then it is nil.
func (h *Handle) Err() error {
	if !h.over.Load() {
		return nil
	}
	return h.err
}

// Done returns a channel that is closed when the task has ended, for goroutines
// outside the loop. A task would stop the loop by receiving from it.
func (h *Handle) Done() <-chan struct{} {
	h.l.context.Lock()
	defer h.l.context.Unlock()
	if h.done == nil {
		h.done = make(chan struct{})
		if h.over.Load() {
			close(h.done)
		}
	}
	return h.done
}

// Join waits until the task has ended and returns its error (gevent:
// Greenlet.join and get; eventlet: GreenThread.wait). If the wait itself is
// ended, it returns that error, and Ended is still false.
func (h *Handle) Join(t *Task) error {
	if err := t.h.enter(t.s, "Handle.Join"); err != nil {
		return err
	}
	if h == t.h {
		panic("green: a task waits for itself")
	}
	if h.l != t.h.l {
		panic("green: join of a task of another loop")
	}
	if !h.ended {
		if err := h.joiners.wait(t.h, t.s, "Handle.Join"); err != nil {
			return err
		}
	}
	return h.err
}

// Kill ends the task's waits, present and future, with a [*KillError] that wraps
// cause, which may be nil (gevent: Greenlet.kill; eventlet: kill). It does not
// wait; Join does. A task that has not begun never will. Other goroutines Post the
// call.
func (h *Handle) Kill(cause error) {
	h.l.check("Handle.Kill")
	if !h.ended {
		h.base.cancel(&KillError{Cause: cause})
	}
}

// Link runs fn in a task of its own once h has ended, at once if it already has
// (gevent: Greenlet.link; h.Err tells link_value from link_exception).
func (h *Handle) Link(fn func(t *Task, h *Handle) error) {
	h.l.check("Handle.Link")
	h.link(func(h *Handle) {
		h.l.spawn(&h.l.root, "link of "+h.name, func(t *Task) error { return fn(t, h) })
	})
}

// link has f called on the loop when h ends. f must not wait.
func (h *Handle) link(f func(*Handle)) {
	if h.ended {
		f(h)
		return
	}
	h.links = append(h.links, f)
}

// JoinAll waits for all of hs and returns the first error in their order
// (gevent.joinall).
func JoinAll(t *Task, hs ...*Handle) error {
	var first error
	for _, h := range hs {
		if err := h.Join(t); err != nil {
			if !h.Ended() {
				return err
			}
			if first == nil {
				first = err
			}
		}
	}
	return first
}

// Completed yields hs in the order in which they end (gevent.iwait). It stops
// early with a nil handle and the error if the wait is ended.
func Completed(t *Task, hs ...*Handle) iter.Seq2[*Handle, error] {
	return func(yield func(*Handle, error) bool) {
		q := NewQueue[*Handle](0)
		for _, h := range hs {
			h.link(func(h *Handle) { q.TryPut(h) })
		}
		for range hs {
			h, err := q.Get(t)
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

// KillAll kills all of hs and waits until they have ended (gevent.killall).
func KillAll(t *Task, cause error, hs ...*Handle) error {
	for _, h := range hs {
		h.Kill(cause)
	}
	for _, h := range hs {
		if err := h.Join(t); err != nil && !h.Ended() {
			return err
		}
	}
	return nil
}

// TaskFrom returns the task within ctx: ctx itself, or the task that it was
// derived from, as in an [net/http.Request] served by [HTTPServer].
func TaskFrom(ctx context.Context) (*Task, bool) {
	t, ok := ctx.Value(taskKey{}).(*Task)
	return t, ok
}

type taskKey struct{}

// park gives the thread back until someone wakes h, or s ends. It returns the
// waker's error. s may be nil: then only the waker counts.
func (h *Handle) park(s *scope, op string) error {
	h.parked, h.op, h.waitScope = true, op, s
	h.suspend()
	err := h.wakeErr
	h.wakeErr = nil
	return err
}

// parkOutside is park for what is woken from outside the loop.
func (h *Handle) parkOutside(s *scope, op string) error {
	h.l.outside++
	defer func() { h.l.outside-- }()
	return h.park(s, op)
}

// parkPinned waits for something that holds on to the task's memory, so that
// nothing else may wake it, not even the end of the loop.
func (h *Handle) parkPinned(op string) {
	h.pinned = true
	h.parked, h.op, h.waitScope = true, op, nil
	h.l.outside++
	h.yield(struct{}{})
	h.l.outside--
	h.pinned = false
	h.wakeErr = nil
}

// wake makes a parked task ready and reports whether it was parked.
func (h *Handle) wake(err error) bool {
	if !h.parked {
		return false
	}
	if h.queue != nil {
		h.queue.remove(h)
	}
	h.parked, h.waitScope, h.wakeErr = false, nil, err
	h.l.ready.push(h)
	return true
}

// maxRefused is how often a killed task may go on waiting.
const maxRefused = 100

// enter checks that h runs here and now, and that s has not ended. If it has,
// the others get a turn, so that a task that ignores the error can't stop them.
func (h *Handle) enter(s *scope, op string) error {
	if !h.here() {
		h.misused(op)
	}
	if s.cause.Load() == nil {
		if h.refused != 0 {
			h.refused = 0
		}
		return nil
	}
	if h.base.cause.Load() != nil {
		if h.refused++; h.refused > maxRefused {
			panic(unwind{h})
		}
	}
	h.l.ready.push(h)
	h.suspend()
	return s.ended()
}
