// Package report turns what an analysis found into what people and programs
// read.
//
// The way of the data: a [Draft] holds the raw findings, the files that could
// not be read and the comments of the files that could. [Draft.Finish] does, in
// one place and in this order, what every output needs: keep the chosen rules,
// merge what is the same finding, apply suppressions, add GL901 for those that
// suppress nothing and GL902 for unreadable files, sort, and give each finding
// its fingerprint. A [Result] then goes to a [Writer], one per output format;
// [Summarise] words what is not a finding, for standard error.
//
// The package parses nothing and reads no file by itself: comments and function
// spans come from the front ends, source text from [Options.Read].
package report
