// Package lsp is greenlint in an editor: a language server on two streams.
//
// The client's unsaved texts lie over the files of a folder; after each change
// the folder is checked as a whole, since a task, the patch and the process that
// runs it are rarely in one file. A check that is overtaken by a change is given
// up. What is found is pushed, for files that are not open too.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/greenlint/greenlint/rules"
)

// Options are what the server needs besides its streams.
type Options struct {
	// Check checks the project in a directory. Read gives the text of a file, by
	// its name below the directory. Findings come with fixes and suppressions.
	Check func(ctx context.Context, dir string, read func(string) ([]byte, error)) ([]rules.Finding, error)
	// Silence adds comments to a text that suppress findings in it.
	Silence func(file string, text []byte, findings []rules.Finding) []byte
	Catalog *rules.Catalog // for hovering; nil = no pages
	PageURL func(rules.ID) string
	Version string
	Delay   time.Duration // between the last change and the check
	Log     io.Writer     // what went wrong; nil = nowhere
}

// Serve speaks with a client until it says exit or the stream ends. clean says
// that the client has asked for the end before.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) (clean bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{
		o: o, conn: newConn(in, out), enc: utf16Units, docs: map[string]*document{}, wake: make(chan struct{}, 1),
		cancelled: map[string]bool{}, shown: map[string]map[string]bool{}, results: map[string]*result{},
	}
	var wg sync.WaitGroup
	wg.Go(func() { s.work(ctx) })
	defer wg.Wait()
	defer cancel()
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
	stop      context.CancelFunc   // gives up the check that runs
	cancelled map[string]bool
	results   map[string]*result         // by folder
	shown     map[string]map[string]bool // by folder: files with diagnostics
	wake      chan struct{}
}

// A document is an open one. Its text is never changed in place.
type document struct {
	uri     string
	version int
	text    []byte
}

// A result is what the last check of a folder found, and in which texts.
type result struct {
	findings map[string][]rules.Finding // by path
	texts    map[string][]byte          // of open documents, as they were checked
}

