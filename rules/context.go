package rules

// Evidence is one reason to believe something: a line of a file and what it says.
type Evidence struct {
	Pos  Pos
	Text string // the line's own words, or ours: "async def"
}

// A Context is evidence that a function runs on a loop.
type Context struct {
	Kind  string // the catalogue's word: "celery-task", "greenlet", "async-def", "wsgi-view"
	Loop  Loop   // zero: the process decides (a Celery task runs on whatever pool the worker has)
	Func  Func
	Pos   Pos        // of the function's definition
	Guard Guard      // the context only counts where the guard holds; zero = always
	Why   []Evidence // what makes it one, the strongest first
	Idle  bool       // no other task of the loop runs meanwhile
}
