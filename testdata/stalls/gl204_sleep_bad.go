package stalls

import (
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	time.Sleep(300 * time.Millisecond) // holds: go-park sleep
}
