// Package fleet asks the runners, each in a green task of its own.
package fleet

import (
	"encoding/json"
	"maps"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/greenlint/greenlint/runtime/green"

	"example.com/tuihub/internal/hub"
	"example.com/tuihub/internal/ledger"
)

// A Fleet is what is known of the runners.
type Fleet struct {
	loop   *green.Loop
	ledger *ledger.Ledger
	addrs  []string
	first  atomic.Bool // a runner has answered

	mu      sync.Mutex // ServeHTTP runs on goroutines of its own
	runners map[string]hub.Runner

	restarting sync.Mutex
	pruning    green.Lock
}

// New is a fleet that was never asked.
func New(loop *green.Loop, addrs []string, l *ledger.Ledger) *Fleet {
	return &Fleet{loop: loop, ledger: l, addrs: addrs, runners: map[string]hub.Runner{}}
}

// Watch asks the fleet until the loop ends.
func (f *Fleet) Watch(t *green.Task) error {
	tasks := []*green.Handle{t.Go("housekeeping", f.housekeeping), t.Go("report", f.report)}
	for _, addr := range f.addrs {
		tasks = append(tasks, t.Go(addr, func(t *green.Task) error { return f.watch(t, addr) }))
	}
	return green.JoinAll(t, tasks...)
}

// watch asks one runner again and again.
func (f *Fleet) watch(t *green.Task, addr string) error {
	for {
		r, err := ask(t, addr)
		if err != nil {
			r.Fault = err.Error()
			if err := f.ledger.Fault(addr, err); err != nil { // expect: GL201
				return err
			}
		}
		f.put(r)
		if err := t.Sleep(5 * time.Second); err != nil {
			return err
		}
	}
}

func (f *Fleet) put(r hub.Runner) {
	f.mu.Lock() //greenlint:ignore GL204 nobody waits, or computes for long, while it is held
	defer f.mu.Unlock()
	f.runners[r.Name] = r
	f.first.Store(true)
}

// housekeeping weighs the fleet and tidies up.
func (f *Fleet) housekeeping(t *green.Task) error {
	for {
		if err := f.ledger.Trim(); err != nil {
			return err
		}
		weigh(t, f.addrs)
		if err := f.prune(t); err != nil {
			return err
		}
		if err := t.Sleep(time.Hour); err != nil {
			return err
		}
	}
}

// prune has old images removed, on another thread; a green lock is for that long.
func (f *Fleet) prune(t *green.Task) error {
	if err := f.pruning.Lock(t); err != nil {
		return err
	}
	defer f.pruning.Unlock(t)
	return green.Offload(t, func() error {
		return exec.Command("docker", "image", "prune", "--force").Run()
	})
}

// report waits for the first answer, and lets goroutines run meanwhile, which is
// not what the other tasks of the loop need.
func (f *Fleet) report(t *green.Task) error {
	for !f.first.Load() { // expect: GL101
		runtime.Gosched()
	}
	return announce("the fleet is up")
}

// restart starts a runner afresh, and holds the next restart back until it is up:
// two at once, and the second locks the thread that the first needs to unlock.
func (f *Fleet) restart(t *green.Task, addr string) error {
	f.restarting.Lock() // expect: GL204
	defer f.restarting.Unlock()
	if err := command(t, addr, "restart"); err != nil {
		return err
	}
	return t.Sleep(10 * time.Second)
}

// ServeHTTP answers tuihub, on a goroutine of net/http's.
func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/restart" {
		addr := r.FormValue("runner")
		f.loop.Go("restart", func(t *green.Task) error { return f.restart(t, addr) })
		return
	}
	f.mu.Lock()
	list := slices.Collect(maps.Values(f.runners))
	f.mu.Unlock()
	json.NewEncoder(w).Encode(list)
}