// handle answers one message. An error means that the client can't be reached.
func (s *server) handle(ctx context.Context, m *message) (err error) {
	if m.Method == "" { // a response to nothing that we asked
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
		return nil, nil
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
		s.set(p.Document.URI, &document{p.Document.URI, p.Document.Version, []byte(p.Document.Text)})
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
	case "textDocument/didSave", "workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles":
		s.touch()
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
		s.touch()
	case "$/cancelRequest":
		var p struct{ ID json.RawMessage }
		if err := decode(m, &p); err != nil {
			return err
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
	for _, f := range p.Folders {
		s.addFolder(f.URI)
	}
	if len(p.Folders) == 0 && p.RootURI != nil {
		s.addFolder(*p.RootURI)
	} else if len(p.Folders) == 0 && p.RootPath != nil {
		s.addFolder(uriOf(*p.RootPath))
	}
	return map[string]any{
		"capabilities": map[string]any{
			"positionEncoding":   string(s.enc),
			"textDocumentSync":   map[string]any{"openClose": true, "change": 2, "save": map[string]any{"includeText": false}},
			"hoverProvider":      true,
			"codeActionProvider": map[string]any{"codeActionKinds": []string{"quickfix"}},
			"workspace":          map[string]any{"workspaceFolders": map[string]any{"supported": true, "changeNotifications": true}},
		},
		"serverInfo": map[string]any{"name": "greenlint", "version": s.o.Version},
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
	if d == nil {
		delete(s.docs, path)
	} else {
		s.docs[path] = d
	}
	s.mu.Unlock()
	s.touch()
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
	s.docs[path] = &document{d.uri, p.Document.Version, text}
	s.mu.Unlock()
	s.touch()
	return nil
}

// touch asks for a check and gives up the one that runs.
func (s *server) touch() {
	s.mu.Lock()
	s.change++
	if s.stop != nil {
		s.stop()
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// work checks whenever something has changed and no more has for a while.
func (s *server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		for quiet := false; !quiet; {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			case <-time.After(s.o.Delay):
				quiet = true
			}
		}
		s.checkAll(ctx)
	}
}

func (s *server) checkAll(ctx context.Context) {
	s.mu.Lock()
	run, stop := context.WithCancel(ctx)
	s.stop = stop
	change := s.change
	dirs := slices.Clone(s.folders)
	docs := maps.Clone(s.docs)
	s.mu.Unlock()
	defer stop()
	for path := range docs { // a file in no folder is checked with what lies beside it
		if folderOf(dirs, path) == "" {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		if run.Err() != nil {
			return
		}
		s.checkFolder(run, dir, dirs, docs, change)
	}
	s.mu.Lock()
	forgotten := []string{}
	for dir := range s.shown {
		if !slices.Contains(dirs, dir) {
			forgotten = append(forgotten, dir)
		}
	}
	s.mu.Unlock()
	for _, dir := range forgotten {
		s.publish(dir, nil, docs)
	}
}

func (s *server) checkFolder(ctx context.Context, dir string, dirs []string, docs map[string]*document, change int) {
	defer func() {
		if v := recover(); v != nil {
			s.log("internal error while checking %s: %v", dir, v)
		}
	}()
	texts := map[string][]byte{}
	for path, d := range docs {
		texts[path] = d.text
	}
	found, err := s.o.Check(ctx, dir, func(name string) ([]byte, error) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if text, ok := texts[path]; ok {
			return text, nil
		}
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			err = errors.New("not a regular file")
		}
		if err != nil {
			return nil, err
		}
		return os.ReadFile(path)
	})
	s.mu.Lock()
	overtaken := s.change != change
	s.mu.Unlock()
	switch {
	case overtaken || ctx.Err() != nil:
		return
	case err != nil:
		s.log("checking %s: %v", dir, err)
		s.conn.notify("window/logMessage", map[string]any{"type": 1, "message": "greenlint: " + err.Error()})
		return
	}
	r := &result{findings: map[string][]rules.Finding{}, texts: texts}
	for _, f := range found {
		if f.Suppressed != "" {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Pos.File))
		if folderOf(dirs, path) == dir { // of nested folders the inner one speaks
			r.findings[path] = append(r.findings[path], f)
		}
	}
	s.publish(dir, r, docs)
}

// folderOf is the innermost folder that holds a file; "" where none does.
func folderOf(dirs []string, path string) string {
	best := ""
	for _, d := range dirs {
		if rel, err := filepath.Rel(d, path); err == nil && filepath.IsLocal(rel) && len(d) > len(best) {
			best = d
		}
	}
	return best
}

// publish pushes what was found in a folder, and takes back what no longer is.
func (s *server) publish(dir string, r *result, docs map[string]*document) {
	s.mu.Lock()
	now, before := map[string]bool{}, s.shown[dir]
	if r == nil {
		delete(s.results, dir)
		delete(s.shown, dir)
	} else {
		s.results[dir] = r
		for path := range r.findings {
			now[path] = true
		}
		for path := range docs { // an open file hears that it is clean
			if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
				before = withPath(before, path)
			}
		}
		s.shown[dir] = now
	}
	s.mu.Unlock()
	paths := map[string]bool{}
	maps.Copy(paths, before)
	maps.Copy(paths, now)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		p := publishParams{URI: uriOf(path), Diagnostics: []diagnostic{}}
		if d := docs[path]; d != nil {
			p.URI, p.Version = d.uri, &d.version
		}
		if r != nil {
			tx := newTexts(s.enc, dir, r.texts)
			for i := range r.findings[path] {
				p.Diagnostics = append(p.Diagnostics, s.diagnostic(&r.findings[path][i], tx))
			}
		}
		if err := s.conn.notify("textDocument/publishDiagnostics", p); err != nil {
			s.log("publishing: %v", err)
			return
		}
	}
}

func withPath(set map[string]bool, path string) map[string]bool {
	out := map[string]bool{path: true}
	maps.Copy(out, set)
	return out
}

func (s *server) log(format string, args ...any) {
	if s.o.Log != nil {
		fmt.Fprintf(s.o.Log, "greenlint lsp: %s\n", strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}
