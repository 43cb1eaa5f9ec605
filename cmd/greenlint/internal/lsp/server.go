// Package lsp is greenlint in an editor: a language server on two streams.
//
// The client's unsaved texts lie over the files of a folder. A change is answered
// twice: at once, with what the open files hold, from the last check that is kept
// in memory; and after a pause with a check of the whole folder, since a task, the
// patch and the process that runs it are rarely in one file. A check that is
// overtaken by a change is given up.
//
// What is found in open files is pushed, or pulled by clients that can be told to
// pull again; of all other files it is pushed.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// Options are what the server needs besides its streams.
type Options struct {
	Checks []Check
	// Silence adds comments to a text that suppress findings in it.
	Silence func(file string, text []byte, findings []rules.Finding) []byte
	// Configure takes the client's settings for greenlint; nil = there are none.
	Configure func(settings json.RawMessage) error
	Catalog   *rules.Catalog // for hovering; nil = no pages
	PageURL   func(rules.ID) string
	Version   string
	Delay     time.Duration // between the last change and the check of the folder
	Watch     []string      // patterns of files that decide what is found without being open; nil = all that can
	Log       io.Writer     // what went wrong; nil = nowhere
}

// Serve speaks with a client until it says exit or the stream ends. clean says
// that the client has asked for the end before.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) (clean bool, err error) {
	s := newServer(o, newConn(in, out))
	defer s.start(ctx)()
	for {
		m, err := s.conn.read()
		var bad *rpcError
		switch {
		case errors.As(err, &bad):
			if err := s.conn.reply(nil, nil, bad); err != nil {
				return false, err
			}
			continue
		case errors.Is(err, io.EOF):
			return s.stopped, nil
		case err != nil:
			return false, err
		}
		if m.Method == "exit" {
			return s.stopped, nil
		}
		if err := s.handle(ctx, m); err != nil {
			return false, err
		}
	}
}

func newServer(o Options, c *conn) *server {
	return &server{
		o: o, conn: c, enc: utf16Units, docs: map[string]*document{}, wake: make(chan struct{}, 1), soon: make(chan struct{}, 1),
		cancelled: map[string]bool{}, shown: map[string]string{}, results: map[job]*result{}, due: map[job]int{}, asked: map[string]func(*message){},
	}
}

// start lets checks be done; stop gives them up and waits for that.
func (s *server) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.work(ctx) })
	wg.Go(func() { s.quickly(ctx) })
	return func() {
		cancel()
		wg.Wait()
	}
}

type server struct {
	o       Options
	conn    *conn
	ready   bool // after initialize
	stopped bool // after shutdown

	mu        sync.Mutex // guards what follows
	enc       encoding
	versioned bool // the client takes documentChanges
	folders   []string
	docs      map[string]*document // open documents, by path
	change    int                  // counts changes
	due       map[job]int          // what has to be done, and since which change
	running   job
	stop      context.CancelFunc // gives up the check that runs
	cancelled map[string]bool
	results   map[job]*result
	shown     map[string]string // by path: what was pushed last
	pulls     []*pull
	given     map[string]string // by path: the last answer to a pull
	can       abilities
	asked     map[string]func(*message) // what we asked the client, by id
	asks      int
	wake      chan struct{}
	soon      chan struct{}

	publishing sync.Mutex // what is pushed later is newer
}

// A document is an open one. Its text is never changed in place, and each change
// makes a new document.
type document struct {
	uri      string
	language string
	version  int
	text     []byte
}

