//go:build unix

package gpy

import (
	"syscall"

	"github.com/go-python/gpython/py"
)

// descriptors adds to the module os what gpython lacks: files as the system has
// them. A read of a pipe and an open of a FIFO hold the thread, patched or not.
func (h *host) descriptors() {
	for name, n := range map[string]int{"O_RDONLY": syscall.O_RDONLY, "O_WRONLY": syscall.O_WRONLY, "O_RDWR": syscall.O_RDWR, "O_NONBLOCK": syscall.O_NONBLOCK} {
		h.attribute("os", name, py.Int(n))
	}
	for name, f := range map[string]function{
		"open": func(_ py.Object, args py.Tuple, _ py.StringDict) (py.Object, error) {
			fd, err := syscall.Open(text(args, 0), integer(args, 1), 0o666)
			return py.Int(fd), osError(err)
		},
		"read": func(_ py.Object, args py.Tuple, _ py.StringDict) (py.Object, error) {
			b := make([]byte, max(0, min(integer(args, 1), 1<<20)))
			n, err := syscall.Read(integer(args, 0), b)
			return py.Bytes(b[:max(0, n)]), osError(err)
		},
		"write": func(_ py.Object, args py.Tuple, _ py.StringDict) (py.Object, error) {
			n, err := syscall.Write(integer(args, 0), octets(args, 1))
			return py.Int(n), osError(err)
		},
		"pipe": func(py.Object, py.Tuple, py.StringDict) (py.Object, error) {
			var ends [2]int
			err := syscall.Pipe(ends[:])
			return py.Tuple{py.Int(ends[0]), py.Int(ends[1])}, osError(err)
		},
	} {
		h.attribute("os", name, py.MustNewMethod(name, f, 0, ""))
	}
}
