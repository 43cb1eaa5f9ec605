package report

import (
	"strings"
	"unicode/utf8"

	"github.com/greenlint/greenlint/rules"
)

// A texts keeps the lines of every file that was asked for. Chains jump between
// files, so [snippets], which keeps one file, won't do for them.
type texts struct {
	o     *Options
	files map[string][]string
}

// lines returns the lines of a file; nil where they can't be had.
func (s *texts) lines(file string) []string {
	if s.o.Read == nil || file == "" {
		return nil
	}
	l, ok := s.files[file]
	if !ok {
		if text, err := s.o.Read(file); err == nil {
			l = splitLines(file, text)
		}
		if s.files == nil {
			s.files = map[string][]string{}
		}
		s.files[file] = l
	}
	return l
}

// line returns the text of a position's line.
func (s *texts) line(p rules.Pos) string {
	if l := s.lines(p.File); p.Line > 0 && p.Line <= len(l) {
		return l[p.Line-1]
	}
	return ""
}

// utf16 is a position's column counted in UTF-16 code units, as SARIF and
// editors count. Where the text is not to be had, bytes are the best guess.
func (s *texts) utf16(p rules.Pos) int {
	if p.Column <= 1 {
		return p.Column
	}
	text := s.line(p)
	if p.Column-1 > len(text) {
		return p.Column
	}
	return 1 + utf16Len(text[:p.Column-1])
}

// utf16Len counts the UTF-16 code units of a text; a byte that is not UTF-8
// counts as one.
func utf16Len(s string) int {
	n := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		n++
		if r > 0xffff {
			n++
		}
		s = s[size:]
	}
	return n
}

// span returns a finding's range with columns as count says; a place without an
// end is as long as the text to the end of its line has it, which is to say that
// it has no length.
func span(f *rules.Finding) (from, to rules.Pos) {
	from, to = f.Pos, f.End
	from.Line = max(1, from.Line)
	from.Column = max(1, from.Column)
	if to.Line < from.Line || to.Line == from.Line && to.Column < from.Column {
		to = from
	}
	to.File = from.File
	return from, to
}

// library is the part of a symbol that names what is to blame: a package in
// Python, an import path in Go.
func library(symbol string) string {
	s := strings.TrimLeft(symbol, "(*")
	slash := strings.LastIndexByte(s, '/') + 1
	if dot := strings.IndexByte(s[slash:], '.'); dot >= 0 {
		return s[:slash+dot]
	}
	return s
}
