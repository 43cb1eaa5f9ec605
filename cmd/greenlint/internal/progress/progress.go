// Package progress shows how far a long run has come: one line on a terminal
// that is written over again and again, and gone before anything else is shown.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	patience = time.Second            // before the line first appears
	interval = 100 * time.Millisecond // between two changes
	clear    = "\r\x1b[K"             // to the line's beginning, and erase it
)

// A Line is the progress line. Its methods may be called by several goroutines.
// The zero Line and a nil one show nothing.
type Line struct {
	w     io.Writer
	now   func() time.Time
	mu    sync.Mutex
	due   time.Time // when it may next be written
	shown bool
	done  bool
}

// New returns a line on w, which must be a terminal. It appears after a second.
func New(w io.Writer) *Line { return newLine(w, time.Now) }

func newLine(w io.Writer, now func() time.Time) *Line {
	return &Line{w: w, now: now, due: now().Add(patience)}
}

// Update says what is being done; total 0 means that nobody knows how much
// there is to do.
func (l *Line) Update(stage string, done, total int) {
	if l == nil || l.w == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.done || now.Before(l.due) {
		return
	}
	l.due = now.Add(interval)
	l.shown = true
	switch {
	case total > 0:
		fmt.Fprintf(l.w, "%s%s %d/%d", clear, stage, done, total)
	case done > 0:
		fmt.Fprintf(l.w, "%s%s %d", clear, stage, done)
	default:
		fmt.Fprintf(l.w, "%s%s …", clear, stage)
	}
}

// Close erases the line; it does not come back.
func (l *Line) Close() {
	if l == nil || l.w == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown && !l.done {
		io.WriteString(l.w, clear)
	}
	l.done = true
}
