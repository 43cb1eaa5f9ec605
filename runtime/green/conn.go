//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package green

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// conn is a stream socket, a connected datagram socket, or one end of a pipe.
type conn struct {
	f       *file
	network string
	local   net.Addr
	remote  net.Addr
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.f.read(b, "Conn.Read")
	if err != nil && err != io.EOF {
		err = opError("read", c.network, c.local, c.remote, err)
	}
	return n, err
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.f.write(b, "Conn.Write")
	return n, opError("write", c.network, c.local, c.remote, err)
}

// writeNow writes without waiting, for TLS.
func (c *conn) writeNow(b []byte) (int, error) {
	if c.f.fd < 0 {
		return 0, net.ErrClosed
	}
	if c.f.wr.busy {
		return 0, nil
	}
	n, err := c.f.writeNow(b)
	return n, opError("write", c.network, c.local, c.remote, err)
}

func (c *conn) Close() error {
	c.f.l.check("Conn.Close")
	return opError("close", c.network, c.local, c.remote, c.f.close())
}

func (c *conn) CloseRead() error  { return c.shutdown(syscall.SHUT_RD) }
func (c *conn) CloseWrite() error { return c.shutdown(syscall.SHUT_WR) }

func (c *conn) shutdown(how int) error {
	c.f.l.check("Conn.CloseWrite")
	if c.f.fd < 0 {
		return net.ErrClosed
	}
	return opError("close", c.network, c.local, c.remote, os.NewSyscallError("shutdown", syscall.Shutdown(c.f.fd, how)))
}

func (c *conn) SetNoDelay(on bool) error {
	if c.f.fd < 0 {
		return net.ErrClosed
	}
	v := 0
	if on {
		v = 1
	}
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(c.f.fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, v))
}

func (c *conn) RemoteAddr() net.Addr { return c.remote }
func (c *conn) LocalAddr() net.Addr {
	if c.local == nil && c.f.fd >= 0 {
		c.local = localAddr(c.f.fd, c.network)
	}
	return c.local
}

func (c *conn) SetReadDeadline(at time.Time) error  { return c.f.setDeadline(&c.f.rd, at) }
func (c *conn) SetWriteDeadline(at time.Time) error { return c.f.setDeadline(&c.f.wr, at) }
func (c *conn) SetDeadline(at time.Time) error {
	if err := c.SetReadDeadline(at); err != nil {
		return err
	}
	return c.SetWriteDeadline(at)
}

// packetConn is a datagram socket.
type packetConn struct {
	conn
	family int
	unlink string
}

func (c *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	const op = "PacketConn.ReadFrom"
	f := c.f
	h, err := f.begin(&f.rd, op)
	if err != nil {
		return 0, nil, opError("read", c.network, c.local, nil, err)
	}
	defer f.rd.done()
	for {
		n, from, err := syscall.Recvfrom(f.fd, b, 0)
		switch err {
		case nil:
			return n, toAddr(from, c.network), nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			if err := f.wait(h, &f.rd, op); err != nil {
				return 0, nil, opError("read", c.network, c.local, nil, err)
			}
		default:
			return 0, nil, opError("read", c.network, c.local, nil, os.NewSyscallError("recvfrom", err))
		}
	}
}

// Read of a datagram may be empty, which is no end of file.
func (c *packetConn) Read(b []byte) (int, error) {
	n, _, err := c.ReadFrom(b)
	return n, err
}

func (c *packetConn) WriteTo(b []byte, to net.Addr) (int, error) {
	const op = "PacketConn.WriteTo"
	f := c.f
	sa, err := toSockaddr(to, c.family)
	if err != nil {
		return 0, opError("write", c.network, c.local, to, err)
	}
	h, err := f.begin(&f.wr, op)
	if err != nil {
		return 0, opError("write", c.network, c.local, to, err)
	}
	defer f.wr.done()
	for {
		switch err := syscall.Sendto(f.fd, b, 0, sa); err {
		case nil:
			return len(b), nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			if err := f.wait(h, &f.wr, op); err != nil {
				return 0, opError("write", c.network, c.local, to, err)
			}
		default:
			return 0, opError("write", c.network, c.local, to, os.NewSyscallError("sendto", err))
		}
	}
}

func (c *packetConn) Close() error {
	if c.unlink != "" {
		syscall.Unlink(c.unlink)
	}
	return c.conn.Close()
}

type listener struct {
	f       *file
	network string
	addr    net.Addr
	unlink  string
}

func (ln *listener) Accept() (net.Conn, error) {
	const op = "Listener.Accept"
	f := ln.f
	h, err := f.begin(&f.rd, op)
	if err != nil {
		return nil, opError("accept", ln.network, nil, ln.addr, err)
	}
	defer f.rd.done()
	for {
		fd, sa, err := accept(f.fd)
		switch err {
		case nil:
			c := &conn{f: f.l.newFile(fd), network: ln.network, remote: toAddr(sa, ln.network)}
			if _, unix := sa.(*syscall.SockaddrUnix); !unix {
				c.SetNoDelay(true)
			}
			return c, nil
		case syscall.EINTR, syscall.ECONNABORTED:
		case syscall.EAGAIN:
			if err := f.wait(h, &f.rd, op); err != nil {
				return nil, opError("accept", ln.network, nil, ln.addr, err)
			}
		default:
			return nil, opError("accept", ln.network, nil, ln.addr, os.NewSyscallError("accept", err))
		}
	}
}

