package bind

// runner follows a scope's events and notes how the values of its symbols change.
//
// The state is one value per symbol. Before a branch the state is not copied: a log
// keeps what each way changes, so that it can be taken back before the next way. The
// cost of a branch or loop is that of the changes within it.
type runner struct {
	*flow
	scope  *Scope
	cur    []int32 // the present state
	log    []undo
	frames []frame // brackets that are open
	live   bool    // the present way can be reached
	leaves []int32 // value of each event that binds, 0 before its first use

	stamp []int   // of each symbol, when it was last met; see fresh
	now   int     // the present stamp
	sum   []int32 // of each symbol: a value that is being joined
	count []int   // of each symbol: how many ways change it
}

type undo struct {
	sym int32
	old int32
}

// assigned is a symbol with a value.
type assigned struct{ sym, val int32 }

// frame is an open bracket.
type frame struct {
	begin, end  int // events between which its text lies; end only of loops and tries
	off         uint32
	mark        int  // length of the log at the beginning of the present way
	live        bool // before the bracket
	ways        int  // how many ways can go on behind it
	changes     []assigned
	deadWays    int
	deadChanges []assigned // used if no way goes on
	vars        []assigned // loop: value at its head; try: value in handlers
	normal      []assigned // finally: value if nothing was raised; try: changes of its body
	handled     bool       // try: a handler has begun
	bodyLive    bool       // try: its body can go on behind it
}

func (r *runner) run() *flow {
	n := len(r.scope.symbols)
	r.cur, r.sum = make([]int32, n), make([]int32, n)
	r.stamp, r.count = make([]int, n), make([]int, n)
	r.leaves = make([]int32, len(r.scope.events))
	r.live = true
	for i, ev := range r.scope.events {
		r.step(i, ev)
	}
	r.final = r.cur
	return r.flow
}

func (r *runner) step(i int, ev event) {
	switch ev.op {
	case evBind:
		r.set(ev.sym, r.leaf(i), ev.off)
	case evMaybe:
		r.set(ev.sym, r.join(r.cur[ev.sym], r.leaf(i)), ev.off)
	case evUnbind:
		r.set(ev.sym, unbound, ev.off)
	case evLeave:
		r.live = false
	case evBranch, evTry:
		r.push(i, ev)
	case evTryEnd:
	case evNext:
		r.endWay(ev.off)
	case evHandler:
		r.raised(ev.off)
	case evElse:
		r.resume(ev.off)
	case evEnd:
		r.merge(ev.off)
	case evLoop:
		r.push(i, ev)
		r.enterLoop(ev.off)
	case evLoopEnd:
		r.endLoop(ev)
	case evFinally:
		r.push(i, ev)
		r.enterFinally(int(ev.arg), i, ev.off)
	case evFinallyEnd:
		r.endFinally(ev.off)
	}
}

func (r *runner) push(i int, ev event) {
	r.frames = append(r.frames, frame{begin: i, end: int(ev.arg), off: ev.off, mark: len(r.log), live: r.live})
}

func (r *runner) top() *frame { return &r.frames[len(r.frames)-1] }

func (r *runner) pop() frame {
	f := *r.top()
	r.frames = r.frames[:len(r.frames)-1]
	return f
}

func (r *runner) set(sym, val int32, off uint32) {
	if r.cur[sym] == val {
		return
	}
	if len(r.frames) > 0 {
		r.log = append(r.log, undo{sym, r.cur[sym]})
	}
	r.cur[sym] = val
	r.felt(sym, val, off)
}

// felt notes a change where it is felt.
func (r *runner) felt(sym, val int32, off uint32) {
	h := r.hist[sym]
	if last := len(h) - 1; last >= 0 && h[last].off >= off {
		if h[last].off == off {
			h[last].val = val
			return
		}
		off = h[last].off
	}
	r.hist[sym] = append(h, change{off, val})
}

// leaf returns the value of event i's binding.
func (r *runner) leaf(i int) int32 {
	ev := r.scope.events[i]
	if ev.op == evUnbind {
		return unbound
	}
	if r.leaves[i] == 0 {
		r.leaves[i] = r.value(ev.arg, leaf)
	}
	return r.leaves[i]
}

// mark begins a new round of fresh.
func (r *runner) mark() { r.now++ }

// fresh reports whether a symbol is met for the first time since mark.
func (r *runner) fresh(sym int32) bool {
	if r.stamp[sym] == r.now {
		return false
	}
	r.stamp[sym] = r.now
	return true
}

// endWay ends the present way of a branch and goes back to the state before it.
func (r *runner) endWay(off uint32) {
	f := r.top()
	changes := r.takeBack(off)
	if r.live {
		f.ways++
		f.changes = append(f.changes, changes...)
	} else {
		f.deadWays++
		f.deadChanges = append(f.deadChanges, changes...)
	}
	r.live = f.live
}

// takeBack goes back to the state before the present way and returns what that has
// changed.
func (r *runner) takeBack(off uint32) (changes []assigned) {
	f := r.top()
	r.mark()
	for _, u := range r.log[f.mark:] {
		if r.fresh(u.sym) {
			changes = append(changes, assigned{u.sym, r.cur[u.sym]})
		}
	}
	for i := len(r.log) - 1; i >= f.mark; i-- {
		r.cur[r.log[i].sym] = r.log[i].old
	}
	r.log = r.log[:f.mark]
	for _, c := range changes {
		r.felt(c.sym, r.cur[c.sym], off)
	}
	return changes
}

// merge ends a branch: a symbol has the value of any way that goes on. If none does
// the state is kept as if all did, for what is asked about the scope's end.
func (r *runner) merge(off uint32) {
	r.endWay(off)
	f := r.pop()
	changes, ways := f.changes, f.ways
	if ways == 0 {
		changes, ways = f.deadChanges, f.deadWays
		r.live = false
	}
	r.mark()
	var syms []int32
	for _, c := range changes {
		if r.fresh(c.sym) {
			syms = append(syms, c.sym)
			r.sum[c.sym], r.count[c.sym] = c.val, 1
		} else {
			r.sum[c.sym] = r.join(r.sum[c.sym], c.val)
			r.count[c.sym]++
		}
	}
	for _, sym := range syms {
		val := r.sum[sym]
		if r.count[sym] < ways {
			val = r.join(r.cur[sym], val)
		}
		r.set(sym, val, off)
	}
}

// within returns every symbol that the events from begin to end change, with the
// value that is any of those that they give it.
func (r *runner) within(begin, end int) []assigned {
	var list []assigned
	r.mark()
	for i := begin; i < end; i++ {
		switch ev := r.scope.events[i]; ev.op {
		case evBind, evMaybe, evUnbind:
			if r.fresh(ev.sym) {
				r.count[ev.sym] = len(list)
				list = append(list, assigned{ev.sym, r.leaf(i)})
			} else {
				a := &list[r.count[ev.sym]]
				a.val = r.join(a.val, r.leaf(i))
			}
		}
	}
	return list
}
