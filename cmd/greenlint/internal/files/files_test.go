package files

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// project makes a tree from "name: content" and bare names.
func project(t *testing.T, lines ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, l := range lines {
		name, text, _ := strings.Cut(l, ": ")
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(text, "|", "\n")), 0o666))
	}
	return root
}

func git(t *testing.T, root string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = root
	cmd.Env = append(gitEnv(os.Environ()), "GIT_CONFIG_GLOBAL="+os.DevNull)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func list(t *testing.T, root string, paths ...string) string {
	t.Helper()
	l, err := List(context.Background(), root, paths)
	require.NoError(t, err)
	return strings.Join(l.Files, " ")
}

var tree = []string{
	".gitignore: /build/|*.log|!keep.log", "a.py", "build/x.py", "x.log", "keep.log", "sub/.gitignore: gen_*.py", "sub/gen_a.py", "sub/b.py",
	"Procfile", "venv/lib/x.py", ".venv/x.py", "env311/pyvenv.cfg", "env311/lib/y.py", "node_modules/z.py", "pkg/__pycache__/a.pyc", "pkg/c.py",
	"lib/site-packages/d.py", ".github/ci.yml",
}

const want = ".github/ci.yml .gitignore Procfile a.py keep.log pkg/c.py sub/.gitignore sub/b.py"

func TestWalk(t *testing.T) {
	root := project(t, tree...)
	require.Equal(t, want, list(t, root))
	require.Equal(t, "sub/.gitignore sub/b.py", list(t, root, "sub"))
	require.Equal(t, "build/x.py sub/gen_a.py", list(t, root, "sub/gen_a.py", "build"), "what the user names is looked at")
	require.Equal(t, "venv/lib/x.py", list(t, root, "venv/lib", "venv"))
	require.Equal(t, "a.py pkg/c.py", list(t, root, "./pkg", "a.py", "pkg/../a.py", "pkg/c.py"))
}

func TestCheckout(t *testing.T) {
	root := project(t, tree...)
	git(t, root, "init", "-q")
	require.Equal(t, want, list(t, root))
	git(t, root, "add", "-f", "build/x.py", "a.py", "node_modules/z.py")
	require.NoError(t, os.Remove(filepath.Join(root, "a.py")))
	require.Equal(t, strings.Replace(want, " a.py", " build/x.py", 1), list(t, root), "tracked files count, deleted ones don't")
	require.Equal(t, "sub/.gitignore sub/b.py", list(t, root, "sub"))
	require.Equal(t, "sub/gen_a.py", list(t, root, "sub/gen_a.py"))
	require.Equal(t, "venv/lib/x.py", list(t, root, "venv"))
	t.Run("inside a hook", func(t *testing.T) {
		t.Setenv("GIT_DIR", "nowhere")
		t.Setenv("GIT_INDEX_FILE", "nothing")
		require.Contains(t, list(t, root), "build/x.py")
	})
	t.Run("without git", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		require.Equal(t, strings.Replace(want, " a.py", "", 1), list(t, root))
		require.Equal(t, ".gitignore b.py", list(t, filepath.Join(root, "sub")), "the ignore files above the root count too")
		require.NoError(t, os.WriteFile(filepath.Join(root, "sub", "y.log"), nil, 0o666))
		require.Equal(t, ".gitignore b.py", list(t, filepath.Join(root, "sub")))
	})
}

func TestRepositoriesWithin(t *testing.T) {
	root := project(t, "a.py", "inner/b.py", "inner/.gitignore: *.tmp", "inner/x.tmp")
	git(t, root, "init", "-q")
	git(t, filepath.Join(root, "inner"), "init", "-q")
	require.Equal(t, "a.py inner/.gitignore inner/b.py", list(t, root))
}

// TestFsmonitor makes sure that listing a stranger's checkout runs no program
// that its configuration names.
func TestFsmonitor(t *testing.T) {
	root := project(t, "a.py")
	git(t, root, "init", "-q")
	git(t, root, "add", ".")
	hook := filepath.Join(root, ".git", "evil.sh")
	require.NoError(t, os.WriteFile(hook, []byte("#!/bin/sh\ntouch "+root+"/owned\n"), 0o777))
	git(t, root, "config", "core.fsmonitor", hook)
	require.Equal(t, "a.py", list(t, root))
	require.NoFileExists(t, filepath.Join(root, "owned"))
}

func TestBadPaths(t *testing.T) {
	root := project(t, "a.py")
	for path, want := range map[string]string{
		"nowhere":   "nowhere: no such file or directory",
		"../x":      "../x: lies outside " + root,
		"a/../../x": "a/../../x: lies outside " + root,
		"/etc":      "/etc: lies outside " + root,
	} {
		_, err := List(context.Background(), root, []string{path})
		require.EqualError(t, err, want)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := List(ctx, project(t, "a.py"), nil)
	require.ErrorIs(t, err, context.Canceled)
}
