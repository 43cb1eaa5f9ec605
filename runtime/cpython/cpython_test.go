package cpython

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// engine returns an interpreter with gevent and eventlet:
//
//	GREENLINT_ENGINE_VENV=dir     a virtual environment that has them
//	GREENLINT_REQUIRE_ENGINES=1   fail without, rather than skip
func engine(t *testing.T) *Interpreter {
	t.Helper()
	if testing.Short() {
		t.Skip("real loops take a while")
	}
	dir := os.Getenv("GREENLINT_ENGINE_VENV")
	if dir == "" {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			t.Fatal("GREENLINT_ENGINE_VENV names no virtual environment")
		}
		t.Skip("not run: GREENLINT_ENGINE_VENV names no virtual environment with gevent and eventlet")
	}
	list, err := Find(t.Context(), Where{Python: dir})
	require.NoError(t, err)
	require.True(t, list[0].Has("gevent") && list[0].Has("eventlet"), "%+v", list[0])
	return list[0]
}

func run(t *testing.T, i *Interpreter, code string, task Task) *Result {
	t.Helper()
	dir := t.TempDir()
	task.File, task.Path, task.Dir = filepath.Join(dir, "case.py"), []string{dir}, dir
	task.Floor = 50 * time.Millisecond
	require.NoError(t, os.WriteFile(task.File, []byte(code), 0o666))
	r, err := i.Run(t.Context(), task)
	require.NoError(t, err)
	return r
}

// TestMisbehaviour shows what comes of tasks that don't just return.
func TestMisbehaviour(t *testing.T) {
	i := engine(t)
	patch := "from gevent import monkey\nmonkey.patch_all()\nimport os, sys, subprocess, time\n\ndef task():\n    "
	limits := stall.Limits{Run: 4 * time.Second, Enough: time.Second, Processes: 32, Memory: 600 << 20}
	for name, c := range map[string]struct {
		body   string
		end    stall.End
		raises string
	}{
		"endless loop":       {"while True: pass", stall.CutShort, ""},
		"fork bomb":          {"while True: os.fork()", stall.TooMany, ""},
		"memory":             {"x = [bytearray(b'x') * (1 << 28) for _ in range(8)]", stall.TooBig, ""},
		"leaves":             {"os._exit(3)", stall.Died, ""},
		"exits":              {"sys.exit(3)", stall.Ended, "SystemExit"},
		"kills itself":       {"os.kill(os.getpid(), 9)", stall.Died, ""},
		"leaves a child":     {"subprocess.Popen(['sleep', '1000'], start_new_session=True)", stall.Ended, ""},
		"raises":             {"raise ValueError('no')", stall.Ended, "ValueError"},
		"never ends":         {"while True: time.sleep(0.01)", stall.TooLong, ""},
		"prints a lot":       {"print('x' * (1 << 22))", stall.Ended, ""},
		"closes descriptors": {"os.closerange(3, 20)", stall.Ended, ""},
	} {
		t.Run(name, func(t *testing.T) {
			limits := limits
			if c.end == stall.TooMany || c.end == stall.TooBig { // memory is had at any speed
				limits.Run, limits.Enough = 30*time.Second, 30*time.Second
			}
			r := run(t, i, patch+c.body+"\n", Task{Loop: "gevent", Func: "task", Limits: limits})
			if name == "closes descriptors" { // nothing is known of it then, but it ends
				return
			}
			require.Equal(t, c.end, r.End, "%+v", r.Run)
			if c.raises != "" {
				require.NotNil(t, r.Raised)
				require.Equal(t, c.raises, r.Raised.Type)
			}
			if name == "leaves a child" {
				require.NotZero(t, r.Left)
			}
		})
	}
}

