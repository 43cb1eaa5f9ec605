// Package confirm runs what a finding accuses and says whether it is true.
//
// A [Target] is a function (or a whole program) that is said to hold a loop. A
// [Session] picks an engine for it, runs it several times in children, and comes
// to a [Verdict] by a fixed rule:
//
//  1. A survey: one run in which each stall is asked for its stack. Its times
//     don't count, since the asking disturbs.
//  2. A control: the same run with the loop's own sleep in the place of the
//     accused call, or the fixture's good form. It has to be free of stalls.
//  3. Trials, until three have hit (confirmed) or three are clean and none has
//     hit (refuted). A trial in which the machine was too busy to tell does not
//     count, nor a stall of a class that no survey has seen. After five that
//     count, or eight in all: inconclusive.
//
// An exception that leaves the task counts as a confirmation if the same call
// does not raise it without the loop. Inconclusive is never said to be clean.
package confirm
