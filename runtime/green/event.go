package green

// An Event is a flag that tasks wait for (gevent.event.Event). The zero value is
// ready to use and not set.
type Event struct {
	set   bool
	queue waiters
}

// Set sets the flag and wakes all who wait, in the order in which they came.
func (e *Event) Set() {
	e.queue.check("Event.Set")
	e.set = true
	e.queue.wakeAll(nil)
}

// Clear unsets the flag.
func (e *Event) Clear() { e.set = false }

// IsSet reports whether the flag is set.
func (e *Event) IsSet() bool { return e.set }

// Wait returns nil once the flag is set. A task that was woken by Set returns
// nil even if Clear came before its turn.
func (e *Event) Wait(t *Task) error {
	if err := t.h.enter(t.s, "Event.Wait"); err != nil || e.set {
		return err
	}
	return e.queue.wait(t.h, t.s, "Event.Wait")
}

// check panics if the caller is a foreign goroutine, which can be known only
// when someone waits.
func (w *waiters) check(op string) {
	if w.first != nil {
		w.first.l.check(op)
	}
}

// A Future is a value to come (gevent.event.AsyncResult, eventlet.event.Event).
// The zero value is ready to use.
type Future[T any] struct {
	event Event
	value T
	err   error
}

// Set gives the future its value, and wakes who waits. Only the first Set or
// Fail counts.
func (f *Future[T]) Set(v T) { f.resolve(v, nil) }

// Fail makes Get return err (gevent: AsyncResult.set_exception).
func (f *Future[T]) Fail(err error) {
	var zero T
	f.resolve(zero, err)
}

func (f *Future[T]) resolve(v T, err error) {
	if !f.event.set {
		f.value, f.err = v, err
		f.event.Set()
	}
}

// Ready reports whether Get would return at once.
func (f *Future[T]) Ready() bool { return f.event.set }

// Get waits for the value.
func (f *Future[T]) Get(t *Task) (T, error) {
	if err := f.event.Wait(t); err != nil {
		var zero T
		return zero, err
	}
	return f.value, f.err
}

// Start runs fn as a task and returns its value to come (gevent.spawn and
// Greenlet.get, eventlet.spawn and GreenThread.wait). Unlike Go's, a panic or a
// kill reaches whoever calls Get.
func Start[T any](t *Task, name string, fn func(*Task) (T, error)) *Future[T] {
	f := new(Future[T])
	h := t.Go(name, func(t *Task) error {
		v, err := fn(t)
		f.resolve(v, err)
		return err
	})
	h.link(func(h *Handle) {
		var zero T
		f.resolve(zero, h.err) // does nothing if fn has returned
	})
	return f
}
