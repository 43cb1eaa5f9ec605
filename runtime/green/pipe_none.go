//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package green

import (
	"io"
	"os"
)

func (l *Loop) pipeTo() (theirs *os.File, ours io.WriteCloser, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	return r, &portableFile{l, w}, nil
}

func (l *Loop) pipeFrom() (ours io.ReadCloser, theirs *os.File, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	return &portableFile{l, r}, w, nil
}

// isBrokenPipe can't tell here, where each system has its own error for it.
func isBrokenPipe(err error) bool { return err != nil }

func outOfFiles(error) bool { return false }
