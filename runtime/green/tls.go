package green

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"
)

// TLSConn is a TLS connection over a green one (gevent.ssl, eventlet.green.ssl).
// A bare [tls.Conn] over a green connection works too, as long as one task at a
// time uses it: it holds a mutex while it waits, and a second task that wants
// the mutex would stop the loop. A TLSConn never does so, so that one task may
// read while others write.
type TLSConn struct {
	c         *tls.Conn
	pipe      *tlsPipe
	handshake turn
	read      turn
	write     turn
	ready     bool
}

// TLSClient wraps a green connection for a client. config must name the server
// or switch the check off, as for [tls.Client].
func TLSClient(conn net.Conn, config *tls.Config) *TLSConn {
	p := newTLSPipe(conn)
	return &TLSConn{c: tls.Client(p, config), pipe: p}
}

// TLSServer wraps a green connection for a server.
func TLSServer(conn net.Conn, config *tls.Config) *TLSConn {
	p := newTLSPipe(conn)
	return &TLSConn{c: tls.Server(p, config), pipe: p}
}

// DialTLS connects and shakes hands. If config is nil or names no server, the
// host of address is the name.
func DialTLS(t *Task, network, address string, config *tls.Config) (*TLSConn, error) {
	if config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, opError("dial", network, nil, nil, err)
		}
		config = config.Clone()
		config.ServerName = strings.TrimSuffix(host, ".")
	}
	conn, err := Dial(t, network, address)
	if err != nil {
		return nil, err
	}
	c := TLSClient(conn, config)
	if err := c.Handshake(); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// ListenTLS listens for TLS connections. They shake hands in their first
// operation, so in the task that serves them.
func ListenTLS(t *Task, network, address string, config *tls.Config) (net.Listener, error) {
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		return nil, errors.New("green: ListenTLS without a certificate")
	}
	ln, err := Listen(t, network, address)
	if err != nil {
		return nil, err
	}
	return &tlsListener{ln, config}, nil
}

type tlsListener struct {
	net.Listener
	config *tls.Config
}

func (ln *tlsListener) Accept() (net.Conn, error) {
	c, err := ln.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return TLSServer(c, ln.config), nil
}

// Handshake shakes hands, unless that was done.
func (c *TLSConn) Handshake() error {
	if c.ready {
		return nil
	}
	if err := c.handshake.take(c.pipe.l, "TLSConn.Handshake"); err != nil {
		return err
	}
	defer c.handshake.give()
	if c.ready {
		return nil
	}
	// The standard library's Handshake would watch a context from a goroutine;
	// the wait itself obeys the task, so the background does.
	err := c.c.HandshakeContext(context.Background())
	if flush := c.pipe.flush(); err == nil {
		err = flush
	}
	c.ready = err == nil
	return err
}

func (c *TLSConn) Read(b []byte) (int, error) {
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	if err := c.read.take(c.pipe.l, "TLSConn.Read"); err != nil {
		return 0, err
	}
	defer c.read.give()
	return c.c.Read(b)
}

// Write writes in records, each sent before the next is sealed.
func (c *TLSConn) Write(b []byte) (int, error) {
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	if err := c.write.take(c.pipe.l, "TLSConn.Write"); err != nil {
		return 0, err
	}
	defer c.write.give()
	for sent := 0; ; {
		n, err := c.c.Write(b[sent:min(len(b), sent+16<<10)])
		sent += n
		if err == nil {
			err = c.pipe.flush()
		}
		if err != nil || sent == len(b) {
			return sent, err
		}
	}
}

// Close says good-bye if that can be sent at once, and closes the connection.
func (c *TLSConn) Close() error {
	c.pipe.l.check("TLSConn.Close")
	if c.ready {
		return c.c.Close()
	}
	return c.pipe.Conn.Close()
}

// CloseWrite ends the writing side.
func (c *TLSConn) CloseWrite() error {
	if err := c.Handshake(); err != nil {
		return err
	}
	if err := c.c.CloseWrite(); err != nil {
		return err
	}
	return c.pipe.flush()
}

// ConnectionState is that after the handshake; before it, it is empty.
func (c *TLSConn) ConnectionState() tls.ConnectionState {
	if !c.ready {
		return tls.ConnectionState{}
	}
	return c.c.ConnectionState()
}

func (c *TLSConn) LocalAddr() net.Addr                 { return c.pipe.LocalAddr() }
func (c *TLSConn) RemoteAddr() net.Addr                { return c.pipe.RemoteAddr() }
func (c *TLSConn) SetDeadline(at time.Time) error      { return c.pipe.Conn.SetDeadline(at) }
func (c *TLSConn) SetReadDeadline(at time.Time) error  { return c.pipe.Conn.SetReadDeadline(at) }
func (c *TLSConn) SetWriteDeadline(at time.Time) error { return c.pipe.Conn.SetWriteDeadline(at) }

// tlsPipe is the connection as crypto/tls sees it: Write never waits, because
// it is called with a mutex held that a reader may want, to answer a key update.
// What can't be sent at once is kept for flush, which is called without.
type tlsPipe struct {
	net.Conn
	l       *Loop
	pending []byte
	sending turn
}

func newTLSPipe(c net.Conn) *tlsPipe {
	switch c := c.(type) {
	case interface{ loop() *Loop }:
		return &tlsPipe{Conn: c.(net.Conn), l: c.loop()}
	}
	panic("green: TLS over a connection that is not a green one")
}

func (p *tlsPipe) Write(b []byte) (int, error) {
	n := 0
	if now, ok := p.Conn.(interface{ writeNow([]byte) (int, error) }); ok && len(p.pending) == 0 {
		var err error
		if n, err = now.writeNow(b); err != nil {
			return n, err
		}
	}
	p.pending = append(p.pending, b[n:]...)
	return len(b), nil
}

// Read first sends what the other side may be waiting for.
func (p *tlsPipe) Read(b []byte) (int, error) {
	if err := p.flush(); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

func (p *tlsPipe) flush() error {
	if len(p.pending) == 0 {
		return nil
	}
	if err := p.sending.take(p.l, "TLSConn.Write"); err != nil {
		return err
	}
	defer p.sending.give()
	for len(p.pending) > 0 {
		b := p.pending
		p.pending = nil
		if n, err := p.Conn.Write(b); err != nil {
			p.pending = append(b[n:], p.pending...)
			return err
		}
	}
	return nil
}

// A turn is a lock for what has no *Task at hand.
type turn struct {
	busy  bool
	queue waiters
}

func (m *turn) take(l *Loop, op string) error {
	h := l.current(op)
	if err := h.enter(h.top, op); err != nil {
		return err
	}
	if m.busy {
		return m.queue.wait(h, h.top, op)
	}
	m.busy = true
	return nil
}

func (m *turn) give() {
	if !m.queue.wakeOne(nil) {
		m.busy = false
	}
}
