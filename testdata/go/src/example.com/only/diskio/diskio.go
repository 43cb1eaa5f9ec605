// Package diskio uses files, and does what is not diskio's to tell.
package diskio

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

//greenlint:task
func read_bad() {
	os.ReadFile("name") // want `GL203: task diskio.read_bad holds the greenpool loop: os.ReadFile`
}

//greenlint:task
func walk_bad() {
	filepath.WalkDir(".", func(string, fs.DirEntry, error) error { // want `GL203: task diskio.walk_bad .* path/filepath.WalkDir`
		time.Sleep(time.Second)
		return nil
	})
}

//greenlint:task
func goroutine_ok() { go os.ReadFile("name") }

//greenlint:task
func names_ok() string { return filepath.Join(os.Getenv("HOME"), "name") }
