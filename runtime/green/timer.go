package green

import "math"

// A timer is one entry of the loop's clock. Exactly one of task, scope and side
// is set, or none in an alarm that only has to end the loop's waiting.
type timer struct {
	at    int // index in the heap plus one; 0 when not set
	task  *Handle
	scope *scope
	side  *side
}

func (t *timer) fire() {
	switch {
	case t.task != nil:
		t.task.wake(nil)
	case t.scope != nil:
		t.scope.expire()
	case t.side != nil:
		t.side.expire()
	}
}

// timers is a 4-ary heap by time, then by order of setting.
type timers struct {
	heap []timerEntry
	seq  uint64
}

type timerEntry struct {
	when int64 // ns, as now() counts
	seq  uint64
	t    *timer
}

func (e timerEntry) before(o timerEntry) bool {
	return e.when < o.when || e.when == o.when && e.seq < o.seq
}

func (h *timers) len() int { return len(h.heap) }

// next returns when the first timer is due, math.MaxInt64 if none is set.
func (h *timers) next() int64 {
	if len(h.heap) == 0 {
		return math.MaxInt64
	}
	return h.heap[0].when
}

func (h *timers) add(t *timer, when int64) {
	h.seq++
	h.heap = append(h.heap, timerEntry{when, h.seq, t})
	h.up(len(h.heap) - 1)
}

// remove takes t out, if it is in.
func (h *timers) remove(t *timer) {
	if t.at == 0 {
		return
	}
	i, last := t.at-1, len(h.heap)-1
	t.at = 0
	moved := h.heap[last]
	h.heap[last] = timerEntry{}
	h.heap = h.heap[:last]
	if i == last {
		return
	}
	h.heap[i] = moved
	h.down(i)
	h.up(moved.t.at - 1)
}

// expire fires what is due at the time now.
func (h *timers) expire(now int64) {
	for len(h.heap) > 0 && h.heap[0].when <= now {
		t := h.heap[0].t
		h.remove(t)
		t.fire()
	}
}

func (h *timers) up(i int) {
	e := h.heap[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(h.heap[parent]) {
			break
		}
		h.set(i, h.heap[parent])
		i = parent
	}
	h.set(i, e)
}

func (h *timers) down(i int) {
	e := h.heap[i]
	for {
		least, from := i, e
		for c := 4*i + 1; c <= 4*i+4 && c < len(h.heap); c++ {
			if h.heap[c].before(from) {
				least, from = c, h.heap[c]
			}
		}
		if least == i {
			break
		}
		h.set(i, from)
		i = least
	}
	h.set(i, e)
}

func (h *timers) set(i int, e timerEntry) {
	h.heap[i] = e
	e.t.at = i + 1
}
