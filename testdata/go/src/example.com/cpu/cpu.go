// Package cpu computes.
package cpu

import (
	"sync/atomic"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

var sink int

//greenlint:task
func forever_bad() {
	for { // want `GL101: .*a loop that never ends`
	}
}

//greenlint:task
func counted_bad() {
	for i := 0; i < 1_000_000_000; i++ { // want `GL101: .*holds the greenpool loop for about .*: a loop`
		sink ^= i
	}
}

//greenlint:task
func counted_ok() {
	for i := 0; i < 1000; i++ {
		sink ^= i
	}
}

//greenlint:task
func spin_bad(ready *atomic.Bool) {
	for !ready.Load() { // want `GL101: .*a loop that spins`
	}
}

//greenlint:task
func clock_bad() {
	end := time.Now().Add(time.Second)
	for time.Now().Before(end) { // want `GL101: .*a loop that spins`
	}
}

//greenlint:task
func poll_bad(quit chan int) {
	for { // want `GL101: .*a loop that spins`
		select {
		case <-quit:
			return
		default:
		}
	}
}

func yields_ok(t *green.Task, ready *atomic.Bool) {
	for !ready.Load() {
		t.Yield()
	}
}

func sometimes_bad(t *green.Task, n int, ready *atomic.Bool) {
	for !ready.Load() { // want `GL101: .*a loop that spins`
		if n == 7 {
			t.Yield()
		}
	}
}

type list struct{ next *list }

//greenlint:task
func walk_ok(l *list) {
	for ; l != nil; l = l.next {
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

//greenlint:task
func recursion_bad() {
	sink = fib(45) // want `GL101: .*cpu.fib`
}

//greenlint:task
func recursion_ok() { sink = fib(10) }
