// Package syncprim waits for other goroutines, and does what is not syncprim's to
// tell.
package syncprim

import (
	"net/http"
	"os/exec"
	"sync"
	"time"
)

//greenlint:task
func sleep_bad() {
	time.Sleep(time.Second) // want `GL204: task syncprim.sleep_bad holds the greenpool loop: time.Sleep`
}

//greenlint:task
func channel_bad(c chan int) int {
	return <-c // want `GL204: .*channel_bad .* channel receive`
}

//greenlint:task
func select_bad(a, b chan int) {
	select { // want `GL204: .*select_bad .* select`
	case <-a:
	case <-b:
	}
}

//greenlint:task
func group_bad() {
	var wg sync.WaitGroup
	wg.Go(func() { time.Sleep(time.Second) })
	wg.Wait() // want `GL204: .*group_bad .* sync.WaitGroup.Wait`
}

//greenlint:task
func lock_bad(mu *sync.RWMutex) {
	mu.RLock() // want `GL204: .*lock_bad .* sync.RWMutex.RLock`
	mu.RUnlock()
}

//greenlint:task
func try_ok(mu *sync.Mutex, c chan int) {
	if mu.TryLock() {
		mu.Unlock()
	}
	select {
	case c <- 1:
	default:
	}
	var once sync.Once
	once.Do(func() {})
}

//greenlint:task
func others_ok() {
	http.Get("http://example.com")
	exec.Command("true").Run()
}
