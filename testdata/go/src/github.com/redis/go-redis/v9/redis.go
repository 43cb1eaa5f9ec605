// Package redis is a stub of the client, with just what the fixtures use.
package redis

import "context"

type StatusCmd struct{}

type Cmder interface{}

type cmdable func()

func (c cmdable) Set(ctx context.Context, key string, value any) *StatusCmd { return nil }

type StringCmdable interface {
	Set(ctx context.Context, key string, value any) *StatusCmd
}

type Cmdable interface {
	Pipeline() Pipeliner
	StringCmdable
}

type UniversalClient interface {
	Cmdable
	Close() error
}

type Pipeliner interface {
	Cmdable
	Exec(ctx context.Context) ([]Cmder, error)
}

type Client struct{ cmdable }

func (c *Client) Pipeline() Pipeliner { return nil }

func (c *Client) Pipelined(ctx context.Context, f func(Pipeliner) error) ([]Cmder, error) {
	return nil, nil
}

func (c *Client) Close() error { return nil }
