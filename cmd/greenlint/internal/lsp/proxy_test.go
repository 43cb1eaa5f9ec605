package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

func TestMain(m *testing.M) {
	if os.Getenv("GREENLINT_FAKE_GOPLS") != "" {
		fakeGopls()
		return
	}
	os.Exit(m.Run())
}

// fakeGopls does what the client's messages say: "fake/write" has it write bytes,
// "fake/heard" answers with all that it was told, "fake/die" ends it. It answers
// initialize with what the environment says, and nothing else by itself.
func fakeGopls() {
	in := bufio.NewReader(os.Stdin)
	heard := []string{}
	write := func(text string) { os.Stdout.WriteString(text) }
	if os.Getenv("GREENLINT_FAKE_GOPLS") == "dies" {
		os.Exit(7)
	}
	for {
		frame, body, err := readFrame(in)
		if err != nil {
			if os.Getenv("GREENLINT_FAKE_GOPLS") == "stays" {
				select {}
			}
			return
		}
		heard = append(heard, string(frame))
		var m message
		json.Unmarshal(frame[body:], &m)
		var params struct{ Text string }
		json.Unmarshal(m.Params, &params)
		switch m.Method {
		case "initialize":
			write(framed(fmt.Sprintf(`{"jsonrpc":"2.0","result":{"capabilities":%s},"id":%s}`, os.Getenv("GREENLINT_FAKE_GOPLS"), m.ID)))
		case "fake/write":
			write(params.Text)
		case "fake/heard":
			raw, _ := json.Marshal(heard)
			write(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, raw)))
		case "fake/die":
			os.Exit(3)
		case "shutdown":
			write(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":null}`, m.ID)))
		case "exit":
			os.Exit(0)
		}
	}
}

func framed(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

// A session is a client of the proxy, in a folder where "BAD" in a Go file is
// found.
type session struct {
	t      *testing.T
	dir    string
	to     *io.PipeWriter
	from   chan string // bodies
	ended  chan error
	clean  bool
	asked  int
	buffer []string // messages that were received and not looked for
}

func startSession(t *testing.T, gopls, capabilities string, then ...func(*ProxyOptions)) *session {
	t.Helper()
	s := connect(t, gopls, then...)
	s.initialize(capabilities)
	return s
}

func (s *session) initialize(capabilities string) message {
	s.t.Helper()
	m := s.ask("initialize", fmt.Sprintf(`{"rootUri":%q,"capabilities":%s,"initializationOptions":{"greenlint":1}}`, uriOf(s.dir), capabilities))
	s.tell("initialized", "{}")
	return m
}

func connect(t *testing.T, gopls string, then ...func(*ProxyOptions)) *session {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	o := ProxyOptions{
		Options: badOptions(),
		Gopls: func() *exec.Cmd {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), "GREENLINT_FAKE_GOPLS="+gopls)
			return cmd
		},
	}
	for _, f := range then {
		f(&o)
	}
	return join(t, func(in io.Reader, out io.Writer) (bool, error) { return Proxy(context.Background(), in, out, o) })
}

func badOptions() Options {
	return Options{
		Delay: time.Millisecond,
		Checks: []Check{{
			Speaks: func(f string) bool { return strings.HasSuffix(f, ".go") },
			Run:    func(_ context.Context, p Project) (*Checked, error) { return findBad(p) },
		}},
		Silence: func(file string, text []byte, found []rules.Finding) []byte {
			return append([]byte("// silent\n"), text...)
		},
	}
}

// join begins a session with whoever serves.
func join(t *testing.T, serve func(io.Reader, io.Writer) (clean bool, err error)) *session {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	s := &session{t: t, dir: t.TempDir(), to: inW, from: make(chan string, 10000), ended: make(chan error, 1)}
	go func() {
		clean, err := serve(inR, outW)
		s.clean = clean
		outW.Close()
		s.ended <- err
	}()
	go func() {
		defer close(s.from)
		in := bufio.NewReader(outR)
		for {
			frame, _, err := readFrame(in)
			if err != nil {
				return
			}
			s.from <- string(frame)
		}
	}()
	t.Cleanup(func() {
		inW.Close()
		outR.Close()
	})
	return s
}

