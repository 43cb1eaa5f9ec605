package bind

import "sort"

// flow says for every place of a scope's text which bindings of a symbol may have
// given it its value there.
type flow struct {
	vals  []value
	hist  [][]change // of each symbol, in order of offsets
	final []int32    // value of each symbol at the scope's end
}

// value is one binding, or what two ways have in common: either of two values. A
// loop makes circles of values.
type value struct {
	left, right int32 // if right is leaf, left is the index of a binding
}

const (
	unbound int32 = 0  // the value of a name that is not bound
	leaf    int32 = -1 //
)

// change says that a symbol has a value from an offset on.
type change struct {
	off uint32
	val int32
}

// flow returns the scope's flow, which is made on first demand.
func (s *Scope) flow() *flow {
	s.flowOnce.Do(func() {
		r := runner{scope: s, flow: &flow{vals: make([]value, 1, 1+len(s.events)), hist: make([][]change, len(s.symbols))}}
		s.flowState = r.run()
		s.events = nil
	})
	return s.flowState
}

// at returns a symbol's value at an offset.
func (f *flow) at(sym int, off uint32) int32 {
	h := f.hist[sym]
	i := sort.Search(len(h), func(i int) bool { return h[i].off > off })
	if i == 0 {
		return unbound
	}
	return h[i-1].val
}

// manySteps bounds how far a value is followed into its parts.
const manySteps = 4096

// expand calls f for the binding of each part of a value. It reports whether the
// name may be unbound, and whether f was called for all.
func (f *flow) expand(val int32, use func(binding int)) (mayBeUnbound, all bool) {
	switch v := f.vals[val]; {
	case val == unbound:
		return true, true
	case v.right == leaf:
		use(int(v.left))
		return false, true
	}
	seen := map[int32]bool{val: true}
	todo := []int32{val}
	for len(todo) > 0 {
		if len(seen) > manySteps {
			return true, false
		}
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		v := f.vals[at]
		switch {
		case at == unbound:
			mayBeUnbound = true
		case v.right == leaf:
			use(int(v.left))
		default:
			for _, part := range [2]int32{v.left, v.right} {
				if !seen[part] {
					seen[part] = true
					todo = append(todo, part)
				}
			}
		}
	}
	return mayBeUnbound, true
}

func (f *flow) value(left, right int32) int32 {
	f.vals = append(f.vals, value{left, right})
	return int32(len(f.vals) - 1)
}

// join returns the value that is either of two.
func (f *flow) join(a, b int32) int32 {
	if a == b {
		return a
	}
	return f.value(a, b)
}
