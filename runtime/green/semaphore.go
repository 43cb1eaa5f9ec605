package green

// A Semaphore bounds how many tasks do a thing at once (gevent.lock.Semaphore,
// eventlet.semaphore.Semaphore). It is fair: who came first goes first, and no
// task that comes later overtakes those that wait.
type Semaphore struct {
	free  int
	bound int // 0 for none
	queue waiters
}

// NewSemaphore returns a semaphore with n permits.
func NewSemaphore(n int) *Semaphore { return &Semaphore{free: n} }

// NewBoundedSemaphore returns a semaphore whose Release panics when there would
// be more than n permits (gevent.lock.BoundedSemaphore).
func NewBoundedSemaphore(n int) *Semaphore { return &Semaphore{free: n, bound: n} }

// Acquire takes a permit, waiting for one if need be.
func (s *Semaphore) Acquire(t *Task) error {
	if err := t.h.enter(t.s, "Semaphore.Acquire"); err != nil {
		return err
	}
	if s.TryAcquire() {
		return nil
	}
	return s.queue.wait(t.h, t.s, "Semaphore.Acquire")
}

// TryAcquire takes a permit if one is free.
func (s *Semaphore) TryAcquire() bool {
	if s.free <= 0 {
		return false
	}
	s.free--
	return true
}

// Release gives a permit back, to the task that has waited longest if there is
// one.
func (s *Semaphore) Release() {
	s.queue.check("Semaphore.Release")
	if s.queue.wakeOne(nil) {
		return
	}
	if s.bound > 0 && s.free >= s.bound {
		panic("green: Semaphore.Release without Acquire")
	}
	s.free++
}

// Free returns the number of permits that are free.
func (s *Semaphore) Free() int { return s.free }

// A Lock is held by one task at a time, across waits (gevent.lock.RLock, but it
// can't be taken twice). The zero value is unlocked. Code that does not wait
// needs none: nothing else runs meanwhile.
type Lock struct {
	owner *Handle
	queue waiters
}

// Lock takes the lock. A task that already holds it panics.
func (m *Lock) Lock(t *Task) error {
	if err := t.h.enter(t.s, "Lock.Lock"); err != nil {
		return err
	}
	switch m.owner {
	case nil:
		m.owner = t.h
		return nil
	case t.h:
		panic("green: " + t.h.String() + " locks what it has locked")
	}
	return m.queue.wait(t.h, t.s, "Lock.Lock")
}

// TryLock takes the lock if it is free.
func (m *Lock) TryLock(t *Task) bool {
	if m.owner != nil {
		return false
	}
	m.owner = t.h
	return true
}

// Unlock hands the lock to the task that has waited longest. It panics unless
// the calling task holds the lock.
func (m *Lock) Unlock(t *Task) {
	if m.owner != t.h {
		panic("green: " + t.h.String() + " unlocks what it has not locked")
	}
	m.owner = m.queue.first
	m.queue.wakeOne(nil)
}

// Owner returns the task that holds the lock, nil if none does.
func (m *Lock) Owner() *Handle { return m.owner }

// A Local is a variable with a value of its own in each task (gevent.local.local,
// eventlet.corolocal.local). Keep it in a package variable.
type Local[T any] struct{ key *byte }

// NewLocal returns a new variable.
func NewLocal[T any]() Local[T] { return Local[T]{new(byte)} }

// Get returns the task's value, the zero value if none was set.
func (v Local[T]) Get(t *Task) T {
	x, _ := t.h.locals[v.key].(T)
	return x
}

// Set gives the task a value. It ends with the task.
func (v Local[T]) Set(t *Task, value T) {
	t.h.mustRun("Local.Set")
	if t.h.locals == nil {
		t.h.locals = make(map[any]any)
	}
	t.h.locals[v.key] = value
}
