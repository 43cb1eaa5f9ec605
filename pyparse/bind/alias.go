package bind

import "github.com/greenlint/greenlint/pyparse"

// This file follows a name from its binding to what the value of that stands for.

// known is what is known of an alias.
type known struct {
	answer
	open         bool // it is still being worked out
	depth, attrs int  // of the query when that began
}

// binding returns what a name stands for after a binding.
func (q *query) binding(b *Binding) answer {
	switch b.Kind {
	case ByImport, ByImportFrom:
		return answer{[]Denotation{{Name: b.Import, Offset: b.Start}}, true}
	case ByDef, ByClass:
		return answer{[]Denotation{{Name: q.t.opens[b.Node].Name, Offset: b.Start, Def: b.Node}}, true}
	case ByAssign, ByWalrus, ByFor, ByComprehension:
		if len(b.Path) > 0 || !b.Value.Valid() {
			return answer{}
		}
	default:
		return answer{}
	}
	return q.alias(b)
}

// alias returns what the value of a binding stands for. In a circle of aliases the
// one that comes back adds nothing, unless attributes are taken on the way.
func (q *query) alias(b *Binding) answer {
	if k, ok := q.memo[b]; ok {
		if k.open {
			q.low = min(q.low, k.depth)
			return answer{whole: k.attrs == q.attrs}
		}
		return k.answer
	}
	if q.steps++; q.depth == longAliases || q.steps > manyAliases {
		return answer{}
	}
	if q.memo == nil {
		q.memo = map[*Binding]known{}
	}
	q.memo[b] = known{open: true, depth: q.depth, attrs: q.attrs}
	low := q.low
	q.low = q.depth
	q.depth++
	var a answer
	if b.Kind == ByFor || b.Kind == ByComprehension {
		a = q.elements(b.Value)
	} else {
		a = q.expr(b.Value)
	}
	q.depth--
	if q.low < q.depth {
		delete(q.memo, b) // true only within the circle
	} else {
		q.memo[b] = known{answer: a}
	}
	q.low = min(low, q.low)
	return a
}

// elements returns what the elements of a tuple or list display stand for.
func (q *query) elements(n pyparse.Node) answer {
	elts := n.AsTuple().Elts()
	if n.Kind() == pyparse.KindList {
		elts = n.AsList().Elts()
	}
	a := answer{whole: elts.Len() > 0}
	for e := range elts.All() {
		a.add(q.expr(e))
	}
	return a
}

// importCall answers for __import__("a") and importlib.import_module("a.b").
func (q *query) importCall(call pyparse.Call) answer {
	args := call.Args()
	if args.Len() != 1 || call.Keywords().Len() > 0 || args.At(0).AsConstant().ConstKind() != pyparse.ConstStr {
		return answer{}
	}
	f := q.expr(call.Func())
	if len(f.list) != 1 {
		return answer{}
	}
	module := args.At(0).AsConstant().StringValue()
	switch {
	case module == "" || module[0] == '.':
		return answer{}
	case f.list[0].Name == "builtins.__import__":
		module = top(module)
	case f.list[0].Name != "importlib.import_module":
		return answer{}
	}
	return answer{[]Denotation{{Name: module, Offset: f.list[0].Offset}}, f.whole}
}
