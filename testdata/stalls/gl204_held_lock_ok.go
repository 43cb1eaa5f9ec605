// greenlint: soak 20
package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

var inventory struct {
	lock  green.Lock
	items int
}

func task(t *green.Task) error {
	if err := inventory.lock.Lock(t); err != nil {
		return err
	}
	defer inventory.lock.Unlock(t)
	err := t.Sleep(10 * time.Millisecond)
	inventory.items++
	return err
}
