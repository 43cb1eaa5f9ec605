// Package gofront reads one Go package and gives flow its part of the call graph.
//
// It is one analysis, [Analyzer], that others require: it exports facts for the
// packages that import this one, and its result holds the findings in this
// package, of which each thin analyzer (cpuloop, syncprim …) reports its rules.
//
// # Terms
//
// A leaf is what a value may be, as far as this package shows: a function, a
// closure, a concrete type behind an interface, a parameter.
//
// A hole is a call whose callee is a parameter of the function, or a method of
// one: f() in func Retry(f func() error). It can't be resolved where it is
// written, but where Retry is called. So every function with holes is a template;
// a call that fills a hole makes an instance of it, a function of its own in the
// graph, which holds just the calls on the way to the hole:
//
//	Task ──► Retry ⟨f = Task$1⟩ ──► Task$1 ──► time.Sleep
//
// Holes of exported functions are part of the package's fact, so that they are
// filled in other packages too.
//
// A keep is a place where other packages put what this one calls later: a parameter
// of New that is stored, an exported field. Of each function the fact says what of
// keeps it calls, and of each keep the loop on which that happens, so that what is
// put there is known to run on the loop:
//
//	ui.New(store, ui.Options{OnOpen: f}) in main, and p.opt.OnOpen() in a callback of ui
//
// # The way of the data
//
// syntax and types → SSA → calls, with leaves (value.go, call.go) → holes and
// instances (hole.go) → own effects and loops (own.go, loop.go, cost.go) → flow.Graph →
// contexts, and keeps with them (context.go, keep.go) → flow.Solve with the imported
// facts as Known → findings and the package's fact.
//
// # What it can't see
//
// Values are followed without regard to order and, through fields, globals and
// containers, without regard to the object: what is stored in a field of one
// object may come out of the same field of another. Implementations of an
// interface in packages that this one does not import are known only where they
// are put into a keep. Calls by reflection and through unsafe are not followed.
package gofront
