package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"github.com/greenlint/greenlint/runtime/green"

	"example.com/tuihub/internal/hub"
)

// ask has a runner tell how it is, over one of the pool's own sockets.
func ask(t *green.Task, addr string) (hub.Runner, error) {
	r := hub.Runner{Name: addr, Seen: time.Now()}
	err := retry(3, func() error {
		conn, err := green.Dial(t, "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := fmt.Fprintln(conn, "status"); err != nil {
			return err
		}
		return json.NewDecoder(conn).Decode(&r)
	})
	return r, err
}

func command(t *green.Task, addr, word string) error {
	conn, err := green.Dial(t, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = fmt.Fprintln(conn, word)
	return err
}

// retry was written before there were tasks.
func retry(times int, f func() error) error {
	var all error
	for i := range times {
		err := f()
		if err == nil {
			return nil
		}
		all = errors.Join(all, err)
		time.Sleep(time.Duration(i+1) * 200 * time.Millisecond) // expect: GL204
	}
	return all
}

// announce tells a chat room. The goroutine holds nobody up, the wait for it does.
func announce(text string) error {
	done := make(chan error, 1)
	go func() { done <- post(text) }()
	return <-done // expect: GL204
}

func post(text string) error {
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	res, err := http.Post("http://chat.internal/hook", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// weigh spreads the runners over a ring. It computes for long, and yields.
func weigh(t *green.Task, addrs []string) []uint32 {
	ring := make([]uint32, 0, len(addrs)*1000)
	for _, addr := range addrs {
		for i := range 1_000_000 {
			h := fnv.New32a()
			fmt.Fprintf(h, "%s/%d", addr, i)
			if sum := h.Sum32(); sum%1000 == 0 {
				ring = append(ring, sum)
			}
			if i%1000 == 0 {
				t.Yield()
			}
		}
	}
	return ring
}
