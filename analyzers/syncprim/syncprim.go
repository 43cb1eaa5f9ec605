// Package syncprim reports waiting on a primitive that the loop does not schedule (GL204).
package syncprim

import "github.com/greenlint/greenlint/analyzers/gofront"

// Analyzer reports waiting on a primitive that the loop does not schedule.
var Analyzer = gofront.Reporter("syncprim", "find waiting on a primitive that the loop does not schedule (GL204)", "GL204")
