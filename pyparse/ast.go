package pyparse

import "strings"

// This file holds the typed views. A view embeds its Node; its accessors carry
// CPython's field names. An accessor of an optional field returns the zero Node or
// "" if the field is absent.

func (n Node) a() Node { r := n.rec(); return n.tree.node(r.a) }
func (n Node) b() Node { r := n.rec(); return n.tree.node(r.b) }
func (n Node) c() Node { r := n.rec(); return n.tree.node(r.c) }

func (n Node) listA() NodeList { r := n.rec(); return n.tree.list(r.a) }
func (n Node) listB() NodeList { r := n.rec(); return n.tree.list(r.b) }
func (n Node) listC() NodeList { r := n.rec(); return n.tree.list(r.c) }

func (n Node) op() Op { return Op(n.rec().flags) }

// field returns the i-th entry of the record that slot c points to.
func (n Node) field(i uint32) uint32 {
	if n.tree == nil {
		return 0
	}
	return n.tree.extra[n.rec().c+i]
}

func (n Node) fieldNode(i uint32) Node     { return n.tree.node(n.field(i)) }
func (n Node) fieldList(i uint32) NodeList { return n.tree.list(n.field(i)) }

// Module is a whole file: [stmt*].
type Module struct{ Node }

// AsModule returns the view of n as a Module, or the zero view if n is something else.
func (n Node) AsModule() Module {
	if k := n.Kind(); k != KindModule {
		return Module{}
	}
	return Module{n}
}

func (n Module) Body() NodeList { return n.listA() }

// FunctionDef is [def name[T](args) -> returns: body], also with async.
type FunctionDef struct{ Node }

// AsFunctionDef returns the view of n as a FunctionDef, or the zero view if n is something else.
func (n Node) AsFunctionDef() FunctionDef {
	if k := n.Kind(); k != KindFunctionDef && k != KindAsyncFunctionDef {
		return FunctionDef{}
	}
	return FunctionDef{n}
}

func (n FunctionDef) Name() string            { return n.tree.ident(n.rec().a) }
func (n FunctionDef) NameStart() uint32       { return n.rec().a }
func (n FunctionDef) Args() Arguments         { return n.b().AsArguments() }
func (n FunctionDef) Body() NodeList          { return n.fieldList(0) }
func (n FunctionDef) DecoratorList() NodeList { return n.fieldList(1) }
func (n FunctionDef) Returns() Node           { return n.fieldNode(2) }
func (n FunctionDef) TypeParams() NodeList    { return n.fieldList(3) }
func (n FunctionDef) IsAsync() bool           { return n.Kind() == KindAsyncFunctionDef }

// ClassDef is [class name[T](bases, keywords): body].
type ClassDef struct{ Node }

// AsClassDef returns the view of n as a ClassDef, or the zero view if n is something else.
func (n Node) AsClassDef() ClassDef {
	if k := n.Kind(); k != KindClassDef {
		return ClassDef{}
	}
	return ClassDef{n}
}

func (n ClassDef) Name() string            { return n.tree.ident(n.rec().a) }
func (n ClassDef) NameStart() uint32       { return n.rec().a }
func (n ClassDef) Body() NodeList          { return n.fieldList(0) }
func (n ClassDef) DecoratorList() NodeList { return n.fieldList(1) }
func (n ClassDef) TypeParams() NodeList    { return n.fieldList(2) }
func (n ClassDef) Bases() NodeList         { return n.fieldList(3) }
func (n ClassDef) Keywords() NodeList      { return n.fieldList(4) }

// Return is [return value].
type Return struct{ Node }

// AsReturn returns the view of n as a Return, or the zero view if n is something else.
func (n Node) AsReturn() Return {
	if k := n.Kind(); k != KindReturn {
		return Return{}
	}
	return Return{n}
}

func (n Return) Value() Node { return n.a() }

// Delete is [del targets].
type Delete struct{ Node }

// AsDelete returns the view of n as a Delete, or the zero view if n is something else.
func (n Node) AsDelete() Delete {
	if k := n.Kind(); k != KindDelete {
		return Delete{}
	}
	return Delete{n}
}

func (n Delete) Targets() NodeList { return n.listA() }

// Assign is [target = target = value].
type Assign struct{ Node }

// AsAssign returns the view of n as a Assign, or the zero view if n is something else.
func (n Node) AsAssign() Assign {
	if k := n.Kind(); k != KindAssign {
		return Assign{}
	}
	return Assign{n}
}

func (n Assign) Targets() NodeList { return n.listA() }
func (n Assign) Value() Node       { return n.b() }

// TypeAlias is [type name[T] = value].
type TypeAlias struct{ Node }

