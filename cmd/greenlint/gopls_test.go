package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// realGopls is the gopls that the tests run:
//
//	GREENLINT_GOPLS              names it; else it is looked for
//	GREENLINT_REQUIRE_ENGINES=1  fail without, rather than skip
func realGopls(t testing.TB) string {
	t.Helper()
	name, err := findGopls()
	if err != nil {
		if os.Getenv("GREENLINT_REQUIRE_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return name
}

const hubGo = `package hub

import (
	"fmt"
	"time"
)

//greenlint:task
func Refresh() {
	time.Sleep(time.Second)
	_ = fmt.Sprintf("%d", "x")
}
`

// TestGopls is a session with the real gopls.
func TestGopls(t *testing.T) {
	t.Setenv("GREENLINT_GOPLS", realGopls(t))
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/hub\n\ngo 1.24\n")
	writeFile(t, filepath.Join(dir, "hub.go"), hubGo)
	e := startServer(t, dir, `{"textDocument": {"hover": {"contentFormat": ["markdown"]}, "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}}}`, ownCommand(t), "gopls", "-mode=stdio")
	e.open("hub.go", hubGo)
	sources := func() string {
		var out []string
		for _, d := range e.shown["hub.go"] {
			out = append(out, fmt.Sprint(d["source"], "@", d["range"].(map[string]any)["start"].(map[string]any)["line"]))
		}
		return strings.Join(out, " ")
	}
	until := func(want string) {
		t.Helper()
		for sources() != want {
			e.receive()
		}
	}
	until("printf@10 greenlint@9")

	at := `{"textDocument": {"uri": "` + e.uri("hub.go") + `"}, "position": {"line": 9, "character": 8}}`
	hover := fmt.Sprint(e.call("textDocument/hover", at)["result"])
	require.Contains(t, hover, "func time.Sleep(d time.Duration)")
	require.Contains(t, hover, "**GL204 sync-primitive**")
	require.NotNil(t, e.call("textDocument/definition", at)["result"])

	// What gopls offers for its own diagnostic comes with ours among those sent.
	actions := fmt.Sprint(e.call("textDocument/codeAction", fmt.Sprintf(`{"textDocument": {"uri": %q}, "range": {"start": {"line": 9, "character": 1}, "end": {"line": 10, "character": 30}}, "context": {"diagnostics": %s}}`, e.uri("hub.go"), asJSON(t, e.shown["hub.go"])))["result"])
	require.Contains(t, actions, "Silence GL204 here")

	// Unsaved text, broken and mended.
	line := strings.Index(hubGo, "\ttime.Sleep")
	e.replace("hub.go", line, line, "\t_ = ]\n")
	until("syntax@9 greenlint@10")
	e.replace("hub.go", line, line+len("\t_ = ]\n"), "\t_ = 1\n")
	until("printf@11 greenlint@10")

	require.Nil(t, e.call("shutdown", "null")["error"])
	e.send("exit", "null", false)
	require.Equal(t, 0, <-e.status)
}

// TestGoplsCrash ends the real gopls in the middle of a session.
func TestGoplsCrash(t *testing.T) {
	gopls := realGopls(t)
	if runtime.GOOS == "windows" {
		t.Skip("a script stands in for gopls here")
	}
	dir, outside := t.TempDir(), t.TempDir()
	script := filepath.Join(outside, "gopls.sh")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\necho $$ > "+outside+"/pid\nexec "+gopls+" \"$@\"\n"), 0o777))
	t.Setenv("GREENLINT_GOPLS", script)
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/hub\n\ngo 1.24\n")
	writeFile(t, filepath.Join(dir, "hub.go"), "package hub\n")
	e := startServer(t, dir, `{}`, ownCommand(t), "gopls")
	e.open("hub.go", "package hub\n\nvar x int = 1\n") // which is only in the editor
	at := `{"textDocument": {"uri": "` + e.uri("hub.go") + `"}, "position": {"line": 2, "character": 4}}`
	require.Contains(t, fmt.Sprint(e.call("textDocument/hover", at)["result"]), "var x int")
	pid, err := os.ReadFile(filepath.Join(outside, "pid"))
	require.NoError(t, err)
	require.NoError(t, exec.Command("kill", "-9", strings.TrimSpace(string(pid))).Run())
	for said := ""; !strings.Contains(said, "started again"); {
		said = fmt.Sprint(e.receive())
	}
	for again := ""; !strings.Contains(again, "var x int"); { // requests are refused until it is there
		again = fmt.Sprint(e.call("textDocument/hover", at)["result"])
	}
	e.call("shutdown", "null")
	e.send("exit", "null", false)
	require.Equal(t, 0, <-e.status)
}

// TestGoplsPlain: what is no session with an editor is gopls's alone.
func TestGoplsPlain(t *testing.T) {
	for line, want := range map[string]bool{
		"": true, "serve": true, "-mode=stdio": true, "-logfile x -rpc.trace": true, "-v serve -debug=:0": true, "-remote auto": true, "-mode stdio serve": true,
		"version": false, "-v version": false, "-logfile serve check": false, "-listen=:1": false, "serve -listen=:1": false, "-h": false, "help serve": false, "--help": false,
	} {
		require.Equal(t, want, speaks(strings.Fields(line)), line)
	}
	t.Setenv("GREENLINT_GOPLS", realGopls(t))
	bin := ownCommand(t)
	out, err := exec.Command(bin, "gopls", "version").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "golang.org/x/tools/gopls v")
	err = exec.Command(bin, "gopls", "nonsense").Run()
	require.Error(t, err)

	// A script that is called gopls and runs us doesn't run itself for ever.
	t.Setenv("GREENLINT_GOPLS", bin)
	text, err := exec.Command(bin, "gopls", "gopls", "version").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(text), "GREENLINT_GOPLS has to name the real one")
}

// BenchmarkGopls measures how long hovers take, with gopls by itself and through
// the proxy, one after the other in the same run.
func BenchmarkGopls(b *testing.B) {
	gopls := realGopls(b)
	b.Setenv("GREENLINT_GOPLS", gopls)
	bin := ownCommand(b)
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "go.mod"), "module example.com/hub\n\ngo 1.24\n")
	writeFile(b, filepath.Join(dir, "hub.go"), hubGo)
	var editors [2]*editor
	for i, command := range [][]string{{gopls}, {bin, "gopls"}} {
		editors[i] = startServer(b, dir, `{}`, command...)
		editors[i].open("hub.go", hubGo)
		for len(editors[i].shown["hub.go"]) < 1+i {
			editors[i].receive()
		}
	}
	for _, method := range []string{"textDocument/hover", "textDocument/documentSymbol"} {
		b.Run(strings.TrimPrefix(method, "textDocument/"), func(b *testing.B) {
			var took [2]time.Duration
			for b.Loop() {
				for i, e := range editors {
					from := time.Now()
					e.call(method, `{"textDocument": {"uri": "`+e.uri("hub.go")+`"}, "position": {"line": 9, "character": 8}}`)
					took[i] += time.Since(from)
				}
			}
			b.ReportMetric(float64(took[0].Microseconds())/float64(b.N), "µs/direct")
			b.ReportMetric(float64(took[1].Microseconds())/float64(b.N), "µs/proxy")
			b.ReportMetric(float64((took[1]-took[0]).Microseconds())/float64(b.N), "µs/added")
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
