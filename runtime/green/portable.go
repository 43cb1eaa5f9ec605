package green

import (
	"context"
	"net"
	"os"
	"time"
)

// What follows serves systems without a poller, and Options.Portable: every
// operation is an ordinary one on a goroutine of its own, while the task waits.
// The goroutine uses the task's buffer, so a task that must stop waiting first
// has the operation interrupted, by a deadline in the past, and then waits for
// it to end.

// away runs f on another goroutine. interrupt must make f return soon.
func (l *Loop) away(op string, f func(), interrupt func()) error {
	h := l.current(op)
	if err := h.enter(h.top, op); err != nil {
		return err
	}
	return h.away(h.top, op, f, interrupt)
}

func (h *Handle) away(s *scope, op string, f func(), interrupt func()) error {
	over := false
	go func() {
		f()
		h.l.Post(func() {
			over = true
			h.wake(nil)
		})
	}()
	// A forced end of the loop must not let go of the buffer either.
	var err error
	h.pinned = true
	h.l.outside++
	h.parked, h.op, h.waitScope = true, op, s
	h.yield(struct{}{})
	err = h.wakeErr
	h.wakeErr = nil
	h.l.outside--
	h.pinned = false
	if over {
		return nil
	}
	interrupt()
	for !over {
		h.parkPinned(op)
	}
	return err
}

// past is a deadline that ends what is under way.
var past = time.Unix(1, 0)

type portableConn struct {
	net.Conn
	l          *Loop
	rdue, wdue time.Time
}

func (c *portableConn) io(op string, b []byte, f func([]byte) (int, error), set func(time.Time) error, due *time.Time) (n int, err error) {
	end := c.l.away(op, func() { n, err = f(b) }, func() { set(past) })
	if end != nil {
		set(*due)
		if n == 0 || err != nil {
			return n, opError("io", c.LocalAddr().Network(), c.LocalAddr(), c.RemoteAddr(), end)
		}
	}
	return n, err
}

func (c *portableConn) Read(b []byte) (int, error) {
	return c.io("Conn.Read", b, c.Conn.Read, c.Conn.SetReadDeadline, &c.rdue)
}

func (c *portableConn) Write(b []byte) (int, error) {
	return c.io("Conn.Write", b, c.Conn.Write, c.Conn.SetWriteDeadline, &c.wdue)
}

func (c *portableConn) SetReadDeadline(t time.Time) error {
	c.rdue = t
	return c.Conn.SetReadDeadline(t)
}

func (c *portableConn) SetWriteDeadline(t time.Time) error {
	c.wdue = t
	return c.Conn.SetWriteDeadline(t)
}

func (c *portableConn) SetDeadline(t time.Time) error {
	c.rdue, c.wdue = t, t
	return c.Conn.SetDeadline(t)
}

func (c *portableConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return opError("close", c.LocalAddr().Network(), c.LocalAddr(), c.RemoteAddr(), net.ErrClosed)
}

func (l *Loop) portableDial(t *Task, network, address string) (net.Conn, error) {
	if err := t.s.ended(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var c net.Conn
	var err error
	if end := t.h.away(t.s, "Dial", func() { c, err = new(net.Dialer).DialContext(ctx, network, address) }, cancel); end != nil {
		if c != nil {
			c.Close()
		}
		return nil, end
	}
	if err != nil {
		return nil, err
	}
	return l.adopt(c), nil
}

func (l *Loop) adopt(c net.Conn) net.Conn {
	p := &portableConn{Conn: c, l: l}
	if pc, ok := c.(net.PacketConn); ok {
		return &portablePacketConn{portableConn: p, pc: pc}
	}
	return p
}

type portableListener struct {
	net.Listener
	l   *Loop
	due time.Time
}

type deadliner interface{ SetDeadline(time.Time) error }

func (l *Loop) portableListen(t *Task, network, address string) (net.Listener, error) {
	ln, err := OffloadValue(t, func() (net.Listener, error) { return net.Listen(network, address) })
	if err != nil {
		return nil, err
	}
	return &portableListener{Listener: ln, l: l}, nil
}

func (ln *portableListener) Accept() (c net.Conn, err error) {
	d := ln.Listener.(deadliner)
	end := ln.l.away("Listener.Accept", func() { c, err = ln.Listener.Accept() }, func() { d.SetDeadline(past) })
	if end != nil {
		d.SetDeadline(ln.due)
		if err != nil {
			return nil, opError("accept", ln.Addr().Network(), nil, ln.Addr(), end)
		}
	}
	if err != nil {
		return nil, err
	}
	return ln.l.adopt(c), nil
}

func (ln *portableListener) SetDeadline(t time.Time) error {
	ln.due = t
	return ln.Listener.(deadliner).SetDeadline(t)
}

type portablePacketConn struct {
	*portableConn
	pc net.PacketConn
}

func (l *Loop) portableListenPacket(t *Task, network, address string) (net.PacketConn, error) {
	pc, err := OffloadValue(t, func() (net.PacketConn, error) { return net.ListenPacket(network, address) })
	if err != nil {
		return nil, err
	}
	return &portablePacketConn{portableConn: &portableConn{Conn: pc.(net.Conn), l: l}, pc: pc}, nil
}

func (c *portablePacketConn) ReadFrom(b []byte) (n int, from net.Addr, err error) {
	n, err = c.io("PacketConn.ReadFrom", b, func(b []byte) (int, error) {
		var n int
		n, from, err = c.pc.ReadFrom(b)
		return n, err
	}, c.pc.SetReadDeadline, &c.rdue)
	return n, from, err
}

func (c *portablePacketConn) WriteTo(b []byte, to net.Addr) (n int, err error) {
	return c.io("PacketConn.WriteTo", b, func(b []byte) (int, error) { return c.pc.WriteTo(b, to) }, c.pc.SetWriteDeadline, &c.wdue)
}

// portableFile is our end of a child's pipe. Closing it is what can end an
// operation that is under way.
type portableFile struct {
	l *Loop
	f *os.File
}

func (p *portableFile) Read(b []byte) (n int, err error) {
	if end := p.l.away("Pipe.Read", func() { n, err = p.f.Read(b) }, p.stop); end != nil {
		return n, end
	}
	return n, err
}

func (p *portableFile) Write(b []byte) (n int, err error) {
	if end := p.l.away("Pipe.Write", func() { n, err = p.f.Write(b) }, p.stop); end != nil {
		return n, end
	}
	return n, err
}

func (p *portableFile) stop() {
	if p.f.SetDeadline(past) != nil {
		p.f.Close()
	}
}

func (p *portableFile) Close() error { return p.f.Close() }

func (c *portableConn) loop() *Loop { return c.l }
