package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// Operators, comparisons, truth tests and a few built-in functions call special
// methods of the objects at hand. Those of the project's classes are followed.

// operatorNames are the methods of the operators, without the underscores. Each
// has a form with r for an object on the right and one with i for +=.
var operatorNames = map[pyparse.Op]string{
	pyparse.OpAdd: "add", pyparse.OpSub: "sub", pyparse.OpMult: "mul", pyparse.OpMatMult: "matmul", pyparse.OpDiv: "truediv",
	pyparse.OpFloorDiv: "floordiv", pyparse.OpMod: "mod", pyparse.OpPow: "pow", pyparse.OpLShift: "lshift", pyparse.OpRShift: "rshift",
	pyparse.OpBitOr: "or", pyparse.OpBitXor: "xor", pyparse.OpBitAnd: "and",
}

var comparisonNames = map[pyparse.Op]string{
	pyparse.OpEq: "__eq__", pyparse.OpNotEq: "__ne__", pyparse.OpLt: "__lt__", pyparse.OpLtE: "__le__", pyparse.OpGt: "__gt__", pyparse.OpGtE: "__ge__",
}

var unaryNames = map[pyparse.Op]string{pyparse.OpUSub: "__neg__", pyparse.OpUAdd: "__pos__", pyparse.OpInvert: "__invert__"}

// truthMethods decide whether an object is true; the first that there is counts.
var truthMethods = []string{"__bool__", "__len__"}

// textMethods make an object's text.
var textMethods = []string{"__str__", "__repr__"}

// builtinCalls are the methods that built-in functions call on their first
// argument, or, of print and format, on each.
var builtinCalls = map[string][]string{
	"builtins.len": {"__len__"}, "builtins.str": textMethods, "builtins.print": textMethods, "builtins.format": {"__format__", "__str__", "__repr__"},
	"builtins.repr": {"__repr__"}, "builtins.hash": {"__hash__"}, "builtins.bool": truthMethods, "builtins.abs": {"__abs__"},
	"builtins.round": {"__round__"}, "builtins.int": {"__int__", "__index__"}, "builtins.float": {"__float__"}, "builtins.bytes": {"__bytes__"},
	"builtins.reversed": {"__reversed__"}, "builtins.dir": {"__dir__"},
}

// first calls the first of some special methods that an object has, for each
// object of the project among the values.
func (f *frame) first(s set, names []string, as args, n pyparse.Node) (out set, found bool) {
	for _, v := range s.vals {
		if v.kind != kInstance {
			continue
		}
		for _, name := range names {
			if len(f.classMethods(v.class, name)) == 0 {
				continue
			}
			if r, ok := f.specialCall(v, name, as, n); ok {
				out, found = join(out, r), true
				break
			}
		}
	}
	return out, found
}

// overloaded calls the methods behind a binary operator.
func (f *frame) overloaded(a, b set, op pyparse.Op, n pyparse.Node, inPlace bool) (set, bool) {
	name := operatorNames[op]
	if name == "" {
		return set{}, false
	}
	names := []string{"__" + name + "__"}
	if inPlace {
		names = []string{"__i" + name + "__", names[0]}
	}
	out, ok := f.first(a, names, args{pos: []arg{{set: b, node: n}}, node: n}, n)
	if !ok {
		out, ok = f.first(b, []string{"__r" + name + "__"}, args{pos: []arg{{set: a, node: n}}, node: n}, n)
	}
	if !ok {
		out, ok = f.ofLibrary(a, b, names, n)
	}
	if !ok {
		out, ok = f.ofLibrary(b, a, []string{"__r" + name + "__"}, n)
	}
	return out, ok
}

// ofLibrary calls the first of some special methods of which the catalogue says what it
// gives, for each object of a library.
func (f *frame) ofLibrary(s, other set, names []string, n pyparse.Node) (out set, found bool) {
	for _, v := range s.vals {
		if v.kind != kObject {
			continue
		}
		for _, name := range names {
			if r, ok := f.libraryMethod(v, name, args{pos: []arg{{set: other, node: n}}, node: n, self: s}, n); ok {
				out, found = join(out, r), true
				break
			}
		}
	}
	return out, found
}

