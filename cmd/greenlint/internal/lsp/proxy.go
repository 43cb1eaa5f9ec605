package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ProxyOptions are what standing between a client and gopls needs.
type ProxyOptions struct {
	Options
	Gopls    func() *exec.Cmd // a gopls that is not started yet
	Patience time.Duration    // with a gopls that was told to end; 0 = five seconds
}

// Proxy stands between a client and gopls, and adds to gopls's diagnostics, hovers
// and code actions those of our own server for the same documents. Everything else
// goes through byte for byte. clean is as for [Serve].
//
// A gopls that ends is started again, with the documents as they are now. Where it
// keeps ending, our own server goes on alone.
func Proxy(ctx context.Context, in io.Reader, out io.Writer, o ProxyOptions) (clean bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	p := &proxy{
		o: o, client: newConn(in, out), todo: newQueue(), asked: map[string]*request{}, asks: map[string]json.RawMessage{}, stale: map[string]bool{},
		renamed: map[string]json.RawMessage{}, tokens: map[string]json.RawMessage{}, registered: map[string]registration{}, open: map[string]int{}, files: map[string]*file{},
		over: ctx.Done(), ending: make(chan struct{}),
	}
	p.own = newServer(o.Options, &conn{to: p.fromOwn})
	first, err := p.launch()
	if err != nil {
		return false, err
	}
	defer p.own.start(ctx)()
	var wg sync.WaitGroup
	wg.Go(func() { p.todo.run(ctx) })
	wg.Go(func() { p.keep(first) })
	defer wg.Wait()
	defer cancel()
	defer p.end()
	for {
		frame, body, err := readFrame(p.client.in)
		switch {
		case errors.Is(err, io.EOF):
			return p.shut, nil
		case err != nil:
			return false, err
		}
		e := envelopeOf(frame[body:])
		if e.method == "exit" && len(e.id) == 0 {
			p.hand(frame, nil, nil)
			return p.shut, nil
		}
		p.fromClient(frame, body, e)
	}
}

type proxy struct {
	o      ProxyOptions
	client *conn
	own    *server
	todo   *queue // what our own server is told, in the client's order
	shut   bool   // the client has asked for the end

	sending   sync.Mutex              // orders what gopls and todo are told, and guards what follows
	gopls     *process                // nil while there is none
	begun     []byte                  // the client's initialize
	beginning string                  // and its id
	lost      bool                    // there will be no gopls again
	settled   []told                  // initialized and later words that a new gopls has to hear
	running   atomic.Pointer[process] // the last one, for who can't wait

	publishing sync.Mutex // what is published later is newer

	mu         sync.Mutex // guards what follows, and is never held while writing
	greeted    bool       // gopls has answered initialize
	asked      map[string]*request
	asks       map[string]json.RawMessage // what gopls asks the client
	stale      map[string]bool            // and what one that is gone has asked
	renamed    map[string]json.RawMessage // new requests with the id of a stale one
	names      int
	tokens     map[string]json.RawMessage // of gopls's progress
	registered map[string]registration    // gopls's, at the client
	open       map[string]int             // versions of open documents, by path
	files      map[string]*file
	pulled     bool // the client pulls what gopls finds in open documents
	pulledAll  bool // and in all others
	refreshing bool
	again      bool

	over   <-chan struct{} // closed when all is over
	once   sync.Once
	ending chan struct{} // closed when gopls may end
}

// told is a notification that is kept.
type told struct {
	method string
	frame  []byte
}

// A request of the client that gopls has not answered.
type request struct {
	method string
	id     json.RawMessage
	params json.RawMessage // of initialize
	own    chan any        // our own server's answer; nil = it isn't asked
}

// fromClient hands on what the client says.
func (p *proxy) fromClient(frame []byte, body int, e envelope) {
	switch {
	case e.method == "" && len(e.id) > 0:
		p.clientAnswers(frame, body, e)
	case len(e.id) > 0:
		p.clientAsks(frame, body, e)
	default:
		p.clientTells(frame, body, e)
	}
}

