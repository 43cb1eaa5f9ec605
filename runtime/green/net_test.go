package green

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// both runs a test over the poller and over goroutines.
func both(tt *testing.T, main func(tt *testing.T, t *Task) error) {
	for name, portable := range map[string]bool{"poller": false, "portable": true} {
		tt.Run(name, func(tt *testing.T) {
			l := NewLoop(Options{Portable: portable})
			if err := l.Run(context.Background(), func(t *Task) error {
				t, cancel := t.WithTimeout(time.Minute)
				defer cancel()
				return main(tt, t)
			}); err != nil {
				tt.Error(err)
			}
		})
	}
}

func echo(t *Task, c net.Conn) error {
	_, err := io.Copy(c, c)
	return err
}

func TestStreams(tt *testing.T) {
	dir := tt.TempDir()
	both(tt, func(tt *testing.T, t *Task) error {
		for network, address := range map[string]string{"tcp": "127.0.0.1:0", "tcp6": "[::1]:0", "unix": filepath.Join(dir, strings.ReplaceAll(tt.Name(), "/", "-"))} {
			ln, err := Listen(t, network, address)
			if err != nil {
				if network == "tcp6" {
					continue // no IPv6 here
				}
				return err
			}
			server := t.Go("server", func(t *Task) error { return (&StreamServer{Handler: echo}).Serve(t, ln) })
			big := bytes.Repeat([]byte("green "), 1<<18)
			g, _ := NewGroup(t)
			for range 4 {
				g.Go("client", func(t *Task) error {
					c, err := Dial(t, network, ln.Addr().String())
					if err != nil {
						return err
					}
					defer c.Close()
					t.Go("writer", func(t *Task) error {
						if _, err := c.Write(big); err != nil {
							return err
						}
						return c.(interface{ CloseWrite() error }).CloseWrite()
					})
					got, err := io.ReadAll(c)
					if err != nil || !bytes.Equal(got, big) {
						return fmt.Errorf("%s: %d bytes, %v", network, len(got), err)
					}
					return nil
				})
			}
			if err := g.Wait(); err != nil {
				return err
			}
			ln.Close()
			if err := server.Join(t); err != nil {
				return fmt.Errorf("server: %w", err)
			}
		}
		return nil
	})
}

func TestDatagrams(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		pc, err := ListenPacket(t, "udp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := t.Go("server", func(t *Task) error {
			return (&DatagramServer{Handler: func(t *Task, pc net.PacketConn, data []byte, from net.Addr) error {
				_, err := pc.WriteTo(bytes.ToUpper(data), from)
				return err
			}}).Serve(t, pc)
		})
		c, err := Dial(t, "udp", pc.LocalAddr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		buf := make([]byte, 100)
		for range 3 {
			if _, err := c.Write([]byte("ping")); err != nil {
				return err
			}
			n, err := c.Read(buf)
			if err != nil || string(buf[:n]) != "PING" {
				return fmt.Errorf("%q %v", buf[:n], err)
			}
		}
		pc.Close()
		return server.Join(t)
	})
}

func TestDeadlines(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		c, err := Dial(t, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		defer c.Close()
		buf := make([]byte, 1)
		// While the read waits.
		t.Go("setter", func(t *Task) error { return c.SetReadDeadline(time.Now().Add(time.Millisecond)) })
		if _, err := c.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("read: %v", err)
		}
		var timeout net.Error
		if _, err := c.Read(buf); !errors.As(err, &timeout) || !timeout.Timeout() {
			return fmt.Errorf("second read: %v", err)
		}
		// Put off, it is the task's own timeout that ends the wait, and the
		// connection is as good as before.
		c.SetReadDeadline(time.Now().Add(time.Hour))
		err = Within(t, time.Millisecond, func(*Task) error { _, err := c.Read(buf); return err })
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("timeout: %v", err)
		}
		s, err := ln.Accept()
		if err != nil {
			return err
		}
		defer s.Close()
		if _, err := s.Write([]byte("x")); err != nil {
			return err
		}
		if n, err := c.Read(buf); n != 1 || err != nil {
			return fmt.Errorf("after: %d %v", n, err)
		}
		// Closing ends a wait too.
		t.Go("closer", func(t *Task) error { return c.Close() })
		if _, err := c.Read(buf); !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("closed: %v", err)
		}
		return nil
	})
}

