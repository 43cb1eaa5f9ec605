package rules

// An Env is what is known of one process: its loop, what is monkey-patched and
// when, which shims are installed, which versions are in use.
type Env struct {
	Name     string     // for people: "Procfile: worker", "manage.py"
	Loop     Loop       //
	Start    Evidence   // where a program begins that does not patch, as others of the project do; zero = no such
	Runs     []string   // the kinds of contexts that this process can run; "*" = all
	Why      []Evidence // what declares it
	Patched  []string   // flags of what is patched, sorted: "socket", "time", …
	PatchPos []Evidence // the calls that patch; empty when the server does it
	Called   []string   // functions called while the process starts, by qualified name, sorted: shims
	Versions []Version  // of distributions, sorted by name
	Python   string     // "3.11"; "" = not known
	Vars     []string   // environment variables that are set, "NAME=value", sorted

	// Implied says that nothing declares the process or is written to start it: it would be
	// one if somebody did. Others are named before it.
	Implied bool

	// Holds reports whether the process loads a file, so that what it defines can
	// run there. nil = every file.
	Holds func(file string) bool

	// Loads reports whether code of a file may run in the process, whoever calls it there.
	// A chain through a file that it doesn't load is one of another process. nil = of every
	// file.
	Loads func(file string) bool

	// Only narrows that further: it reports whether the process can run a context of
	// a kind and a file that it can. nil = every one.
	Only func(*Context) bool

	// BoundEarly reports whether the module-level code at a place (as
	// [Guard.Bound] names it) runs before the process is patched. nil = never.
	BoundEarly func(place string) bool
}

// A Version is a distribution and its version as far as a file pins it.
type Version struct {
	Dist    string // normalised name: lower case, "-" for runs of "-_."
	Version string // "22.10.2"; "" when only the name is known
	Spec    string // the constraint as written: "==22.10.2", ">=22"
	Why     Evidence
}

// Can reports whether the process can run a context of the given kind.
func (e *Env) Can(kind string) bool {
	for _, k := range e.Runs {
		if k == "*" || k == kind {
			return true
		}
	}
	return false
}