// clientAsks hands on a request, and has our own server answer it too where it can.
func (p *proxy) clientAsks(frame []byte, body int, e envelope) {
	r := &request{method: e.method, id: append(json.RawMessage(nil), e.id...)}
	m := new(message)
	var first, then func()
	switch {
	case e.method == "initialize":
		if json.Unmarshal(frame[body:], m) == nil {
			r.params = m.Params
		}
		first = func() { p.begun, p.beginning = frame, e.key() }
	case e.method == "shutdown":
		p.shut = true
		p.quit()
		then = func() { p.own.handle(context.Background(), &message{ID: json.RawMessage("0"), Method: "shutdown"}) }
	case mergers[e.method] != nil && json.Unmarshal(frame[body:], m) == nil:
		r.own = make(chan any, 1)
		then = func() { r.own <- p.answer(m) }
		p.mu.Lock()
		pulled := p.pulled
		p.mu.Unlock()
		if pulled && strings.HasSuffix(e.method, "/diagnostic") {
			frame = wholly(frame, body)
		}
	}
	p.mu.Lock()
	p.asked[e.key()] = r
	p.mu.Unlock()
	if there, last := p.hand(frame, first, then); !there && (last || e.method != "initialize") {
		p.refuse(e.key()) // the next gopls is told initialize anyway
	}
}

// clientTells hands on a notification.
func (p *proxy) clientTells(frame []byte, body int, e envelope) {
	var m *message
	var first func()
	switch e.method {
	case "initialized", "workspace/didChangeWorkspaceFolders", "workspace/didChangeConfiguration":
		first = func() {
			p.settled = slices.DeleteFunc(p.settled, func(t told) bool { return t.method == e.method && e.method == "workspace/didChangeConfiguration" })
			p.settled = append(p.settled, told{e.method, frame})
		}
		fallthrough
	case "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave", "workspace/didChangeWatchedFiles":
		m = new(message)
		if json.Unmarshal(frame[body:], m) != nil {
			m = nil
		}
	}
	if m == nil {
		p.hand(frame, first, nil)
		return
	}
	shown := p.documents(m)
	p.hand(frame, first, func() { p.own.handle(context.Background(), m) })
	if shown != "" {
		p.todo.add(func() { p.republish(shown) })
	}
}

// documents follows which documents are open, and their changes. It returns the
// path of a file whose findings are now told in another way.
func (p *proxy) documents(m *message) (shown string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.Method {
	case "textDocument/didOpen", "textDocument/didClose":
		var v didOpenParams
		path := ""
		if decode(m, &v) == nil {
			path = pathOf(v.Document.URI)
		}
		if path == "" {
			return ""
		}
		if f := p.files[path]; f != nil && p.pulled && !p.pulledAll && len(f.own.items) > 0 {
			shown = path
		}
		f := p.files[path]
		if m.Method == "textDocument/didClose" {
			delete(p.open, path)
			if f != nil {
				f.gopls.version, f.own.version = nil, nil
			}
			return shown
		}
		p.open[path] = v.Document.Version
		if f != nil {
			f.gopls.version, f.own.version = p.version(path), p.version(path)
		}
	case "textDocument/didChange":
		var v didChangeParams
		if decode(m, &v) != nil {
			return ""
		}
		path := pathOf(v.Document.URI)
		if _, ok := p.open[path]; !ok {
			return ""
		}
		p.open[path] = v.Document.Version
		if f := p.files[path]; f != nil {
			f.gopls.follow(&v, p.own.enc)
			f.own.follow(&v, p.own.enc)
		}
	}
	return shown
}

// clientAnswers brings an answer to who has asked: gopls, one that is gone, or we.
func (p *proxy) clientAnswers(frame []byte, body int, e envelope) {
	key := e.key()
	p.mu.Lock()
	original, renamed := p.renamed[key]
	delete(p.renamed, key)
	stale := p.stale[key]
	delete(p.stale, key)
	delete(p.asks, key)
	p.mu.Unlock()
	m := new(message)
	switch {
	case stale:
	case renamed:
		if json.Unmarshal(frame[body:], m) == nil {
			m.ID = original
			p.hand(mustFrame(m), nil, nil)
		}
	case strings.HasPrefix(key, `"greenlint-`):
		if json.Unmarshal(frame[body:], m) == nil {
			p.todo.add(func() { p.own.handle(context.Background(), m) })
		}
	default:
		p.hand(frame, nil, nil)
	}
}

// hand gives gopls a frame, and our own server something to do, in the same order
// as all others; first, where it isn't nil, is done before. It reports whether there
// is a gopls to hear it, and whether there will be none again.
func (p *proxy) hand(frame []byte, first, then func()) (there, last bool) {
	p.sending.Lock()
	defer p.sending.Unlock()
	if first != nil {
		first()
	}
	if then != nil {
		p.todo.add(then)
	}
	if p.gopls == nil || !p.gopls.ready {
		return false, p.lost
	}
	p.gopls.in.Write(frame) // one that can't be reached is about to end
	return true, false
}

