package gofront

import "strings"

// isStd reports whether a package belongs to the standard library, which the
// catalogue describes and nobody walks into. A module may have a path without a
// dot too, so the first element decides.
func isStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return stdTops[first]
}

// stdTops are the first elements of the paths that "go list std" names.
var stdTops = map[string]bool{
	"archive": true, "bufio": true, "bytes": true, "cmd": true, "cmp": true, "compress": true, "container": true,
	"context": true, "crypto": true, "database": true, "debug": true, "embed": true, "encoding": true, "errors": true,
	"expvar": true, "flag": true, "fmt": true, "go": true, "hash": true, "html": true, "image": true, "index": true,
	"internal": true, "io": true, "iter": true, "log": true, "maps": true, "math": true, "mime": true, "net": true,
	"os": true, "path": true, "plugin": true, "reflect": true, "regexp": true, "runtime": true, "slices": true,
	"sort": true, "strconv": true, "strings": true, "structs": true, "sync": true, "syscall": true, "testing": true,
	"text": true, "time": true, "unicode": true, "unique": true, "unsafe": true, "vendor": true, "weak": true,
}
