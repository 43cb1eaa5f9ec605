package confirm

import (
	"net"
	"strings"
	"time"
)

type netConn = net.Conn

var (
	netListen       = net.Listen
	netListenPacket = net.ListenPacket
)

func connectUnix(name string) {
	if c, err := net.Dial("unix", name); err == nil {
		time.Sleep(100 * time.Millisecond)
		c.Close()
	}
}

// sleepsFor are the statements of the snippets that take their time.
func sleepsFor(query string) bool { return strings.Contains(query, "pg_sleep") }
