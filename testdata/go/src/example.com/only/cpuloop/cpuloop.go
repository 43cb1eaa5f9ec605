// Package cpuloop computes, and does what is not cpuloop's to tell.
package cpuloop

import (
	"crypto/rand"
	"crypto/rsa"
	"os"
	"sync/atomic"
	"time"
)

//greenlint:task
func loop_bad(stop *atomic.Bool) {
	for !stop.Load() { // want `GL101: task cpuloop.loop_bad holds the greenpool loop: a loop that spins until something changes`
	}
}

//greenlint:task
func long_bad() (sum uint64) {
	for i := uint64(0); i < 10_000_000_000; i++ { // want `GL101: task cpuloop.long_bad holds the greenpool loop for about .*: a loop`
		sum ^= i
	}
	return sum
}

//greenlint:task
func call_bad() {
	rsa.GenerateKey(rand.Reader, 4096) // want `GL102: task cpuloop.call_bad .* crypto/rsa.GenerateKey`
}

//greenlint:task
func short_ok() (sum uint64) {
	for i := uint64(0); i < 1000; i++ {
		sum ^= i
	}
	return sum
}

//greenlint:task
func waits_ok(c chan int) {
	for {
		<-c
		time.Sleep(time.Second)
		os.ReadFile("name")
	}
}
