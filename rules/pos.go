package rules

import "fmt"

// A Pos is a place in a source file. The zero Pos means "no place known".
type Pos struct {
	File   string // as given to the analysis; slash-separated, relative to the checked directory where possible
	Line   int    // 1-based; 0 = the file as a whole
	Column int    // 1-based, in bytes; 0 = the line as a whole
	Offset int    // byte offset in the file
}

// Valid reports whether p names a file.
func (p Pos) Valid() bool { return p.File != "" }

func (p Pos) String() string {
	switch {
	case p.File == "":
		return "-"
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, then by place within the file.
func (p Pos) Compare(q Pos) int {
	switch {
	case p.File != q.File:
		if p.File < q.File {
			return -1
		}
		return 1
	case p.Line != q.Line:
		return p.Line - q.Line
	case p.Column != q.Column:
		return p.Column - q.Column
	}
	return p.Offset - q.Offset
}
