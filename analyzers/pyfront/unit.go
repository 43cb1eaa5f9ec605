package pyfront

import (
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/pyparse/bind"
	"github.com/greenlint/greenlint/rules"
)

// A unit is a body that runs as a whole: a module's, a function's or a lambda's.
type unit struct {
	id     int // order of discovery
	mod    *module
	node   pyparse.Node // Module, FunctionDef, AsyncFunctionDef or Lambda
	scope  *bind.Scope
	outer  *unit  // lexically enclosing unit; nil for a module
	class  *class // whose method this is, or nil
	copy   *unit  // the copy of a decorator that this is or is in; nil = none
	copied int    // how many functions it decorates
	named  []int  // parameters by whose values it looks attributes up
	names  int    // for how many of these it has been copied
	name   rules.Func
	short  string
	isGen  bool
	async  bool
	params []param

	vars    map[string]*cell // its variables, as inner units see them; a module's globals
	result  cell             // what it returns
	yielded cell             // what it yields

	outcome // what the last run found

	cost     float64 // seconds of one run, as far as estimated
	yields   yieldState
	contexts []rules.Context
	wrappers []wrapper // functions that stand in its place
	instead  *unit     // the function in whose place it stands; itself where these are several
	flag     uint8     // how it is decorated

	remembers bool // what it has given for the same arguments

	ran           bool
	running       bool
	queued        bool
	runs          int
	outdated      bool    // what it has taken over from a callee has changed; see [analysis.settle]
	outside       *unit   // what stands for the one around it; see [frame.outerFrame]
	forUnit       *unit   // the unit on whose behalf this one, which is never run, evaluates something
	plain, method *value  // see [functionValue]
	found         int     // the last search that came here; see [search]
	callers       unitSet // units whose loops depend on this one's yields and cost
}

// A param is one parameter of a unit.
type param struct {
	name       string
	kind       paramKind
	annotation pyparse.Node
	def        pyparse.Node
	cell       *cell
}

type paramKind uint8

const (
	pPositional paramKind = iota // positional, or positional and keyword
	pVararg
	pKeyword
	pKwarg
)

// An event is something that happens while a module's body runs, in order.
type event struct {
	offset uint32
	end    uint32
	mod    *module // imported
	lib    string  // imported, and of no concern to the project's own modules
	unit   *unit   // called
	patch  *patchCall
}

// A patchCall is a call that monkey-patches.
type patchCall struct {
	patch *rules.Patch
	flags []string
	pos   rules.Pos
	end   rules.Pos
	text  string
}

// An unknownCall is a call whose callee could not be found.
type unknownCall struct {
	pos    rules.Pos
	reason string
}

// yieldState says whether running something gives the thread back to the loop.
type yieldState struct {
	maybe bool     // something in it may, for all that is known
	waits bool     // it waits greenly, which gives the thread back only when there is something to wait for
	when  []string // or does where one of these conditions holds
	disk  bool     // it waits for the disk, which gives nothing back: only a loop of unknown length is no CPU loop for it
	every float64  // it does in one of so many rounds; 0 = in none or in each
	gives float64  // how many values a generator gives meanwhile; < 0 = some
}

func (y *yieldState) add(z yieldState) {
	y.maybe = y.maybe || z.maybe
	y.waits = y.waits || z.waits
	y.disk = y.disk || z.disk
	y.every = max(y.every, z.every)
	if y.gives < 0 || z.gives < 0 {
		y.gives = -1
	} else {
		y.gives += z.gives
	}
	for _, w := range z.when {
		y.onlyWhen(w)
	}
}

// seldom is what yields in one of so many rounds.
func (y yieldState) seldom(rounds float64) yieldState {
	if y.maybe && rounds > 1 {
		y.maybe, y.every = false, max(y.every, rounds)
	}
	return y
}

func (y *yieldState) onlyWhen(cond string) {
	for _, w := range y.when {
		if w == cond {
			return
		}
	}
	y.when = append(y.when, cond)
}

// recursion is a call of a unit by itself.
type recursion struct {
	param string  // that gets smaller
	step  float64 // by so much
	at    pyparse.Node
}

// describe fills in the parameters and what the text says of a function.
func (a *analysis) describe(u *unit) {
	var args pyparse.Arguments
	if u.node.Kind() == pyparse.KindLambda {
		args = u.node.AsLambda().Args()
	} else {
		f := u.node.AsFunctionDef()
		args, u.async = f.Args(), f.IsAsync()
		u.isGen = yieldsValue(f.Body())
	}
	add := func(n pyparse.Arg, k paramKind, def pyparse.Node) {
		if !n.Valid() {
			return
		}
		p := param{name: n.Arg(), kind: k, annotation: n.Annotation(), def: def, cell: u.variable(n.Arg())}
		u.params = append(u.params, p)
	}
	np, na, nd := args.Posonlyargs().Len(), args.Args().Len(), args.Defaults().Len()
	for i := range np + na {
		n := args.Posonlyargs()
		j := i
		if i >= np {
			n, j = args.Args(), i-np
		}
		var def pyparse.Node
		if d := i - (np + na - nd); d >= 0 && d < nd {
			def = args.Defaults().At(d)
		}
		add(n.At(j).AsArg(), pPositional, def)
	}
	add(args.Vararg(), pVararg, pyparse.Node{})
	for i := range args.Kwonlyargs().Len() {
		var def pyparse.Node
		if i < args.KwDefaults().Len() {
			def = args.KwDefaults().At(i)
		}
		add(args.Kwonlyargs().At(i).AsArg(), pKeyword, def)
	}
	add(args.Kwarg(), pKwarg, pyparse.Node{})
	u.named = u.attributeNames()
}

// variable is the cell of one of the unit's variables.
func (u *unit) variable(name string) *cell {
	c := u.vars[name]
	if c == nil {
		c = new(cell)
		u.vars[name] = c
	}
	return c
}

// yieldsValue reports whether a function's own body has a yield.
func yieldsValue(body pyparse.NodeList) bool {
	found := false
	for n := range body.All() {
		pyparse.Walk(n, func(n pyparse.Node) bool {
			switch n.Kind() {
			case pyparse.KindYield, pyparse.KindYieldFrom:
				found = true
			case pyparse.KindFunctionDef, pyparse.KindAsyncFunctionDef, pyparse.KindLambda, pyparse.KindClassDef:
				return false
			}
			return !found
		})
	}
	return found
}
