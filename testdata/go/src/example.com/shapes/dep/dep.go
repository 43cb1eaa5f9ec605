// Package dep is what the shapes call.
package dep

import "time"

// Waiter waits.
type Waiter interface{ Wait() }

// Use calls w.
func Use(w Waiter) { w.Wait() }

// Retry calls f until it works.
func Retry(f func() error) error { return again(f) }

func again(f func() error) error {
	for range 3 {
		if f() == nil {
			return nil
		}
	}
	return nil
}

// Slow is slow three calls down.
func Slow() { one() }

func one() { two() }

func two() { time.Sleep(time.Second) }

// Hook is set here and called elsewhere.
var Hook = func() { time.Sleep(time.Second) }

// Make gives back a closure that is slow.
func Make() func() { return func() { time.Sleep(time.Second) } }

// Job has a slow method.
type Job struct{}

// Do is slow.
func (Job) Do() { time.Sleep(time.Second) }

// Each is generic, and calls f.
func Each[T any](list []T, f func(T)) {
	for _, x := range list {
		f(x)
	}
}