// compare evaluates a comparison.
func (f *frame) compare(c pyparse.Compare) set {
	left := f.eval(c.Left())
	i := 0
	for x := range c.Comparators().All() {
		right := f.eval(x)
		op := c.OpAt(i)
		if name := comparisonNames[op]; name != "" {
			f.first(left, []string{name}, args{pos: []arg{{set: right, node: x}}, node: c.Node}, c.Node)
		} else if op == pyparse.OpIn || op == pyparse.OpNotIn {
			f.contains(left, right, c.Node)
		}
		left = right
		i++
	}
	return one(typed("bool"))
}

// contains is what x in y calls.
func (f *frame) contains(x, y set, n pyparse.Node) {
	for _, v := range y.vals {
		switch v.kind {
		case kGenerator:
			f.elements(one(v), n)
		case kContainer:
			if v.name == "list" || v.name == "tuple" {
				f.cost += y.length() * costLook
			}
		case kInstance:
			if _, ok := f.first(one(v), []string{"__contains__"}, args{pos: []arg{{set: x, node: n}}, node: n}, n); !ok && len(f.classMethods(v.class, "__iter__")) > 0 {
				f.consume(one(v), n, false)
			}
		case kObject:
			f.libraryMethod(v, "__contains__", args{pos: []arg{{set: x, node: n}}, node: n}, n)
		}
	}
}

// truth is what testing a value calls.
func (f *frame) truth(s set, n pyparse.Node) { f.first(s, truthMethods, args{node: n}, n) }

// joinText joins texts of which parts are not known: "…" stands for those. ok is
// false where nothing would be known.
func joinText(a, b set) (string, bool) {
	x, xs := text(a)
	y, ys := text(b)
	switch {
	case xs && ys:
		if i := strings.Index(x, unknownText); i >= 0 {
			return x[:i] + unknownText, i > 0
		}
		return x + unknownText, x != "" // the whole would grow in a loop that adds to itself
	case xs && x != "" && isText(b):
		i := strings.Index(x+unknownText, unknownText)
		return x[:i] + unknownText, i > 0
	case ys && y != "" && isText(a):
		i := strings.LastIndex(unknownText+y, unknownText)
		return unknownText + (unknownText + y)[i+len(unknownText):], true
	}
	return "", false
}

// joinPath joins the parts of a path, as far as they are known.
func joinPath(as args) *value {
	path := ""
	for i, p := range as.pos {
		t := inCommon(p.set)
		if p.name == "*" {
			t = unknownText
		}
		switch {
		case i == 0 || strings.HasPrefix(t, "/"):
			path = t
		case !strings.Contains(path, unknownText):
			path = strings.TrimSuffix(path, "/") + "/" + t
		}
	}
	switch head, _, cut := strings.Cut(path, unknownText); {
	case cut && strings.HasPrefix(head, "/"):
		return constOf(head + unknownText)
	case !cut && path != "":
		return constOf(path)
	}
	return typed("str")
}

// inCommon is what all texts in a set begin with, and "…" for the rest.
func inCommon(s set) string {
	if t, ok := text(s); ok {
		return t
	}
	head := ""
	for i, v := range s.vals {
		t, ok := v.lit.(string)
		if !ok || v.kind != kConst || s.open {
			return unknownText
		}
		if i == 0 {
			head = t
		}
		n := 0
		for n < min(len(head), len(t)) && head[n] == t[n] {
			n++
		}
		head = head[:n]
	}
	head, _, _ = strings.Cut(strings.ToValidUTF8(head, ""), unknownText)
	return head + unknownText
}

