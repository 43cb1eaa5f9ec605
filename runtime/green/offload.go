package green

import (
	"runtime/debug"
	"sync"
)

// Offload runs f on another thread while the task waits and the loop goes on
// (gevent's ThreadPool.apply, eventlet.tpool.execute): the way out for whatever
// would hold the loop. At most Options.Threads run at once; others wait for
// their turn. f may use t as a context.Context and must not use it otherwise. If
// the wait is ended, Offload returns at once, and what f does still happens.
//
// A panic in f goes on in the task, as a [*PanicError] with f's stack.
func Offload(t *Task, f func() error) error {
	_, err := OffloadValue(t, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// OffloadValue is [Offload] for a function with a result.
func OffloadValue[T any](t *Task, f func() (T, error)) (T, error) {
	var zero T
	if err := t.h.enter(t.s, "Offload"); err != nil {
		return zero, err
	}
	type result struct {
		v   T
		err error
		p   *PanicError
	}
	// The box outlives a wait that is ended; the task must not share its result.
	box, h := new(result), t.h
	over, gone := false, false
	defer func() { gone = true }()
	cancel := h.l.pool.run(h.l.opts.Threads, func() {
		returned := false
		defer func() {
			if !returned {
				if p := recover(); p != nil {
					box.p = &PanicError{Value: p, Stack: debug.Stack(), Task: h.name}
				} else {
					box.err = ErrGoexit
				}
			}
			h.l.Post(func() {
				over = true
				if !gone {
					h.wake(nil)
				}
			})
		}()
		box.v, box.err = f()
		returned = true
	})
	for !over {
		if err := h.parkOutside(t.s, "Offload"); err != nil {
			cancel()
			return zero, err
		}
	}
	if box.p != nil {
		panic(box.p)
	}
	return box.v, box.err
}

// threads runs functions on a bounded number of goroutines, which end when there
// is nothing to do.
type threads struct {
	mu     sync.Mutex
	queue  []*job
	active int
	closed bool
}

type job struct{ f func() }

// run has f called soon. cancel forgets it if it has not begun.
func (p *threads) run(limit int, f func()) (cancel func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := &job{f}
	if p.active < limit {
		p.active++
		go p.work(j)
	} else {
		p.queue = append(p.queue, j)
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for i := range p.queue {
			if p.queue[i] == j {
				p.queue = append(p.queue[:i], p.queue[i+1:]...)
				return
			}
		}
	}
}

func (p *threads) work(j *job) {
	for j != nil {
		p.do(j)
		j = p.nextJob()
	}
}

// do survives runtime.Goexit by going on in a goroutine of its own.
func (p *threads) do(j *job) {
	returned := false
	defer func() {
		if !returned {
			if next := p.nextJob(); next != nil {
				go p.work(next)
			}
		}
	}()
	j.f()
	returned = true
}

func (p *threads) nextJob() *job {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 || p.closed {
		p.active--
		return nil
	}
	j := p.queue[0]
	p.queue = p.queue[1:]
	return j
}

func (p *threads) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed, p.queue = true, nil
}
