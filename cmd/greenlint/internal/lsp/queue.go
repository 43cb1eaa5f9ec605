package lsp

import (
	"context"
	"sync"
)

// A queue does things one after the other, apart from who adds them.
type queue struct {
	mu   sync.Mutex
	list []func()
	wake chan struct{}
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

func (q *queue) add(do func()) {
	q.mu.Lock()
	q.list = append(q.list, do)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// wait returns when all that was added before is done.
func (q *queue) wait(over <-chan struct{}) {
	done := make(chan struct{})
	q.add(func() { close(done) })
	select {
	case <-done:
	case <-over:
	}
}

func (q *queue) run(ctx context.Context) {
	for {
		q.mu.Lock()
		list := q.list
		q.list = nil
		q.mu.Unlock()
		for _, do := range list {
			do()
		}
		if len(list) > 0 {
			continue
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return
		}
	}
}
