//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package green

// side and fileTable have nothing to do here: there are no green files, and
// every socket operation is an ordinary one on another goroutine.
type side struct{}

func (*side) expire() {}

type fileTable struct{ n int }

func (*fileTable) closeAll() {}

func (l *Loop) openPoller() error {
	l.opts.Portable = true
	l.poll = newNotes()
	return nil
}