// handle answers one message. An error means that the client can't be reached.
func (s *server) handle(ctx context.Context, m *message) (err error) {
	if m.Method == "" {
		s.mu.Lock()
		then := s.asked[string(m.ID)]
		delete(s.asked, string(m.ID))
		s.mu.Unlock()
		if then != nil {
			then(m)
		}
		return nil
	}
	request := len(m.ID) > 0
	defer func() {
		if v := recover(); v != nil {
			s.log("internal error in %s: %v", m.Method, v)
			if request {
				err = s.conn.reply(m.ID, nil, &rpcError{internalError, fmt.Sprint(v)})
			}
		}
	}()
	switch {
	case !s.ready && m.Method != "initialize":
		if request {
			return s.conn.reply(m.ID, nil, &rpcError{notInitialized, "initialize comes first"})
		}
		return nil
	case s.stopped && request:
		return s.conn.reply(m.ID, nil, &rpcError{invalidRequest, "the server is shut down"})
	}
	if !request {
		if err := s.notification(m); err != nil {
			s.log("%s: %v", m.Method, err)
		}
		return nil
	}
	s.mu.Lock()
	gone := s.cancelled[string(m.ID)]
	delete(s.cancelled, string(m.ID))
	s.mu.Unlock()
	if gone {
		return s.conn.reply(m.ID, nil, &rpcError{requestCancelled, "cancelled"})
	}
	answer, err := s.request(m)
	if err == errLater {
		return nil
	}
	return s.conn.reply(m.ID, answer, err)
}

func (s *server) request(m *message) (any, error) {
	switch m.Method {
	case "initialize":
		var p initializeParams
		if err := decode(m, &p); err != nil {
			return nil, err
		}
		return s.initialize(&p), nil
	case "shutdown":
		s.stopped = true
		s.refusePulls(serverCancelled, "the server is shut down")
		return nil, nil
	case "textDocument/diagnostic":
		var p pullParams
		if err := decode(m, &p); err != nil {
			return nil, err
		}
		return s.pull(m.ID, &p)
	case "workspace/diagnostic":
		return s.pullAll(m)
	case "textDocument/hover":
		var p positionParams
		if err := decode(m, &p); err != nil {
			return nil, err
		}
		return s.hover(&p), nil
	case "textDocument/codeAction":
		var p codeActionParams
		if err := decode(m, &p); err != nil {
			return nil, err
		}
		return s.codeActions(&p), nil
	}
	return nil, &rpcError{methodNotFound, "no such method: " + m.Method}
}

func (s *server) notification(m *message) error {
	switch m.Method {
	case "textDocument/didOpen":
		var p didOpenParams
		if err := decode(m, &p); err != nil {
			return err
		}
		s.set(p.Document.URI, &document{p.Document.URI, p.Document.Language, p.Document.Version, []byte(p.Document.Text)})
	case "textDocument/didChange":
		var p didChangeParams
		if err := decode(m, &p); err != nil {
			return err
		}
		return s.changed(&p)
	case "textDocument/didClose":
		var p documentParams
		if err := decode(m, &p); err != nil {
			return err
		}
		s.set(p.Document.URI, nil)
	case "initialized":
		s.watch()
	case "textDocument/didSave":
		var p documentParams
		if err := decode(m, &p); err != nil {
			return err
		}
		if path := pathOf(p.Document.URI); !s.spoken(path) {
			s.touch("")
		}
	case "workspace/didChangeConfiguration":
		var p struct{ Settings json.RawMessage }
		if err := decode(m, &p); err != nil {
			return err
		}
		s.configure(p.Settings)
		s.touch("")
	case "workspace/didChangeWatchedFiles":
		var p watchedParams
		if err := decode(m, &p); err != nil {
			return err
		}
		for _, c := range p.Changes {
			s.changedOnDisk(pathOf(c.URI))
		}
	case "workspace/didChangeWorkspaceFolders":
		var p foldersParams
		if err := decode(m, &p); err != nil {
			return err
		}
		s.mu.Lock()
		for _, f := range p.Event.Removed {
			s.folders = slices.DeleteFunc(s.folders, func(d string) bool { return d == pathOf(f.URI) })
		}
		for _, f := range p.Event.Added {
			s.addFolder(f.URI)
		}
		s.mu.Unlock()
		s.touch("")
	case "$/cancelRequest":
		var p struct{ ID json.RawMessage }
		if err := decode(m, &p); err != nil {
			return err
		}
		if s.cancelPull(p.ID) {
			return nil
		}
		s.mu.Lock()
		if len(s.cancelled) > 1000 { // of requests that were long answered
			clear(s.cancelled)
		}
		s.cancelled[string(p.ID)] = true
		s.mu.Unlock()
	}
	return nil
}

