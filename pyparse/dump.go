package pyparse

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// WriteJSON writes the tree as one line of JSON in the shape of CPython's ast: an
// object for each node, with its kind under "_type", its position, where CPython
// gives it one (lines from 1, columns in bytes from 0), and its fields under CPython's
// names.
//
// Constants are null, true, false, numbers and strings. Bytes are a string of the
// characters U+0000 to U+00FF, a complex number is the string that Python prints, and
// an ellipsis is "Ellipsis". An infinite float is 1e999.
func (t *Tree) WriteJSON(w io.Writer) error {
	d := dumper{t: t, w: bufio.NewWriterSize(w, 1<<16)}
	d.node(t.Root())
	d.w.WriteByte('\n')
	return d.w.Flush()
}

type dumper struct {
	t     *Tree
	w     *bufio.Writer
	buf   []byte
	loose looseness
}

// looseness says what to leave out of a dump because the other side of a comparison
// can't have it. The zero value leaves nothing out.
type looseness struct {
	named   bool // values of str constants: some hold named characters
	fstring bool // positions inside f-strings and of their parts
	alias   bool // positions of aliases
	py38    bool // positions that 3.8 does not give, or gives otherwise

	within int // how many f-strings the dumper is inside of
}

// drops reports whether the position of a node is left out.
func (l *looseness) drops(n Node) bool {
	switch n.Kind() {
	case KindAlias:
		return l.alias
	case KindKeyword, KindSlice, KindStarred, KindArg, KindFunctionDef, KindAsyncFunctionDef, KindClassDef, KindIf,
		KindFor, KindAsyncFor, KindWhile, KindWith, KindAsyncWith, KindTry, KindExceptHandler:
		if l.py38 {
			return true
		}
	case KindTuple:
		if l.py38 {
			for e := range n.Children() {
				if e.Kind() == KindSlice {
					return true
				}
			}
		}
	}
	return l.fstring && l.within > 0
}

func (d *dumper) lit(s string) { d.w.WriteString(s) }

// key begins a field.
func (d *dumper) key(name string) {
	d.lit(`, "`)
	d.lit(name)
	d.lit(`": `)
}

func (d *dumper) int(n int) {
	d.buf = strconv.AppendInt(d.buf[:0], int64(n), 10)
	d.w.Write(d.buf)
}

// open begins an object with its type and, if it has one, its position.
func (d *dumper) open(n Node, name string, position bool) {
	d.lit(`{"_type": "`)
	d.lit(name)
	d.lit(`"`)
	if position {
		line, col := d.t.Position(n.Start())
		endLine, endCol := d.t.Position(n.End())
		d.key("lineno")
		d.int(line)
		d.key("col_offset")
		d.int(col - 1)
		d.key("end_lineno")
		d.int(endLine)
		d.key("end_col_offset")
		d.int(endCol - 1)
	}
}

func (d *dumper) nodeField(name string, n Node) {
	d.key(name)
	d.node(n)
}

func (d *dumper) listField(name string, l NodeList) {
	d.key(name)
	d.lit("[")
	for i := range l.Len() {
		if i > 0 {
			d.lit(", ")
		}
		d.node(l.At(i))
	}
	d.lit("]")
}

// strField writes a string, or null for "".
func (d *dumper) strField(name, s string) {
	d.key(name)
	if s == "" {
		d.lit("null")
	} else {
		d.str(s)
	}
}

func (d *dumper) identsField(name string, l IdentList) {
	d.key(name)
	d.lit("[")
	for i := range l.Len() {
		if i > 0 {
			d.lit(", ")
		}
		d.str(l.At(i))
	}
	d.lit("]")
}

func (d *dumper) opField(name string, op Op) {
	d.key(name)
	d.lit(`{"_type": "` + op.String() + `"}`)
}

func (d *dumper) ctx(n Node) {
	d.key("ctx")
	d.lit(`{"_type": "` + n.Ctx().String() + `"}`)
}

