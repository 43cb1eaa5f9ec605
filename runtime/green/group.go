package green

import (
	"context"
	"iter"
	"slices"
)

// A Group runs tasks that belong together: the first that fails ends the others
// (golang.org/x/sync/errgroup, on a loop). Use a [Pool] for tasks that do not
// care for each other, as gevent's groups do.
type Group struct {
	t     *Task
	tasks map[*Handle]struct{}
	slots *Semaphore
	idle  Event
	err   error
}

// NewGroup returns a group and the task to wait with while it is at work: its
// waits, and those of the group's tasks, end when one of them fails. Wait must
// be called.
func NewGroup(t *Task) (*Group, *Task) {
	g := &Group{t: t, tasks: make(map[*Handle]struct{})}
	inner := t.open("NewGroup", t.s)
	g.t = inner
	return g, inner
}

// SetLimit makes Go wait while n tasks are at work. It must be called before Go.
func (g *Group) SetLimit(n int) {
	if len(g.tasks) > 0 {
		panic("green: Group.SetLimit after Go")
	}
	g.slots = NewSemaphore(n)
}

// Go starts a task of the group, first waiting for a free slot if the group has
// a limit. Tasks of the group may call it too. If the wait is ended there is no
// task, and Wait returns the group's error.
func (g *Group) Go(name string, fn func(*Task) error) *Handle {
	l := g.t.h.l
	if g.slots != nil {
		h := l.current("Group.Go")
		if err := g.slots.Acquire(&Task{h, h.top}); err != nil {
			return nil
		}
	}
	return g.start(name, fn)
}

// TryGo is Go if there is a free slot, else nil.
func (g *Group) TryGo(name string, fn func(*Task) error) *Handle {
	if g.slots != nil && !g.slots.TryAcquire() {
		return nil
	}
	return g.start(name, fn)
}

func (g *Group) start(name string, fn func(*Task) error) *Handle {
	l := g.t.h.l
	l.check("Group.Go")
	h := l.spawn(g.t.s, name, fn)
	g.tasks[h] = struct{}{}
	h.link(g.ended)
	return h
}

func (g *Group) ended(h *Handle) {
	delete(g.tasks, h)
	if g.slots != nil {
		g.slots.Release()
	}
	if h.err != nil && g.err == nil {
		g.err = h.err
		g.t.s.cancel(h.err)
	}
	if len(g.tasks) == 0 {
		g.idle.Set()
		g.idle.Clear()
	}
}

// Len returns how many tasks are at work.
func (g *Group) Len() int { return len(g.tasks) }

// Kill ends all tasks of the group. Wait returns the kill as its error.
func (g *Group) Kill(cause error) {
	err := &KillError{Cause: cause}
	if g.err == nil {
		g.err = err
	}
	g.t.s.cancel(err)
}

// Wait waits until all tasks have ended, killed or not, and returns the first
// error. It must be called by the task that made the group.
func (g *Group) Wait() error {
	g.t.h.mustRun("Group.Wait")
	outer := &Task{g.t.h, g.t.s.parent}
	for len(g.tasks) > 0 {
		if outer.s.ended() != nil { // they have been told too: see them out
			g.idle.queue.wait(g.t.h, nil, "Group.Wait")
			continue
		}
		g.idle.Wait(outer)
	}
	if err := g.t.s.ended(); g.err == nil && err != nil {
		g.err = err
	}
	g.t.s.closeScope(context.Canceled)
	return g.err
}

// A Pool bounds how many of its tasks run at once; they do not care for each
// other's errors (gevent.pool.Pool, eventlet.GreenPool).
type Pool struct {
	slots   *Semaphore // nil for no limit
	size    int
	tasks   map[*Handle]struct{}
	waiting int
	idle    Event
}

// NewPool returns a pool for up to n tasks at once; 0 means any number
// (gevent.pool.Group).
func NewPool(n int) *Pool {
	p := &Pool{size: n, tasks: make(map[*Handle]struct{})}
	if n > 0 {
		p.slots = NewSemaphore(n)
	}
	return p
}

// Go starts a task, first waiting for a free slot. The error is that of the
// wait.
func (p *Pool) Go(t *Task, name string, fn func(*Task) error) (*Handle, error) {
	if p.slots == nil {
		return p.start(t, name, fn), nil
	}
	p.waiting++
	err := p.slots.Acquire(t)
	p.waiting--
	if err != nil {
		return nil, err
	}
	return p.start(t, name, fn), nil
}

// TryGo starts a task if there is a free slot; else it returns nil.
func (p *Pool) TryGo(t *Task, name string, fn func(*Task) error) *Handle {
	if p.slots != nil && !p.slots.TryAcquire() {
		return nil
	}
	return p.start(t, name, fn)
}

