// Package shapes reaches one sink in many ways.
package shapes

import (
	"fmt"
	"sync"
	"time"

	"example.com/shapes/dep"
)

func slow() {
	time.Sleep(time.Second) // want `GL204: task .* holds the greenpool loop: time.Sleep`
}

type impl struct{}

func (impl) Wait() {
	time.Sleep(time.Second) // want `GL204: task .*: time.Sleep`
}

type fast struct{}

func (fast) Wait() {}

//greenlint:task
func chain_bad() { slow() }

//greenlint:task
func packages_bad() {
	dep.Slow() // want `GL204: task shapes.packages_bad holds the greenpool loop: time.Sleep \(3 calls away\)`
}

//greenlint:task
func interface_bad() { dep.Use(impl{}) }

//greenlint:task
func interface_ok() { dep.Use(fast{}) }

//greenlint:task
func retry_bad() {
	_ = dep.Retry(func() error {
		time.Sleep(time.Second) // want `GL204: .*retry_bad.*time.Sleep \(3 calls away\)`
		return nil
	})
}

//greenlint:task
func retry_ok() {
	_ = dep.Retry(func() error { return nil })
}

//greenlint:task
func variable_bad() {
	dep.Hook() // want `GL204: .*variable_bad.*time.Sleep`
}

//greenlint:task
func result_bad() {
	f := dep.Make()
	f() // want `GL204: .*result_bad.*time.Sleep`
}

//greenlint:task
func result_ok() { _ = dep.Make() }

type doer interface{ Do() }

func pick() doer { return dep.Job{} }

//greenlint:task
func method_bad() {
	pick().Do() // want `GL204: .*method_bad.*time.Sleep`
}

//greenlint:task
func generic_bad() {
	dep.Each([]int{1}, func(int) {
		time.Sleep(time.Second) // want `GL204: .*generic_bad.*time.Sleep`
	})
}

type name struct{}

func (name) String() string {
	time.Sleep(time.Second) // want `GL204: .*stringer_bad.*time.Sleep`
	return ""
}

//greenlint:task
func stringer_bad() { _ = fmt.Sprint(name{}) }

//greenlint:task
func goroutine_ok() { go slow() }

//greenlint:task
func arguments_bad() {
	go use(number())
}

func use(int) {}

func number() int {
	time.Sleep(time.Second) // want `GL204: .*arguments_bad.*time.Sleep`
	return 1
}

//greenlint:task
func mutual_bad(n int) {
	ping(n)
}

func ping(n int) {
	if n > 0 {
		pong(n - 1)
	}
}

func pong(n int) {
	var wg sync.WaitGroup
	wg.Wait() // want `GL204: .*mutual_bad.*sync.WaitGroup.Wait \(2 calls away\)`
	ping(n)
}

//greenlint:task
func defer_bad() {
	defer func() {
		time.Sleep(time.Second) // want `GL204: .*defer_bad.*time.Sleep`
	}()
}

//greenlint:task
func constant_ok() {
	const debug = false
	if debug {
		time.Sleep(time.Second)
	}
}

//greenlint:task
func zero_ok() { time.Sleep(0) }

//greenlint:task
func buffered_ok() {
	c := make(chan int, 1)
	c <- 1
	<-c
}

//greenlint:task
func default_ok(c chan int) {
	select {
	case <-c:
	default:
	}
}

//greenlint:task
func channels_bad(c chan int) {
	<-c           // want `GL204: .*channel receive`
	c <- 1        // want `GL204: .*channel send`
	for range c { // want `GL204: .*range over channel`
	}
	select { // want `GL204: .*select`
	case <-c:
	case c <- 1:
	}
}

// fp_branch_ok can't sleep, for a reason that no analysis sees.
//
//greenlint:task
func fp_branch_ok(year int) {
	if year*year >= 0 {
		return
	}
	time.Sleep(time.Second) // want `GL204: .*fp_branch_ok.*time.Sleep`
}

//greenlint:nonblocking its author knows better
func trusted() { time.Sleep(time.Second) }

//greenlint:task
func trusted_ok() { trusted() }

//greenlint:blocking
func declared() {} // want `GL401: .*declared_bad.*shapes.declared which its author says blocks`

//greenlint:task
func declared_bad() { declared() }
