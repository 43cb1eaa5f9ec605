package bind

// This file holds what the runner does where control comes from more than one
// place: the heads of loops, handlers, and finally.

// enterLoop gives each symbol that the loop changes a value at its head that is
// completed at the loop's end: that from before the loop or that of the last turn.
func (r *runner) enterLoop(off uint32) {
	f := r.top()
	f.vars = r.within(f.begin+1, f.end)
	for _, v := range f.vars {
		head := r.value(r.cur[v.sym], r.cur[v.sym])
		r.set(v.sym, head, off)
		f.normal = append(f.normal, assigned{v.sym, head})
	}
}

// endLoop leaves the loop by its head. After a break or continue any binding within
// it may have been the last.
func (r *runner) endLoop(ev event) {
	f := r.pop()
	for i, head := range f.normal {
		back := r.cur[head.sym]
		if !r.live {
			back = head.val
		}
		if ev.arg != 0 {
			back = r.join(back, f.vars[i].val)
		}
		r.vals[head.val].right = back
		r.set(head.sym, head.val, ev.off)
	}
	r.live = f.live
}

// raised ends the try's body or a handler and makes the state in which the next
// handler begins: anything of the body may have been done.
func (r *runner) raised(off uint32) {
	f := r.top()
	if f.handled {
		r.endWay(off)
	} else {
		f.normal, f.bodyLive = r.takeBack(off), r.live
		f.handled, r.live = true, f.live
		f.vars = r.within(f.begin+1, f.end)
		for i := range f.vars {
			v := &f.vars[i]
			v.val = r.join(r.cur[v.sym], v.val)
		}
	}
	for _, v := range f.vars {
		r.set(v.sym, v.val, off)
	}
}

// resume ends the last handler and goes on from the end of the try's body.
func (r *runner) resume(off uint32) {
	f := r.top()
	if !f.handled {
		return
	}
	r.endWay(off)
	for _, c := range f.normal {
		r.set(c.sym, c.val, off)
	}
	r.live = f.bodyLive
}

// enterFinally makes the state in which a finally begins: anything since the try at
// event begin may have been done.
func (r *runner) enterFinally(begin, end int, off uint32) {
	f := r.top()
	before := r.scope.events[begin].off
	for _, v := range r.within(begin+1, end) {
		f.normal = append(f.normal, assigned{v.sym, r.cur[v.sym]})
		any := r.join(r.join(r.at(int(v.sym), before), r.cur[v.sym]), v.val)
		r.set(v.sym, any, off)
		f.vars = append(f.vars, assigned{v.sym, any})
	}
	r.live = true
}

// endFinally goes on with the state that there would be without the finally, but for
// what that itself has changed.
func (r *runner) endFinally(off uint32) {
	f := r.pop()
	for i, v := range f.vars {
		if r.cur[v.sym] == v.val {
			r.set(v.sym, f.normal[i].val, off)
		}
	}
	r.live = r.live && f.live
}
