// Package foreignio reports I/O that bypasses the loop (GL401).
package foreignio

import "github.com/greenlint/greenlint/analyzers/gofront"

// Analyzer reports I/O that bypasses the loop.
var Analyzer = gofront.Reporter("foreignio", "find I/O that bypasses the loop (GL401)", "GL401")
