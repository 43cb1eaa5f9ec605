package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

const (
	maxEnds  = 5 // how often gopls may end within endsTime and be started again; Visual Studio Code's numbers
	endsTime = 3 * time.Minute
)

// A process is a gopls that runs.
type process struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	out      *os.File
	gone     chan struct{} // closed when it has ended, for the reason why
	why      error
	ready    bool   // it may be told what the client says; guarded by proxy.sending
	greeting string // our initialize that it has to answer first; guarded by proxy.mu
}

func (p *proxy) launch() (*process, error) {
	g := &process{cmd: p.o.Gopls(), gone: make(chan struct{})}
	var err error
	if g.in, err = g.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	g.out, g.cmd.Stdout, g.cmd.WaitDelay = out, w, time.Second // of its children
	err = g.cmd.Start()
	w.Close()
	if err != nil {
		out.Close()
		return nil, err
	}
	go func() {
		g.why = g.cmd.Wait()
		close(g.gone)
		out.SetReadDeadline(time.Now().Add(time.Second)) // a child of it may hold the stream open
	}()
	p.install(g)
	return g, nil
}

// install lets a gopls hear the client; one that comes later is told what the first
// one was told.
func (p *proxy) install(g *process) {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.mu.Lock()
	again := p.greeted
	if again {
		g.greeting = p.beginning
	}
	p.mu.Unlock()
	p.gopls, g.ready = g, !again
	p.running.Store(g)
	if p.begun != nil {
		g.in.Write(p.begun)
	}
	if p.quitting() { // it is too late, and nobody may have seen this one
		g.cmd.Process.Kill()
	}
}

// resume tells a gopls, once it has answered initialize, what else the client has
// said that still holds.
func (p *proxy) resume(g *process) {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.todo.wait(p.over) // our own server then knows the documents as the client does
	if p.gopls != g {
		return
	}
	for _, t := range p.settled {
		g.in.Write(t.frame)
	}
	p.own.mu.Lock()
	docs := maps.Clone(p.own.docs)
	p.own.mu.Unlock()
	for _, path := range slices.Sorted(maps.Keys(docs)) {
		d := docs[path]
		params := didOpenParams{textDocument{d.uri, d.language, d.version, string(d.text)}}
		g.in.Write(mustFrame(&message{Method: "textDocument/didOpen", Params: mustJSON(params)}))
	}
	g.ready = true
}

// keep hands on what gopls says, and starts it again when it ends.
func (p *proxy) keep(g *process) {
	var ends []time.Time
	for {
		why := p.listen(g)
		if p.quitting() {
			p.lose(true)
			return
		}
		now := time.Now()
		ends = slices.DeleteFunc(append(ends, now), func(t time.Time) bool { return now.Sub(t) > endsTime })
		var err error
		if len(ends) < maxEnds {
			p.lose(false)
			p.say(2, fmt.Sprintf("gopls has ended (%s) and is started again.", why))
			if g, err = p.launch(); err == nil {
				continue
			}
			why = err
		}
		p.lose(true)
		p.say(1, fmt.Sprintf("gopls has ended (%s) and is not started again. What greenlint finds is still shown.", why))
		return
	}
}

// listen hands on what a gopls says until it ends or can't be understood, and
// returns why.
func (p *proxy) listen(g *process) error {
	defer g.out.Close()
	in := bufio.NewReader(g.out)
	for {
		frame, body, err := readFrame(in)
		if err != nil {
			g.in.Close()
			ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded)
			if ended {
				g.await(p.o.Patience)
			}
			g.cmd.Process.Kill()
			<-g.gone
			if !ended {
				return err
			}
			if g.why == nil {
				return errors.New("exit status 0")
			}
			return g.why
		}
		p.fromGopls(g, frame, body)
	}
}

