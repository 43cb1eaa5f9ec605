// Package gopool runs Go functions as tasks of the green pool, each in a process
// of its own, and watches the pool's loop from outside.
//
// [Builder.Build] makes a program of a function: a test binary of the function's
// own package, so that unexported ones can be called too, with one more file
// that is laid over the package and never written into it. [Program.Run] runs it
// once. In the child, [Child] starts the loop, the heartbeat and the function.
package gopool
