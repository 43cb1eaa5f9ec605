package bind

import (
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
}

// Table returns the table that the scope belongs to.
func (s *Scope) Table() *Table { return s.table }

// Symbols returns the names that are bound here, in order of their first binding.
// Callers must not change the slice.
func (s *Scope) Symbols() []*Symbol { return s.symbols }

// Own returns the symbol of a name that is bound here, or nil.
func (s *Scope) Own(name string) *Symbol { return nil }

// Lookup returns the symbol that a name read in this scope means by Python's rules:
// global and nonlocal count, and a class's names are not seen from the functions and
// comprehensions in it. It returns nil for a builtin or an unknown name; a star
// import may still give it (see Table.Stars).
func (s *Scope) Lookup(name string) *Symbol { return nil }
