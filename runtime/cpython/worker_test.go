package cpython

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/runtime/stall"
)

// TestWorkers calls functions by way of real workers.
func TestWorkers(t *testing.T) {
	i := engine(t)
	call := func(t *testing.T, worker, code, function, args string) *Result {
		w := Workers[worker]
		if !i.HasWorker(worker) && os.Getenv("GREENLINT_REQUIRE_ENGINES") != "1" {
			t.Skipf("not run: %s is not installed", w.Library)
		}
		r := run(t, i, code, Task{Worker: worker, Box: t.TempDir(), Loop: w.Loop, Func: function, Args: &args, Attribute: true, Limits: stall.Limits{Start: time.Minute}})
		if strings.Contains(r.Refused, "No module named") && os.Getenv("GREENLINT_REQUIRE_ENGINES") != "1" {
			t.Skip("not run: " + r.Refused)
		}
		require.Empty(t, r.Refused, r.Output)
		require.Nil(t, r.Load, r.Output)
		require.Equal(t, stall.Ended, r.End, "%+v", r.Run)
		return r
	}
	for _, pool := range []string{"celery-gevent", "celery-eventlet"} {
		t.Run(pool, func(t *testing.T) {
			t.Parallel()
			r := call(t, pool, `from celery import Celery, current_task
app = Celery("shop", broker="redis://nowhere.invalid/")

@app.task(bind=True)
def refresh(self, url, retries=0):
    assert not self.request.called_directly
    raise ValueError(url, retries)
`, "refresh", `"a", retries=3`)
			require.NotNil(t, r.Raised, "%+v", r.Run)
			require.Equal(t, "ValueError: ('a', 3)", r.Raised.String())
			require.Equal(t, filepath.Base(r.Raised.Frames[0].File), "case.py")
			r = call(t, pool, "import time\n\ndef refresh(x):\n    time.sleep(x)\n", "refresh", "0.2")
			require.Nil(t, r.Raised)
			require.Greater(t, len(r.Turns), 1, "it sleeps and comes back")
		})
	}
	t.Run("gunicorn-gevent", func(t *testing.T) {
		t.Parallel()
		r := call(t, "gunicorn-gevent", `import socket
class Application:
    def __call__(self, environ, start_response):
        assert environ["SERVER_SOFTWARE"].startswith("gunicorn")
        assert socket.socket.__module__.startswith("gevent")
        raise ValueError(environ["PATH_INFO"])

application = Application()
`, "application", `"/x"`)
		require.NotNil(t, r.Raised)
		require.Equal(t, "ValueError: /x", r.Raised.String())
		r = call(t, "gunicorn-gevent", "import time\n\ndef view(x):\n    time.sleep(x)\n", "view", "0.2")
		require.Nil(t, r.Raised)
		require.Greater(t, len(r.Turns), 1, "it sleeps and comes back")
	})
}

// TestWorkerThatIsMissing says so, and accuses nobody.
func TestWorkerThatIsMissing(t *testing.T) {
	i := engine(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "celery.py"), []byte("raise ImportError('broken')\n"), 0o666))
	file := filepath.Join(dir, "case.py")
	require.NoError(t, os.WriteFile(file, []byte("def task():\n    pass\n"), 0o666))
	r, err := i.Run(t.Context(), Task{Worker: "celery-gevent", Box: t.TempDir(), Loop: "gevent", File: file, Func: "task", Dir: dir, Env: []string{"PYTHONPATH=" + dir}})
	require.NoError(t, err)
	require.Contains(t, r.Refused, "the worker does not start: ImportError: broken")
	require.Nil(t, r.Load)
}
