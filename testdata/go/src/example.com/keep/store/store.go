// Package store holds things that are far away.
package store

import "net/http"

// A Remote is one that asks a server.
type Remote struct{}

// Load asks it.
func (*Remote) Load() string {
	_, err := http.Get("http://localhost/")
	return err.Error()
}
