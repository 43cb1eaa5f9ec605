package pyfront

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// annotation is what a value of an annotated type denotes; the zero set where
// the annotation says nothing.
func (f *frame) annotation(n pyparse.Node, m *module) set {
	return f.annotationDepth(n, m, 0)
}

func (f *frame) annotationDepth(n pyparse.Node, m *module, depth int) set {
	if depth > 12 {
		return set{}
	}
	switch n.Kind() {
	case pyparse.KindName, pyparse.KindAttribute:
		return f.instancesOf(f.quietType(n), n)
	case pyparse.KindConstant:
		c := n.AsConstant()
		if c.ConstKind() == pyparse.ConstStr {
			return f.stringAnnotation(c.StringValue(), n, m, depth)
		}
	case pyparse.KindBinOp:
		if b := n.AsBinOp(); b.Op() == pyparse.OpBitOr {
			return join(f.annotationDepth(b.Left(), m, depth+1), f.annotationDepth(b.Right(), m, depth+1))
		}
	case pyparse.KindSubscript:
		s := n.AsSubscript()
		head := ""
		for _, v := range f.quietType(s.Value()).vals {
			if v.kind == kSymbol {
				head = lastPart(v.name)
			}
			if v.kind == kClass {
				return one(instanceValue(v.class, ""))
			}
		}
		params := []pyparse.Node{s.Slice()}
		if s.Slice().Kind() == pyparse.KindTuple {
			params = nil
			for e := range s.Slice().AsTuple().Elts().All() {
				params = append(params, e)
			}
		}
		if len(params) == 0 {
			return set{}
		}
		switch head {
		case "Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired":
			return f.annotationDepth(params[0], m, depth+1)
		case "Union":
			var out set
			for _, p := range params {
				out = join(out, f.annotationDepth(p, m, depth+1))
			}
			return out
		case "list", "List", "set", "Set", "frozenset", "FrozenSet", "Sequence", "MutableSequence", "Iterable", "Iterator", "Generator", "Collection", "deque", "Deque", "AbstractSet",
			"AsyncIterator", "AsyncIterable", "AsyncGenerator", "tuple", "Tuple":
			item := set{}
			for i, p := range params {
				if i > 0 && (head == "Generator" || head == "AsyncGenerator") {
					break
				}
				item = join(item, f.annotationDepth(p, m, depth+1))
			}
			name := strings.ToLower(head)
			switch name {
			case "list", "set", "tuple":
			default:
				name = "iterator"
			}
			return f.container(name, n, item, 0)
		case "dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict":
			if len(params) > 1 {
				return f.container("dict", n, f.annotationDepth(params[1], m, depth+1), 0)
			}
		case "type", "Type":
			return f.quietType(params[0])
		default:
			return f.instancesOf(f.quietType(s.Value()), s.Value())
		}
	}
	return set{}
}

// quietType evaluates a type expression; only classes matter.
func (f *frame) quietType(n pyparse.Node) set {
	s := f.quiet(n)
	return without(set{vals: s.vals}, func(v *value) bool { return v.kind != kClass && v.kind != kSymbol && v.kind != kType })
}

// parametrised is a type with parameters as a value, so that it can have a name:
// Handlers = dict[str, Handler]. It is the bare type where that says nothing.
func (f *frame) parametrised(v *value, n pyparse.Node) *value {
	switch firstPart(v.name) {
	case "typing", "typing_extensions", "collections":
	case "builtins":
		switch lastPart(v.name) {
		case "list", "dict", "set", "frozenset", "tuple", "type":
		default:
			return v
		}
	default:
		return v
	}
	if inst := f.annotation(n, f.u.mod); !inst.empty() {
		c := f.a.typeSite(n)
		f.a.write(c, sizeless(inst))
		return &value{kind: kType, name: v.name, item: c}
	}
	return v
}

// typeSite is the cell of a type's instances.
func (a *analysis) typeSite(n pyparse.Node) *cell {
	c := a.typeCells[n]
	if c == nil {
		if a.typeCells == nil {
			a.typeCells = map[pyparse.Node]*cell{}
		}
		c = new(cell)
		a.typeCells[n] = c
	}
	return c
}

// stringAnnotation reads an annotation that is written as a string: its text is
// parsed as an expression of its own.
func (f *frame) stringAnnotation(text string, n pyparse.Node, m *module, depth int) set {
	e, ok := f.a.quoted[n]
	if !ok {
		tree := pyparse.Parse([]byte(strings.TrimSpace(text)), pyparse.Options{})
		if body := tree.Root().AsModule().Body(); len(tree.Errors) == 0 && body.Len() == 1 {
			if x := body.At(0).AsExpr(); x.Valid() {
				e = x.Value()
			}
		}
		if f.a.quoted == nil {
			f.a.quoted = map[pyparse.Node]pyparse.Node{}
		}
		f.a.quoted[n] = e
	}
	if !e.Valid() {
		return set{}
	}
	return f.annotationDepth(e, m, depth+1)
}

// onlyNone reports whether nothing but None is known of a value.
func onlyNone(s set) bool {
	return len(s.vals) > 0 && !slices.ContainsFunc(s.vals, func(v *value) bool { return v.kind != kConst || v.name != constNone.name || v.lit != nil })
}
