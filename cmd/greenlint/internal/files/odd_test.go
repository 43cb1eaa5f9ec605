//go:build unix

package files

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

func TestOddEntries(t *testing.T) {
	for _, checkout := range []bool{false, true} {
		root := project(t, "pkg/a.py")
		require.NoError(t, os.Symlink(root, filepath.Join(root, "pkg", "loop")))
		require.NoError(t, os.Symlink("a.py", filepath.Join(root, "pkg", "link.py")))
		require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "pkg", "dangling.py")))
		require.NoError(t, syscall.Mkfifo(filepath.Join(root, "pkg", "fifo.py"), 0o666))
		require.NoError(t, syscall.Mkfifo(filepath.Join(root, "pkg", ".gitignore"), 0o666))
		if checkout {
			require.NoError(t, os.Remove(filepath.Join(root, "pkg", ".gitignore"))) // git itself would wait for it
			git(t, root, "init", "-q")
		}
		done := make(chan string)
		go func() { done <- list(t, root) }()
		select {
		case got := <-done:
			require.Equal(t, "pkg/a.py pkg/link.py", got)
		case <-time.After(10 * time.Second):
			t.Fatal("hangs")
		}
		if !checkout { // git lists no such thing
			l, err := List(context.Background(), root, nil)
			require.NoError(t, err)
			require.Equal(t, []rules.Skip{{File: "pkg/fifo.py", Reason: "not a regular file"}}, l.Skipped)
		}
		_, err := List(context.Background(), root, []string{"pkg/fifo.py"})
		require.EqualError(t, err, "pkg/fifo.py: neither a file nor a directory")
	}
}

func TestUnreadableDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root can read everything: an unreadable directory is not tried")
	}
	for _, checkout := range []bool{false, true} {
		root := project(t, "a.py", "secret/b.py")
		if checkout {
			git(t, root, "init", "-q")
		}
		require.NoError(t, os.Chmod(filepath.Join(root, "secret"), 0))
		defer os.Chmod(filepath.Join(root, "secret"), 0o777)
		l, err := List(context.Background(), root, nil)
		require.NoError(t, err)
		require.Equal(t, []string{"a.py"}, l.Files)
		require.Equal(t, []rules.Skip{{File: "secret", Reason: "permission denied"}}, l.Skipped)
	}
}
