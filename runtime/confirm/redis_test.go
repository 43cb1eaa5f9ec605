package confirm

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// serveRedis answers each command after a while, and a blocking pop after a
// second. It has nothing stored.
func serveRedis(c net.Conn, after time.Duration) {
	r := bufio.NewReader(c)
	line := func() string {
		s, _ := r.ReadString('\n')
		return strings.TrimSpace(s)
	}
	for {
		head := line()
		if !strings.HasPrefix(head, "*") {
			return
		}
		n, _ := strconv.Atoi(head[1:])
		var words []string
		for range n {
			size, _ := strconv.Atoi(strings.TrimPrefix(line(), "$"))
			b := make([]byte, size+2)
			if _, err := io.ReadFull(r, b); err != nil {
				return
			}
			words = append(words, string(b[:size]))
		}
		answer := "+OK\r\n"
		switch strings.ToUpper(words[0]) {
		case "HELLO":
			answer = "%3\r\n+server\r\n+redis\r\n+version\r\n+7.4.0\r\n+proto\r\n:3\r\n"
		case "PING":
			answer = "+PONG\r\n"
		case "GET":
			answer = "$-1\r\n"
		case "SMEMBERS", "LRANGE", "HGETALL", "KEYS":
			answer = "*0\r\n"
		case "INCR", "HINCRBY", "SADD", "DEL", "EXISTS", "LPUSH", "RPUSH":
			answer = ":1\r\n"
		case "BLPOP", "BRPOP":
			time.Sleep(time.Second)
			answer = "*-1\r\n"
		}
		time.Sleep(after)
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}