// findBad finds every "BAD" of a folder's Go files.
func findBad(p Project) (*Checked, error) {
	names, _ := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	all := map[string]bool{}
	for _, n := range names {
		all[filepath.Base(n)] = true
	}
	for n := range p.Unsaved {
		all[n] = all[n] || strings.HasSuffix(n, ".go")
	}
	out := &Checked{}
	for n, is := range all {
		text, err := p.Read(n)
		if !is || err != nil {
			continue
		}
		for i, line := range strings.Split(string(text), "\n") {
			if at := strings.Index(line, "BAD"); at >= 0 {
				out.Findings = append(out.Findings, rules.Finding{
					Rule: "GL101", Message: "bad", Severity: rules.Error, Fingerprint: "f",
					Pos: rules.Pos{File: n, Line: i + 1, Column: at + 1}, End: rules.Pos{File: n, Line: i + 1, Column: at + 4},
				})
			}
		}
	}
	return out, nil
}

func (s *session) send(frame string) {
	s.t.Helper()
	_, err := io.WriteString(s.to, frame)
	require.NoError(s.t, err)
}

func (s *session) tell(method, params string) {
	s.t.Helper()
	s.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, params)))
}

// begin asks without waiting.
func (s *session) begin(method, params string) (id string) {
	s.t.Helper()
	s.asked++
	s.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, s.asked, method, params)))
	return fmt.Sprint(s.asked)
}

func (s *session) ask(method, params string) message {
	s.t.Helper()
	return s.answer(s.begin(method, params))
}

func (s *session) answer(id string) message {
	s.t.Helper()
	_, m := s.find(func(m *message) bool { return m.Method == "" && string(m.ID) == id })
	return m
}

// method waits for a message of the server's.
func (s *session) method(name string) (frame string, m message) {
	s.t.Helper()
	return s.find(func(m *message) bool { return m.Method == name })
}

// find takes the first message that is wanted, now or later.
func (s *session) find(wanted func(*message) bool) (string, message) {
	s.t.Helper()
	for i := 0; ; i++ {
		for i >= len(s.buffer) {
			select {
			case frame, ok := <-s.from:
				require.True(s.t, ok, "the proxy has ended")
				s.buffer = append(s.buffer, frame)
			case <-time.After(30 * time.Second):
				require.FailNow(s.t, "the proxy says nothing", "%q", s.buffer)
			}
		}
		var m message
		_, body, err := readFrame(bufio.NewReader(strings.NewReader(s.buffer[i])))
		require.NoError(s.t, err)
		json.Unmarshal([]byte(s.buffer[i])[body:], &m)
		if wanted(&m) {
			frame := s.buffer[i]
			s.buffer = slices.Delete(s.buffer, i, i+1)
			return frame, m
		}
	}
}

// write has the fake gopls write bytes.
func (s *session) write(text string) {
	s.t.Helper()
	raw, _ := json.Marshal(text)
	s.tell("fake/write", fmt.Sprintf(`{"text":%s}`, raw))
}

// heard is what the fake gopls was told.
func (s *session) heard() (out []string) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal(s.ask("fake/heard", "{}").Result, &out))
	return out
}

func (s *session) uri(name string) string { return uriOf(filepath.Join(s.dir, name)) }

func (s *session) open(name, text string) {
	s.t.Helper()
	raw, _ := json.Marshal(text)
	s.tell("textDocument/didOpen", fmt.Sprintf(`{"textDocument":{"uri":%q,"languageId":"go","version":1,"text":%s}}`, s.uri(name), raw))
}

func (s *session) change(name string, version, line, from, to int, text string) {
	s.t.Helper()
	raw, _ := json.Marshal(text)
	s.tell("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"range":{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}},"text":%s}]}`,
		s.uri(name), version, line, from, line, to, raw))
}

