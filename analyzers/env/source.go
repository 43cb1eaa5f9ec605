package env

import (
	"bytes"
	"io/fs"
	"sort"

	"github.com/greenlint/greenlint/rules"
)

// A Source is the project's files. Names are slash-separated and relative to the
// directory that is checked.
type Source interface {
	Files() []string
	Read(name string) ([]byte, error)
}

// Map is a Source in memory.
type Map map[string]string

func (m Map) Files() []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (m Map) Read(name string) ([]byte, error) {
	s, ok := m[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(s), nil
}

// Nobody writes a deployment file of such a size by hand. YAML gets less, because
// its parser keeps a large tree.
const (
	maxFile   = 1 << 20
	maxYAML   = 256 << 10
	maxScript = 256 << 10
	maxLock   = 8 << 20
	maxPython = 2 << 20
)

// A file is a file's text with an index of its lines.
type file struct {
	name  string
	src   []byte
	lines []int  // offsets at which lines begin
	shown []byte // the text as it was written, where src is not; as long
}

// written is what stands between two offsets, as it was written.
func (f *file) written(start, end int) string {
	src := f.src
	if f.shown != nil {
		src = f.shown
	}
	start = max(0, min(start, len(src)))
	return string(src[start:max(start, min(end, len(src)))])
}

func newFile(name string, src []byte) *file {
	f := &file{name: name, src: src, lines: []int{0}}
	for i := 0; ; {
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			return f
		}
		i += n + 1
		f.lines = append(f.lines, i)
	}
}

func (f *file) pos(off int) rules.Pos {
	off = max(0, min(off, len(f.src)))
	i := sort.SearchInts(f.lines, off+1) - 1
	return rules.Pos{File: f.name, Line: i + 1, Column: off - f.lines[i] + 1, Offset: off}
}

// offset turns a line and a column, both 1-based and in bytes, into an offset.
func (f *file) offset(line, col int) int {
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.src)
	}
	return min(f.lines[line-1]+max(col, 1)-1, len(f.src))
}

// span returns the bytes from start to end.
func (f *file) span(start, end int) span {
	start = max(0, min(start, len(f.src)))
	end = max(start, min(end, len(f.src)))
	return span{f: f, s: string(f.src[start:end]), base: start}
}

// eachLine calls fn with every line, without its line end.
func (f *file) eachLine(fn func(line span)) {
	for i, start := range f.lines {
		end := len(f.src)
		if i+1 < len(f.lines) {
			end = f.lines[i+1] - 1
		}
		if end > start && f.src[end-1] == '\r' {
			end--
		}
		fn(f.span(start, end))
	}
}

// A span is text that was taken from a file, perhaps with its escapes undone, and
// knows where each of its bytes comes from.
type span struct {
	f    *file // nil: the text is in no file
	s    string
	base int
	at   []int // per byte, and one for the end; nil: byte i is at base+i
}

func (p span) off(i int) int {
	if p.at == nil {
		return p.base + i
	}
	if len(p.at) == 0 {
		return p.base
	}
	return p.at[max(0, min(i, len(p.at)-1))]
}

func (p span) slice(i, j int) span {
	q := span{f: p.f, s: p.s[i:j], base: p.off(i)}
	if p.at != nil {
		q.at = p.at[i : j+1]
	}
	return q
}

func (p span) pos(i int) rules.Pos {
	if p.f == nil {
		return rules.Pos{}
	}
	return p.f.pos(p.off(i))
}

// trim drops blanks at both ends.
func (p span) trim() span {
	i, j := 0, len(p.s)
	for i < j && blank(p.s[i]) {
		i++
	}
	for j > i && blank(p.s[j-1]) {
		j--
	}
	return p.slice(i, j)
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// A builder puts a span together from bytes of a file.
type builder struct {
	f  *file
	s  []byte
	at []int
}

func (b *builder) byte(c byte, off int) {
	b.s = append(b.s, c)
	b.at = append(b.at, off)
}

func (b *builder) add(p span) {
	for i := 0; i < len(p.s); i++ {
		b.byte(p.s[i], p.off(i))
	}
}

// unknown adds a variable of the shell that nothing sets, in place of what stands there.
func (b *builder) unknown(from, to int) {
	for _, c := range []byte("${_") {
		b.byte(c, from)
	}
	b.byte('}', to)
}

func (b *builder) span(end int) span {
	return span{f: b.f, s: string(b.s), at: append(b.at, end)}
}
