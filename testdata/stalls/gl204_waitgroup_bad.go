package stalls

import (
	"sync"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	var wg sync.WaitGroup
	wg.Go(func() { time.Sleep(300 * time.Millisecond) })
	wg.Wait() // holds: go-park sync.WaitGroup.Wait
}