// published waits for diagnostics of a file that begin with these places.
func (s *session) published(name string, want ...string) (frame string) {
	s.t.Helper()
	frame, _ = s.find(func(m *message) bool {
		var v struct {
			URI         string
			Diagnostics []json.RawMessage
		}
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &v) == nil && v.URI == s.uri(name) && slices.Equal(places(v.Diagnostics), want)
	})
	return frame
}

// places words diagnostics: "line:character source".
func places(list []json.RawMessage) (out []string) {
	for _, raw := range list {
		var d struct {
			Range  lspRange
			Source string
		}
		json.Unmarshal(raw, &d)
		out = append(out, fmt.Sprintf("%d:%d %s", d.Range.Start.Line, d.Range.Start.Character, d.Source))
	}
	return out
}

// goplsSays has the fake gopls publish one diagnostic.
func (s *session) goplsSays(name string, version, line, character int) (frame string) {
	frame = framed(fmt.Sprintf(`{"jsonrpc": "2.0",  "method": "textDocument\/publishDiagnostics", "params": {"odd":1, "uri":%q,"version":%d,"diagnostics":[{"source":"compiler","message":"m","range":{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}}}]}}`,
		s.uri(name), version, line, character, line, character+1))
	s.write(frame)
	return frame
}

func (s *session) finish() {
	s.t.Helper()
	require.Nil(s.t, s.ask("shutdown", "null").Error)
	s.tell("exit", "null")
	require.NoError(s.t, <-s.ended)
	require.True(s.t, s.clean)
}