// AsTypeAlias returns the view of n as a TypeAlias, or the zero view if n is something else.
func (n Node) AsTypeAlias() TypeAlias {
	if k := n.Kind(); k != KindTypeAlias {
		return TypeAlias{}
	}
	return TypeAlias{n}
}

func (n TypeAlias) Name() Node           { return n.a() }
func (n TypeAlias) TypeParams() NodeList { return n.listB() }
func (n TypeAlias) Value() Node          { return n.c() }

// AugAssign is [target op= value].
type AugAssign struct{ Node }

// AsAugAssign returns the view of n as a AugAssign, or the zero view if n is something else.
func (n Node) AsAugAssign() AugAssign {
	if k := n.Kind(); k != KindAugAssign {
		return AugAssign{}
	}
	return AugAssign{n}
}

func (n AugAssign) Target() Node { return n.a() }
func (n AugAssign) Op() Op       { return n.op() }
func (n AugAssign) Value() Node  { return n.b() }

// AnnAssign is [target: annotation = value].
type AnnAssign struct{ Node }

// AsAnnAssign returns the view of n as a AnnAssign, or the zero view if n is something else.
func (n Node) AsAnnAssign() AnnAssign {
	if k := n.Kind(); k != KindAnnAssign {
		return AnnAssign{}
	}
	return AnnAssign{n}
}

func (n AnnAssign) Target() Node     { return n.a() }
func (n AnnAssign) Annotation() Node { return n.b() }
func (n AnnAssign) Value() Node      { return n.c() }

// Simple reports whether the target is a bare name.
func (n AnnAssign) Simple() bool { t := n.a(); return t.Kind() == KindName && !t.Parenthesized() }

// For is [for target in iter: body else: orelse], also with async.
type For struct{ Node }

// AsFor returns the view of n as a For, or the zero view if n is something else.
func (n Node) AsFor() For {
	if k := n.Kind(); k != KindFor && k != KindAsyncFor {
		return For{}
	}
	return For{n}
}

func (n For) Target() Node     { return n.a() }
func (n For) Iter() Node       { return n.b() }
func (n For) Body() NodeList   { return n.fieldList(0) }
func (n For) Orelse() NodeList { return n.fieldList(1) }
func (n For) IsAsync() bool    { return n.Kind() == KindAsyncFor }

// While is [while test: body else: orelse].
type While struct{ Node }

// AsWhile returns the view of n as a While, or the zero view if n is something else.
func (n Node) AsWhile() While {
	if k := n.Kind(); k != KindWhile {
		return While{}
	}
	return While{n}
}

func (n While) Test() Node       { return n.a() }
func (n While) Body() NodeList   { return n.listB() }
func (n While) Orelse() NodeList { return n.listC() }

// If is [if test: body else: orelse]. An elif is an If alone in orelse.
type If struct{ Node }

// AsIf returns the view of n as a If, or the zero view if n is something else.
func (n Node) AsIf() If {
	if k := n.Kind(); k != KindIf {
		return If{}
	}
	return If{n}
}

func (n If) Test() Node       { return n.a() }
func (n If) Body() NodeList   { return n.listB() }
func (n If) Orelse() NodeList { return n.listC() }

// With is [with items: body], also with async.
type With struct{ Node }

// AsWith returns the view of n as a With, or the zero view if n is something else.
func (n Node) AsWith() With {
	if k := n.Kind(); k != KindWith && k != KindAsyncWith {
		return With{}
	}
	return With{n}
}

func (n With) Items() NodeList { return n.listA() }
func (n With) Body() NodeList  { return n.listB() }
func (n With) IsAsync() bool   { return n.Kind() == KindAsyncWith }

// Match is [match subject: cases].
type Match struct{ Node }

// AsMatch returns the view of n as a Match, or the zero view if n is something else.
func (n Node) AsMatch() Match {
	if k := n.Kind(); k != KindMatch {
		return Match{}
	}
	return Match{n}
}

func (n Match) Subject() Node   { return n.a() }
func (n Match) Cases() NodeList { return n.listB() }

// Raise is [raise exc from cause].
type Raise struct{ Node }

// AsRaise returns the view of n as a Raise, or the zero view if n is something else.
func (n Node) AsRaise() Raise {
	if k := n.Kind(); k != KindRaise {
		return Raise{}
	}
	return Raise{n}
}

func (n Raise) Exc() Node   { return n.a() }
func (n Raise) Cause() Node { return n.b() }

// Try is [try: body handlers else: orelse finally: finalbody], also with except*.
type Try struct{ Node }

// AsTry returns the view of n as a Try, or the zero view if n is something else.
func (n Node) AsTry() Try {
	if k := n.Kind(); k != KindTry && k != KindTryStar {
		return Try{}
	}
	return Try{n}
}

