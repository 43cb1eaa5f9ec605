package bind

import "github.com/greenlint/greenlint/pyparse"

// Table holds what Bind found in one file. It is safe for concurrent use.
type Table struct {
	tree      *pyparse.Tree
	name      string
	isPackage bool
	module    *Scope
	scopes    []*Scope // outer ones first, in the order in which they were met
	opens     map[pyparse.Node]*Scope
	imports   []Import
	stars     []star
	regions   regions
	exports   exports
	future    bool // from __future__ import annotations
}

// Bind makes the table of a file. module is the file's dotted name, "" if it is
// unknown, and isPackage says that the file is the package's __init__. It never
// fails: what the parser could not read binds nothing.
func Bind(t *pyparse.Tree, module string, isPackage bool) *Table {
	tab := &Table{tree: t, name: module, isPackage: isPackage, opens: map[pyparse.Node]*Scope{}}
	bindFile(tab)
	return tab
}

// Module returns the scope of the whole file.
func (t *Table) Module() *Scope { return t.module }

// Tree returns the tree that the table was made of.
func (t *Table) Tree() *pyparse.Tree { return t.tree }

// Scopes returns all scopes, outer ones before inner ones. Callers must not change
// the slice.
func (t *Table) Scopes() []*Scope { return t.scopes }

// ScopeOf returns the scope that n opens: a Module, FunctionDef, Lambda, ClassDef or
// comprehension; a TypeAlias; or any one TypeVar, ParamSpec or TypeVarTuple of a list
// of type parameters. It returns nil for anything else.
func (t *Table) ScopeOf(n pyparse.Node) *Scope { return t.opens[n] }

// Enclosing returns the scope in whose text n lies. Decorators, defaults, base
// classes and a comprehension's first iterable belong to the outer scope, and so do
// annotations, or to that of the type parameters if there are some. A parameter
// belongs to its function. For a node that opens a scope it is the scope around it.
func (t *Table) Enclosing(n pyparse.Node) *Scope {
	switch n.Kind() {
	case pyparse.KindListComp, pyparse.KindSetComp, pyparse.KindDictComp, pyparse.KindGeneratorExp:
		// Without brackets, as in a broken call, its start is that of its element.
		if s := t.opens[n]; s != nil {
			return s.Parent
		}
	}
	return t.regions.at(n.Start())
}
