package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colored decides whether what is written to w is coloured. See
// https://no-color.org for NO_COLOR.
func colored(when string, w io.Writer) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

// lineWidth is how many cells of a source line fit beside the line numbers; 0
// where w is no terminal, or one that doesn't know its width.
func lineWidth(w io.Writer) int {
	const margin, least = 8, 40
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return max(width-margin, least)
		}
	}
	return 0
}
