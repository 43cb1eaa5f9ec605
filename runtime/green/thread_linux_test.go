package green

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

func TestAllTasksRunOnOneThread(tt *testing.T) {
	run(tt, func(t *Task) error {
		thread := syscall.Gettid()
		g, _ := NewGroup(t)
		for range 10 {
			g.Go("t", func(t *Task) error {
				time.Sleep(time.Microsecond) // parks the goroutine, not the thread's lock
				t.Sleep(time.Millisecond)
				if syscall.Gettid() != thread {
					return errors.New("another thread")
				}
				return nil
			})
		}
		return g.Wait()
	})
}