// pass gives the client a frame.
func (p *proxy) pass(frame []byte) {
	if err := p.client.pass(frame); err != nil {
		p.own.log("writing: %v", err)
	}
}

// fromOwn takes what our own server says to the client.
func (p *proxy) fromOwn(m *message) error {
	switch {
	case m.Method == "textDocument/publishDiagnostics":
		p.weFind(m.Params)
		return nil
	case m.Method == "":
		return nil // of shutdown: gopls has answered
	}
	return p.client.write(m)
}

// refresh has the client pull again, once for all that has changed meanwhile.
func (p *proxy) refresh() {
	p.mu.Lock()
	p.again = p.refreshing
	ask := !p.refreshing
	p.refreshing = true
	p.mu.Unlock()
	if !ask {
		return
	}
	p.own.ask("workspace/diagnostic/refresh", nil, func(*message) {
		p.mu.Lock()
		again := p.again
		p.refreshing, p.again = false, false
		p.mu.Unlock()
		if again {
			p.refresh()
		}
	})
}

// fromGopls hands on what gopls says.
func (p *proxy) fromGopls(g *process, frame []byte, body int) {
	e := envelopeOf(frame[body:])
	switch {
	case e.method == "" && len(e.id) > 0:
		p.goplsAnswers(g, frame, body, e)
		return
	case e.method == "textDocument/publishDiagnostics":
		p.goplsPublishes(frame, body)
		return
	case len(e.id) > 0:
		p.mu.Lock()
		if p.stale[e.key()] {
			frame = p.rename(frame, body)
		} else {
			p.asks[e.key()] = append(json.RawMessage(nil), e.id...)
		}
		p.mu.Unlock()
	}
	p.note(e.method, frame[body:])
	p.pass(frame)
}

// rename gives a request an id of its own, where the client has yet to answer one
// with the same id from a gopls that is gone. The caller holds p.mu.
func (p *proxy) rename(frame []byte, body int) []byte {
	m := new(message)
	if json.Unmarshal(frame[body:], m) != nil {
		return frame
	}
	p.names++
	id := mustJSON("gopls-again-" + string(mustJSON(p.names)))
	p.renamed[idKey(id)], m.ID = m.ID, id
	return mustFrame(m)
}

// goplsAnswers hands on an answer, with our own server's part in it.
func (p *proxy) goplsAnswers(g *process, frame []byte, body int, e envelope) {
	p.mu.Lock()
	if g.greeting != "" && g.greeting == e.key() { // the client has its answer already
		g.greeting = ""
		p.mu.Unlock()
		go p.resume(g)
		return
	}
	r := p.asked[e.key()]
	delete(p.asked, e.key())
	p.mu.Unlock()
	m := new(message)
	switch {
	case r == nil:
	case r.method == "initialize":
		if json.Unmarshal(frame[body:], m) == nil && m.Error == nil {
			p.greet(r, m)
		}
	case r.own != nil:
		own := p.wait(r)
		if json.Unmarshal(frame[body:], m) != nil {
			break
		}
		if merged, ok := mergers[r.method](p, m.Result, own); ok {
			frame = mustFrame(&message{ID: m.ID, Result: mustJSON(merged)})
		}
	}
	p.pass(frame)
}

// wait is for our own server's part of an answer, which takes it a moment.
func (p *proxy) wait(r *request) any {
	select {
	case own := <-r.own:
		return own
	case <-p.over:
		return nil
	}
}

// greet starts our own server as gopls is started: it counts characters as that
// one does, and says what it finds without being asked.
func (p *proxy) greet(r *request, m *message) {
	var result struct {
		Capabilities struct {
			Encoding encoding `json:"positionEncoding"`
			Pull     *struct {
				All bool `json:"workspaceDiagnostics"`
			} `json:"diagnosticProvider"`
		} `json:"capabilities"`
	}
	var params initializeParams
	if json.Unmarshal(r.params, &params) != nil || json.Unmarshal(m.Result, &result) != nil {
		return
	}
	c := &params.Capability
	p.mu.Lock()
	p.greeted = true
	if pull := result.Capabilities.Pull; pull != nil && c.Document.Diagnostic != nil && c.Workspace.Diagnostics.Refresh {
		p.pulled, p.pulledAll = true, pull.All
	}
	p.mu.Unlock()
	c.Document.Diagnostic = nil
	c.General.Encodings = []string{string(result.Capabilities.Encoding)}
	params.Options = nil // they are gopls's
	p.todo.add(func() { p.own.initialize(&params) })
	p.todo.wait(p.over) // before the client can say more
}
