// Package clients talks to Redis and to web servers: what a call does hangs on what
// its method was called on.
package clients

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//greenlint:task
func client_bad(ctx context.Context, c *redis.Client) {
	c.Set(ctx, "k", 1) // want `GL401: task clients.client_bad holds the greenpool loop: github.com/redis/go-redis.cmdable.Set`
}

//greenlint:task
func universal_bad(ctx context.Context, c redis.UniversalClient) {
	c.Set(ctx, "k", 1) // want `GL401: .*redis/go-redis.UniversalClient.Set`
}

//greenlint:task
func exec_bad(ctx context.Context, c *redis.Client) {
	p := c.Pipeline()
	p.Set(ctx, "k", 1)
	p.Exec(ctx) // want `GL401: .*redis/go-redis.Pipeliner.Exec`
}

//greenlint:task
func pipelined_bad(ctx context.Context, c *redis.Client) {
	c.Pipelined(ctx, func(p redis.Pipeliner) error { // want `GL401: .*redis/go-redis.Client.Pipelined`
		p.Set(ctx, "k", 1)
		return nil
	})
}

//greenlint:task
func pipeline_ok(ctx context.Context, c redis.UniversalClient, p redis.Pipeliner) {
	p.Set(ctx, "k", 1)
	fill_ok(ctx, c.Pipeline())
	c.Close()
}

func fill_ok(ctx context.Context, p redis.Pipeliner) { p.Set(ctx, "k", 1) }

//greenlint:task
func goroutine_ok(ctx context.Context, c redis.UniversalClient) {
	go c.Set(ctx, "k", 1)
	time.AfterFunc(time.Second, func() { c.Set(ctx, "k", 1) })
}

//greenlint:task
func body_bad(res *http.Response) {
	io.ReadAll(res.Body)                                      // want `GL401: .*net/http.body.Read`
	bufio.NewScanner(res.Body).Scan()                         // want `GL401: .*net/http.body.Read`
	textproto.NewReader(bufio.NewReader(res.Body)).ReadLine() // want `GL401: .*net/http.body.Read`
	status_bad(res)
}

func status_bad(res *http.Response) (n uint32) {
	binary.Read(res.Body, binary.BigEndian, &n) // want `GL401: .*net/http.body.Read \(1 call away\)`
	return n
}

//greenlint:task
func body_ok(res *http.Response) (n uint32) {
	res.Body.Close()
	io.ReadAll(strings.NewReader(res.Status))
	binary.Read(strings.NewReader(res.Status), binary.BigEndian, &n)
	go io.Copy(io.Discard, res.Body)
	return n
}
