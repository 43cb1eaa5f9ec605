package pyparse

// Parse parses one file. It never fails: what is wrong is in Tree.Errors.
func Parse(src []byte, opts Options) *Tree {
	t := &Tree{src: src, nodes: make([]node, 2), extra: make([]uint32, 8), root: 1}
	t.nodes[1] = node{kind: KindModule, end: uint32(len(src))}
	return t
}