// TestProxyUntouched: what is not ours to speak of goes through as it is.
func TestProxyUntouched(t *testing.T) {
	s := startSession(t, "{}", "{}")
	odd := []string{
		"content-length: 61\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n" + `{ "method":"a\/b" ,"params":[1.0, "é\u00e9","\\\""],"x":{}} `,
		"Content-Length: 5\r\n\r\n{nope", "Content-Length: 0\r\n\r\n", "Content-Length: 2\r\n\r\n[]",
		framed(`{"jsonrpc":"2.0","id":"q\u0022","method":"who/knows","params":null}`),
		framed(`{"jsonrpc":"2.0","id":77,"result":{"method":"x"}}`),
		framed(`{"id":78,"method":"textDocument/hover","params":{"position":{"line":0,"character":0},"textDocument":{"uri":"` + s.uri("a.go") + `"}}}`),
		framed(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":78}}`),
	}
	for _, f := range odd {
		s.send(f)
	}
	heard := s.heard()
	require.Equal(t, odd, heard[2:len(heard)-1])

	back := []string{
		"CONTENT-LENGTH: 3\r\nX: y\r\n\r\n{,}", "Content-Length: 0\r\n\r\n",
		framed(`{"result":{"items":[{"id":1}]},"id":"q\""}`), framed(`{"id":78,"result":null}`), framed(` {"id":400,"error":{"code":1,"message":"nobody has asked"}}`),
		framed(`{"jsonrpc":"2.0","id":5,"method":"workspace/configuration","params":{"items":[]}}`),
		framed(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[],"uri":"` + s.uri("a.go") + `"}}`),
		framed(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[ {} ],"uri":"` + s.uri("a.go") + `"}}`),
		framed(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":[]}`), framed(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics"}`),
		framed(`{"jsonrpc":"2.0","method":"$/progress","params":7}`),
		framed(`{"jsonrpc":"2.0","method":"the/last"}`),
	}
	s.write(strings.Join(back, ""))
	for i, want := range back {
		got, _ := s.find(func(m *message) bool { return true })
		require.Equal(t, want, got, i)
	}
	s.finish()
}

// TestProxyPublishes: both servers' diagnostics are published together, whichever
// comes first, and follow the text.
func TestProxyPublishes(t *testing.T) {
	s := startSession(t, "{}", "{}")
	s.open("a.go", "package a\n\nvar BAD = 1\n")
	s.published("a.go", "2:4 greenlint")
	s.goplsSays("a.go", 1, 0, 8)
	frame := s.published("a.go", "0:8 compiler", "2:4 greenlint")
	require.Contains(t, frame, `"odd":1`)
	require.Contains(t, frame, `"version":1`)

	// A line more: gopls is first, ours have moved already; then ours, and gopls's have.
	s.change("a.go", 2, 0, 0, 0, "// x\n")
	s.goplsSays("a.go", 2, 1, 8)
	s.published("a.go", "1:8 compiler", "3:4 greenlint")
	s.change("a.go", 3, 0, 0, 0, "// 𝕏\n")
	s.published("a.go", "2:8 compiler", "4:4 greenlint")

	// Nothing of ours: as it came.
	s.change("a.go", 4, 4, 4, 7, "good")
	s.published("a.go", "2:8 compiler")
	require.Equal(t, s.goplsSays("a.go", 4, 2, 8), s.published("a.go", "2:8 compiler"))
	s.goplsSays("b.go", 1, 0, 0)
	s.published("b.go", "0:0 compiler")
	s.finish()
}

func TestFollow(t *testing.T) {
	for name, c := range map[string]struct {
		from, to position
		text     string
		want     lspRange
	}{
		"before, same line": {position{3, 0}, position{3, 2}, "abc", lspRange{position{3, 6}, position{3, 9}}},
		"lines before":      {position{1, 0}, position{3, 1}, "", lspRange{position{1, 4}, position{1, 7}}},
		"a break before":    {position{3, 2}, position{3, 2}, "x\r\n𝕏", lspRange{position{4, 5}, position{4, 8}}},
		"behind":            {position{3, 9}, position{3, 9}, "\n", lspRange{position{3, 5}, position{3, 8}}},
		"within":            {position{3, 6}, position{3, 6}, "yy", lspRange{position{3, 5}, position{3, 10}}},
		"at the start":      {position{3, 5}, position{3, 5}, "yy", lspRange{position{3, 7}, position{3, 10}}},
		"all of it":         {position{3, 4}, position{3, 9}, "y", lspRange{position{3, 4}, position{3, 4}}},
	} {
		one, two := 1, 2
		l := list{items: []item{{at: lspRange{position{3, 5}, position{3, 8}}}}, version: &one}
		var p didChangeParams
		p.Document.Version = two
		require.NoError(t, json.Unmarshal(mustJSON([]any{map[string]any{"range": lspRange{c.from, c.to}, "text": c.text}}), &p.Changes))
		l.follow(&p, utf16Units)
		require.Equal(t, c.want, l.items[0].at, name)
		l.follow(&p, utf16Units)
		require.Equal(t, c.want, l.items[0].at, "this version is known")
	}
}

const pulling = `{"textDocument":{"diagnostic":{}},"workspace":{"diagnostics":{"refreshSupport":true}}}`

// TestProxyPulls: a client that pulls gets ours in the answer, is told when it
// should pull again, and sees nothing twice.
func TestProxyPulls(t *testing.T) {
	s := startSession(t, `{"diagnosticProvider":{"workspaceDiagnostics":true}}`, pulling)
	s.open("a.go", "package a\n\nvar BAD = 1\n")
	_, refresh := s.method("workspace/diagnostic/refresh")
	s.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":null}`, refresh.ID)))
	pull := fmt.Sprintf(`{"textDocument":{"uri":%q},"previousResultId":"r1"}`, s.uri("a.go"))
	report := func(method, params, result string) (items []string, whole string) {
		t.Helper()
		id := s.begin(method, params)
		s.write(framed(fmt.Sprintf(`{"id":%s,"result":%s}`, id, result)))
		m := s.answer(id)
		var v struct{ Items []json.RawMessage }
		require.NoError(t, json.Unmarshal(m.Result, &v))
		return places(v.Items), string(m.Result)
	}
	items, whole := report("textDocument/diagnostic", pull, `{"kind":"full","resultId":"r2","items":[{"source":"compiler"}],"extra":1}`)
	require.Equal(t, []string{"0:0 compiler", "2:4 greenlint"}, items)
	require.NotContains(t, whole, "resultId")
	require.Contains(t, whole, "extra")
	heard := strings.Join(s.heard(), "")
	require.NotContains(t, heard, "r1", "a report that is unchanged for gopls is not so for the client")
	require.NotContains(t, heard, string(refresh.ID), "the answer to our question")

	s.goplsSays("a.go", 1, 0, 8)
	s.published("a.go", "0:8 compiler") // without ours, which are pulled

	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "b.go"), []byte("BAD"), 0o666))
	s.tell("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":1}]}`, s.uri("b.go")))
	_, refresh = s.method("workspace/diagnostic/refresh")
	_, whole = report("workspace/diagnostic", `{"previousResultIds":[{"uri":"x","value":"r1"}]}`,
		fmt.Sprintf(`{"items":[{"uri":%q,"kind":"full","items":[{"source":"compiler"}]},7]}`, s.uri("a.go")))
	var v struct {
		Items []json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(whole), &v))
	require.Len(t, v.Items, 3)
	require.Contains(t, string(v.Items[0]), "GL101")
	require.Contains(t, string(v.Items[2]), s.uri("b.go"))

	// While the client owes an answer to a refresh there is no other, then one.
	s.change("a.go", 2, 2, 4, 7, "good")
	s.change("a.go", 3, 2, 4, 7, "BAD")
	s.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":null}`, refresh.ID)))
	for items == nil || len(items) != 2 {
		items, _ = report("textDocument/diagnostic", pull, `{"kind":"full","items":[{"source":"compiler"}]}`)
	}
	s.finish()
}

