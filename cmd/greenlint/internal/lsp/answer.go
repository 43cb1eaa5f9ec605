package lsp

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// texts turns greenlint's places, which are bytes in files, into the client's.
type texts struct {
	enc   encoding
	dir   string
	open  map[string][]byte
	known map[string]*placed
}

type placed struct {
	text   []byte
	starts []int
}

func newTexts(enc encoding, dir string, open map[string][]byte) *texts {
	return &texts{enc, dir, open, map[string]*placed{}}
}

func (t *texts) path(file string) string { return filepath.Join(t.dir, filepath.FromSlash(file)) }

func (t *texts) at(path string) *placed {
	p := t.known[path]
	if p == nil {
		text, ok := t.open[path]
		if !ok {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				text, _ = os.ReadFile(path)
			}
		}
		p = &placed{text, lineStarts(text)}
		t.known[path] = p
	}
	return p
}

// position is where a place is; lines and columns say so, since the front ends
// give an offset only where they have one.
func (t *texts) position(p rules.Pos) position {
	at := t.at(t.path(p.File))
	line := max(1, p.Line)
	if line > len(at.starts) {
		return t.enc.position(at.text, at.starts, len(at.text))
	}
	off := at.starts[line-1] + max(0, p.Column-1)
	if line == 1 {
		off += bom(at.text)
	}
	end := len(at.text)
	if line < len(at.starts) {
		end = at.starts[line]
		for end > at.starts[line-1] && (at.text[end-1] == '\n' || at.text[end-1] == '\r') {
			end--
		}
	}
	return t.enc.position(at.text, at.starts, min(off, end))
}

func (t *texts) span(from, to rules.Pos) lspRange {
	r := lspRange{Start: t.position(from)}
	r.End = r.Start
	if to.Line > 0 {
		to.File = from.File
		if end := t.position(to); end.Line > r.Start.Line || end.Character >= r.Start.Character {
			r.End = end
		}
	}
	return r
}

func (t *texts) location(p rules.Pos) location {
	return location{uriOf(t.path(p.File)), t.span(p, rules.Pos{})}
}

var severities = map[rules.Severity]int{rules.Error: 1, rules.Warning: 2, rules.Info: 3}

func (s *server) diagnostic(f *rules.Finding, t *texts) diagnostic {
	d := diagnostic{
		Range: t.span(f.Pos, f.End), Severity: severities[f.Severity], Code: string(f.Rule), Source: "greenlint", Message: f.Message,
	}
	if f.Fingerprint != "" {
		d.Data = &diagnosticData{f.Fingerprint}
	}
	if d.Severity == 0 {
		d.Severity = 2
	}
	if f.Rule == "GL901" {
		d.Tags = []int{1} // unnecessary
	}
	if s.o.PageURL != nil {
		if url := s.o.PageURL(f.Rule); url != "" {
			d.Description = &codeDescription{url}
		}
	}
	if f.Remedy != "" {
		d.Message += "\n" + f.Remedy
	}
	if len(f.Contexts) > 0 {
		c := f.Contexts[0]
		if c.Context.Pos.File != "" {
			d.Related = append(d.Related, related{t.location(c.Context.Pos), string(c.Context.Func) + " (" + c.Context.Kind + ")"})
		}
	}
	for _, fr := range f.Chain {
		if fr.Pos.File != "" {
			d.Related = append(d.Related, related{t.location(fr.Pos), "calls " + string(fr.Func)})
		}
	}
	if len(f.Contexts) > 0 {
		c := f.Contexts[0]
		for _, e := range append(append([]rules.Evidence(nil), c.Context.Why...), c.Evidence...) {
			x := related{t.location(e.Pos), "on the loop because: " + strings.TrimSpace(e.Text)}
			if e.Pos.File != "" && !slices.Contains(d.Related, x) {
				d.Related = append(d.Related, x)
			}
		}
	}
	return d
}

