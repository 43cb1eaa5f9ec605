package rules

// An ID names a rule: "GL401".
type ID string

// A Func names a function, uniquely within one analysis: "shop.tasks.refresh"
// in Python, "(*example.com/shop.Hub).Refresh" in Go.
type Func string

// An Effect is something a function does that can hold the thread: a CPU loop,
// a system call, native code, I/O that the loop can't see. It is comparable and
// used as a map key; two effects that differ in any field are told apart.
type Effect struct {
	Rule     ID
	Symbol   string   // what is called, by its qualified name: "pycurl.Curl.perform"; "loop" for a CPU loop
	Guard    Guard    // when it is harmless; the zero Guard never is
	Detail   string   // an addition for the message: "about 3.2 s at 12 rounds"; may be empty
	HoldsGIL bool     // moving it to another thread of the process does not help
	Row      *Row     // the catalogue's words on it; nil where the front end found it by itself
	Severity Severity // zero = the rule's own
}
