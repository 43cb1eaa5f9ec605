// Package feeds belongs to a module that has never heard of the pool, and whose
// Go is an old one.
package feeds

import (
	"context"
	"sync"
	"time"
)

// A Client waits.
type Client struct{ mu sync.Mutex }

// Send is a method.
func (c *Client) Send() {
	c.mu.Lock()
	time.AfterFunc(250*time.Millisecond, c.mu.Unlock)
	c.mu.Lock()
}

// Loops tells whether the variables of loops are as they were in Go 1.20: one for
// all rounds. It holds the loop if so.
func Loops(_ context.Context, wait time.Duration) {
	var all []*int
	for i := 0; i < 2; i++ {
		all = append(all, &i)
	}
	if all[0] == all[1] {
		time.Sleep(wait)
	}
}