// node writes a node; null for the absent one.
func (d *dumper) node(n Node) {
	if !n.Valid() {
		d.lit("null")
		return
	}
	kind := n.Kind()
	switch kind {
	case KindModule, KindArguments, KindWithItem, KindMatchCase, KindComprehension:
		d.open(n, kind.String(), false)
	default:
		d.open(n, kind.String(), !d.loose.drops(n))
	}
	switch kind {
	case KindModule:
		d.listField("body", n.AsModule().Body())
		d.key("type_ignores")
		d.lit("[]")
	case KindFunctionDef, KindAsyncFunctionDef:
		n := n.AsFunctionDef()
		d.key("name")
		d.str(n.Name())
		d.nodeField("args", n.Args().Node)
		d.listField("body", n.Body())
		d.listField("decorator_list", n.DecoratorList())
		d.nodeField("returns", n.Returns())
		d.strField("type_comment", "")
		d.listField("type_params", n.TypeParams())
	case KindClassDef:
		n := n.AsClassDef()
		d.key("name")
		d.str(n.Name())
		d.listField("bases", n.Bases())
		d.listField("keywords", n.Keywords())
		d.listField("body", n.Body())
		d.listField("decorator_list", n.DecoratorList())
		d.listField("type_params", n.TypeParams())
	case KindReturn, KindExpr, KindAwait, KindYield, KindYieldFrom, KindMatchValue:
		d.nodeField("value", n.a())
	case KindStarred:
		d.nodeField("value", n.a())
		d.ctx(n)
	case KindDelete:
		d.listField("targets", n.AsDelete().Targets())
	case KindAssign:
		n := n.AsAssign()
		d.listField("targets", n.Targets())
		d.nodeField("value", n.Value())
		d.strField("type_comment", "")
	case KindTypeAlias:
		n := n.AsTypeAlias()
		d.nodeField("name", n.Name())
		d.listField("type_params", n.TypeParams())
		d.nodeField("value", n.Value())
	case KindAugAssign:
		n := n.AsAugAssign()
		d.nodeField("target", n.Target())
		d.opField("op", n.Op())
		d.nodeField("value", n.Value())
	case KindAnnAssign:
		n := n.AsAnnAssign()
		d.nodeField("target", n.Target())
		d.nodeField("annotation", n.Annotation())
		d.nodeField("value", n.Value())
		d.key("simple")
		if n.Simple() {
			d.lit("1")
		} else {
			d.lit("0")
		}
	case KindFor, KindAsyncFor:
		n := n.AsFor()
		d.nodeField("target", n.Target())
		d.nodeField("iter", n.Iter())
		d.listField("body", n.Body())
		d.listField("orelse", n.Orelse())
		d.strField("type_comment", "")
	case KindWhile, KindIf:
		d.nodeField("test", n.a())
		d.listField("body", n.listB())
		d.listField("orelse", n.listC())
	case KindWith, KindAsyncWith:
		n := n.AsWith()
		d.listField("items", n.Items())
		d.listField("body", n.Body())
		d.strField("type_comment", "")
	case KindMatch:
		n := n.AsMatch()
		d.nodeField("subject", n.Subject())
		d.listField("cases", n.Cases())
	case KindRaise:
		n := n.AsRaise()
		d.nodeField("exc", n.Exc())
		d.nodeField("cause", n.Cause())
	case KindTry, KindTryStar:
		n := n.AsTry()
		d.listField("body", n.Body())
		d.listField("handlers", n.Handlers())
		d.listField("orelse", n.Orelse())
		d.listField("finalbody", n.Finalbody())
	case KindAssert:
		n := n.AsAssert()
		d.nodeField("test", n.Test())
		d.nodeField("msg", n.Msg())
	case KindImport:
		d.listField("names", n.AsImport().Names())
	case KindImportFrom:
		n := n.AsImportFrom()
		d.strField("module", n.Module())
		d.listField("names", n.Names())
		d.key("level")
		d.int(n.Level())
	case KindGlobal:
		d.identsField("names", n.AsGlobal().Names())
	case KindNonlocal:
		d.identsField("names", n.AsNonlocal().Names())
	case KindBoolOp:
		n := n.AsBoolOp()
		d.opField("op", n.Op())
		d.listField("values", n.Values())
	case KindNamedExpr:
		n := n.AsNamedExpr()
		d.nodeField("target", n.Target())
		d.nodeField("value", n.Value())
	case KindBinOp:
		n := n.AsBinOp()
		d.nodeField("left", n.Left())
		d.opField("op", n.Op())
		d.nodeField("right", n.Right())
	case KindUnaryOp:
		n := n.AsUnaryOp()
		d.opField("op", n.Op())
		d.nodeField("operand", n.Operand())
	case KindLambda:
		n := n.AsLambda()
		d.nodeField("args", n.Args().Node)
		d.nodeField("body", n.Body())
	case KindIfExp:
		n := n.AsIfExp()
		d.nodeField("test", n.Test())
		d.nodeField("body", n.Body())
		d.nodeField("orelse", n.Orelse())
	case KindDict:
		n := n.AsDict()
		d.listField("keys", n.Keys())
		d.listField("values", n.Values())
	case KindSet:
		d.listField("elts", n.AsSet().Elts())
	case KindListComp, KindSetComp, KindGeneratorExp:
		d.nodeField("elt", n.a())
		d.listField("generators", n.listB())
	case KindDictComp:
		n := n.AsDictComp()
		d.nodeField("key", n.Key())
		d.nodeField("value", n.Value())
		d.listField("generators", n.Generators())
	case KindCompare:
		n := n.AsCompare()
		d.nodeField("left", n.Left())
		d.key("ops")
		d.lit("[")
		for i := range n.Comparators().Len() {
			if i > 0 {
				d.lit(", ")
			}
			d.lit(`{"_type": "` + n.OpAt(i).String() + `"}`)
		}
		d.lit("]")
		d.listField("comparators", n.Comparators())
	case KindCall:
		n := n.AsCall()
		d.nodeField("func", n.Func())
		d.listField("args", n.Args())
		d.listField("keywords", n.Keywords())
	case KindFormattedValue:
		n := n.AsFormattedValue()
		d.nodeField("value", n.Value())
		d.conversion(n.Conversion())
		d.nodeField("format_spec", n.FormatSpec())
	case KindInterpolation:
		n := n.AsInterpolation()
		d.nodeField("value", n.Value())
		d.key("str")
		d.str(n.Str())
		d.conversion(n.Conversion())
		d.nodeField("format_spec", n.FormatSpec())
	case KindJoinedStr, KindTemplateStr:
		d.loose.within++
		d.listField("values", n.listA())
		d.loose.within--
	case KindConstant:
		d.constant(n.AsConstant())
	case KindAttribute:
		n := n.AsAttribute()
		d.nodeField("value", n.Value())
		d.key("attr")
		d.str(n.Attr())
		d.ctx(n.Node)
	case KindSubscript:
		n := n.AsSubscript()
		d.nodeField("value", n.Value())
		d.nodeField("slice", n.Slice())
		d.ctx(n.Node)
	case KindName:
		d.key("id")
		d.str(n.AsName().Id())
		d.ctx(n)
	case KindList, KindTuple:
		d.listField("elts", n.listA())
		d.ctx(n)
	case KindSlice:
		n := n.AsSlice()
		d.nodeField("lower", n.Lower())
		d.nodeField("upper", n.Upper())
		d.nodeField("step", n.Step())
	case KindComprehension:
		n := n.AsComprehension()
		d.nodeField("target", n.Target())
		d.nodeField("iter", n.Iter())
		d.listField("ifs", n.Ifs())
		d.key("is_async")
		if n.IsAsync() {
			d.lit("1")
		} else {
			d.lit("0")
		}
	case KindExceptHandler:
		n := n.AsExceptHandler()
		d.nodeField("type", n.Type())
		d.strField("name", n.Name())
		d.listField("body", n.Body())
	case KindArguments:
		n := n.AsArguments()
		d.listField("posonlyargs", n.Posonlyargs())
		d.listField("args", n.Args())
		d.nodeField("vararg", n.Vararg().Node)
		d.listField("kwonlyargs", n.Kwonlyargs())
		d.listField("kw_defaults", n.KwDefaults())
		d.nodeField("kwarg", n.Kwarg().Node)
		d.listField("defaults", n.Defaults())
	case KindArg:
		n := n.AsArg()
		d.key("arg")
		d.str(n.Arg())
		d.nodeField("annotation", n.Annotation())
		d.strField("type_comment", "")
	case KindKeyword:
		n := n.AsKeyword()
		d.strField("arg", n.Arg())
		d.nodeField("value", n.Value())
	case KindAlias:
		n := n.AsAlias()
		d.key("name")
		d.str(n.Name())
		d.strField("asname", n.Asname())
	case KindWithItem:
		n := n.AsWithItem()
		d.nodeField("context_expr", n.ContextExpr())
		d.nodeField("optional_vars", n.OptionalVars())
	case KindMatchCase:
		n := n.AsMatchCase()
		d.nodeField("pattern", n.Pattern())
		d.nodeField("guard", n.Guard())
		d.listField("body", n.Body())
	case KindMatchSingleton:
		d.key("value")
		d.singleton(n.AsMatchSingleton().Value())
	case KindMatchSequence, KindMatchOr:
		d.listField("patterns", n.listA())
	case KindMatchMapping:
		n := n.AsMatchMapping()
		d.listField("keys", n.Keys())
		d.listField("patterns", n.Patterns())
		d.strField("rest", n.Rest())
	case KindMatchClass:
		n := n.AsMatchClass()
		d.nodeField("cls", n.Cls())
		d.listField("patterns", n.Patterns())
		d.identsField("kwd_attrs", n.KwdAttrs())
		d.listField("kwd_patterns", n.KwdPatterns())
	case KindMatchStar:
		d.strField("name", n.AsMatchStar().Name())
	case KindMatchAs:
		n := n.AsMatchAs()
		d.nodeField("pattern", n.Pattern())
		d.strField("name", n.Name())
	case KindTypeVar:
		n := n.AsTypeVar()
		d.key("name")
		d.str(n.Name())
		d.nodeField("bound", n.Bound())
		d.nodeField("default_value", n.DefaultValue())
	case KindParamSpec, KindTypeVarTuple:
		d.key("name")
		d.str(n.tree.ident(n.rec().b))
		d.nodeField("default_value", n.a())
	}
	d.lit("}")
}

