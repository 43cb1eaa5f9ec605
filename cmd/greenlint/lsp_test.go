package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// An editor is a scripted client.
type editor struct {
	t      testing.TB
	dir    string
	to     io.WriteCloser
	from   chan map[string]any
	status chan int
	next   int
	shown  map[string][]map[string]any // diagnostics by file
	at     map[string]float64          // and the version they are for
	text   map[string]string
	vers   map[string]int
	pid    int // of a server that is a program
}

// startEditor starts a client of "greenlint lsp" in this process, which can't check
// Go packages.
func startEditor(t *testing.T, dir string, capabilities string) *editor {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	e := newEditor(t, dir, inW, outR)
	go func() {
		status := program(check.Run).Main(context.Background(), []string{"lsp", "--delay", "5ms"}, command.Call{Dir: dir, Stdin: inR, Stdout: outW, Stderr: io.Discard})
		outW.Close()
		e.status <- status
	}()
	if capabilities != "" {
		e.initialize(capabilities)
	}
	return e
}

// startServer starts a client of a server that is a program.
func startServer(t testing.TB, dir string, capabilities string, command ...string) *editor {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	outR, outW, err := os.Pipe()
	require.NoError(t, err)
	cmd.Stdout = outW
	require.NoError(t, cmd.Start())
	outW.Close()
	e := newEditor(t, dir, in, outR)
	e.pid = cmd.Process.Pid
	go func() {
		cmd.Wait()
		e.status <- cmd.ProcessState.ExitCode()
	}()
	e.initialize(capabilities)
	return e
}

func newEditor(t testing.TB, dir string, to io.WriteCloser, from io.Reader) *editor {
	e := &editor{
		t: t, dir: dir, to: to, from: make(chan map[string]any, 1000), status: make(chan int, 1),
		shown: map[string][]map[string]any{}, at: map[string]float64{}, text: map[string]string{}, vers: map[string]int{},
	}
	go func() {
		r := textproto.NewReader(bufio.NewReader(from))
		defer close(e.from)
		for {
			head, err := r.ReadMIMEHeader()
			if err != nil {
				return
			}
			n, _ := strconv.Atoi(head.Get("Content-Length"))
			body := make([]byte, n)
			if _, err := io.ReadFull(r.R, body); err != nil {
				return
			}
			var m map[string]any
			json.Unmarshal(body, &m)
			e.from <- m
		}
	}()
	t.Cleanup(func() { to.Close() })
	return e
}

func (e *editor) initialize(capabilities string) {
	e.t.Helper()
	e.call("initialize", `{"rootUri": "`+e.uri("")+`", "capabilities": `+capabilities+`}`)
	e.send("initialized", "{}", false)
}

func (e *editor) uri(name string) string {
	return "file://" + filepath.ToSlash(filepath.Join(e.dir, name))
}

func (e *editor) send(method, params string, request bool) int {
	e.t.Helper()
	id := ""
	if request {
		e.next++
		id = fmt.Sprintf(`"id": %d, `, e.next)
	}
	body := fmt.Sprintf(`{"jsonrpc": "2.0", %s"method": %q, "params": %s}`, id, method, params)
	_, err := fmt.Fprintf(e.to, "Content-Length: %d\r\n\r\n%s", len(body), body)
	require.NoError(e.t, err)
	return e.next
}

// receive takes the next message in.
func (e *editor) receive() map[string]any {
	e.t.Helper()
	select {
	case m, ok := <-e.from:
		require.True(e.t, ok, "the server has ended")
		if m["method"] == "textDocument/publishDiagnostics" {
			p := m["params"].(map[string]any)
			name := strings.TrimPrefix(p["uri"].(string), e.uri("")+"/")
			e.shown[name] = nil
			for _, d := range p["diagnostics"].([]any) {
				e.shown[name] = append(e.shown[name], d.(map[string]any))
			}
			if v, ok := p["version"].(float64); ok {
				e.at[name] = v
			}
		}
		if m["id"] != nil && m["method"] != nil { // any question is answered, with nothing
			id, _ := json.Marshal(m["id"])
			body := fmt.Sprintf(`{"jsonrpc": "2.0", "id": %s, "result": null}`, id)
			fmt.Fprintf(e.to, "Content-Length: %d\r\n\r\n%s", len(body), body)
		}
		return m
	case <-time.After(time.Minute):
		require.FailNow(e.t, "the server says nothing", "%v", e.shown)
		return nil
	}
}