func TestKillDuringRead(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		c, err := Dial(t, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		h := t.Go("reader", func(t *Task) error { _, err := c.Read(make([]byte, 10)); return err })
		t.Yield()
		t.Yield()
		h.Kill(nil)
		if err := h.Join(t); !errors.Is(err, ErrKilled) {
			return fmt.Errorf("got %v", err)
		}
		return c.Close()
	})
}

// Writes of several tasks do not mix.
func TestWritesDoNotMix(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		if t.Loop().opts.Portable {
			return nil // package net's own affair
		}
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		c, err := Dial(t, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		s, err := ln.Accept()
		if err != nil {
			return err
		}
		const size, n = 1 << 20, 4
		for i := range n {
			t.Go("writer", func(t *Task) error {
				_, err := c.Write(bytes.Repeat([]byte{byte('a' + i)}, size))
				return err
			})
		}
		for i := range n {
			b := make([]byte, size)
			if _, err := io.ReadFull(s, b); err != nil {
				return err
			}
			if !bytes.Equal(b, bytes.Repeat([]byte{byte('a' + i)}, size)) {
				return fmt.Errorf("mixed in block %d", i)
			}
		}
		return nil
	})
}

func TestDialErrors(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		address := ln.Addr().String()
		ln.Close()
		_, err = Dial(t, "tcp", address)
		var op *net.OpError
		if runtime.GOOS != "windows" && !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &op) || op.Op != "dial" {
			tt.Errorf("refused: %v", err)
		}
		for _, c := range [][2]string{{"tcp", "no-port"}, {"carrier-pigeon", "x:1"}, {"tcp", "127.0.0.1:99999"}, {"tcp6", "127.0.0.1:1"}} {
			if _, err := Dial(t, c[0], c[1]); err == nil {
				tt.Errorf("%v: no error", c)
			}
		}
		return nil
	})
}

func TestLookup(tt *testing.T) {
	run(tt, func(t *Task) error {
		addrs, err := LookupHost(t, "localhost")
		if err != nil {
			tt.Skip("localhost has no address here:", err)
		}
		for _, a := range addrs {
			if !a.IsLoopback() {
				tt.Errorf("localhost is %v", a)
			}
		}
		return nil
	})
}

func TestOpenFilesAreClosedWithTheLoop(tt *testing.T) {
	l := NewLoop(Options{})
	var address string
	if err := l.Run(context.Background(), func(t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err == nil {
			address = ln.Addr().String()
		}
		return err
	}); err != nil {
		tt.Fatal(err)
	}
	if ln, err := net.Listen("tcp", address); err != nil {
		tt.Error("still open:", err)
	} else {
		ln.Close()
	}
}

// certificate borrows one from httptest, whose client trusts it.
func certificate(tt *testing.T) (server, client *tls.Config) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	tt.Cleanup(s.Close)
	client = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	client.ServerName, client.NextProtos = "example.com", nil
	return &tls.Config{Certificates: s.TLS.Certificates}, client
}

// One task reads while another writes, in both directions and far more than the
// buffers hold, and neither holds the loop.
func TestTLS(tt *testing.T) {
	server, client := certificate(tt)
	both(tt, func(tt *testing.T, t *Task) error {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			config := client.Clone()
			config.MaxVersion = version
			ln, err := ListenTLS(t, "tcp", "127.0.0.1:0", server)
			if err != nil {
				return err
			}
			t.Go("server", func(t *Task) error { return (&StreamServer{Handler: echo}).Serve(t, ln) })
			c, err := DialTLS(t, "tcp", ln.Addr().String(), config)
			if err != nil {
				return err
			}
			if got := c.ConnectionState().Version; got != version {
				return fmt.Errorf("version %x", got)
			}
			big := bytes.Repeat([]byte("secret "), 1<<17)
			for range 2 { // two writers, so that a mutex would be wanted twice
				t.Go("writer", func(t *Task) error { _, err := c.Write(big); return err })
			}
			got := make([]byte, 2*len(big))
			if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got[:len(big)], big) {
				return fmt.Errorf("%x: %v", version, err)
			}
			c.Close()
			ln.Close()
		}
		return nil
	})
}

