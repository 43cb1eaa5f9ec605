// Package handlers serves connections on event loops.
package handlers

import (
	"os"
	"sync"
	"time"

	"github.com/panjf2000/gnet/v2"
)

// server has some of gnet's handlers; the rest it has from gnet.
type server struct {
	gnet.BuiltinEventEngine

	mu   sync.Mutex
	jobs sync.WaitGroup
}

func (s *server) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	b, _ := os.ReadFile("motd") // want `GL203: handler .*OnOpen holds the gnet loop: os.ReadFile`
	return b, 0
}

func (s *server) OnTraffic(c gnet.Conn) gnet.Action {
	b, _ := c.Next(-1)
	s.wait_bad()
	s.count_ok()
	go s.later_ok()
	c.Write(b)
	return 0
}

func (s *server) wait_bad() {
	s.jobs.Wait() // want `GL204: handler .*OnTraffic holds the gnet loop: sync.WaitGroup.Wait \(1 call away\)`
}

// count_ok holds its lock for an instant: a handler is never taken off with it.
func (s *server) count_ok() {
	s.mu.Lock()
	s.mu.Unlock()
}

func (s *server) later_ok() {
	s.mu.Lock()
	time.Sleep(time.Second)
	s.mu.Unlock()
}

// unnamed_ok has the name of no handler.
func (s *server) unnamed_ok() { time.Sleep(time.Second) }
