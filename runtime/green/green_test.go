package green

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// run runs main on a loop that reports deadlocks, and fails the test if it
// returns an error.
func run(t *testing.T, main func(*Task) error) {
	t.Helper()
	if err := try(main); err != nil {
		t.Fatal(err)
	}
}

func try(main func(*Task) error) error {
	return NewLoop(Options{DetectDeadlock: true}).Run(context.Background(), main)
}

// A trace collects what tasks do, in order.
type trace struct{ events []string }

func (tr *trace) add(format string, args ...any) {
	tr.events = append(tr.events, fmt.Sprintf(format, args...))
}

func (tr *trace) want(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(tr.events, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTurns(t *testing.T) {
	var tr trace
	run(t, func(t *Task) error {
		worker := func(name string) func(*Task) error {
			return func(t *Task) error {
				for i := range 3 {
					tr.add("%s%d", name, i)
					t.Yield()
				}
				return nil
			}
		}
		a, b := t.Go("a", worker("a")), t.Go("b", worker("b"))
		tr.add("main")
		return JoinAll(t, a, b)
	})
	tr.want(t, "main a0 b0 a1 b1 a2 b2")
}

func TestSleepersWakeInOrder(t *testing.T) {
	var tr trace
	run(t, func(t *Task) error {
		for _, ms := range []int{30, 10, 20} {
			t.Go("sleeper", func(t *Task) error {
				err := t.Sleep(time.Duration(ms) * time.Millisecond)
				tr.add("%d", ms)
				return err
			})
		}
		return t.Sleep(200 * time.Millisecond)
	})
	tr.want(t, "10 20 30")
}

func TestJoin(t *testing.T) {
	boom := errors.New("boom")
	run(t, func(t *Task) error {
		bad := t.Go("bad", func(t *Task) error { t.Yield(); return boom })
		if bad.Ended() || bad.Err() != nil {
			return errors.New("ended before it began")
		}
		if err := bad.Join(t); err != boom || !bad.Ended() || bad.Err() != boom {
			return fmt.Errorf("join: %v", err)
		}
		if err := bad.Join(t); err != boom {
			return fmt.Errorf("second join: %v", err)
		}
		<-bad.Done()
		return nil
	})
}

func TestKill(t *testing.T) {
	cause := errors.New("no longer needed")
	var tr trace
	run(t, func(t *Task) error {
		sleeper := t.Go("sleeper", func(t *Task) error {
			defer tr.add("cleaned")
			err := t.Sleep(time.Hour)
			tr.add("woken")
			return err
		})
		never := t.Go("never", func(t *Task) error { tr.add("began"); return nil })
		never.Kill(nil)
		t.Yield()
		sleeper.Kill(cause)
		err := sleeper.Join(t)
		if !errors.Is(err, ErrKilled) || !errors.Is(err, cause) || !errors.Is(err, context.Canceled) {
			return fmt.Errorf("killed: %v", err)
		}
		if err := never.Join(t); !errors.Is(err, ErrKilled) {
			return fmt.Errorf("never: %v", err)
		}
		return nil
	})
	tr.want(t, "woken cleaned")
}

func TestKillDoesNotReachChildren(t *testing.T) {
	run(t, func(t *Task) error {
		var child *Handle
		parent := t.Go("parent", func(t *Task) error {
			child = t.Go("child", func(t *Task) error { return t.Sleep(5 * time.Millisecond) })
			return t.Sleep(time.Hour)
		})
		t.Yield()
		t.Yield()
		parent.Kill(nil)
		return child.Join(t)
	})
}

// A killed task that ignores its errors neither stops the others nor lives on.
func TestStubbornTaskIsUnwound(t *testing.T) {
	deferred := false
	run(t, func(t *Task) error {
		h := t.Go("stubborn", func(t *Task) error {
			defer func() { deferred = true }()
			for {
				t.Sleep(time.Hour)
			}
		})
		t.Yield()
		h.Kill(nil)
		if err := h.Join(t); !errors.Is(err, ErrKilled) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
	if !deferred {
		t.Error("deferred functions of an unwound task must run")
	}
}

func TestTimeoutsNest(t *testing.T) {
	inner, outer := errors.New("inner"), errors.New("outer")
	for _, c := range []struct {
		name                   string
		outer, inner           time.Duration
		inInner, after, inBase error
	}{
		{"inner first", time.Hour, time.Millisecond, inner, nil, nil},
		{"outer first", time.Millisecond, time.Hour, outer, outer, nil},
	} {
		t.Run(c.name, func(tt *testing.T) {
			run(tt, func(t *Task) error {
				o, endOuter := t.WithTimeoutCause(c.outer, outer)
				i, endInner := o.WithTimeoutCause(c.inner, inner)
				if err := i.Sleep(2 * time.Hour); err != c.inInner {
					tt.Errorf("inner: %v", err)
				}
				endInner()
				if err := o.Yield(); err != c.after {
					tt.Errorf("outer: %v", err)
				}
				endOuter()
				if err := t.Yield(); err != c.inBase {
					tt.Errorf("base: %v", err)
				}
				return nil
			})
		})
	}
}

func TestTimeoutReachesWaitsWithoutTask(tt *testing.T) {
	run(tt, func(t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer ln.Close()
		inner, cancel := t.WithTimeout(time.Millisecond)
		_, err = ln.Accept()
		if !errors.Is(err, context.DeadlineExceeded) {
			tt.Errorf("accept: %v", err)
		}
		if at, ok := inner.Deadline(); !ok || time.Until(at) > time.Second {
			tt.Errorf("deadline %v %v", at, ok)
		}
		cancel()
		return t.Yield()
	})
}

// Closed in the wrong order, timeouts must not leave an ended one behind.
func TestTimeoutsClosedOutOfOrder(tt *testing.T) {
	run(tt, func(t *Task) error {
		_, endFirst := t.WithTimeout(time.Hour)
		_, endSecond := t.WithTimeout(time.Hour)
		endFirst()
		endSecond()
		if t.h.top != &t.h.base {
			tt.Error("an ended timeout is still the innermost")
		}
		return nil
	})
}

func TestWithoutCancel(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		h := t.Go("worker", func(t *Task) error {
			err := t.Sleep(time.Hour)
			clean, done := t.WithoutCancel()
			defer done()
			if err := clean.Sleep(time.Millisecond); err != nil {
				tr.add("clean: %v", err)
			}
			tr.add("clean")
			return err
		})
		t.Yield()
		h.Kill(nil)
		h.Join(t)
		return nil
	})
	tr.want(tt, "clean")
}

func TestChildOfATimeoutEndsWithIt(tt *testing.T) {
	run(tt, func(t *Task) error {
		inner, cancel := t.WithTimeout(time.Millisecond)
		defer cancel()
		h := inner.Go("child", func(t *Task) error { return t.Sleep(time.Hour) })
		if err := h.Join(t); !errors.Is(err, context.DeadlineExceeded) {
			tt.Errorf("got %v", err)
		}
		return nil
	})
}

func TestTaskIsAContext(tt *testing.T) {
	run(tt, func(t *Task) error {
		inner, cancel := t.WithCancel()
		ctx, stop := context.WithCancel(inner)
		defer stop()
		if got, ok := TaskFrom(ctx); !ok || got != inner {
			tt.Error("TaskFrom does not find the task")
		}
		if ctx.Err() != nil || inner.Err() != nil {
			tt.Error("ended early")
		}
		cancel()
		if inner.Err() == nil {
			tt.Error("a cancelled task is no ended context")
		}
		<-inner.Done()
		return Offload(t, func() error { <-ctx.Done(); return nil })
	})
}

func TestLink(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		h := t.Go("linked", func(t *Task) error { return errors.New("e") })
		h.Link(func(t *Task, h *Handle) error { tr.add("first %v", h.Err()); return t.Yield() })
		h.Link(func(t *Task, h *Handle) error { tr.add("second"); return nil })
		h.Join(t)
		h.Link(func(t *Task, h *Handle) error { tr.add("late"); return nil })
		return t.Sleep(time.Millisecond)
	})
	tr.want(tt, "first e second late")
}

