package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/cache"
	"github.com/greenlint/greenlint/rules"
)

// A recalled project is one that is checked again and again.
type recalled struct {
	t      *testing.T
	root   string
	config string
	loop   rules.Loop
	paths  []string
}

func newRecalled(t *testing.T) *recalled {
	r := &recalled{t: t, root: t.TempDir()}
	r.write("app/tasks.py", "import os\nimport gevent\nfrom app import work\n\ndef run():\n    gevent.spawn(work.work)\n")
	r.write("app/work.py", "import os\n\ndef work():\n    os.system('x')  # greenlint: ignore[GL202] no\n")
	r.write("app/__init__.py", "")
	r.write("app/main.py", "from gevent import monkey\nmonkey.patch_all()\nfrom app import tasks\ntasks.run()\n")
	r.write("index.rst", "a project\n")
	return r
}

func (r *recalled) write(name, text string) {
	file := filepath.Join(r.root, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(file), 0o777))
	require.NoError(r.t, os.WriteFile(file, []byte(text), 0o666))
}

func (r *recalled) remove(name string) {
	require.NoError(r.t, os.Remove(filepath.Join(r.root, name)))
}

// check checks the project, and says whether files were analysed for it. The
// answer is compared with that of a check without a cache.
func (r *recalled) check() (out Outcome, analysed bool) {
	r.t.Helper()
	run := func(c *cache.Cache) Outcome {
		var files []string
		require.NoError(r.t, filepath.WalkDir(r.root, func(name string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				rel, _ := filepath.Rel(r.root, name)
				files = append(files, filepath.ToSlash(rel))
			}
			return err
		}))
		slices.Sort(files)
		cat, err := rules.Load()
		require.NoError(r.t, err)
		analysed = false
		out, err := Run(r.t.Context(), Request{
			Root: r.root, Files: files, Paths: r.paths, Catalog: cat, Loop: r.loop, ConfigFile: r.config, Cache: c, Language: "python",
			Progress: func(stage string, _, _ int) { analysed = analysed || stage == "reading" || stage == "judging" },
		})
		require.NoError(r.t, err)
		out.Config = nil
		return out
	}
	want := run(nil)
	require.True(r.t, analysed)
	c, err := cache.Open(r.t.Context())
	require.NoError(r.t, err)
	out = run(c)
	require.NoError(r.t, c.Close())
	require.Equal(r.t, want, out)
	return out, analysed
}

func (r *recalled) fresh(why string) {
	r.t.Helper()
	_, analysed := r.check()
	require.True(r.t, analysed, why)
	_, analysed = r.check()
	require.False(r.t, analysed, "the second time: "+why)
}

// TestRecall checks that whatever an answer follows from is looked at, and that
// nothing is analysed where all of it is the same.
func TestRecall(t *testing.T) {
	t.Setenv("GREENLINT_CACHE", t.TempDir())
	r := newRecalled(t)
	out, _ := r.check()
	require.NotEmpty(t, out.Findings)
	require.NotEmpty(t, out.Comments)
	_, analysed := r.check()
	require.False(t, analysed)

	r.write("app/work.py", "import os\n\n\ndef work():\n    os.system('x')\n")
	r.fresh("a file was changed")
	r.write("app/more.py", "import gevent\n")
	r.fresh("a file was added")
	r.remove("app/more.py")
	_, analysed = r.check()
	require.False(t, analysed, "all is as it was before")
	r.remove("app/__init__.py")
	r.fresh("a file was removed")
	r.write("Procfile", "web: gunicorn -k gevent app.main\n")
	r.fresh("a deployment file was added")
	r.write("Procfile", "web: gunicorn -k eventlet app.main\n")
	r.fresh("a deployment file was changed")
	r.write("requirements.txt", "gevent==21.1.0\ngreenlet==0.4.17\n")
	r.fresh("a lock file was added")
	r.write("requirements.txt", "gevent==24.2.1\ngreenlet==3.0.3\n")
	r.fresh("a lock file was changed")
	r.loop = rules.Eventlet
	r.fresh("another loop was asked for")
	r.paths = []string{"app/work.py"}
	r.fresh("other paths were asked for")
	r.config = filepath.Join(r.root, "greenlint.toml")
	r.write("greenlint.toml", "budget = \"50ms\"\n")
	r.fresh("there are settings")
	r.write("greenlint.toml", "budget = \"51ms\"\n")
	r.fresh("the settings have changed")
	require.NoError(t, os.Symlink("nowhere", filepath.Join(r.root, "app/odd.py")))
	r.fresh("a file can't be read")
	r.remove("app/odd.py")
	r.write("app/odd.py", "")
	r.fresh("and now it can")
	r.write("index.rst", "a project, described\n")
	_, analysed = r.check()
	require.False(t, analysed, "nothing follows from the text of this file")
}

// TestRecallDamaged checks that what is damaged in the cache is found again.
func TestRecallDamaged(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GREENLINT_CACHE", dir)
	r := newRecalled(t)
	r.fresh("the cache is empty")
	for name, damage := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)/2] },
		"emptied": func([]byte) []byte { return nil },
		"changed": func(b []byte) []byte { b[len(b)-2] ^= 1; return b },
	} {
		n := 0
		require.NoError(t, filepath.WalkDir(dir, func(file string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			n++
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			return os.WriteFile(file, damage(b), 0o600)
		}))
		require.Equal(t, 2, n)
		r.fresh("entries were " + name)
	}
}

// TestRecallOdd checks that texts which are not UTF-8 come back as they were.
func TestRecallOdd(t *testing.T) {
	t.Setenv("GREENLINT_CACHE", t.TempDir())
	r := newRecalled(t)
	r.write("app/work.py", "import os\n\ndef work():\n    os.system('x')  # greenlint: ignore[GL202] \xe9\n")
	for range 3 {
		r.check()
	}
	r.write("app/work.py", "# -*- coding: latin-1 -*-\nimport os\n\ndef work():\n    os.system('x')  # greenlint: ignore[GL202] \xe9\n")
	for range 3 {
		r.check()
	}
}

// TestRecallElsewhere checks that a machine with nothing but a cache program
// analyses nothing that another one has.
func TestRecallElsewhere(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	out, err := exec.Command("go", "build", "-o", program, "../cache/testdata/program/main.go").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Setenv("GOCACHEPROG", program+" "+t.TempDir())
	t.Setenv("GREENLINT_CACHE", t.TempDir())
	newRecalled(t).fresh("nobody has checked it")

	empty := t.TempDir()
	t.Setenv("GREENLINT_CACHE", empty)
	_, analysed := newRecalled(t).check() // the same project in another directory
	require.False(t, analysed)
	left, err := os.ReadDir(empty)
	require.NoError(t, err)
	require.Empty(t, left)
}