// near returns the findings of a document whose range meets the one given, with
// the texts they were found in. ok is false while the document is newer.
func (s *server) near(uri string, r lspRange) (out []rules.Finding, t *texts, ok bool) {
	path := pathOf(uri)
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := folderOf(s.dirs(), path)
	for i := range s.o.Checks {
		res := s.results[job{dir, i}]
		if res == nil || len(res.findings[path]) == 0 {
			continue
		}
		list := res.findings[path]
		if d := s.docs[path]; d != nil && !bytes.Equal(d.text, res.texts[path]) {
			return nil, nil, false
		}
		t = newTexts(s.enc, dir, res.texts)
		for i := range list {
			at := t.span(list[i].Pos, list[i].End)
			if !before(at.End, r.Start) && !before(r.End, at.Start) {
				out = append(out, list[i])
			}
		}
		if len(out) > 0 {
			return out, t, true
		}
	}
	return nil, t, t != nil
}

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// hover shows the findings under the cursor: how the task gets there, why, what
// to do, and the rule's page.
func (s *server) hover(p *positionParams) any {
	found, t, ok := s.near(p.Document.URI, lspRange{p.Position, p.Position})
	if !ok || len(found) == 0 {
		return nil
	}
	var b strings.Builder
	for i := range found {
		f := &found[i]
		if i > 0 {
			b.WriteString("\n\n---\n\n")
		}
		name := ""
		var rule *rules.Rule
		if s.o.Catalog != nil {
			if rule = s.o.Catalog.Rule(string(f.Rule)); rule != nil {
				name = " " + rule.Name
			}
		}
		b.WriteString("**" + string(f.Rule) + name + "**: " + plain(f.Message) + "\n")
		for _, x := range []struct{ head, text string }{{"Why", f.Why}, {"What to do", f.Remedy}, {"Note", f.Detail}} {
			if x.text != "" {
				b.WriteString("\n" + x.head + ": " + plain(x.text) + "\n")
			}
		}
		if len(f.Chain) > 0 {
			b.WriteString("\n```text\n")
			if len(f.Contexts) > 0 {
				c := f.Contexts[0].Context
				b.WriteString(c.Pos.String() + "  " + string(c.Func) + "\n")
			}
			for _, fr := range f.Chain {
				b.WriteString(fr.Pos.String() + "  calls " + string(fr.Func) + "\n")
			}
			b.WriteString("```\n")
		}
		if len(f.Source) > 0 {
			b.WriteString("\nSources: ")
			for i, x := range f.Source {
				if i > 0 {
					b.WriteString(", ")
				}
				if strings.HasPrefix(x, "https://") {
					x = "<" + x + ">"
				} else {
					x = plain(x)
				}
				b.WriteString(x)
			}
			b.WriteString("\n")
		}
		if rule != nil {
			b.WriteString("\n---\n\n" + rule.Doc)
		}
	}
	return hoverResult{markup{"markdown", b.String()}, t.span(found[0].Pos, found[0].End)}
}

// plain keeps text from being read as Markdown.
func plain(s string) string { return markdown.Replace(s) }

var markdown = strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "<", "&lt;", "[", "\\[")

// codeActions are the fixes of the findings in a range, and a comment for each.
func (s *server) codeActions(p *codeActionParams) any {
	actions := []codeAction{}
	for _, only := range p.Context.Only {
		if only != "quickfix" && only != "" {
			return actions
		}
	}
	found, t, ok := s.near(p.Document.URI, p.Range)
	if !ok {
		return actions
	}
	for i := range found {
		f := &found[i]
		d := []diagnostic{s.diagnostic(f, t)}
		for _, x := range f.Fixes {
			title := x.Title
			if !x.Safe {
				title += " (unsafe: other tasks run meanwhile)"
			}
			if edit, ok := s.edit(x.Edits, t); ok {
				actions = append(actions, codeAction{Title: title, Kind: "quickfix", Diagnostics: d, Preferred: x.Safe, Edit: edit})
			}
		}
	}
	for i := range found {
		f := &found[i]
		if s.o.Silence == nil {
			break
		}
		path := t.path(f.Pos.File)
		old := t.at(path).text
		text := s.o.Silence(f.Pos.File, old, found[i:i+1])
		if bytes.Equal(text, old) {
			continue
		}
		edit, ok := s.edit([]rules.Edit{changedPart(f.Pos.File, old, text)}, t)
		if ok {
			actions = append(actions, codeAction{
				Title: "Silence " + string(f.Rule) + " here", Kind: "quickfix", Diagnostics: []diagnostic{s.diagnostic(f, t)}, Edit: edit,
			})
		}
	}
	return actions
}

// changedPart is the one edit that makes one text of another.
func changedPart(file string, old, text []byte) rules.Edit {
	from := 0
	for from < len(old) && from < len(text) && old[from] == text[from] {
		from++
	}
	tail := 0
	for tail < len(old)-from && tail < len(text)-from && old[len(old)-1-tail] == text[len(text)-1-tail] {
		tail++
	}
	return rules.Edit{Pos: rules.Pos{File: file, Offset: from}, End: rules.Pos{File: file, Offset: len(old) - tail}, Text: string(text[from : len(text)-tail])}
}

// edit words edits for the client, by their offsets. ok is false where a document
// has changed since.
func (s *server) edit(edits []rules.Edit, t *texts) (out workspaceEdit, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byPath := map[string][]textEdit{}
	var order []string
	for _, e := range edits {
		path := t.path(e.Pos.File)
		at := t.at(path)
		if d := s.docs[path]; d != nil && !bytes.Equal(d.text, at.text) {
			return out, false
		}
		if byPath[path] == nil {
			order = append(order, path)
		}
		byPath[path] = append(byPath[path], textEdit{
			lspRange{s.enc.position(at.text, at.starts, e.Pos.Offset), s.enc.position(at.text, at.starts, e.End.Offset)}, e.Text,
		})
	}
	for _, path := range order {
		uri := uriOf(path)
		var version *int
		if d := s.docs[path]; d != nil {
			uri, version = d.uri, &d.version
		}
		if s.versioned {
			out.DocumentChanges = append(out.DocumentChanges, textDocumentEdit{versionedDocument{uri, version}, byPath[path]})
			continue
		}
		if out.Changes == nil {
			out.Changes = map[string][]textEdit{}
		}
		out.Changes[uri] = byPath[path]
	}
	return out, len(order) > 0
}
