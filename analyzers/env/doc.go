// Package env reads what a project says about its processes: which program each
// runs, on which loop, and whether that program patches the standard library.
//
// The way of the data:
//
//	Procfile, Dockerfile, compose, shell … ─ one reader per format ─► Command
//	Python files ─ settings, launches from code ───────────────────► Command, setting
//	Command × [[launch]] and [[setting]] of the catalogue ─────────► Process (with its rules.Env), GL603
//	requirements, pyproject, locks … ──────────────────────────────► rules.Version
//
// A [Command] is the words that start a program, expanded as far as the project's
// own files say, each word with the place where it is written: a pool option that
// reaches the command line through an array, a variable or a default is reported
// where it stands. A word that depends on a variable that no file sets is kept as
// unknown; it is counted ([Result.Unknown]) and never leads to a finding.
//
// What it can't see: command lines put together by a template engine, values that
// come from a secret store or another repository, and calls in code that patch
// (these need real name resolution and belong to the Python front end).
package env