func TestBareTLSConnWorks(tt *testing.T) {
	server, client := certificate(tt)
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		t.Go("server", func(t *Task) error {
			return (&StreamServer{Handler: func(t *Task, c net.Conn) error { return echo(t, tls.Server(c, server)) }}).Serve(t, ln)
		})
		raw, err := Dial(t, "tcp", ln.Addr().String())
		if err != nil {
			return err
		}
		c := tls.Client(raw, client)
		if _, err := c.Write([]byte("hello")); err != nil {
			return err
		}
		b := make([]byte, 5)
		_, err = io.ReadFull(c, b)
		return err
	})
}

func TestBadCertificate(tt *testing.T) {
	server, _ := certificate(tt)
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := ListenTLS(t, "tcp", "127.0.0.1:0", server)
		if err != nil {
			return err
		}
		t.Go("server", func(t *Task) error { return (&StreamServer{Handler: echo}).Serve(t, ln) })
		var bad *tls.CertificateVerificationError
		if _, err := DialTLS(t, "tcp", ln.Addr().String(), nil); !errors.As(err, &bad) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
}

var site = http.NewServeMux()

func init() {
	site.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	site.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body) // net/http can't do both at once
		w.Write(b)
	})
	site.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 1<<20)) })
	site.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	site.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hello", http.StatusFound) })
	site.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	site.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		zw := gzip.NewWriter(w)
		io.WriteString(zw, "unzipped")
		zw.Close()
	})
	site.HandleFunc("/flush", func(w http.ResponseWriter, r *http.Request) {
		for range 3 {
			io.WriteString(w, "piece ")
			if err := http.NewResponseController(w).Flush(); err != nil {
				panic(err)
			}
		}
	})
	site.HandleFunc("/refuse", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge) // reads nothing
	})
	site.HandleFunc("/hijack", func(w http.ResponseWriter, r *http.Request) {
		c, rw, _ := http.NewResponseController(w).Hijack()
		io.WriteString(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
		rw.Flush()
		io.Copy(c, rw)
	})
	site.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		if t, ok := TaskFrom(r.Context()); ok {
			t.Sleep(time.Hour)
		} else {
			<-r.Context().Done()
		}
	})
}

// The same requests, with the client and the server of this package and of
// net/http in three pairings.
func TestHTTP(tt *testing.T) {
	get := func(c *http.Client, method, url, body string) string {
		var r io.Reader
		if body != "" {
			r = struct{ io.Reader }{strings.NewReader(body)} // of unknown length
		}
		req, err := http.NewRequest(method, url, r)
		if err != nil {
			return err.Error()
		}
		resp, err := c.Do(req)
		if err != nil {
			return "error"
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			return "body error"
		}
		if len(b) > 100 {
			return fmt.Sprint(resp.StatusCode, " ", len(b), " bytes")
		}
		return fmt.Sprint(resp.StatusCode, " ", resp.ContentLength, " ", string(b))
	}
	requests := []struct{ method, path, body, want string }{
		{"GET", "/hello", "", "200 5 hello"},
		{"HEAD", "/hello", "", "200 5 "},
		{"POST", "/echo", "abc", "200 3 abc"},
		{"POST", "/echo", strings.Repeat("x", 1<<20), "200 1048576 bytes"},
		{"GET", "/big", "", "200 1048576 bytes"},
		{"GET", "/empty", "", "204 0 "},
		{"GET", "/moved", "", "200 5 hello"},
		{"GET", "/missing", "", "404 19 404 page not found\n"},
		{"GET", "/gzip", "", "200 -1 unzipped"},
		{"GET", "/flush", "", "200 -1 piece piece piece "},
		{"GET", "/panic", "", "error"},
		{"GET", "/hello", "", "200 5 hello"},
	}
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &HTTPServer{Handler: site, ReadHeaderTimeout: time.Minute}
		serving := t.Go("server", func(t *Task) error { return server.Serve(t, ln) })
		ours := "http://" + ln.Addr().String()
		theirs := httptest.NewServer(site)
		defer func() { Offload(t, func() error { theirs.Close(); return nil }) }()

		tr := NewTransport(t.Loop())
		green := &http.Client{Transport: tr}
		std := &http.Client{}
		defer std.CloseIdleConnections()
		for _, r := range requests {
			if got := get(green, r.method, ours+r.path, r.body); got != r.want {
				tt.Errorf("green to green: %s %s: %s, want %s", r.method, r.path, got, r.want)
			}
			if got := get(green, r.method, theirs.URL+r.path, r.body); got != r.want {
				tt.Errorf("green to net/http: %s %s: %s, want %s", r.method, r.path, got, r.want)
			}
			got, err := OffloadValue(t, func() (string, error) { return get(std, r.method, ours+r.path, r.body), nil })
			if err != nil || got != r.want {
				tt.Errorf("net/http to green: %s %s: %s %v, want %s", r.method, r.path, got, err, r.want)
			}
		}
		for key, peers := range tr.idle {
			if len(peers) != 1 {
				tt.Errorf("%d connections to %s, although requests came one by one", len(peers), key)
			}
		}
		if got := get(green, "POST", ours+"/refuse", strings.Repeat("x", 8<<20)); !strings.HasPrefix(got, "413") {
			tt.Errorf("refused: %s", got)
		}
		tr.CloseIdleConnections()
		server.Shutdown()
		std.CloseIdleConnections()
		return serving.Join(t)
	})
}

