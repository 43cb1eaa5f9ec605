package stall

import "embed"

// PageSource is the text of what a Go child needs of this package: the page.
//
//go:embed page*.go
var PageSource embed.FS
