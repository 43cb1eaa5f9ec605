package green

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// An HTTPServer serves HTTP/1.1 with a task for each connection
// (gevent.pywsgi.WSGIServer, eventlet.wsgi). Package net/http's own server can't
// be used: it starts goroutines, which are no tasks.
//
// A handler runs on the task of its connection and finds it by [TaskFrom] in the
// request's context. Like every task it must not hold the loop. There is no
// HTTP/2, there are no trailers, and the context does not end when the client
// goes away: a write then fails.
type HTTPServer struct {
	Handler           http.Handler  // nil means http.DefaultServeMux
	ReadHeaderTimeout time.Duration // from the first byte waited for; 0 means none
	ReadTimeout       time.Duration // for the whole request
	WriteTimeout      time.Duration // for the response
	IdleTimeout       time.Duration // between requests; 0 means ReadHeaderTimeout
	MaxHeaderBytes    int           // 0 means http.DefaultMaxHeaderBytes
	Pool              *Pool         // bounds the connections
	ErrorLog          *log.Logger   // nil means the standard logger

	listeners map[net.Listener]bool
	conns     map[*httpConn]bool
	closing   bool
}

// Serve serves connections until ln is closed or Shutdown called, which is no
// error, or until t is ended. ln may be one of [ListenTLS].
func (s *HTTPServer) Serve(t *Task, ln net.Listener) error {
	if s.listeners == nil {
		s.listeners, s.conns = make(map[net.Listener]bool), make(map[*httpConn]bool)
	}
	s.listeners[ln] = true
	defer delete(s.listeners, ln)
	stream := StreamServer{Pool: s.Pool, Handler: func(t *Task, c net.Conn) error {
		hc := &httpConn{s: s, t: t, conn: c}
		s.conns[hc] = true
		defer delete(s.conns, hc)
		hc.serve()
		return nil
	}}
	return stream.Serve(t, ln)
}

// ListenAndServe serves a TCP address, until t is ended or Shutdown called.
func (s *HTTPServer) ListenAndServe(t *Task, address string) error {
	ln, err := Listen(t, "tcp", address)
	if err != nil {
		return err
	}
	defer ln.Close()
	return s.Serve(t, ln)
}

// Shutdown closes the listeners and the idle connections; the others end with
// the request they are at. It does not wait: Serve returns when they have ended.
func (s *HTTPServer) Shutdown() {
	s.closing = true
	for ln := range s.listeners {
		ln.Close()
	}
	for c := range s.conns {
		if c.idle {
			c.conn.Close()
		}
	}
}

type httpConn struct {
	s     *HTTPServer
	t     *Task
	conn  net.Conn
	limit *io.LimitedReader
	br    *bufio.Reader
	bw    *bufio.Writer
	idle  bool
	taken bool // hijacked
}

func (c *httpConn) serve() {
	s := c.s
	if tc, ok := c.conn.(*TLSConn); ok {
		if s.ReadHeaderTimeout > 0 {
			tc.SetDeadline(time.Now().Add(s.ReadHeaderTimeout))
		}
		if err := tc.Handshake(); err != nil {
			return
		}
		tc.SetDeadline(time.Time{})
	}
	maxHeader := int64(s.MaxHeaderBytes)
	if maxHeader <= 0 {
		maxHeader = http.DefaultMaxHeaderBytes
	}
	c.limit = &io.LimitedReader{R: c.conn}
	c.br, c.bw = bufio.NewReader(c.limit), bufio.NewWriter(c.conn)
	for first := true; ; first = false {
		c.limit.N = maxHeader + 4096 // as package net/http: some slack for the buffer
		if !c.await(first) {
			return
		}
		req, err := http.ReadRequest(c.br)
		if err != nil {
			c.refuse(err)
			return
		}
		if !c.handle(req) {
			return
		}
	}
}

// await waits for the first byte of a request and sets the deadlines for it.
func (c *httpConn) await(first bool) bool {
	s := c.s
	idle := s.IdleTimeout
	if idle == 0 || first {
		idle = s.ReadHeaderTimeout
	}
	if idle == 0 {
		idle = s.ReadTimeout
	}
	if idle > 0 {
		c.conn.SetReadDeadline(time.Now().Add(idle))
	}
	if c.br.Buffered() == 0 {
		if s.closing {
			return false
		}
		c.idle = true
		_, err := c.br.Peek(1)
		c.idle = false
		if err != nil {
			return false
		}
	}
	switch header := s.ReadHeaderTimeout; {
	case header > 0:
		c.conn.SetReadDeadline(time.Now().Add(header))
	case s.ReadTimeout > 0:
		c.conn.SetReadDeadline(time.Now().Add(s.ReadTimeout))
	case idle > 0:
		c.conn.SetReadDeadline(time.Time{})
	}
	return true
}

