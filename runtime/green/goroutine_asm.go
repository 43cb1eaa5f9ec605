//go:build (amd64 || arm64) && !purego

package green

// goroutine tells goroutines apart: it is the address of the runtime's record of
// the calling one, which is its own as long as it lives. It is read from the
// register that holds it, because every operation asks: the goroutine's number
// in a stack trace would cost more than the rest.
func goroutine() uintptr
