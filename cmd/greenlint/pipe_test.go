package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// TestClosedPipe: a reader that has gone away before the findings come is an
// error, in every format, and not a signal that ends the process unsaid.
func TestClosedPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pipes of another kind")
	}
	s := newShop(t)
	for _, f := range report.Formats() {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		cmd := exec.Command(filepath.Join(builtCommand(t), "greenlint"), "check", "--format", f.Name, "--output", "-", "--format", "json", "--output", "kept.json")
		cmd.Dir, cmd.Stdout = s.dir, w
		var errs bytes.Buffer
		cmd.Stderr = &errs
		err = cmd.Run()
		require.NoError(t, w.Close())
		var exit *exec.ExitError
		require.True(t, errors.As(err, &exit), "%s: %v", f.Name, err)
		require.Equal(t, command.Failure, exit.ExitCode(), f.Name)
		require.Contains(t, errs.String(), "broken pipe", f.Name)
		require.Contains(t, s.read("kept.json"), report.Schema, "what goes to a file is whole")
		require.NoError(t, os.Remove(filepath.Join(s.dir, "kept.json")))
	}
}
