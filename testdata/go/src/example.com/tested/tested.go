// Package tested has tests that put other things in the place of its own.
package tested

import (
	"io"
	"strings"
	"time"
)

type clock interface{ Wait() }

type instant struct{}

func (instant) Wait() {}

type source struct {
	r io.Reader
	c clock
}

var now = func() {}

func open() *source { return &source{strings.NewReader("x"), instant{}} }

//greenlint:task
func read_ok(b []byte) {
	s := open()
	s.r.Read(b)
	s.c.Wait()
	now()
}

//greenlint:task
func sleep_bad() {
	time.Sleep(time.Second) // want `GL204: task tested.sleep_bad .* time.Sleep`
}
