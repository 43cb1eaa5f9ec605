package green

import (
	"errors"
	"net"
	"time"
)

// A StreamServer runs a task for each connection (gevent.server.StreamServer,
// eventlet.serve).
type StreamServer struct {
	// Handler serves one connection, which is closed when it returns.
	Handler func(*Task, net.Conn) error

	// Pool bounds how many connections are served at once; further ones wait to
	// be accepted. Nil means no bound.
	Pool *Pool

	// Error is told of what Handler returned, if it is set.
	Error func(net.Conn, error)
}

// Serve accepts connections until ln is closed, which is no error, or t is
// ended. It returns when all handlers have: of a closed listener they finish in
// peace, and with t they are ended.
func (s *StreamServer) Serve(t *Task, ln net.Listener) error {
	return serve(t, s.Pool, "connection", func() (func(*Task) error, error) {
		c, err := acceptOne(t, ln)
		if err != nil {
			return nil, err
		}
		return func(t *Task) error {
			defer c.Close()
			err := s.Handler(t, c)
			if err != nil && s.Error != nil {
				s.Error(c, err)
			}
			return nil
		}, nil
	})
}

// A DatagramServer runs a task for each datagram (gevent.server.DatagramServer).
type DatagramServer struct {
	Handler func(t *Task, conn net.PacketConn, data []byte, from net.Addr) error
	Pool    *Pool
	Error   func(net.Addr, error)
	MaxSize int // of a datagram; 0 means 64 KB
}

// Serve reads datagrams until conn is closed, which is no error, or t is ended.
// It returns when all handlers have.
func (s *DatagramServer) Serve(t *Task, conn net.PacketConn) error {
	size := s.MaxSize
	if size == 0 {
		size = 64 << 10
	}
	buf := make([]byte, size)
	return serve(t, s.Pool, "datagram", func() (func(*Task) error, error) {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return nil, err
		}
		data := append([]byte(nil), buf[:n]...)
		return func(t *Task) error {
			if err := s.Handler(t, conn, data, from); err != nil && s.Error != nil {
				s.Error(from, err)
			}
			return nil
		}, nil
	})
}

// serve starts a task for each thing that next returns.
func serve(t *Task, pool *Pool, name string, next func() (func(*Task) error, error)) error {
	handlers := NewPool(0)
	inner, cancel := t.WithCancel()
	defer cancel()
	for {
		if pool != nil && pool.slots != nil { // do not accept what can't be served
			pool.waiting++
			err := pool.slots.Acquire(inner)
			pool.waiting--
			if err != nil {
				return seeOut(t, handlers, cancel, err)
			}
		}
		f, err := next()
		if err != nil {
			if pool != nil && pool.slots != nil {
				pool.slots.Release()
			}
			return seeOut(t, handlers, cancel, err)
		}
		h := inner.Go(name, f)
		handlers.adopt(h)
		if pool != nil {
			pool.adopt(h)
		}
	}
}

func seeOut(t *Task, handlers *Pool, cancel func(), err error) error {
	if errors.Is(err, net.ErrClosed) && t.s.ended() == nil {
		if err := handlers.Wait(t); err == nil {
			return nil
		}
	}
	cancel()
	clean, done := t.WithoutCancel()
	defer done()
	handlers.Wait(clean)
	if end := t.s.ended(); end != nil {
		return end
	}
	return err
}

// acceptOne waits out a lack of descriptors, as package net/http does.
func acceptOne(t *Task, ln net.Listener) (net.Conn, error) {
	for delay := 5 * time.Millisecond; ; delay = min(2*delay, time.Second) {
		c, err := ln.Accept()
		if err == nil || !outOfFiles(err) {
			return c, err
		}
		if err := t.Sleep(delay); err != nil {
			return nil, err
		}
	}
}
