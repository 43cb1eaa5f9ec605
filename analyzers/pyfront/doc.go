// Package pyfront turns a Python project into a call graph.
//
// It answers five questions and no more: what functions are there; what does
// this call denote; on whose thread does it run; which loops never yield; which
// functions are contexts, by what evidence. What blocks, where, unless what, is
// the catalogue's knowledge; what reaches what is package flow's.
//
//	files ─ project ─► module ─ pyparse, bind ─► unit ─ exec ─► values, edges, effects
//	                                              ▲               │
//	                                              └── cell ◄──────┘   until nothing changes
//
// Terms. A unit is a body that runs as a whole: a module, a function, a lambda.
// A value says what an expression may denote: a name of a library, a function or
// class of the project, an instance, a constant, a container. A set is a few
// values and perhaps "something else". A cell is a place that outlives a unit's
// run and that others read: a global, an attribute, a parameter, a result. When a
// cell grows, the units that read it run again.
//
// Locals are followed in the order of the text, so a client that is wrapped and
// assigned back is seen wrapped; cells only grow. Modules are loaded when an
// import is followed, so the cost grows with what the tasks reach.
//
// Defaults. An option that the program declares is read as its default, for that is what
// runs where nobody says otherwise: like a constant, it may make a finding ("as it is
// shipped, the database is SQLite") and void one. But a deployment may say otherwise, so
// code is not dead because of a default, and both ways of a test on it are followed. One
// thing only is drawn from it: where one way hands to another thread what the other calls
// here, the option is the switch between the two, and the default says which of them is
// meant. An option without a default, one that is declared with several, and what the
// environment may hold (os.environ.get("URL", "sqlite://")) are unknown: what the code
// falls back on there is for whoever tries it out, and no deployment has it.
//
// What it can't see: names made with exec, or with a setattr whose name is not known,
// metaclasses, values that go through a library's containers. Such a call is counted as
// unknown.
package pyfront
