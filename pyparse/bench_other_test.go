//go:build !unix

package pyparse

import "time"

func processTime() time.Duration { return time.Since(processStart) }
