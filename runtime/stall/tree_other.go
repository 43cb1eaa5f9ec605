//go:build !unix

package stall

import "os/exec"

func isolate(*exec.Cmd)                            {}
func limit(int, Limits) group                      { return group{} }
func usage(int) (count int, size int64)            { return 0, 0 }
func signal(pid, thread, sig int)                  {}
func endTree(int, string, <-chan struct{}) (n int) { return 0 }

// A group is none: the system has no control groups.
type group struct{}

func (group) full() bool { return false }
func (group) remove()    {}
