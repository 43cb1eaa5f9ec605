package bind

import "github.com/greenlint/greenlint/pyparse"

// Denotation is a qualified name that an expression may stand for.
type Denotation struct {
	Name string

	// Known says that nothing else can be meant than what Denotes lists. It is the
	// same for all of one answer. A binding to None does not count against it, for
	// nothing can be called on None.
	Known bool

	// Star says that the name is a guess: it holds if the module before its last dot
	// exports it, for which this file has a star import.
	Star bool

	// Offset is where the name is bound that the expression begins with; for an alias,
	// where the name is bound that the alias begins with. It is 0 for a builtin.
	Offset uint32

	// Def is the FunctionDef or ClassDef of this file that Name is. Where it is
	// absent Name is something imported, or an attribute of something.
	Def pyparse.Node
}

// Denotes returns what a Name or an Attribute chain that is read may stand for:
// something imported, a def or class of this file, a builtin ("builtins.open"), or an
// attribute of one of these. Simple aliases (x = a.b) are followed. The answer is
// sorted, and no two entries have the same Name and Def. Parameters, instances, the
// results of calls and everything else that is not a name for something fixed give
// nothing.
func (t *Table) Denotes(n pyparse.Node) []Denotation { return nil }
