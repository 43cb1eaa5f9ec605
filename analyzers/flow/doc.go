// Package flow answers which effects a context reaches, and in which process
// that holds a loop. It knows no language: front ends give it functions, edges,
// effects and contexts, and get findings with chains of calls.
//
// # Terms
//
// A unit is what one [Graph] describes. An edge leads from a caller to a callee
// and says on whose thread the callee runs. An entry is a function for which
// an answer is wanted: that of a context, or an exported one. A hit is an effect
// that an entry reaches. The sink site of a hit is the last place on its chain
// that lies in the user's own code; that is where a finding is shown.
//
//	user's code                     : foreign code
//	                                :
//	refresh ──► fetch ──► Client.get ──► pool.urlopen ──► conn.connect
//	an entry      │            ▲    :                       ! socket.connect
//	              │            └── the sink site, two calls away from refresh
//	              ├ ~ ~ ► report     :  spawn: a task on the same loop, so it counts
//	              └ ═ ═ ► thumbnail  :  offload: another thread, a wall for all but
//	                        ! resize :  effects that hold the GIL
//
// # The way of the data
//
// The index numbers functions and guards in the order of their names, and edges
// in the order of their places, so that every later choice is a comparison of
// numbers and no answer depends on the order of a map or a slice.
//
// The search runs backwards, breadth first, from each function that has a sink
// site to all entries, 64 such functions at a time. It finds how far they are;
// a chain is put together only when it is asked for, by running its search
// again. An effect in foreign code is first brought to its sink sites, by the
// same search held to foreign code.
//
// An edge may be guarded: threading.Thread(target=f) spawns f where threads are
// patched, and offloads it elsewhere. The guards passed on the way are part of
// the state of the search. Of two ways to a function, one that is no longer and
// asks for no more makes the other void; what is left is a few ways for each
// function, each for other processes.
//
// [Judge] comes last. It takes the processes, drops the hits that none of them
// makes true, and words the rest: one finding for each sink site and rule.
//
// # Which chain is shown
//
// That of the nearest context, by name where several are as near. Of its chains
// the shortest; of these the one with the fewest dynamic calls, then with the
// fewest offloads, then the one whose calls come first in their files.
//
// # What it can't see
//
// A way that needs more than three different guards before its sink site, or
// after it, is given up, and so are all but 64 sets of guards for one function;
// [Reached.Lost] counts both. A chain
// without a frame in the user's code is no finding: there is nothing the user
// could change. Where user code hands a foreign function straight to a loop,
// the front end makes a function of that place, and lets it call the foreign
// one.
package flow
