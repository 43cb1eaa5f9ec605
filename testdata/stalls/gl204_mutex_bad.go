package stalls

import (
	"sync"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func task(t *green.Task) {
	var mu sync.Mutex
	mu.Lock()
	time.AfterFunc(300*time.Millisecond, mu.Unlock)
	mu.Lock() // holds: go-park sync.Mutex.Lock
}
