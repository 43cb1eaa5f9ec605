package pyparse

type token uint8

const (
	tEOF token = iota
	tNewline
	tIndent
	tDedent
	tInvalid // a byte that begins no token; the scanner has noted the error

	tName
	tInt
	tFloat
	tImag
	tString  // str or bytes, whole
	tFString // the opening of an f-string or t-string, up to and with its quote

	// Soft keywords: names everywhere but in a few places.
	tMatch
	tCase
	tType

	tLParen
	tRParen
	tLBrack
	tRBrack
	tLBrace
	tRBrace
	tColon
	tWalrus
	tComma
	tSemi
	tDot
	tEllipsis
	tArrow
	tAt
	tAssign
	tBang
	tTilde
	tBacktick // Python 2

	tPlus
	tMinus
	tStar
	tDoubleStar
	tSlash
	tDoubleSlash
	tPercent
	tAmp
	tPipe
	tCaret
	tLShift
	tRShift
	tEq
	tNotEq
	tLess
	tLessEq
	tGreater
	tGreaterEq
	tLtGt // Python 2

	// In the order of Op, from OpAdd.
	tAddAssign
	tSubAssign
	tMultAssign
	tMatMultAssign
	tDivAssign
	tModAssign
	tPowAssign
	tLShiftAssign
	tRShiftAssign
	tOrAssign
	tXorAssign
	tAndAssign
	tFloorDivAssign

	// Keywords that can stand in an expression.
	tFalse
	tNone
	tTrue
	tAnd
	tAs
	tAsync
	tAwait
	tElse
	tFor
	tFrom
	tIf
	tIn
	tIs
	tLambda
	tNot
	tOr
	tYield

	// Keywords that can't: one at the start of a line ends whatever is still open.
	tAssert
	tBreak
	tClass
	tContinue
	tDef
	tDel
	tElif
	tExcept
	tFinally
	tGlobal
	tImport
	tNonlocal
	tPass
	tRaise
	tReturn
	tTry
	tWhile
	tWith

	tokenCount
)

var tokenText = [tokenCount]string{
	tEOF: "end of file", tNewline: "end of line", tIndent: "indent", tDedent: "dedent", tInvalid: "invalid character",
	tName: "name", tInt: "number", tFloat: "number", tImag: "number", tString: "string", tFString: "string",
	tMatch: "match", tCase: "case", tType: "type",
	tLParen: "(", tRParen: ")", tLBrack: "[", tRBrack: "]", tLBrace: "{", tRBrace: "}", tColon: ":", tWalrus: ":=",
	tComma: ",", tSemi: ";", tDot: ".", tEllipsis: "...", tArrow: "->", tAt: "@", tAssign: "=", tBang: "!", tTilde: "~",
	tBacktick: "`", tPlus: "+", tMinus: "-", tStar: "*", tDoubleStar: "**", tSlash: "/", tDoubleSlash: "//",
	tPercent: "%", tAmp: "&", tPipe: "|", tCaret: "^", tLShift: "<<", tRShift: ">>", tEq: "==", tNotEq: "!=",
	tLess: "<", tLessEq: "<=", tGreater: ">", tGreaterEq: ">=", tLtGt: "<>",
	tAddAssign: "+=", tSubAssign: "-=", tMultAssign: "*=", tMatMultAssign: "@=", tDivAssign: "/=", tModAssign: "%=",
	tPowAssign: "**=", tLShiftAssign: "<<=", tRShiftAssign: ">>=", tOrAssign: "|=", tXorAssign: "^=", tAndAssign: "&=",
	tFloorDivAssign: "//=",
	tFalse:          "False", tNone: "None", tTrue: "True", tAnd: "and", tAs: "as", tAsync: "async", tAwait: "await",
	tElse: "else", tFor: "for", tFrom: "from", tIf: "if", tIn: "in", tIs: "is", tLambda: "lambda", tNot: "not", tOr: "or",
	tYield: "yield", tAssert: "assert", tBreak: "break", tClass: "class", tContinue: "continue", tDef: "def", tDel: "del",
	tElif: "elif", tExcept: "except", tFinally: "finally", tGlobal: "global", tImport: "import", tNonlocal: "nonlocal",
	tPass: "pass", tRaise: "raise", tReturn: "return", tTry: "try", tWhile: "while", tWith: "with",
}

func (t token) String() string { return tokenText[t] }

// isName reports whether t can be an identifier.
func (t token) isName() bool { return t == tName || tMatch <= t && t <= tType }

// isKeyword reports whether t is a reserved word.
func (t token) isKeyword() bool { return t >= tFalse }

// startsStatement reports whether t is a keyword that no expression contains.
func (t token) startsStatement() bool { return t >= tAssert }

// keyword returns the keyword that a word is, or tName.
func keyword(word []byte) token {
	switch string(word) {
	case "if":
		return tIf
	case "in":
		return tIn
	case "is":
		return tIs
	case "or":
		return tOr
	case "as":
		return tAs
	case "and":
		return tAnd
	case "def":
		return tDef
	case "del":
		return tDel
	case "for":
		return tFor
	case "not":
		return tNot
	case "try":
		return tTry
	case "None":
		return tNone
	case "True":
		return tTrue
	case "case":
		return tCase
	case "elif":
		return tElif
	case "else":
		return tElse
	case "from":
		return tFrom
	case "pass":
		return tPass
	case "type":
		return tType
	case "with":
		return tWith
	case "False":
		return tFalse
	case "async":
		return tAsync
	case "await":
		return tAwait
	case "break":
		return tBreak
	case "class":
		return tClass
	case "match":
		return tMatch
	case "raise":
		return tRaise
	case "while":
		return tWhile
	case "yield":
		return tYield
	case "assert":
		return tAssert
	case "except":
		return tExcept
	case "global":
		return tGlobal
	case "import":
		return tImport
	case "lambda":
		return tLambda
	case "return":
		return tReturn
	case "finally":
		return tFinally
	case "continue":
		return tContinue
	case "nonlocal":
		return tNonlocal
	}
	return tName
}

// Binding powers, from weak to strong.
const (
	precNone = iota
	precOr
	precAnd
	precNot
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precTerm
	precFactor
	precPower
)

type binary struct {
	prec uint8
	op   Op
}

// binaryOps is indexed by token; prec is 0 for what is no binary operator. "not"
// and "is" stand for themselves and for the two words that they may begin.
var binaryOps = [256]binary{
	tOr: {precOr, OpOr}, tAnd: {precAnd, OpAnd},
	tEq: {precCompare, OpEq}, tNotEq: {precCompare, OpNotEq}, tLess: {precCompare, OpLt}, tLessEq: {precCompare, OpLtE},
	tGreater: {precCompare, OpGt}, tGreaterEq: {precCompare, OpGtE}, tIn: {precCompare, OpIn}, tIs: {precCompare, OpIs},
	tNot: {precCompare, OpNotIn}, tLtGt: {precCompare, OpNotEq},
	tPipe: {precBitOr, OpBitOr}, tCaret: {precBitXor, OpBitXor}, tAmp: {precBitAnd, OpBitAnd},
	tLShift: {precShift, OpLShift}, tRShift: {precShift, OpRShift}, tPlus: {precSum, OpAdd}, tMinus: {precSum, OpSub},
	tStar: {precTerm, OpMult}, tSlash: {precTerm, OpDiv}, tDoubleSlash: {precTerm, OpFloorDiv},
	tPercent: {precTerm, OpMod}, tAt: {precTerm, OpMatMult}, tDoubleStar: {precPower, OpPow},
}