func TestHTTPSAndTimeouts(tt *testing.T) {
	serverConfig, clientConfig := certificate(tt)
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := ListenTLS(t, "tcp", "127.0.0.1:0", serverConfig)
		if err != nil {
			return err
		}
		t.Go("server", func(t *Task) error { return (&HTTPServer{Handler: site}).Serve(t, ln) })
		tr := NewTransport(t.Loop())
		tr.TLS = clientConfig
		url := "https://" + ln.Addr().String()
		resp, err := (&http.Client{Transport: tr}).Get(url + "/hello")
		if err != nil {
			return err
		}
		if b, err := io.ReadAll(resp.Body); string(b) != "hello" || resp.TLS == nil {
			return fmt.Errorf("%q %v", b, err)
		}
		var timeout net.Error
		if _, err := (&http.Client{Transport: tr, Timeout: 50 * time.Millisecond}).Get(url + "/slow"); !errors.As(err, &timeout) || !timeout.Timeout() {
			return fmt.Errorf("client's timeout: %v", err)
		}
		err = Within(t, 50*time.Millisecond, func(t *Task) error {
			_, err := (&http.Client{Transport: tr}).Get(url + "/slow")
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("task's timeout: %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		req, _ := http.NewRequestWithContext(ctx, "GET", url+"/slow", nil)
		go cancel()
		if _, err := (&http.Client{Transport: tr}).Do(req); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("request's context: %v", err)
		}
		return nil
	})
}

// What a hand-written client can get wrong.
func TestHTTPServerRefuses(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		t.Go("server", func(t *Task) error {
			return (&HTTPServer{Handler: site, MaxHeaderBytes: 4096}).Serve(t, ln)
		})
		for request, want := range map[string]string{
			"nonsense\r\n\r\n":            "HTTP/1.1 400",
			"GET /hello HTTP/1.1\r\n\r\n": "HTTP/1.1 400", // no Host
			"GET /hello HTTP/1.0\r\n\r\n": "HTTP/1.1 200",
			"GET /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nope\r\n\r\n":                    "HTTP/1.1 501",
			"GET /hello HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 20000) + "\r\n\r\n":      "HTTP/1.1 431",
			"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab":   "HTTP/1.1 400",
			"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na": "HTTP/1.1 100",
			"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                          "HTTP/1.1 200",
		} {
			c, err := Dial(t, "tcp", ln.Addr().String())
			if err != nil {
				return err
			}
			io.WriteString(c, request)
			b := make([]byte, len(want))
			if _, err := io.ReadFull(c, b); err != nil || string(b) != want {
				tt.Errorf("%.60q: got %q, %v, want %s", request, b, err, want)
			}
			c.Close()
		}
		return nil
	})
}

func TestUpgrade(tt *testing.T) {
	run(tt, func(t *Task) error {
		ln, err := Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		t.Go("server", func(t *Task) error { return (&HTTPServer{Handler: site}).Serve(t, ln) })
		resp, err := (&http.Client{Transport: NewTransport(t.Loop())}).Get("http://" + ln.Addr().String() + "/hijack")
		if err != nil || resp.StatusCode != 101 {
			return fmt.Errorf("%v %v", resp, err)
		}
		rw := resp.Body.(io.ReadWriteCloser)
		defer rw.Close()
		io.WriteString(rw, "ping")
		b := make([]byte, 4)
		if _, err := io.ReadFull(rw, b); err != nil || string(b) != "ping" {
			return fmt.Errorf("%q %v", b, err)
		}
		return nil
	})
}
