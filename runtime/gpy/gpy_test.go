package gpy

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

func once(t *testing.T, code string, task Task) *Result {
	t.Helper()
	dir := t.TempDir()
	task.File, task.Func = filepath.Join(dir, "case.py"), "task"
	require.NoError(t, os.WriteFile(task.File, []byte(code), 0o666))
	r, err := Run(t.Context(), task, dir, 50*time.Millisecond, stall.Limits{})
	require.NoError(t, err)
	return r
}

// TestBeyond shows that a fixture which gpython can't run is sent to CPython,
// with the reason, and never judged.
func TestBeyond(t *testing.T) {
	for name, code := range map[string]string{
		"syntax":   "async def task():\n    pass\n",
		"f-string": "def task():\n    return f'{1}'\n",
		"module":   "import sqlite3\n\ndef task():\n    pass\n",
		"name":     "def task():\n    return bytearray(3)\n",
		"no task":  "x = 1\n",
	} {
		r := once(t, code, Task{Loop: "gevent"})
		require.Contains(t, r.Needs, "this needs CPython", name)
	}
}

// TestLine shows that a stall knows its line, in the innermost function.
func TestLine(t *testing.T) {
	r := once(t, `import gevent
import time


def inner(n):
    time.sleep(n)


def task():
    gevent.sleep(0.01)
    inner(0.4)
`, Task{Loop: "gevent", Survey: true})
	require.Equal(t, stall.Ended, r.End)
	require.Empty(t, r.Needs)
	require.NotEmpty(t, r.Stalls)
	require.Regexp(t, `(?s)^Current thread .*:\n  File ".*case\.py", line 6 in inner\n.*line 11 in task\n`, r.Stalls[0].Traceback)
}

// TestMechanism runs what the stand-ins are there to show.
func TestMechanism(t *testing.T) {
	patch := "from gevent import monkey\nmonkey.patch_all()\n"
	for name, c := range map[string]struct {
		code   string
		raises string
	}{
		"siblings take turns":    {patch + "import gevent\n\ndef child(out, n):\n    gevent.sleep(0.02)\n    out.append(n)\n\ndef task():\n    out = []\n    gevent.joinall([gevent.spawn(child, out, i) for i in range(5)])\n    if len(out) != 5:\n        raise ValueError('short')\n", ""},
		"an event between tasks": {patch + "import gevent\nfrom gevent.event import Event\ne = Event()\n\ndef child():\n    gevent.sleep(0.02)\n    e.set()\n\ndef task():\n    gevent.spawn(child)\n    if not e.wait(5):\n        raise ValueError('never')\n", ""},
		"a pool":                 {"import eventlet\neventlet.monkey_patch()\nimport time\n\ndef task():\n    p = eventlet.GreenPool()\n    for i in range(3):\n        p.spawn(time.sleep, 0.02)\n    p.waitall()\n", ""},
		"import a.b":             {"import gevent.monkey\ngevent.monkey.patch_all()\n\ndef task():\n    gevent.sleep(0)\n", ""},
		"a lock in the loop":     {patch + "import threading\nlock = threading.Lock()\n\ndef task():\n    lock.acquire()\n    if lock.acquire(True, 0.2):\n        raise ValueError('twice')\n", ""},
		"epoll is gone":          {patch + "import select\n\ndef task():\n    select.epoll()\n", "AttributeError"},
	} {
		r := once(t, c.code, Task{Loop: "gevent"})
		require.Equal(t, stall.Ended, r.End, name)
		require.Empty(t, r.Needs, name)
		if c.raises == "" {
			require.Nil(t, r.Raised, name)
		} else {
			require.Equal(t, c.raises, r.Raised.Type, name)
		}
	}
	r := once(t, patch+"import select\n\ndef task():\n    select.epoll()\n", Task{Loop: "gevent", Plain: true})
	require.Nil(t, r.Raised, "without the patch it is there")
}
