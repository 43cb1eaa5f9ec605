package flow

import "github.com/greenlint/greenlint/rules"

// A Graph is what a front end knows of one unit: a Go package, or a Python
// project with what it imports. [Solve] only reads it; the order of its maps
// and slices has no influence on any answer.
type Graph struct {
	Own   map[rules.Func][]Own  // what a function does by itself
	Calls map[rules.Func][]Edge // what it calls, spawns or hands to a thread

	// Known gives the effects of a function outside this unit: one that is
	// called here, but is a key of neither map. nil = none is known.
	Known func(rules.Func) []Summary

	// Foreign reports whether a function is not the user's own code. It decides
	// where a finding lies, not whether there is one. nil = all is the user's.
	Foreign func(rules.Func) bool
}

// An Own is an effect of the function itself, at the place where it happens.
type Own struct {
	Effect   rules.Effect
	Pos, End rules.Pos // End is one past the last byte; zero where unknown

	// Tail is what Pos sets going elsewhere, in another thread or process, up to
	// the call that does the harm there: it is shown, but the place stays Pos, and
	// the first frame's with it. Empty = the harm is done at Pos.
	Tail rules.Chain
}

// An Edge says that at Pos the callee gets to run.
type Edge struct {
	Callee   rules.Func
	Kind     EdgeKind
	Guard    rules.Guard // the edge is there only in processes where this counts; zero = in all
	Pos, End rules.Pos   // of the call; End is one past the last byte, zero where unknown
	Dynamic  bool        // one of several possible callees: an override, a stored callable
	Option   string      // as in [rules.Frame]
}

// An EdgeKind says on whose thread, and in whose turn, the callee runs.
type EdgeKind uint8

const (
	Call    EdgeKind = iota // here and now, on the same thread
	Spawn                   // as a new task on the same loop
	Offload                 // on another thread: only what holds the GIL comes back through it
)

func (k EdgeKind) String() string {
	switch k {
	case Call:
		return "call"
	case Spawn:
		return "spawn"
	case Offload:
		return "offload"
	}
	panic("flow: unknown edge kind")
}

// A Summary is an effect that a function of another unit has, by itself or
// through what it calls, as that unit's [Reached.Summary] gave it.
type Summary struct {
	Effect    rules.Effect
	Guards    []rules.Guard // of the edges on the way: all must count
	Offloaded bool          // the way leads through another thread
	Chain     rules.Chain   // from inside the function to the effect; never empty
}
