package green

import "time"

// A poller waits for the world outside the loop.
type poller interface {
	// wait handles what has happened, waiting for up to timeout ns for
	// something to happen; below 0 means without end.
	wait(timeout int64)
	wake() // ends a wait; from any goroutine
	close()
}

// notes is the poller of last resort. It knows no files, only wake.
type notes struct {
	c     chan struct{}
	timer *time.Timer
}

func newNotes() *notes {
	n := &notes{c: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	n.timer.Stop()
	return n
}

func (n *notes) wait(timeout int64) {
	switch {
	case timeout == 0:
		select {
		case <-n.c:
		default:
		}
	case timeout < 0:
		<-n.c
	default:
		n.timer.Reset(time.Duration(timeout))
		select {
		case <-n.c:
			n.timer.Stop()
		case <-n.timer.C:
		}
	}
}

func (n *notes) wake() {
	select {
	case n.c <- struct{}{}:
	default:
	}
}

func (n *notes) close() {}
