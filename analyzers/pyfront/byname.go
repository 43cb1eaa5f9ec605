package pyfront

import (
	"bytes"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// A driver that is chosen by a setting, or handed in from outside, has no type
// that the text would tell. Its methods are often found by their name all the
// same: a name that only the classes of one hierarchy define. byName looks for
// such a hierarchy; the edges that come of it are dynamic.

// maxByName bounds how many files may define a method that is looked up by name;
// a more common name says nothing. Where an option names a class by default, a deployment
// may name any other that has the same base: of those there may be maxSiblings.
const (
	maxByName   = 12
	maxSiblings = 200
)

// telling reports whether a method's name is long enough to mean one thing.
func telling(name string) bool {
	return len(name) >= 8 && !strings.HasPrefix(name, "_") && (strings.IndexByte(name, '_') > 0 || len(name) >= 12)
}

// byName finds the methods that a call on something unknown may mean, beside those that
// are known.
func (f *frame) byName(call pyparse.Call, known set) []*value {
	fn := call.Func().AsAttribute()
	if !fn.Valid() || !telling(fn.Attr()) || f.u.mod.foreign {
		return nil
	}
	name := fn.Attr()
	classes := f.siblings(known, name)
	if classes == nil {
		classes = f.a.definersOf(name)
		if len(classes) == 1 && !namesake(fn.Value(), classes[0]) {
			return nil
		}
	}
	var out []*value
	for _, c := range classes {
		for _, v := range c.attr(name).read(f.u).vals {
			if v.kind == kFunc && v.flag&fProperty == 0 && fits(v.unit, call) {
				out = append(out, methodValue(v.unit, c, v.flag, ""))
			}
		}
	}
	return out
}

// definersOf are the classes that define a method, if they are few and of one hierarchy.
func (a *analysis) definersOf(name string) []*class {
	classes, ok := a.definers[name]
	if !ok {
		if classes = a.findDefiners(name, maxByName); len(classes) > 1 && !oneHierarchy(classes) {
			classes = nil
		}
		a.definers[name] = classes
	}
	return classes
}

// siblings are the classes that define a method and have a base in common with one that
// an option names by default; nil where none of the known methods is of such a class.
func (f *frame) siblings(known set, name string) []*class {
	var out []*class
	for _, v := range known.vals {
		if v.kind != kBound || v.class == nil || v.class.chosen.read(f.u).empty() {
			continue
		}
		all, ok := f.a.definers["siblings of "+v.class.name+"."+name]
		if !ok {
			all = slices.DeleteFunc(f.a.findDefiners(name, maxSiblings), func(c *class) bool { return !oneHierarchy([]*class{v.class, c}) })
			f.a.definers["siblings of "+v.class.name+"."+name] = all
		}
		out = append(out, all...)
	}
	slices.SortFunc(out, func(x, y *class) int { return strings.Compare(x.name, y.name) })
	return slices.Compact(out)
}

// namesake reports whether what a method is called on is named like the class.
func namesake(recv pyparse.Node, c *class) bool {
	word := ""
	switch recv.Kind() {
	case pyparse.KindName:
		word = recv.AsName().Id()
	case pyparse.KindAttribute:
		word = recv.AsAttribute().Attr()
	}
	word = strings.ToLower(strings.Trim(word, "_"))
	word = word[strings.LastIndexByte(word, '_')+1:]
	return len(word) >= 4 && strings.Contains(strings.ToLower(c.short), word)
}

// fits reports whether a call can have as many arguments as the function takes.
func fits(u *unit, call pyparse.Call) bool {
	n := call.Args().Len() + 1
	least, most := 0, 0
	for _, p := range u.params {
		switch p.kind {
		case pVararg, pKwarg:
			return true
		case pPositional:
			most++
			if !p.def.Valid() {
				least++
			}
		}
	}
	if call.Keywords().Len() > 0 {
		return n <= most
	}
	return n <= most && n >= least
}

// findDefiners loads the classes that define a method, if not too many files do.
func (a *analysis) findDefiners(name string, most int) []*class {
	a.indexMethods()
	files := a.methods[name]
	if len(files) == 0 || len(files) > most {
		return nil
	}
	var out []*class
	for _, i := range files {
		m := a.load(a.in.Files[i])
		if m == nil {
			continue
		}
		a.ensure(m.body)
		for _, c := range a.classesOf[m] {
			if !c.attr(name).set.empty() {
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(x, y *class) int { return strings.Compare(x.name, y.name) })
	return out
}

// oneHierarchy reports whether some class of the project is an ancestor of all.
func oneHierarchy(list []*class) bool {
	for _, x := range list[0].order() {
		if x.class == nil {
			continue
		}
		if !slices.ContainsFunc(list, func(c *class) bool { return !derives(c, x.class, 0) }) {
			return true
		}
	}
	return false
}

// indexMethods notes which files define which methods, by their text alone.
func (a *analysis) indexMethods() {
	if a.methods != nil {
		return
	}
	a.methods = map[string][]int32{}
	def := []byte("def ")
	for i, file := range a.in.Files {
		if a.in.Check != nil && !a.in.Check(file) {
			continue
		}
		src, err := a.in.Read(file)
		if err != nil {
			continue
		}
		for at := 0; ; {
			j := bytes.Index(src[at:], def)
			if j < 0 {
				break
			}
			j += at
			at = j + len(def)
			if j == 0 || src[j-1] != ' ' && src[j-1] != '\t' { // not indented: no method
				continue
			}
			end := at
			for end < len(src) && (src[end] == '_' || src[end] >= '0' && src[end] <= '9' || src[end] >= 'a' && src[end] <= 'z' || src[end] >= 'A' && src[end] <= 'Z') {
				end++
			}
			if end-at < 8 || end-at > 80 || !telling(string(src[at:end])) {
				continue
			}
			n := string(src[at:end])
			if l := a.methods[n]; len(l) <= maxSiblings && (len(l) == 0 || l[len(l)-1] != int32(i)) {
				a.methods[n] = append(l, int32(i))
			}
		}
	}
}
