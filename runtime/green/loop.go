package green

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a loop. The zero value is what most programs want.
type Options struct {
	// Beat is where the heartbeat goes: 8-byte aligned, and mapped for as long as
	// the loop runs, for instance in memory shared with a monitor. Nil means a
	// word of the loop's own. See [Loop.Beat] for what is written.
	Beat *uint64

	// Threads bounds how many offloaded functions run at once. 0 means 10, as in
	// gevent's hub.
	Threads int

	// Grace is how long tasks may clean up after the main function has returned,
	// before they are unwound by force. 0 means 5 seconds, below 0 none.
	Grace time.Duration

	// OnPanic is told of a panic in a task, on the loop's thread, and the loop
	// goes on, as gevent's does. Nil ends the loop: all tasks are killed and Run
	// panics with the *PanicError.
	OnPanic func(*PanicError)

	// DetectDeadlock ends Run with ErrDeadlock when every task waits for another
	// (gevent: LoopExit). Leave it off where other goroutines use Post or Go.
	DetectDeadlock bool

	// Labels gives each task's goroutine the pprof label greentask=<id>, so that
	// a profile can be split by task. It costs about a microsecond a task.
	Labels bool

	// Pause stands in for Task.Sleep and Task.Yield, for which d is 0: where it
	// reports true it has waited by other means, and err is what came of it. So a
	// test can let tasks that have slept go on in an order of its own.
	Pause func(t *Task, d time.Duration) (paused bool, err error)

	// Trace is told, on the loop's thread, which task is about to have its turn,
	// and 0 when the loop is about to wait for the outside.
	Trace func(id uint32)

	// Portable makes every socket operation an ordinary Go call on a goroutine of
	// its own instead of using the system's poller. It is what systems without
	// epoll and kqueue always do.
	Portable bool
}

// A Loop runs tasks in turn on one locked OS thread. Make it with [NewLoop] and
// run it once. Only Post, Go and Beat may be used from goroutines that are not its
// tasks.
type Loop struct {
	beat    *uint64
	tick    uint32
	budget  int // resumes until the next look at clock and poller
	ready   ring
	running *Handle // or the last one that ran; nil while the loop waits

	opts Options
	time timers
	root scope
	poll poller

	lastID    atomic.Uint32
	goroutine atomic.Uintptr // the loop's own, see check.go

	first    *Handle // the live tasks, oldest first
	last     *Handle
	live     int
	outside  int   // what may wake a task from outside: sockets waited for, offloads, signals
	turned   int64 // when the clock was last looked at, ns
	polled   int64 // when the poller was last asked, ns
	stopping bool
	fatal    *PanicError

	state    atomic.Int32
	sleeping atomic.Bool // the thread may be blocked in the poller
	waiting  atomic.Int32
	mu       sync.Mutex
	posted   []func()

	context sync.Mutex // guards what the scopes show to other goroutines
	pool    threads
	files   fileTable
}

const (
	loopNew = iota
	loopRunning
	loopEnded
)

// The loop looks at its clock when each task that was ready has had its turn, at
// the latest after so many resumes; after a quick round it lets a few rounds
// pass. It looks at its poller when so many nanoseconds have passed.
const (
	resumesPerTurn = 64
	quickTurn      = 2_000
	pollEvery      = 20_000
)

// NewLoop returns a loop that is yet to be run.
func NewLoop(opts Options) *Loop {
	l := &Loop{opts: opts, beat: opts.Beat}
	if l.beat == nil {
		l.beat = new(uint64)
	}
	if l.opts.Threads <= 0 {
		l.opts.Threads = 10
	}
	if l.opts.Grace == 0 {
		l.opts.Grace = 5 * time.Second
	}
	l.root.l = l
	return l
}