// TestProxyPullsOpen: where gopls does not report on the workspace, what we find in
// closed files is pushed.
func TestProxyPullsOpen(t *testing.T) {
	s := startSession(t, `{"diagnosticProvider":{}}`, pulling)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "b.go"), []byte("BAD"), 0o666))
	s.open("a.go", "package a\n")
	s.published("b.go", "0:0 greenlint")
	s.open("b.go", "BAD")
	s.published("b.go") // it is pulled from now on
	s.tell("textDocument/didClose", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, s.uri("b.go")))
	s.published("b.go", "0:0 greenlint")
	s.finish()
}

func TestProxyAnswers(t *testing.T) {
	s := startSession(t, "{}", "{}")
	s.open("a.go", "package a\n\nvar BAD = 1\n")
	s.published("a.go", "2:4 greenlint")
	ask := func(method, more, result string) string {
		t.Helper()
		id := s.begin(method, fmt.Sprintf(`{"textDocument":{"uri":%q},%s}`, s.uri("a.go"), more))
		s.write(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,%s}`, id, result)))
		m := s.answer(id)
		if m.Error != nil {
			return m.Error.Message
		}
		return string(m.Result)
	}
	const at, off = `"position":{"line":2,"character":5}`, `"position":{"line":0,"character":0}`
	require.JSONEq(t, `{"contents":{"kind":"markdown","value":"var x"},"more":[]}`, ask("textDocument/hover", off, `"result":{"contents":{"kind":"markdown","value":"var x"},"more":[]}`))
	both := ask("textDocument/hover", at, `"result":{"contents":{"kind":"markdown","value":"var x"},"range":null,"more":[]}`)
	require.Contains(t, both, `var x\n\n---\n\n**GL101**: bad`)
	require.Contains(t, both, `"more":[]`)
	require.Regexp(t, `^\{"contents":\["old","\*\*GL101`, ask("textDocument/hover", at, `"result":{"contents":"old"}`))
	require.Regexp(t, `^\{"contents":\[\{"language":"go","value":"v"\},"old","\*\*GL101`, ask("textDocument/hover", at, `"result":{"contents":[{"language":"go","value":"v"},"old"]}`))
	require.Contains(t, ask("textDocument/hover", at, `"result":null`), `GL101`)
	require.Contains(t, ask("textDocument/hover", at, `"error":{"code":0,"message":"no identifier found"}`), `GL101`)
	require.Equal(t, "no identifier found", ask("textDocument/hover", off, `"error":{"code":0,"message":"no identifier found"}`))

	const on, offRange = `"range":{"start":{"line":2,"character":4},"end":{"line":2,"character":4}},"context":{}`, `"range":{"start":{"line":0,"character":4},"end":{"line":0,"character":4}},"context":{}`
	require.JSONEq(t, `[{"title":"gopls's"}]`, ask("textDocument/codeAction", offRange, `"result":[{"title":"gopls's"}]`))
	require.Regexp(t, `^\[\{"title":"gopls's"\},\{"title":"Silence GL101 here"`, ask("textDocument/codeAction", on, `"result":[{"title":"gopls's"}]`))
	require.Regexp(t, `^\[\{"title":"Silence GL101 here"`, ask("textDocument/codeAction", on, `"result":null`))
	require.Equal(t, `{"odd":1}`, ask("textDocument/codeAction", on, `"result":{"odd":1}`))
	s.finish()
}

// TestProxySurvives: a gopls that ends is started again and told what the client
// has said; the client is left with nothing that the first one has begun.
func TestProxySurvives(t *testing.T) {
	s := startSession(t, "{}", "{}")
	s.tell("workspace/didChangeConfiguration", `{"settings":{"old":1}}`)
	s.tell("workspace/didChangeConfiguration", `{"settings":{"new":1}}`)
	s.open("a.go", "package a\n\nvar BAD = 1\n")
	s.open("b.go", "package a\n")
	s.open("go.mod", "module a\n")
	s.tell("textDocument/didClose", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, s.uri("b.go")))
	s.change("a.go", 2, 0, 0, 0, "// 値\n")
	s.published("a.go", "3:4 greenlint")
	s.goplsSays("a.go", 2, 1, 8)
	s.published("a.go", "1:8 compiler", "3:4 greenlint")
	s.write(framed(`{"jsonrpc":"2.0","id":1,"method":"client/registerCapability","params":{"registrations":[{"id":"w","method":"workspace/x"}]}}`) +
		framed(`{"jsonrpc":"2.0","method":"$/progress","params":{"token":9,"value":{"kind":"begin"}}}`) +
		framed(`{"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"kind":"begin"}}}`) +
		framed(`{"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"kind":"end"}}}`))
	for range 3 {
		s.method("$/progress")
	}
	s.method("client/registerCapability")

	lost := s.begin("textDocument/definition", "{}")
	hover := s.begin("textDocument/hover", fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":3,"character":5}}`, s.uri("a.go")))
	s.tell("fake/die", "{}")
	require.Equal(t, contentModified, s.answer(lost).Error.Code)
	require.Contains(t, string(s.answer(hover).Result), "GL101")
	_, m := s.method("$/progress")
	require.JSONEq(t, `{"token":9,"value":{"kind":"end"}}`, string(m.Params))
	_, m = s.method("client/unregisterCapability")
	require.JSONEq(t, `{"unregisterations":[{"id":"w","method":"workspace/x"}]}`, string(m.Params))
	s.published("a.go", "3:4 greenlint")
	_, m = s.method("window/showMessage")
	require.Contains(t, string(m.Params), "exit status 3")

	// The new one. Until it is ready requests are refused, so this asks until it isn't.
	var heard []string
	for heard == nil {
		if m := s.ask("fake/heard", "{}"); m.Error == nil {
			require.NoError(t, json.Unmarshal(m.Result, &heard))
		}
	}
	all := strings.Join(heard, "\n")
	require.Len(t, heard, 6, "initialize, initialized, settings, a.go, go.mod, this: %s", all)
	require.Contains(t, heard[0], `"initializationOptions":{"greenlint":1}`)
	require.Contains(t, heard[1], `"initialized"`)
	require.Contains(t, heard[2], `"new"`)
	require.Contains(t, heard[3], `"languageId":"go","version":2,"text":"// 値\npackage a`)
	require.Contains(t, heard[4], `module a`)

	// The client's late answer to the first one is not for the second, which asks
	// with the same id.
	s.write(framed(`{"jsonrpc":"2.0","id":1,"method":"workspace/configuration","params":{}}`))
	_, m = s.method("workspace/configuration")
	require.NotEqual(t, "1", string(m.ID))
	s.send(framed(`{"jsonrpc":"2.0","id":1,"result":"to the first"}`))
	s.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":"to the second"}`, m.ID)))
	heard = s.heard()
	require.Contains(t, heard[len(heard)-2], `"id":1,"result":"to the second"`)
	require.NotContains(t, strings.Join(heard, ""), "to the first")
	s.finish()
}

// TestProxyAlone: where gopls keeps ending, our own server goes on.
func TestProxyAlone(t *testing.T) {
	s := startSession(t, "{}", "{}")
	s.open("a.go", "package a\n\nvar BAD = 1\n")
	s.published("a.go", "2:4 greenlint")
	for range maxEnds - 1 {
		s.tell("fake/die", "{}")
		s.method("window/showMessage")
		for s.ask("fake/heard", "{}").Error != nil {
		}
	}
	s.tell("fake/die", "{}")
	_, m := s.method("window/showMessage")
	require.Contains(t, string(m.Params), "not started again")
	require.Equal(t, contentModified, s.ask("textDocument/definition", "{}").Error.Code)
	s.change("a.go", 2, 0, 0, 0, "\n")
	s.published("a.go", "3:4 greenlint")
	hover := s.ask("textDocument/hover", fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":3,"character":5}}`, s.uri("a.go")))
	require.Contains(t, string(hover.Result), "GL101")
	s.finish()
}

func TestProxyNeverStarts(t *testing.T) {
	s := connect(t, "dies")
	m := s.ask("initialize", `{"capabilities":{}}`)
	require.NotNil(t, m.Error)
	s.finish()
	_, err := Proxy(context.Background(), strings.NewReader(""), io.Discard, ProxyOptions{Gopls: func() *exec.Cmd { return exec.Command(filepath.Join(t.TempDir(), "none")) }})
	require.Error(t, err)
}

// TestProxyHostile: streams that can't be followed are an end.
func TestProxyHostile(t *testing.T) {
	for name, text := range map[string]string{
		"no head": "panic: runtime error\n\n", "no length": "X: y\r\n\r\n", "too long": "Content-Length: 99999999999\r\n\r\n", "negative": "Content-Length: -1\r\n\r\n",
		"an endless line": strings.Repeat("x", 1<<16), "an endless head": strings.Repeat("A: b\r\n", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			s := startSession(t, "{}", "{}")
			s.write(text)
			_, m := s.method("window/showMessage")
			require.Contains(t, string(m.Params), "started again")
			for s.ask("fake/heard", "{}").Error != nil {
			}
			s.finish()
		})
		t.Run("from the client: "+name, func(t *testing.T) {
			s := startSession(t, "{}", "{}")
			go io.WriteString(s.to, text) // which nobody may read to its end
			require.Error(t, <-s.ended)
		})
	}
	t.Run("cut off", func(t *testing.T) {
		s := startSession(t, "{}", "{}")
		s.write("Content-Length: 268435456\r\n\r\nonly so much")
		s.tell("fake/die", "{}")
		_, m := s.method("window/showMessage")
		require.Contains(t, string(m.Params), "exit status 3")
		s.to.Close()
		require.NoError(t, <-s.ended)
		require.False(t, s.clean)
	})
	t.Run("strange values", func(t *testing.T) {
		s := startSession(t, `{"diagnosticProvider":[],"positionEncoding":7}`, pulling)
		s.open("a.go", "BAD")
		for _, body := range []string{
			`{"method":"textDocument/publishDiagnostics","params":{"uri":7}}`, `{"method":7}`, `{"id":{},"method":"x"}`, `{"id":[1],"result":1}`, `[[[[`, `"`, `{"id":"\`,
			fmt.Sprintf(`{"method":"textDocument/publishDiagnostics","params":{"uri":%q,"version":1,"diagnostics":[7,null,{"range":"x"},{"range":{"start":{"line":-5}}}]}}`, s.uri("a.go")),
		} {
			s.write(framed(body))
		}
		s.change("a.go", 2, 0, 0, 0, "\n")
		s.write(framed(`{"method":"still/here"}`))
		s.method("still/here")
		s.finish()
	})
}

// TestProxyEnds: a gopls that does not end when it is told to is ended, and nothing
// is left running.
func TestProxyEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	s := connect(t, "stays", func(o *ProxyOptions) { o.Patience = time.Millisecond })
	s.to.Close()
	require.NoError(t, <-s.ended)
	require.False(t, s.clean)
	s = startSession(t, "{}", "{}")
	s.tell("exit", "null")
	require.NoError(t, <-s.ended)
	require.False(t, s.clean, "without shutdown")
	s = startSession(t, "{}", "{}")
	s.ask("shutdown", "null")
	s.tell("fake/die", "{}")
	require.Equal(t, contentModified, s.ask("x", "{}").Error.Code)
	s.tell("exit", "null")
	require.NoError(t, <-s.ended)
	require.True(t, s.clean)
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 10*time.Second, time.Millisecond)
}

func TestEnvelope(t *testing.T) {
	for body, want := range map[string]string{
		`{"jsonrpc":"2.0","id":1,"method":"a"}`: "1 a", ` { "params" : {"id":3,"method":"x"} , "method" : "a\/b" , "id" : "\u0041" } `: `"\u0041" a/b`,
		`{"result":[{"id":1},"}",[]],"id":2}`: "2 ", `{"id":null}`: " ", `{"x":"\\\"","id":4}`: "4 ", `{"x":"\\","id":4}`: "4 ", `{}`: " ", ``: " ", `[1]`: " ",
		`{"id"`: " ", `{"id":`: " ", `{"method":7}`: " ", `{"x":"`: " ", `{"x":"\"`: " ", `{"x":{`: " ", `{,}`: " ", `{"id":1}}`: "1 ", `{"id":-1.5e3}`: "-1.5e3 ",
	} {
		e := envelopeOf([]byte(body))
		require.Equal(t, want, string(e.id)+" "+e.method, body)
	}
	require.Equal(t, idKey(json.RawMessage(`"A"`)), idKey(json.RawMessage(`"\u0041"`)))
	require.NotEqual(t, idKey(json.RawMessage(`"1"`)), idKey(json.RawMessage(`1`)))
}

// FuzzEnvelope: what is valid reads as it decodes.
func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"a\/b","params":{"a":["\\\"",{}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := envelopeOf(body)
		var fields map[string]json.RawMessage
		if !json.Valid(body) || json.Unmarshal(body, &fields) != nil || fields == nil || bytes.Count(body, []byte(`"id"`)) > 1 || bytes.Count(body, []byte(`"method"`)) > 1 || bytes.Contains(body, []byte(`\u`)) {
			return
		}
		id := string(fields["id"])
		if id == "null" {
			id = ""
		}
		var method string
		if json.Unmarshal(fields["method"], &method) != nil {
			method = ""
		}
		if string(e.id) != id || e.method != method {
			t.Fatalf("%q %q, want %q %q", e.id, e.method, id, method)
		}
	})
}

// BenchmarkEnvelope reads the envelope behind a megabyte.
func BenchmarkEnvelope(b *testing.B) {
	body := []byte(`{"jsonrpc":"2.0","result":[` + strings.Repeat(`{"label":"Println","kind":3,"detail":"func(a ...any) (n int, err error)"},`, 14000) + `0],"id":7}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if string(envelopeOf(body).id) != "7" {
			b.Fatal("no id")
		}
	}
}
