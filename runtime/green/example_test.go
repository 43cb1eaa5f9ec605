package green_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

func Example() {
	l := green.NewLoop(green.Options{})
	err := l.Run(context.Background(), func(t *green.Task) error {
		tick := t.Go("ticker", func(t *green.Task) error {
			for i := range 3 {
				fmt.Println("tick", i)
				if err := t.Yield(); err != nil {
					return err
				}
			}
			return nil
		})
		fmt.Println("started")
		return tick.Join(t)
	})
	fmt.Println(err)
	// Output:
	// started
	// tick 0
	// tick 1
	// tick 2
	// <nil>
}

func ExampleTask_WithTimeout() {
	green.NewLoop(green.Options{}).Run(context.Background(), func(t *green.Task) error {
		inner, cancel := t.WithTimeout(time.Millisecond)
		defer cancel()
		fmt.Println(inner.Sleep(time.Hour))
		fmt.Println(t.Sleep(time.Millisecond))
		return nil
	})
	// Output:
	// context deadline exceeded
	// <nil>
}

// A small feed hub: pages are fetched three at a time from a server on the same
// loop.
func ExampleMapUnordered() {
	err := green.NewLoop(green.Options{}).Run(context.Background(), func(t *green.Task) error {
		ln, err := green.Listen(t, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &green.HTTPServer{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "page "+r.URL.Path)
		})}
		t.Go("server", func(t *green.Task) error { return server.Serve(t, ln) })

		client := &http.Client{Transport: green.NewTransport(t.Loop())}
		fetch := func(t *green.Task, path string) (string, error) {
			resp, err := client.Get("http://" + ln.Addr().String() + path)
			if err != nil {
				return "", err
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			return string(b), err
		}
		var pages []string
		for page, err := range green.MapUnordered(t, green.NewPool(3), slices.Values([]string{"/a", "/b", "/c", "/d"}), fetch) {
			if err != nil {
				return err
			}
			pages = append(pages, page)
		}
		slices.Sort(pages)
		fmt.Println(pages)
		return nil
	})
	fmt.Println(err)
	// Output:
	// [page /a page /b page /c page /d]
	// <nil>
}

func ExampleOffload() {
	green.NewLoop(green.Options{}).Run(context.Background(), func(t *green.Task) error {
		return green.Offload(t, func() error {
			addrs, err := net.LookupHost("127.0.0.1") // any call that would hold the loop
			fmt.Println(addrs, err)
			return err
		})
	})
	// Output: [127.0.0.1] <nil>
}
