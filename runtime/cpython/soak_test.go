package cpython

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// rare fails in few orders of nine wake-ups.
const rare = `
log = []

def note(name):
    log.append(name)
    if len(log) == 9:
        order = "".join(log)
        log.clear()
        if order[:3] == "cba" and order[8] == "c":
            raise ValueError(order)
`

var rareOn = map[string]string{
	"gevent": "from gevent import monkey\nmonkey.patch_all()\nimport time, queue, gevent\n" + rare + `
q = queue.Queue()

def step(name):
    time.sleep(0.001)
    note(name)
    gevent.sleep(0.002)
    note(name)
    gevent.spawn(q.put, name)
    q.get()
    note(name)

def a(): step("a")
def b(): step("b")
def c(): step("c")
`,
	"eventlet": "import eventlet\neventlet.monkey_patch()\nimport time\n" + rare + `
def step(name):
    for i in range(3):
        (time.sleep if i else eventlet.sleep)(0.001)
        note(name)

def a(): step("a")
def b(): step("b")
def c(): step("c")
`,
	"asyncio": "import asyncio\n" + rare + `
async def step(name):
    lock = asyncio.Lock()
    await asyncio.sleep(0.001)
    note(name)
    async with lock:
        await asyncio.wait_for(asyncio.sleep(0.002), 10)
    note(name)
    await asyncio.create_task(asyncio.sleep(0.001))
    note(name)

async def a(): await step("a")
async def b(): await step("b")
async def c(): await step("c")
`,
}

// TestSoakReplays finds the round that fails, and has it again by its seed.
func TestSoakReplays(t *testing.T) {
	i := engine(t)
	for loop, code := range rareOn {
		t.Run(loop, func(t *testing.T) {
			t.Parallel()
			soak := func(rounds int, seed int64, serial bool) *Result {
				return run(t, i, code, Task{
					Loop: loop, Func: "case", Limits: stall.Limits{Run: time.Minute, Enough: time.Minute},
					Soak: &Soak{Calls: []Call{{Func: "a"}, {Func: "b"}, {Func: "c"}}, Width: 3, Rounds: rounds, Seed: seed, Serial: serial, Limit: 20 * time.Second},
				})
			}
			first := soak(400, 1, false)
			require.Nil(t, first.Load)
			require.NotNil(t, first.Raised, "%+v %s", first, first.Output)
			require.Equal(t, "ValueError", first.Raised.Type)
			require.Greater(t, first.Seed, int64(1), "it is rare")
			again := soak(1, first.Seed, false)
			require.NotNil(t, again.Raised)
			require.Equal(t, first.Raised.Text, again.Raised.Text)
			require.Equal(t, first.Order, again.Order)
			require.Equal(t, first.Failed, again.Failed)

			require.Nil(t, soak(3, first.Seed-3, false).Raised, "the rounds before it go well")
			require.Nil(t, soak(1, first.Seed, true).Raised, "one after the other they never fail")
			require.NotEqual(t, soak(1, 1, false).Order, soak(1, 2, false).Order, "another seed has another order")
		})
	}
}

// TestSoakEnds shows the other ends of a round.
func TestSoakEnds(t *testing.T) {
	i := engine(t)
	for name, c := range map[string]struct {
		loop, code string
		check      func(*Result)
	}{
		"a deadlock": {"gevent", `
import gevent
from gevent.lock import Semaphore
a, b = Semaphore(), Semaphore()

def task(first=a, second=b):
    with first:
        gevent.sleep(0.001)
        with second:
            pass

def other():
    task(b, a)
`, func(r *Result) {
			require.NotEmpty(t, r.Stuck)
			require.Equal(t, stall.Ended, r.End)
		}},
		"a lock of threads": {"asyncio", "import asyncio, threading\nlock = threading.Lock()\n\nasync def task():\n    with lock:\n        await asyncio.sleep(0)\n\nother = task\n", func(r *Result) {
			require.Equal(t, stall.CutShort, r.End)
			require.NotEmpty(t, r.Stalls)
			require.NotZero(t, r.Seed)
		}},
		"a name that is missing": {"gevent", "def task():\n    pass\n", func(r *Result) {
			require.Equal(t, "AttributeError", r.Load.Type)
		}},
		"nothing": {"eventlet", "import eventlet\n\ndef task():\n    with eventlet.Timeout(5):\n        eventlet.spawn(eventlet.sleep, 0.01).wait()\n\nother = task\n", func(r *Result) {
			require.Nil(t, r.Raised)
			require.Equal(t, stall.Ended, r.End)
			require.Equal(t, int64(44), r.Seed)
			require.NotEmpty(t, r.Order)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.check(run(t, i, c.code, Task{
				Loop: c.loop, Func: "case", Limits: stall.Limits{Run: time.Minute, Enough: time.Second},
				Soak: &Soak{Calls: []Call{{Func: "task"}, {Func: "other"}}, Width: 3, Rounds: 40, Seed: 5, Limit: 3 * time.Second},
			}))
		})
	}
}
