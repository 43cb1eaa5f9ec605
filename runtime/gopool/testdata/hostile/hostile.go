// Package hostile does what a process that is judged may do to its judge.
package hostile

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

// Act does what the environment names.
func Act(t *green.Task) {
	switch os.Getenv("ACT") {
	case "endless loop":
		for {
		}
	case "endless and green":
		for t.Yield() == nil {
		}
	case "fatal throw":
		m := map[int]int{}
		for range 2 {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		t.Sleep(time.Hour)
	case "deaf to signals":
		signal.Ignore()
		select {}
	case "fork bomb":
		for {
			exec.Command(os.Args[0]).Start()
			exec.Command("sh", "-c", "sleep 1000 & sleep 1000").Start()
			t.Yield()
		}
	case "memory":
		var all [][]byte
		for {
			b := make([]byte, 64<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			all = append(all, b)
			t.Yield()
		}
	case "memory at once":
		b := make([]byte, 1<<30)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		t.Sleep(time.Hour)
	case "exit":
		os.Exit(7)
	case "kills itself":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "kills its group":
		syscall.Kill(0, syscall.SIGKILL)
		select {}
	case "stops itself":
		syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case "daemon":
		cmd := exec.Command("sh", "-c", "sleep 1000 & sleep 1001 &")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Run(); err != nil {
			panic(err)
		}
	case "prints for ever":
		b := make([]byte, 1<<16)
		for {
			os.Stdout.Write(b)
			t.Yield()
		}
	case "closes everything":
		for fd := 3; fd < 64; fd++ {
			syscall.Close(fd)
		}
		t.Sleep(time.Hour)
	case "writes over the page":
		for fd := 3; fd < 6; fd++ {
			syscall.Pwrite(fd, make([]byte, 4096), 0)
		}
		t.Sleep(time.Hour)
	case "shrinks the page":
		syscall.Ftruncate(3, 0)
		t.Sleep(time.Hour)
	}
}
