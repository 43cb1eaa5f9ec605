//go:build unix

package environ

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProbeOpensFilesOnly: a FIFO in the place of a file holds nothing up.
func TestProbeOpensFilesOnly(t *testing.T) {
	site := t.TempDir()
	info := filepath.Join(site, "a-1.0.dist-info")
	require.NoError(t, os.Mkdir(info, 0o777))
	for _, name := range []string{filepath.Join(info, "RECORD"), filepath.Join(site, "a.so")} {
		require.NoError(t, syscall.Mkfifo(name, 0o666))
	}
	require.Empty(t, probe(site, func(string, string) bool { return false }))
}