// call sends a request and returns its answer.
func (e *editor) call(method, params string) map[string]any {
	e.t.Helper()
	id := e.send(method, params, true)
	for {
		if m := e.receive(); m["id"] == float64(id) && m["method"] == nil {
			return m
		}
	}
}

func (e *editor) open(name, text string) {
	e.t.Helper()
	e.text[name], e.vers[name] = text, 1
	p, _ := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": e.uri(name), "languageId": map[string]string{".py": "python", ".go": "go"}[filepath.Ext(name)], "version": 1, "text": text}})
	e.send("textDocument/didOpen", string(p), false)
}

// replace changes a range of characters of a document, as the client counts them.
func (e *editor) replace(name string, from, to int, with string) {
	e.t.Helper()
	old := e.text[name]
	e.text[name] = old[:from] + with + old[to:]
	e.vers[name]++
	p, _ := json.Marshal(map[string]any{
		"textDocument":   map[string]any{"uri": e.uri(name), "version": e.vers[name]},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": place(old, from), "end": place(old, to)}, "text": with}},
	})
	e.send("textDocument/didChange", string(p), false)
}

func place(text string, at int) map[string]int {
	line := strings.Count(text[:at], "\n")
	start := strings.LastIndexByte(text[:at], '\n') + 1
	return map[string]int{"line": line, "character": len(utf16.Encode([]rune(text[start:at])))}
}

// settled waits until the diagnostics of a document are those of its last version.
func (e *editor) settled(name string) []string {
	e.t.Helper()
	for e.at[name] != float64(e.vers[name]) {
		e.receive()
	}
	out := []string{}
	for _, d := range e.shown[name] {
		start := d["range"].(map[string]any)["start"].(map[string]any)
		out = append(out, fmt.Sprintf("%v:%v %v", start["line"], start["character"], d["code"]))
	}
	slices.Sort(out)
	return out
}

