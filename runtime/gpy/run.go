package gpy

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"time"

	"github.com/greenlint/greenlint/runtime/stall"
)

// childVar tells a process to be a child.
const childVar = "GREENLINT_GPY_CHILD"

// A Task is one function of a file.
type Task struct {
	Loop string // gevent or eventlet
	File string
	Func string
	Args string // the text between the parentheses of the call

	Survey bool // leave a traceback of each stall
	Idle   bool // the loop's own sleep in the place of the function
	Plain  bool // the patch does nothing, and there is no loop
}

// A Result is one run of a task.
type Result struct {
	*stall.Run
	Needs  string // the fixture is beyond gpython: why
	Raised *Exception
}

// An Exception is one that left the task.
type Exception struct {
	Type, Text string
	File       string
	Line       int
}

// account is what a child says of itself.
type account struct {
	Needs  string     `json:",omitempty"`
	Raised *Exception `json:",omitempty"`
}

// Run runs the task once, in a process of its own.
func Run(ctx context.Context, t Task, dir string, floor time.Duration, limits stall.Limits) (*Result, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	spec, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), childVar+"="+string(spec))
	child := &stall.Child{Cmd: cmd, Floor: floor, Limits: limits, Collect: t.Survey}
	run, err := child.Watch(ctx)
	if err != nil {
		return nil, err
	}
	out := &Result{Run: run}
	var said account
	if json.Unmarshal(run.Report, &said) == nil {
		out.Needs, out.Raised = said.Needs, said.Raised
	}
	for i := range run.Stalls {
		if s := &run.Stalls[i]; s.Class == stall.Lock { // Go's runtime parks a thread on a futex
			s.Class, s.Syscall = stall.GoPark, ""
		}
	}
	return out, nil
}

// A process that is started as a child never comes to its main function: the
// program need not know of it.
func init() {
	spec := os.Getenv(childVar)
	if spec == "" {
		return
	}
	os.Unsetenv(childVar)
	var t Task
	if err := json.Unmarshal([]byte(spec), &t); err != nil {
		os.Exit(2)
	}
	child(t)
}
