package green

import "embed"

// Source is the text of this package, its tests included, for tools that build
// the pool into a program whose module does not have it: all but the assembly,
// which the build tag purego does without. It takes no room in a program that
// does not use it.
//
//go:embed *.go
var Source embed.FS
