package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCollectLate sees that the first collection makes all others usual ones.
func TestCollectLate(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	collectLate()
	require.EqualValues(t, collectFrom, debug.SetMemoryLimit(-1))
	runtime.GC()
	require.Eventually(t, func() bool { return debug.SetMemoryLimit(-1) == math.MaxInt64 }, 30*time.Second, time.Millisecond)
	require.Equal(t, collectPercent, debug.SetGCPercent(100))

	t.Setenv("GOGC", "50")
	collectLate()
	require.EqualValues(t, math.MaxInt64, debug.SetMemoryLimit(-1))
}