// lose clears away what a gopls that has ended leaves with the client: questions
// without an answer, progress without an end, diagnostics of nobody. Unless it is
// the last one, the next will answer initialize.
func (p *proxy) lose(last bool) {
	p.sending.Lock()
	p.gopls, p.lost = nil, last
	p.sending.Unlock()
	p.mu.Lock()
	for key := range p.asks {
		p.stale[key] = true
	}
	clear(p.asks)
	for key := range p.renamed {
		p.stale[key] = true
	}
	clear(p.renamed)
	var left []string
	for key, r := range p.asked {
		if last || r.method != "initialize" {
			left = append(left, key)
		}
	}
	tokens, registered := p.tokens, p.registered
	p.tokens, p.registered = map[string]json.RawMessage{}, map[string]registration{}
	var paths []string
	for path, f := range p.files {
		if len(f.gopls.items) > 0 {
			f.gopls = list{}
			paths = append(paths, path)
		}
	}
	p.mu.Unlock()
	slices.Sort(left)
	for _, key := range left {
		p.refuse(key)
	}
	for _, key := range slices.Sorted(maps.Keys(tokens)) {
		p.client.notify("$/progress", map[string]any{"token": tokens[key], "value": map[string]string{"kind": "end"}})
	}
	if list := slices.SortedFunc(maps.Values(registered), func(a, b registration) int { return strings.Compare(a.ID, b.ID) }); len(list) > 0 && !p.quitting() {
		p.own.ask("client/unregisterCapability", map[string]any{"unregisterations": list}, nil) // the protocol's spelling
	}
	slices.Sort(paths)
	for _, path := range paths {
		p.republish(path)
	}
}

// refuse answers a request that gopls will not answer: with our own server's part,
// if there is one.
func (p *proxy) refuse(key string) {
	p.mu.Lock()
	r := p.asked[key]
	delete(p.asked, key)
	p.mu.Unlock()
	if r == nil {
		return
	}
	var result any
	var err error
	if merge := mergers[r.method]; r.own != nil {
		var ok bool
		if result, ok = merge(p, nil, p.wait(r)); !ok {
			err = errNoGopls
		}
	} else if r.method != "shutdown" {
		err = errNoGopls
	}
	p.client.reply(r.id, result, err)
}

// errNoGopls has the code that clients don't bother the user with; a message says
// once what has happened.
var errNoGopls = &rpcError{contentModified, "gopls has ended"}

func (p *proxy) say(kind int, text string) {
	p.own.log("%s", text)
	p.client.notify("window/showMessage", map[string]any{"type": kind, "message": "greenlint: " + text})
}

// A registration is what a server has asked the client to tell it of.
type registration struct {
	ID     string `json:"id"`
	Method string `json:"method"`
}

// note remembers what gopls begins at the client and may not live to end.
func (p *proxy) note(method string, body []byte) {
	switch method {
	case "$/progress":
		var m struct {
			Params struct {
				Token json.RawMessage
				Value struct{ Kind string }
			}
		}
		if json.Unmarshal(body, &m) != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		switch m.Params.Value.Kind {
		case "begin":
			p.tokens[string(m.Params.Token)] = m.Params.Token
		case "end":
			delete(p.tokens, string(m.Params.Token))
		}
	case "client/registerCapability", "client/unregisterCapability":
		var m struct {
			Params struct {
				Registrations    []registration
				Unregisterations []registration
			}
		}
		if json.Unmarshal(body, &m) != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, r := range m.Params.Registrations {
			p.registered[r.ID] = r
		}
		for _, r := range m.Params.Unregisterations {
			delete(p.registered, r.ID)
		}
	}
}

// quit says that gopls may end now.
func (p *proxy) quit() { p.once.Do(func() { close(p.ending) }) }

func (p *proxy) quitting() bool {
	select {
	case <-p.ending:
		return true
	default:
		return false
	}
}

// end ends gopls, in a friendly way first.
func (p *proxy) end() {
	p.quit()
	g := p.running.Load()
	g.in.Close()
	if !g.await(p.o.Patience) {
		g.cmd.Process.Kill()
	}
}

// await reports whether a process has ended within a time.
func (g *process) await(limit time.Duration) bool {
	select {
	case <-g.gone:
		return true
	case <-time.After(limit):
		return false
	}
}
