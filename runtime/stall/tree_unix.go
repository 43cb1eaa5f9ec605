//go:build unix && !linux

package stall

import (
	"os/exec"
	"syscall"
	"time"
)

func isolate(cmd *exec.Cmd)   { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
func limit(int, Limits) group { return group{} }

// A group is none: the system has no control groups.
type group struct{}

func (group) full() bool { return false }
func (group) remove()    {}

func usage(int) (count int, size int64) { return 0, 0 }
func signal(pid, _, sig int)            { syscall.Kill(pid, syscall.Signal(sig)) }

// endTree kills the child and its group. What has left the group is not found on
// this system.
func endTree(pid int, _ string, waited <-chan struct{}) (left int) {
	for range 500 {
		err := syscall.Kill(-pid, syscall.SIGKILL)
		select {
		case <-waited:
			if err != nil {
				return left
			}
			left = 1
		default:
		}
		time.Sleep(2 * time.Millisecond)
	}
	return left
}
