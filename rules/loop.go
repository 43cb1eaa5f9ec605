package rules

// A Loop is a kind of cooperative loop: something on which many tasks take
// turns on one thread.
type Loop string

// The loops that greenlint knows. The zero Loop means "not known".
const (
	Gevent    Loop = "gevent"
	Eventlet  Loop = "eventlet"
	Asyncio   Loop = "asyncio"
	GreenPool Loop = "greenpool"
	Temporal  Loop = "temporal"
	Bubbletea Loop = "bubbletea"
	Gnet      Loop = "gnet"
	JSFunc    Loop = "jsfunc"
	TinyGo    Loop = "tinygo"
	Interrupt Loop = "interrupt" // a handler that no task of TinyGo's can run beside
	UI        Loop = "ui"        // a GUI toolkit's event thread: ebiten, fyne, tview, walk
)

// Loops lists every known loop, in the order in which help texts name them.
var loops = []Loop{Gevent, Eventlet, Asyncio, GreenPool, Temporal, Bubbletea, Gnet, JSFunc, TinyGo, Interrupt, UI}

// KnownLoop reports whether l is one of the loops above.
func KnownLoop(l Loop) bool {
	for _, k := range loops {
		if k == l {
			return true
		}
	}
	return false
}

// Noun is the word for l's scheduler in a message: "hub" for the greenlet
// libraries, "event loop" elsewhere.
func (l Loop) Noun() string {
	switch l {
	case Gevent, Eventlet:
		return string(l) + " hub"
	case Interrupt:
		return "processor in an interrupt"
	case "":
		return "loop"
	}
	return string(l) + " loop"
}
