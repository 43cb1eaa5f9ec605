// Package gnet serves with gnet.
package gnet

import (
	"database/sql"

	"github.com/panjf2000/gnet/v2"
)

var db *sql.DB

type server struct{ gnet.BuiltinEventEngine }

func (s *server) OnTraffic(c gnet.Conn) gnet.Action {
	b, _ := c.Next(-1)
	c.Write(b)
	db.Exec("insert") // want `GL401: handler .* holds the gnet loop: database/sql.DB.Exec`
	go store()
	return 0
}

func store() { db.Exec("insert") }
