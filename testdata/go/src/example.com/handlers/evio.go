package handlers

import (
	"database/sql"
	"time"

	"github.com/tidwall/evio"
)

func events(db *sql.DB) evio.Events {
	var e evio.Events
	e.Data = func(c evio.Conn, in []byte) (out []byte, action evio.Action) {
		db.Exec("insert") // want `GL401: handler .*events\S* holds the gnet loop: database/sql.DB.Exec`
		return in, 0
	}
	e.Opened = opened_bad
	return e
}

func opened_bad(c evio.Conn) (out []byte, opts evio.Options, action evio.Action) {
	time.Sleep(time.Second) // want `GL204: handler handlers.opened_bad holds the gnet loop: time.Sleep`
	return
}

func serveEvio(jobs chan []byte) error {
	return evio.Serve(evio.Events{
		Tick: func() (time.Duration, evio.Action) {
			<-jobs // want `GL204: handler .*serveEvio\S* holds the gnet loop: channel receive`
			return time.Second, 0
		},
		Closed: func(evio.Conn, error) evio.Action {
			select { // closed_ok
			case jobs <- nil:
			default:
			}
			return 0
		},
	}, "tcp://:7")
}
