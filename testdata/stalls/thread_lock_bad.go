package stalls

import (
	"runtime"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) { // holds: thread-lock
	runtime.LockOSThread()
	t.Sleep(10 * time.Millisecond)
}
