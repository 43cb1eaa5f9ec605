//go:build !linux

package stall

import "time"

func ahead(watch func() *Run) *Run { return watch() }

func pause(d time.Duration) { time.Sleep(d) }
