package gpy

import (
	"fmt"
	"io"
	"net"

	"github.com/go-python/gpython/py"

	"github.com/greenlint/greenlint/runtime/green"
)

// sockets are the names of a module of stream sockets, which wait in the loop
// after the given part of the patch; "" = always.
func (h *host) sockets(part string) members {
	return members{
		"AF_INET": py.Int(2), "SOCK_STREAM": py.Int(1),
		"socket": h.maker(part, socketType),
		"create_connection": function(func(_ py.Object, args py.Tuple, _ py.StringDict) (py.Object, error) {
			o := &object{kind: socketType, h: h, inLoop: part == "" || h.patched[part], value: py.None}
			return o, o.connect(args)
		}),
	}
}

func (o *object) connect(args py.Tuple) (err error) {
	var pair py.Tuple
	if len(args) > 0 {
		py.Iterate(args[0], func(x py.Object) bool {
			pair = append(pair, x)
			return false
		})
	}
	if len(pair) != 2 {
		return py.ExceptionNewf(py.TypeError, "an address is a host and a port")
	}
	port := text(pair, 1)
	if port == "" {
		port = fmt.Sprint(integer(pair, 1))
	}
	address := net.JoinHostPort(text(pair, 0), port)
	if o.inLoop && o.h.current != nil {
		o.h.wait(func(t *green.Task) { o.conn, err = green.Dial(t, "tcp", address) })
	} else {
		o.conn, err = net.Dial("tcp", address)
	}
	return osError(err)
}

// exchange reads from or writes to a socket, which waits in the loop by itself if
// it is green.
func (o *object) exchange(f func(net.Conn) (int, error)) (n int, err error) {
	if o.conn == nil {
		return 0, py.ExceptionNewf(py.OSError, "not connected")
	}
	o.h.wait(func(*green.Task) { n, err = f(o.conn) })
	return n, err
}

func defineSockets() {
	define(socketType, "connect", func(o *object, args py.Tuple, _ py.StringDict) (py.Object, error) {
		return py.None, o.connect(args)
	})
	define(socketType, "recv", func(o *object, args py.Tuple, _ py.StringDict) (py.Object, error) {
		b := make([]byte, max(1, min(integer(args, 0), 1<<20)))
		n, err := o.exchange(func(c net.Conn) (int, error) { return c.Read(b) })
		if n > 0 || err == io.EOF {
			err = nil
		}
		return py.Bytes(b[:n]), osError(err)
	})
	send := func(o *object, args py.Tuple, _ py.StringDict) (py.Object, error) {
		n, err := o.exchange(func(c net.Conn) (int, error) { return c.Write(octets(args, 0)) })
		return py.Int(n), osError(err)
	}
	define(socketType, "send", send)
	define(socketType, "sendall", send)
	define(socketType, "close", func(o *object, _ py.Tuple, _ py.StringDict) (py.Object, error) {
		if o.conn != nil {
			o.conn.Close()
		}
		return py.None, nil
	})
}

func osError(err error) error {
	if err == nil {
		return nil
	}
	return py.ExceptionNewf(py.OSError, "%s", err)
}

func text(args py.Tuple, i int) string {
	if i < len(args) {
		if s, ok := args[i].(py.String); ok {
			return string(s)
		}
	}
	return ""
}

func integer(args py.Tuple, i int) int {
	if i < len(args) {
		if n, ok := args[i].(py.Int); ok {
			return int(n)
		}
	}
	return 0
}

func octets(args py.Tuple, i int) []byte {
	if i < len(args) {
		if b, ok := args[i].(py.Bytes); ok {
			return b
		}
	}
	return nil
}
