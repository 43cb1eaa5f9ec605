// Package rounds fails where several of its functions overlap.
package rounds

import (
	"errors"
	"sync"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

// A, B and C together panic in few orders of their nine notes.
func A(t *green.Task) { step(t, "a") }
func B(t *green.Task) { step(t, "b") }
func C(t *green.Task) { step(t, "c") }

var log string

func note(name string) {
	log += name
	if order := log; len(order) == 9 {
		log = ""
		if order[:3] == "cba" && order[8] == 'c' {
			panic(order)
		}
	}
}

func step(t *green.Task, name string) {
	t.Sleep(time.Millisecond)
	note(name)
	t.Yield()
	note(name)
	q := green.NewQueue[int](0)
	t.Go("other", func(t *green.Task) error {
		t.Sleep(2 * time.Millisecond)
		return q.Put(t, 1)
	})
	q.Get(t)
	note(name)
}

var first, second green.Lock

// Forth and Back wait for each other.
func Forth(t *green.Task) { both(t, &first, &second) }
func Back(t *green.Task)  { both(t, &second, &first) }

func both(t *green.Task, a, b *green.Lock) {
	a.Lock(t)
	defer a.Unlock(t)
	t.Sleep(time.Millisecond)
	b.Lock(t)
	b.Unlock(t)
}

var mu sync.Mutex

// Hold keeps a mutex over a wait.
func Hold(t *green.Task) {
	mu.Lock()
	defer mu.Unlock()
	t.Yield()
}

// A Client is for one task at a time, and says so.
type Client struct{ busy *bool }

var busy bool

func New() *Client { return &Client{&busy} }

func (c *Client) Send(t *green.Task) (int, error) {
	if *c.busy {
		return 0, errors.New("used by two")
	}
	*c.busy = true
	defer func() { *c.busy = false }()
	return 1, t.Sleep(time.Millisecond)
}

// Fine does not fail, and ends its waits early.
func Fine(t *green.Task) error {
	short, done := t.WithTimeout(time.Millisecond)
	defer done()
	short.Sleep(time.Hour)
	h := t.Go("killed", func(t *green.Task) error { return t.Sleep(time.Hour) })
	t.Yield()
	h.Kill(nil)
	h.Join(t)
	return nil
}
