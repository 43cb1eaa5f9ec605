package green

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEvent(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		var e Event
		for i := range 3 {
			t.Go("waiter", func(t *Task) error { err := e.Wait(t); tr.add("%d", i); return err })
		}
		t.Yield()
		e.Set()
		e.Clear()
		t.Yield()
		if e.IsSet() {
			return errors.New("set after Clear")
		}
		e.Set()
		return e.Wait(t)
	})
	tr.want(tt, "0 1 2")
}

func TestFuture(tt *testing.T) {
	run(tt, func(t *Task) error {
		f := Start(t, "answer", func(t *Task) (int, error) { return 42, t.Yield() })
		if f.Ready() {
			return errors.New("ready before it began")
		}
		if v, err := f.Get(t); v != 42 || err != nil {
			return fmt.Errorf("%d %v", v, err)
		}
		f.Fail(errors.New("too late"))
		if v, err := f.Get(t); v != 42 || err != nil {
			return fmt.Errorf("again: %d %v", v, err)
		}
		return nil
	})
}

func TestQueues(tt *testing.T) {
	less := func(a, b int) bool { return a/10 < b/10 }
	for name, c := range map[string]struct {
		q    *Queue[int]
		want string
	}{
		"fifo":     {NewQueue[int](0), "[31 10 30 20 11]"},
		"lifo":     {NewStack[int](0), "[11 20 30 10 31]"},
		"priority": {NewPriorityQueue(0, less), "[10 11 20 31 30]"},
	} {
		tt.Run(name, func(tt *testing.T) {
			run(tt, func(t *Task) error {
				for _, v := range []int{31, 10, 30, 20, 11} {
					if err := c.q.Put(t, v); err != nil {
						return err
					}
				}
				first, _ := c.q.Peek()
				c.q.Close()
				got := slices.Collect(c.q.All(t))
				if fmt.Sprint(got) != c.want || got[0] != first {
					tt.Errorf("got %v, peeked %d", got, first)
				}
				if _, err := c.q.Get(t); err != ErrQueueClosed {
					tt.Errorf("closed: %v", err)
				}
				return nil
			})
		})
	}
}

func TestBoundedQueueKeepsOrder(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		q := NewQueue[int](2)
		for i := range 5 {
			t.Go("put", func(t *Task) error { return q.Put(t, i) })
		}
		t.Yield()
		if q.Len() != 2 || q.TryPut(9) {
			return errors.New("bound not kept")
		}
		for range 5 {
			v, err := q.Get(t)
			if err != nil {
				return err
			}
			tr.add("%d", v)
		}
		return nil
	})
	tr.want(tt, "0 1 2 3 4")
}

// A getter that was promised an item can't be robbed of it by one that comes
// later, and a killed one leaves its item to the others.
func TestGettersAreServedInOrder(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		q := NewQueue[int](0)
		get := func(name string) *Handle {
			return t.Go(name, func(t *Task) error {
				v, err := q.Get(t)
				if err == nil {
					tr.add("%s%d", name, v)
				}
				return nil
			})
		}
		a, _, c := get("a"), get("b"), get("c")
		t.Yield()
		a.Kill(nil)
		q.TryPut(1)
		if _, ok := q.TryGet(); ok {
			return errors.New("robbed")
		}
		q.TryPut(2)
		return c.Join(t)
	})
	tr.want(tt, "b1 c2")
}

func TestQueueJoin(tt *testing.T) {
	run(tt, func(t *Task) error {
		q := NewQueue[int](0)
		done := 0
		for range 3 {
			q.TryPut(1)
		}
		t.Go("worker", func(t *Task) error {
			for range q.All(t) {
				t.Yield()
				done++
				q.Done()
			}
			return nil
		})
		if err := q.Join(t); err != nil || done != 3 {
			return fmt.Errorf("%v %d", err, done)
		}
		return nil
	})
}

func TestChannel(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		var c Channel[int]
		h := t.Go("put", func(t *Task) error {
			for i := range 3 {
				if err := c.Put(t, i); err != nil {
					return err
				}
				tr.add("put%d", i)
			}
			return nil
		})
		t.Yield()
		for range 3 {
			v, err := c.Get(t)
			if err != nil {
				return err
			}
			tr.add("got%d", v)
		}
		return h.Join(t)
	})
	tr.want(tt, "got0 put0 put1 got1 got2 put2")
}

