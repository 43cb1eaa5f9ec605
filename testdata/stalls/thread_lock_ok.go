package stalls

import (
	"runtime"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	green.Offload(t, func() error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		return nil
	})
	t.Sleep(100e6)
}
