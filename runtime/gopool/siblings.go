package gopool

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
	"github.com/greenlint/greenlint/runtime/stall"
)

// Runs with siblings: several calls at once, round after round, in an order that
// is drawn from the round's seed, as runtime/cpython does it in Python.
//
// What is drawn is what time decides elsewhere: when a task begins, and which of
// those that have slept or yielded goes on first. Such a task is held up, and the
// one whose turn is first is let go alone, until it waits again. The turns have a
// time of their own, which knows nothing of the machine: a busy one does not
// change the order, and no sleep is cut short. Tasks that wake each other, by a
// lock or a queue, do so in the order of the loop; what sockets, offloaded
// functions and processes wake comes when it comes.

const (
	spread  = 5 * time.Millisecond  // that may be added to a sleep, of the turns' own time
	begin   = 20 * time.Millisecond // in which the tasks of a round begin, at most
	ordered = 2000                  // turns that are told of
	settle  = 100                   // rounds of the loop that those may take who are woken by the one that was let go
)

// asked is what the parent wants of a run with siblings.
type asked struct {
	Calls  []int // the functions' numbers
	Names  []string
	Width  int // calls at once
	Rounds int
	Seed   int64 // of the first round
	Serial bool
	Limit  time.Duration // of a round
}

// turns are the order of one round.
type turns struct {
	seed    int64
	clock   time.Duration
	spread  time.Duration
	numbers map[uint32]int // of the tasks, as they came
	states  []uint64
	waiting []*sleeper
	order   []int
}

// A sleeper is a task that is held up.
type sleeper struct {
	due    time.Duration // of the turns' time
	number int
	awake  time.Time // it must not go on before
	let    green.Event
}

func newTurns(seed int64) *turns {
	s := &turns{seed: seed, numbers: map[uint32]int{}}
	x := s.draw(0)
	s.spread = time.Duration(float64(begin) * x * x)
	return s
}

// draw returns a number from 0 to 1: of the seed, the task, and how many it has
// drawn. Task 0 is the round.
func (s *turns) draw(task uint32) float64 {
	n, ok := s.numbers[task]
	if !ok {
		n = len(s.numbers)
		s.numbers[task] = n
		s.states = append(s.states, uint64(s.seed)<<20|uint64(n))
	}
	s.states[n] += 0x9e3779b97f4a7c15 // SplitMix64
	x := s.states[n]
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64(x^x>>31) / (1 << 64)
}

// park holds the task up.
func (s *turns) park(t *green.Task, d time.Duration) error {
	added := time.Duration(float64(spread) * s.draw(t.ID()))
	w := &sleeper{due: s.clock + d + added, number: s.numbers[t.ID()], awake: time.Now().Add(d)}
	s.waiting = append(s.waiting, w)
	err := w.let.Wait(t)
	if i := slices.Index(s.waiting, w); i >= 0 { // it was killed, or its time is over
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
	return err
}

// next lets the task go whose turn it is. It reports whether there was one that
// has slept enough.
func (s *turns) next() bool {
	if len(s.waiting) == 0 {
		return false
	}
	w := slices.MinFunc(s.waiting, func(a, b *sleeper) int {
		if a.due != b.due {
			return int(a.due - b.due)
		}
		return a.number - b.number
	})
	if time.Now().Before(w.awake) {
		return false
	}
	s.clock = max(s.clock, w.due)
	s.waiting = slices.DeleteFunc(s.waiting, func(x *sleeper) bool { return x == w })
	if len(s.order) < ordered {
		s.order = append(s.order, w.number)
	}
	w.let.Set()
	return true
}

// A sibling is one call of a round.
type sibling struct {
	name string
	call func(*green.Task) error
}

// plan makes the calls of a round in their order: each of those that were asked
// for, and some drawn ones again.
func (a *asked) plan(s *turns) (out []sibling, err error) {
	at := make([]int, 0, a.Width)
	for i := range a.Calls {
		at = append(at, i)
	}
	for len(at) < a.Width {
		at = append(at, int(s.draw(0)*float64(len(a.Calls))))
	}
	for len(at) > 0 {
		i := int(s.draw(0) * float64(len(at)))
		n := at[i]
		at = slices.Delete(at, i, i+1)
		call, err := caller(functions[a.Calls[n]]())
		if err != nil {
			return nil, err
		}
		out = append(out, sibling{a.Names[n], call})
	}
	return out, nil
}

// soak runs the rounds until one fails. The seed of each is told when it begins,
// to be known should the process not live to account for it.
func soak(spec string, page *stall.Page, control io.Writer, said *account, leave func()) {
	var a asked
	if err := json.Unmarshal([]byte(spec), &a); err != nil {
		said.Error = err.Error()
		leave()
	}
	var s *turns
	own := map[uint32]bool{}
	go survey(page)
	l := green.NewLoop(green.Options{
		Beat: page.Word(),
		OnPanic: func(p *green.PanicError) {
			if said.Failed == "" {
				said.Failed, said.Panic, said.Stack = p.Task, fmt.Sprint(p.Value), string(p.Stack)
			}
		},
		Pause: func(t *green.Task, d time.Duration) (bool, error) {
			if s == nil || own[t.ID()] {
				return false, nil
			}
			return true, s.park(t, d)
		},
	})
	l.Run(context.Background(), func(t *green.Task) error {
		own[t.ID()], own[t.Go("heartbeat", heartbeat).ID()] = true, true
		page.SetPhase(stall.Calibrating)
		t.Sleep(150 * tick)
		page.SetPhase(stall.Running)
		for seed := a.Seed; seed < a.Seed+int64(a.Rounds) && !said.failed(); seed++ {
			fmt.Fprintf(control, "%d\n", seed)
			s = newTurns(seed)
			calls, err := a.plan(s)
			if err != nil {
				said.Error = err.Error()
				break
			}
			if !a.Serial {
				a.round(t, s, said, calls...)
			}
			for i := 0; i < len(calls) && a.Serial && !said.failed(); i++ {
				a.round(t, s, said, calls[i])
			}
			said.Order = s.order
		}
		page.SetPhase(stall.Done)
		t.Sleep(10 * tick)
		leave()
		return nil
	})
}

func (s *account) failed() bool { return s.Failed != "" || len(s.Stuck) > 0 }

// round runs calls at once, until they have ended, one has failed, or those that
// are left seem to wait for ever.
func (a *asked) round(t *green.Task, s *turns, said *account, calls ...sibling) {
	alive := 0
	running := map[string]int{}
	for _, c := range calls {
		alive++
		running[c.name]++
		t.Go(c.name, func(t *green.Task) error {
			defer func() {
				alive--
				running[c.name]--
			}()
			if err := s.park(t, time.Duration(float64(s.spread)*s.draw(t.ID()))); err != nil {
				return err
			}
			err := c.call(t)
			if err != nil && said.Failed == "" {
				said.Failed, said.Returned = c.name, err.Error()
			}
			return err
		})
	}
	giveUp := time.Now().Add(a.Limit)
	for alive > 0 && said.Failed == "" {
		t.Yield()
		for i := 0; i < settle && t.Stats().Ready > 0; i++ {
			t.Yield()
		}
		switch {
		case s.next():
		case time.Now().After(giveUp):
			for name, n := range running {
				for range n {
					said.Stuck = append(said.Stuck, name)
				}
			}
			slices.Sort(said.Stuck)
			return
		default:
			t.Sleep(tick)
		}
	}
}
