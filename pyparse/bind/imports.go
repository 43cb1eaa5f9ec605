package bind

import (
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

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

// star is a star import into the module scope.
type star struct {
	module string
	off    uint32
}

// Stars returns the modules that are star-imported into the module scope, in source
// order.
func (t *Table) Stars() []string {
	var names []string
	for _, s := range t.stars {
		if !slices.Contains(names, s.module) {
			names = append(names, s.module)
		}
	}
	return names
}

func (c *collector) importStmt(n pyparse.Import) {
	for node := range n.Names().All() {
		a := node.AsAlias()
		name := a.Name()
		if name == "" {
			continue
		}
		c.noteImport(Import{Node: n.Node, Module: name, As: a.Asname()})
		b := Binding{Kind: ByImport, Node: node, Import: name}
		if a.Asname() != "" {
			c.bind(a.Asname(), a.AsnameStart(), n.End(), b)
		} else {
			b.Import = top(name)
			c.bind(b.Import, node.Start(), n.End(), b)
		}
	}
}

func (c *collector) importFrom(n pyparse.ImportFrom) {
	module := c.t.absolute(n.Module(), n.Level())
	im := Import{Node: n.Node, Module: module, From: true, Level: n.Level(), Names: make([]ImportName, 0, n.Names().Len())}
	for node := range n.Names().All() {
		a := node.AsAlias()
		name, as, start := a.Name(), a.Asname(), a.AsnameStart()
		switch {
		case name == "":
			continue
		case name == "*":
			im.Names = append(im.Names, ImportName{Name: name})
			if c.scope == c.t.module && c.dead == 0 && module != "" {
				c.t.stars = append(c.t.stars, star{module, n.End()})
			}
			continue
		case as == "":
			as, start = name, node.Start()
		}
		im.Names = append(im.Names, ImportName{Name: name, As: as})
		full := join(module, name)
		c.bind(as, start, n.End(), Binding{Kind: ByImportFrom, Node: node, Import: full})
		if module == "__future__" && name == "annotations" {
			c.t.future = true
		}
	}
	if module != "" {
		c.noteImport(im)
	}
}

func (c *collector) noteImport(im Import) {
	im.Scope = c.scope
	im.InFunction = c.scope.inFunction
	im.TypeChecking, im.Guarded, im.Dead = c.typeChecking > 0, c.guards > 0, c.dead > 0
	c.t.imports = append(c.t.imports, im)
}

// absolute returns the absolute name of a module that is named with leading dots.
// If the package is unknown, or it has fewer levels than there are dots, the result
// keeps the dots.
func (t *Table) absolute(module string, level int) string {
	if level == 0 {
		return module
	}
	pkg, up := t.name, level
	if t.isPackage {
		up--
	}
	for range up {
		i := strings.LastIndexByte(pkg, '.')
		pkg = pkg[:max(i, 0)]
		if pkg == "" {
			break
		}
	}
	switch {
	case pkg == "":
		return strings.Repeat(".", level) + module
	case module == "":
		return pkg
	}
	return pkg + "." + module
}

// join returns the qualified name of what a module holds. The module may consist of
// dots alone.
func join(module, name string) string {
	if module == "" || strings.HasSuffix(module, ".") {
		return module + name
	}
	return module + "." + name
}
