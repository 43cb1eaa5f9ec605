package lsp

import (
	"encoding/json"
	"maps"
	"slices"
)

// A list is the diagnostics of one server for a file, and the version of the text
// that their ranges are for.
type list struct {
	items   []item
	version *int // nil = of the file on the disk
}

// An item is a diagnostic of either server. Only its range is ever looked at.
type item struct {
	raw   json.RawMessage
	at    lspRange
	moved bool // at is no longer what raw says
}

func listOf(raws []json.RawMessage, version *int) list {
	l := list{version: version}
	for _, raw := range raws {
		var v struct{ Range lspRange }
		if json.Unmarshal(raw, &v) != nil {
			v.Range = lspRange{position{-1, 0}, position{-1, 0}} // which no change moves
		}
		l.items = append(l.items, item{raw: raw, at: v.Range})
	}
	return l
}

// MarshalJSON is the diagnostic as it came, but for a range that has moved.
func (i item) MarshalJSON() ([]byte, error) {
	var v map[string]json.RawMessage
	if !i.moved || json.Unmarshal(i.raw, &v) != nil {
		return i.raw, nil
	}
	v["range"] = mustJSON(i.at)
	return json.Marshal(v)
}

// follow moves the items as an editor does when its text changes. A change of the
// whole text says nothing of where things have gone.
func (l *list) follow(p *didChangeParams, enc encoding) {
	if l.version == nil || *l.version >= p.Document.Version {
		return
	}
	l.version = &p.Document.Version
	l.items = slices.Clone(l.items)
	for _, c := range p.Changes {
		if c.Range == nil {
			continue
		}
		text := []byte(c.Text)
		starts := lineStarts(text)
		last := starts[len(starts)-1]
		end := position{c.Range.Start.Line + len(starts) - 1, enc.units(text[last:])} // of the new text
		if last == 0 {
			end.Character += c.Range.Start.Character
		}
		for i := range l.items {
			x := &l.items[i]
			at := lspRange{moved(x.at.Start, *c.Range, end), moved(x.at.End, *c.Range, end)}
			x.at, x.moved = at, x.moved || at != x.at
		}
	}
}

// moved is where a position is after a range was replaced by a text that ends at
// end. A position within the range goes to its start.
func moved(p position, was lspRange, end position) position {
	switch {
	case before(p, was.Start):
		return p
	case before(p, was.End):
		return was.Start
	case p.Line == was.End.Line:
		return position{end.Line, end.Character + p.Character - was.End.Character}
	}
	return position{p.Line + end.Line - was.End.Line, p.Character}
}

// A file is what both servers say about one.
type file struct {
	gopls, own list
	uri        string                     // as gopls spells it, else as our server does
	extra      map[string]json.RawMessage // what else gopls says with its diagnostics
}

// A publication is what a server pushes.
type publication struct {
	URI         string
	Version     *int
	Diagnostics []json.RawMessage
}

// goplsPublishes is told what gopls pushes. Where we have nothing to add it goes on
// as it came.
func (p *proxy) goplsPublishes(frame []byte, body int) {
	var m struct{ Params json.RawMessage }
	var v publication
	var all map[string]json.RawMessage
	if json.Unmarshal(frame[body:], &m) != nil || json.Unmarshal(m.Params, &v) != nil || json.Unmarshal(m.Params, &all) != nil || pathOf(v.URI) == "" {
		p.pass(frame)
		return
	}
	path := pathOf(v.URI)
	p.publish(path, func(f *file) []byte {
		f.uri, f.extra = v.URI, all
		f.gopls = listOf(v.Diagnostics, v.Version)
		if v.Version == nil {
			f.gopls.version = p.version(path)
		}
		if len(f.own.items) == 0 || !p.pushes(path) {
			return frame
		}
		return p.publication(path, f, v.Version)
	})
}

// weFind is told what our own server pushes.
func (p *proxy) weFind(params json.RawMessage) {
	var v publication
	if json.Unmarshal(params, &v) != nil {
		return
	}
	path := pathOf(v.URI)
	p.publish(path, func(f *file) []byte {
		if f.uri == "" {
			f.uri = v.URI
		}
		f.own = listOf(v.Diagnostics, v.Version)
		if !p.pushes(path) {
			return nil
		}
		return p.publication(path, f, v.Version)
	})
}

// republish tells the client of a file again.
func (p *proxy) republish(path string) {
	p.publish(path, func(f *file) []byte { return p.publication(path, f, p.version(path)) })
}

// publish changes what is known of a file and sends the frame that comes of it;
// where none does, the client is asked to pull. What is sent later is newer.
func (p *proxy) publish(path string, change func(*file) []byte) {
	p.publishing.Lock()
	defer p.publishing.Unlock()
	p.mu.Lock()
	f := p.files[path]
	if f == nil {
		f = &file{uri: uriOf(path)}
		p.files[path] = f
	}
	frame := change(f)
	if len(f.gopls.items) == 0 && len(f.own.items) == 0 {
		delete(p.files, path)
	}
	p.mu.Unlock()
	if frame == nil {
		p.refresh()
		return
	}
	p.pass(frame)
}

// pushes reports whether our findings in a file are pushed, rather than given to a
// client that pulls. The caller holds p.mu.
func (p *proxy) pushes(path string) bool {
	return !p.pulled || p.version(path) == nil && !p.pulledAll
}

// version is that of an open document. The caller holds p.mu.
func (p *proxy) version(path string) *int {
	if v, ok := p.open[path]; ok {
		return &v
	}
	return nil
}

// publication is what the client is told about a file. The caller holds p.mu.
func (p *proxy) publication(path string, f *file, version *int) []byte {
	params := maps.Clone(f.extra)
	if params == nil {
		params = map[string]json.RawMessage{}
	}
	items := append([]item{}, f.gopls.items...)
	if p.pushes(path) {
		items = append(items, f.own.items...)
	}
	params["uri"], params["diagnostics"] = mustJSON(f.uri), mustJSON(items)
	delete(params, "version")
	if version != nil {
		params["version"] = mustJSON(version)
	}
	return mustFrame(&message{Method: "textDocument/publishDiagnostics", Params: mustJSON(params)})
}

// ours are our findings in a file for a client that pulls. The caller holds p.mu.
func (p *proxy) ours(path string) []item {
	if f := p.files[path]; f != nil && !p.pushes(path) {
		return f.own.items
	}
	return nil
}

// mustJSON writes what was JSON before, or is made to be.
func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func mustFrame(m *message) []byte {
	frame, err := frameOf(m)
	if err != nil {
		panic(err)
	}
	return frame
}