func (c *httpConn) refuse(err error) {
	status := "400 Bad Request"
	var netErr net.Error
	switch {
	case c.limit.N <= 0:
		status = "431 Request Header Fields Too Large"
	case errors.As(err, &netErr), errors.Is(err, io.EOF), c.t.Err() != nil:
		return
	case strings.Contains(err.Error(), "unsupported transfer encoding"):
		status = "501 Not Implemented"
	}
	fmt.Fprintf(c.conn, "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s", status, status)
}

// handle serves one request and reports whether another may follow.
func (c *httpConn) handle(req *http.Request) (more bool) {
	c.limit.N = 1<<63 - 1
	if req.ProtoAtLeast(1, 1) && req.Host == "" {
		c.refuse(errors.New("missing Host"))
		return false
	}
	if s := c.s; s.ReadTimeout > 0 && s.ReadHeaderTimeout > 0 {
		c.conn.SetReadDeadline(time.Now().Add(s.ReadTimeout))
	} else if s.ReadHeaderTimeout > 0 {
		c.conn.SetReadDeadline(time.Time{})
	}
	if d := c.s.WriteTimeout; d > 0 {
		c.conn.SetWriteDeadline(time.Now().Add(d))
	}
	req.RemoteAddr = c.conn.RemoteAddr().String()
	if tc, ok := c.conn.(*TLSConn); ok {
		state := tc.ConnectionState()
		req.TLS = &state
	}
	w := &httpResponse{c: c, req: req, header: make(http.Header), length: -1}
	w.body = req.Body
	switch expect := req.Header.Get("Expect"); {
	case expect == "":
	case strings.EqualFold(expect, "100-continue") && req.ProtoAtLeast(1, 1):
		if req.ContentLength != 0 {
			req.Body = &continueBody{ReadCloser: req.Body, w: w}
		}
	default:
		w.header.Set("Connection", "close")
		w.WriteHeader(http.StatusExpectationFailed)
		w.finish()
		return false
	}
	// A request context of its own ends with the request, for what the handler
	// has left running elsewhere.
	ctx, cancel := context.WithCancel(context.WithValue(c.t, http.LocalAddrContextKey, c.conn.LocalAddr()))
	defer cancel()
	req = req.WithContext(ctx)

	finished := false
	defer func() {
		if finished {
			return
		}
		more = false
		switch p := recover(); p {
		case nil: // runtime.Goexit goes on
		case http.ErrAbortHandler:
		default:
			if u, ours := p.(unwind); ours {
				panic(u)
			}
			c.logf("green: panic serving %s: %v\n%s", req.RemoteAddr, p, debug.Stack())
		}
	}()
	handler := c.s.Handler
	if handler == nil {
		handler = http.DefaultServeMux
	}
	handler.ServeHTTP(w, req)
	finished = true
	if c.taken {
		return false
	}
	return w.finish() && !c.s.closing
}

func (c *httpConn) logf(format string, args ...any) {
	if c.s.ErrorLog != nil {
		c.s.ErrorLog.Printf(format, args...)
	} else {
		log.Printf(format, args...)
	}
}

// continueBody asks for the body when the handler first reads it.
type continueBody struct {
	io.ReadCloser
	w     *httpResponse
	asked bool
}

func (b *continueBody) Read(p []byte) (int, error) {
	if !b.asked {
		b.asked = true
		if !b.w.sent {
			io.WriteString(b.w.c.bw, "HTTP/1.1 100 Continue\r\n\r\n")
			if err := b.w.c.bw.Flush(); err != nil {
				return 0, err
			}
		}
	}
	return b.ReadCloser.Read(p)
}

// httpResponse is the ResponseWriter. It holds back the first 2 KB of the body,
// so that short responses get a Content-Length.
type httpResponse struct {
	c       *httpConn
	req     *http.Request
	body    io.ReadCloser
	header  http.Header
	status  int
	held    []byte
	sent    bool  // the header is on its way
	length  int64 // as declared, -1 if it was not
	written int64
	chunked bool
	close   bool
	err     error
}

const heldBack = 2048

func (w *httpResponse) Header() http.Header { return w.header }

func (w *httpResponse) WriteHeader(status int) {
	if w.status != 0 || w.c.taken {
		w.c.logf("green: superfluous WriteHeader(%d) for %s", status, w.req.URL.Path)
		return
	}
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("green: invalid WriteHeader code %d", status))
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		fmt.Fprintf(w.c.bw, "HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
		w.header.Write(w.c.bw)
		io.WriteString(w.c.bw, "\r\n")
		w.c.bw.Flush()
		return
	}
	w.status = status
	if v := w.header.Get("Content-Length"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			w.c.logf("green: invalid Content-Length %q", v)
			w.header.Del("Content-Length")
		} else {
			w.length = n
		}
	}
}