// formatted is what a text is with something put into its %s: "…" where that is not
// known. ok is false where nothing would be known.
func formatted(a, b set) (string, bool) {
	format, ok := text(a)
	if !ok || strings.IndexByte(format, '%') < 0 {
		return "", false
	}
	with, known := text(b)
	if !known || strings.Count(format, "%") != 1 {
		with = unknownText
	}
	var out strings.Builder
	written := false // apart from what is put in
	for {
		head, rest, more := strings.Cut(format, "%")
		out.WriteString(head)
		written = written || head != ""
		if !more {
			break
		}
		if strings.HasPrefix(rest, "%") {
			out.WriteByte('%')
			written, format = true, rest[1:]
			continue
		}
		out.WriteString(with)
		format = rest[conversion(rest):]
	}
	return out.String(), written || with != unknownText
}

// conversion is how long what follows a % is: the name, flags, width and letter of what is
// put in.
func conversion(s string) int {
	i := 0
	if strings.HasPrefix(s, "(") {
		i = strings.IndexByte(s, ')') + 1
	}
	for i < len(s) && strings.IndexByte("-+ #0123456789*.", s[i]) >= 0 {
		i++
	}
	return min(i+1, len(s))
}

// unknownText stands for the part of a text that is not known.
const unknownText = "…"

func text(s set) (string, bool) {
	c, _ := s.constant()
	t, ok := c.(string)
	return t, ok && len(t) <= 512
}

// isText reports whether a set may be a text that is not known.
func isText(s set) bool {
	if s.open || len(s.vals) == 0 {
		return true
	}
	for _, v := range s.vals {
		if v.kind == kConst && v.name == "str" {
			return true
		}
	}
	return false
}

// attributesLike are the methods of an object whose names a pattern such as
// "do_…" fits.
func (f *frame) attributesLike(s set, pattern string, n pyparse.Node) set {
	fits := fitting(pattern)
	if fits == nil {
		return unknownSet
	}
	out := f.attributesWhose(s, fits, n)
	for _, v := range s.vals {
		if v.kind == kObject {
			if opt, ok := f.optionsLike(v.name, v.lit, pattern); ok {
				out = join(out, opt)
			}
		}
	}
	return out
}

// fitting tells which names a pattern such as "do_…" fits; nil where it would be too many.
func fitting(pattern string) func(name string) bool {
	head, tail, ok := strings.Cut(pattern, unknownText)
	if !ok || len(head)+len(tail) < 3 || strings.Contains(tail, unknownText) {
		return nil
	}
	return func(name string) bool {
		return len(name) > len(head)+len(tail) && strings.HasPrefix(name, head) && strings.HasSuffix(name, tail)
	}
}

// attributesWhose are the attributes whose name fits, and whatever else there may be.
func (f *frame) attributesWhose(s set, fits func(string) bool, n pyparse.Node) set {
	out := unknownSet
	for _, v := range s.vals {
		var names []string
		switch v.kind {
		case kInstance, kClass:
			for _, x := range f.orderOf(v.class) {
				if x.class != nil {
					names = append(names, sortedNames(x.class.attrs, fits)...)
				}
			}
		case kModule:
			names = sortedNames(v.mod.body.vars, fits)
		}
		for _, name := range names {
			out = join(out, f.attrOfValue(v, name, n))
		}
	}
	return out
}

// isVerb reports whether a name is written as the method of an HTTP request is: GET,
// REPLICATE.
func isVerb(name string) bool {
	return len(name) >= 3 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// asksVerb reports whether an expression is the method of an HTTP request.
func asksVerb(n pyparse.Node) bool {
	switch n.Kind() {
	case pyparse.KindAttribute: // request.method
		return n.AsAttribute().Attr() == "method"
	case pyparse.KindSubscript: // environ["REQUEST_METHOD"]
		k := n.AsSubscript().Slice().AsConstant()
		return k.Valid() && k.ConstKind() == pyparse.ConstStr && k.StringValue() == "REQUEST_METHOD"
	}
	return false
}

func sortedNames(m map[string]*cell, keep func(string) bool) []string {
	var out []string
	for name, c := range m {
		if keep(name) && !c.set.empty() {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
