package green

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Dial connects to address without holding the loop (gevent.socket
// create_connection, eventlet.connect). Networks are those of [net.Dial]: tcp,
// udp and unix with their variants. Host names are looked up off the loop, and
// their addresses tried in turn.
//
// The connection belongs to the loop: its methods wait for the running task and
// panic in any other goroutine. They obey deadlines, and the innermost timeout
// of the running task.
func Dial(t *Task, network, address string) (net.Conn, error) {
	t.h.mustRun("Dial")
	conn, err := t.h.l.dial(t, network, address)
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	return conn, nil
}

// Listen listens on a local address (gevent.server, eventlet.listen). Networks
// are tcp, tcp4, tcp6 and unix.
func Listen(t *Task, network, address string) (net.Listener, error) {
	t.h.mustRun("Listen")
	ln, err := t.h.l.listen(t, network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	return ln, nil
}

// ListenPacket listens for datagrams. Networks are udp, udp4, udp6 and unixgram.
func ListenPacket(t *Task, network, address string) (net.PacketConn, error) {
	t.h.mustRun("ListenPacket")
	conn, err := t.h.l.listenPacket(t, network, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	return conn, nil
}

// DialContext is [Dial] for libraries that take such a function and call it, and
// use what it returns, on the goroutine of their caller. The caller must be a
// task of l. Of ctx, the deadline and the end count for the dialling.
func (l *Loop) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	h := l.current("Loop.DialContext")
	t, cancel := (&Task{h, h.top}).withContext(ctx)
	defer cancel()
	return Dial(t, network, address)
}

// withContext returns a task that also ends when ctx does.
func (t *Task) withContext(ctx context.Context) (*Task, func()) {
	if other, ok := TaskFrom(ctx); ok && other.h == t.h && ctx.Done() == other.Done() || ctx.Done() == nil {
		return t, func() {}
	}
	t = t.open("context", t.s)
	s := t.s
	stop := context.AfterFunc(ctx, func() {
		s.l.Post(func() { s.cancel(context.Cause(ctx)) })
	})
	return t, func() {
		stop()
		s.closeScope(context.Canceled)
	}
}

// LookupHost returns the addresses of a host. The system's resolver, or Go's,
// works on a thread of the pool (gevent's threadpool resolver).
func LookupHost(t *Task, host string) ([]netip.Addr, error) {
	t.h.mustRun("LookupHost")
	return lookup(t, "ip", host)
}

func lookup(t *Task, family, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	return OffloadValue(t, func() ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(t, family, host)
	})
}

// resolve returns the addresses that network and address stand for. An empty
// host gives one invalid address.
func resolve(t *Task, network, address string) ([]netip.Addr, int, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, 0, err
	}
	port, err := strconv.Atoi(service)
	if err != nil {
		if service == "" {
			port = 0
		} else if port, err = OffloadValue(t, func() (int, error) {
			return net.DefaultResolver.LookupPort(t, network, service)
		}); err != nil {
			return nil, 0, err
		}
	}
	if port < 0 || port > 65535 {
		return nil, 0, &net.AddrError{Err: "invalid port", Addr: service}
	}
	if host == "" {
		return []netip.Addr{{}}, port, nil
	}
	family := "ip"
	switch {
	case strings.HasSuffix(network, "4"):
		family = "ip4"
	case strings.HasSuffix(network, "6"):
		family = "ip6"
	}
	addrs, err := lookup(t, family, host)
	if err != nil {
		return nil, 0, err
	}
	fit := addrs[:0]
	for _, a := range addrs {
		a = a.Unmap()
		if family == "ip4" && !a.Is4() || family == "ip6" && a.Is4() {
			continue
		}
		fit = append(fit, a)
	}
	if len(fit) == 0 {
		return nil, 0, &net.AddrError{Err: "no suitable address", Addr: host}
	}
	return fit, port, nil
}

// opError is what package net wraps errors in; io.EOF excepted.
func opError(op, network string, source, addr net.Addr, err error) error {
	var already *net.OpError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &net.OpError{Op: op, Net: network, Source: source, Addr: addr, Err: err}
}

func unknownNetwork(network string) error {
	return fmt.Errorf("network %q: %w", network, net.UnknownNetworkError(network))
}
