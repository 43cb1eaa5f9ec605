// Package green runs many tasks in turn on one thread, as gevent and eventlet do
// in Python, with what those give their users: sleeping, joining, killing,
// timeouts, queues, semaphores, pools, sockets, TLS, HTTP, child processes and a
// way to threads for what can't wait its turn. It uses the standard library
// only.
//
//	l := green.NewLoop(green.Options{})
//	err := l.Run(ctx, func(t *green.Task) error {
//		g, t := green.NewGroup(t)
//		g.SetLimit(100)
//		for _, feed := range feeds {
//			g.Go(feed.Name, func(t *green.Task) error { return refresh(t, feed) })
//		}
//		return g.Wait()
//	})
//
// # Words
//
// A [Loop] is one OS thread and what runs on it (gevent: hub). A [Task] is a
// function that runs on a loop (greenlet, green thread). A task runs until it
// waits in one of this package's operations; then the next one has its turn. To
// hold the loop is to not wait for long, or to wait in something else: then
// every other task stands still. Between two waits nothing else runs, so data
// that tasks share needs no lock unless it is in disorder across a wait.
//
// Every function that may wait takes the *Task as its first parameter, the way
// others take a context. That makes it plain where a turn may end, and tells
// tools what is task code. Only the methods of net.Conn, net.Listener and the
// like can't have that parameter; they wait for the task that calls them.
//
// # What holds the loop
//
// Whatever waits without this package: time.Sleep, a channel, sync.Mutex and
// sync.WaitGroup, package net's own connections, net/http's own Transport,
// database drivers over them, system calls on files, pipes and processes, C
// code. So does a long computation: call Yield in it now and then, or [Offload]
// it. A wait for another goroutine that in turn waits for the loop holds it for
// ever.
//
// # Traps
//
//   - A *Task is for the function that was given it. Used by another task or
//     goroutine it panics; so do connections, outside of their loop.
//   - runtime.LockOSThread in a task, without UnlockOSThread before the next
//     wait, is the end of the process: the Go runtime says "coro: OS thread
//     locking must match locking at coroutine creation". Some C libraries'
//     bindings do this. Offload them.
//   - A panic in a task ends the loop, see [Options.OnPanic]. Its stack is in the
//     [PanicError].
//   - runtime.Goexit, so t.FailNow of a test too, ends the task with [ErrGoexit]
//     and costs the memory of one goroutine; in the main function it ends Run's
//     caller, as a test wants it.
//   - Errors must be looked at: a killed task that goes on waiting a hundred times
//     is unwound by a panic, which must not be recovered.
//   - A bare tls.Conn is for one task at a time; see [TLSConn].
//   - A deferred cancel of [Task.WithTimeout] ends the tasks that were started
//     from the *Task it returned.
//   - What Offload runs is not stopped when its task is killed, only no longer
//     waited for.
//
// # How it works
//
// A task is a coroutine of [iter.Pull], which costs a tenth of a switch between
// goroutines locked to threads, and keeps all tasks on the loop's thread. Such a
// coroutine must be made and resumed under the same thread locks; so it is made
// at the task's first turn, by the loop. A file that would block is given to
// epoll (Linux) or kqueue (BSD, macOS), once and edge-triggered, and its task
// waits. Other systems, and [Options.Portable], do each socket operation on a
// goroutine.
//
// Before each resume the loop stores the task's number and a tick in one word,
// the heartbeat, which a monitor outside can read; see [Loop.Beat]. The running
// task's stack is the one of the goroutine that has the frame [Entry].
//
// docs/gevent.md says what each name of gevent and eventlet is called here, and
// how fast all three are.
package green
