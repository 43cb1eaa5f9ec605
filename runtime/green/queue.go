package green

import (
	"container/heap"
	"iter"
)

// A Queue passes values between tasks (gevent.queue.Queue, eventlet.queue.Queue).
// Getters are served in the order in which they came, and so are putters.
type Queue[T any] struct {
	items    store[T]
	max      int // 0 for no bound
	getters  waiters
	putters  waiters
	promised int // items that woken getters will take
	reserved int // places that woken putters will fill
	closed   bool

	unfinished int
	joiners    waiters
}

type store[T any] interface {
	push(T)
	pop() T
	peek() T
	len() int
}

// NewQueue returns a first-in, first-out queue of at most max items; 0 means no
// bound.
func NewQueue[T any](max int) *Queue[T] { return &Queue[T]{items: new(fifo[T]), max: max} }

// NewStack returns a queue that gives the newest item first
// (gevent.queue.LifoQueue).
func NewStack[T any](max int) *Queue[T] { return &Queue[T]{items: new(lifo[T]), max: max} }

// NewPriorityQueue returns a queue that gives the least item first, and equal
// ones in the order in which they were put (gevent.queue.PriorityQueue).
func NewPriorityQueue[T any](max int, less func(a, b T) bool) *Queue[T] {
	return &Queue[T]{items: &priority[T]{less: less}, max: max}
}

// Put adds v, waiting for room if the queue is full.
func (q *Queue[T]) Put(t *Task, v T) error {
	if err := t.h.enter(t.s, "Queue.Put"); err != nil {
		return err
	}
	if q.closed {
		return ErrQueueClosed
	}
	if q.full() {
		if err := q.putters.wait(t.h, t.s, "Queue.Put"); err != nil {
			return err
		}
		q.reserved--
		if q.closed {
			return ErrQueueClosed
		}
	}
	q.add(v)
	return nil
}

// TryPut adds v if there is room.
func (q *Queue[T]) TryPut(v T) bool {
	q.getters.check("Queue.TryPut")
	if q.closed || q.full() {
		return false
	}
	q.add(v)
	return true
}

// Get takes an item, waiting for one if the queue is empty.
func (q *Queue[T]) Get(t *Task) (T, error) {
	var zero T
	if err := t.h.enter(t.s, "Queue.Get"); err != nil {
		return zero, err
	}
	if v, ok := q.TryGet(); ok {
		return v, nil
	}
	if q.closed {
		return zero, ErrQueueClosed
	}
	if err := q.getters.wait(t.h, t.s, "Queue.Get"); err != nil {
		return zero, err
	}
	q.promised--
	return q.take(), nil
}

// TryGet takes an item if there is one that no waiting task is about to take.
func (q *Queue[T]) TryGet() (v T, ok bool) {
	q.putters.check("Queue.TryGet")
	if q.items.len() <= q.promised {
		return v, false
	}
	return q.take(), true
}

// Peek returns what Get would, without taking it.
func (q *Queue[T]) Peek() (v T, ok bool) {
	if q.items.len() <= q.promised {
		return v, false
	}
	return q.items.peek(), true
}

// All yields items until the queue is closed and empty, or t is ended.
func (q *Queue[T]) All(t *Task) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := q.Get(t)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Len returns the number of items.
func (q *Queue[T]) Len() int { return q.items.len() }

// Close refuses further items; those in the queue can still be taken. Then Get
// returns [ErrQueueClosed].
func (q *Queue[T]) Close() {
	q.closed = true
	q.getters.wakeAll(ErrQueueClosed)
	q.putters.wakeAll(ErrQueueClosed)
}

// Done says that an item that was taken has been dealt with, for Join
// (gevent.queue.JoinableQueue.task_done).
func (q *Queue[T]) Done() {
	if q.unfinished == 0 {
		panic("green: Queue.Done called more often than Put")
	}
	if q.unfinished--; q.unfinished == 0 {
		q.joiners.wakeAll(nil)
	}
}

// Join waits until Done was called for every item ever put.
func (q *Queue[T]) Join(t *Task) error {
	if err := t.h.enter(t.s, "Queue.Join"); err != nil || q.unfinished == 0 {
		return err
	}
	return q.joiners.wait(t.h, t.s, "Queue.Join")
}

func (q *Queue[T]) full() bool { return q.max > 0 && q.items.len()+q.reserved >= q.max }

