package stalls

import (
	"net/http"

	"github.com/greenlint/greenlint/runtime/green"
)

// greenlint: confirm task("http://{slow_http}/")

func task(t *green.Task, url string) {
	if r, err := http.Get(url); err == nil { // holds: go-park
		r.Body.Close()
	}
}
