package green

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// A Transport makes an [http.Client] work on the loop:
//
//	client := &http.Client{Transport: green.NewTransport(t.Loop())}
//
// The standard Transport, even with a green dialer, would not do: it talks to
// the connection from goroutines of its own, while the calling goroutine, which
// is the loop's thread, waits on a channel. This one does all of a request's
// work in the calling task. Redirects, cookies and the client's Timeout are the
// client's matter and work as ever; connections are kept and used again.
//
// There is no HTTP/2 and no proxy.
type Transport struct {
	TLS                *tls.Config   // nil means the defaults
	MaxIdlePerHost     int           // connections kept; 0 means 100, below 0 none
	IdleTimeout        time.Duration // after which a kept one is not used again; 0 means 90 seconds
	HeaderTimeout      time.Duration // from the request to the response's header; 0 means none
	MaxHeaderBytes     int64         // of a response; 0 means 1 MB
	DisableCompression bool          // do not ask for gzip on one's own

	// Dial replaces the package's Dial, if it is set.
	Dial func(t *Task, network, address string) (net.Conn, error)

	l    *Loop
	idle map[string][]*httpPeer
}

// NewTransport returns a transport for tasks of l.
func NewTransport(l *Loop) *Transport {
	return &Transport{l: l, idle: make(map[string][]*httpPeer)}
}

// httpPeer is a connection to a server.
type httpPeer struct {
	key    string
	conn   net.Conn
	limit  *io.LimitedReader
	br     *bufio.Reader
	bw     *bufio.Writer
	used   bool  // for a request before this one
	parked int64 // when it was put by
}

// RoundTrip implements [http.RoundTripper]. It must be called in a task.
func (tr *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if tr.l == nil {
		closeBody(req)
		return nil, errors.New("green: a Transport must be made by NewTransport")
	}
	h := tr.l.current("Transport.RoundTrip")
	t := &Task{h, h.top}
	if err := checkRequest(req); err != nil {
		closeBody(req)
		return nil, err
	}
	for {
		p, err := tr.peer(t, req)
		if err != nil {
			closeBody(req)
			return nil, err
		}
		resp, err := tr.exchange(t, p, req)
		if err == nil {
			return resp, nil
		}
		var stale *staleError
		if !errors.As(err, &stale) {
			return nil, err
		}
		// A kept connection that the server has closed: the request has not
		// been seen, so it can be sent again, if its body can.
		if !p.used || !replayable(req) {
			return nil, stale.err
		}
		if req.GetBody != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			again := *req
			again.Body = body
			req = &again
		}
	}
}

// CloseIdleConnections is called by [http.Client.CloseIdleConnections].
func (tr *Transport) CloseIdleConnections() {
	tr.l.check("Transport.CloseIdleConnections")
	for key, peers := range tr.idle {
		for _, p := range peers {
			p.conn.Close()
		}
		delete(tr.idle, key)
	}
}

func checkRequest(req *http.Request) error {
	switch {
	case req.URL == nil:
		return errors.New("green: nil Request.URL")
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return errors.New("green: unsupported protocol scheme " + req.URL.Scheme)
	case req.URL.Host == "":
		return errors.New("green: no Host in request URL")
	case req.Method != "" && strings.ContainsAny(req.Method, " \r\n\t"):
		return errors.New("green: invalid method")
	}
	for k, vs := range req.Header {
		if k == "" || strings.ContainsAny(k, " \r\n:") {
			return errors.New("green: invalid header field name")
		}
		for _, v := range vs {
			if strings.ContainsAny(v, "\r\n\x00") {
				return errors.New("green: invalid header field value for " + k)
			}
		}
	}
	return nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// replayable reports whether a request may be sent twice.
func replayable(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return req.Header["Idempotency-Key"] != nil || req.Header["X-Idempotency-Key"] != nil
}

// peer takes an idle connection or dials.
func (tr *Transport) peer(t *Task, req *http.Request) (*httpPeer, error) {
	if err := context.Cause(req.Context()); err != nil {
		return nil, err
	}
	address := req.URL.Host
	if req.URL.Port() == "" {
		port := "80"
		if req.URL.Scheme == "https" {
			port = "443"
		}
		address = net.JoinHostPort(req.URL.Hostname(), port)
	}
	key := req.URL.Scheme + "|" + address
	idle := tr.IdleTimeout
	if idle == 0 {
		idle = 90 * time.Second
	}
	for peers := tr.idle[key]; len(peers) > 0; peers = tr.idle[key] {
		p := peers[len(peers)-1]
		peers[len(peers)-1] = nil
		tr.idle[key] = peers[:len(peers)-1]
		if now()-p.parked < int64(idle) {
			p.used = true
			return p, nil
		}
		p.conn.Close()
	}
	t, cancel := t.withContext(req.Context())
	defer cancel()
	dial := Dial
	if tr.Dial != nil {
		dial = tr.Dial
	}
	conn, err := dial(t, "tcp", address)
	if err != nil {
		return nil, err
	}
	if req.URL.Scheme == "https" {
		config := new(tls.Config)
		if tr.TLS != nil {
			config = tr.TLS.Clone()
		}
		if config.ServerName == "" {
			config.ServerName = req.URL.Hostname()
		}
		config.NextProtos = []string{"http/1.1"}
		c := TLSClient(conn, config)
		if err := c.Handshake(); err != nil {
			conn.Close()
			return nil, err
		}
		conn = c
	}
	p := &httpPeer{key: key, conn: conn, limit: &io.LimitedReader{R: conn}}
	p.br, p.bw = bufio.NewReader(p.limit), bufio.NewWriter(conn)
	return p, nil
}

// staleError is a failure before the server can have seen the request.
type staleError struct{ err error }

func (e *staleError) Error() string { return e.err.Error() }

func (tr *Transport) exchange(t *Task, p *httpPeer, req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	x := &exchange{tr: tr, p: p, ctx: ctx}
	if ctx.Done() != nil {
		x.stop = context.AfterFunc(ctx, func() {
			tr.l.Post(func() {
				if !x.over {
					p.conn.SetDeadline(past)
				}
			})
		})
	}
	out, zipped := tr.outgoing(req)
	if req.Body == nil || req.Body == http.NoBody {
		if err := x.write(out); err != nil {
			x.end(false)
			return nil, &staleError{x.blame(err)}
		}
	} else {
		// The server may answer before it has read all, so the body is sent by a
		// task of its own.
		x.writer = t.Go("http body", func(*Task) error { return x.write(out) })
	}
	if tr.HeaderTimeout > 0 {
		p.conn.SetReadDeadline(time.Now().Add(tr.HeaderTimeout))
	}
	p.limit.N = tr.MaxHeaderBytes
	if p.limit.N <= 0 {
		p.limit.N = 1 << 20
	}
	if _, err := p.br.Peek(1); err != nil {
		x.end(false)
		if x.writer != nil && x.writer.Ended() && x.writer.err != nil {
			err = x.writer.err
		}
		err = x.blame(err)
		if ctx.Err() != nil || t.s.ended() != nil || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			return nil, err
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, &staleError{err}
	}
	var resp *http.Response
	for {
		var err error
		if resp, err = http.ReadResponse(p.br, req); err != nil {
			over := p.limit.N <= 0
			x.end(false)
			if over {
				return nil, errors.New("green: the response's header is too long")
			}
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, x.blame(err)
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			break
		}
	}
	p.limit.N = 1<<63 - 1
	if tr.HeaderTimeout > 0 {
		p.conn.SetReadDeadline(time.Time{})
	}
	if tc, ok := p.conn.(*TLSConn); ok {
		state := tc.ConnectionState()
		resp.TLS = &state
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		x.over = true
		if x.stop != nil {
			x.stop()
		}
		resp.Body = &upgraded{Conn: p.conn, br: p.br}
		return resp, nil
	}
	x.keep = !resp.Close && !req.Close
	if resp.Body == http.NoBody {
		x.end(true)
		return resp, nil
	}
	x.body = resp.Body
	resp.Body = x
	if zipped && strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = -1
		resp.Uncompressed = true
		resp.Body = &gunzip{raw: x}
	}
	return resp, nil
}

