package bind

import "github.com/greenlint/greenlint/pyparse"

// exports is what a module says of its __all__.
type exports struct {
	names   []string
	has     map[string]bool
	bound   bool
	unknown bool // something else than a literal has a part in it
}

// Exports returns the names in __all__, in source order and once each, and reports
// whether they are all that can be in it. They are if it is made of list and tuple
// displays of strings alone, also by +=, extend and append. What is only added under
// some condition counts as being in it.
func (t *Table) Exports() ([]string, bool) {
	return t.exports.names, t.exports.bound && !t.exports.unknown
}

// bind takes note of an assignment to __all__.
func (x *exports) bind(c *collector, b Binding) {
	if c.dead > 0 {
		return
	}
	switch b.Kind {
	case ByAssign:
		if c.cond == 0 {
			x.names, x.has, x.unknown = nil, nil, false
		}
		x.bound = true
		x.add(b.Value)
		x.unknown = x.unknown || len(b.Path) > 0
	case ByAugAssign:
		x.add(b.Value)
	case ByAnnotation:
	default:
		x.unknown = true
	}
}

// call takes note of a call of a method of __all__.
func (x *exports) call(c *collector, n pyparse.Node) {
	call := n.AsCall()
	f := call.Func().AsAttribute()
	if c.dead > 0 || f.Value().AsName().Id() != "__all__" {
		return
	}
	if call.Args().Len() != 1 {
		x.unknown = true
		return
	}
	switch arg := call.Args().At(0); f.Attr() {
	case "extend":
		x.add(arg)
	case "append":
		x.name(arg)
	case "remove": // the name stays among those that may be in it
	default:
		x.unknown = true
	}
}

// add adds a display of strings, or a sum of some.
func (x *exports) add(n pyparse.Node) {
	var elts pyparse.NodeList
	switch n.Kind() {
	case pyparse.KindList:
		elts = n.AsList().Elts()
	case pyparse.KindTuple:
		elts = n.AsTuple().Elts()
	case pyparse.KindBinOp:
		sum := n.AsBinOp()
		if sum.Op() != pyparse.OpAdd {
			x.unknown = true
			return
		}
		x.add(sum.Left())
		x.add(sum.Right())
		return
	default:
		x.unknown = true
	}
	for e := range elts.All() {
		x.name(e)
	}
}

func (x *exports) name(n pyparse.Node) {
	c := n.AsConstant()
	if c.ConstKind() != pyparse.ConstStr {
		x.unknown = true
		return
	}
	s := c.StringValue()
	if x.has == nil {
		x.has = map[string]bool{}
	}
	if !x.has[s] {
		x.has[s] = true
		x.names = append(x.names, s)
	}
}
