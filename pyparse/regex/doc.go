// Package regex finds regular expressions of Python's re module whose matching takes
// far longer than their subject is long, and shows a subject for which it does.
//
// CPython's matcher backtracks: where a pattern can divide a text in many ways, and the
// rest of it fails, the matcher tries them all. "(a+)+$" tries 2ⁿ ways of dividing n
// letters, "\d+\d+x" n²/2.
//
//	pattern ─ parse ─► tree ─ automaton ─► loops that can read the same text in two
//	                    │                  ways: prefix, pump, suffix
//	                    │                              │
//	                    └── matcher ── counts steps ◄──┘
//
// The automaton only proposes. It knows nothing of look-arounds, back-references and
// anchors. What is reported has been tried: the matcher does what CPython's does, choice
// for choice, and its steps have been counted for subjects of growing length. So there is
// no report without a subject that proves it, and there may be patterns that are missed.
//
// Terms. A pump is a text that, repeated, multiplies the work; a subject is a prefix, the
// pump n times, and a suffix at which every way fails.
package regex
