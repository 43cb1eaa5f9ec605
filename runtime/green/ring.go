package green

// ring is a queue of tasks that grows by doubling and never shrinks below what
// it has once needed.
type ring struct {
	buf  []*Handle // its length is a power of two, or 0
	head int
	n    int
}

func (r *ring) len() int { return r.n }

func (r *ring) push(h *Handle) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = h
	r.n++
}

func (r *ring) pop() *Handle {
	h := r.buf[r.head]
	r.buf[r.head] = nil
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	return h
}

func (r *ring) grow() {
	buf := make([]*Handle, max(64, 2*len(r.buf)))
	k := copy(buf, r.buf[r.head:])
	copy(buf[k:], r.buf[:r.head])
	r.buf, r.head = buf, 0
}

// waiters is a queue of parked tasks. A task is in one queue at most; whatever
// wakes it takes it out.
type waiters struct{ first, last *Handle }

func (w *waiters) push(h *Handle) {
	h.queue, h.qprev, h.qnext = w, w.last, nil
	if w.last == nil {
		w.first = h
	} else {
		w.last.qnext = h
	}
	w.last = h
}

func (w *waiters) remove(h *Handle) {
	if h.qprev == nil {
		w.first = h.qnext
	} else {
		h.qprev.qnext = h.qnext
	}
	if h.qnext == nil {
		w.last = h.qprev
	} else {
		h.qnext.qprev = h.qprev
	}
	h.queue, h.qprev, h.qnext = nil, nil, nil
}

// wakeOne wakes the task that has waited longest and reports whether there was
// one.
func (w *waiters) wakeOne(err error) bool {
	if w.first == nil {
		return false
	}
	return w.first.wake(err)
}

func (w *waiters) wakeAll(err error) {
	for w.first != nil {
		w.first.wake(err)
	}
}

// wait parks the running task in w under scope s.
func (w *waiters) wait(h *Handle, s *scope, op string) error {
	w.push(h)
	return h.park(s, op)
}