func (n Try) Body() NodeList      { return n.listA() }
func (n Try) Handlers() NodeList  { return n.listB() }
func (n Try) Orelse() NodeList    { return n.fieldList(0) }
func (n Try) Finalbody() NodeList { return n.fieldList(1) }
func (n Try) IsStar() bool        { return n.Kind() == KindTryStar }

// Assert is [assert test, msg].
type Assert struct{ Node }

// AsAssert returns the view of n as a Assert, or the zero view if n is something else.
func (n Node) AsAssert() Assert {
	if k := n.Kind(); k != KindAssert {
		return Assert{}
	}
	return Assert{n}
}

func (n Assert) Test() Node { return n.a() }
func (n Assert) Msg() Node  { return n.b() }

// Import is [import names].
type Import struct{ Node }

// AsImport returns the view of n as a Import, or the zero view if n is something else.
func (n Node) AsImport() Import {
	if k := n.Kind(); k != KindImport {
		return Import{}
	}
	return Import{n}
}

func (n Import) Names() NodeList { return n.listA() }

// ImportFrom is [from ..module import names].
type ImportFrom struct{ Node }

// AsImportFrom returns the view of n as a ImportFrom, or the zero view if n is something else.
func (n Node) AsImportFrom() ImportFrom {
	if k := n.Kind(); k != KindImportFrom {
		return ImportFrom{}
	}
	return ImportFrom{n}
}

// Module returns the dotted name; "" in [from . import x].
func (n ImportFrom) Module() string      { r := n.rec(); return n.tree.dotted(r.b, r.c) }
func (n ImportFrom) ModuleStart() uint32 { return n.rec().b }
func (n ImportFrom) ModuleEnd() uint32   { return n.rec().c }
func (n ImportFrom) Names() NodeList     { return n.listA() }

// Level returns the number of leading dots.
func (n ImportFrom) Level() int { return int(n.rec().x) }

// Global is [global names].
type Global struct{ Node }

// AsGlobal returns the view of n as a Global, or the zero view if n is something else.
func (n Node) AsGlobal() Global {
	if k := n.Kind(); k != KindGlobal {
		return Global{}
	}
	return Global{n}
}

func (n Global) Names() IdentList { return n.tree.idents(n.rec().a, 0, 1) }

// Nonlocal is [nonlocal names].
type Nonlocal struct{ Node }

// AsNonlocal returns the view of n as a Nonlocal, or the zero view if n is something else.
func (n Node) AsNonlocal() Nonlocal {
	if k := n.Kind(); k != KindNonlocal {
		return Nonlocal{}
	}
	return Nonlocal{n}
}

func (n Nonlocal) Names() IdentList { return n.tree.idents(n.rec().a, 0, 1) }

// Expr is an expression as a statement: [value].
type Expr struct{ Node }

// AsExpr returns the view of n as a Expr, or the zero view if n is something else.
func (n Node) AsExpr() Expr {
	if k := n.Kind(); k != KindExpr {
		return Expr{}
	}
	return Expr{n}
}

func (n Expr) Value() Node { return n.a() }

// BoolOp is [value and value …] or [value or value …].
type BoolOp struct{ Node }

// AsBoolOp returns the view of n as a BoolOp, or the zero view if n is something else.
func (n Node) AsBoolOp() BoolOp {
	if k := n.Kind(); k != KindBoolOp {
		return BoolOp{}
	}
	return BoolOp{n}
}

func (n BoolOp) Op() Op           { return n.op() }
func (n BoolOp) Values() NodeList { return n.listA() }

// NamedExpr is [target := value].
type NamedExpr struct{ Node }

// AsNamedExpr returns the view of n as a NamedExpr, or the zero view if n is something else.
func (n Node) AsNamedExpr() NamedExpr {
	if k := n.Kind(); k != KindNamedExpr {
		return NamedExpr{}
	}
	return NamedExpr{n}
}

func (n NamedExpr) Target() Node { return n.a() }
func (n NamedExpr) Value() Node  { return n.b() }

// BinOp is [left op right].
type BinOp struct{ Node }

// AsBinOp returns the view of n as a BinOp, or the zero view if n is something else.
func (n Node) AsBinOp() BinOp {
	if k := n.Kind(); k != KindBinOp {
		return BinOp{}
	}
	return BinOp{n}
}

func (n BinOp) Left() Node  { return n.a() }
func (n BinOp) Op() Op      { return n.op() }
func (n BinOp) Right() Node { return n.b() }

// UnaryOp is [op operand].
type UnaryOp struct{ Node }

// AsUnaryOp returns the view of n as a UnaryOp, or the zero view if n is something else.
func (n Node) AsUnaryOp() UnaryOp {
	if k := n.Kind(); k != KindUnaryOp {
		return UnaryOp{}
	}
	return UnaryOp{n}
}

