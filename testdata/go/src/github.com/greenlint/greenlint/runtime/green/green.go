// Package green is a stub of the pool, with just what the fixtures use.
package green

import "time"

type Task struct{}

func (t *Task) Sleep(d time.Duration) {}

func (t *Task) Yield() {}

func Offload(f func()) {}
