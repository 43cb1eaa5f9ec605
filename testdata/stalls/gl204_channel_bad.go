package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	<-time.After(300 * time.Millisecond) // holds: go-park chan receive
}
