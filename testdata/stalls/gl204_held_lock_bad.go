// greenlint: soak 20
package stalls

import (
	"sync"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

var inventory struct {
	sync.Mutex
	items int
}

func task(t *green.Task) error {
	inventory.Lock() // holds: go-park sync.Mutex.Lock
	defer inventory.Unlock()
	err := t.Sleep(10 * time.Millisecond)
	inventory.items++
	return err
}
