package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkEditor measures what a user of an editor waits for, with the built
// command as the server: from opening a file until its findings are shown, and from
// a key that is pressed until the findings for that text are.
//
// On a machine that does other work too, the processor time that the server uses for
// a key says more than the time on the clock.
//
//	GREENLINT_TREE  a project's folder
//	GREENLINT_FILE  a file of it, in which a line is typed
//	GREENLINT_LOOP  the loop to assume; none = as the project declares
func BenchmarkEditor(b *testing.B) {
	dir, name := os.Getenv("GREENLINT_TREE"), os.Getenv("GREENLINT_FILE")
	if dir == "" || name == "" {
		b.Skip("GREENLINT_TREE and GREENLINT_FILE name a file of a project")
	}
	dir, err := filepath.EvalSymlinks(dir)
	require.NoError(b, err)
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(b, err)
	args := []string{ownCommand(b), "lsp"}
	if loop := os.Getenv("GREENLINT_LOOP"); loop != "" {
		args = append(args, "--loop", loop)
	}
	e := startServer(b, dir, "{}", args...)
	from := time.Now()
	e.open(name, string(text))
	e.settled(name)
	opened := time.Since(from)

	const line = "\n\nasync def typed():\n    import time\n    time.sleep(1)\n"
	var took []time.Duration
	var cpu time.Duration
	for b.Loop() {
		before := cpuTime(e.pid)
		at := len(text)
		for i := range line {
			from := time.Now()
			e.replace(name, at+i, at+i, line[i:i+1])
			e.settled(name)
			took = append(took, time.Since(from))
		}
		cpu += cpuTime(e.pid) - before
		found := 0
		for _, d := range e.shown[name] {
			if strings.Contains(d["message"].(string), "typed") {
				found++
			}
		}
		require.Equal(b, 1, found)
		e.replace(name, at, at+len(line), "")
		e.settled(name)
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(opened.Milliseconds()), "ms/opened")
	b.ReportMetric(float64(cpu.Milliseconds())/float64(len(took)), "cpu-ms/key")
	for _, p := range []struct {
		of   float64
		unit string
	}{{0.5, "ms/key-median"}, {0.95, "ms/key-95%"}, {1, "ms/key-worst"}} {
		b.ReportMetric(float64(took[min(len(took)-1, int(p.of*float64(len(took))))].Microseconds())/1000, p.unit)
	}
}

// cpuTime is how long a process has computed, in hundredths of a second, where the
// system tells.
func cpuTime(pid int) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, _ := strconv.Atoi(fields[11]) // utime and stime, see proc(5)
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
