package bind

import (
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// collector walks a file once, makes its scopes and symbols, and notes each scope's
// events.
type collector struct {
	t     *Table
	scope *Scope
	state
	typeChecking int // how many blocks for type checkers only are open
	dead         int // how many blocks that never run are open
	annotation   int // how many annotations are open
	later        []remote
	visitor      func(pyparse.Node) bool // c.visit, made once
}

// state is what begins afresh in a function.
type state struct {
	cond   int    // how many conditional blocks are open
	maybe  int    // how many expressions are open whose parts need not run
	guards int    // how many tries that catch ImportError are open
	early  uint32 // if not 0, from where a := within the expression is felt
	jumps  bool   // the innermost loop has a break or continue
	broken bool   // the innermost loop has a break

	looped    bool   // a loop is open
	outermost uint32 // offset of the outermost loop
}

// remote is a binding by global or nonlocal. Whose it is shows only at the end.
type remote struct {
	name    string
	binding Binding
}

func bindFile(t *Table) {
	c := &collector{t: t}
	c.visitor = c.visit
	root := t.tree.Root()
	t.module = &Scope{table: t, Node: root, Name: t.name}
	t.scopes, t.opens[root] = append(t.scopes, t.module), t.module
	c.scope = t.module
	t.regions.list = []region{{0, ^uint32(0), t.module}}
	c.block(root.AsModule().Body())
	c.bindRemotes()
	t.capture()
}

// open enters a new scope. The result is for leave.
func (c *collector) open(kind ScopeKind, n pyparse.Node, name string) (*Scope, saved) {
	s := &Scope{Kind: kind, Node: n, Parent: c.scope, Name: name, table: c.t, class: c.scope.class,
		inFunction: c.scope.inFunction || kind == FunctionScope || kind == LambdaScope}
	c.t.scopes = append(c.t.scopes, s)
	if s.made = n.Start(); c.looped {
		s.made = min(s.made, c.outermost)
	}
	return s, c.enter(s)
}

type saved struct {
	scope *Scope
	state state
}

func (c *collector) enter(s *Scope) saved {
	old := saved{c.scope, c.state}
	c.scope = s
	switch s.Kind {
	case FunctionScope, LambdaScope:
		c.state = state{}
	case ClassScope, TypeScope:
		c.state = state{looped: c.looped, outermost: c.outermost}
	} // := in a comprehension binds outside, where the state counts
	return old
}

func (c *collector) leave(old saved) { c.scope, c.state = old.scope, old.state }

// read notes that the current scope reads a name.
func (c *collector) read(name string) {
	if name == "" {
		return
	}
	said := isUsed
	if c.annotation > 0 {
		said = isAnnotated
	}
	c.scope.entry(Mangle(c.scope.class, name)).said |= said
	if name == "super" && c.scope.Kind >= FunctionScope && c.scope.Kind <= ComprehensionScope {
		c.scope.entry("__class__").said |= said // as in CPython: super() alone needs it
	}
}

// bind adds a binding of a name in the current scope that is felt from the offset
// on. The binding's Start, Scope and conditions are filled in.
func (c *collector) bind(name string, start, felt uint32, b Binding) {
	if name == "" {
		return
	}
	s := c.scope
	if b.Kind == ByWalrus {
		if s.Kind == ComprehensionScope {
			s.entry(Mangle(s.class, name)).said |= isNonlocal
		}
		for s.Kind == ComprehensionScope {
			s = s.Parent
		}
	}
	name = Mangle(s.class, name)
	b.Start, b.Scope = start, c.scope
	b.TypeChecking, b.Dead = c.typeChecking > 0, c.dead > 0
	b.Conditional = c.cond+c.maybe > 0 && b.Kind != ByComprehension
	if e := s.entry(name); e.said&(isGlobal|isNonlocal) != 0 && s.Kind != ComprehensionScope {
		if s == c.t.module {
			// global at the module's top changes nothing.
		} else {
			b.far = true
			c.later = append(c.later, remote{name, b})
			return
		}
	}
	sym := s.symbol(name)
	sym.Bindings = append(sym.Bindings, b)
	sym.Param = sym.Param || b.Kind == ByParam
	if s.isQuick() || c.dead > 0 || b.Kind == ByAnnotation {
		return
	}
	ev := event{op: evBind, off: felt, sym: int32(sym.index), arg: int32(len(sym.Bindings) - 1)}
	switch {
	case b.Kind == ByDelete:
		ev.op = evUnbind
	case c.maybe > 0:
		ev.op = evMaybe
	}
	s.events = append(s.events, ev)
}

// unbind notes the silent end of a name that is bound in the current scope.
func (c *collector) unbind(name string, felt uint32) {
	if e := c.scope.find(Mangle(c.scope.class, name)); e != nil && e.sym != nil && c.dead == 0 {
		c.scope.events = append(c.scope.events, event{op: evUnbind, off: felt, sym: int32(e.sym.index)})
	}
}

// bindRemotes gives the bindings by global and nonlocal to the symbols that they
// mean.
func (c *collector) bindRemotes() {
	for _, r := range c.later {
		at := r.binding.Scope
		for at.Kind == ComprehensionScope {
			at = at.Parent
		}
		var sym *Symbol
		if e := at.find(r.name); e != nil && e.said&isGlobal != 0 {
			sym = c.t.module.symbol(r.name)
		} else if sym, _ = at.seek(r.name); sym == nil {
			continue // nonlocal without a binding further out: not valid Python
		}
		sym.Bindings = append(sym.Bindings, r.binding)
		sym.remote = true
	}
}

// capture marks the symbols that inner scopes speak of.
func (t *Table) capture() {
	for _, s := range t.scopes {
		if s.Kind == ClassScope {
			s.cell = &Symbol{Name: "__class__", Scope: s, Bindings: []Binding{{
				Kind: ByClass, Node: s.Node, Start: s.Node.AsClassDef().NameStart(), Scope: s,
			}}, cell: true}
		}
	}
	for _, s := range t.scopes[1:] {
		for i := range s.names {
			if e := &s.names[i]; e.sym == nil {
				if sym, _ := s.seek(e.name); sym != nil && sym.Scope != s {
					sym.Captured = true
				}
			}
		}
	}
}

// firstStart returns where a block begins, its first decorator included.
func firstStart(l pyparse.NodeList, otherwise uint32) uint32 {
	if l.Len() == 0 {
		return otherwise
	}
	n := l.At(0)
	start := n.Start()
	decorators := n.AsFunctionDef().DecoratorList()
	if n.Kind() == pyparse.KindClassDef {
		decorators = n.AsClassDef().DecoratorList()
	}
	if decorators.Len() > 0 {
		start = min(start, decorators.At(0).Start())
	}
	return start
}

// top returns the part of a dotted name before its first dot.
func top(dotted string) string {
	name, _, _ := strings.Cut(dotted, ".")
	return name
}
