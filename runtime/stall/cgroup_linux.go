package stall

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A group is a control group of the child and of all that it starts; the zero
// value is none.
type group struct{ dir string }

// confine holds the child and all that it starts to a number of threads: the
// resource limit does not count for root, and a monitor that counts can be outrun
// where the processor is busy. Where no group can be made, nothing is held.
func confine(pid, threads int) group {
	if os.Geteuid() != 0 {
		return group{}
	}
	for _, parent := range pidGroups() {
		g := group{filepath.Join(parent, "greenlint-"+strconv.Itoa(pid))}
		if os.Mkdir(g.dir, 0o755) != nil {
			continue
		}
		if g.put("pids.max", threads) && g.put("cgroup.procs", pid) {
			return g
		}
		os.Remove(g.dir)
	}
	return group{}
}

func (g group) put(file string, n int) bool {
	return os.WriteFile(filepath.Join(g.dir, file), []byte(strconv.Itoa(n)), 0) == nil
}

// full reports whether a thread or a process was refused.
func (g group) full() bool {
	if g.dir == "" {
		return false
	}
	b, _ := os.ReadFile(filepath.Join(g.dir, "pids.events"))
	n, ok := strings.CutPrefix(string(b), "max ")
	return ok && strings.TrimSpace(n) != "0"
}

// remove removes the group, which has to be empty. The dead leave it a little after
// they have been waited for.
func (g group) remove() {
	for range 100 {
		if g.dir == "" || os.Remove(g.dir) == nil {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// pidGroups are the directories of the groups in which this process is, and in
// which processes may be counted: of version 1, with a tree for each resource, and
// of version 2.
func pidGroups() (dirs []string) {
	b, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(b)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(f) != 3 {
			continue
		}
		switch f[1] {
		case "pids":
			dirs = append(dirs, filepath.Join("/sys/fs/cgroup/pids", f[2]))
		case "":
			dirs = append(dirs, filepath.Join("/sys/fs/cgroup", f[2]))
		}
	}
	return dirs
}
