package pyfront

import (
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// loads is what a call gives that imports what a text names, where the text is
// known; ok is false for all other calls.
func (f *frame) loads(e rules.Entry, as args, n pyparse.Node) (out set, ok bool) {
	for _, row := range e.Loads {
		pos, names := row.Name()
		a, found := as.find(pos, names)
		if !found || !row.Applies(as) {
			continue
		}
		below := []string{""}
		if pos, names, has := row.Package(); has {
			if p, found := as.find(pos, names); found {
				below = append(texts(p.set), below...)
			}
		}
		got := set{open: a.set.open}
		for _, name := range texts(a.set) {
			got = join(got, f.loaded(row, name, below, as.after(pos), n))
		}
		if !got.empty() {
			return got, true
		}
	}
	return unknownSet, len(e.Loads) > 0
}

// loaded is what one dotted name names, in the first package that has it.
func (f *frame) loaded(row *rules.LoadRow, name string, below []string, rest args, n pyparse.Node) set {
	name = strings.Trim(strings.ReplaceAll(name, ":", "."), ".")
	for _, pkg := range below {
		full := strings.TrimPrefix(pkg+"."+name, ".")
		if pkg != "" && !f.a.has(full) {
			continue
		}
		if row.Gives == "module" || !strings.Contains(full, ".") {
			return f.module(full, n)
		}
		i := strings.LastIndexByte(full, '.')
		found := f.attrOf(f.module(full[:i], n), full[i+1:], n)
		if row.Gives == "object" {
			return f.apply(found, rest, n)
		}
		return found
	}
	return unknownSet
}

// has reports whether the project has the module in which a dotted name is.
func (a *analysis) has(name string) bool {
	i := strings.LastIndexByte(name, '.')
	return i > 0 && len(a.project.index[name[:i]]) > 0
}

// module imports a module by its dotted name.
func (f *frame) module(name string, n pyparse.Node) set {
	v, found := f.a.moduleValue(name, f.u.mod.file)
	if found {
		f.imports(v, n)
	}
	return one(v)
}

// texts are the texts that a set may be, as far as they are known as a whole.
func texts(s set) []string {
	var out []string
	for _, v := range s.vals {
		if t, ok := v.lit.(string); ok && v.kind == kConst && t != "" && !strings.Contains(t, unknownText) {
			out = append(out, t)
		}
	}
	return out
}
