package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	var mu green.Lock
	t.Go("other", func(t *green.Task) error {
		mu.Lock(t)
		defer mu.Unlock(t)
		return t.Sleep(300 * time.Millisecond)
	})
	t.Yield()
	mu.Lock(t)
	mu.Unlock(t)
}
