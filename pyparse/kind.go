package pyparse

// Kind says which production of Python's grammar a node is. The set and the
// names are those of CPython 3.14's ast module.
type Kind uint8

const (
	KindInvalid Kind = iota // the zero Node

	KindModule

	// Statements.
	KindFunctionDef
	KindAsyncFunctionDef
	KindClassDef
	KindReturn
	KindDelete
	KindAssign
	KindTypeAlias
	KindAugAssign
	KindAnnAssign
	KindFor
	KindAsyncFor
	KindWhile
	KindIf
	KindWith
	KindAsyncWith
	KindMatch
	KindRaise
	KindTry
	KindTryStar
	KindAssert
	KindImport
	KindImportFrom
	KindGlobal
	KindNonlocal
	KindExpr
	KindPass
	KindBreak
	KindContinue

	// Expressions.
	KindBoolOp
	KindNamedExpr
	KindBinOp
	KindUnaryOp
	KindLambda
	KindIfExp
	KindDict
	KindSet
	KindListComp
	KindSetComp
	KindDictComp
	KindGeneratorExp
	KindAwait
	KindYield
	KindYieldFrom
	KindCompare
	KindCall
	KindFormattedValue
	KindInterpolation
	KindJoinedStr
	KindTemplateStr
	KindConstant
	KindAttribute
	KindSubscript
	KindStarred
	KindName
	KindList
	KindTuple
	KindSlice

	// Parts of the above.
	KindComprehension
	KindExceptHandler
	KindArguments
	KindArg
	KindKeyword
	KindAlias
	KindWithItem
	KindMatchCase

	// Patterns.
	KindMatchValue
	KindMatchSingleton
	KindMatchSequence
	KindMatchMapping
	KindMatchClass
	KindMatchStar
	KindMatchAs
	KindMatchOr

	// Type parameters.
	KindTypeVar
	KindParamSpec
	KindTypeVarTuple

	kindCount
)

var kindNames = [kindCount]string{
	"Invalid", "Module",
	"FunctionDef", "AsyncFunctionDef", "ClassDef", "Return", "Delete", "Assign", "TypeAlias", "AugAssign", "AnnAssign",
	"For", "AsyncFor", "While", "If", "With", "AsyncWith", "Match", "Raise", "Try", "TryStar", "Assert", "Import",
	"ImportFrom", "Global", "Nonlocal", "Expr", "Pass", "Break", "Continue",
	"BoolOp", "NamedExpr", "BinOp", "UnaryOp", "Lambda", "IfExp", "Dict", "Set", "ListComp", "SetComp", "DictComp",
	"GeneratorExp", "Await", "Yield", "YieldFrom", "Compare", "Call", "FormattedValue", "Interpolation", "JoinedStr",
	"TemplateStr", "Constant", "Attribute", "Subscript", "Starred", "Name", "List", "Tuple", "Slice",
	"comprehension", "ExceptHandler", "arguments", "arg", "keyword", "alias", "withitem", "match_case",
	"MatchValue", "MatchSingleton", "MatchSequence", "MatchMapping", "MatchClass", "MatchStar", "MatchAs", "MatchOr",
	"TypeVar", "ParamSpec", "TypeVarTuple",
}

// String returns CPython's name for the kind, such as "FunctionDef" or "withitem".
func (k Kind) String() string {
	if k < kindCount {
		return kindNames[k]
	}
	return "Kind?"
}

// IsStmt reports whether k is a statement.
func (k Kind) IsStmt() bool { return KindFunctionDef <= k && k <= KindContinue }

// IsExpr reports whether k is an expression.
func (k Kind) IsExpr() bool { return KindBoolOp <= k && k <= KindSlice }

// IsPattern reports whether k is a pattern of a match statement.
func (k Kind) IsPattern() bool { return KindMatchValue <= k && k <= KindMatchOr }

// Op is an operator: boolean, binary, unary or comparison.
type Op uint8

const (
	OpInvalid Op = iota
	OpAnd
	OpOr
	OpAdd
	OpSub
	OpMult
	OpMatMult
	OpDiv
	OpMod
	OpPow
	OpLShift
	OpRShift
	OpBitOr
	OpBitXor
	OpBitAnd
	OpFloorDiv
	OpInvert
	OpNot
	OpUAdd
	OpUSub
	OpEq
	OpNotEq
	OpLt
	OpLtE
	OpGt
	OpGtE
	OpIs
	OpIsNot
	OpIn
	OpNotIn

	opCount
)

var opNames = [opCount]string{
	"Invalid", "And", "Or", "Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow", "LShift", "RShift", "BitOr", "BitXor",
	"BitAnd", "FloorDiv", "Invert", "Not", "UAdd", "USub", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn",
}

// String returns CPython's name for the operator, such as "Add" or "NotIn".
func (o Op) String() string {
	if o < opCount {
		return opNames[o]
	}
	return "Op?"
}

// Ctx says what is done to a Name, Attribute, Subscript, Starred, List or Tuple.
type Ctx uint8

const (
	Load Ctx = iota
	Store
	Del
)

// String returns CPython's name for the context.
func (c Ctx) String() string { return [...]string{"Load", "Store", "Del", "Ctx?"}[min(c, 3)] }

// ConstKind says what a Constant is.
type ConstKind uint8

const (
	ConstInvalid ConstKind = iota
	ConstNone
	ConstTrue
	ConstFalse
	ConstEllipsis
	ConstInt
	ConstFloat
	ConstComplex
	ConstStr
	ConstBytes
)
