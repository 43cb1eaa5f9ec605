package pyfront

import (
	"bytes"
	"slices"
	"strings"
)

// candidates are the files that can hold a context: whose text has one of the
// words that make one. All others are read only when an import leads to them.
func (a *analysis) candidates() []string {
	words := a.words()
	var out []string
	for _, f := range a.in.Files {
		if a.in.Check != nil && !a.in.Check(f) {
			continue
		}
		src, err := a.in.Read(f)
		if err != nil {
			a.modules[f] = nil
			a.skip(f, posOf(f), "cannot be read: "+err.Error())
			continue
		}
		if hasWord(src, words) {
			out = append(out, f)
		}
	}
	return out
}

// words are what a file must have one of to be a candidate: the name of a
// library that can make a context or of a copy of one, the syntax that does, or the
// name of a patch.
func (a *analysis) words() [][]byte {
	out := [][]byte{[]byte("async def"), []byte("async  def"), []byte("\napplication = ")} // the last is what a WSGI server asks for
	for _, i := range a.cat.ContextImports() {
		if a.cat.Stdlib(i) {
			continue // threads and the like only count in a process that some other file declares
		}
		top, _, _ := strings.Cut(i, ".")
		out = append(out, []byte(top))
	}
	for _, name := range a.cat.VendoredNames() {
		out = append(out, []byte(name))
	}
	for call := range a.patches { // whoever patches decides over a process; wrappers are called alike
		if !strings.HasPrefix(call, "import ") {
			out = append(out, []byte(lastPart(call)))
		}
	}
	slices.SortFunc(out, bytes.Compare)
	return out
}

func hasWord(src []byte, words [][]byte) bool {
	for _, w := range words {
		if bytes.Contains(src, w) {
			return true
		}
	}
	return false
}