func (q *Queue[T]) add(v T) {
	q.items.push(v)
	q.unfinished++
	if q.getters.wakeOne(nil) {
		q.promised++
	}
}

// force adds v even if the queue is full or closed.
func (q *Queue[T]) force(v T) { q.add(v) }

func (q *Queue[T]) take() T {
	v := q.items.pop()
	if q.putters.wakeOne(nil) {
		q.reserved++
	}
	return v
}

type fifo[T any] struct {
	buf  []T
	head int
}

func (f *fifo[T]) len() int { return len(f.buf) - f.head }
func (f *fifo[T]) peek() T  { return f.buf[f.head] }

func (f *fifo[T]) push(v T) {
	if f.head > 32 && f.head > len(f.buf)/2 {
		n := copy(f.buf, f.buf[f.head:])
		clear(f.buf[n:])
		f.buf, f.head = f.buf[:n], 0
	}
	f.buf = append(f.buf, v)
}

func (f *fifo[T]) pop() T {
	var zero T
	v := f.buf[f.head]
	f.buf[f.head] = zero
	f.head++
	return v
}

type lifo[T any] struct{ buf []T }

func (l *lifo[T]) len() int { return len(l.buf) }
func (l *lifo[T]) peek() T  { return l.buf[len(l.buf)-1] }
func (l *lifo[T]) push(v T) { l.buf = append(l.buf, v) }

func (l *lifo[T]) pop() T {
	var zero T
	last := len(l.buf) - 1
	v := l.buf[last]
	l.buf[last] = zero
	l.buf = l.buf[:last]
	return v
}

type priority[T any] struct {
	less  func(a, b T) bool
	items []ranked[T]
	seq   uint64
}

type ranked[T any] struct {
	v   T
	seq uint64
}

func (p *priority[T]) len() int { return len(p.items) }
func (p *priority[T]) peek() T  { return p.items[0].v }
func (p *priority[T]) push(v T) { p.seq++; heap.Push((*priorityHeap[T])(p), ranked[T]{v, p.seq}) }
func (p *priority[T]) pop() T   { return heap.Pop((*priorityHeap[T])(p)).(ranked[T]).v }

// priorityHeap shows a priority to container/heap.
type priorityHeap[T any] priority[T]

func (p *priorityHeap[T]) Len() int      { return len(p.items) }
func (p *priorityHeap[T]) Swap(i, j int) { p.items[i], p.items[j] = p.items[j], p.items[i] }
func (p *priorityHeap[T]) Push(x any)    { p.items = append(p.items, x.(ranked[T])) }

func (p *priorityHeap[T]) Less(i, j int) bool {
	a, b := p.items[i], p.items[j]
	switch {
	case p.less(a.v, b.v):
		return true
	case p.less(b.v, a.v):
		return false
	}
	return a.seq < b.seq
}

func (p *priorityHeap[T]) Pop() any {
	last := len(p.items) - 1
	x := p.items[last]
	p.items[last] = ranked[T]{}
	p.items = p.items[:last]
	return x
}

// A Channel passes values from hand to hand, without a buffer
// (gevent.queue.Channel, eventlet.queue.LightQueue(0)): Put returns when the
// value was taken. The zero value is ready to use.
type Channel[T any] struct {
	getters, putters waiters
	slots            map[*Handle]*T // what the waiting give, and where they want it
}

// Put waits until a task takes v.
func (c *Channel[T]) Put(t *Task, v T) error {
	if err := t.h.enter(t.s, "Channel.Put"); err != nil {
		return err
	}
	if g := c.getters.first; g != nil {
		*c.slots[g] = v
		g.wake(nil)
		return nil
	}
	return c.wait(t, &c.putters, &v, "Channel.Put")
}

// Get waits until a task gives a value.
func (c *Channel[T]) Get(t *Task) (v T, err error) {
	if err := t.h.enter(t.s, "Channel.Get"); err != nil {
		return v, err
	}
	if p := c.putters.first; p != nil {
		v = *c.slots[p]
		p.wake(nil)
		return v, nil
	}
	slot := new(T)
	err = c.wait(t, &c.getters, slot, "Channel.Get")
	return *slot, err
}

func (c *Channel[T]) wait(t *Task, w *waiters, slot *T, op string) error {
	if c.slots == nil {
		c.slots = make(map[*Handle]*T)
	}
	c.slots[t.h] = slot
	defer delete(c.slots, t.h)
	return w.wait(t.h, t.s, op)
}