func decode(m *message, into any) error {
	if err := json.Unmarshal(m.Params, into); err != nil {
		return &rpcError{invalidParams, err.Error()}
	}
	return nil
}

func (s *server) initialize(p *initializeParams) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = true
	if slices.Contains(p.Capability.General.Encodings, string(utf8Units)) {
		s.enc = utf8Units
	}
	s.versioned = p.Capability.Workspace.Edit.DocumentChanges
	s.can = abilities{
		pull:     p.Capability.Document.Diagnostic != nil,
		refresh:  p.Capability.Workspace.Diagnostics.Refresh,
		progress: p.Capability.Window.Progress,
		watch:    p.Capability.Workspace.Watched.Dynamic,
	}
	s.configure(p.Options)
	for _, f := range p.Folders {
		s.addFolder(f.URI)
	}
	if len(p.Folders) == 0 && p.RootURI != nil {
		s.addFolder(*p.RootURI)
	} else if len(p.Folders) == 0 && p.RootPath != nil {
		s.addFolder(uriOf(*p.RootPath))
	}
	capabilities := map[string]any{
		"positionEncoding":   string(s.enc),
		"textDocumentSync":   map[string]any{"openClose": true, "change": 2, "save": map[string]any{"includeText": false}},
		"hoverProvider":      true,
		"codeActionProvider": map[string]any{"codeActionKinds": []string{"quickfix"}},
		"workspace":          map[string]any{"workspaceFolders": map[string]any{"supported": true, "changeNotifications": true}},
	}
	if s.can.pull { // what is found in files that are not open is pushed, so nobody has to ask for it
		capabilities["diagnosticProvider"] = map[string]any{"identifier": "greenlint", "interFileDependencies": true, "workspaceDiagnostics": false}
	}
	return map[string]any{
		"capabilities": capabilities,
		"serverInfo":   map[string]any{"name": "greenlint", "version": s.o.Version},
	}
}

// addFolder is told of a folder. The caller holds s.mu.
func (s *server) addFolder(uri string) {
	if dir := pathOf(uri); dir != "" && !slices.Contains(s.folders, dir) {
		s.folders = append(s.folders, dir)
	}
}

// set makes a document open, or closes it.
func (s *server) set(uri string, d *document) {
	path := pathOf(uri)
	if path == "" {
		return
	}
	s.mu.Lock()
	old := s.docs[path]
	if d == nil {
		delete(s.docs, path)
	} else {
		s.docs[path] = d
	}
	s.mu.Unlock()
	switch {
	case d != nil && s.known(path, d):
		s.publish(map[string]bool{path: true}, false)
	case d == nil && old != nil && s.asOnDisk(path, old.text):
		s.publish(map[string]bool{path: true}, false)
	default:
		s.touch(path)
	}
}

func (s *server) changed(p *didChangeParams) error {
	path := pathOf(p.Document.URI)
	s.mu.Lock()
	d := s.docs[path]
	if d == nil {
		s.mu.Unlock()
		return errors.New("a change of a document that is not open: " + p.Document.URI)
	}
	text := d.text
	for _, c := range p.Changes {
		if c.Range == nil {
			text = []byte(c.Text)
			continue
		}
		starts := lineStarts(text)
		from, to := s.enc.offset(text, starts, c.Range.Start), s.enc.offset(text, starts, c.Range.End)
		to = max(from, to)
		text = slices.Concat(text[:from], []byte(c.Text), text[to:])
	}
	s.docs[path] = &document{d.uri, d.language, p.Document.Version, text}
	s.mu.Unlock()
	s.touch(path)
	return nil
}
