package handlers

import (
	"net/http"
	"time"

	"github.com/lesismal/nbio"
	"github.com/lesismal/nbio/taskpool"
)

func serveNbio(pool *taskpool.TaskPool) error {
	engine := nbio.NewEngine(nbio.Config{})
	engine.OnData(echo_bad)
	engine.OnData(func(c *nbio.Conn, data []byte) {
		pool.Go(func() { // pool_ok
			time.Sleep(time.Second)
			c.Write(data)
		})
	})
	engine.OnOpen(func(c *nbio.Conn) {
		http.Get("http://example.com") // want `GL401: handler .*serveNbio\S* holds the gnet loop: net/http.Get`
	})
	return engine.Start()
}

func echo_bad(c *nbio.Conn, data []byte) {
	time.Sleep(time.Second) // want `GL204: handler handlers.echo_bad holds the gnet loop: time.Sleep`
	c.Write(data)
}

// echo_ok is never made a handler.
func echo_ok(c *nbio.Conn, data []byte) { time.Sleep(time.Second) }