// TestForms calls what can be called, in the ways in which it can be.
func TestForms(t *testing.T) {
	i := engine(t)
	code := `import gevent
seen = []

def plain(a: str, b: int, c=3, *, d: list, e=5):
    if (a, b, c, d, e) != ("", 0, 3, [], 5):
        raise ValueError((a, b, c, d, e))

class Client:
    def __init__(self, url: str, *, retries: int):
        self.url = url

    def told(self):
        if self.url != "http://x/":
            raise ValueError(self.url)

    def send(self, x: bytes):
        if x != b"":
            raise ValueError(x)

    @staticmethod
    def static(x):
        if x is not None:
            raise ValueError(x)

def given(a, b=None):
    if (a, b) != (7, "x"):
        raise ValueError((a, b))
`
	args := `7, b="x"`
	for _, c := range []Task{{Func: "plain"}, {Func: "Client.send"}, {Func: "Client.static"}, {Func: "given", Args: &args}} {
		c.Loop = "gevent"
		r := run(t, i, code, c)
		require.Nil(t, r.Raised, "%s: %v", c.Func, r.Raised)
		require.Nil(t, r.Load, "%s: %v", c.Func, r.Load)
		require.Equal(t, stall.Ended, r.End)
	}
	made := `"http://x/", retries=1`
	r := run(t, i, code, Task{Loop: "gevent", Func: "Client.told", Made: &made})
	require.Nil(t, r.Raised)
	r = run(t, i, code, Task{Loop: "gevent", Func: "Client.told"})
	require.NotNil(t, r.Raised)
	r = run(t, i, code, Task{Loop: "gevent", Func: "missing"})
	require.Equal(t, "AttributeError", r.Load.Type)
	r = run(t, i, "import nowhere\n", Task{Loop: "gevent", Func: "task"})
	require.Equal(t, "ModuleNotFoundError", r.Load.Type)
	require.Equal(t, stall.NoStart, r.End)
}

// TestReach notes whether the accused line was run.
func TestReach(t *testing.T) {
	i := engine(t)
	code := "import gevent\n\ndef task(x):\n    if x:\n        gevent.sleep(0)\n"
	for args, want := range map[string]bool{"1": true, "0": false} {
		dir := t.TempDir()
		file := filepath.Join(dir, "case.py")
		require.NoError(t, os.WriteFile(file, []byte(code), 0o666))
		r, err := i.Run(t.Context(), Task{Loop: "gevent", File: file, Func: "task", Args: &args, Path: []string{dir}, Dir: dir, ReachFile: file, Reach: [2]int{5, 5}})
		require.NoError(t, err)
		require.Equal(t, want, r.Reached)
	}
}

// TestTurns has the times of each task of the loop, the harness's own left out.
func TestTurns(t *testing.T) {
	i := engine(t)
	for loop, code := range map[string]string{
		"asyncio": "import asyncio\n\nasync def other():\n    await asyncio.sleep(0.005)\n\nasync def task():\n    t = asyncio.create_task(other())\n    await asyncio.sleep(0.001)\n    await t\n",
		"gevent":  "import gevent\n\ndef task():\n    t = gevent.spawn(gevent.sleep, 0.005)\n    gevent.sleep(0.001)\n    t.join()\n",
	} {
		r := run(t, i, code, Task{Loop: loop, Func: "task", Attribute: true})
		var order []int
		for n, turn := range r.Turns {
			order = append(order, turn.Task)
			require.LessOrEqual(t, turn.From, turn.To)
			require.True(t, n == 0 || r.Turns[n-1].To <= turn.From, "%v", r.Turns)
		}
		require.Equal(t, []int{0, 1, 0, 1, 0}, order, loop)
		require.Empty(t, run(t, i, code, Task{Loop: loop, Func: "task"}).Turns)
	}
}

// TestBlind sees a stall and its line where there is no /proc, and not its class.
func TestBlind(t *testing.T) {
	i := engine(t)
	code := "import gevent\nimport time\n\ndef task(n):\n    gevent.sleep(n)\n    time.sleep(0.3)\n"
	n := "0.2"
	r := run(t, i, code, Task{Loop: "gevent", Func: "task", Args: &n, Attribute: true, Blind: true})
	require.NotEmpty(t, r.Stalls)
	require.Equal(t, stall.Unknown, r.Stalls[0].Class)
	frames := ReadTracebacks(r.Stalls[0].Traceback)
	require.NotEmpty(t, frames)
	require.Equal(t, 6, frames[0][0].Line)
}

func TestFindNeedsNoLibrary(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("not run: there is no python3")
	}
	list, err := Find(context.Background(), Where{Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	require.NotEmpty(t, list)
	require.True(t, list[0].Has("asyncio"))
	_, err = Find(context.Background(), Where{Python: "/no/such/python"})
	require.Error(t, err)
	require.Nil(t, Choose(nil, "gevent"))
}

func TestReadTraceback(t *testing.T) {
	frames := ReadTracebacks(`Current thread 0x00007f (most recent call first):
  File "/lib/json/__init__.py", line 231 in dumps
  File "/p/a.py", line 7 in task
  File "<string>", line 9 in judged
Current thread 0x00007f (most recent call first):
  File "/p/a.py", line 8 in task
`)
	require.Equal(t, [][]Frame{{{"/lib/json/__init__.py", 231, "dumps"}, {"/p/a.py", 7, "task"}}, {{"/p/a.py", 8, "task"}}}, frames)
}