func TestLanguageServer(t *testing.T) {
	s := newShop(t)
	e := startEditor(t, s.dir, `{"workspace": {"workspaceEdit": {"documentChanges": true}}}`)
	e.open("shop/tasks.py", shopTasks)
	require.Equal(t, []string{"10:4 GL202", "6:11 GL401"}, e.settled("shop/tasks.py"))
	d := e.shown["shop/tasks.py"][0]
	require.Equal(t, "greenlint", d["source"])
	require.Contains(t, d["codeDescription"].(map[string]any)["href"], "gl401-foreign-io")
	require.Contains(t, fmt.Sprint(d["relatedInformation"]), "async def refresh")

	// Unsaved text counts, in UTF-16, and with it what a new caller puts on the loop.
	at := strings.Index(shopTasks, "    time.sleep(3)")
	e.replace("shop/tasks.py", at, at, "    x = '値𝕏'; helper('x')\n")
	require.Equal(t, []string{"11:4 GL202", "15:11 GL401", "6:11 GL401"}, e.settled("shop/tasks.py"))
	at = strings.Index(e.text["shop/tasks.py"], "time.sleep(3)")
	e.replace("shop/tasks.py", at, at, "y = '値𝕏'; ")
	require.Contains(t, e.settled("shop/tasks.py"), "11:15 GL202")

	// Hovering shows the chain and the rule's page.
	hover := e.call("textDocument/hover", `{"textDocument": {"uri": "`+e.uri("shop/tasks.py")+`"}, "position": {"line": 15, "character": 15}}`)
	text := fmt.Sprint(hover["result"].(map[string]any)["contents"])
	require.Contains(t, text, "**GL401 foreign-io**")
	require.Contains(t, text, "shop/tasks.py:11:20  calls tasks.helper")
	require.Contains(t, text, "# Third-party I/O that bypasses the loop")
	require.Nil(t, e.call("textDocument/hover", `{"textDocument": {"uri": "`+e.uri("shop/tasks.py")+`"}, "position": {"line": 0, "character": 0}}`)["result"])

	// A fix and a comment, made as an editor makes them.
	actions := func(line int) []any {
		return e.call("textDocument/codeAction", fmt.Sprintf(`{"textDocument": {"uri": %q}, "range": {"start": {"line": %d, "character": 0}, "end": {"line": %d, "character": 99}}, "context": {"diagnostics": []}}`, e.uri("shop/tasks.py"), line, line))["result"].([]any)
	}
	list := actions(11)
	require.Equal(t, "await asyncio.sleep", list[0].(map[string]any)["title"])
	require.Equal(t, true, list[0].(map[string]any)["isPreferred"])
	last := list[len(list)-1].(map[string]any)
	require.Equal(t, "Silence GL202 here", last["title"])
	e.perform(list[0])
	require.Contains(t, e.text["shop/tasks.py"], "    y = '値𝕏'; await asyncio.sleep(3)\n")
	require.Equal(t, []string{"15:11 GL401", "6:11 GL401"}, e.settled("shop/tasks.py"))
	silence := actions(15)
	e.perform(silence[len(silence)-1])
	require.Contains(t, e.text["shop/tasks.py"], "# greenlint: ignore[GL401] TODO: say why\n")
	require.Equal(t, []string{"6:11 GL401"}, e.settled("shop/tasks.py"))

	// Broken text keeps the rest.
	e.replace("shop/tasks.py", 0, 0, "x = (\n")
	require.Contains(t, fmt.Sprint(e.settled("shop/tasks.py")), "GL902")
	e.replace("shop/tasks.py", 0, 6, "")
	require.Equal(t, []string{"6:11 GL401"}, e.settled("shop/tasks.py"))

	// What can't be asked.
	require.Contains(t, fmt.Sprint(e.call("textDocument/nonsense", "{}")["error"]), "-32601")
	require.Contains(t, fmt.Sprint(e.call("textDocument/hover", "[]")["error"]), "-32602")
	e.send("$/cancelRequest", fmt.Sprintf(`{"id": %d}`, e.next+1), false)
	require.Contains(t, fmt.Sprint(e.call("textDocument/hover", "{}")["error"]), "-32800")
	e.send("$/somethingOfThisEditor", "{}", false)

	require.Contains(t, e.call("shutdown", "null"), "result")
	e.send("exit", "null", false)
	require.Equal(t, 0, <-e.status)
}

// perform makes the edit of a code action.
func (e *editor) perform(action any) {
	e.t.Helper()
	for _, c := range action.(map[string]any)["edit"].(map[string]any)["documentChanges"].([]any) {
		c := c.(map[string]any)
		doc := c["textDocument"].(map[string]any)
		name := strings.TrimPrefix(doc["uri"].(string), e.uri("")+"/")
		require.Equal(e.t, float64(e.vers[name]), doc["version"])
		type change struct {
			from, to int
			text     string
		}
		var list []change
		for _, x := range c["edits"].([]any) {
			x := x.(map[string]any)
			r := x["range"].(map[string]any)
			list = append(list, change{e.offset(name, r["start"]), e.offset(name, r["end"]), x["newText"].(string)})
		}
		slices.SortFunc(list, func(a, b change) int { return b.from - a.from })
		for _, x := range list {
			e.replace(name, x.from, x.to, x.text)
		}
	}
}

