// Package foreignio talks to others, and does what is not foreignio's to tell.
package foreignio

import (
	"bytes"
	"database/sql"
	"log"
	"net"
	"net/http"
	"time"
)

type client struct {
	http *http.Client
	db   *sql.DB
	conn net.Conn
}

//greenlint:task
func (c *client) get_bad() {
	c.http.Get("http://example.com") // want `GL401: task \(\*foreignio.client\).get_bad holds the greenpool loop: net/http.Client.Get`
}

//greenlint:task
func (c *client) query_bad() {
	c.db.Query("select 1") // want `GL401: .*query_bad .* database/sql.DB.Query`
}

//greenlint:task
func (c *client) read_bad(b []byte) {
	c.conn.Read(b) // want `GL401: .*read_bad .* net.Conn.Read`
}

//greenlint:task
func resolve_bad() {
	net.LookupHost("example.com") // want `GL401: .*resolve_bad .* net.LookupHost`
}

//greenlint:task
func (c *client) goroutine_ok() { go c.db.Exec("insert") }

//greenlint:task
func prepare_ok() (*http.Request, error) {
	net.ParseIP("::1")
	return http.NewRequest("GET", "http://example.com", nil)
}

//greenlint:task
func others_ok() { time.Sleep(time.Second) }

//greenlint:task
func log_bad(c *client) {
	log.New(c.conn, "", 0).Print("x") // want `GL401: .*log_bad .* net.Conn.Write`
}

//greenlint:task
func log_ok(b *bytes.Buffer) {
	log.New(b, "", 0).Print("x")
}