func (n UnaryOp) Op() Op        { return n.op() }
func (n UnaryOp) Operand() Node { return n.a() }

// Lambda is [lambda args: body].
type Lambda struct{ Node }

// AsLambda returns the view of n as a Lambda, or the zero view if n is something else.
func (n Node) AsLambda() Lambda {
	if k := n.Kind(); k != KindLambda {
		return Lambda{}
	}
	return Lambda{n}
}

func (n Lambda) Args() Arguments { return n.a().AsArguments() }
func (n Lambda) Body() Node      { return n.b() }

// IfExp is [body if test else orelse].
type IfExp struct{ Node }

// AsIfExp returns the view of n as a IfExp, or the zero view if n is something else.
func (n Node) AsIfExp() IfExp {
	if k := n.Kind(); k != KindIfExp {
		return IfExp{}
	}
	return IfExp{n}
}

func (n IfExp) Test() Node   { return n.a() }
func (n IfExp) Body() Node   { return n.b() }
func (n IfExp) Orelse() Node { return n.c() }

// Dict is [{key: value, **value}].
type Dict struct{ Node }

// AsDict returns the view of n as a Dict, or the zero view if n is something else.
func (n Node) AsDict() Dict {
	if k := n.Kind(); k != KindDict {
		return Dict{}
	}
	return Dict{n}
}

// Keys returns the keys; an absent key stands for [**value].
func (n Dict) Keys() NodeList   { return n.tree.strided(n.rec().a, 0, 2) }
func (n Dict) Values() NodeList { return n.tree.strided(n.rec().a, 1, 2) }

// Set is [{elts}].
type Set struct{ Node }

// AsSet returns the view of n as a Set, or the zero view if n is something else.
func (n Node) AsSet() Set {
	if k := n.Kind(); k != KindSet {
		return Set{}
	}
	return Set{n}
}

func (n Set) Elts() NodeList { return n.listA() }

// ListComp is [[elt generators]].
type ListComp struct{ Node }

// AsListComp returns the view of n as a ListComp, or the zero view if n is something else.
func (n Node) AsListComp() ListComp {
	if k := n.Kind(); k != KindListComp {
		return ListComp{}
	}
	return ListComp{n}
}

func (n ListComp) Elt() Node            { return n.a() }
func (n ListComp) Generators() NodeList { return n.listB() }

// SetComp is [{elt generators}].
type SetComp struct{ Node }

// AsSetComp returns the view of n as a SetComp, or the zero view if n is something else.
func (n Node) AsSetComp() SetComp {
	if k := n.Kind(); k != KindSetComp {
		return SetComp{}
	}
	return SetComp{n}
}

func (n SetComp) Elt() Node            { return n.a() }
func (n SetComp) Generators() NodeList { return n.listB() }

// GeneratorExp is [(elt generators)].
type GeneratorExp struct{ Node }

// AsGeneratorExp returns the view of n as a GeneratorExp, or the zero view if n is something else.
func (n Node) AsGeneratorExp() GeneratorExp {
	if k := n.Kind(); k != KindGeneratorExp {
		return GeneratorExp{}
	}
	return GeneratorExp{n}
}

func (n GeneratorExp) Elt() Node            { return n.a() }
func (n GeneratorExp) Generators() NodeList { return n.listB() }

// DictComp is [{key: value generators}].
type DictComp struct{ Node }

// AsDictComp returns the view of n as a DictComp, or the zero view if n is something else.
func (n Node) AsDictComp() DictComp {
	if k := n.Kind(); k != KindDictComp {
		return DictComp{}
	}
	return DictComp{n}
}

func (n DictComp) Key() Node            { return n.a() }
func (n DictComp) Value() Node          { return n.b() }
func (n DictComp) Generators() NodeList { return n.listC() }

// Await is [await value].
type Await struct{ Node }

// AsAwait returns the view of n as a Await, or the zero view if n is something else.
func (n Node) AsAwait() Await {
	if k := n.Kind(); k != KindAwait {
		return Await{}
	}
	return Await{n}
}

func (n Await) Value() Node { return n.a() }

// Yield is [yield value].
type Yield struct{ Node }

// AsYield returns the view of n as a Yield, or the zero view if n is something else.
func (n Node) AsYield() Yield {
	if k := n.Kind(); k != KindYield {
		return Yield{}
	}
	return Yield{n}
}

func (n Yield) Value() Node { return n.a() }

// YieldFrom is [yield from value].
type YieldFrom struct{ Node }

// AsYieldFrom returns the view of n as a YieldFrom, or the zero view if n is something else.
func (n Node) AsYieldFrom() YieldFrom {
	if k := n.Kind(); k != KindYieldFrom {
		return YieldFrom{}
	}
	return YieldFrom{n}
}

func (n YieldFrom) Value() Node { return n.a() }