func (e *editor) offset(name string, pos any) int {
	p := pos.(map[string]any)
	line, char := int(p["line"].(float64)), int(p["character"].(float64))
	text := e.text[name]
	at := 0
	for range line {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	for _, r := range text[at:] {
		if char <= 0 {
			break
		}
		char -= len(utf16.Encode([]rune{r}))
		at += len(string(r))
	}
	return at
}

func TestLanguageServerOrder(t *testing.T) {
	s := newShop(t)
	e := startEditor(t, s.dir, "")
	require.Contains(t, fmt.Sprint(e.call("textDocument/hover", "{}")["error"]), "-32002")
	got := e.call("initialize", `{"workspaceFolders": [{"uri": "`+e.uri("")+`", "name": "x"}], "capabilities": {"general": {"positionEncodings": ["utf-8", "utf-16"]}}}`)
	require.Equal(t, "utf-8", got["result"].(map[string]any)["capabilities"].(map[string]any)["positionEncoding"])
	e.to.Close()
	require.Equal(t, 1, <-e.status, "the client went away without a word")
}

// TestLanguageServerFollows makes a thousand random edits, broken syntax among
// them: what is shown in the end is what a fresh check finds.
func TestLanguageServerFollows(t *testing.T) {
	s := newShop(t)
	e := startEditor(t, s.dir, "{}")
	e.open("shop/tasks.py", shopTasks)
	e.settled("shop/tasks.py")
	goroutines, memory := runtime.NumGoroutine(), heap()
	edits := 1000
	if testing.Short() {
		edits = 100
	}
	rng := rand.New(rand.NewSource(7))
	pieces := []string{"time.sleep(3)\n", "    time.sleep(4)\n", "async def g():\n", "(", ")", "'", "\"\"\"", "値", "𝕏", "\n", "    ", "await ", "# greenlint: ignore\n", "def f(x):\n    return requests.get(x)\n", ":", "\\\n"}
	for i := range edits {
		text := []rune(e.text["shop/tasks.py"])
		from := rng.Intn(len(text) + 1)
		to := min(len(text), from+rng.Intn(4))
		with := pieces[rng.Intn(len(pieces))]
		if rng.Intn(3) == 0 {
			with = ""
		}
		e.replace("shop/tasks.py", len(string(text[:from])), len(string(text[:to])), with)
		if i%100 == 99 {
			e.settled("shop/tasks.py")
		}
	}
	shown := e.settled("shop/tasks.py")
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "shop/tasks.py"), []byte(e.text["shop/tasks.py"]), 0o666))
	_, out, _ := s.run("check --format json")
	require.Equal(t, placesIn(t, out, "shop/tasks.py", e.text["shop/tasks.py"]), shown)
	require.Less(t, runtime.NumGoroutine(), goroutines+5)
	require.Less(t, heap(), memory+32<<20, "what is kept must not grow with the edits")
}

// heap is how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// placesIn reads the findings in a file from the output of a check, as a client
// shows them.
func placesIn(t *testing.T, out, file, text string) []string {
	t.Helper()
	var v struct {
		Findings []struct {
			Rule, File   string
			Line, Column int
			Suppressed   *string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &v), out)
	places := []string{}
	lines := strings.Split(text, "\n")
	for _, f := range v.Findings {
		if f.Suppressed == nil && f.File == file {
			places = append(places, fmt.Sprintf("%d:%d %s", f.Line-1, len(utf16.Encode([]rune(lines[f.Line-1][:f.Column-1]))), f.Rule))
		}
	}
	slices.Sort(places)
	return places
}

