package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A bench is a server whose checks wait to be let go, so that a test decides what
// happens meanwhile.
type bench struct {
	*session
	began   chan run
	options Options
}

// A run is a check that waits. It finds every "BAD" when it is let go.
type run struct {
	ctx     context.Context
	project Project
	goOn    chan error
}

func newBench(t *testing.T, then ...func(*Options)) *bench {
	b := &bench{began: make(chan run), options: badOptions()}
	b.options.Checks[0].Run = func(ctx context.Context, p Project) (*Checked, error) {
		r := run{ctx, p, make(chan error)}
		select {
		case b.began <- r:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		select {
		case err := <-r.goOn:
			if err != nil {
				return nil, err
			}
			return findBad(p)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	for _, f := range then {
		f(&b.options)
	}
	b.session = join(t, func(in io.Reader, out io.Writer) (bool, error) {
		return Serve(context.Background(), in, out, b.options)
	})
	return b
}

func (b *bench) letGo() {
	b.t.Helper()
	r := <-b.began
	r.goOn <- nil
}

// yes answers a question of the server's.
func (s *session) yes(m message) {
	s.t.Helper()
	s.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":null}`, m.ID)))
}

// report reads the answer to a pull.
func (s *session) report(id string) (kind, result string, items []string) {
	s.t.Helper()
	m := s.answer(id)
	require.Nil(s.t, m.Error)
	var v struct {
		Kind, ResultID string
		Items          []json.RawMessage
	}
	require.NoError(s.t, json.Unmarshal(m.Result, &v))
	return v.Kind, v.ResultID, places(v.Items)
}

func TestPull(t *testing.T) {
	b := newBench(t)
	m := b.initialize(pulling)
	require.Contains(t, string(m.Result), `"diagnosticProvider"`)
	b.open("a.go", "BAD\n")
	pull := func(previous string) string {
		return b.begin("textDocument/diagnostic", fmt.Sprintf(`{"textDocument":{"uri":%q},"previousResultId":%q}`, b.uri("a.go"), previous))
	}
	id := pull("")
	b.letGo()
	kind, first, items := b.report(id)
	require.Equal(t, "full", kind)
	require.Equal(t, []string{"0:0 greenlint"}, items)
	kind, same, _ := b.report(pull(first))
	require.Equal(t, "unchanged", kind)
	require.Equal(t, first, same)

	// Asked about a text that is not checked, it answers when it is.
	b.change("a.go", 2, 0, 0, 0, "\n")
	id = pull(first)
	b.letGo()
	kind, second, items := b.report(id)
	require.Equal(t, "full", kind)
	require.NotEqual(t, first, second)
	require.Equal(t, []string{"1:0 greenlint"}, items)

	// What a question waits for can be given up, or fail.
	b.change("a.go", 3, 0, 0, 0, "\n")
	id = pull(second)
	b.tell("$/cancelRequest", fmt.Sprintf(`{"id":%s}`, id))
	require.Equal(t, requestCancelled, b.answer(id).Error.Code)
	id = pull(second)
	r := <-b.began
	r.goOn <- errors.New("no luck")
	require.Equal(t, "no luck", b.answer(id).Error.Message)
	b.change("a.go", 4, 0, 0, 0, "\n")
	id = pull(second)
	require.Nil(t, b.ask("shutdown", "null").Error)
	require.Equal(t, serverCancelled, b.answer(id).Error.Code)
}

// TestPullWorkspace: files that are not open are in the report on the workspace,
// and the client is told when it should pull again.
func TestPullWorkspace(t *testing.T) {
	b := newBench(t)
	b.initialize(pulling)
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "b.go"), []byte("BAD"), 0o666))
	b.open("a.go", "BAD\n")
	id := b.begin("workspace/diagnostic", `{"previousResultIds":[]}`)
	b.letGo()
	var v struct {
		Items []struct {
			URI, Kind, ResultID string
			Version             *int
			Items               []json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(b.answer(id).Result, &v))
	require.Len(t, v.Items, 2)
	require.Equal(t, b.uri("a.go"), v.Items[0].URI)
	require.Equal(t, 1, *v.Items[0].Version)
	require.Equal(t, []string{"0:0 greenlint"}, places(v.Items[1].Items))
	old := v.Items[1].ResultID
	id = b.begin("workspace/diagnostic", fmt.Sprintf(`{"previousResultIds":[{"uri":%q,"value":%q}]}`, b.uri("b.go"), old))
	require.NoError(t, json.Unmarshal(b.answer(id).Result, &v))
	require.Equal(t, "unchanged", v.Items[1].Kind)

	kind, _, _ := b.report(b.begin("textDocument/diagnostic", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, b.uri("a.go"))))
	require.Equal(t, "full", kind)
	b.change("a.go", 2, 0, 0, 3, "fine")
	b.letGo()
	b.method("workspace/diagnostic/refresh")
}

