package stall

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// Limits are what a child may use. The zero value of each means the default.
type Limits struct {
	Start     time.Duration // until it is in the phase Running; 30 s
	Run       time.Duration // in the phase Running; 10 s
	Enough    time.Duration // a gap of this length is not waited out; 3 s
	Processes int           // that it may have at once, itself included; 64
	Memory    int64         // bytes resident, of all its processes; 2 GiB
	Output    int           // bytes kept of what it prints; 64 KiB
}

func (l Limits) withDefaults() Limits {
	or := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	or(&l.Start, 30*time.Second)
	or(&l.Run, 10*time.Second)
	or(&l.Enough, 3*time.Second)
	if l.Processes == 0 {
		l.Processes = 64
	}
	if l.Memory == 0 {
		l.Memory = 2 << 30
	}
	if l.Output == 0 {
		l.Output = 64 << 10
	}
	return l
}

// A Child is a process with a loop in it that is watched.
type Child struct {
	Cmd    *exec.Cmd // with its arguments, environment and directory; streams that are nil are collected or empty
	Floor  time.Duration
	Limits Limits

	// Signal makes the child write a traceback to the descriptor DumpFD. It is sent
	// in each gap that is a stall, whenever one more threshold has passed; zero sends
	// none. A signal ends some waits
	// early: the length of a stall in such a run is not to be trusted.
	Signal int

	// Collect reads what the child writes to the descriptor DumpFD by itself, stall
	// by stall.
	Collect bool

	// Blind asks the kernel nothing of the loop's thread, as where there is no /proc:
	// for tests.
	Blind bool

	// OnRun is called when the task begins, in a goroutine of its own.
	OnRun func(ctx context.Context, pid int)
}

// An End says how a child came to its end.
type End string

// The ends of a child.
const (
	Ended     End = "ended"     // the task has ended
	NoStart   End = "no-start"  // it never came as far as the task
	TooLong   End = "too-long"  // the task did not end in its time
	CutShort  End = "cut-short" // a gap was so long that it was not waited out
	Died      End = "died"      // it left, or was killed, in the middle of the task
	TooMany   End = "processes" // it had too many processes
	TooBig    End = "memory"    // it used too much memory
	Stopped   End = "stopped"   // the context was cancelled
	Unwatched End = "unwatched" // it destroyed the page that its heartbeat was on
)

// A Run is what was seen of a child.
type Run struct {
	End       End
	Threshold time.Duration // that its gaps were compared with
	Idle      time.Duration // the longest corrected gap of the calibration; 0 = there was none
	Stalls    []Stall       // while the task ran, the longest first
	Began     time.Duration // the task, since the monitor began
	Gaps      []Gap         // while the task ran, in their order: the first that are long enough to be seen
	MaxGap    time.Duration // the longest corrected gap while the task ran
	Noisy     bool          // a gap may have been a stall; the machine was too busy to tell
	Turns     uint64        // beats while the task ran
	Call      time.Duration // how long the task ran
	Waited    time.Duration // of Call, for a processor
	Report    []byte        // what the child wrote to its control descriptor
	Output    string        // the end of what it printed
	Status    string        // its exit status in words
	LateStart bool          // it was ended because it took too long to come to the task
	Left      int           // processes that it left behind, and that were ended
}

// Watch starts the child, watches it to its end, and ends all that it has
// started. An error means that nothing can be said; what the child does wrong is
// in the Run.
func (c *Child) Watch(ctx context.Context) (*Run, error) {
	limits := c.Limits.withDefaults()
	page, err := NewPage()
	if err != nil {
		return nil, err
	}
	defer page.Close()
	dump, err := os.CreateTemp("", "greenlint-dump-")
	if err != nil {
		return nil, err
	}
	os.Remove(dump.Name())
	defer dump.Close()
	control, controlW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer control.Close()

	cmd := c.Cmd
	output := &tail{max: limits.Output}
	if cmd.Stdout == nil {
		cmd.Stdout = output
	}
	if cmd.Stderr == nil {
		cmd.Stderr = output
	}
	cmd.ExtraFiles = []*os.File{page.File(), dump, controlW}
	cmd.WaitDelay = time.Second // a grandchild may hold the streams open
	mark := marker()
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, mark)
	isolate(cmd)
	err = cmd.Start()
	controlW.Close()
	if err != nil {
		return nil, err
	}
	pid := cmd.Process.Pid
	group := limit(pid, limits)
	defer group.remove()

	var report bytes.Buffer
	reported := make(chan struct{})
	go func() {
		defer close(reported)
		copyAtMost(&report, control, 4<<20)
	}()
	waited := make(chan struct{})
	var waitErr error
	go func() {
		defer close(waited)
		waitErr = cmd.Wait()
	}()

	m := &monitor{child: c, page: page, limits: limits, pid: pid, group: group, dump: dump, floor: c.Floor, exited: waited}
	run := ahead(func() *Run { return m.watch(ctx) })
	// The loop's process goes first and at once: what it left is then without a
	// parent, and ours to end.
	if run.End == Ended {
		select { // it leaves by itself, as soon as its account is written
		case <-waited:
		case <-time.After(2 * time.Second):
		}
	}
	run.Left = endTree(pid, mark, waited)
	select {
	case <-waited:
	case <-time.After(5 * time.Second):
		return nil, fmt.Errorf("process %d can't be ended", pid)
	}
	control.SetReadDeadline(time.Now().Add(time.Second))
	<-reported
	run.Report = report.Bytes()
	run.Output = output.String()
	run.Status = statusOf(cmd, waitErr)
	return run, nil
}

// marker is a variable for the child's environment by which all that it starts
// can be told from other processes, even without a parent.
func marker() string {
	return fmt.Sprintf("GREENLINT_TRIAL=%d-%d-%d", os.Getpid(), time.Now().UnixNano(), trials.Add(1))
}

var trials atomic.Int64

func statusOf(cmd *exec.Cmd, err error) string {
	if cmd.ProcessState == nil {
		return fmt.Sprint(err)
	}
	return cmd.ProcessState.String()
}

// copyAtMost reads to the end and keeps the first bytes.
func copyAtMost(to *bytes.Buffer, from *os.File, most int) {
	var buf [32 << 10]byte
	for {
		n, err := from.Read(buf[:])
		to.Write(buf[:min(n, most-to.Len())])
		if err != nil {
			return
		}
	}
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	max int
	b   []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if n := len(t.b) - t.max; n > 0 {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
