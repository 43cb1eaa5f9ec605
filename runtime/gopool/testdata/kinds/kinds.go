// Package kinds holds the loop's thread in every way that the Go runtime and the
// kernel tell apart.
package kinds

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/greenlint/greenlint/runtime/green"
)

const hold = 250 * time.Millisecond

// Hold does what the environment names.
func Hold(t *green.Task) { kinds[os.Getenv("HOLD")](t) }

func later(f func()) { time.AfterFunc(hold, f) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func pipe() (r, w int) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		panic(err)
	}
	return p[0], p[1]
}

func fifo() string {
	if err := syscall.Mkfifo("fifo", 0o600); err != nil {
		panic(err)
	}
	return "fifo"
}

// computing repeats f for about as long as the others wait.
func computing(f func()) {
	for end := time.Now().Add(hold); time.Now().Before(end); {
		f()
	}
}

var sink uint64

// socket is a listening one, blocking, with its address.
func socket() (int, *syscall.SockaddrInet4) {
	fd := must(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0))
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		panic(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		panic(err)
	}
	return fd, must(syscall.Getsockname(fd)).(*syscall.SockaddrInet4)
}

var kinds = map[string]func(*green.Task){
	"Task.Sleep":       func(t *green.Task) { t.Sleep(hold) },
	"Offload":          func(t *green.Task) { green.Offload(t, func() error { time.Sleep(hold); return nil }) },
	"computing, Yield": func(t *green.Task) { computing(func() { t.Yield() }) },
	"Queue": func(t *green.Task) {
		green.Within(t, hold, func(t *green.Task) error { _, err := green.NewQueue[int](1).Get(t); return err })
	},
	"WithTimeout":       func(t *green.Task) { t, end := t.WithTimeout(hold); defer end(); t.Sleep(time.Hour) },
	"green HTTP client": greenHTTP,

	"time.Sleep":   func(*green.Task) { time.Sleep(hold) },
	"chan receive": func(*green.Task) { c := make(chan int); later(func() { close(c) }); <-c },
	"chan send":    func(*green.Task) { c := make(chan int); later(func() { <-c }); c <- 1 },
	"select": func(*green.Task) {
		a, b := make(chan int), make(chan int)
		later(func() { close(a) })
		select {
		case <-a:
		case <-b:
		}
	},
	"select{}": func(*green.Task) { select {} },
	"ctx.Done": func(*green.Task) {
		ctx, cancel := context.WithTimeout(context.Background(), hold)
		defer cancel()
		<-ctx.Done()
	},
	"Mutex":     func(*green.Task) { var m sync.Mutex; m.Lock(); later(m.Unlock); m.Lock() },
	"RWMutex":   func(*green.Task) { var m sync.RWMutex; m.RLock(); later(m.RUnlock); m.Lock() },
	"WaitGroup": func(*green.Task) { var g sync.WaitGroup; g.Add(1); later(g.Done); g.Wait() },
	"Cond": func(*green.Task) {
		var m sync.Mutex
		c := sync.NewCond(&m)
		m.Lock()
		later(c.Broadcast)
		c.Wait()
	},
	"io.Pipe": func(*green.Task) { r, w := io.Pipe(); later(func() { w.Close() }); r.Read(make([]byte, 1)) },
	"os.Pipe": func(*green.Task) {
		r, w := must2(os.Pipe())
		later(func() { w.Close() })
		r.Read(make([]byte, 1))
	},
	"FIFO, os.File": func(*green.Task) {
		f := must(os.OpenFile(fifo(), os.O_RDWR, 0))
		later(func() { f.Write([]byte{1}) })
		f.Read(make([]byte, 1))
	},
	"net.Conn.Read": func(*green.Task) {
		ln := must(net.Listen("tcp", "127.0.0.1:0"))
		c := must(net.Dial("tcp", ln.Addr().String()))
		later(func() { c.Close() })
		c.Read(make([]byte, 1))
	},
	"net.Dial": func(*green.Task) {
		_, at := socket()
		for range 8 { // the queue of those who wait to be accepted is full
			c := must(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0))
			syscall.Connect(c, at)
		}
		net.DialTimeout("tcp", (&net.TCPAddr{IP: at.Addr[:], Port: at.Port}).String(), hold)
	},
	"http.Get": func(*green.Task) { r := must(http.Get(slow())); r.Body.Close() },

	"syscall.Read": func(*green.Task) {
		r, w := pipe()
		later(func() { syscall.Close(w) })
		syscall.Read(r, make([]byte, 1))
	},
	"Flock": func(*green.Task) {
		a, b := must(os.Create("lock")), must(os.Open("lock"))
		syscall.Flock(int(a.Fd()), syscall.LOCK_EX)
		later(func() { a.Close() })
		syscall.Flock(int(b.Fd()), syscall.LOCK_EX)
	},
	"Nanosleep": func(*green.Task) {
		ts := syscall.NsecToTimespec(int64(hold))
		for syscall.Nanosleep(&ts, &ts) == syscall.EINTR {
		}
	},
	"RawSyscall": func(*green.Task) {
		ts := syscall.NsecToTimespec(int64(hold))
		p := uintptr(unsafe.Pointer(&ts))
		for {
			if _, _, e := syscall.RawSyscall(syscall.SYS_NANOSLEEP, p, p, 0); e != syscall.EINTR {
				return
			}
		}
	},
	"Poll": func(*green.Task) {
		ts := syscall.NsecToTimespec(int64(hold))
		syscall.Syscall6(syscall.SYS_PPOLL, 0, 0, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	},
	"Select": func(*green.Task) {
		tv := syscall.NsecToTimeval(int64(hold))
		syscall.Select(0, nil, nil, nil, &tv)
	},
	"EpollWait": func(*green.Task) {
		fd := must(syscall.EpollCreate1(0))
		syscall.EpollWait(fd, make([]syscall.EpollEvent, 1), int(hold/time.Millisecond))
	},
	"Accept": func(*green.Task) {
		fd, at := socket()
		later(func() { net.Dial("tcp", (&net.TCPAddr{IP: at.Addr[:], Port: at.Port}).String()) })
		syscall.Accept(fd)
	},
	"blocking socket": func(*green.Task) {
		ln, at := socket()
		fd := must(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0))
		if err := syscall.Connect(fd, at); err != nil {
			panic(err)
		}
		later(func() { c, _, _ := syscall.Accept(ln); syscall.Close(c) })
		syscall.Read(fd, make([]byte, 1))
	},
	"Wait4": func(*green.Task) {
		p := must(os.StartProcess("/bin/sleep", []string{"sleep", "0.25"}, &os.ProcAttr{}))
		syscall.Wait4(p.Pid, nil, 0, nil)
	},
	"exec": func(*green.Task) { exec.Command("sleep", "0.25").Run() },
	"ReadFile of a FIFO": func(*green.Task) {
		name := fifo()
		later(func() { must(os.OpenFile(name, os.O_WRONLY, 0)).Close() })
		os.ReadFile(name)
	},
	"fsync": func(*green.Task) {
		f := must(os.Create("big"))
		b := make([]byte, 8<<20)
		computing(func() { f.WriteAt(b, 0); f.Sync() })
	},

	"tight loop": func(*green.Task) {
		done := false
		later(func() { done = true })
		for i := uint64(0); i < 400_000_000 || !done && i < 800_000_000; i++ {
			sink += i
		}
	},
	"loop with clock": func(*green.Task) { computing(func() {}) },
	"regexp": func(*green.Task) {
		re := regexp.MustCompile(`(a|aa|b*)*c`)
		text := strings.Repeat("a", 20_000)
		computing(func() { re.MatchString(text) })
	},
	"sha256": func(*green.Task) { b := make([]byte, 1<<20); computing(func() { sha256.Sum256(b) }) },
	"sort": func(*green.Task) {
		list := make([]int, 200_000)
		computing(func() {
			for i := range list {
				list[i] = i * 7919 % 200_003
			}
			sort.Ints(list)
		})
	},
	"json.Marshal": func(*green.Task) { list := make([]float64, 100_000); computing(func() { json.Marshal(list) }) },
	"runtime.GC":   func(*green.Task) { computing(runtime.GC) },

	"LockOSThread": func(t *green.Task) { runtime.LockOSThread(); t.Yield() },
	"panic":        func(t *green.Task) { t.Yield(); panic("of the task") },
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

func slow() string {
	return httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(hold) })).URL
}

func greenHTTP(t *green.Task) {
	url := slow()
	c := http.Client{Transport: green.NewTransport(t.Loop())}
	must(c.Get(url)).Body.Close()
}