func TestSemaphoreIsFair(tt *testing.T) {
	var tr trace
	run(tt, func(t *Task) error {
		s := NewSemaphore(1)
		if err := s.Acquire(t); err != nil {
			return err
		}
		var hs []*Handle
		for i := range 4 {
			hs = append(hs, t.Go("waiter", func(t *Task) error {
				if err := s.Acquire(t); err != nil {
					return nil
				}
				tr.add("%d", i)
				t.Yield()
				s.Release()
				return nil
			}))
		}
		t.Yield()
		hs[1].Kill(nil)
		s.Release()
		if s.TryAcquire() {
			return errors.New("overtook those who wait")
		}
		JoinAll(t, hs...)
		if s.Free() != 1 {
			return fmt.Errorf("%d free", s.Free())
		}
		return nil
	})
	tr.want(tt, "0 2 3")
}

// A permit given to a task that is killed before its turn is not lost.
func TestPermitOfAKilledTask(tt *testing.T) {
	run(tt, func(t *Task) error {
		s := NewSemaphore(0)
		h := t.Go("waiter", func(t *Task) error {
			err := s.Acquire(t)
			if err == nil {
				defer s.Release()
			}
			return t.Yield()
		})
		t.Yield()
		s.Release()
		h.Kill(nil)
		h.Join(t)
		if s.Free() != 1 {
			return fmt.Errorf("%d free", s.Free())
		}
		return nil
	})
}

func TestBoundedSemaphore(tt *testing.T) {
	if msg := mustPanic(tt, func() { NewBoundedSemaphore(1).Release() }); !strings.Contains(msg, "without Acquire") {
		tt.Error(msg)
	}
}