// Compare is [left op comparator op comparator …].
type Compare struct{ Node }

// AsCompare returns the view of n as a Compare, or the zero view if n is something else.
func (n Node) AsCompare() Compare {
	if k := n.Kind(); k != KindCompare {
		return Compare{}
	}
	return Compare{n}
}

func (n Compare) Left() Node            { return n.a() }
func (n Compare) Comparators() NodeList { return n.tree.strided(n.rec().b, 1, 2) }

// OpAt returns the operator before the i-th comparator.
func (n Compare) OpAt(i int) Op { return Op(n.tree.strided(n.rec().b, 0, 2).raw(i)) }

// Call is [func(args, keywords)].
type Call struct{ Node }

// AsCall returns the view of n as a Call, or the zero view if n is something else.
func (n Node) AsCall() Call {
	if k := n.Kind(); k != KindCall {
		return Call{}
	}
	return Call{n}
}

func (n Call) Func() Node         { return n.a() }
func (n Call) Args() NodeList     { return n.listB() }
func (n Call) Keywords() NodeList { return n.listC() }

// FormattedValue is [{value!conversion:spec}] within an f-string.
type FormattedValue struct{ Node }

// AsFormattedValue returns the view of n as a FormattedValue, or the zero view if n is something else.
func (n Node) AsFormattedValue() FormattedValue {
	if k := n.Kind(); k != KindFormattedValue {
		return FormattedValue{}
	}
	return FormattedValue{n}
}

func (n FormattedValue) Value() Node { return n.a() }

// Conversion returns 's', 'r' or 'a', or 0 if there is none.
func (n FormattedValue) Conversion() byte { return byte(n.rec().c) }

// FormatSpec returns a JoinedStr, or the zero Node.
func (n FormattedValue) FormatSpec() Node { return n.b() }

// Interpolation is [{value!conversion:spec}] within a t-string.
type Interpolation struct{ Node }

// AsInterpolation returns the view of n as a Interpolation, or the zero view if n is something else.
func (n Node) AsInterpolation() Interpolation {
	if k := n.Kind(); k != KindInterpolation {
		return Interpolation{}
	}
	return Interpolation{n}
}

func (n Interpolation) Value() Node { return n.a() }

// Str returns the source text of the value.
func (n Interpolation) Str() string { return n.tree.text(n.field(1), n.field(2)) }

// Conversion returns 's', 'r' or 'a', or 0 if there is none.
func (n Interpolation) Conversion() byte { return byte(n.field(0)) }

// FormatSpec returns a JoinedStr, or the zero Node.
func (n Interpolation) FormatSpec() Node { return n.b() }

// JoinedStr is an f-string, or several strings side by side of which one is an f-string.
type JoinedStr struct{ Node }

// AsJoinedStr returns the view of n as a JoinedStr, or the zero view if n is something else.
func (n Node) AsJoinedStr() JoinedStr {
	if k := n.Kind(); k != KindJoinedStr {
		return JoinedStr{}
	}
	return JoinedStr{n}
}

// Values returns Constants and FormattedValues.
func (n JoinedStr) Values() NodeList { return n.listA() }

// TemplateStr is a t-string, or several side by side.
type TemplateStr struct{ Node }

// AsTemplateStr returns the view of n as a TemplateStr, or the zero view if n is something else.
func (n Node) AsTemplateStr() TemplateStr {
	if k := n.Kind(); k != KindTemplateStr {
		return TemplateStr{}
	}
	return TemplateStr{n}
}

// Values returns Constants and Interpolations.
func (n TemplateStr) Values() NodeList { return n.listA() }

// Constant is None, True, False, Ellipsis, a number or a string. See also constant.go.
type Constant struct{ Node }

// AsConstant returns the view of n as a Constant, or the zero view if n is something else.
func (n Node) AsConstant() Constant {
	if k := n.Kind(); k != KindConstant {
		return Constant{}
	}
	return Constant{n}
}

func (n Constant) ConstKind() ConstKind { return ConstKind(n.rec().flags & 15) }

// HasUPrefix reports whether the (first) string is written u'…'.
func (n Constant) HasUPrefix() bool { return n.rec().flags&constU != 0 }

// Attribute is [value.attr].
type Attribute struct{ Node }

// AsAttribute returns the view of n as a Attribute, or the zero view if n is something else.
func (n Node) AsAttribute() Attribute {
	if k := n.Kind(); k != KindAttribute {
		return Attribute{}
	}
	return Attribute{n}
}

func (n Attribute) Value() Node       { return n.a() }
func (n Attribute) Attr() string      { r := n.rec(); return n.tree.identAt(r.b, r.end) }
func (n Attribute) AttrStart() uint32 { return n.rec().b }

// Subscript is [value[slice]].
type Subscript struct{ Node }

