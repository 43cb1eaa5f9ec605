// Package green is a stub of the pool, with just what the fixtures use.
package green

import (
	"context"
	"net"
	"time"
)

type Options struct{}

type Loop struct{}

func NewLoop(opts Options) *Loop { return &Loop{} }

func (l *Loop) Run(ctx context.Context, main func(*Task) error) error { return nil }

func (l *Loop) Go(name string, f func(*Task) error) *Handle { return nil }

type Task struct{}

func (t *Task) Go(name string, f func(*Task) error) *Handle { return nil }

func (t *Task) Sleep(d time.Duration) error { return nil }

func (t *Task) Yield() error { return nil }

type Handle struct{}

func JoinAll(t *Task, handles ...*Handle) error { return nil }

type Lock struct{}

func (m *Lock) Lock(t *Task) error { return nil }

func (m *Lock) Unlock(t *Task) {}

func Dial(t *Task, network, address string) (net.Conn, error) { return nil, nil }

func Offload(t *Task, f func() error) error { return nil }
