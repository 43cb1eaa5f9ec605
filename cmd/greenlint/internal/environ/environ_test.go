package environ

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/venv"
)

// run runs one of the commands over files, and returns what it writes.
func run(t *testing.T, files map[string]string, args ...string) (out, errs string, status int) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "")
	p := &command.Program{Name: "greenlint", Commands: []*command.Command{EnvCommand(), AuditCommand()}}
	var stdout, stderr bytes.Buffer
	status = p.Main(context.Background(), args, command.Call{Dir: dir, Stdin: &bytes.Buffer{}, Stdout: &stdout, Stderr: &stderr})
	return stdout.String(), stderr.String(), status
}

var project = map[string]string{
	"Procfile":         "web: gunicorn -c conf.py shop.wsgi\nworker: celery -A shop worker -P $POOL\nscript: python -m gevent.monkey --no-dns job.py\n",
	"conf.py":          "import early_patch\nworker_class = 'gevent'\npreload_app = True\n# gunicorn\n",
	"early_patch.py":   "from gevent import monkey\nif True:\n    monkey.patch_all(thread=False)\n",
	"shop/__init__.py": "",
	"shop/wsgi.py":     "import psycogreen.gevent\npsycogreen.gevent.patch_psycopg()\n",
	"job.py":           "",
	"requirements.txt": "gevent==24.2.1\nPsycopg2_binary==2.9.9\n",
	"runtime.txt":      "python-3.12.1\n",
}

func TestEnvText(t *testing.T) {
	out, _, status := run(t, project, "env")
	require.Equal(t, command.OK, status)
	for _, want := range []string{
		"Procfile: web  (gunicorn, gevent)",
		"    declared  conf.py:3:1  preload_app = True",
		"    patch 1   early_patch.py:3:5  monkey.patch_all(thread=False): aggressive, dns, os, queue, select, signal, socket, ssl, subprocess, time  (under a condition)",
		"    patch 2   gunicorn calls gevent.monkey.patch_all after it has imported the application: ",
		"    shims     psycogreen.gevent.patch_psycopg",
		"    python    3.12.1",
		"    version   psycopg2-binary 2.9.9  (requirements.txt:2)",
		"Procfile: worker  (celery, loop not known)",
		"Not known:\n    Procfile:2:",
		"Procfile: script  (python, gevent)",
		"    patch 1   the wrapper calls gevent.monkey.patch_all before it imports the application: aggressive, os,",
	} {
		require.Contains(t, out, want)
	}
	out, _, _ = run(t, map[string]string{"a.py": "x = 1\n"}, "env")
	require.Contains(t, out, "No process is declared")
}

func TestEnvJSON(t *testing.T) {
	out, _, _ := run(t, project, "env", "--format", "json")
	var r described
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	require.Equal(t, "greenlint-env/1", r.Schema)
	require.Len(t, r.Processes, 3)
	require.Equal(t, "gevent", r.Processes[0].Loop)
	require.Equal(t, "unknown", r.Processes[1].Loop)
	require.NotContains(t, r.Processes[2].Patched, "dns")
	require.Equal(t, &fact{File: "runtime.txt", Text: "3.12.1"}, r.Python)
	again, _, _ := run(t, project, "env", "--format", "json")
	require.Equal(t, out, again)
}

func TestAudit(t *testing.T) {
	files := map[string]string{"Procfile": "w: celery -A a worker -P gevent\n", "requirements.txt": "gevent==22.10.2\ngreenlet==2.0.2\nmysqlclient==2.2.0\n", "runtime.txt": "python-3.11.2\n"}
	out, errs, status := run(t, files, "audit", "--format", "concise")
	require.Equal(t, command.Findings, status)
	require.Contains(t, out, "requirements.txt:2:1: GL701")
	require.Contains(t, out, "requirements.txt:3:1: GL702")
	require.Contains(t, errs, "no virtual environment was found")
	_, _, status = run(t, files, "audit", "--exit-zero")
	require.Equal(t, command.OK, status)

	delete(files, "Procfile")
	out, errs, status = run(t, files, "audit")
	require.Equal(t, command.OK, status)
	require.Empty(t, out)
	require.Contains(t, errs, "nothing to judge")
}

// TestAuditInstalled: what is installed counts where no list says which version it is.
func TestAuditInstalled(t *testing.T) {
	site := ".venv/lib/python3.12/site-packages/"
	files := map[string]string{
		"Procfile": "worker: celery -A shop worker -P gevent\n", "requirements.txt": "gevent\n", "runtime.txt": "python-3.12.1\n",
		site + "greenlet-2.0.2.dist-info/METADATA": "Name: greenlet\n",
		site + "gevent-22.10.2.dist-info/METADATA": "Name: gevent\n",
		site + "broken.dist-info/METADATA":         "",
	}
	out, errs, status := run(t, files, "audit")
	require.Equal(t, command.Findings, status, errs)
	require.Contains(t, out, site+"greenlet-2.0.2.dist-info/METADATA:1:1: GL701 bad-version: greenlet 2.0.2 is known to break on gevent")
	files["requirements.txt"] = "gevent\ngreenlet==3.0.3\n"
	out, _, _ = run(t, files, "audit")
	require.NotContains(t, out, "greenlet 2.0.2")
}

// A broken extension module, and one that is no ELF file, say nothing.
func TestProbeReadsAnything(t *testing.T) {
	site := t.TempDir()
	for name, text := range map[string]string{"a.so": "", "b.so": "\x7fELF\x02\x01\x01", "c/d.so": "text"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(site, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(site, name), []byte(text), 0o666))
	}
	require.Empty(t, probe(site, func(string, string) bool { return false }))
}

func TestNamed(t *testing.T) {
	for lib, want := range map[string]bool{"libpq.so.5": true, "libpq-1a2b3c.so.5.16": true, "libpqxx.so": false, "libcurl.so.4": true, "libcrypto-0d1e.so.3": false} {
		require.Equal(t, want, named(lib, clients), lib)
	}
	require.True(t, named("libcrypto-0d1e.so.3", harmless))
}

func TestSitePackages(t *testing.T) {
	root := t.TempDir()
	site := filepath.Join(root, ".venv", "lib", "python3.12", "site-packages")
	require.NoError(t, os.MkdirAll(site, 0o777))
	require.NoError(t, os.MkdirAll(filepath.Join(root, ".venv", "bin"), 0o777))
	python := filepath.Join(root, ".venv", "bin", "python")
	require.NoError(t, os.WriteFile(python, nil, 0o777))
	require.Equal(t, site, venv.Site(root, ""))
	require.Equal(t, site, venv.Site("/", python))
	require.Equal(t, site, venv.Site("/", filepath.Join(root, ".venv")))
	require.Empty(t, venv.Site("/", root))
}
