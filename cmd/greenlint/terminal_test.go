package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestColored(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	var pipe strings.Builder
	require.False(t, colored("auto", &pipe))
	require.True(t, colored("always", &pipe))
	require.Zero(t, lineWidth(&pipe))
	file, err := os.Create(t.TempDir() + "/x")
	require.NoError(t, err)
	defer file.Close()
	require.False(t, colored("auto", file))

	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !isTerminal(terminal) {
		t.Skip("no pseudo-terminal here: colours on a terminal are not tried")
	}
	defer terminal.Close()
	require.True(t, colored("auto", terminal))
	require.False(t, colored("never", terminal))
	t.Setenv("NO_COLOR", "1")
	require.False(t, colored("auto", terminal))
	require.True(t, colored("always", terminal))
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	require.False(t, colored("auto", terminal))
}
