package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// The bundled project in Go: a program of bubbletea's and a service on the green
// pool. Stubs take the place of both.
const (
	tuihub       = "testdata/projects/tuihub"
	tuihubGolden = "testdata/projects/tuihub.golden"
)

// TestTuihub compares the findings with the marks in the project's sources, and the
// text with the golden file.
func TestTuihub(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the project locks files as Unix does")
	}
	bin := ownCommand(t)
	run := func(args ...string) (stdout []byte, stderr string) {
		cmd := exec.Command(bin, append([]string{"check", tuihub}, args...)...)
		cmd.Dir = repository(t)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		var exit *exec.ExitError
		require.True(t, errors.As(err, &exit) && exit.ExitCode() == 1, "%v\n%s", err, errs.String())
		return out.Bytes(), errs.String()
	}
	out, _ := run("--format", "json")
	var v struct{ Findings []jsonFinding }
	require.NoError(t, json.Unmarshal(out, &v))
	got, suppressed := reported(v.Findings)
	require.ElementsMatch(t, expected(t, tuihub), got)
	require.Len(t, suppressed, 1, suppressed)

	text, summary := run()
	requireGolden(t, tuihubGolden, string(text))
	require.Regexp(t, `^\d+ findings \(.*\) in \d+ files; 1 suppressed\.\n`, summary)
}
