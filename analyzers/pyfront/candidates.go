package pyfront

import (
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/words"
)

// candidates are the files that can hold a context: whose text has one of the
// words that make one. To these come the programs whose imports lead to code of a
// green loop, which need not know of it. All others are read only when an import
// leads to them.
func (a *analysis) candidates() []string {
	var out, green []string
	patched := false
	texts := map[string][]byte{}
	for i, g := range a.glances() {
		f := a.in.Files[i]
		switch {
		case g.err != nil:
			a.modules[f] = nil
			a.skip(f, posOf(f), "cannot be read: "+g.err.Error())
		case g.text != nil:
			texts[f] = g.text
			if g.worth {
				out = append(out, f)
			}
			if g.green {
				green = append(green, f)
			}
			patched = patched || g.patches
		}
	}
	if !patched {
		return out // there is one process, as far as can be known
	}
	importers := a.importers(texts)
	a.imported = func(file string) bool {
		return slices.ContainsFunc(importers[file], func(by string) bool { return !surrounds(by, file) })
	}
	commands := a.commands()
	for _, f := range reaching(green, importers) {
		if commands[f] || mainWords.In(texts[f]) || path.Base(f) == "__main__.py" {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A glance is what the words of a file say: whether it can hold a context, whether it
// names a green loop as well, and whether it may also patch for it.
type glance struct {
	text                  []byte // nil where the file does not count
	err                   error
	worth, green, patches bool
}

// glances are one for each file.
func (a *analysis) glances() []glance {
	worth, loops, patches := a.words(), a.greenWords(), words.New(a.patchWords())
	out := make([]glance, len(a.in.Files))
	spread(a.ctx, runtime.GOMAXPROCS(0), len(out), func(i int) {
		f, g := a.in.Files[i], &out[i]
		if a.in.Check != nil && !a.in.Check(f) {
			return
		}
		if g.text, g.err = a.in.Read(f); g.err != nil {
			return
		}
		g.worth = worth.In(g.text)
		g.green = g.worth && loops.In(g.text)
		g.patches = g.green && patches.In(g.text)
	})()
	return out
}

// mainWords are what a file must have one of to be started as a program.
var mainWords = words.New([]string{"__main__", "\ndef main("})

// commands are the files whose functions packages offer as commands.
func (a *analysis) commands() map[string]bool {
	out := map[string]bool{}
	for _, e := range a.entryPoints() {
		if e.Command {
			if f, ok := a.project.find(e.Module, e.Why.Pos.File); ok {
				out[f] = true
			}
		}
	}
	return out
}

// importers are the files that import a file, by what their texts say.
func (a *analysis) importers(texts map[string][]byte) map[string][]string {
	out := map[string][]string{}
	for _, f := range a.in.Files {
		for _, l := range importLines(texts[f]) {
			for _, to := range a.project.named(l, f) {
				if list := out[to]; to != f && (len(list) == 0 || list[len(list)-1] != f) {
					out[to] = append(list, f)
				}
			}
		}
	}
	return out
}

// reaching are the files from which imports lead to one of some files, these
// among them, in no order that means anything.
func reaching(files []string, importers map[string][]string) []string {
	seen := map[string]bool{}
	for _, f := range files {
		seen[f] = true
	}
	out := slices.Clone(files)
	for i := 0; i < len(out); i++ {
		for _, f := range importers[out[i]] {
			if !seen[f] {
				seen[f] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// words are what a file must have one of to be a candidate: the name of a
// library that can make a context or of a copy of one, the syntax that does, or the
// name of a patch.
func (a *analysis) words() *words.Set {
	out := []string{"async def", "async  def", "\napplication = "} // the last is what a WSGI server asks for
	for _, i := range a.cat.ContextImports() {
		if a.cat.Stdlib(i) {
			continue // threads and the like only count in a process that some other file declares
		}
		top, _, _ := strings.Cut(i, ".")
		out = append(out, top)
	}
	out = append(out, a.cat.VendoredNames()...)
	return words.New(append(out, a.patchWords()...)) // whoever patches decides over a process; wrappers are called alike
}

// patchWords are the names of the functions that patch.
func (a *analysis) patchWords() (out []string) {
	for call := range a.patches {
		if !strings.HasPrefix(call, "import ") {
			out = append(out, lastPart(call))
		}
	}
	return out
}

// greenWords are the names of the libraries that patch for a loop, and with them of
// those that have tasks on it.
func (a *analysis) greenWords() *words.Set {
	var out []string
	for call := range a.patches {
		out = append(out, firstPart(strings.TrimPrefix(call, "import ")))
	}
	return words.New(out)
}