func (d *dumper) conversion(c byte) {
	d.key("conversion")
	if c == 0 {
		d.lit("-1")
	} else {
		d.int(int(c))
	}
}

func (d *dumper) singleton(k ConstKind) {
	switch k {
	case ConstTrue:
		d.lit("true")
	case ConstFalse:
		d.lit("false")
	default:
		d.lit("null")
	}
}

func (d *dumper) constant(n Constant) {
	d.key("value")
	switch k := n.ConstKind(); k {
	case ConstEllipsis:
		d.lit(`"Ellipsis"`)
	case ConstInt:
		if v, ok := n.Int(); ok {
			d.buf = strconv.AppendInt(d.buf[:0], v, 10)
			d.w.Write(d.buf)
		} else {
			d.lit(n.bigInt().String())
		}
	case ConstFloat:
		v, _ := n.Float()
		if math.IsInf(v, 0) {
			d.lit("1e999")
		} else {
			d.lit(floatRepr(v))
		}
	case ConstComplex:
		v, _ := n.Float()
		s := floatRepr(v)
		if len(s) > 2 && s[len(s)-2:] == ".0" {
			s = s[:len(s)-2]
		}
		d.str(s + "j")
	case ConstStr:
		if d.loose.named {
			d.lit("null")
		} else {
			d.str(n.StringValue())
		}
	case ConstBytes:
		d.w.WriteByte('"')
		for _, c := range []byte(n.StringValue()) {
			d.char(rune(c))
		}
		d.w.WriteByte('"')
	default:
		d.singleton(k)
	}
	d.key("kind")
	if n.HasUPrefix() {
		d.lit(`"u"`)
	} else {
		d.lit("null")
	}
}

