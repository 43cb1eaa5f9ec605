//go:build !race

// The race detector's own bookkeeping allocates, and its pools forget at random.

package pyparse

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestMemory holds the parser to what it promises: at most one allocation per
// kilobyte of source and eight bytes of heap per byte.
func TestMemory(t *testing.T) {
	var files []string
	for _, j := range judges(t) {
		if dir := j.library(t); dir != "" {
			files = pythonFiles(dir)
		}
	}
	sources := readAll(sample(files, 200))
	if len(sources) == 0 {
		missing(t, "no Python standard library found")
	}
	size := 0
	for _, src := range sources {
		size += len(src)
		Parse(src, Options{}) // fill the buffers that are kept
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	keep := make([]*Tree, 0, len(sources))
	for _, src := range sources {
		keep = append(keep, Parse(src, Options{}))
	}
	runtime.ReadMemStats(&after)
	perKB := float64(after.Mallocs-before.Mallocs) / (float64(size) / 1024)
	runtime.GC()
	runtime.ReadMemStats(&after)
	perByte := float64(after.HeapAlloc-before.HeapAlloc) / float64(size)
	runtime.KeepAlive(keep)
	t.Logf("%.3f allocations per KB, %.2f bytes of heap per byte of source", perKB, perByte)
	if perKB > 1 {
		t.Errorf("%.2f allocations per KB of source, want at most 1", perKB)
	}
	if perByte > 8 {
		t.Errorf("%.2f bytes of heap per byte of source, want at most 8", perByte)
	}
}