// AsSubscript returns the view of n as a Subscript, or the zero view if n is something else.
func (n Node) AsSubscript() Subscript {
	if k := n.Kind(); k != KindSubscript {
		return Subscript{}
	}
	return Subscript{n}
}

func (n Subscript) Value() Node { return n.a() }
func (n Subscript) Slice() Node { return n.b() }

// Starred is [*value].
type Starred struct{ Node }

// AsStarred returns the view of n as a Starred, or the zero view if n is something else.
func (n Node) AsStarred() Starred {
	if k := n.Kind(); k != KindStarred {
		return Starred{}
	}
	return Starred{n}
}

func (n Starred) Value() Node { return n.a() }

// Name is an identifier.
type Name struct{ Node }

// AsName returns the view of n as a Name, or the zero view if n is something else.
func (n Node) AsName() Name {
	if k := n.Kind(); k != KindName {
		return Name{}
	}
	return Name{n}
}

func (n Name) Id() string { r := n.rec(); return n.tree.identAt(r.start, r.end) }

// List is [[elts]].
type List struct{ Node }

// AsList returns the view of n as a List, or the zero view if n is something else.
func (n Node) AsList() List {
	if k := n.Kind(); k != KindList {
		return List{}
	}
	return List{n}
}

func (n List) Elts() NodeList { return n.listA() }

// Tuple is [elts,] or [(elts,)]. The parentheses are part of its range.
type Tuple struct{ Node }

// AsTuple returns the view of n as a Tuple, or the zero view if n is something else.
func (n Node) AsTuple() Tuple {
	if k := n.Kind(); k != KindTuple {
		return Tuple{}
	}
	return Tuple{n}
}

func (n Tuple) Elts() NodeList { return n.listA() }

// Slice is [lower:upper:step] within a subscript.
type Slice struct{ Node }

// AsSlice returns the view of n as a Slice, or the zero view if n is something else.
func (n Node) AsSlice() Slice {
	if k := n.Kind(); k != KindSlice {
		return Slice{}
	}
	return Slice{n}
}

func (n Slice) Lower() Node { return n.a() }
func (n Slice) Upper() Node { return n.b() }
func (n Slice) Step() Node  { return n.c() }

// Comprehension is [for target in iter if cond …]. CPython gives it no range; here it has one.
type Comprehension struct{ Node }

// AsComprehension returns the view of n as a Comprehension, or the zero view if n is something else.
func (n Node) AsComprehension() Comprehension {
	if k := n.Kind(); k != KindComprehension {
		return Comprehension{}
	}
	return Comprehension{n}
}

func (n Comprehension) Target() Node  { return n.a() }
func (n Comprehension) Iter() Node    { return n.b() }
func (n Comprehension) Ifs() NodeList { return n.listC() }
func (n Comprehension) IsAsync() bool { return n.rec().flags != 0 }

// ExceptHandler is [except type as name: body].
type ExceptHandler struct{ Node }

// AsExceptHandler returns the view of n as a ExceptHandler, or the zero view if n is something else.
func (n Node) AsExceptHandler() ExceptHandler {
	if k := n.Kind(); k != KindExceptHandler {
		return ExceptHandler{}
	}
	return ExceptHandler{n}
}

func (n ExceptHandler) Type() Node        { return n.a() }
func (n ExceptHandler) Name() string      { return n.tree.ident(n.rec().b) }
func (n ExceptHandler) NameStart() uint32 { return n.rec().b }
func (n ExceptHandler) Body() NodeList    { return n.listC() }

// Arguments are the parameters of a function or lambda.
type Arguments struct{ Node }

// AsArguments returns the view of n as a Arguments, or the zero view if n is something else.
func (n Node) AsArguments() Arguments {
	if k := n.Kind(); k != KindArguments {
		return Arguments{}
	}
	return Arguments{n}
}

func (n Arguments) Posonlyargs() NodeList { return n.fieldList(0) }
func (n Arguments) Args() NodeList        { return n.fieldList(1) }
func (n Arguments) Vararg() Arg           { return n.fieldNode(2).AsArg() }
func (n Arguments) Kwonlyargs() NodeList  { return n.fieldList(3) }

// KwDefaults has one entry for each of Kwonlyargs, absent where there is no default.
func (n Arguments) KwDefaults() NodeList { return n.fieldList(4) }
func (n Arguments) Kwarg() Arg           { return n.fieldNode(5).AsArg() }

// Defaults belong to the last parameters of Posonlyargs and Args together.
func (n Arguments) Defaults() NodeList { return n.fieldList(6) }

// Arg is one parameter: [arg: annotation].
type Arg struct{ Node }

// AsArg returns the view of n as a Arg, or the zero view if n is something else.
func (n Node) AsArg() Arg {
	if k := n.Kind(); k != KindArg {
		return Arg{}
	}
	return Arg{n}
}

