package confirm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// peerDelay is how long a slow peer takes: six times the least stall that counts.
const peerDelay = 300 * time.Millisecond

// Peers are what a task may wait for, on this machine only. Each is started when
// it is first asked for. A placeholder in a call's arguments names one.
type Peers struct {
	dir string

	mu     sync.Mutex
	places map[string]string
	close  []func()
}

// peerKinds are the placeholders, what they stand for, and how to start it.
var peerKinds = map[string]struct {
	what  string
	start func(*Peers) (string, error)
}{
	"slow_http":     {"HOST:PORT of an HTTP server that answers after 0.3 s", func(p *Peers) (string, error) { return p.listen(httpAfter(peerDelay)) }},
	"slow_https":    {"HOST:PORT of an HTTPS server that answers after 0.3 s, with a certificate of its own", startHTTPS},
	"slow_tcp":      {"HOST:PORT of a server that sends a line after 0.3 s", func(p *Peers) (string, error) { return p.listen(lineAfter(peerDelay)) }},
	"silent_tcp":    {"HOST:PORT of a server that takes connections and never says a word", func(p *Peers) (string, error) { return p.listen(silent) }},
	"black_hole":    {"HOST:PORT that never answers an attempt to connect", startBlackHole},
	"slow_reader":   {"HOST:PORT of a server that begins to read after 0.3 s", func(p *Peers) (string, error) { return p.listen(readAfter(peerDelay)) }},
	"slow_udp":      {"HOST:PORT of a UDP server that echoes after 0.3 s", startUDP},
	"slow_dns":      {"HOST:PORT of a DNS server that answers after 0.3 s", startDNS},
	"slow_postgres": {"HOST:PORT of a PostgreSQL server that takes 0.3 s to log in and for each statement", startPostgres},
	"locked_sqlite": {"path of an SQLite database that another process has locked", startLockedSQLite},
	"full_pipe":     {"path of a FIFO that is full and that nobody reads", startFullPipe},
	"fifo":          {"path of a FIFO that nobody opens on its other side", startFIFO},
	"locked_file":   {"path of a file on which another process holds a lock", startLockedFile},
}

var placeholder = regexp.MustCompile(`\{([a-z]+_?[a-z]*)\}`)

// Fill replaces the placeholders in a text, and starts the peers they name.
func (p *Peers) Fill(text string) (string, error) {
	var errs []error
	out := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		k, known := peerKinds[m[1:len(m)-1]]
		if !known {
			return m // braces of the language
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if at, ok := p.places[m]; ok {
			return at
		}
		at, err := k.start(p)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m, err))
			return m
		}
		if p.places == nil {
			p.places = map[string]string{}
		}
		p.places[m] = at
		return at
	})
	return out, errors.Join(errs...)
}

// Close ends all peers.
func (p *Peers) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.close {
		f()
	}
	p.close, p.places = nil, nil
}

// listen serves each connection with a function.
func (p *Peers) listen(serve func(net.Conn)) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	p.serve(l, serve)
	return l.Addr().String(), nil
}

func (p *Peers) serve(l net.Listener, serve func(net.Conn)) {
	p.close = append(p.close, func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
}

// httpAfter answers each request on a connection after a while.
func httpAfter(d time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		var buf [64 << 10]byte
		for {
			if n, err := c.Read(buf[:]); err != nil || n == 0 {
				return
			}
			time.Sleep(d)
			if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n"); err != nil {
				return
			}
		}
	}
}

func lineAfter(d time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		time.Sleep(d)
		io.WriteString(c, "hello\n")
		io.Copy(io.Discard, c)
	}
}

func silent(c net.Conn) { io.Copy(io.Discard, c) }

func readAfter(d time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		time.Sleep(d)
		io.Copy(io.Discard, c)
	}
}

func startHTTPS(p *Peers) (string, error) {
	l, err := listenTLS("127.0.0.1:0")
	if err != nil {
		return "", err
	}
	p.serve(l, httpAfter(peerDelay))
	return l.Addr().String(), nil
}

// listenTLS listens with a certificate that is made on the spot.
func listenTLS(addr string) (net.Listener, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return tls.Listen("tcp", addr, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
}

func startUDP(p *Peers) (string, error) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	p.packets(c, func(b []byte) []byte { return b })
	return c.LocalAddr().String(), nil
}

// packets answers each packet after a while.
func (p *Peers) packets(c net.PacketConn, answer func([]byte) []byte) {
	p.close = append(p.close, func() { c.Close() })
	go func() {
		for {
			buf := make([]byte, 2048)
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			go func() {
				time.Sleep(peerDelay)
				if a := answer(buf[:n]); a != nil {
					c.WriteTo(a, from)
				}
			}()
		}
	}()
}

func startDNS(p *Peers) (string, error) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	p.packets(c, dnsAnswer)
	return c.LocalAddr().String(), nil
}

// dnsAnswer answers a question for an address with 127.0.0.1, and any other with
// nothing.
func dnsAnswer(q []byte) []byte {
	if len(q) < 17 {
		return nil
	}
	end := 12
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	if end+5 > len(q) {
		return nil
	}
	kind := int(q[end+1])<<8 | int(q[end+2])
	a := append([]byte{}, q[:end+5]...)
	a[2], a[3] = 0x81, 0x80
	a[6], a[7], a[8], a[9], a[10], a[11] = 0, 0, 0, 0, 0, 0
	switch kind {
	case 1: // A
		a[7] = 1
		a = append(a, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1)
	case 12: // PTR
		a[7] = 1
		a = append(a, 0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 1, 0, 11, 4, 's', 'l', 'o', 'w', 4, 't', 'e', 's', 't', 0)
	}
	return a
}

func (p *Peers) file(name string) string { return filepath.Join(p.dir, name) }

func startLockedSQLite(p *Peers) (string, error) {
	name := p.file("locked.sqlite")
	return name, p.lock(name, lockSQLite)
}

func startLockedFile(p *Peers) (string, error) {
	name := p.file("locked")
	return name, p.lock(name, lockFile)
}

func (p *Peers) lock(name string, lock func(*os.File) error) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	p.close = append(p.close, func() { f.Close() })
	return lock(f)
}
