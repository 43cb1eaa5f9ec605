// Package trusted has settings that speak of its C.
package trusted

/*
#include <unistd.h>

static int twice(int n) { return 2 * n; }
*/
import "C"

//greenlint:task
func trusted_ok() {
	C.twice(1)
	C.sleep(0)
}

//greenlint:task
func sleep_bad() {
	C.sleep(1) // want `GL301: .* C.sleep$`
}
