package rules

// An EntryPoint is a name that a package gives to one of its functions or classes, for
// programs that look it up by a group: setuptools' entry points, the factories in a
// configuration of Paste. What a command line has served is one of the program's own
// group: "gunicorn shop.wsgi:app".
type EntryPoint struct {
	Group  string // "console_scripts", "paste.app_factory"
	Key    string // by which it is looked up: "proxy"; may be empty
	Module string // "swift.proxy.server"
	Name   string // what it holds, perhaps with dots: "app_factory"
	Why    Evidence

	Served  bool // a command line has it served
	Factory bool // what is looked up is what a call of it gives
	Command bool // people run it, as a program of that name
}
