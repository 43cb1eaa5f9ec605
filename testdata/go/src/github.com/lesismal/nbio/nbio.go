// Package nbio is a stub of the library, with just what the fixtures use.
package nbio

type Config struct{ Addrs []string }

type Conn struct{}

func (c *Conn) Write(b []byte) (int, error) { return 0, nil }

type Engine struct{}

func NewEngine(conf Config) *Engine { return &Engine{} }

func (g *Engine) OnOpen(h func(c *Conn)) {}

func (g *Engine) OnClose(h func(c *Conn, err error)) {}

func (g *Engine) OnData(h func(c *Conn, data []byte)) {}

func (g *Engine) Start() error { return nil }
