// Package cgocall calls C.
package cgocall

/*
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int twice(int n) { return 2 * n; }
static int fill(void **p, int n) { return n; }
*/
import "C"

import (
	"time"
	"unsafe"
)

//greenlint:task
func sleep_bad() {
	C.sleep(1) // want `GL301: task cgocall.sleep_bad holds the greenpool loop: C.sleep$`
}

// error_bad takes the error too, for which cgo writes another function.
//
//greenlint:task
func error_bad() {
	n, err := C.twice(2) // want `GL301: .*error_bad holds the greenpool loop: C.twice$`
	_, _ = n, err
}

// pointer_bad passes a pointer, for which cgo writes a function literal.
//
//greenlint:task
func pointer_bad(p []unsafe.Pointer) {
	C.fill(&p[0], number())             // want `GL301: .*pointer_bad holds the greenpool loop: C.fill$`
	n, err := C.fill(&p[0], C.twice(2)) // want `GL301: .* C.fill$` `GL301: .* C.twice$`
	_, _ = n, err
}

func number() C.int {
	time.Sleep(time.Second) // not of cgocall's
	return 1
}

//greenlint:task
func defer_bad(p []unsafe.Pointer) {
	defer C.sleep(1)       // want `GL301: .*defer_bad .* C.sleep$`
	defer C.fill(&p[0], 1) // want `GL301: .*defer_bad .* C.fill$`
}

func wrapped() {
	C.sleep(1) // want `GL301: .*wrapped_bad holds the greenpool loop: C.sleep \(1 call away\)`
}

//greenlint:task
func wrapped_bad() { wrapped() }

//greenlint:task
func literal_bad(p []unsafe.Pointer) {
	f := func() {
		C.fill(&p[0], 1) // want `GL301: .*literal_bad .* C.fill \(1 call away\)`
	}
	f()
}

//greenlint:task
func memory_ok() {
	s := C.CString("x")
	defer C.free(unsafe.Pointer(s))
	_ = C.GoStringN(s, 1)
	_ = C.GoString(s)
	p := C.malloc(C.size_t(C.strlen(s)))
	C.memset(p, 0, 1)
	C.free(p)
}

//greenlint:task
func goroutine_ok(p []unsafe.Pointer) {
	go C.sleep(1)
	go C.fill(&p[0], 1)
	go func() { C.sleep(1) }()
}

//greenlint:task
func ignored_ok(p []unsafe.Pointer) {
	C.sleep(1)       //greenlint:ignore GL301 a second will do no harm here
	C.fill(&p[0], 1) //greenlint:ignore GL301 nor will this
}

func unseen_ok() { C.sleep(1) }
