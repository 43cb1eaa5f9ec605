// Package ledger writes down what went wrong, in a file that several programs
// append to.
package ledger

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// A Ledger is such a file.
type Ledger struct{ name string }

// New opens the file when it is first needed.
func New(name string) *Ledger { return &Ledger{name: name} }

// Fault writes a line, once nobody else does.
func (l *Ledger) Fault(runner string, fault error) error {
	f, err := l.open()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\t%s\t%v\n", time.Now().Format(time.RFC3339), runner, fault)
	return err
}

// Trim empties the file, if nobody is using it.
func (l *Ledger) Trim() error {
	f, err := l.open()
	if err != nil {
		return err
	}
	defer f.Close()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return nil // next time
	} else if err != nil {
		return err
	}
	return f.Truncate(0)
}

func (l *Ledger) open() (*os.File, error) {
	return os.OpenFile(l.name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
}
