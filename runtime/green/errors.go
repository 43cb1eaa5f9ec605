package green

import (
	"context"
	"fmt"
	"strings"
)

// The reasons for which a wait can be ended. All satisfy errors.Is(err,
// context.Canceled).
var (
	ErrKilled   error = &reason{"green: task killed"}
	ErrShutdown error = &reason{"green: the loop shuts down"}
)

var (
	// ErrGoexit is the error of a task that called runtime.Goexit.
	ErrGoexit error = &reason{"green: task called runtime.Goexit"}

	// ErrDeadlock is what a [DeadlockError] is.
	ErrDeadlock error = &reason{"green: every task waits for another"}

	// ErrQueueClosed is returned by queue operations after Close.
	ErrQueueClosed error = &reason{"green: queue is closed"}
)

type reason struct{ text string }

func (r *reason) Error() string { return r.text }

func (r *reason) Is(target error) bool {
	return target == context.Canceled && (r == ErrKilled || r == ErrShutdown)
}

// A KillError ends the waits of a task that was killed. It is [ErrKilled] and
// [context.Canceled] to errors.Is, and wraps the cause given to Kill.
type KillError struct{ Cause error }

func (e *KillError) Error() string {
	if e.Cause == nil {
		return ErrKilled.Error()
	}
	return ErrKilled.Error() + ": " + e.Cause.Error()
}

func (e *KillError) Is(target error) bool {
	return target == ErrKilled || target == context.Canceled
}

func (e *KillError) Unwrap() error { return e.Cause }

// A PanicError is a panic in a task, with the task's own stack, or one in an
// offloaded function, with that goroutine's stack.
type PanicError struct {
	Value any
	Stack []byte
	Task  string // the task's name

	task *Handle // nil for an offloaded function
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("green: panic in task %q: %v\n\n%s", e.Task, e.Value, e.Stack)
}

// Unwrap returns the panic's value, if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A LeakError names the tasks that did not end when the loop did. Each keeps its
// goroutine, suspended for ever.
type LeakError struct{ Tasks []TaskInfo }

func (e *LeakError) Error() string {
	return "green: tasks outlive their loop: " + list(e.Tasks)
}

// A DeadlockError says what each task waits for when nothing can wake any. It is
// [ErrDeadlock] to errors.Is.
type DeadlockError struct{ Tasks []TaskInfo }

func (e *DeadlockError) Error() string { return ErrDeadlock.Error() + ": " + list(e.Tasks) }

func (e *DeadlockError) Is(target error) bool { return target == ErrDeadlock }

func list(tasks []TaskInfo) string {
	var b strings.Builder
	for i, t := range tasks {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(tasks)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(t.String())
	}
	return b.String()
}
