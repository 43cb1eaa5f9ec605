package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	done, late := make(chan bool), time.After(300*time.Millisecond)
	select { // holds: go-park select
	case <-done:
	case <-late:
	}
}
