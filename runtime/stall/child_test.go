//go:build linux

package stall

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain makes children of the test binary: a loop that beats each millisecond
// and runs one of the acts.
func TestMain(m *testing.M) {
	if act := os.Getenv("STALL_TEST_ACT"); act != "" {
		p, err := OpenPage(PageFD)
		if err != nil {
			panic(err)
		}
		perform(p, act)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beats turns the loop for a while, on the one thread of the process that counts.
func beats(p *Page, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		atomic.AddUint64(p.Word(), 1)
		time.Sleep(time.Millisecond)
	}
}

func perform(p *Page, act string) {
	p.SetPhase(Calibrating)
	beats(p, 50*time.Millisecond)
	p.SetPhase(Running)
	switch act {
	case "fine":
		beats(p, 300*time.Millisecond)
	case "hold":
		time.Sleep(300 * time.Millisecond)
	case "hold-and-leave":
		time.Sleep(300 * time.Millisecond)
		os.Exit(3)
	case "for-ever":
		select {}
	case "never-ends":
		beats(p, time.Hour)
	case "leave":
		os.Exit(3)
	case "bomb":
		for range 400 {
			exec.Command("sleep", "1000").Start()
			beats(p, 2*time.Millisecond)
		}
	case "memory":
		var all [][]byte
		for range 1000 {
			b := make([]byte, 4<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			all = append(all, b)
			beats(p, 2*time.Millisecond)
		}
		_ = all
	case "leave-a-daemon":
		cmd := exec.Command("sh", "-c", "sleep 1000 & sleep 1001 &")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		var done atomic.Bool
		go func() {
			cmd.Run()
			done.Store(true)
		}()
		for !done.Load() {
			beats(p, 5*time.Millisecond)
		}
	}
	p.SetPhase(Done)
	os.NewFile(ControlFD, "control").WriteString("said")
	time.Sleep(20 * time.Millisecond)
}

// TestChild watches children that behave in every way, and looks for what they
// leave behind.
func TestChild(t *testing.T) {
	for _, c := range []struct {
		act    string
		end    End
		stalls bool
	}{
		{"fine", Ended, false},
		{"hold", Ended, true},
		{"hold-and-leave", Died, true},
		{"for-ever", CutShort, true},
		{"never-ends", TooLong, false},
		{"leave", Died, false},
		{"bomb", TooMany, false},
		{"memory", TooBig, false},
		{"leave-a-daemon", Ended, false},
		{"no such program", "", false},
	} {
		t.Run(c.act, func(t *testing.T) {
			self, err := os.Executable()
			require.NoError(t, err)
			if c.end == "" {
				self = c.act
			}
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), "STALL_TEST_ACT="+c.act)
			limits := Limits{Run: 3 * time.Second, Enough: time.Second, Processes: 40, Memory: 400 << 20}
			if c.end == TooMany || c.end == TooBig { // memory is had at any speed
				limits.Run, limits.Enough = time.Minute, time.Minute
			}
			child := &Child{Cmd: cmd, Floor: 100 * time.Millisecond, Limits: limits}
			run, err := child.Watch(context.Background())
			if c.end == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.end, run.End, "%+v", run)
			if c.stalls {
				require.NotEmpty(t, run.Stalls)
				require.GreaterOrEqual(t, run.Stalls[0].Corrected(), run.Threshold)
			} else if !run.Noisy {
				require.Empty(t, run.Stalls)
			}
			if c.end == Ended {
				require.Equal(t, "said", string(run.Report))
			}
			if c.act == "leave-a-daemon" {
				require.NotZero(t, run.Left)
			}
			mark := cmd.Env[len(cmd.Env)-1]
			require.True(t, strings.HasPrefix(mark, "GREENLINT_TRIAL="))
			require.Empty(t, marked(mark), "processes that are left")
		})
	}
}

// TestBlind sees a stall, and nothing else of it, where there is no /proc.
func TestBlind(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, act := range []string{"fine", "hold"} {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "STALL_TEST_ACT="+act)
		run, err := (&Child{Cmd: cmd, Floor: 200 * time.Millisecond, Blind: true}).Watch(t.Context())
		require.NoError(t, err)
		require.Equal(t, Ended, run.End)
		if act == "hold" {
			require.NotEmpty(t, run.Stalls)
			require.Equal(t, Unknown, run.Stalls[0].Class)
			require.Zero(t, run.Stalls[0].Queued)
			require.Zero(t, run.Stalls[0].CPU)
		}
	}
}

// TestCancel ends a child when its context does.
func TestCancel(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "STALL_TEST_ACT=for-ever")
	ctx, cancel := context.WithCancel(context.Background())
	child := &Child{Cmd: cmd, OnRun: func(context.Context, int) { cancel() }}
	run, err := child.Watch(ctx)
	require.NoError(t, err)
	require.Equal(t, Stopped, run.End)
	require.Empty(t, marked(cmd.Env[len(cmd.Env)-1]))
}

// marked lists the living processes that a trial has started.
func marked(mark string) (out []int) {
	for _, p := range processes() {
		env, _ := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/environ")
		if !p.zombie && strings.Contains(string(env), mark+"\x00") {
			out = append(out, p.pid)
		}
	}
	return out
}

func TestProbeReadsItself(t *testing.T) {
	p := newProbe(os.Getpid(), 0)
	defer p.close()
	_, _, ok := p.times()
	require.True(t, ok)
	require.NotZero(t, p.sample().State)
	_, _, ok = parseSchedstat([]byte("12 34 5\n"))
	require.True(t, ok)
	_, _, ok = parseSchedstat([]byte("nothing"))
	require.False(t, ok)
	require.Equal(t, "read", syscallName(syscall.SYS_READ))
	require.Equal(t, "syscall 9999", syscallName(9999))
}

// TestAheadLeavesTheThreadAsItWas looks at the thread's precedence, within and
// after.
func TestAheadLeavesTheThreadAsItWas(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	mine := func() int {
		n, err := syscall.Getpriority(syscall.PRIO_PROCESS, syscall.Gettid())
		require.NoError(t, err)
		return 20 - n
	}
	before := mine()
	thread := syscall.Gettid()
	ahead(func() *Run {
		require.Equal(t, thread, syscall.Gettid())
		if os.Geteuid() != 0 {
			require.Equal(t, before, mine())
		}
		require.LessOrEqual(t, mine(), before)
		return nil
	})
	require.Equal(t, before, mine())
}
