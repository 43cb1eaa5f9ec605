package rules

import (
	"fmt"
	"strings"
)

// A Library is what one catalogue file says: one library, or one module of the
// standard library. A user's greenlint.toml holds the same tables.
type Library struct {
	Name     string `toml:"-"` // the file's name without ".toml"
	Language string `toml:"-"` // "python" or "go"
	File     string `toml:"-"` // for messages: "catalog/python/psycopg2.toml"

	Dist    []string `toml:"dist"`    // names of the distributions that install it
	Imports []string `toml:"imports"` // what a program imports: "psycopg2", "mysql.connector", "net/http"
	Stdlib  bool     `toml:"stdlib"`  // a module of the language's own library: never walked into

	// Types says what calls and attributes give back, so that methods resolve:
	// "psycopg2.connect()" = "psycopg2.extensions.connection". A value that
	// ends in "[]" is a container of such things.
	Types map[string]string `toml:"types"`
	// Bases lists the base classes of the library's classes.
	Bases map[string][]string `toml:"bases"`
	// Aliases maps a name, with everything below it, to the one that the other
	// tables use: "_socket" = "socket".
	Aliases map[string]string `toml:"aliases"`
	// Vendored maps the names of copies that projects keep in their own tree to
	// the library's: "*.openstack.common.loopingcall" = "oslo_service.loopingcall".
	// The star stands for the packages around the copy.
	Vendored map[string]string `toml:"vendored"`
	// Sizes says how many bytes or elements a call gives back, in the grammar of
	// a cost: "os.urandom()" = "value(0)".
	Sizes map[string]string `toml:"sizes"`
	// Replaced are the classes that a patch replaces: a name for one that was
	// bound before the patch goes on making objects of the original.
	Replaced []string `toml:"replaced"`
	// WhoseThread and WhoseLoop are functions that tell on which thread they are called, and
	// which loop runs on it: who asks does one thing there and another elsewhere.
	WhoseThread []string `toml:"whose_thread"`
	WhoseLoop   []string `toml:"whose_loop"`
	// Clocks are functions that tell the time: a loop that ends by one of them spins.
	Clocks []string `toml:"clocks"`
	// Polls are functions that only look whether something has happened: a loop
	// that ends by one of them spins too.
	Polls []string `toml:"polls"`
	// Holds says which arguments a result passes its own calls on to, by
	// position: "bufio.NewReader()" = [0].
	Holds map[string][]int `toml:"holds"`

	Effects     []*EffectRow   `toml:"effect"`
	Safe        []*SafeRow     `toml:"safe"`
	Offloads    []*MoveRow     `toml:"offload"`
	Spawns      []*MoveRow     `toml:"spawn"`
	HigherOrder []*MoveRow     `toml:"higher-order"`
	Yields      []*YieldRow    `toml:"yield"`
	Streams     []*StreamRow   `toml:"stream"`
	Returns     []*ReturnRow   `toml:"returns"`
	Turns       []*TurnRow     `toml:"turn"`
	Variables   []*VariableRow `toml:"variable"`
	Regexes     []*RegexRow    `toml:"regex"`
	Loads       []*LoadRow     `toml:"load"`
	Options     []*OptionRow   `toml:"option"`
	Handles     []*HandleRow   `toml:"handle"`
	Forks       []*ForkRow     `toml:"fork"`
	Contexts    []*ContextRow  `toml:"context"`
	Patches     []*Patch       `toml:"patch"`
	Bad         []*VersionRow  `toml:"version"`
	Launches    []*Launch      `toml:"launch"`
	Settings    []*Setting     `toml:"setting"`
	Detours     []*Detour      `toml:"detour"`
	Stubs       []*Stub        `toml:"stub"`

	// Threads = "bound" says that objects of the library belong to the thread that
	// made them, so that a call can't simply be made by another one.
	Threads string `toml:"threads"`

	sizes map[string]costExpr
}