// Run locks the calling goroutine to its thread and runs the loop until main has
// returned and every other task has ended. When main returns, the tasks that are
// left are killed with [ErrShutdown]; those that do not end within Options.Grace
// are unwound by force, and those that resist even that are named by a
// [LeakError]. When ctx ends, all tasks, main included, are killed with its
// cause.
//
// The result is main's error, joined with a LeakError if there is one. A panic
// in a task makes Run panic, unless Options.OnPanic is set. A main that calls
// runtime.Goexit, as testing's FailNow does, ends the loop in good order and
// then Run's caller.
func (l *Loop) Run(ctx context.Context, main func(*Task) error) error {
	if !l.state.CompareAndSwap(loopNew, loopRunning) {
		panic("green: Loop.Run called twice: a loop runs once")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.goroutine.Store(goroutine())
	if err := l.openPoller(); err != nil {
		l.state.Store(loopEnded)
		return fmt.Errorf("green: %w", err)
	}
	defer l.close()

	if done := ctx.Done(); done != nil {
		stop := context.AfterFunc(ctx, func() {
			l.Post(func() { l.root.cancel(context.Cause(ctx)) })
		})
		defer stop()
	}
	h := l.spawn(&l.root, "main", main)
	leak := l.turnUntilDone(h)
	switch {
	case l.fatal != nil:
		panic(l.fatal)
	case errors.Is(h.err, ErrGoexit):
		runtime.Goexit()
	}
	if leak != nil {
		return errors.Join(h.err, leak)
	}
	return h.err
}

func (l *Loop) turnUntilDone(main *Handle) *LeakError {
	var giveUp int64
	for forced := false; l.live > 0; {
		l.turn()
		for ; l.budget > 0 && l.ready.n > 0; l.budget-- {
			// Not a function of its own: a return that the processor did not see
			// the call of is expensive, and after a switch every return is one.
			h := l.ready.pop()
			if h.next == nil && !h.start() {
				continue
			}
			l.tick++
			atomic.StoreUint64(l.beat, uint64(h.id)<<32|uint64(l.tick))
			l.running = h
			if l.opts.Trace != nil {
				l.opts.Trace(h.id)
			}
			h.next()
			if h.ended {
				l.finish(h)
			}
		}
		if !main.ended {
			continue
		}
		switch {
		case !l.stopping:
			l.stopping = true
			giveUp = now() + int64(max(l.opts.Grace, 0))
			l.time.add(new(timer), giveUp) // an alarm that wakes the poller
			l.root.cancel(ErrShutdown)
		case now() < giveUp: // still within its grace
		case !forced:
			forced = true
			giveUp = now() + int64(max(l.opts.Grace/5, 100*time.Millisecond))
			l.time.add(new(timer), giveUp)
			l.unwindAll()
		default:
			return l.leaked()
		}
	}
	return nil
}

// turn does what is due between resumes: it runs posted functions, wakes timers
// and asks the poller, for which it waits if there is nothing else to do.
func (l *Loop) turn() {
	if l.waiting.Load() > 0 {
		l.running = nil
		l.runPosted()
	}
	t := now()
	if len(l.time.heap) > 0 {
		l.time.expire(t)
	}
	switch {
	case l.ready.len() == 0:
		l.idle(t)
	case t-l.polled >= pollEvery:
		l.polled = t
		l.poll.wait(0)
	}
	l.budget = l.ready.len()
	if t-l.turned < quickTurn {
		l.budget *= 4
	}
	l.turned = t
	l.budget = min(l.budget, resumesPerTurn)
}

// idle blocks the thread until something outside happens or a timer is due.
func (l *Loop) idle(t int64) {
	timeout := int64(-1)
	if when := l.time.next(); when != math.MaxInt64 {
		timeout = max(when-t, 0)
	} else if l.opts.DetectDeadlock && l.outside == 0 && l.waiting.Load() == 0 {
		l.deadlock()
		return
	}
	l.running = nil
	l.tick++
	atomic.StoreUint64(l.beat, uint64(l.tick)) // task 0: waiting for the outside
	if l.opts.Trace != nil {
		l.opts.Trace(0)
	}
	l.sleeping.Store(true)
	if l.waiting.Load() > 0 {
		timeout = 0
	}
	l.poll.wait(timeout)
	l.sleeping.Store(false)
	l.polled = now()
	l.time.expire(l.polled)
	if l.waiting.Load() > 0 {
		l.runPosted()
	}
}

// Post runs f on the loop's thread, between two tasks, soon. It may be called
// from any goroutine, before Run too; f must not block and has no task. It
// reports false when the loop has ended and f will not run.
func (l *Loop) Post(f func()) bool {
	l.mu.Lock()
	if l.state.Load() == loopEnded {
		l.mu.Unlock()
		return false
	}
	l.posted = append(l.posted, f)
	l.waiting.Store(int32(len(l.posted)))
	if l.sleeping.CompareAndSwap(true, false) {
		l.poll.wake() // under the lock: close must not take the poller away
	}
	l.mu.Unlock()
	return true
}

func (l *Loop) runPosted() {
	l.mu.Lock()
	fs := l.posted
	l.posted = nil
	l.waiting.Store(0)
	l.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

// Go starts a task from any goroutine, or before Run. Tasks use [Task.Go].
func (l *Loop) Go(name string, fn func(*Task) error) *Handle {
	h := l.newHandle(&l.root, name, fn)
	if !l.Post(func() { l.admit(h) }) {
		panic("green: Loop.Go on a loop that has ended")
	}
	return h
}

func (l *Loop) deadlock() {
	if l.root.cause.Load() == nil {
		l.root.cancel(&DeadlockError{Tasks: l.tasks()})
	} else {
		l.unwindAll() // they wait on regardless
	}
}

// unwindAll makes every task that waits leave its function by a panic of ours.
func (l *Loop) unwindAll() {
	for h := l.first; h != nil; h = h.after {
		h.unwinding = true
		if !h.pinned {
			h.wake(ErrShutdown)
		}
	}
}

func (l *Loop) leaked() *LeakError { return &LeakError{Tasks: l.tasks()} }

func (l *Loop) close() {
	l.mu.Lock()
	l.state.Store(loopEnded)
	l.posted = nil
	l.mu.Unlock()
	l.running = nil
	l.goroutine.Store(0)
	atomic.StoreUint64(l.beat, uint64(l.tick+1))
	l.pool.close()
	l.files.closeAll()
	l.poll.close()
}

// Beat returns the last heartbeat: the number of the task that the loop resumed
// last, 0 if it waits for the outside, and a counter of resumes that wraps. A
// monitor that sees the same non-zero task and tick for long has found a task
// that holds the loop. In memory the two are one word, task<<32 | tick.
func (l *Loop) Beat() (task, tick uint32) {
	b := atomic.LoadUint64(l.beat)
	return uint32(b >> 32), uint32(b)
}

// Stats counts what a loop holds.
type Stats struct {
	Tasks   int // alive
	Ready   int // of them, those that wait for their turn
	Timers  int
	Files   int    // open sockets and pipes
	Outside int    // waits that something outside the loop can end
	Resumes uint32 // since the start; wraps
}

// Stats is exact on the loop's own thread.
func (t *Task) Stats() Stats {
	l := t.h.l
	l.check("Task.Stats")
	return Stats{Tasks: l.live, Ready: l.ready.len(), Timers: l.time.len(), Files: l.files.n, Outside: l.outside, Resumes: l.tick}
}

// TaskInfo describes a task to a human reader.
type TaskInfo struct {
	ID   uint32
	Name string
	Wait string // the operation it waits in, "" while it can run
}

func (i TaskInfo) String() string {
	wait := i.Wait
	if wait == "" {
		wait = "running"
	}
	return fmt.Sprintf("%s (task %d, %s)", i.Name, i.ID, wait)
}

// Tasks lists the live tasks, oldest first (gevent: gevent.util.print_run_info).
func (t *Task) Tasks() []TaskInfo {
	t.h.l.check("Task.Tasks")
	return t.h.l.tasks()
}

func (l *Loop) tasks() []TaskInfo {
	var infos []TaskInfo
	for h := l.first; h != nil; h = h.after {
		info := TaskInfo{ID: h.id, Name: h.name}
		if h.parked {
			info.Wait = h.op
		}
		infos = append(infos, info)
	}
	return infos
}

var epoch = time.Now()

// now is nanoseconds on the monotonic clock.
func now() int64 { return int64(time.Since(epoch)) }
