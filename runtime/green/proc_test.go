//go:build unix

package green

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestCommand(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		out, err := Command(t, "sh", "-c", "echo out; echo err >&2; exit 3").Output()
		var exit *exec.ExitError
		if string(out) != "out\n" || !errors.As(err, &exit) || exit.ExitCode() != 3 || string(exit.Stderr) != "err\n" {
			tt.Errorf("Output: %q %v", out, err)
		}
		out, err = Command(t, "sh", "-c", "echo out; echo err >&2").CombinedOutput()
		if string(out) != "out\nerr\n" || err != nil {
			tt.Errorf("CombinedOutput: %q %v", out, err)
		}
		big := bytes.Repeat([]byte("x"), 1<<20)
		cat := Command(t, "cat")
		cat.Stdin = bytes.NewReader(big)
		if out, err := cat.Output(); err != nil || !bytes.Equal(out, big) {
			tt.Errorf("cat: %d bytes, %v", len(out), err)
		}
		if err := Command(t, "/no/such/program").Run(); !errors.Is(err, os.ErrNotExist) {
			tt.Errorf("missing: %v", err)
		}
		if n := t.Stats().Files; n != 0 {
			tt.Errorf("%d pipes left open", n)
		}
		return nil
	})
}

func TestCommandPipes(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		cat := Command(t, "cat")
		in, err := cat.StdinPipe()
		if err != nil {
			return err
		}
		out, err := cat.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cat.Start(); err != nil {
			return err
		}
		turns := 0
		other := t.Go("other", func(t *Task) error {
			for t.Yield() == nil {
				turns++
			}
			return nil
		})
		b := make([]byte, 4)
		for range 3 {
			io.WriteString(in, "ping")
			if _, err := io.ReadFull(out, b); err != nil || string(b) != "ping" {
				return fmt.Errorf("%q %v", b, err)
			}
		}
		in.Close()
		if rest, err := io.ReadAll(out); len(rest) != 0 || err != nil {
			return fmt.Errorf("rest %q %v", rest, err)
		}
		if err := cat.Wait(); err != nil {
			return err
		}
		other.Kill(nil)
		if turns == 0 {
			return errors.New("the loop was held")
		}
		return nil
	})
}

func TestCommandIsKilledWithItsTask(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		var c *Cmd
		err := Within(t, 50*time.Millisecond, func(t *Task) error {
			c = Command(t, "sleep", "1000")
			return c.Run()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("got %v", err)
		}
		if c.ProcessState == nil || !strings.Contains(c.ProcessState.String(), "killed") {
			return fmt.Errorf("child: %v", c.ProcessState)
		}
		return nil
	})
}

func TestSignals(tt *testing.T) {
	both(tt, func(tt *testing.T, t *Task) error {
		s := Notify(t, syscall.SIGUSR1)
		t.Go("sender", func(t *Task) error { return syscall.Kill(os.Getpid(), syscall.SIGUSR1) })
		sig, err := s.Next(t)
		if err != nil || sig != syscall.SIGUSR1 {
			return fmt.Errorf("%v %v", sig, err)
		}
		s.Stop()
		if _, err := s.Next(t); err != ErrQueueClosed {
			return fmt.Errorf("stopped: %v", err)
		}
		return nil
	})
}
