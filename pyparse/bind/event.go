package bind

// event is one step of what a scope's text does to its names, in the order in which
// it runs. Branches, loops and tries stand in the list as brackets.
type event struct {
	op  op
	off uint32 // from which offset on the step is felt
	sym int32  // evBind, evMaybe, evUnbind: the symbol
	arg int32  // evBind, evMaybe: which of its bindings; evLoop, evTry: index of the event that ends the loop or the try's body; evLoopEnd: 1 if a break or continue is in it
}

type op uint8

const (
	evBind       op = iota // a name gets a value
	evMaybe                // a name may get a value
	evUnbind               // a name loses its value
	evBranch               // the first of several ways begins
	evNext                 // the next way begins, from the state before evBranch
	evEnd                  // the ways join
	evLoop                 // what follows runs again and again, from evLoop to evLoopEnd
	evLoopEnd              //
	evTry                  // as evBranch; the text up to arg may stop at any point
	evTryEnd               // the end of the try's body
	evHandler              // as evNext, from any state within the try's body
	evElse                 // as evNext, from the state at the end of the try's body
	evFinally              // what follows runs from any state since evTry (arg), and goes on from the present one
	evFinallyEnd           //
	evLeave                // return, raise, break or continue: the present way ends
)

// emit notes an event of the current scope and returns its index. What never runs
// makes no events.
func (c *collector) emit(op op, off uint32, arg int) int {
	if c.dead > 0 {
		return -1
	}
	c.scope.events = append(c.scope.events, event{op: op, off: off, arg: int32(arg)})
	return len(c.scope.events) - 1
}

// closes says where the bracket that opened at event i has its end: at the last event.
func (c *collector) closes(i int) {
	if i < 0 {
		return
	}
	c.scope.events[i].arg = int32(len(c.scope.events) - 1)
}
