package bind

import "github.com/greenlint/greenlint/pyparse"

// Import is one module that an import statement names. import a, b makes two.
type Import struct {
	Node   pyparse.Node // the statement
	Module string       // absolute; it begins with a dot if it is relative to a package that is unknown or beyond the top
	Names  []ImportName // of from … import; nil otherwise
	As     string       // of import a.b as c
	From   bool         // from … import
	Level  int          // number of leading dots
	Scope  *Scope       // in whose text it stands

	InFunction   bool // it runs when a function is called, not when the module is imported
	TypeChecking bool // under if TYPE_CHECKING
	Guarded      bool // in a try whose handlers catch ImportError, or in such a handler
	Dead         bool // in a branch that no supported version of Python runs
}

// ImportName is one name of from … import.
type ImportName struct {
	Name string // "*" for a star
	As   string // the name that is bound; "" for a star
}

// Imports returns every import, in source order. Callers must not change the slice.
func (t *Table) Imports() []Import { return t.imports }

// Stars returns the modules that are star-imported into the module scope, in source
// order.
func (t *Table) Stars() []string { return nil }
