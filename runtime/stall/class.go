package stall

import (
	"fmt"
	"strings"
	"time"
)

// A Class is how the loop's thread was held, as the kernel saw it.
type Class string

// The classes.
const (
	Unknown    Class = "unknown"     // no /proc, or no two samples agree
	CPU        Class = "cpu"         // the thread computed
	RawSyscall Class = "raw-syscall" // the thread slept in a system call that the loop doesn't schedule
	Lock       Class = "lock"        // the thread slept on a futex: a lock, or the interpreter's own lock held by another thread
	Disk       Class = "disk"        // the thread slept uninterruptibly: a file system, a disk
	GoPark     Class = "go-park"     // the task's goroutine waits in the Go scheduler: channel, mutex, net.Conn, time.Sleep
	Cgo        Class = "cgo"         // the task's goroutine is in C
	Fork       Class = "fork"        // the thread waits for a new process to begin, which waits for a processor: no stall
	ThreadLock Class = "thread-lock" // the task changed the locking of its thread; the process died of it
)

// A Sample is one look at the loop's thread during a gap.
type Sample struct {
	At      time.Duration // since the gap began
	State   byte          // R, S, D …; 0 = not known
	Syscall string        // its name; "" while the thread computes
	Wchan   string        // where in the kernel it waits
}

// class is what one sample speaks for.
func (s Sample) class() Class {
	switch {
	case s.State == 'D' && (s.Syscall == "vfork" || s.Syscall == "clone" || s.Syscall == "clone3"):
		return Fork
	case s.State == 'D':
		return Disk
	case s.State == 'R':
		return CPU
	case s.State == 0:
		return Unknown
	case s.Syscall == "futex":
		return Lock
	case s.Syscall != "":
		return RawSyscall
	}
	return Unknown
}

// A Stall is a gap whose corrected length reached the threshold.
type Stall struct {
	Start     time.Duration // since the monitor began
	Wall      time.Duration
	Queued    time.Duration // of Wall, in the run queue: somebody else had the processor
	CPU       time.Duration // of Wall, computed by the loop's thread
	Class     Class
	Syscall   string // of most samples, for the classes that sleep
	Samples   []Sample
	Open      bool   // it had not ended when the monitor stopped looking: it lasted longer than Wall
	Traceback string // of the moment, where one was asked for
}

// A Gap is a time without a beat, stall or not.
type Gap struct {
	Start, Wall, Queued time.Duration
}

// Corrected is the wall time without the run queue.
func (s *Stall) Corrected() time.Duration { return max(0, s.Wall-s.Queued) }

func (s *Stall) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d ms %s", s.Corrected().Milliseconds(), s.Class)
	if s.Syscall != "" {
		fmt.Fprintf(&b, " (%s)", s.Syscall)
	}
	return b.String()
}

// agreeing is how many samples have to speak for a class before it counts.
const agreeing = 3

// cpuAtLeast is the CPU time that makes a stall one of computing, if it is half
// of the stall too.
const cpuAtLeast = 20 * time.Millisecond

// classify takes the vote of the samples. CPU time is asked first: it is counted
// by the kernel, while samples may all fall into moments in the run queue.
func (s *Stall) classify() {
	votes, names := map[Class]int{}, map[string]int{}
	for _, x := range s.Samples {
		votes[x.class()]++
	}
	s.Class = Unknown
	best := 0
	for _, c := range []Class{RawSyscall, Lock, Disk, CPU, Fork} {
		if votes[c] > best {
			s.Class, best = c, votes[c]
		}
	}
	if s.CPU >= cpuAtLeast && s.CPU >= s.Corrected()/2 {
		s.Class = CPU
	} else if s.Class == CPU && s.CPU < cpuAtLeast || best < min(agreeing, len(s.Samples)) || best == 0 {
		s.Class = Unknown
	}
	if s.Class == CPU || s.Class == Unknown {
		return
	}
	most := 0
	for _, x := range s.Samples {
		if x.class() == s.Class && x.Syscall != "" {
			names[x.Syscall]++
			if n := names[x.Syscall]; n > most {
				s.Syscall, most = x.Syscall, n
			}
		}
	}
}
