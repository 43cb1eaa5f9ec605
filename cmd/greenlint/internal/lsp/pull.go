package lsp

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// A pull is a client's question that can't be answered yet.
type pull struct {
	id       json.RawMessage
	path     string
	previous string // the answer that the client has
	all      bool   // of the workspace
	known    map[string]string
}

// errLater says that a request is answered later.
var errLater = errors.New("later")

type fullReport struct {
	Kind     string       `json:"kind"` // "full" or "unchanged"
	ResultID string       `json:"resultId"`
	Items    []diagnostic `json:"items,omitempty"`
}

// MarshalJSON writes the empty list of a full report.
func (r fullReport) MarshalJSON() ([]byte, error) {
	m := map[string]any{"kind": r.Kind, "resultId": r.ResultID}
	if r.Kind == "full" {
		m["items"] = r.Items
	}
	return json.Marshal(m)
}

// report words what is known of a file for a client that has an answer already.
func report(list []diagnostic, previous string) fullReport {
	raw, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	id := fmt.Sprintf("%.8x", sha256.Sum256(raw))
	if id == previous {
		return fullReport{Kind: "unchanged", ResultID: id}
	}
	return fullReport{Kind: "full", ResultID: id, Items: list}
}

// pull answers once what is known holds for the document's text. A client that
// can't be told to pull again waits for the check of the folder.
func (s *server) pull(id json.RawMessage, p *pullParams) (any, error) {
	path := pathOf(p.Document.URI)
	if path == "" {
		return fullReport{Kind: "full", ResultID: "none", Items: []diagnostic{}}, nil
	}
	s.mu.Lock()
	s.pulls = append(s.pulls, &pull{id: slices.Clone(id), path: path, previous: p.Previous})
	s.mu.Unlock()
	s.answerPulls()
	return nil, errLater
}

// pullAll answers with what is known of all files, when all is checked.
func (s *server) pullAll(m *message) (any, error) {
	var p workspacePullParams
	if err := decode(m, &p); err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, x := range p.Previous {
		known[pathOf(x.URI)] = x.Value
	}
	s.mu.Lock()
	s.pulls = append(s.pulls, &pull{id: slices.Clone(m.ID), all: true, known: known})
	s.mu.Unlock()
	s.answerPulls()
	return nil, errLater
}

// answerPulls answers those who wait and for whom an answer is there.
func (s *server) answerPulls() {
	type reply struct {
		id     json.RawMessage
		result any
		err    error
	}
	var out []reply
	s.mu.Lock()
	s.pulls = slices.DeleteFunc(s.pulls, func(p *pull) bool {
		if p.all {
			if len(s.due) > 0 {
				return false
			}
			out = append(out, reply{p.id, map[string]any{"items": s.everything(p.known)}, nil})
			return true
		}
		list, current, failed := s.found(p.path, !s.can.refresh)
		if !current {
			return false
		}
		if failed != nil {
			out = append(out, reply{p.id, nil, &rpcError{internalError, failed.Error()}})
			return true
		}
		r := report(list, p.previous)
		if s.given == nil {
			s.given = map[string]string{}
		}
		if s.docs[p.path] != nil {
			s.given[p.path] = r.ResultID
		}
		out = append(out, reply{p.id, r, nil})
		return true
	})
	for path := range s.given {
		if s.docs[path] == nil {
			delete(s.given, path)
		}
	}
	s.mu.Unlock()
	for _, r := range out {
		if err := s.conn.reply(r.id, r.result, r.err); err != nil {
			s.log("answering: %v", err)
		}
	}
}

// everything is what is known of all files. The caller holds s.mu.
func (s *server) everything(known map[string]string) []any {
	paths := map[string]bool{}
	for _, r := range s.results {
		for path := range r.findings {
			paths[path] = true
		}
	}
	for path := range known {
		if path != "" {
			paths[path] = true
		}
	}
	out := []any{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		list, _, _ := s.found(path, false)
		r := report(list, known[path])
		item := map[string]any{"uri": uriOf(path), "version": nil, "kind": r.Kind, "resultId": r.ResultID}
		if d := s.docs[path]; d != nil {
			item["uri"], item["version"] = d.uri, d.version
		}
		if r.Kind == "full" {
			item["items"] = r.Items
		}
		out = append(out, item)
	}
	return out
}

// changedSincePulled reports whether the client has another answer than this. The
// caller holds s.mu.
func (s *server) changedSincePulled(path string, list []diagnostic) bool {
	id, ok := s.given[path]
	return ok && report(list, id).Kind == "full"
}

// cancelPull takes back a question that waits.
func (s *server) cancelPull(id json.RawMessage) bool {
	s.mu.Lock()
	n := len(s.pulls)
	s.pulls = slices.DeleteFunc(s.pulls, func(p *pull) bool { return string(p.id) == string(id) })
	found := len(s.pulls) < n
	s.mu.Unlock()
	if found {
		if err := s.conn.reply(id, nil, &rpcError{requestCancelled, "cancelled"}); err != nil {
			s.log("answering: %v", err)
		}
	}
	return found
}

// refusePulls ends all questions that wait.
func (s *server) refusePulls(code int, why string) {
	s.mu.Lock()
	list := s.pulls
	s.pulls = nil
	s.mu.Unlock()
	for _, p := range list {
		if err := s.conn.reply(p.id, nil, &rpcError{code, why}); err != nil {
			s.log("answering: %v", err)
		}
	}
}
