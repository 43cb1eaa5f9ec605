// Package gpy runs small Python fixtures where no Python is installed: gpython,
// an interpreter written in Go, on the green pool, with stand-ins for gevent,
// eventlet and what of the standard library waits.
//
// It shows the mechanism, not the libraries: a name that the monkey patch would
// replace waits in the loop after the patch and holds the thread before, and the
// rest always holds it. gpython speaks a small part of Python 3.4; a fixture that
// needs more gets the clear answer that it needs CPython.
//
// The child is this very program, started again: see [Interpreter.Run].
package gpy