// TestLanguageServerGo: Go packages are checked with what is not saved, in the file
// itself and in those it calls, and with broken text in between; settings are read
// again.
func TestLanguageServerGo(t *testing.T) {
	dir, bin := t.TempDir(), ownCommand(t)
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/hub\n\ngo 1.24\n")
	writeFile(t, filepath.Join(dir, "hub.go"), "package hub\n")
	writeFile(t, filepath.Join(dir, "slow/slow.go"), "package slow\n\nfunc Down() {}\n")
	e := startServer(t, dir, `{}`, bin, "lsp", "--delay", "5ms")
	hub := "package hub\n\nimport (\n\t\"time\"\n\n\t\"example.com/hub/slow\"\n)\n\n//greenlint:task\nfunc Refresh() {\n\ttime.Sleep(time.Second)\n\tslow.Down()\n}\n"
	e.open("hub.go", hub)
	require.Equal(t, []string{"10:1 GL204"}, e.settled("hub.go"))
	e.open("slow/slow.go", "package slow\n\nfunc Down() {}\n")
	at := len("package slow\n\nfunc Down() {")
	e.replace("slow/slow.go", at, at, "c := make(chan int); <-c")
	for len(e.shown["hub.go"]) < 2 {
		e.receive()
	}
	require.Equal(t, []string{"10:1 GL204", "11:1 GL204"}, e.settled("hub.go"))

	rng := rand.New(rand.NewSource(3))
	pieces := []string{"\ttime.Sleep(3)\n", "(", "}", "\"", "`", "値", "\n", "// ", "go func() { time.Sleep(4) }()\n", "slow.Down()\n"}
	start := len(hub) - len("}\n")
	for range 60 {
		text := e.text["hub.go"]
		from := start + rng.Intn(len(text)-start-1)
		for !utf8.RuneStart(text[from]) {
			from--
		}
		e.replace("hub.go", from, from, pieces[rng.Intn(len(pieces))])
	}
	e.settled("hub.go")
	e.replace("hub.go", start, len(e.text["hub.go"]), "\t_ = '𝕏'; time.Sleep(5)\n\tslow.Down()\n}\n")
	shown := e.settled("hub.go")
	for name, text := range e.text {
		writeFile(t, filepath.Join(dir, name), text)
	}
	check := exec.Command(bin, "check", "--format", "json")
	check.Dir = dir
	out, _ := check.Output()
	require.Equal(t, placesIn(t, string(out), "hub.go", e.text["hub.go"]), shown)
	require.Contains(t, shown, "12:11 GL204")

	writeFile(t, filepath.Join(dir, "greenlint.toml"), "ignore = [\"GL204\"]\n")
	e.send("workspace/didChangeWatchedFiles", `{"changes": [{"uri": "`+e.uri("greenlint.toml")+`", "type": 1}]}`, false)
	for len(e.shown["hub.go"]) > 0 {
		e.receive()
	}
	e.call("shutdown", "null")
	e.send("exit", "null", false)
	require.Equal(t, 0, <-e.status)
}

// TestLanguageServerSettings: the editor's settings count at once.
func TestLanguageServerSettings(t *testing.T) {
	s := newShop(t)
	s.write("shop/jobs.py", "import pycurl\nfrom celery import shared_task\n\n\n@shared_task\ndef job():\n    pycurl.Curl().perform()\n")
	e := startEditor(t, s.dir, "{}")
	e.open("shop/jobs.py", s.read("shop/jobs.py"))
	require.Empty(t, e.settled("shop/jobs.py"), "no loop is declared")
	e.send("workspace/didChangeConfiguration", `{"settings": {"greenlint": {"loop": "gevent"}}}`, false)
	for len(e.shown["shop/jobs.py"]) == 0 {
		e.receive()
	}
	require.Equal(t, []string{"6:4 GL401"}, e.settled("shop/jobs.py"))
	e.send("workspace/didChangeConfiguration", `{"settings": {"greenlint": {"loop": "nonsense"}}}`, false)
	for said := ""; !strings.Contains(said, "want one of"); {
		said = fmt.Sprint(e.receive())
	}
}

// TestLanguageServerLanguage: one language can be left to another server.
func TestLanguageServerLanguage(t *testing.T) {
	for only, want := range map[string][2]bool{"": {true, true}, "python": {true, false}, "go": {false, true}} {
		var speaks [2]bool
		for _, c := range (&engine{}).checks(only) {
			speaks[0] = speaks[0] || c.Speaks("a.py")
			speaks[1] = speaks[1] || c.Speaks("a.go")
		}
		require.Equal(t, want, speaks, only)
	}
}