// A Row is what every table about calls has in common.
type Row struct {
	Calls  []string `toml:"calls"`  // qualified names; a trailing ".*" means everything below
	Loops  []Loop   `toml:"loops"`  // only on these; empty = on every loop
	When   []string `toml:"when"`   // conditions, all of which must hold: on the process or on the arguments
	Unless []string `toml:"unless"` // conditions, any of which makes the row void

	Why    string   `toml:"why"`
	Remedy string   `toml:"remedy"`
	Source []string `toml:"source"` // documents, threads, or "measured"

	Lib *Library `toml:"-"`

	guard Guard     // the conditions on the process, and the loops
	when  []argTest // those on the arguments
	off   []argTest
}

// An EffectRow says that calling something holds the thread.
type EffectRow struct {
	Row
	Rule     ID       `toml:"rule"`
	Severity Severity `toml:"severity"`
	// Cost is the seconds that a call takes, as a product of numbers and of
	// size(arg), value(arg) and pow2(arg): "size(0) * 8e-9". With a cost, the
	// call is an effect only where the cost is known to exceed the budget.
	Cost string `toml:"cost"`
	// GIL = "holds" says that a thread of the same process is no way out.
	GIL string `toml:"gil"`
	// Repairs are the ways out that can be written automatically.
	Repairs []*Repair `toml:"fix"`
	// Early says what becomes of a name that was bound, or an object that was
	// made, before the patch: "stalls", "raises", or "" (it does no harm).
	Early string `toml:"early"`
	// Adds says that short calls add up where a loop makes them without end: each
	// counts as the work of a loop over a stream, as calls to the disk always do.
	Adds bool `toml:"adds"`
	// Asked are methods that say whether the call would wait. It is no effect below a test
	// that has asked the same object by one of them: while q.qsize(): q.get().
	Asked []string `toml:"asked"`
	// Held says that the call waits only as long as others hold what it takes: a lock that
	// is held over nothing that can wait is none to wait for.
	Held bool `toml:"held"`
	// Thread says that the call does harm in a real thread beside the loop, and none
	// on the loop itself.
	Thread bool `toml:"thread"`
	// Local says that the effect is of no interest to callers in other modules:
	// a lock that a library takes is the library's own, and held for an instant.
	Local bool `toml:"local"`

	cost costExpr
}

// A SafeRow is a wall: these calls are neither flagged nor walked into.
type SafeRow struct {
	Row
	Unknown bool `toml:"unknown"` // what they do is not known: each is counted
}

// A MoveRow says what becomes of a callable that is passed as an argument:
// [[offload]] another OS thread or process runs it, [[spawn]] a new task of the
// loop does, [[higher-order]] the called function does, here and now.
type MoveRow struct {
	Row
	Arg     []any    `toml:"arg"`     // where the callable is: positions and keyword names; empty with bases
	Each    []any    `toml:"each"`    // higher-order: it is called once for each element of this argument
	Wraps   bool     `toml:"wraps"`   // the call gives back an object all of whose methods run elsewhere (tpool.Proxy)
	Proxies bool     `toml:"proxies"` // the callable runs there, and what it gives back is wrapped so (tpool.proxy_call)
	Returns bool     `toml:"returns"` // the call gives back a callable that, when called, runs the argument there
	Bases   []string `toml:"bases"`   // classes whose Methods run there once the object is started
	Methods []string `toml:"methods"` //
	Kind    string   `toml:"kind"`    // spawn: the kind of the context; empty = "greenlet"
	Loop    Loop     `toml:"loop"`    // spawn: the loop of the new task; empty = the caller's
	Waits   bool     `toml:"waits"`   // the call comes back only when the callable has ended
	Thread  bool     `toml:"thread"`  // offload: a real thread of a process whose standard library may be patched
	Alone   bool     `toml:"alone"`   // spawn with a kind: no two of them run at once
}

// Elements returns where a row says the argument is for each of whose elements the
// callable is called.
func (m *MoveRow) Elements() (pos int, names []string, ok bool) {
	s, _ := selectorOf(m.Each)
	return s.pos, s.names, len(m.Each) > 0
}

