//go:build !linux

package green

import (
	"bytes"
	"runtime"
	"strconv"
)

// thread is the number of the loop's own goroutine, as the standard library
// can't tell threads apart here.
type thread uint64

func currentThread() thread { return thread(goroutine()) }

func (l *Loop) sameThread(h *Handle) bool {
	if l.state.Load() != loopRunning {
		return false
	}
	g := goroutine()
	return g == uint64(l.thread) || h != nil && g == h.gid
}

// settle records where h runs. It is called on h's own goroutine.
func (h *Handle) settle() {
	h.gid = goroutine()
	h.page.Store(stackPage())
}

// goroutine reads the number from "goroutine 12 [running]:".
func goroutine() uint64 {
	var buf [64]byte
	b := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	b, _, _ = bytes.Cut(b, []byte(" "))
	n, _ := strconv.ParseUint(string(b), 10, 64)
	return n
}
