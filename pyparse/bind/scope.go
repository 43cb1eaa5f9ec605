package bind

import (
	"sync"

	"github.com/greenlint/greenlint/pyparse"
)

// ScopeKind says what opens a scope.
type ScopeKind uint8

const (
	ModuleScope ScopeKind = iota
	ClassScope
	FunctionScope
	LambdaScope
	ComprehensionScope
	TypeScope // the type parameters of a def, class or type statement, or the value of the latter
)

var scopeNames = [...]string{"module", "class", "function", "lambda", "comprehension", "type"}

// String returns the kind in one lower-case word.
func (k ScopeKind) String() string { return scopeNames[min(int(k), len(scopeNames)-1)] }

// Scope is a stretch of text with names of its own.
type Scope struct {
	Kind   ScopeKind
	Node   pyparse.Node // what opens it; for a TypeScope the def, class or type statement
	Parent *Scope       // nil for the module

	// Name is the qualified name: the module's name and then __qualname__, such as
	// "shop.tasks.Hub.refresh", "shop.tasks.f.<locals>.g" or "shop.tasks.<lambda>".
	// It is not unique. Without a module name it is __qualname__ alone.
	Name string

	table   *Table
	class   string // name of the innermost class around the text, for mangling
	symbols []*Symbol
	names   []entry
	index   map[string]int // into names, once there are many
	cell    *Symbol        // __class__, of a ClassScope

	inFunction bool   // the text runs when some function is called
	made       uint32 // FunctionScope, LambdaScope: offset of what makes the function, or of the outermost loop around it
	events     []event
	flowOnce   sync.Once
	flowState  *flow // of symbols' values; see flow.go
}

// entry is what a scope's text says of one name.
type entry struct {
	name string // mangled
	sym  *Symbol
	said mention
}

// mention is a set of ways in which a scope's text speaks of a name.
type mention uint8

const (
	isUsed      mention = 1 << iota // read
	isAnnotated                     // read within an annotation
	isGlobal                        // declared global
	isNonlocal                      // declared nonlocal, or bound further out by := in a comprehension
)

// Table returns the table that the scope belongs to.
func (s *Scope) Table() *Table { return s.table }

// Symbols returns the names that are bound here, in order of their first binding;
// those that only inner scopes bind, by global, come last. Callers must not change
// the slice.
func (s *Scope) Symbols() []*Symbol { return s.symbols }

// Own returns the symbol of a name that is bound here, or nil.
func (s *Scope) Own(name string) *Symbol {
	if e := s.find(Mangle(s.class, name)); e != nil {
		return e.sym
	}
	return nil
}

// Lookup returns the symbol that a name read in this scope means by Python's rules:
// global and nonlocal count, and a class's names are not seen from the functions and
// comprehensions in it. It returns nil for a builtin or an unknown name; a star
// import may still give it (see Table.Stars).
func (s *Scope) Lookup(name string) *Symbol {
	sym, _ := s.seek(Mangle(s.class, name))
	return sym
}

// view says from where a symbol is seen.
type view struct {
	// through is the function or lambda whose making is the last step on the way
	// from the symbol's scope to the place that reads it: it runs later. nil says
	// that the place runs as part of the symbol's scope.
	through *Scope
}

// seek is Lookup for a mangled name.
func (s *Scope) seek(name string) (*Symbol, view) {
	var v view
	closed, enclosing := false, false // beyond what sees a class's names; looking for nonlocal
	for at := s; at != nil; at = at.Parent {
		if at.Kind == ClassScope && closed {
			if name == "__class__" {
				return at.cell, v
			}
			continue
		}
		if e := at.find(name); e != nil && !(enclosing && at.Kind == ModuleScope) {
			switch {
			case e.said&isGlobal != 0:
				if enclosing {
					return nil, v
				}
				for ; at.Parent != nil; at = at.Parent {
					v.pass(at)
				}
				if e := at.find(name); e != nil {
					return e.sym, v
				}
				return nil, v
			case e.said&isNonlocal != 0:
				enclosing = at.Kind != ComprehensionScope || enclosing
			case e.sym != nil:
				return e.sym, v
			}
		}
		v.pass(at)
		if at.Kind != TypeScope {
			closed = true
		}
	}
	return nil, v
}

func (v *view) pass(s *Scope) {
	if s.Kind == FunctionScope || s.Kind == LambdaScope {
		v.through = s
	}
}

const fewNames = 12 // above this a map is faster than looking through the slice

// find returns the entry of a mangled name, or nil.
func (s *Scope) find(name string) *entry {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return &s.names[i]
		}
		return nil
	}
	for i := range s.names {
		if s.names[i].name == name {
			return &s.names[i]
		}
	}
	return nil
}

// entry returns the entry of a mangled name, new if need be. It is valid until the
// next call.
func (s *Scope) entry(name string) *entry {
	if e := s.find(name); e != nil {
		return e
	}
	s.names = append(s.names, entry{name: name})
	switch {
	case s.index != nil:
		s.index[name] = len(s.names) - 1
	case len(s.names) > fewNames:
		s.index = make(map[string]int, 2*len(s.names))
		for i := range s.names {
			s.index[s.names[i].name] = i
		}
	}
	return &s.names[len(s.names)-1]
}

// symbol returns the symbol of a mangled name, new if need be.
func (s *Scope) symbol(name string) *Symbol {
	e := s.entry(name)
	if e.sym == nil {
		e.sym = &Symbol{Name: name, Scope: s, index: len(s.symbols)}
		s.symbols = append(s.symbols, e.sym)
	}
	return e.sym
}

// qualify returns the qualified name of a definition in this scope.
func (s *Scope) qualify(name string) string {
	for s.Kind == TypeScope {
		s = s.Parent
	}
	if e := s.find(name); e != nil && e.said&isGlobal != 0 {
		s = s.table.module
	}
	switch s.Kind {
	case ModuleScope, ClassScope:
		if s.Name == "" {
			return name
		}
		return s.Name + "." + name
	}
	return s.Name + ".<locals>." + name
}

// isQuick reports whether the order of bindings is not followed in this scope.
func (s *Scope) isQuick() bool {
	return s.Kind == LambdaScope || s.Kind == ComprehensionScope || s.Kind == TypeScope
}
