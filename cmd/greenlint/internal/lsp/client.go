package lsp

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// abilities are what the client says that it can do.
type abilities struct{ pull, refresh, progress, watch bool }

// ask sends a request to the client. then is called with the answer, if there
// ever is one; it may be nil.
func (s *server) ask(method string, params any, then func(*message)) {
	s.mu.Lock()
	s.asks++
	id := json.RawMessage(fmt.Sprintf(`"greenlint-%d"`, s.asks))
	if then != nil {
		s.asked[string(id)] = then
	}
	s.mu.Unlock()
	m := &message{ID: id, Method: method}
	if params != nil {
		raw, err := json.Marshal(params)
		if err != nil {
			panic(err)
		}
		m.Params = raw
	}
	if err := s.conn.write(m); err != nil {
		s.log("%s: %v", method, err)
	}
}

// watched are the files that decide what is found without being open: sources,
// settings, what declares processes and dependencies.
var watched = []string{
	"**/*.{py,go,mod,toml,yml,yaml,ini,cfg,conf,service,sh,txt,lock}", "**/{Procfile*,Dockerfile*,Makefile,Pipfile}",
}

// watch asks the client to tell of files that change.
func (s *server) watch() {
	if !s.can.watch {
		return
	}
	var list []any
	patterns := s.o.Watch
	if patterns == nil {
		patterns = watched
	}
	for _, w := range patterns {
		list = append(list, map[string]any{"globPattern": w})
	}
	s.ask("client/registerCapability", map[string]any{"registrations": []any{map[string]any{
		"id": "greenlint-files", "method": "workspace/didChangeWatchedFiles", "registerOptions": map[string]any{"watchers": list},
	}}}, nil)
}

// configure takes settings that lie under "greenlint", or are greenlint's own.
func (s *server) configure(raw json.RawMessage) {
	if s.o.Configure == nil || len(raw) == 0 || string(raw) == "null" {
		return
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return // some clients send a list, or nothing that we know
	}
	if own, ok := all["greenlint"]; ok {
		raw = own
	}
	if err := s.o.Configure(raw); err != nil {
		s.log("settings: %v", err)
		s.conn.notify("window/showMessage", map[string]any{"type": 1, "message": "greenlint: settings: " + err.Error()})
	}
}

// A bar is the progress of one check, as the client shows it.
type bar struct {
	s     *server
	mu    sync.Mutex
	token string
	shown bool // the client has made room for it
	ended bool
	last  time.Time
}

// begin asks for room for progress, where a check takes longer than a glance: the
// first one, and those that did before.
func (s *server) begin(name string, old *result) *bar {
	b := &bar{s: s}
	if !s.can.progress || old != nil && old.took < time.Second {
		return b
	}
	s.mu.Lock()
	s.asks++
	b.token = fmt.Sprintf("greenlint-check-%d", s.asks)
	s.mu.Unlock()
	s.ask("window/workDoneProgress/create", map[string]any{"token": b.token}, func(m *message) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if m.Error == nil && !b.ended {
			b.shown = true
			b.tell(map[string]any{"kind": "begin", "title": "greenlint", "message": "checking " + name})
		}
	})
	return b
}

func (b *bar) tell(value map[string]any) {
	b.s.conn.notify("$/progress", map[string]any{"token": b.token, "value": value})
}

func (b *bar) report(stage string, done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.shown || b.ended || time.Since(b.last) < 100*time.Millisecond {
		return
	}
	b.last = time.Now()
	v := map[string]any{"kind": "report", "message": stage}
	if total > 0 {
		v["percentage"] = done * 100 / total
	}
	b.tell(v)
}

func (b *bar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown && !b.ended {
		b.tell(map[string]any{"kind": "end"})
	}
	b.ended = true
}
