package report

import "github.com/greenlint/greenlint/rules"

// FileComments is what a front end tells of one analysed file so that comments
// can suppress findings in it.
type FileComments struct {
	File     string
	Comments []Comment // all of the file, in any order; none where there is none that [Directs]
	Funcs    []Span    // all function definitions, nested ones and methods too
}

// A Comment is one line comment.
type Comment struct {
	Pos  rules.Pos
	Text string // with its "#" or "//", without the line end

	// Alone says that nothing but blanks comes before it on its line. Such a
	// comment speaks for the line after it (after all comments that stand alone).
	Alone bool
}

// A Span is the lines of one function definition.
type Span struct {
	FirstLine int // of the first decorator, or DefLine
	DefLine   int // of "def" or "func"
	LastLine  int // of the body
}