func TestProgress(t *testing.T) {
	b := newBench(t)
	b.initialize(`{"window":{"workDoneProgress":true}}`)
	b.open("a.go", "BAD\n")
	r := <-b.began
	_, m := b.method("window/workDoneProgress/create")
	b.yes(m)
	kinds := func() string {
		_, m := b.method("$/progress")
		return string(m.Params)
	}
	require.Contains(t, kinds(), `"kind":"begin"`)
	r.project.Progress("reading", 1, 4)
	require.Regexp(t, `"kind":"report","message":"reading","percentage":25`, kinds())
	r.goOn <- nil
	require.Contains(t, kinds(), `"kind":"end"`)
	b.published("a.go", "0:0 greenlint")

	// A client that makes no room is not told.
	b = newBench(t)
	b.initialize(`{"window":{"workDoneProgress":true}}`)
	b.open("a.go", "BAD\n")
	_, m = b.method("window/workDoneProgress/create")
	b.send(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":1,"message":"no"}}`, m.ID)))
	b.letGo()
	b.published("a.go", "0:0 greenlint")
	for _, frame := range b.buffer {
		require.NotContains(t, frame, "$/progress")
	}
}

func TestSettings(t *testing.T) {
	told := make(chan string, 10)
	b := newBench(t, func(o *Options) {
		o.Configure = func(raw json.RawMessage) error {
			told <- string(raw)
			if strings.Contains(string(raw), "wrong") {
				return errors.New("not like this")
			}
			return nil
		}
	})
	b.initialize("{}")
	require.Equal(t, `1`, <-told, "the options of initialize")
	b.open("a.go", "BAD\n")
	b.letGo()
	b.published("a.go", "0:0 greenlint")
	for params, want := range map[string]string{
		`{"settings":{"greenlint":{"loop":"gevent"},"other":1}}`: `{"loop":"gevent"}`, `{"settings":{"loop":"x"}}`: `{"loop":"x"}`, `{"settings":{"wrong":1}}`: `{"wrong":1}`,
	} {
		b.tell("workspace/didChangeConfiguration", params)
		require.Equal(t, want, <-told)
		b.letGo() // everything is checked again
	}
	_, m := b.method("window/showMessage")
	require.Contains(t, string(m.Params), "not like this")
	for _, params := range []string{`{"settings":null}`, `{}`, `{"settings":[1]}`, `[`} {
		b.tell("workspace/didChangeConfiguration", params)
	}
	require.Empty(t, told)
	b.letGo()
}

func TestWatchedFiles(t *testing.T) {
	b := newBench(t)
	b.initialize(`{"workspace":{"didChangeWatchedFiles":{"dynamicRegistration":true}}}`)
	_, m := b.method("client/registerCapability")
	require.Contains(t, string(m.Params), `"workspace/didChangeWatchedFiles"`)
	require.Contains(t, string(m.Params), `**/*.{py,go`)
	b.open("a.go", "BAD\n")
	b.letGo()
	b.published("a.go", "0:0 greenlint")
	changed := func(name string) {
		b.tell("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":2}]}`, b.uri(name)))
	}
	changed("a.go") // what the editor shows counts, not the disk
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "b.go"), []byte("\nBAD"), 0o666))
	changed("b.go")
	r := <-b.began
	require.Equal(t, map[string][]byte{"a.go": []byte("BAD\n")}, r.project.Unsaved)
	r.goOn <- nil
	b.published("b.go", "1:0 greenlint")
	require.NoError(t, os.Remove(filepath.Join(b.dir, "b.go")))
	changed("b.go")
	b.letGo()
	b.published("b.go")
	changed("Procfile") // a file of no language can decide everything
	b.letGo()
	b.tell("textDocument/didSave", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, b.uri("greenlint.toml")))
	b.letGo()
}

// TestOvertaken: a check is given up when a change comes, and what it would have
// found is not shown.
func TestOvertaken(t *testing.T) {
	b := newBench(t)
	b.initialize("{}")
	b.open("a.go", "BAD\n")
	r := <-b.began
	b.change("a.go", 2, 0, 0, 0, "\n\n")
	<-r.ctx.Done()
	b.letGo()
	frame := b.published("a.go", "2:0 greenlint")
	require.Contains(t, frame, `"version":2`)
	for _, frame := range b.buffer {
		require.NotContains(t, frame, "publishDiagnostics")
	}
}

func TestFolders(t *testing.T) {
	b := newBench(t)
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "c.go"), []byte("BAD"), 0o666))
	b.initialize("{}")
	b.tell("workspace/didChangeWorkspaceFolders", fmt.Sprintf(`{"event":{"added":[{"uri":%q,"name":"o"}],"removed":[]}}`, uriOf(other)))
	b.letGo()
	b.letGo()
	b.find(func(m *message) bool {
		return strings.Contains(string(m.Params), "/c.go") && strings.Contains(string(m.Params), "GL101")
	})
	b.tell("workspace/didChangeWorkspaceFolders", fmt.Sprintf(`{"event":{"added":[],"removed":[{"uri":%q,"name":"o"}]}}`, uriOf(other)))
	b.letGo()
	b.find(func(m *message) bool {
		return strings.Contains(string(m.Params), "/c.go") && strings.Contains(string(m.Params), `"diagnostics":[]`)
	})
}
