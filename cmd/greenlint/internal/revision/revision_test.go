package revision

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
}

func TestTree(t *testing.T) {
	top := t.TempDir()
	git(t, top, "init", "-q", "-b", "main")
	for name, text := range map[string]string{
		"app/a.py": "a = 1\n", "app/ü b.py": "u\n", "app/empty.py": "", "app/bin": "\x00\n\xff", "go.mod": "module x\n",
		"app/node_modules/x.py": "x\n", "app/same1.py": "same\n",
	} {
		write(t, filepath.Join(top, name), text)
	}
	require.NoError(t, os.Symlink("a.py", filepath.Join(top, "app/link.py")))
	git(t, top, "add", "-A")
	git(t, top, "commit", "-q", "-m", "one")
	app := filepath.Join(top, "app")

	tree, err := Open(context.Background(), app, "HEAD")
	require.NoError(t, err)
	defer tree.Close()
	require.Equal(t, []string{"a.py", "bin", "empty.py", "same1.py", "ü b.py"}, tree.Files(), "neither links nor other people's code")
	changed, renamed, err := tree.Changes()
	require.NoError(t, err)
	require.False(t, changed)
	require.Empty(t, renamed)

	write(t, filepath.Join(app, "a.py"), "a = 2\n")
	git(t, top, "mv", "app/ü b.py", "app/v.py")
	require.NoError(t, os.Rename(filepath.Join(app, "same1.py"), filepath.Join(app, "same2.py")))
	for range 2 {
		for name, want := range map[string]string{"a.py": "a = 1\n", "ü b.py": "u\n", "empty.py": "", "bin": "\x00\n\xff", "./a.py": "a = 1\n"} {
			text, err := tree.Read(name)
			require.NoError(t, err)
			require.Equal(t, want, string(text), name)
		}
	}
	_, err = tree.Read("v.py")
	require.ErrorIs(t, err, os.ErrNotExist)
	changed, renamed, err = tree.Changes()
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, map[string]string{"ü b.py": "v.py", "same1.py": "same2.py"}, renamed)

	dir, done, err := tree.Extract()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "a.py"))
	require.NoError(t, err)
	require.Equal(t, "a = 1\n", string(text))
	require.FileExists(t, filepath.Join(dir, "..", "go.mod"))
	done()
	require.NoDirExists(t, dir)
	out, err := exec.Command("git", "-C", top, "status", "--porcelain").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "same2.py", "the index of the project is as before")
	require.NotContains(t, string(out), "D  app/a.py")
}

// TestRepositoryRunsNothing: a checkout's own configuration may name programs.
func TestRepositoryRunsNothing(t *testing.T) {
	top := t.TempDir()
	git(t, top, "init", "-q", "-b", "main")
	write(t, filepath.Join(top, "a.py"), "a = 1\n")
	write(t, filepath.Join(top, ".gitattributes"), "*.py diff=evil\n")
	git(t, top, "add", "-A")
	git(t, top, "commit", "-q", "-m", "one")
	pwned := filepath.Join(t.TempDir(), "pwned")
	for _, c := range []string{"core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager", "core.sshCommand"} {
		git(t, top, "config", c, "touch "+pwned+"; true")
	}
	write(t, filepath.Join(top, "a.py"), "a = 2\n")
	tree, err := Open(context.Background(), top, "main")
	require.NoError(t, err)
	defer tree.Close()
	_, err = tree.Read("a.py")
	require.NoError(t, err)
	_, _, err = tree.Changes()
	require.NoError(t, err)
	Renames(context.Background(), top, "a.py")
	require.NoFileExists(t, pwned)
}

func TestOpenFails(t *testing.T) {
	top := t.TempDir()
	_, err := Open(context.Background(), top, "main")
	require.ErrorContains(t, err, "needs a git checkout")
	git(t, top, "init", "-q", "-b", "main")
	for _, rev := range []string{"", "-x", "nowhere", strings.Repeat("x", 300)} {
		_, err := Open(context.Background(), top, rev)
		require.Error(t, err)
	}
}
