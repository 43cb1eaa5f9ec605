package lsp

import (
	"encoding/json"
	"slices"
)

// A merger adds to gopls's result what our own server has to say to the same
// request; ok is false where that is nothing, or nothing that fits.
type merger func(p *proxy, result json.RawMessage, own any) (merged any, ok bool)

var mergers = map[string]merger{
	"textDocument/hover":      mergeHover,
	"textDocument/codeAction": mergeActions,
	"textDocument/diagnostic": mergeReport,
	"workspace/diagnostic":    mergeReports,
}

// answer asks our own server; nil where it has nothing to say.
func (p *proxy) answer(m *message) (out any) {
	defer func() {
		if v := recover(); v != nil {
			p.own.log("internal error in %s: %v", m.Method, v)
			out = nil
		}
	}()
	switch m.Method {
	case "textDocument/hover", "textDocument/codeAction":
		if out, err := p.own.request(m); err == nil {
			return out
		}
	case "textDocument/diagnostic":
		var v pullParams
		if decode(m, &v) == nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.ours(pathOf(v.Document.URI))
		}
	}
	return nil
}

func mergeHover(p *proxy, result json.RawMessage, own any) (any, bool) {
	h, ok := own.(hoverResult)
	if !ok {
		return nil, false
	}
	var v map[string]json.RawMessage
	if json.Unmarshal(result, &v) != nil || v == nil {
		return h, true
	}
	var text markup
	if json.Unmarshal(v["contents"], &text) == nil && text.Kind != "" {
		text.Value += "\n\n---\n\n" + h.Contents.Value
		v["contents"] = mustJSON(text)
		return v, true
	}
	var parts []json.RawMessage // the older form: one string, or several
	if json.Unmarshal(v["contents"], &parts) != nil {
		parts = []json.RawMessage{v["contents"]}
	}
	v["contents"] = mustJSON(append(parts, mustJSON(h.Contents.Value)))
	return v, true
}

func mergeActions(p *proxy, result json.RawMessage, own any) (any, bool) {
	actions, _ := own.([]codeAction)
	var list []json.RawMessage
	if len(actions) == 0 || len(result) > 0 && json.Unmarshal(result, &list) != nil {
		return nil, false
	}
	for _, a := range actions {
		list = append(list, mustJSON(a))
	}
	return list, true
}

// mergeReport adds to what is pulled of a file. The report loses its id, since that
// was for gopls's part.
func mergeReport(p *proxy, result json.RawMessage, own any) (any, bool) {
	items, _ := own.([]item)
	if len(items) == 0 {
		return nil, false
	}
	v := map[string]json.RawMessage{}
	var list []json.RawMessage
	if len(result) > 0 && (json.Unmarshal(result, &v) != nil || len(v["items"]) > 0 && json.Unmarshal(v["items"], &list) != nil) {
		return nil, false
	}
	if v == nil {
		v = map[string]json.RawMessage{}
	}
	for _, x := range items {
		list = append(list, mustJSON(x))
	}
	v["kind"], v["items"] = mustJSON("full"), mustJSON(list)
	delete(v, "resultId")
	return v, true
}

// mergeReports adds to what is pulled of the workspace: to gopls's reports, and
// reports of files for which it has none.
func mergeReports(p *proxy, result json.RawMessage, _ any) (any, bool) {
	v := map[string]json.RawMessage{}
	var reports []json.RawMessage
	if len(result) > 0 && (json.Unmarshal(result, &v) != nil || json.Unmarshal(v["items"], &reports) != nil) {
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	left := map[string][]item{}
	for path := range p.files {
		if items := p.ours(path); len(items) > 0 {
			left[path] = items
		}
	}
	if len(left) == 0 {
		return nil, false
	}
	for i, raw := range reports {
		var of struct{ URI string }
		if json.Unmarshal(raw, &of) != nil {
			continue
		}
		path := pathOf(of.URI)
		if merged, ok := mergeReport(p, raw, left[path]); ok {
			reports[i] = mustJSON(merged)
			delete(left, path)
		}
	}
	paths := []string{}
	for path := range left {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		report := map[string]any{"uri": p.files[path].uri, "version": p.version(path), "kind": "full", "items": left[path]}
		reports = append(reports, mustJSON(report))
	}
	v["items"] = mustJSON(reports)
	return v, true
}

// wholly is a pull without the ids of earlier reports: "unchanged" would be about
// gopls's part alone.
func wholly(frame []byte, body int) []byte {
	var m message
	var v map[string]json.RawMessage
	if json.Unmarshal(frame[body:], &m) != nil || json.Unmarshal(m.Params, &v) != nil {
		return frame
	}
	switch {
	case v["previousResultId"] != nil:
		delete(v, "previousResultId")
	case len(v["previousResultIds"]) > len("[]"):
		v["previousResultIds"] = json.RawMessage("[]")
	default:
		return frame
	}
	m.Params = mustJSON(v)
	return mustFrame(&m)
}
