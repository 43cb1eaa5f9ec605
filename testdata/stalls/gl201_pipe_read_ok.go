package stalls

import (
	"syscall"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		panic(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { syscall.Write(p[1], []byte("x")) })
	green.Offload(t, func() error {
		_, err := syscall.Read(p[0], make([]byte, 1))
		return err
	})
}
