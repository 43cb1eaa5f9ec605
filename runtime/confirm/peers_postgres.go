package confirm

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

func startPostgres(p *Peers) (string, error) {
	always := func(string) bool { return true }
	return p.listen(func(c net.Conn) { servePostgres(c, always) })
}

// servePostgres is a server that takes its time for the statements that slow
// names; "" is the login. It knows as much of the protocol as a driver needs to
// log in without a password and to run statements, and answers each with one row.
func servePostgres(c net.Conn, slow func(query string) bool) {
	r := bufio.NewReader(c)
	send := func(kind byte, body ...byte) {
		b := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4))
		c.Write(append(b, body...))
	}
	read := func() []byte {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return nil
		}
		b := make([]byte, binary.BigEndian.Uint32(size[:])-4)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil
		}
		return b
	}
	for {
		b := read()
		if len(b) < 4 {
			return
		}
		if code := binary.BigEndian.Uint32(b); code == 80877103 || code == 80877104 { // SSL, GSS
			c.Write([]byte("N"))
			continue
		}
		break
	}
	wait := func(query string) {
		if slow(query) {
			time.Sleep(peerDelay)
		}
	}
	wait("")
	send('R', 0, 0, 0, 0)
	for _, p := range []string{"server_version\x0015.4", "client_encoding\x00UTF8", "standard_conforming_strings\x00on", "integer_datetimes\x00on", "DateStyle\x00ISO, MDY", "TimeZone\x00UTC", "server_encoding\x00UTF8"} {
		send('S', []byte(p+"\x00")...)
	}
	send('K', 0, 0, 0, 1, 0, 0, 0, 1)
	state := byte('I')
	send('Z', state)
	answer := func(q string, describe bool) {
		value := "0"
		q = strings.ToLower(q)
		wait(q)
		switch {
		case strings.HasPrefix(q, "begin"):
			state = 'T'
			send('C', []byte("BEGIN\x00")...)
			return
		case strings.HasPrefix(q, "rollback"), strings.HasPrefix(q, "commit"):
			state = 'I'
			done, _, _ := strings.Cut(strings.TrimRight(q, "; "), " ")
			send('C', []byte(strings.ToUpper(done)+"\x00")...)
			return
		case strings.Contains(q, "pg_type"):
			if describe {
				send('T', rowOfText()...)
			}
			send('C', []byte("SELECT 0\x00")...)
			return
		case strings.Contains(q, "version"):
			value = "PostgreSQL 15.4 on x86_64-pc-linux-gnu"
		case strings.Contains(q, "standard_conforming_strings"):
			value = "on"
		case strings.Contains(q, "current_schema"):
			value = "public"
		case strings.Contains(q, "isolation"):
			value = "read committed"
		}
		if describe {
			send('T', rowOfText()...)
		}
		row := binary.BigEndian.AppendUint32([]byte{0, 1}, uint32(len(value)))
		send('D', append(row, value...)...)
		send('C', []byte("SELECT 1\x00")...)
	}
	query := ""
	for {
		kind, err := r.ReadByte()
		if err != nil {
			return
		}
		b := read()
		switch kind {
		case 'Q':
			answer(strings.TrimRight(string(b), "\x00"), true)
			send('Z', state)
		case 'P':
			_, rest, _ := strings.Cut(string(b), "\x00")
			query, _, _ = strings.Cut(rest, "\x00")
			send('1')
		case 'B':
			send('2')
		case 'D':
			send('T', rowOfText()...)
		case 'E':
			answer(query, false)
		case 'S':
			send('Z', state)
		case 'X':
			return
		}
	}
}

// rowOfText describes a row with one column of text.
func rowOfText() []byte {
	b := []byte(fmt.Sprintf("\x00\x01%s\x00", "value"))
	b = append(b, 0, 0, 0, 0, 0, 0) // no table, no column
	b = binary.BigEndian.AppendUint32(b, 25)
	b = append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0)
	return b
}
