package vet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/vet"
)

// TestMain lets the test's own binary be the vet tool. Every unit leaves a line
// in a log, so that a test can tell how many ran.
func TestMain(m *testing.M) {
	if args := os.Args[1:]; vet.Asked(args) {
		if log := os.Getenv("VET_TEST_LOG"); log != "" && strings.HasSuffix(args[len(args)-1], ".cfg") {
			if f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
				f.WriteString("unit\n")
				f.Close()
			}
		}
		os.Exit(vet.Main(args, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

const module = `module example.com/hub

go 1.26
`

const low = `// Package low is slow.
package low

import "time"

// Slow sleeps.
func Slow() { time.Sleep(time.Second) }
`

const top = `// Package hub has a task.
package hub

import "example.com/hub/low"

//greenlint:task
func Task() { low.Slow() }
`

// scratch makes a module and gives what runs go vet in it.
func scratch(t *testing.T) (dir string, run func() (out string, units int)) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs go vet")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	log := filepath.Join(t.TempDir(), "log")
	for name, text := range map[string]string{"go.mod": module, "hub.go": top, "low/low.go": low, ".git/HEAD": ""} {
		write(t, filepath.Join(dir, name), text)
	}
	return dir, func() (string, int) {
		os.Remove(log)
		cmd := exec.Command("go", "vet", "-vettool="+self, "./...")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "VET_TEST_LOG="+log, "GOFLAGS=-buildvcs=false", "GOWORK=off")
		out, _ := cmd.CombinedOutput()
		text, _ := os.ReadFile(log)
		return string(out), strings.Count(string(text), "unit")
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCache shows that a warm run starts nothing, that an edited settings file
// asks again, and that the package's own text does.
func TestCache(t *testing.T) {
	dir, run := scratch(t)
	const want = "hub.go:7:15: GL204: task hub.Task holds the greenpool loop: time.Sleep (1 call away)"
	if out, units := run(); !strings.Contains(out, want) || units == 0 {
		t.Fatalf("cold: %d units, %s", units, out)
	}
	if out, units := run(); !strings.Contains(out, want) || units != 0 {
		t.Errorf("warm: %d units ran, %s", units, out)
	}
	write(t, filepath.Join(dir, "greenlint.toml"), "ignore = [\"GL204\"]\n")
	if out, units := run(); strings.Contains(out, "GL204") || units == 0 {
		t.Errorf("after an edit of the settings: %d units ran, %s", units, out)
	}
	write(t, filepath.Join(dir, "greenlint.toml"), "[[safe]]\ncalls = [\"example.com/hub/low.Slow\"]\n")
	if out, _ := run(); strings.Contains(out, "GL204") {
		t.Errorf("with a safe row: %s", out)
	}
	write(t, filepath.Join(dir, "greenlint.toml"), "colour = 1\n")
	if out, _ := run(); !strings.Contains(out, "unknown key") {
		t.Errorf("a mistake in the settings: %s", out)
	}
}

// TestBroken shows that a package that does not compile takes no others with it.
func TestBroken(t *testing.T) {
	dir, run := scratch(t)
	write(t, filepath.Join(dir, "bad/bad.go"), "package bad\n\nfunc f() { undefined() }\n")
	if out, _ := run(); !strings.Contains(out, "undefined: undefined") || !strings.Contains(out, "GL204") {
		t.Errorf("got %s", out)
	}
}
