package stall

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

var subreaper sync.Once

// isolate puts the child into a process group of its own, and makes orphans of
// its children ours, so that they can be found.
func isolate(cmd *exec.Cmd) {
	subreaper.Do(func() {
		const prSetChildSubreaper = 36
		syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
	})
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// limit sets what the kernel can watch over. The number of processes counts for
// all of a user's, and not for root, who gets a control group: the monitor counts
// too.
func limit(pid int, l Limits) group {
	const rlimitNproc = 6
	set := func(what int, n uint64) {
		r := syscall.Rlimit{Cur: n, Max: n}
		syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), uintptr(what), uintptr(unsafe.Pointer(&r)), 0, 0, 0)
	}
	set(syscall.RLIMIT_CORE, 0)
	set(syscall.RLIMIT_FSIZE, 4<<30)
	set(rlimitNproc, uint64(threadsOfUser()+4*l.Processes))
	return confine(pid, 4*l.Processes)
}

// threadsOfUser counts what RLIMIT_NPROC counts.
func threadsOfUser() (n int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		info, err := e.Info()
		if _, pid := strconv.Atoi(e.Name()); pid != nil || err != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) == os.Getuid() {
			tasks, _ := os.ReadDir("/proc/" + e.Name() + "/task")
			n += len(tasks)
		}
	}
	return n
}

// A process is one line of the table of processes.
type process struct {
	pid, parent, group int
	resident           int64 // bytes
	zombie             bool
}

func processes() (out []process) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	page := int64(os.Getpagesize())
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		i := bytes.LastIndexByte(b, ')')
		if err != nil || i < 0 {
			continue
		}
		f := bytes.Fields(b[i+1:])
		if len(f) < 22 {
			continue
		}
		n := func(i int) int { v, _ := strconv.Atoi(string(f[i])); return v }
		out = append(out, process{pid: pid, parent: n(1), group: n(2), resident: int64(n(21)) * page, zombie: f[0][0] == 'Z'})
	}
	return out
}

// usage counts the processes that descend from the child, or are of its group,
// and their memory.
func usage(pid int) (count int, resident int64) {
	for _, p := range family(pid, processes()) {
		if !p.zombie {
			count++
			resident += p.resident
		}
	}
	return count, resident
}

func family(pid int, all []process) (out []process) {
	in := map[int]bool{pid: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !in[p.pid] && (in[p.parent] || p.group == pid) {
				in[p.pid], grown = true, true
			}
		}
	}
	for _, p := range all {
		if in[p.pid] {
			out = append(out, p)
		}
	}
	return out
}

// endTree kills the child, its group, and all that descends from it, until
// nothing is left. It returns how many were there beside the child.
func endTree(pid int, mark string, waited <-chan struct{}) (left int) {
	ours := map[int]bool{} // those that are known to descend from the child
	all := processes()
	for _, p := range family(pid, all) {
		ours[p.pid] = true
	}
	for _, p := range all { // orphans have become ours
		if p.parent == os.Getpid() && !ours[p.pid] {
			env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
			ours[p.pid] = slices.Contains(strings.Split(string(env), "\x00"), mark)
		}
		if ours[p.pid] && p.pid != pid && !p.zombie {
			left++
		}
	}
	for range 500 {
		syscall.Kill(-pid, syscall.SIGKILL)
		alive := false
		for _, p := range processes() {
			if !ours[p.pid] && !ours[p.parent] && p.group != pid {
				continue
			}
			ours[p.pid] = true
			switch {
			case p.pid == pid: // its end is waited for elsewhere
				syscall.Kill(pid, syscall.SIGKILL)
			case p.zombie:
				if p.parent == os.Getpid() {
					syscall.Wait4(p.pid, nil, syscall.WNOHANG, nil)
				}
			default:
				alive = true
				syscall.Kill(p.pid, syscall.SIGKILL)
			}
		}
		select {
		case <-waited:
			if !alive {
				return left
			}
		default:
		}
		time.Sleep(2 * time.Millisecond)
	}
	return left
}

// signal is for the loop's thread: of a process, any thread may get one.
func signal(pid, thread, sig int) {
	if thread == 0 {
		thread = pid
	}
	syscall.Tgkill(pid, thread, syscall.Signal(sig))
}