func (w *httpResponse) Write(b []byte) (int, error) {
	if w.c.taken {
		return 0, http.ErrHijacked
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	w.written += int64(len(b))
	if w.length >= 0 && w.written > w.length {
		return 0, http.ErrContentLength
	}
	if w.req.Method == http.MethodHead {
		return len(b), nil
	}
	if !w.sent {
		if len(w.held)+len(b) <= heldBack {
			w.held = append(w.held, b...)
			return len(b), nil
		}
		w.send(false)
	}
	w.raw(b)
	if w.err != nil {
		return 0, w.err
	}
	return len(b), nil
}

// raw writes a piece of the body.
func (w *httpResponse) raw(b []byte) {
	if w.err != nil || len(b) == 0 {
		return
	}
	if !w.chunked {
		_, w.err = w.c.bw.Write(b)
		return
	}
	fmt.Fprintf(w.c.bw, "%x\r\n", len(b))
	w.c.bw.Write(b)
	_, w.err = io.WriteString(w.c.bw, "\r\n")
}

// send writes the header and what was held back of the body. If whole is set,
// that is all of it.
func (w *httpResponse) send(whole bool) {
	w.sent = true
	h, head := w.header, w.req.Method == http.MethodHead
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if bodyAllowed(w.status) {
		if _, typed := h["Content-Type"]; !typed && h.Get("Content-Encoding") == "" && len(w.held) > 0 {
			h.Set("Content-Type", http.DetectContentType(w.held))
		}
		te := h.Get("Transfer-Encoding")
		switch {
		case w.length >= 0:
		case whole && (!head || w.written > 0):
			h.Set("Content-Length", strconv.FormatInt(w.written, 10))
		case head:
		case te != "" && te != "chunked":
			w.close = true
		case w.req.ProtoAtLeast(1, 1):
			w.chunked = true
			h.Set("Transfer-Encoding", "chunked")
		default:
			w.close = true
		}
	} else {
		h.Del("Transfer-Encoding")
		if w.status != http.StatusNotModified {
			h.Del("Content-Length")
		}
	}
	if !keepAlive(w.req) || tokens(h.Get("Connection"), "close") || w.c.s.closing {
		w.close = true
	}
	if w.close && w.status != http.StatusSwitchingProtocols {
		h.Set("Connection", "close")
	} else if !w.req.ProtoAtLeast(1, 1) && h.Get("Connection") == "" {
		h.Set("Connection", "keep-alive")
	}
	if _, dated := h["Date"]; !dated {
		h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	bw := w.c.bw
	text := http.StatusText(w.status)
	if text == "" {
		text = "status code " + strconv.Itoa(w.status)
	}
	io.WriteString(bw, "HTTP/1.1 "+strconv.Itoa(w.status)+" "+text+"\r\n")
	h.Write(bw)
	_, w.err = io.WriteString(bw, "\r\n")
	held := w.held
	w.held = nil
	w.raw(held)
}

// finish completes the response and reports whether the connection can go on.
func (w *httpResponse) finish() bool {
	if !w.sent {
		w.send(true)
	}
	if w.chunked && w.err == nil {
		_, w.err = io.WriteString(w.c.bw, "0\r\n\r\n")
	}
	if err := w.c.bw.Flush(); err != nil || w.err != nil {
		return false
	}
	if w.length >= 0 && w.written < w.length && w.req.Method != http.MethodHead && bodyAllowed(w.status) {
		return false // the client waits for more than it will get
	}
	if w.close {
		return false
	}
	if b, ok := w.req.Body.(*continueBody); ok && !b.asked {
		return false // whether the body will come is unknown
	}
	// What the handler has left of the request is in the way of the next.
	const most = 256 << 10
	n, err := io.CopyN(io.Discard, w.body, most+1)
	w.body.Close()
	return n <= most && errors.Is(err, io.EOF)
}

func (w *httpResponse) Flush() { w.FlushError() }

// FlushError is used by [http.ResponseController].
func (w *httpResponse) FlushError() error {
	if !w.sent {
		if w.status == 0 {
			w.WriteHeader(http.StatusOK)
		}
		w.send(false)
	}
	if err := w.c.bw.Flush(); err != nil {
		return err
	}
	return w.err
}

func (w *httpResponse) SetReadDeadline(t time.Time) error  { return w.c.conn.SetReadDeadline(t) }
func (w *httpResponse) SetWriteDeadline(t time.Time) error { return w.c.conn.SetWriteDeadline(t) }
func (w *httpResponse) EnableFullDuplex() error            { return nil }

// Hijack hands the connection over to the handler. It is closed when the handler
// returns.
func (w *httpResponse) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.c.taken {
		return nil, nil, http.ErrHijacked
	}
	if w.sent {
		if err := w.FlushError(); err != nil {
			return nil, nil, err
		}
	}
	w.c.taken = true
	w.c.conn.SetDeadline(time.Time{})
	return w.c.conn, bufio.NewReadWriter(w.c.br, w.c.bw), nil
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func keepAlive(r *http.Request) bool {
	if r.Close {
		return false
	}
	return r.ProtoAtLeast(1, 1) || tokens(r.Header.Get("Connection"), "keep-alive")
}

// tokens reports whether a comma-separated header has the given token.
func tokens(header, token string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}