// A HandleRow says that what these methods do to their object must not be done by two
// tasks at once: a connection, a channel, a socket.
type HandleRow struct{ Row }

// A ForkRow says that a call goes on in a copy of the process: with the callable that an
// [[offload]] of the same call names, else with whatever follows.
type ForkRow struct {
	Row
	Ends  []string `toml:"ends"`  // calls and exceptions after which a process is no more
	Execs []string `toml:"execs"` // calls by which a process becomes another program
}

// A ReturnRow says what a call gives back when its arguments are surely such:
// the engine of a URL that names a driver.
type ReturnRow struct {
	Row
	Type string `toml:"type"` // as a value in Types
	// Make is what sort of object of its class it is, and what it gives is: the
	// driver of an engine, which its connections have too. Conditions on self ask
	// for it.
	Make string `toml:"make"`
	Like []any  `toml:"like"` // or it is of the same make as this argument
}

// MadeLike returns where a row says the argument is whose make the result has.
func (r *ReturnRow) MadeLike() (pos int, names []string, ok bool) {
	s, _ := selectorOf(r.Like)
	return s.pos, s.names, len(r.Like) > 0
}

// A VariableRow says that a call sets a variable of the process's environment.
type VariableRow struct {
	Row
	Name  []any `toml:"name"`  // where the variable's name is
	Value []any `toml:"value"` // and what it is set to
}

// Places returns where a row says the name and the value are.
func (v *VariableRow) Places() (name, value Place) {
	n, _ := selectorOf(v.Name)
	x, _ := selectorOf(v.Value)
	return Place{n.pos, n.names}, Place{x.pos, x.names}
}

// A TurnRow says that a call, when its arguments are surely such, makes of an object
// another sort of its class: sock.setblocking(False).
type TurnRow struct {
	Row
	Arg  []any  `toml:"arg"`  // the object: "self", the receiver, or an argument
	Make string `toml:"make"` // as in a [ReturnRow]; empty = of no special make any more
}

// Object returns where a row says the object is.
func (t *TurnRow) Object() (pos int, names []string) {
	s, _ := selectorOf(t.Arg)
	return s.pos, s.names
}

// An OptionRow says that a call makes an option of the program, or says of options
// where they are read or what their default is.
type OptionRow struct {
	Row
	Name     []any  `toml:"name"`     // where the option's name is, with or without leading dashes; it is read under it, with _ for -
	Default  []any  `toml:"default"`  // where its default is
	Options  []any  `toml:"options"`  // where the option is, or the list of options, that the call is about
	Group    []any  `toml:"group"`    // where the group is, by name or as an object: the option is an attribute of an attribute then
	Keywords bool   `toml:"keywords"` // each keyword names an option and gives its default
	Holder   string `toml:"holder"`   // the class of the object of which the option becomes an attribute
}

// Places returns where a row says the parts of an option are; a place with neither
// position nor names is nowhere.
func (o *OptionRow) Places() (name, def, options, group Place) {
	at := func(list []any) Place {
		s, _ := selectorOf(list)
		return Place{s.pos, s.names}
	}
	return at(o.Name), at(o.Default), at(o.Options), at(o.Group)
}

// A LoadRow says that a call imports what a dotted name among its arguments names.
type LoadRow struct {
	Row
	Arg   []any  `toml:"arg"`   // where the name is; a colon in it is as good as a dot
	Below []any  `toml:"below"` // where the package is that the name is looked for in first; may be empty
	Group []any  `toml:"group"` // where the group is, if the name is that of an entry point
	Of    []any  `toml:"of"`    // where the module is that the name is one of, unless it stands in the name
	Gives string `toml:"gives"` // "module", "name" (of a module), or "object": what the name makes of the arguments that follow
	// Original says that it is the standard library's as it was before any patch.
	Original bool `toml:"original"`
}

// Module returns where a row says the module is that the name is one of.
func (l *LoadRow) Module() (pos int, names []string, ok bool) {
	s, _ := selectorOf(l.Of)
	return s.pos, s.names, len(l.Of) > 0
}

