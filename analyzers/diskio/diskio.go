// Package diskio reports reading and writing files on a cooperative loop (GL203).
package diskio

import "github.com/greenlint/greenlint/analyzers/gofront"

// Analyzer reports reading and writing files on a cooperative loop.
// It is meant to be off unless asked for: local disks are fast.
var Analyzer = gofront.Reporter("diskio", "find reading and writing files on a cooperative loop (GL203)", "GL203")