func TestCompleted(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		after := func(n int) func(*Task) error {
			return func(t *Task) error {
				for range n {
					t.Yield()
				}
				return nil
			}
		}
		for h, err := range Completed(t, t.Go("slow", after(9)), t.Go("fast", after(1)), t.Go("middle", after(5))) {
			if err != nil {
				return err
			}
			tr.add("%s", h.Name())
		}
		return nil
	})
	tr.want(tt, "fast middle slow")
}

func TestRunEndsWhatIsLeft(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		t.Go("left", func(t *Task) error {
			err := t.Sleep(time.Hour)
			tr.add("%v", errors.Is(err, ErrShutdown))
			return err
		})
		return t.Yield()
	})
	tr.want(tt, "true")
}

func TestRunContext(tt *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("cause")
	err := NewLoop(Options{}).Run(ctx, func(t *Task) error {
		go cancel(cause)
		return t.Sleep(time.Hour)
	})
	if err != cause {
		tt.Errorf("got %v", err)
	}
}

func TestLeakedTasksAreNamed(tt *testing.T) {
	err := NewLoop(Options{Grace: -1}).Run(context.Background(), func(t *Task) error {
		t.Go("limpet", func(t *Task) error {
			for {
				func() {
					defer func() { recover() }()
					t.Sleep(time.Hour)
				}()
			}
		})
		return t.Yield()
	})
	var leak *LeakError
	if !errors.As(err, &leak) || len(leak.Tasks) != 1 || leak.Tasks[0].Name != "limpet" {
		tt.Errorf("got %v", err)
	}
}