// str writes a string in ASCII. What is not UTF-8 is taken for surrogates encoded as
// three bytes.
func (d *dumper) str(s string) {
	d.w.WriteByte('"')
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			d.char(rune(c))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 && i+2 < len(s) && s[i] == 0xED {
			r, n = 0xD000|rune(s[i+1]&0x3F)<<6|rune(s[i+2]&0x3F), 3
		}
		d.char(r)
		i += n
	}
	d.w.WriteByte('"')
}

func (d *dumper) char(r rune) {
	switch r {
	case '"':
		d.lit(`\"`)
		return
	case '\\':
		d.lit(`\\`)
		return
	case '\n':
		d.lit(`\n`)
		return
	case '\r':
		d.lit(`\r`)
		return
	case '\t':
		d.lit(`\t`)
		return
	case '\b':
		d.lit(`\b`)
		return
	case '\f':
		d.lit(`\f`)
		return
	}
	switch {
	case ' ' <= r && r < 0x7F:
		d.w.WriteByte(byte(r))
	case r > 0xFFFF:
		r -= 0x10000
		d.escape(0xD800 + r>>10)
		d.escape(0xDC00 + r&0x3FF)
	default:
		d.escape(r)
	}
}

func (d *dumper) escape(r rune) {
	const hex = "0123456789abcdef"
	d.lit(`\u`)
	for shift := 12; shift >= 0; shift -= 4 {
		d.w.WriteByte(hex[r>>shift&15])
	}
}

// floatRepr formats a float as Python does.
func floatRepr(v float64) string {
	if math.IsInf(v, 1) {
		return "inf"
	}
	s := strconv.FormatFloat(v, 'e', -1, 64)
	e := len(s) - 1
	for s[e] != 'e' {
		e--
	}
	exp, _ := strconv.Atoi(s[e+1:])
	if exp < -4 || exp >= 16 {
		sign := "+"
		if exp < 0 {
			sign, exp = "-", -exp
		}
		digits := strconv.Itoa(exp)
		if exp < 10 {
			digits = "0" + digits
		}
		return s[:e] + "e" + sign + digits
	}
	s = strconv.FormatFloat(v, 'f', -1, 64)
	for _, c := range []byte(s) {
		if c == '.' {
			return s
		}
	}
	return s + ".0"
}
