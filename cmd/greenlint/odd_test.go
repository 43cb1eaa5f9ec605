//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
)

// TestOddProject: whatever lies about in a project gets one line each and holds nothing
// up, and the rest is analysed.
func TestOddProject(t *testing.T) {
	dir := t.TempDir()
	task := "import time\n\n\nasync def f():\n    time.sleep(3)\n"
	for name, text := range map[string]string{
		"fine.py":            task,
		"pkg/bytes.py":       "# caf\xe9\n" + task,
		"pkg/brackets.py":    "x = " + strings.Repeat("(", 10_000) + strings.Repeat(")", 10_000) + "\n" + task,
		"pkg/unclosed.py":    "x = " + strings.Repeat("[", 10_000) + "\n" + task,
		"pkg/long.py":        strings.Repeat("x = 1\n", 1_000_000) + task,
		"pkg/many.py":        "import time\n" + strings.Repeat("async def f():\n    pass\n", 5_000) + task,
		"pkg/null.py":        "x = '\x00'\n" + task,
		"Procfile":           "\xff\xfeworker: celery -A app worker -P gevent\n",
		"docker-compose.yml": "services: [\n",
		"requirements.txt":   "gevent\xff==1\n",
		"setup.py":           "import setuptools\nsetup(install_requires=[\n",
	} {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "pkg", "again")))
	require.NoError(t, os.Symlink("b.py", filepath.Join(dir, "a.py")))
	require.NoError(t, os.Symlink("a.py", filepath.Join(dir, "b.py")))
	for _, name := range []string{"x.py", ".gitignore", "greenlint.toml", "pyproject.toml", "go.mod", "uwsgi.ini"} {
		require.NoError(t, syscall.Mkfifo(filepath.Join(dir, name), 0o666))
	}
	secret := os.Getuid() != 0 // whom nothing is denied
	if secret {
		writeFile(t, filepath.Join(dir, "secret.py"), task)
		require.NoError(t, os.Chmod(filepath.Join(dir, "secret.py"), 0))
	}
	out, errs := runCommand(t, dir, check.Run, "check", "--format", "concise")
	for _, want := range []string{
		"fine.py:5:5: GL202 ", "pkg/bytes.py:6:5: GL202 ", "pkg/brackets.py:6:5: GL202 ", "pkg/long.py:1000005:5: GL202 ", "pkg/many.py:10006:5: GL202 ", "pkg/null.py:6:5: GL202 ",
		"pkg/bytes.py:1:6: GL902 ", "pkg/brackets.py:1:205: GL902 ", "pkg/unclosed.py:1:205: GL902 ", "pkg/null.py:1:6: GL902 ", "docker-compose.yml: GL902 ", "x.py: GL902 ",
	} {
		require.Contains(t, "\n"+out, "\n"+want, out+errs)
	}
	if secret {
		require.Contains(t, out, "secret.py: GL902 ")
	}
	require.NotContains(t, out+errs, "internal error")
	for _, format := range report.Formats() { // some show the lines, and read the files once more
		out, errs := runCommand(t, dir, check.Run, "check", "--select", "GL902", "--format", format.Name)
		require.Contains(t, out, "x.py", format.Name)
		require.NotContains(t, out+errs, "internal error", format.Name)
	}
	for _, command := range []string{"env", "audit", "routes"} {
		out, errs := runCommand(t, dir, check.Run, command)
		require.NotContains(t, out+errs, "internal error", command)
	}
}
