package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

func TestInit(t *testing.T) {
	s := newShop(t)
	s.write("Procfile", "worker: celery -A shop worker -P gevent\n")
	status, shown, errs := s.run("init --show")
	require.Equal(t, command.OK, status, errs)
	require.Contains(t, shown, "#   Procfile:1:9: Procfile: worker: gevent\n")
	require.NoFileExists(t, filepath.Join(s.dir, "greenlint.toml"))

	status, _, errs = s.run("init --baseline")
	require.Equal(t, command.OK, status, errs)
	require.Contains(t, errs, "Wrote greenlint.toml.")
	require.Equal(t, strings.Replace(shown, "# baseline =", "baseline =", 1), s.read("greenlint.toml"))
	require.Empty(t, s.found("check"), "only new findings count from here on")
	status, _, errs = s.run("init")
	require.Equal(t, command.Failure, status)
	require.Contains(t, errs, "greenlint.toml is there already")

	// Every setting that is commented out is one.
	catalog, err := rules.Load()
	require.NoError(t, err)
	var all []string
	for line := range strings.Lines(s.read("greenlint.toml")) {
		text := strings.TrimPrefix(line, "# ")
		if strings.Contains(text, " = ") && !strings.Contains(text, ": ") || strings.HasPrefix(text, "[") {
			line = text
		}
		all = append(all, line)
	}
	conf, err := catalog.ParseConfig("greenlint.toml", []byte(strings.Join(all, "")))
	require.NoError(t, err)
	require.Equal(t, rules.Gevent, conf.Loop)
	require.Equal(t, rules.Info, conf.FailOn)
	require.Len(t, conf.Paths, 1)

	require.NoError(t, os.Remove(filepath.Join(s.dir, "greenlint.toml")))
	s.write("pyproject.toml", "[tool.greenlint]\n")
	status, _, errs = s.run("init")
	require.Equal(t, command.Failure, status)
	require.Contains(t, errs, "pyproject.toml has [tool.greenlint] already")

	nothing := *s
	nothing.dir = t.TempDir()
	nothing.write("requirements.txt", "eventlet==0.36\n")
	_, shown, _ = nothing.run("init --show")
	require.Contains(t, shown, "# (eventlet is among the dependencies)\n# loop = \"eventlet\"\n")
}

func TestIgnore(t *testing.T) {
	s := newShop(t)
	before := s.read("shop/tasks.py")
	status, out, errs := s.run("ignore --reason legacy")
	require.Equal(t, command.OK, status, errs)
	require.Contains(t, out, "+    time.sleep(3)  # greenlint: ignore[GL202] legacy\n")
	require.Equal(t, before, s.read("shop/tasks.py"))
	status, out, errs = s.run("ignore --add --reason legacy --select GL4")
	require.Equal(t, command.OK, status)
	require.Empty(t, out)
	require.Contains(t, errs, "Silenced 1 finding in 1 file.")
	require.Equal(t, []string{"shop/tasks.py:11:5 GL202"}, s.found("check"))
	s.run("ignore --add --reason legacy")
	require.Empty(t, s.found("check"), "neither the findings nor an unused comment")
	require.NotContains(t, s.read("shop/tasks.py"), "GL901")

	s.write("Procfile", "worker: celery -A shop worker -Pgevent\n")
	status, _, errs = s.run("ignore --add --reason legacy")
	require.Equal(t, command.Findings, status)
	require.Contains(t, errs, "Procfile:1:31: GL603: no comment can stand here; per-file-ignores in the settings can")
	for line, want := range map[string]string{
		"ignore --add":                "a reason is needed",
		"ignore --add --reason a#b":   "must not hold #",
		"ignore --add --reason=x --x": "unknown flag",
	} {
		status, _, errs := s.run(line)
		require.Equal(t, command.Failure, status)
		require.Contains(t, errs, want)
	}
}
