package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	g, _ := green.NewGroup(t)
	g.Go("other", func(t *green.Task) error { return t.Sleep(300 * time.Millisecond) })
	g.Wait()
}
