package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	done := green.NewQueue[int](1)
	t.Go("other", func(t *green.Task) error {
		t.Sleep(300 * time.Millisecond)
		return done.Put(t, 1)
	})
	done.Get(t)
}
