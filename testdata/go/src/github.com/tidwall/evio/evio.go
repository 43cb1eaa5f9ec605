// Package evio is a stub of the library, with just what the fixtures use.
package evio

import "time"

type Action int

type Options struct{}

type Server struct{}

type Conn interface{ Wake() }

type Events struct {
	Serving func(server Server) (action Action)
	Opened  func(c Conn) (out []byte, opts Options, action Action)
	Closed  func(c Conn, err error) (action Action)
	Data    func(c Conn, in []byte) (out []byte, action Action)
	Tick    func() (delay time.Duration, action Action)
}

func Serve(events Events, addr ...string) error { return nil }
