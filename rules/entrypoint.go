package rules

// An EntryPoint is a name that a package gives to one of its functions or classes, for
// programs that look it up by a group: setuptools' entry points, the factories in a
// configuration of Paste.
type EntryPoint struct {
	Group  string // "console_scripts", "paste.app_factory"
	Key    string // by which it is looked up: "proxy"; may be empty
	Module string // "swift.proxy.server"
	Name   string // what it holds, perhaps with dots: "app_factory"
	Why    Evidence

	Command bool // people run it, as a program of that name
}
