// Package rules is the vocabulary of greenlint and its knowledge of the world.
//
// The vocabulary, one type a file: an [Effect] is something a function does that
// can hold the thread; a [Context] is the evidence that a function runs on a
// cooperative loop; an [Env] is what is known of one process; a [Guard] says
// when an effect is harmless; a [Finding] is a chain of calls from a context to
// an effect that the process's environment does not make harmless.
//
// The knowledge is data: a folder per rule (gl401-foreign-io/rule.md: what, why,
// how to get out) and a TOML file per library (catalog/python/psycopg2.toml:
// what of it blocks, where, unless what). [Load] reads the built-in files,
// [Catalog.Overlay] adds a user's tables through the same code, and every
// question about a library goes through [Catalog.Lookup].
//
// The package knows nothing of syntax trees, call graphs or files of a project.
package rules