func (ln *listener) Addr() net.Addr { return ln.addr }

func (ln *listener) Close() error {
	ln.f.l.check("Listener.Close")
	if ln.unlink != "" && ln.f.fd >= 0 {
		syscall.Unlink(ln.unlink)
	}
	return opError("close", ln.network, nil, ln.addr, ln.f.close())
}

// SetDeadline ends waits for connections at a time.
func (ln *listener) SetDeadline(at time.Time) error { return ln.f.setDeadline(&ln.f.rd, at) }

func (l *Loop) dial(t *Task, network, address string) (net.Conn, error) {
	if l.opts.Portable {
		return l.portableDial(t, network, address)
	}
	switch network {
	case "unix", "unixgram":
		kind := syscall.SOCK_STREAM
		if network == "unixgram" {
			kind = syscall.SOCK_DGRAM
		}
		return l.connect(t, network, kind, &net.UnixAddr{Name: address, Net: network}, syscall.AF_UNIX)
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	default:
		return nil, unknownNetwork(network)
	}
	addrs, port, err := resolve(t, network, address)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, a := range addrs {
		if !a.IsValid() { // no host: this one
			a = netip.AddrFrom4([4]byte{127, 0, 0, 1})
			if strings.HasSuffix(network, "6") {
				a = netip.IPv6Loopback()
			}
		}
		family := syscall.AF_INET
		if !a.Is4() {
			family = syscall.AF_INET6
		}
		kind, to := syscall.SOCK_STREAM, net.Addr(net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(port))))
		if strings.HasPrefix(network, "udp") {
			kind, to = syscall.SOCK_DGRAM, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(port)))
		}
		c, err := l.connect(t, network, kind, to, family)
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
		if t.s.ended() != nil {
			break
		}
	}
	if len(errs) == 1 {
		return nil, errs[0]
	}
	return nil, errors.Join(errs...)
}

func (l *Loop) connect(t *Task, network string, kind int, to net.Addr, family int) (net.Conn, error) {
	const op = "Dial"
	if err := t.s.ended(); err != nil {
		return nil, err
	}
	sa, err := toSockaddr(to, family)
	if err != nil {
		return nil, err
	}
	fd, err := socket(family, kind, 0)
	if err != nil {
		return nil, err
	}
	f := l.newFile(fd)
	c := conn{f: f, network: network, remote: to}
	if kind == syscall.SOCK_STREAM && family != syscall.AF_UNIX {
		c.SetNoDelay(true)
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1)
	}
	fail := func(err error) (net.Conn, error) {
		f.close()
		return nil, opError("dial", network, nil, to, err)
	}
	for {
		err = syscall.Connect(fd, sa)
		if err != syscall.EINTR {
			break
		}
	}
	switch err {
	case nil, syscall.EISCONN:
	case syscall.EINPROGRESS, syscall.EALREADY:
		for connected := false; !connected; {
			f.wr.queue.push(t.h)
			if !f.known {
				f.known = true
				if err := l.files.watch(fd); err != nil {
					f.wr.queue.remove(t.h)
					return fail(err)
				}
			}
			if err := t.h.parkOutside(t.s, op); err != nil {
				return fail(err)
			}
			if f.fd < 0 {
				return nil, net.ErrClosed
			}
			code, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
			if err != nil {
				return fail(os.NewSyscallError("getsockopt", err))
			}
			switch errno := syscall.Errno(code); errno {
			case 0:
				_, err := syscall.Getpeername(fd)
				connected = err == nil // else a spurious event
			case syscall.EINPROGRESS, syscall.EALREADY, syscall.EINTR:
			case syscall.EISCONN:
				connected = true
			default:
				return fail(os.NewSyscallError("connect", errno))
			}
		}
	default:
		return fail(os.NewSyscallError("connect", err))
	}
	if kind == syscall.SOCK_DGRAM {
		return &packetConn{conn: c, family: family}, nil
	}
	return &c, nil
}

func (l *Loop) listen(t *Task, network, address string) (net.Listener, error) {
	if l.opts.Portable {
		return l.portableListen(t, network, address)
	}
	switch network {
	case "unix", "tcp", "tcp4", "tcp6":
	default:
		return nil, unknownNetwork(network)
	}
	fd, _, err := l.bound(t, network, address, syscall.SOCK_STREAM)
	if err != nil {
		return nil, err
	}
	if err := syscall.Listen(fd, backlog); err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("listen", err)
	}
	ln := &listener{f: l.newFile(fd), network: network, addr: localAddr(fd, network)}
	if network == "unix" {
		ln.unlink = pathOf(address)
	}
	return ln, nil
}

// backlog is how many connections may wait to be accepted; systems lower it to
// their own bound.
const backlog = 4096

