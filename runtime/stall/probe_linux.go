package stall

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// A probe reads what /proc says of one thread. Its files stay open: a look costs
// a read.
type probe struct {
	pid, tid                    int
	sched, stat, syscall, wchan *os.File
	buf                         [1024]byte
}

func newProbe(pid, tid int) *probe {
	if tid == 0 {
		tid = pid
	}
	p := &probe{pid: pid, tid: tid}
	dir := fmt.Sprintf("/proc/%d/task/%d/", pid, tid)
	p.sched, _ = os.Open(dir + "schedstat")
	p.stat, _ = os.Open(dir + "stat")
	p.syscall, _ = os.Open(dir + "syscall")
	p.wchan, _ = os.Open(dir + "wchan")
	return p
}

func (p *probe) close() {
	for _, f := range []*os.File{p.sched, p.stat, p.syscall, p.wchan} {
		if f != nil {
			f.Close()
		}
	}
}

func (p *probe) read(f *os.File) []byte {
	if f == nil {
		return nil
	}
	n, err := f.ReadAt(p.buf[:], 0)
	if n == 0 && err != nil {
		return nil
	}
	return p.buf[:n]
}

// times returns how long the thread has computed and how long it has stood in
// the run queue.
func (p *probe) times() (cpu, queued time.Duration, ok bool) {
	return parseSchedstat(p.read(p.sched))
}

func parseSchedstat(b []byte) (cpu, queued time.Duration, ok bool) {
	f := bytes.Fields(b)
	if len(f) < 2 {
		return 0, 0, false
	}
	c, err1 := strconv.ParseInt(string(f[0]), 10, 64)
	q, err2 := strconv.ParseInt(string(f[1]), 10, 64)
	return time.Duration(c), time.Duration(q), err1 == nil && err2 == nil
}

// sample looks at the thread.
func (p *probe) sample() (s Sample) {
	b := p.read(p.stat)
	if i := bytes.LastIndexByte(b, ')'); i >= 0 && i+2 < len(b) {
		s.State = b[i+2]
	}
	if b = p.read(p.syscall); len(b) > 0 {
		word, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte(" "))
		if nr, err := strconv.Atoi(string(word)); err == nil && nr >= 0 {
			s.Syscall = syscallName(nr)
		}
	}
	if s.State != 'R' {
		if b = bytes.TrimSpace(p.read(p.wchan)); len(b) > 0 && string(b) != "0" {
			s.Wchan = string(b)
		}
	}
	return s
}

// others returns how long the process's other threads have stood in the run
// queue together. One that holds the interpreter's lock and has no processor
// keeps the loop waiting through no fault of the task.
func (p *probe) others() (queued time.Duration) {
	dir := fmt.Sprintf("/proc/%d/task", p.pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if e.Name() == strconv.Itoa(p.tid) {
			continue
		}
		if b, err := os.ReadFile(dir + "/" + e.Name() + "/schedstat"); err == nil {
			_, q, _ := parseSchedstat(b)
			queued += q
		}
	}
	return queued
}
