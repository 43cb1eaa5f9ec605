package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A module is written to a directory, and its lines that end in the id of a rule
// are those on which it must be found.
type module map[string]string

func (m module) write(t *testing.T) (dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs go vet")
	}
	dir = t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/hub\n\ngo 1.24\n")
	writeFile(t, filepath.Join(dir, ".git", "HEAD"), "") // no settings from above
	for name, text := range m {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return dir
}

var (
	ruleMark = regexp.MustCompile(`// (GL\d+)$`)
	finding  = regexp.MustCompile(`(?m)^(?:\./)?(\S+\.go:\d+):\d+: (GL\d+)`)
)

// marked lists what must be found in the files.
func (m module) marked(names ...string) (want []string) {
	for _, name := range names {
		for i, line := range strings.Split(m[name], "\n") {
			if found := ruleMark.FindStringSubmatch(line); found != nil {
				want = append(want, name+":"+strconv.Itoa(i+1)+" "+found[1])
			}
		}
	}
	return want
}

// told lists what go vet or greenlint check says.
func told(out string) (got []string) {
	for _, found := range finding.FindAllStringSubmatch(out, -1) {
		got = append(got, found[1]+" "+found[2])
	}
	return got
}

var targets = module{
	"page/page.go": `//go:build js && wasm

package page

import (
	"syscall/js"
	"time"
)

func Start(done chan bool) {
	js.Global().Set("wait", js.FuncOf(func(this js.Value, args []js.Value) any {
		time.Sleep(time.Second) // GL204
		return <-done           // GL204
	}))
	js.Global().Set("later", js.FuncOf(func(this js.Value, args []js.Value) any {
		go func() {
			time.Sleep(time.Second)
			done <- true
		}()
		return nil
	}))
	<-done
}
`,
	"page/page_other.go": `//go:build !(js && wasm)

package page

func Start(done chan bool) {}
`,
	"board/board.go": `//go:build tinygo

package board

import "time"

var ready bool

func Spin() {
	for !ready { // GL101
	}
}

func Wait(c chan bool) {
	for !ready {
		time.Sleep(time.Millisecond)
	}
	<-c
}
`,
	"board/doc.go": "// Package board is a driver.\npackage board\n",
	"proc/proc.go": `package proc

import "os"

//greenlint:task
func Wait(p *os.Process) {
	p.Wait() // GL201
}
`,
}

// TestOtherTargets vets the same module for several targets. What is not built for
// one is not looked at.
func TestOtherTargets(t *testing.T) {
	dir := targets.write(t)
	tool := ownCommand(t)
	for _, target := range []struct {
		name, env, flags string
		want             []string
	}{
		{"host", "", "", targets.marked("proc/proc.go")},
		{"js", "GOOS=js GOARCH=wasm", "", targets.marked("page/page.go", "proc/proc.go")},
		{"tinygo", "", "-tags=tinygo", targets.marked("board/board.go", "proc/proc.go")},
		{"windows", "GOOS=windows GOARCH=amd64", "", targets.marked("proc/proc.go")},
	} {
		t.Run(target.name, func(t *testing.T) {
			command := target.env + " go vet -vettool=" + tool + " " + target.flags + " ./..."
			status, out := bash(t, dir, command, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
			require.Equal(t, 1, status, out)
			require.ElementsMatch(t, target.want, told(out), out)
		})
	}
}

var native = module{
	"greenlint.toml": `
[[safe]]
calls = ["C.twice"]
`,
	"sensor/sensor.go": `// Package sensor is written in C.
package sensor

/*
#include <stdlib.h>
#include <unistd.h>

static int twice(int n) { return 2 * n; }
static int sample(char *buf, void **more) { return sleep(1); }
*/
import "C"

import "unsafe"

//greenlint:task
func Poll(more []unsafe.Pointer) int {
	name := C.CString("sensor")
	defer C.free(unsafe.Pointer(name))
	n := C.twice(2)
	n += C.sample(name, &more[0]) // GL301
	_, err := C.sleep(1) // GL301
	if err != nil {
		return 0
	}
	go C.sleep(1)
	return int(n)
}

// Read waits.
func Read() { C.sleep(1) } // GL301
`,
	"hub.go": `package hub

import "example.com/hub/sensor"

//greenlint:task
func Task() { sensor.Read() } // GL301
`,
}

// TestCgo vets a package whose files cgo rewrites: places are the user's, C
// functions have names, settings are found.
func TestCgo(t *testing.T) {
	compiler, err := exec.Command("go", "env", "CC").Output()
	require.NoError(t, err)
	if _, err := exec.LookPath(strings.Fields(string(compiler))[0]); err != nil {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := native.write(t)
	tool := ownCommand(t)
	here := native.marked("sensor/sensor.go")
	for _, c := range []struct {
		command string
		want    []string
	}{
		{"go vet -vettool=" + tool + " ./...", append(here[:2:2], native.marked("hub.go")...)},
		{tool + " check -q --format concise", here},
	} {
		_, out := bash(t, dir, c.command, "CGO_ENABLED=1", "GOFLAGS=", "GOWORK=off")
		require.ElementsMatch(t, c.want, told(out), out)
		require.Contains(t, out, "sensor.Poll holds the greenpool loop: C.sample\n")
	}
	_, out := bash(t, dir, tool+" check -q --format json", "CGO_ENABLED=1", "GOFLAGS=", "GOWORK=off")
	var report struct{ Stats struct{ Files int } }
	require.NoError(t, json.Unmarshal([]byte(out), &report), out)
	require.Equal(t, 2, report.Stats.Files, "files are counted as the user has them, not as cgo does")
}
