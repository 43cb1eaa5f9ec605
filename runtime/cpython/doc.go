// Package cpython runs Python on a real interpreter, as a task of a real gevent
// or eventlet hub or of an asyncio loop, and watches the loop from outside.
//
// [Find] looks for interpreters and for the libraries that they have. A [Task]
// is one function (or a whole file) with what it needs; [Interpreter.Run] runs
// it once, in a process of its own, and returns what was seen: [stall.Run] and
// what the harness within that process says.
//
// The harness is embedded and handed over on the command line. It writes the
// heartbeat from a task of the loop, runs the judged call, and reports an
// exception with its frames and the modules that the call has imported, so that
// later runs can import them beforehand: the time of a first import is no stall.
package cpython
