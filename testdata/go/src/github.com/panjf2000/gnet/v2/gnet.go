// Package gnet is a stub of the framework, with just what the fixtures use.
package gnet

type Action int

type Conn interface {
	Next(n int) ([]byte, error)
	Write(b []byte) (int, error)
}

type BuiltinEventEngine struct{}

func (*BuiltinEventEngine) OnTraffic(c Conn) Action { return 0 }

func (*BuiltinEventEngine) OnOpen(c Conn) ([]byte, Action) { return nil, 0 }
