package lsp

import (
	"bytes"
	"encoding/json"
)

// An envelope is what tells one message from another: a request has both, a
// notification a method, a response an id.
type envelope struct {
	id     json.RawMessage
	method string
}

// envelopeOf reads a message's envelope and skips the rest of it, which takes a
// tenth of the time that decoding would. Of a body that is no JSON object it makes
// what it can.
func envelopeOf(body []byte) (e envelope) {
	s := skipper{text: body}
	for ok := s.take('{'); ok; ok = s.take(',') {
		key := s.value()
		if len(key) == 0 || !s.take(':') {
			break
		}
		switch value := s.value(); string(key) {
		case `"id"`:
			if string(value) != "null" {
				e.id = value
			}
		case `"method"`:
			if json.Unmarshal(value, &e.method) != nil {
				e.method = ""
			}
		}
	}
	return e
}

// key makes ids comparable: a string may be written in several ways.
func (e envelope) key() string { return idKey(e.id) }

func idKey(id json.RawMessage) string {
	var s string
	if len(id) > 0 && id[0] == '"' && json.Unmarshal(id, &s) == nil {
		return `"` + s
	}
	return string(id)
}

// A skipper walks over JSON without judging it.
type skipper struct {
	text []byte
	at   int
}

func (s *skipper) blanks() {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\n' || s.text[s.at] == '\t' || s.text[s.at] == '\r') {
		s.at++
	}
}

func (s *skipper) take(c byte) bool {
	s.blanks()
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

// value steps over a value and returns it.
func (s *skipper) value() []byte {
	s.blanks()
	from, depth := s.at, 0
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			s.str()
			if depth == 0 {
				return s.text[from:s.at]
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return s.text[from:s.at]
			}
			if depth--; depth == 0 {
				s.at++
				return s.text[from:s.at]
			}
		case ',', ':', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return s.text[from:s.at]
			}
		}
		s.at++
	}
	return s.text[from:s.at]
}

// str steps over a string.
func (s *skipper) str() {
	for s.at++; s.at < len(s.text); {
		n := bytes.IndexByte(s.text[s.at:], '"')
		if n < 0 {
			s.at = len(s.text)
			return
		}
		end := s.at + n
		back := end
		for back > s.at && s.text[back-1] == '\\' {
			back--
		}
		s.at = end + 1
		if (end-back)%2 == 0 {
			return
		}
	}
}