func (p *Pool) start(t *Task, name string, fn func(*Task) error) *Handle {
	h := t.Go(name, fn)
	p.adopt(h)
	return h
}

// adopt counts h as one of p's tasks, for which a slot is taken.
func (p *Pool) adopt(h *Handle) {
	p.tasks[h] = struct{}{}
	h.link(func(h *Handle) {
		delete(p.tasks, h)
		if p.slots != nil {
			p.slots.Release()
		}
		if len(p.tasks) == 0 {
			p.idle.Set()
			p.idle.Clear()
		}
	})
}

// Wait waits until no task is at work (gevent: Pool.join, eventlet:
// GreenPool.waitall).
func (p *Pool) Wait(t *Task) error {
	for len(p.tasks) > 0 {
		if err := p.idle.Wait(t); err != nil {
			return err
		}
	}
	return nil
}

// Kill kills all tasks of the pool, in the order of their numbers, and waits for
// their end.
func (p *Pool) Kill(t *Task, cause error) error {
	hs := make([]*Handle, 0, len(p.tasks))
	for h := range p.tasks {
		hs = append(hs, h)
	}
	slices.SortFunc(hs, func(a, b *Handle) int { return int(int64(a.id) - int64(b.id)) })
	return KillAll(t, cause, hs...)
}

// Running returns how many tasks are at work.
func (p *Pool) Running() int { return len(p.tasks) }

// Waiting returns how many tasks wait in Go.
func (p *Pool) Waiting() int { return p.waiting }

// Free returns how many tasks could start at once, -1 for any number.
func (p *Pool) Free() int {
	if p.slots == nil {
		return -1
	}
	return p.slots.Free()
}

// Map calls f for each of in, in tasks of p, and returns the results in order
// (gevent: Pool.map). The first error ends the calls under way and is returned.
func Map[In, Out any](t *Task, p *Pool, in []In, f func(*Task, In) (Out, error)) ([]Out, error) {
	out := make([]Out, 0, len(in))
	for v, err := range MapOrdered(t, p, slices.Values(in), f) {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// MapUnordered yields the results of f for each of in as they come (gevent:
// Pool.imap_unordered; eventlet: GreenPile). in is read only as fast as the pool
// has room and the results are taken. An error is yielded like a result and ends
// nothing; leaving the loop kills what is under way.
func MapUnordered[In, Out any](t *Task, p *Pool, in iter.Seq[In], f func(*Task, In) (Out, error)) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		mapSeq(t, p, in, f, false, yield)
	}
}

// MapOrdered is MapUnordered with the results in the order of in (gevent:
// Pool.imap; eventlet: GreenPool.imap).
func MapOrdered[In, Out any](t *Task, p *Pool, in iter.Seq[In], f func(*Task, In) (Out, error)) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		mapSeq(t, p, in, f, true, yield)
	}
}

type outcome[Out any] struct {
	v   Out
	err error
}

func mapSeq[In, Out any](t *Task, p *Pool, in iter.Seq[In], f func(*Task, In) (Out, error), ordered bool, yield func(Out, error) bool) {
	outer := t
	t, cancel := t.WithCancel()

	// In order, the tasks stand in the queue in which they were started, each
	// with its future; out of order, a finished task puts itself there.
	futures := NewQueue[*Future[outcome[Out]]](max(p.size, 0))
	feeder := t.Go("Map", func(t *Task) error {
		workers := NewPool(0)
		defer func() {
			t, done := t.WithoutCancel()
			workers.Wait(t)
			done()
			futures.Close()
		}()
		for v := range in {
			future := new(Future[outcome[Out]])
			if ordered {
				if err := futures.Put(t, future); err != nil {
					return err
				}
			}
			h, err := p.Go(t, "Map", func(t *Task) error {
				v, err := f(t, v)
				future.Set(outcome[Out]{v, err})
				if !ordered {
					return futures.Put(t, future)
				}
				return nil
			})
			if err != nil {
				return err
			}
			h.link(func(h *Handle) { // a panic or a kill is a result too
				if !future.Ready() {
					future.Set(outcome[Out]{err: h.err})
					if !ordered {
						futures.force(future)
					}
				}
			})
			workers.adopt(h)
		}
		return nil
	})
	defer feeder.Join(outer) // whoever leaves early waits for those it has killed
	defer cancel()

	for {
		future, err := futures.Get(t)
		if err == nil {
			var o outcome[Out]
			if o, err = future.Get(t); err == nil {
				if !yield(o.v, o.err) {
					return
				}
				continue
			}
		}
		if ended := t.s.ended(); ended != nil {
			var zero Out
			yield(zero, ended)
		}
		return
	}
}
