// Package cpuloop reports loops that never give the thread back, and calls that compute for long (GL101, GL102).
package cpuloop

import "github.com/greenlint/greenlint/analyzers/gofront"

// Analyzer reports loops that never give the thread back, and calls that compute for long.
var Analyzer = gofront.Reporter("cpuloop", "find loops that never give the thread back, and calls that compute for long (GL101, GL102)", "GL101", "GL102")
