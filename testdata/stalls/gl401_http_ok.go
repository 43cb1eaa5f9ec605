package stalls

import (
	"net/http"

	"github.com/greenlint/greenlint/runtime/green"
)

// greenlint: confirm task("http://{slow_http}/")

func task(t *green.Task, url string) {
	client := http.Client{Transport: green.NewTransport(t.Loop())}
	request, err := http.NewRequestWithContext(t, "GET", url, nil)
	if err != nil {
		panic(err)
	}
	r, err := client.Do(request)
	if err != nil {
		panic(err)
	}
	r.Body.Close()
}