func (n Arg) Arg() string      { return n.tree.ident(n.rec().start) }
func (n Arg) Annotation() Node { return n.a() }

// Keyword is [arg=value], or [**value] if Arg is "".
type Keyword struct{ Node }

// AsKeyword returns the view of n as a Keyword, or the zero view if n is something else.
func (n Node) AsKeyword() Keyword {
	if k := n.Kind(); k != KindKeyword {
		return Keyword{}
	}
	return Keyword{n}
}

func (n Keyword) Arg() string      { return n.tree.ident(n.rec().b) }
func (n Keyword) ArgStart() uint32 { return n.rec().b }
func (n Keyword) Value() Node      { return n.a() }

// Alias is [name as asname] of an import.
type Alias struct{ Node }

// AsAlias returns the view of n as a Alias, or the zero view if n is something else.
func (n Node) AsAlias() Alias {
	if k := n.Kind(); k != KindAlias {
		return Alias{}
	}
	return Alias{n}
}

// Name returns the dotted name, or "*".
func (n Alias) Name() string        { r := n.rec(); return n.tree.dotted(r.start, r.a) }
func (n Alias) NameEnd() uint32     { return n.rec().a }
func (n Alias) Asname() string      { return n.tree.ident(n.rec().b) }
func (n Alias) AsnameStart() uint32 { return n.rec().b }

// WithItem is [context_expr as optional_vars].
type WithItem struct{ Node }

// AsWithItem returns the view of n as a WithItem, or the zero view if n is something else.
func (n Node) AsWithItem() WithItem {
	if k := n.Kind(); k != KindWithItem {
		return WithItem{}
	}
	return WithItem{n}
}

func (n WithItem) ContextExpr() Node  { return n.a() }
func (n WithItem) OptionalVars() Node { return n.b() }

// MatchCase is [case pattern if guard: body].
type MatchCase struct{ Node }

// AsMatchCase returns the view of n as a MatchCase, or the zero view if n is something else.
func (n Node) AsMatchCase() MatchCase {
	if k := n.Kind(); k != KindMatchCase {
		return MatchCase{}
	}
	return MatchCase{n}
}

func (n MatchCase) Pattern() Node  { return n.a() }
func (n MatchCase) Guard() Node    { return n.b() }
func (n MatchCase) Body() NodeList { return n.listC() }

// MatchValue is a literal or dotted name as a pattern.
type MatchValue struct{ Node }

// AsMatchValue returns the view of n as a MatchValue, or the zero view if n is something else.
func (n Node) AsMatchValue() MatchValue {
	if k := n.Kind(); k != KindMatchValue {
		return MatchValue{}
	}
	return MatchValue{n}
}

func (n MatchValue) Value() Node { return n.a() }

// MatchSingleton is None, True or False as a pattern.
type MatchSingleton struct{ Node }

// AsMatchSingleton returns the view of n as a MatchSingleton, or the zero view if n is something else.
func (n Node) AsMatchSingleton() MatchSingleton {
	if k := n.Kind(); k != KindMatchSingleton {
		return MatchSingleton{}
	}
	return MatchSingleton{n}
}

func (n MatchSingleton) Value() ConstKind { return ConstKind(n.rec().flags) }

// MatchSequence is [[patterns]] or [patterns,].
type MatchSequence struct{ Node }

// AsMatchSequence returns the view of n as a MatchSequence, or the zero view if n is something else.
func (n Node) AsMatchSequence() MatchSequence {
	if k := n.Kind(); k != KindMatchSequence {
		return MatchSequence{}
	}
	return MatchSequence{n}
}

func (n MatchSequence) Patterns() NodeList { return n.listA() }

// MatchMapping is [{key: pattern, **rest}].
type MatchMapping struct{ Node }

// AsMatchMapping returns the view of n as a MatchMapping, or the zero view if n is something else.
func (n Node) AsMatchMapping() MatchMapping {
	if k := n.Kind(); k != KindMatchMapping {
		return MatchMapping{}
	}
	return MatchMapping{n}
}

func (n MatchMapping) Keys() NodeList     { return n.tree.strided(n.rec().a, 0, 2) }
func (n MatchMapping) Patterns() NodeList { return n.tree.strided(n.rec().a, 1, 2) }
func (n MatchMapping) Rest() string       { return n.tree.ident(n.rec().b) }
func (n MatchMapping) RestStart() uint32  { return n.rec().b }

// MatchClass is [cls(patterns, attr=pattern)].
type MatchClass struct{ Node }

// AsMatchClass returns the view of n as a MatchClass, or the zero view if n is something else.
func (n Node) AsMatchClass() MatchClass {
	if k := n.Kind(); k != KindMatchClass {
		return MatchClass{}
	}
	return MatchClass{n}
}