func TestDeadlockIsDetected(tt *testing.T) {
	err := try(func(t *Task) error {
		var e Event
		t.Go("other", func(t *Task) error { return e.Wait(t) })
		return e.Wait(t)
	})
	var dead *DeadlockError
	if !errors.Is(err, ErrDeadlock) || !errors.As(err, &dead) || len(dead.Tasks) != 2 {
		tt.Errorf("got %v", err)
	}
	if !strings.Contains(fmt.Sprint(err), `other (task 2, Event.Wait)`) {
		tt.Errorf("must say what waits where: %v", err)
	}
}

func TestPanicHasTheTasksStack(tt *testing.T) {
	defer func() {
		p, ok := recover().(*PanicError)
		if !ok || p.Value != "boom" || p.Task != "bad" || !strings.Contains(string(p.Stack), "panicHere") {
			tt.Errorf("got %v", p)
		}
	}()
	try(func(t *Task) error {
		t.Go("bad", func(t *Task) error { panicHere(); return nil })
		return t.Sleep(time.Hour)
	})
	tt.Error("Run must panic")
}

//go:noinline
func panicHere() { panic("boom") }

func TestOnPanicGoesOn(tt *testing.T) {
	var told *PanicError
	l := NewLoop(Options{OnPanic: func(p *PanicError) { told = p }})
	err := l.Run(context.Background(), func(t *Task) error {
		h := t.Go("bad", func(t *Task) error { panicHere(); return nil })
		var p *PanicError
		if err := h.Join(t); !errors.As(err, &p) {
			return fmt.Errorf("join: %v", err)
		}
		return t.Yield()
	})
	if err != nil || told == nil {
		tt.Errorf("err %v, told %v", err, told)
	}
}

func TestGoexitIsSurvived(tt *testing.T) {
	run(tt, func(t *Task) error {
		h := t.Go("exits", func(t *Task) error { t.Yield(); runtime.Goexit(); return nil })
		if err := h.Join(t); err != ErrGoexit {
			return fmt.Errorf("got %v", err)
		}
		return t.Yield()
	})
}

func TestGoexitInMainEndsTheCaller(tt *testing.T) {
	ended := make(chan string, 1)
	go func() {
		defer close(ended)
		try(func(t *Task) error { runtime.Goexit(); return nil })
		ended <- "returned"
	}()
	if s := <-ended; s != "" {
		tt.Error("Run must not return")
	}
}

func TestBeat(tt *testing.T) {
	var word uint64
	l := NewLoop(Options{Beat: &word})
	err := l.Run(context.Background(), func(t *Task) error {
		id, tick := l.Beat()
		if id != t.ID() || atomic.LoadUint64(&word) != uint64(id)<<32|uint64(tick) {
			tt.Errorf("beat %d %d, task %d", id, tick, t.ID())
		}
		t.Yield()
		if _, next := l.Beat(); next == tick {
			tt.Error("no tick for a resume")
		}
		idle := make(chan uint32)
		go func() {
			for {
				if id, _ := l.Beat(); id == 0 {
					idle <- id
					return
				}
				runtime.Gosched()
			}
		}()
		return Offload(t, func() error { <-idle; return nil })
	})
	if err != nil {
		tt.Error(err)
	}
}

// The name by which monitors find the running task in a dump.
func TestEntryIsOnTheStack(tt *testing.T) {
	run(tt, func(t *Task) error {
		suspended := t.Go("suspended", func(t *Task) error { return t.Sleep(time.Hour) })
		t.Yield()
		buf := make([]byte, 1<<20)
		running := 0
		for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			head, _, _ := strings.Cut(g, "\n")
			if strings.Contains(g, Entry+"(") && !strings.Contains(head, "[coroutine") {
				running++
				if !strings.Contains(g, "TestEntryIsOnTheStack") {
					tt.Errorf("not the running task: %s", g)
				}
			}
		}
		if running != 1 {
			tt.Errorf("%d running tasks in the dump", running)
		}
		suspended.Kill(nil)
		return nil
	})
}

