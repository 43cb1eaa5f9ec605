// Package stall sees from outside when a cooperative loop stands still.
//
// The loop runs in a process of its own, the child. Within it, a heartbeat is
// written to a [Page] of memory that both processes map: at every turn of the
// loop a counter changes. A [Monitor], in the parent, looks at the counter every
// few milliseconds. Where it does not change, the loop does not turn; while that
// lasts, the monitor asks the kernel what the loop's thread is doing.
//
// Why from outside: a thread within the child is blind while something holds the
// interpreter's lock, and a Go runtime that waits to stop the world for a stack
// waits for the very call that it should report.
//
// # Words
//
// A gap is the time between two beats. Its corrected length is its wall time
// without the time for which the loop's thread stood in the kernel's run queue:
// on a busy machine the processor was elsewhere, and that is not the loop's
// fault. A stall is a gap whose corrected length reaches the threshold. The
// threshold comes from a calibration: what the very same loop does when nothing
// is wrong.
//
// # What it cannot see
//
// On systems without /proc the correction and the class are missing; the gap is
// still measured, and [Stall.Class] says [Unknown]. Time that a hypervisor takes
// from the whole machine looks like a stall; that is why one hit proves nothing
// and [Judge] wants several.
package stall