// outgoing returns the request as it is sent, and whether gzip was asked for on
// the transport's own account.
func (tr *Transport) outgoing(req *http.Request) (*http.Request, bool) {
	ask := !tr.DisableCompression && req.Header.Get("Accept-Encoding") == "" && req.Header.Get("Range") == "" && req.Method != http.MethodHead
	out := req.WithContext(req.Context())
	if ask {
		out.Header = req.Header.Clone()
		if out.Header == nil {
			out.Header = make(http.Header)
		}
		out.Header.Set("Accept-Encoding", "gzip")
	}
	if tr.MaxIdlePerHost < 0 {
		out.Close = true
	}
	return out, ask
}

// An exchange is a request under way. As the response's body it gives the
// connection back at the end.
type exchange struct {
	tr     *Transport
	p      *httpPeer
	ctx    context.Context
	stop   func() bool
	writer *Handle // of the request's body, or nil
	body   io.ReadCloser
	keep   bool
	over   bool
}

func (x *exchange) write(req *http.Request) error {
	if err := req.Write(x.p.bw); err != nil {
		return err
	}
	return x.p.bw.Flush()
}

// blame prefers the context's error to the one of the connection that was
// interrupted for it.
func (x *exchange) blame(err error) error {
	if cause := x.ctx.Err(); cause != nil {
		return cause
	}
	return err
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// end lets go of the connection, whose response was read to its end if whole.
func (x *exchange) end(whole bool) {
	if x.over {
		return
	}
	x.over = true
	stopped := x.stop == nil || x.stop()
	p, tr := x.p, x.tr
	most := tr.MaxIdlePerHost
	if most == 0 {
		most = 100
	}
	sent := x.writer == nil || x.writer.Ended() && x.writer.err == nil
	if whole && x.keep && stopped && sent && p.br.Buffered() == 0 && len(tr.idle[p.key]) < most {
		p.parked = now()
		tr.idle[p.key] = append(tr.idle[p.key], p)
		return
	}
	p.conn.Close()
}

func (x *exchange) Read(b []byte) (int, error) {
	if x.over && x.body == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := x.body.Read(b)
	if err == io.EOF {
		x.end(true)
	} else if err != nil {
		err = x.blame(err)
		x.end(false)
	}
	return n, err
}

func (x *exchange) Close() error {
	x.end(false)
	return nil
}

type gunzip struct {
	raw *exchange
	zr  *gzip.Reader
	err error
}

func (g *gunzip) Read(b []byte) (int, error) {
	if g.zr == nil && g.err == nil {
		g.zr, g.err = gzip.NewReader(g.raw)
	}
	if g.err != nil {
		return 0, g.err
	}
	return g.zr.Read(b)
}

func (g *gunzip) Close() error { return g.raw.Close() }

// upgraded is what a connection becomes that has switched protocols.
type upgraded struct {
	net.Conn
	br *bufio.Reader
}

func (u *upgraded) Read(b []byte) (int, error) { return u.br.Read(b) }