func (n MatchClass) Cls() Node             { return n.a() }
func (n MatchClass) Patterns() NodeList    { return n.listB() }
func (n MatchClass) KwdAttrs() IdentList   { return n.tree.idents(n.rec().c, 0, 2) }
func (n MatchClass) KwdPatterns() NodeList { return n.tree.strided(n.rec().c, 1, 2) }

// MatchStar is [*name]; Name is "" in [*_].
type MatchStar struct{ Node }

// AsMatchStar returns the view of n as a MatchStar, or the zero view if n is something else.
func (n Node) AsMatchStar() MatchStar {
	if k := n.Kind(); k != KindMatchStar {
		return MatchStar{}
	}
	return MatchStar{n}
}

func (n MatchStar) Name() string      { return n.tree.ident(n.rec().b) }
func (n MatchStar) NameStart() uint32 { return n.rec().b }

// MatchAs is [pattern as name], [name], or [_] if Name is "".
type MatchAs struct{ Node }

// AsMatchAs returns the view of n as a MatchAs, or the zero view if n is something else.
func (n Node) AsMatchAs() MatchAs {
	if k := n.Kind(); k != KindMatchAs {
		return MatchAs{}
	}
	return MatchAs{n}
}

func (n MatchAs) Pattern() Node     { return n.a() }
func (n MatchAs) Name() string      { return n.tree.ident(n.rec().b) }
func (n MatchAs) NameStart() uint32 { return n.rec().b }

// MatchOr is [pattern | pattern …].
type MatchOr struct{ Node }

// AsMatchOr returns the view of n as a MatchOr, or the zero view if n is something else.
func (n Node) AsMatchOr() MatchOr {
	if k := n.Kind(); k != KindMatchOr {
		return MatchOr{}
	}
	return MatchOr{n}
}

func (n MatchOr) Patterns() NodeList { return n.listA() }

// TypeVar is [name: bound = default_value].
type TypeVar struct{ Node }

// AsTypeVar returns the view of n as a TypeVar, or the zero view if n is something else.
func (n Node) AsTypeVar() TypeVar {
	if k := n.Kind(); k != KindTypeVar {
		return TypeVar{}
	}
	return TypeVar{n}
}

func (n TypeVar) Name() string       { return n.tree.ident(n.rec().start) }
func (n TypeVar) Bound() Node        { return n.a() }
func (n TypeVar) DefaultValue() Node { return n.b() }

// ParamSpec is [**name = default_value].
type ParamSpec struct{ Node }

// AsParamSpec returns the view of n as a ParamSpec, or the zero view if n is something else.
func (n Node) AsParamSpec() ParamSpec {
	if k := n.Kind(); k != KindParamSpec {
		return ParamSpec{}
	}
	return ParamSpec{n}
}

func (n ParamSpec) Name() string       { return n.tree.ident(n.rec().b) }
func (n ParamSpec) NameStart() uint32  { return n.rec().b }
func (n ParamSpec) DefaultValue() Node { return n.a() }

// TypeVarTuple is [*name = default_value].
type TypeVarTuple struct{ Node }

// AsTypeVarTuple returns the view of n as a TypeVarTuple, or the zero view if n is something else.
func (n Node) AsTypeVarTuple() TypeVarTuple {
	if k := n.Kind(); k != KindTypeVarTuple {
		return TypeVarTuple{}
	}
	return TypeVarTuple{n}
}

func (n TypeVarTuple) Name() string       { return n.tree.ident(n.rec().b) }
func (n TypeVarTuple) NameStart() uint32  { return n.rec().b }
func (n TypeVarTuple) DefaultValue() Node { return n.a() }

// identAt returns the identifier in a range; "" where it is missing.
func (t *Tree) identAt(start, end uint32) string {
	if t == nil || start >= end {
		return ""
	}
	return t.identRange(start, end)
}

// dotted returns the dotted name in a range, without the space that may surround
// its dots.
func (t *Tree) dotted(start, end uint32) string {
	if t == nil || start >= end {
		return ""
	}
	s := t.text(start, end)
	for i := 0; i < len(s); i++ {
		if s[i] != '.' && charClass[s[i]]&ccIdent == 0 {
			var b strings.Builder
			for i := start; i < end; {
				switch c := t.src[i]; {
				case c == '.':
					b.WriteByte('.')
					i++
				case c == '#':
					for i < end && t.src[i] != '\n' && t.src[i] != '\r' {
						i++
					}
				case charClass[c]&ccIdent != 0:
					e := identEnd(t.src, i)
					b.WriteString(t.identRange(i, e))
					i = e
				case c == '*':
					return "*"
				default:
					i++
				}
			}
			return b.String()
		}
	}
	return t.identRange(start, end)
}