func TestLock(tt *testing.T) {
	run(tt, func(t *Task) error {
		var m Lock
		inside := 0
		g, _ := NewGroup(t)
		for range 5 {
			g.Go("locker", func(t *Task) error {
				if err := m.Lock(t); err != nil {
					return err
				}
				defer m.Unlock(t)
				if inside++; inside > 1 {
					return errors.New("two at once")
				}
				t.Yield()
				inside--
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		if !m.TryLock(t) || m.Owner() != t.Handle() {
			return errors.New("not free")
		}
		m.Unlock(t)
		return nil
	})
}

func TestLocal(tt *testing.T) {
	v := NewLocal[string]()
	run(tt, func(t *Task) error {
		v.Set(t, "main")
		h := t.Go("other", func(t *Task) error {
			if got := v.Get(t); got != "" {
				return fmt.Errorf("inherited %q", got)
			}
			v.Set(t, "other")
			return nil
		})
		if err := h.Join(t); err != nil {
			return err
		}
		if got := v.Get(t); got != "main" {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
}

func TestGroupEndsWithTheFirstError(tt *testing.T) {
	boom := errors.New("boom")
	var tr trace
	run(tt, func(t *Task) error {
		g, inner := NewGroup(t)
		g.Go("sleeper", func(t *Task) error { err := t.Sleep(time.Hour); tr.add("ended"); return err })
		g.Go("bad", func(t *Task) error { t.Yield(); return boom })
		if err := inner.Sleep(time.Hour); err != boom {
			tt.Errorf("sleep: %v", err)
		}
		if err := g.Wait(); err != boom {
			tt.Errorf("wait: %v", err)
		}
		return t.Yield()
	})
	tr.want(tt, "ended")
}

func TestGroupLimit(tt *testing.T) {
	run(tt, func(t *Task) error {
		g, _ := NewGroup(t)
		g.SetLimit(3)
		most, now := 0, 0
		for range 10 {
			g.Go("worker", func(t *Task) error {
				now++
				most = max(most, now)
				t.Yield()
				t.Yield()
				now--
				return nil
			})
		}
		if err := g.Wait(); err != nil || most != 3 {
			return fmt.Errorf("%v, %d at once", err, most)
		}
		if g.Len() != 0 {
			return errors.New("tasks left")
		}
		return nil
	})
}

func TestGroupOfAKilledTask(tt *testing.T) {
	run(tt, func(t *Task) error {
		ended := 0
		h := t.Go("owner", func(t *Task) error {
			g, _ := NewGroup(t)
			for range 3 {
				g.Go("member", func(t *Task) error { err := t.Sleep(time.Hour); ended++; return err })
			}
			return g.Wait()
		})
		t.Yield()
		t.Yield()
		h.Kill(nil)
		if err := h.Join(t); !errors.Is(err, ErrKilled) || ended != 3 {
			return fmt.Errorf("%v, %d ended", err, ended)
		}
		return nil
	})
}

func TestPool(tt *testing.T) {
	run(tt, func(t *Task) error {
		p := NewPool(2)
		for range 2 {
			if _, err := p.Go(t, "worker", func(t *Task) error { return t.Sleep(time.Hour) }); err != nil {
				return err
			}
		}
		if p.TryGo(t, "third", nil) != nil || p.Free() != 0 || p.Running() != 2 {
			return errors.New("limit not kept")
		}
		err := Within(t, time.Millisecond, func(t *Task) error {
			_, err := p.Go(t, "third", nil)
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("Go: %v", err)
		}
		if err := p.Kill(t, nil); err != nil {
			return err
		}
		if p.Free() != 2 || p.Waiting() != 0 {
			return errors.New("slots lost")
		}
		return p.Wait(t)
	})
}

func TestMaps(tt *testing.T) {
	turns := func(t *Task, n int) (string, error) {
		for range n {
			t.Yield()
		}
		if n == 13 {
			return "", errors.New("unlucky")
		}
		return fmt.Sprint(n), nil
	}
	collect := func(seq func(func(string, error) bool)) string {
		var tr trace
		for v, err := range seq {
			if err != nil {
				v = err.Error()
			}
			tr.add("%s", v)
		}
		return strings.Join(tr.events, " ")
	}
	run(tt, func(t *Task) error {
		in := slices.Values([]int{30, 13, 20})
		if got := collect(MapOrdered(t, NewPool(2), in, turns)); got != "30 unlucky 20" {
			tt.Errorf("ordered: %s", got)
		}
		if got := collect(MapUnordered(t, NewPool(3), in, turns)); got != "unlucky 20 30" {
			tt.Errorf("unordered: %s", got)
		}
		if got, err := Map(t, NewPool(0), []int{3, 2, 1}, turns); fmt.Sprint(got, err) != "[3 2 1] <nil>" {
			tt.Errorf("Map: %v %v", got, err)
		}
		if _, err := Map(t, NewPool(1), []int{3, 13, 1}, turns); fmt.Sprint(err) != "unlucky" {
			tt.Errorf("Map: %v", err)
		}
		return nil
	})
}

// The input is read no faster than results are taken, and whoever leaves early
// leaves nothing behind.
func TestMapUnorderedLeftEarly(tt *testing.T) {
	run(tt, func(t *Task) error {
		read := 0
		in := func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
				read++
			}
		}
		n := 0
		for _, err := range MapUnordered(t, NewPool(4), in, func(t *Task, i int) (int, error) { return i, t.Yield() }) {
			if err != nil {
				return err
			}
			if n++; n == 10 {
				break
			}
		}
		if read > 30 {
			tt.Errorf("read %d ahead", read)
		}
		if left := t.Stats().Tasks; left != 1 {
			tt.Errorf("%d tasks left: %v", left, t.Tasks())
		}
		return nil
	})
}

func TestOffload(tt *testing.T) {
	l := NewLoop(Options{Threads: 2})
	err := l.Run(context.Background(), func(t *Task) error {
		g, _ := NewGroup(t)
		gate := make(chan struct{})
		order := 0
		for range 4 {
			g.Go("offloads", func(t *Task) error {
				return Offload(t, func() error { <-gate; return nil })
			})
		}
		g.Go("meanwhile", func(t *Task) error {
			for range 10 {
				t.Yield()
				order++
			}
			close(gate)
			return nil
		})
		if err := g.Wait(); err != nil || order != 10 {
			return fmt.Errorf("%v %d", err, order)
		}
		if v, err := OffloadValue(t, func() (int, error) { return 7, nil }); v != 7 || err != nil {
			return fmt.Errorf("%d %v", v, err)
		}
		if msg := mustPanic(tt, func() { Offload(t, func() error { panicHere(); return nil }) }); !strings.Contains(msg, "panicHere") {
			tt.Error("the stack of an offloaded panic is lost")
		}
		block := make(chan struct{})
		defer close(block)
		err := Within(t, time.Millisecond, func(t *Task) error {
			return Offload(t, func() error { <-block; return nil })
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("timeout: %v", err)
		}
		return nil
	})
	if err != nil {
		tt.Error(err)
	}
}
