package pyparse

import "iter"

// Children iterates over n's children in source order.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.tree == nil {
			return
		}
		var buf [16]uint32
		for _, id := range n.tree.appendChildren(buf[:0], n.id) {
			if !yield(Node{n.tree, id}) {
				return
			}
		}
	}
}

// Walk calls f for n and everything below it, parents first and in source order. If
// f returns false the children of that node are left out.
func Walk(n Node, f func(Node) bool) {
	if n.Valid() {
		w := walker{tree: n.tree, f: f}
		w.walk(n.id)
	}
}

type walker struct {
	tree  *Tree
	f     func(Node) bool
	stack []uint32 // children still to be visited, of all nodes on the way down
}

func (w *walker) walk(id uint32) {
	if !w.f(Node{w.tree, id}) {
		return
	}
	mark := len(w.stack)
	w.stack = w.tree.appendChildren(w.stack, id)
	for i, end := mark, len(w.stack); i < end; i++ {
		w.walk(w.stack[i])
	}
	w.stack = w.stack[:mark]
}

// items returns a list's entries as they are stored. one is room for a list that is
// stored in its own offset.
func (t *Tree) items(off uint32, one *[1]uint32) []uint32 {
	if off&singleList != 0 {
		one[0] = off &^ singleList
		return one[:]
	}
	return t.extra[off+1 : off+1+t.extra[off]]
}

// appendChildren appends the children of a node in source order.
func (t *Tree) appendChildren(dst []uint32, id uint32) []uint32 {
	var one [1]uint32
	node := func(id uint32) {
		if id != 0 {
			dst = append(dst, id)
		}
	}
	list := func(off uint32) {
		for _, id := range t.items(off, &one) {
			node(id)
		}
	}
	// every second entry of a list of pairs
	second := func(off uint32) {
		for i, id := range t.items(off, &one) {
			if i&1 == 1 {
				node(id)
			}
		}
	}
	// two lists that are each in order, as one
	merge := func(x, y uint32) {
		if y == 0 {
			list(x)
			return
		}
		var other [1]uint32
		xs, ys := t.items(x, &one), t.items(y, &other)
		for len(xs) > 0 && len(ys) > 0 {
			if t.nodes[xs[0]].start <= t.nodes[ys[0]].start {
				node(xs[0])
				xs = xs[1:]
			} else {
				node(ys[0])
				ys = ys[1:]
			}
		}
		for _, id := range xs {
			node(id)
		}
		for _, id := range ys {
			node(id)
		}
	}
	n := &t.nodes[id]
	rec := func(i uint32) uint32 { return t.extra[n.c+i] }
	switch n.kind {
	case KindModule, KindDelete, KindImport, KindImportFrom, KindBoolOp, KindDict, KindSet, KindJoinedStr,
		KindTemplateStr, KindList, KindTuple, KindMatchSequence, KindMatchMapping, KindMatchOr:
		list(n.a)
	case KindFunctionDef, KindAsyncFunctionDef:
		list(rec(1))
		list(rec(3))
		node(n.b)
		node(rec(2))
		list(rec(0))
	case KindClassDef:
		list(rec(1))
		list(rec(2))
		merge(rec(3), rec(4))
		list(rec(0))
	case KindReturn, KindExpr, KindUnaryOp, KindAwait, KindYield, KindYieldFrom, KindStarred, KindAttribute,
		KindArg, KindKeyword, KindMatchValue, KindMatchAs, KindParamSpec, KindTypeVarTuple:
		node(n.a)
	case KindAssign:
		list(n.a)
		node(n.b)
	case KindTypeAlias:
		node(n.a)
		list(n.b)
		node(n.c)
	case KindAugAssign, KindRaise, KindAssert, KindNamedExpr, KindBinOp, KindLambda, KindFormattedValue,
		KindInterpolation, KindSubscript, KindWithItem, KindTypeVar:
		node(n.a)
		node(n.b)
	case KindAnnAssign, KindSlice:
		node(n.a)
		node(n.b)
		node(n.c)
	case KindFor, KindAsyncFor:
		node(n.a)
		node(n.b)
		list(rec(0))
		list(rec(1))
	case KindWhile, KindIf:
		node(n.a)
		list(n.b)
		list(n.c)
	case KindWith, KindAsyncWith:
		list(n.a)
		list(n.b)
	case KindMatch, KindListComp, KindSetComp, KindGeneratorExp:
		node(n.a)
		list(n.b)
	case KindTry, KindTryStar:
		list(n.a)
		list(n.b)
		list(rec(0))
		list(rec(1))
	case KindIfExp:
		node(n.b)
		node(n.a)
		node(n.c)
	case KindDictComp, KindComprehension, KindMatchCase:
		node(n.a)
		node(n.b)
		list(n.c)
	case KindCompare:
		node(n.a)
		second(n.b)
	case KindCall:
		node(n.a)
		merge(n.b, n.c)
	case KindExceptHandler:
		node(n.a)
		list(n.c)
	case KindMatchClass:
		node(n.a)
		list(n.b)
		second(n.c)
	case KindArguments:
		var other, defs [1]uint32
		pos, args, defaults := t.items(rec(0), &one), t.items(rec(1), &other), t.items(rec(6), &defs)
		bare := len(pos) + len(args) - len(defaults)
		for i := range len(pos) + len(args) {
			if i < len(pos) {
				node(pos[i])
			} else {
				node(args[i-len(pos)])
			}
			if i >= bare {
				node(defaults[i-bare])
			}
		}
		node(rec(2))
		kwDefaults := t.items(rec(4), &defs)
		for i, id := range t.items(rec(3), &one) {
			node(id)
			node(kwDefaults[i])
		}
		node(rec(5))
	}
	return dst
}