func TestPostAndGoFromOutside(tt *testing.T) {
	l := NewLoop(Options{})
	before := l.Go("before", func(t *Task) error { return nil })
	if err := l.Run(context.Background(), func(t *Task) error {
		var done Event
		var wg sync.WaitGroup
		n := 0
		for range 8 {
			wg.Go(func() {
				for range 100 {
					l.Post(func() { n++ })
				}
			})
		}
		go func() {
			wg.Wait()
			<-l.Go("last", func(t *Task) error { done.Set(); return nil }).Done()
		}()
		if err := done.Wait(t); err != nil {
			return err
		}
		if n != 800 {
			tt.Errorf("%d posts ran", n)
		}
		return before.Join(t)
	}); err != nil {
		tt.Error(err)
	}
	if l.Post(func() {}) {
		tt.Error("Post after the end")
	}
}

// mustPanic returns what f panicked with.
func mustPanic(t *testing.T, f func()) (msg string) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			msg = fmt.Sprint(p)
		} else {
			t.Error("no panic")
		}
	}()
	f()
	return ""
}

func TestMisuseIsDetected(tt *testing.T) {
	var kept *Task
	var other *Task
	l := NewLoop(Options{})
	err := l.Run(context.Background(), func(t *Task) error {
		kept = t
		h := t.Go("other", func(t *Task) error { other = t; return t.Sleep(time.Hour) })
		t.Yield()
		for what, c := range map[string]struct {
			want string
			f    func()
		}{
			"another task's":    {"by another task", func() { other.Sleep(1) }},
			"another goroutine": {"not a task", func() { elsewhere(func() { t.Sleep(1) }) }},
			"Go elsewhere":      {"not a task", func() { elsewhere(func() { t.Go("x", nil) }) }},
			"timeout elsewhere": {"not a task", func() { elsewhere(func() { t.WithTimeout(1) }) }},
			"unlock":            {"not locked", func() { new(Lock).Unlock(t) }},
			"itself":            {"waits for itself", func() { t.Handle().Join(t) }},
		} {
			if msg := mustPanic(tt, c.f); !strings.Contains(msg, c.want) {
				tt.Errorf("%s: %s", what, msg)
			}
		}
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		if msg := mustPanic(tt, func() { elsewhere(func() { ln.Accept() }) }); !strings.Contains(msg, "belongs to the tasks of its loop") {
			tt.Errorf("foreign Accept: %s", msg)
		}
		h.Kill(nil)
		h.Join(t)
		if msg := mustPanic(tt, func() { other.Sleep(1) }); !strings.Contains(msg, "has ended") {
			tt.Errorf("ended task: %s", msg)
		}
		return nil
	})
	if err != nil {
		tt.Error(err)
	}
	if msg := mustPanic(tt, func() { kept.Sleep(1) }); !strings.Contains(msg, "has ended") {
		tt.Errorf("after the loop: %s", msg)
	}
	if msg := mustPanic(tt, func() { l.Run(context.Background(), nil) }); !strings.Contains(msg, "twice") {
		tt.Errorf("second Run: %s", msg)
	}
}

// elsewhere calls f on another goroutine and panics as it does. The task that
// calls it holds the loop, which here does no harm.
func elsewhere(f func()) {
	p := make(chan any)
	go func() {
		defer func() { p <- recover() }()
		f()
	}()
	if v := <-p; v != nil {
		panic(v)
	}
}

