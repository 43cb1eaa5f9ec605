package bind

import "github.com/greenlint/greenlint/pyparse"

// Symbol is one name in one scope.
type Symbol struct {
	Name     string // as Python stores it: __x within class C is _C__x
	Scope    *Scope
	Bindings []Binding // in source order; those by global and nonlocal from inner scopes come last
	Captured bool      // read or written in an inner scope
	Param    bool      // a parameter of the function or lambda

	index  int  // in Scope.symbols
	remote bool // some of the bindings are by global or nonlocal
	cell   bool // the __class__ that a class's methods see
}

// Binding is one place that gives a name a meaning, or takes it away.
type Binding struct {
	Kind BindingKind

	// Node is what binds: the statement, or the NamedExpr, Arg, Comprehension,
	// ExceptHandler, WithItem, pattern, type parameter or Alias.
	Node pyparse.Node

	// Value is the expression that is assigned, iterated over (ByFor,
	// ByComprehension), entered (ByWith), caught (ByExcept) or that is a parameter's
	// default. It is absent if there is none.
	Value pyparse.Node

	// Path leads from Value to what is bound where the target is a tuple: in
	// a, (b, c) = v, c has the path 1, 1. From a starred target on it ends with -1.
	// Where Value is a tuple or list display of the same shape, it is already
	// followed: in a, b = x, y, b has the value y and no path.
	Path []int

	// Import is the qualified name that an import binds: import a.b gives "a",
	// import a.b as c gives "a.b", from .x import y gives "pkg.x.y". A name that
	// begins with a dot is relative to a package that is unknown or beyond the top.
	Import string

	Start        uint32 // offset of the name that is bound
	Scope        *Scope // in whose text it stands; not the Symbol's after global, nonlocal and := in a comprehension
	Conditional  bool   // under an if, try, loop or match of its scope
	TypeChecking bool   // under if TYPE_CHECKING
	Dead         bool   // in a branch that no supported version of Python runs

	far bool // by global or nonlocal
}

// BindingKind says what form binds a name.
type BindingKind uint8

const (
	ByImport        BindingKind = iota // import a.b
	ByImportFrom                       // from a import b
	ByDef                              // def f
	ByClass                            // class C
	ByAssign                           // x = v, and x: T = v
	ByAugAssign                        // x += v
	ByAnnotation                       // x: T without a value
	ByFor                              // for x in v
	ByWith                             // with v as x
	ByExcept                           // except T as x
	ByParam                            // def f(x)
	ByWalrus                           // (x := v)
	ByComprehension                    // [… for x in v]
	ByMatch                            // case x
	ByDelete                           // del x
	ByTypeParam                        // def f[T]
	ByTypeAlias                        // type X = v
)

var kindNames = [...]string{
	"import", "import from", "def", "class", "assign", "augmented", "annotation", "for", "with", "except", "param",
	"walrus", "comprehension", "match", "delete", "type param", "type alias",
}

// String returns a short name for the kind, such as "import from".
func (k BindingKind) String() string { return kindNames[min(int(k), len(kindNames)-1)] }