func (l *Loop) listenPacket(t *Task, network, address string) (net.PacketConn, error) {
	if l.opts.Portable {
		return l.portableListenPacket(t, network, address)
	}
	switch network {
	case "unixgram", "udp", "udp4", "udp6":
	default:
		return nil, unknownNetwork(network)
	}
	fd, family, err := l.bound(t, network, address, syscall.SOCK_DGRAM)
	if err != nil {
		return nil, err
	}
	c := &packetConn{conn: conn{f: l.newFile(fd), network: network, local: localAddr(fd, network)}, family: family}
	if network == "unixgram" {
		c.unlink = pathOf(address)
	}
	return c, nil
}

// pathOf is the file to remove with a Unix socket; abstract ones have none.
func pathOf(address string) string {
	if strings.HasPrefix(address, "@") {
		return ""
	}
	return address
}

// bound makes a socket on a local address. Without a host it serves both IPv6
// and IPv4, where the system can.
func (l *Loop) bound(t *Task, network, address string, kind int) (fd, family int, err error) {
	if strings.HasPrefix(network, "unix") {
		fd, err := bind(syscall.AF_UNIX, kind, &syscall.SockaddrUnix{Name: address}, false)
		return fd, syscall.AF_UNIX, err
	}
	addrs, port, err := resolve(t, network, address)
	if err != nil {
		return -1, 0, err
	}
	a := addrs[0]
	for _, other := range addrs { // as package net does: IPv4 first for a name
		if other.Is4() {
			a = other
			break
		}
	}
	if a.Is4() || !a.IsValid() && strings.HasSuffix(network, "4") {
		sa := &syscall.SockaddrInet4{Port: port}
		if a.IsValid() {
			sa.Addr = a.As4()
		}
		fd, err := bind(syscall.AF_INET, kind, sa, false)
		return fd, syscall.AF_INET, err
	}
	sa := &syscall.SockaddrInet6{Port: port}
	if a.IsValid() {
		sa.Addr, sa.ZoneId = a.As16(), zoneID(a.Zone())
	}
	both := !a.IsValid() && !strings.HasSuffix(network, "6")
	fd, err = bind(syscall.AF_INET6, kind, sa, both)
	if err != nil && both { // no IPv6 here
		fd, err = bind(syscall.AF_INET, kind, &syscall.SockaddrInet4{Port: port}, false)
		return fd, syscall.AF_INET, err
	}
	return fd, syscall.AF_INET6, err
}

func bind(family, kind int, sa syscall.Sockaddr, both bool) (int, error) {
	fd, err := socket(family, kind, 0)
	if err != nil {
		return -1, err
	}
	if family == syscall.AF_INET6 {
		only := 1
		if both {
			only = 0
		}
		syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, only)
	}
	if family != syscall.AF_UNIX && kind == syscall.SOCK_STREAM {
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}
	if err := syscall.Bind(fd, sa); err != nil {
		syscall.Close(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	return fd, nil
}

func localAddr(fd int, network string) net.Addr {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return nil
	}
	return toAddr(sa, network)
}

func toAddr(sa syscall.Sockaddr, network string) net.Addr {
	var a netip.AddrPort
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		a = netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(zoneName(sa.ZoneId))
		}
		a = netip.AddrPortFrom(ip, uint16(sa.Port))
	case *syscall.SockaddrUnix:
		return &net.UnixAddr{Name: sa.Name, Net: network}
	default:
		return &net.UnixAddr{Net: network} // an unnamed peer
	}
	if strings.HasPrefix(network, "udp") {
		return net.UDPAddrFromAddrPort(a)
	}
	return net.TCPAddrFromAddrPort(a)
}

func toSockaddr(addr net.Addr, family int) (syscall.Sockaddr, error) {
	var a netip.AddrPort
	switch addr := addr.(type) {
	case *net.UnixAddr:
		return &syscall.SockaddrUnix{Name: addr.Name}, nil
	case *net.TCPAddr:
		a = addr.AddrPort()
	case *net.UDPAddr:
		a = addr.AddrPort()
	default:
		return nil, &net.AddrError{Err: "unexpected address type", Addr: addr.String()}
	}
	ip := a.Addr().Unmap()
	switch {
	case !ip.IsValid():
		return nil, &net.AddrError{Err: "missing address", Addr: addr.String()}
	case family == syscall.AF_INET && ip.Is4():
		return &syscall.SockaddrInet4{Port: int(a.Port()), Addr: ip.As4()}, nil
	case family == syscall.AF_INET:
		return nil, &net.AddrError{Err: "non-IPv4 address", Addr: addr.String()}
	}
	return &syscall.SockaddrInet6{Port: int(a.Port()), Addr: ip.As16(), ZoneId: zoneID(ip.Zone())}, nil
}

func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n := 0
	for _, c := range zone {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return uint32(n)
}

func zoneName(id uint32) string {
	if i, err := net.InterfaceByIndex(int(id)); err == nil {
		return i.Name
	}
	return ""
}

func (c *conn) loop() *Loop { return c.f.l }