// Name returns where a row says the dotted name is among the arguments.
func (l *LoadRow) Name() (pos int, names []string) {
	s, _ := selectorOf(l.Arg)
	return s.pos, s.names
}

// Offers returns where a row says the group of entry points is.
func (l *LoadRow) Offers() (pos int, names []string, ok bool) {
	s, _ := selectorOf(l.Group)
	return s.pos, s.names, len(l.Group) > 0
}

// Package returns where a row says the package is that the name is in.
func (l *LoadRow) Package() (pos int, names []string, ok bool) {
	s, _ := selectorOf(l.Below)
	return s.pos, s.names, len(l.Below) > 0
}

// A YieldRow says that a call gives the thread back to the loop.
type YieldRow struct{ Row }

// A StreamRow says that a call takes from a stream that something outside the
// process fills, or gives to one that it empties: the thread goes back to the
// loop only while the kernel has nothing to take, or no room.
type StreamRow struct{ Row }

// A ContextRow says what makes a function run on a loop.
type ContextRow struct {
	Row
	Kind       string   `toml:"kind"`       // "celery-task"
	Noun       string   `toml:"noun"`       // what a message calls it: "task"
	Alone      bool     `toml:"alone"`      // no two of one function run at once
	Idle       bool     `toml:"idle"`       // no other task of the loop runs meanwhile
	Loop       Loop     `toml:"loop"`       // empty: whatever the process runs
	Decorators []string `toml:"decorators"` // qualified names of decorators, called or not
	Bases      []string `toml:"bases"`      // classes whose Methods are contexts
	Methods    []string `toml:"methods"`    // "*" means all that are public, "on_*" those that begin so
	Arg        []any    `toml:"arg"`        // with calls: the callable that becomes a context; with Methods, the object or list of objects whose methods do
	Entries    []string `toml:"entries"`    // groups of entry points: what a package offers there becomes a context
	Settings   []string `toml:"settings"`   // names at the top of a module: what the dotted names listed there denote becomes a context
	Made       int      `toml:"made"`       // with entries and settings: how many calls lead from what is offered to the function; 1 for a factory
	Syntax     string   `toml:"syntax"`     // "async def": a form of the language itself
	Names      []string `toml:"names"`      // with syntax = "func": only functions that are called so
	Tags       []string `toml:"tags"`       // with syntax = "func": also packages with a file that is built with such a tag only
	Params     []string `toml:"params"`     // types: a function whose first parameter is one is a context
	Fields     []string `toml:"fields"`     // "pkg.Type.Field": a function that is stored there is a context
}

// A Patch is a call that makes the standard library cooperative.
type Patch struct {
	Call      string   `toml:"call"`      // "gevent.monkey.patch_all"
	Loop      Loop     `toml:"loop"`      //
	Flags     []string `toml:"flags"`     // patched unless switched off by a keyword of the same name
	Off       []string `toml:"off"`       // patched only when switched on
	Always    []string `toml:"always"`    // patched whatever the keywords say
	Exclusive bool     `toml:"exclusive"` // a keyword set to True means: only those so set
	Source    []string `toml:"source"`
	// Implies lists flags that go with another one: dns = "socket".
	Implies map[string]string `toml:"implies"`

	Lib *Library `toml:"-"`
}

// A VersionRow is a set of versions that is known to break.
type VersionRow struct {
	Dist     string   `toml:"dist"` // empty: the file's own
	Bad      string   `toml:"bad"`  // "<3", ">=3.1.5, <3.1.14"; empty = every version
	Rule     ID       `toml:"rule"` // GL701 or GL702
	Severity Severity `toml:"severity"`
	Loops    []Loop   `toml:"loops"`
	When     []string `toml:"when"`
	Unless   []string `toml:"unless"`
	Why      string   `toml:"why"`
	Remedy   string   `toml:"remedy"`
	Source   []string `toml:"source"`

	Lib   *Library `toml:"-"`
	guard Guard
}

