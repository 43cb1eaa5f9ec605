package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

const (
	defaultWidth = 120 // cells of a source line
	tabWidth     = 4
	moreLines    = 2 // that are shown of a finding beyond its first line
)

// A snippets cuts source lines out of files. Findings come sorted by file, so
// that the last file's lines are all it keeps.
type snippets struct {
	o     *Options
	file  string
	lines []string
}

// at returns the lines of a file; nil where they can't be had.
func (s *snippets) at(file string) []string {
	if s.o.Read == nil || file == "" {
		return nil
	}
	if s.file != file {
		s.file, s.lines = file, nil
		if text, err := s.o.Read(file); err == nil {
			s.lines = splitLines(file, text)
		}
	}
	return s.lines
}

// splitLines splits as the language does: CR alone ends a line in Python, and a
// byte order mark belongs to no line.
func splitLines(file string, text []byte) []string {
	t := string(bytes.TrimPrefix(text, []byte("\ufeff")))
	t = strings.ReplaceAll(t, "\r\n", "\n")
	if !strings.HasSuffix(file, ".go") {
		t = strings.ReplaceAll(t, "\r", "\n")
	}
	return strings.Split(t, "\n")
}

// write writes the lines of a finding with carets under what it is about, and
// returns the width of the margin with the line numbers.
func (s *snippets) write(b *strings.Builder, f *rules.Finding, st *style) (margin int) {
	src := s.at(f.Pos.File)
	first, last := lines(f)
	if first == 0 || first > len(src) {
		return 2
	}
	last = min(last, first+moreLines, len(src))
	margin = len(strconv.Itoa(last))
	bar := st.dim(strings.Repeat(" ", margin) + " |")
	fmt.Fprintf(b, "%s\n", bar)
	for n := first; n <= last; n++ {
		from, to := 0, 0
		if n == first && f.Pos.Column > 0 {
			from, to = f.Pos.Column-1, f.Pos.Column
			if f.End.Line > first {
				to = len(src[n-1])
			} else if f.End.Line == first && f.End.Column > f.Pos.Column {
				to = f.End.Column - 1
			}
		}
		text, blanks, carets := cut(src[n-1], from, to, s.o.Width)
		fmt.Fprintf(b, "%s %s\n", st.dim(fmt.Sprintf("%*d |", margin, n)), text)
		if carets > 0 {
			fmt.Fprintf(b, "%s %s%s\n", bar, strings.Repeat(" ", blanks), st.caret(f.Severity, strings.Repeat("^", carets)))
		}
	}
	if _, end := lines(f); end > last {
		fmt.Fprintf(b, "%s ...\n", bar)
	} else if last == first {
		fmt.Fprintf(b, "%s\n", bar)
	}
	return margin
}

// cut makes a source line fit for a terminal: tabs become blanks, what could
// harm is escaped, and of a long line a window around the bytes from..to stays.
// It returns how many cells to leave before the carets and how many to draw.
func cut(line string, from, to, width int) (text string, blanks, carets int) {
	if width <= 0 {
		width = defaultWidth
	}
	from, to = min(from, len(line)), min(to, len(line)+1)
	type piece struct {
		text     string
		at, size int // in cells
	}
	var pieces []piece
	total, begin, end := 0, -1, -1
	for i := 0; i < len(line); {
		if i >= from && begin < 0 {
			begin = total
		}
		if i >= to && end < 0 {
			end = total
		}
		t, n := cell(line[i:])
		if line[i] == '\t' {
			t = strings.Repeat(" ", tabWidth-total%tabWidth)
		}
		size := cells(t)
		pieces = append(pieces, piece{t, total, size})
		total += size
		i += n
	}
	if begin < 0 {
		begin = total
	}
	if end < 0 {
		end = total
	}
	if to > from {
		end = max(end, begin+1)
	}

	left, right := 0, total
	if total > width {
		left = max(0, min(begin-width/4, total-width))
		right = left + width
	}
	var b strings.Builder
	shown := 0 // cells written
	caretFrom, caretTo := -1, 0
	for _, p := range pieces {
		if p.at < left || p.at+p.size > right {
			continue
		}
		if b.Len() == 0 && left > 0 {
			b.WriteString("…")
			shown = 1
		}
		if p.at >= begin && caretFrom < 0 {
			caretFrom = shown
		}
		b.WriteString(p.text)
		shown += p.size
		if p.at+p.size <= end {
			caretTo = shown
		}
	}
	if caretFrom < 0 {
		caretFrom = shown
	}
	if right < total {
		b.WriteString("…")
	}
	text = strings.TrimRight(b.String(), " ")
	if to <= from {
		return text, 0, 0
	}
	return text, caretFrom, max(1, caretTo-caretFrom)
}
