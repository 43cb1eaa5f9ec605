package flow

// maxGuards is how many different guards a way may ask for. Real ones ask for
// one or two (threads patched, processes patched); a way that needs four is
// hardly ever true of a process.
const maxGuards = 3

// A guardSet is up to maxGuards guard numbers, 21 bits each, ascending from the
// low end. Of two sets the one with fewer guards is the smaller number.
type guardSet uint64

const guardBits = 21

// with returns the set with a guard added, and false where it has no room. Guard
// 0 is in every set.
func (s guardSet) with(g uint32) (guardSet, bool) {
	if g >= 1<<guardBits {
		panic("flow: more guards than a set can number")
	}
	var out guardSet
	n, placed := 0, g == 0
	for rest := s; rest != 0 || !placed; n++ {
		low := uint32(rest & (1<<guardBits - 1))
		switch {
		case !placed && low == g:
			return s, true
		case !placed && (rest == 0 || low > g):
			low, placed = g, true
		default:
			rest >>= guardBits
		}
		if n == maxGuards {
			return s, false
		}
		out |= guardSet(low) << (n * guardBits)
	}
	return out, true
}

// union returns the guards of both sets, and false where there is no room.
func (s guardSet) union(t guardSet) (out guardSet, ok bool) {
	for out, ok = s, true; t != 0 && ok; t >>= guardBits {
		out, ok = out.with(uint32(t & (1<<guardBits - 1)))
	}
	return out, ok
}

// within reports whether t asks for everything that s asks for.
func (s guardSet) within(t guardSet) bool {
	if s == 0 || s == t {
		return true
	}
	for ; s != 0; s >>= guardBits {
		if u, ok := t.with(uint32(s & (1<<guardBits - 1))); !ok || u != t {
			return false
		}
	}
	return true
}

// list returns the guard numbers, ascending.
func (s guardSet) list() []uint32 {
	out := make([]uint32, 0, maxGuards)
	for ; s != 0; s >>= guardBits {
		out = append(out, uint32(s&(1<<guardBits-1)))
	}
	return out
}
