// Package rawsyscall reports system calls that park the thread of a cooperative loop (GL201).
package rawsyscall

import "github.com/greenlint/greenlint/analyzers/gofront"

// Analyzer reports system calls that park the thread of a cooperative loop.
var Analyzer = gofront.Reporter("rawsyscall", "find system calls that park the thread of a cooperative loop (GL201)", "GL201")
