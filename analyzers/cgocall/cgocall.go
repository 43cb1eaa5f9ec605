// Package cgocall reports calling C on the thread of a cooperative loop (GL301).
package cgocall

import "github.com/greenlint/greenlint/analyzers/gofront"

// Analyzer reports calling C on the thread of a cooperative loop.
var Analyzer = gofront.Reporter("cgocall", "find calling C on the thread of a cooperative loop (GL301)", "GL301")