// Guard is the row's condition on the process.
func (v *VersionRow) Guard() Guard { return v.guard }

func (r *Row) names() []string { return r.Calls }

// Guard is the row's condition on the process.
func (r *Row) Guard() Guard { return r.guard }

// Applies reports whether the row can count for a call with these arguments: a
// condition whose argument is not known is taken to be met.
func (r *Row) Applies(args Args) bool {
	for _, t := range r.when {
		if t.eval(args) == no {
			return false
		}
	}
	for _, t := range r.off {
		if t.eval(args) == yes {
			return false
		}
	}
	return true
}

// Surely reports whether the row counts for a call with these arguments, all of
// its conditions on them being known to hold.
func (r *Row) Surely(args Args) bool {
	for _, t := range r.when {
		if t.eval(args) != yes {
			return false
		}
	}
	for _, t := range r.off {
		if t.eval(args) != no {
			return false
		}
	}
	return true
}

// compile checks a row and prepares its conditions.
func (r *Row) compile(lib *Library) error {
	r.Lib = lib
	for i, c := range r.Calls {
		if strings.TrimSpace(c) != c || c == "" {
			return fmt.Errorf("calls: %q is not a qualified name", c)
		}
		if strings.Contains(strings.TrimSuffix(c, ".*"), "*") && lib.Language == "python" {
			return fmt.Errorf("calls: %q: a star may only stand at the end, as \".*\"", c)
		}
		r.Calls[i] = canonicalSymbol(c)
	}
	var when, unless []string
	if len(r.Loops) > 0 {
		names := make([]string, len(r.Loops))
		for i, l := range r.Loops {
			if !KnownLoop(l) {
				return fmt.Errorf("loops: unknown loop %q", l)
			}
			names[i] = string(l)
		}
		when = append(when, "loop("+strings.Join(names, ", ")+")")
	}
	for _, s := range r.When {
		if isArgTest(s) {
			t, err := parseArgTest(s)
			if err != nil {
				return fmt.Errorf("when: %w", err)
			}
			r.when = append(r.when, t)
			continue
		}
		if _, err := ParseCondition(s); err != nil {
			return fmt.Errorf("when: %w", err)
		}
		when = append(when, s)
	}
	for _, s := range r.Unless {
		if isArgTest(s) {
			t, err := parseArgTest(s)
			if err != nil {
				return fmt.Errorf("unless: %w", err)
			}
			r.off = append(r.off, t)
			continue
		}
		if _, err := ParseCondition(s); err != nil {
			return fmt.Errorf("unless: %w", err)
		}
		unless = append(unless, s)
	}
	r.guard = Guard{When: strings.Join(when, " & "), Unless: strings.Join(unless, " | ")}
	return nil
}

// Seconds estimates how long a call takes; ok is false where the row has no
// cost or the arguments' sizes are not known.
func (e *EffectRow) Seconds(args Args) (s float64, ok bool) {
	if e.cost == nil {
		return 0, false
	}
	return e.cost.eval(args)
}

// canonicalSymbol turns Go's "(*net/http.Client).Do" and "(net/http.Client).Do"
// into "net/http.Client.Do", and leaves out the major version of a module, as in
// "github.com/redis/go-redis/v9": the form in which symbols are looked up.
func canonicalSymbol(s string) string {
	if strings.HasPrefix(s, "(") {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "("), "*")
		s = strings.Replace(s, ")", "", 1)
	}
	for i := 0; ; {
		at := strings.Index(s[i:], "/v")
		if at < 0 {
			return s
		}
		i += at
		end := i + 2
		for end < len(s) && '0' <= s[end] && s[end] <= '9' {
			end++
		}
		if end == i+2 || end < len(s) && s[end] != '.' && s[end] != '/' {
			i = end
			continue
		}
		s = s[:i] + s[end:]
	}
}

// Canonical is the name under which a symbol is looked up: without Go's
// parentheses and the major version of its module.
func Canonical(symbol string) string { return canonicalSymbol(symbol) }
