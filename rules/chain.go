package rules

// A Frame is one step of a chain: at Pos, inside the previous frame's function
// (or, for the first frame, inside the context's), Func is called. The last
// frame is the effect itself and its Func is the effect's symbol.
type Frame struct {
	Func    Func
	Pos     Pos
	Dynamic bool   // one of several possible callees: an override, a stored callable
	Option  string // it is called by the default of this option of the program; "" = whatever the options are
}

// A Chain leads from a context to an effect. It is never empty: a function that
// blocks by itself has a chain of one frame.
type Chain []Frame

// Depth is the number of calls between the context's function and the effect:
// 0 when the context itself makes the blocking call.
func (c Chain) Depth() int { return len(c) - 1 }