// The Go runtime ends a process for what these children do; the package must at
// least not change that silently.
func TestFatalInAChild(tt *testing.T) {
	for name, want := range map[string]string{
		"lock":   "OS thread locking must match",
		"unlock": "OS thread locking must match",
		"paired": "",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHelperFatal$")
		cmd.Env = append(os.Environ(), "GREEN_FATAL="+name)
		out, err := cmd.CombinedOutput()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(string(out), want)) {
			tt.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestHelperFatal(tt *testing.T) {
	what := os.Getenv("GREEN_FATAL")
	if what == "" {
		return
	}
	run(tt, func(t *Task) error {
		switch what {
		case "lock":
			runtime.LockOSThread()
		case "unlock":
			runtime.UnlockOSThread()
		case "paired":
			runtime.LockOSThread()
			runtime.UnlockOSThread()
		}
		return t.Yield()
	})
}

// One row each of what the package relies on in iter.Pull; see doc.go.
func TestCoroutineRules(tt *testing.T) {
	tt.Run("made before Run, on another thread", func(tt *testing.T) {
		l := NewLoop(Options{})
		h := l.Go("early", func(t *Task) error { return t.Yield() })
		done := make(chan error)
		go func() { done <- l.Run(context.Background(), func(t *Task) error { return h.Join(t) }) }()
		if err := <-done; err != nil {
			tt.Error(err)
		}
	})
	tt.Run("yield inside range over func", func(tt *testing.T) {
		var tr trace
		run(tt, func(t *Task) error {
			t.Go("other", func(t *Task) error { tr.add("other"); return nil })
			for v := range slices.Values([]int{1, 2}) {
				tr.add("%d", v)
				t.Yield()
			}
			return nil
		})
		tr.want(tt, "1 other 2")
	})
	tt.Run("a task that never began leaves no goroutine", func(tt *testing.T) {
		before := runtime.NumGoroutine()
		for range 20 {
			run(tt, func(t *Task) error {
				for range 50 {
					t.Go("never", func(t *Task) error { return nil }).Kill(nil)
				}
				return nil
			})
		}
		if after := runtime.NumGoroutine(); after > before+5 {
			tt.Errorf("%d goroutines, then %d", before, after)
		}
	})
	tt.Run("ended tasks leave no goroutine", func(tt *testing.T) {
		before := runtime.NumGoroutine()
		run(tt, func(t *Task) error {
			for range 500 {
				t.Go("short", func(t *Task) error { return t.Yield() })
			}
			return t.Sleep(time.Millisecond)
		})
		if after := runtime.NumGoroutine(); after > before+5 {
			tt.Errorf("%d goroutines, then %d", before, after)
		}
	})
}

func TestStats(tt *testing.T) {
	run(tt, func(t *Task) error {
		t.Go("sleeper", func(t *Task) error { return t.Sleep(time.Hour) })
		t.Yield()
		got := t.Stats()
		got.Resumes = 0
		if want := (Stats{Tasks: 2, Timers: 1}); !reflect.DeepEqual(got, want) {
			tt.Errorf("got %+v", got)
		}
		if s := fmt.Sprint(t.Tasks()); s != "[main (task 1, running) sleeper (task 2, Task.Sleep)]" {
			tt.Error(s)
		}
		return nil
	})
}

func TestTimerHeap(t *testing.T) {
	var h timers
	ts := make([]*timer, 500)
	for i := range ts {
		ts[i] = new(timer)
		h.add(ts[i], int64(i*7919%500/2))
	}
	for i := 0; i < len(ts); i += 3 {
		h.remove(ts[i])
	}
	last := timerEntry{when: -1}
	for n := len(h.heap); n > 0; n-- {
		e := h.heap[0]
		if e.before(last) {
			t.Fatalf("%v after %v", e, last)
		}
		h.remove(e.t)
		last = e
	}
	if h.len() != 0 {
		t.Error("timers left")
	}
}

// TestPauseStandsIn lets the one who slept last go on first.
func TestPauseStandsIn(t *testing.T) {
	var sleepers []*Event
	var tr trace
	l := NewLoop(Options{Pause: func(t *Task, d time.Duration) (bool, error) {
		if t.Name() == "main" {
			return false, nil
		}
		e := new(Event)
		sleepers = append(sleepers, e)
		return true, e.Wait(t)
	}})
	err := l.Run(context.Background(), func(t *Task) error {
		for _, name := range []string{"a", "b", "c"} {
			t.Go(name, func(t *Task) error {
				if name == "b" {
					t.Yield()
				} else {
					t.Sleep(time.Hour)
				}
				tr.add("%s", name)
				return nil
			})
		}
		for t.Yield(); len(sleepers) > 0; t.Yield() {
			sleepers[len(sleepers)-1].Set()
			sleepers = sleepers[:len(sleepers)-1]
		}
		return t.Sleep(time.Millisecond)
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.want(t, "c b a")
}

func TestTrace(t *testing.T) {
	var tr trace
	last := uint32(9)
	l := NewLoop(Options{Trace: func(id uint32) {
		if id != last { // the loop may wait more than once for a timer
			tr.add("%d", id)
		}
		last = id
	}})
	err := l.Run(context.Background(), func(t *Task) error {
		return t.Go("other", func(t *Task) error { return t.Sleep(time.Millisecond) }).Join(t)
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.want(t, "1 2 0 2 1")
}
