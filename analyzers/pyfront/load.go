package pyfront

import (
	"slices"
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
		if group, names, has := row.Offers(); has {
			if g, found := as.find(group, names); found {
				if got := f.offer(row, texts(g.set), a.set, as.after(pos), n); !got.empty() {
					return got, true
				}
			}
			continue
		}
		below := []string{""}
		if pos, names, has := row.Package(); has {
			if p, found := as.find(pos, names); found {
				below = append(texts(p.set), below...)
			}
		}
		got := set{open: a.set.open || anyDefault(a.set)}
		for _, name := range namesIn(row, as, texts(a.set)) {
			got = join(got, f.loaded(row, name, below, as.after(pos), n))
		}
		if anyDefault(a.set) {
			f.chosen(got)
		}
		if row.Original {
			got = asOriginal(got)
		}
		if !got.empty() {
			return got, true
		}
	}
	return unknownSet, len(e.Loads) > 0
}

// namesIn are names with the module that they are of, where it stands by itself.
func namesIn(row *rules.LoadRow, as args, names []string) []string {
	pos, keys, has := row.Module()
	if !has {
		return names
	}
	var out []string
	if of, found := as.find(pos, keys); found {
		for _, module := range texts(of.set) {
			for _, name := range names {
				out = append(out, module+"."+name)
			}
		}
	}
	return out
}

// asOriginal is a set whose names of libraries are those from before any patch.
func asOriginal(s set) set {
	out := set{open: s.open}
	for _, v := range s.vals {
		if v.kind == kSymbol {
			v = v.but(func(v *value) { v.bound = rules.Original })
		}
		out.vals = append(out.vals, v)
	}
	return out
}

// anyDefault reports whether a set holds the default of an option: a deployment may have
// something else loaded.
func anyDefault(s set) bool {
	return slices.ContainsFunc(s.vals, func(v *value) bool { return v.kind == kConst && v.flag&fDefault != 0 })
}

// chosen notes the classes that an option names, or of whose instances it does.
func (f *frame) chosen(s set) {
	for _, v := range s.vals {
		if v.kind == kClass || v.kind == kInstance {
			f.a.write(&v.class.chosen, one(constTrue))
		}
	}
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

// offer is what the project's packages offer in a group: under the name, or under any
// where it is not known.
func (f *frame) offer(row *rules.LoadRow, groups []string, name set, rest args, n pyparse.Node) set {
	if f.a.in.Entries == nil || len(groups) == 0 {
		return set{}
	}
	var out set
	keys := texts(name)
	for _, e := range f.a.in.Entries() {
		if !slices.Contains(groups, e.Group) || !name.open && len(keys) == len(name.vals) && !slices.Contains(keys, e.Key) {
			continue
		}
		found := f.module(e.Module, n)
		for _, part := range strings.Split(e.Name, ".") {
			found = f.attrOf(found, part, n)
		}
		if row.Gives == "object" {
			found = f.apply(found, rest, n)
		}
		out = join(out, found)
	}
	return out
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
