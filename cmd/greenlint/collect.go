package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
)

// collectLate puts off garbage collection until there is something to gain: most
// checks end before they hold so much, and what a larger one holds it needs to the
// end. From then on it is collected as ever. Who sets GOGC or GOMEMLIMIT knows better.
func collectLate() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(collectFrom)
	runtime.AddCleanup(new([64]byte), func(percent int) { // by the first collection
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(math.MaxInt64)
	}, collectPercent)
}

const (
	collectFrom    = 256 << 20 // bytes
	collectPercent = 60
)
