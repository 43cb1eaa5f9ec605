package pyparse

// statements parses statements up to an indent, a dedent or the end of the file and
// pushes them.
func (p *parser) statements() {
	for {
		switch p.tok {
		case tEOF, tIndent, tDedent:
			return
		}
		pos, tok := p.pos, p.tok
		p.noted = false
		p.statement()
		if p.pos == pos && p.tok == tok && p.tok != tEOF {
			// Every statement consumes something, or else this does.
			p.unexpected("")
			p.next()
		}
	}
}

// statement: compound_stmt | simple_stmts
func (p *parser) statement() {
	switch p.tok {
	case tDef:
		p.push(p.funcDef(p.start, false, 0))
	case tClass:
		p.push(p.classDef(p.start, 0))
	case tAt:
		p.decorated()
	case tIf:
		p.push(p.ifStmt())
	case tFor:
		p.push(p.forStmt(p.start, false))
	case tWhile:
		p.push(p.whileStmt())
	case tTry:
		p.push(p.tryStmt())
	case tWith:
		p.push(p.withStmt(p.start, false))
	case tAsync:
		p.asyncStmt(0)
	case tMatch:
		if id := p.matchStmt(); id != 0 {
			p.push(id)
			return
		}
		p.simpleStmts()
	case tElif, tElse, tExcept, tFinally:
		p.stray()
	case tNewline: // after an error, or an empty line at the end of a file
		p.unexpected("")
		p.next()
	default:
		p.simpleStmts()
	}
}

// stray skips the head of a clause without a statement that it belongs to. The
// statements in it are kept.
func (p *parser) stray() {
	p.unexpected("")
	p.next()
	for p.tok != tColon && p.tok != tNewline && p.tok != tEOF {
		p.next()
	}
	p.accept(tColon)
	p.blockStmts()
}

// simple_stmts: ';'.simple_stmt+ [';'] NEWLINE
func (p *parser) simpleStmts() {
	for {
		p.push(p.simpleStmt())
		if !p.accept(tSemi) || p.tok == tNewline {
			break
		}
	}
	if p.tok != tNewline {
		p.unexpected("")
		p.skipLine()
	}
	p.lastEnd = max(p.lastEnd, p.prevEnd)
	p.accept(tNewline)
	if p.noted && p.tok == tIndent {
		// The line was meant as the head of a compound statement.
		p.next()
		p.statements()
		p.accept(tDedent)
	}
}

// simple_stmt
func (p *parser) simpleStmt() uint32 {
	start := p.start
	switch p.tok {
	case tPass:
		p.next()
		return p.finish(KindPass, start, 0, 0, 0)
	case tBreak:
		p.next()
		return p.finish(KindBreak, start, 0, 0, 0)
	case tContinue:
		p.next()
		return p.finish(KindContinue, start, 0, 0, 0)
	case tReturn: // 'return' [star_expressions]
		p.next()
		var value uint32
		if p.tok != tNewline && p.tok != tSemi && p.tok != tEOF {
			value = p.starExpressions()
		}
		return p.finish(KindReturn, start, value, 0, 0)
	case tRaise: // 'raise' [expression ['from' expression]]
		p.next()
		var exc, cause uint32
		if p.tok != tNewline && p.tok != tSemi && p.tok != tEOF {
			exc = p.expression()
			if p.accept(tFrom) {
				p.isPy3 = true
				cause = p.expression()
			} else if p.tok == tComma {
				p.proof(start, p.end, "raise statement with a comma")
				p.skipLine()
			}
		}
		return p.finish(KindRaise, start, exc, cause, 0)
	case tGlobal, tNonlocal: // 'global' ','.NAME+
		kind := KindGlobal
		if p.tok == tNonlocal {
			kind = KindNonlocal
			p.isPy3 = true
		}
		p.next()
		mark := len(p.scratch)
		for {
			if name := p.name(); name != 0 {
				p.push(name)
			}
			if !p.accept(tComma) {
				break
			}
		}
		return p.finish(kind, start, p.list(mark), 0, 0)
	case tDel:
		return p.delStmt()
	case tAssert: // 'assert' expression [',' expression]
		p.next()
		test := p.expression()
		var msg uint32
		if p.accept(tComma) {
			msg = p.expression()
		}
		return p.finish(KindAssert, start, test, msg, 0)
	case tImport:
		return p.importStmt()
	case tFrom:
		return p.importFrom()
	case tType:
		// A name cannot follow a name, so that this is enough to know.
		if p.peek().isName() {
			return p.typeAlias()
		}
	}
	return p.exprStmt()
}

// del_stmt: 'del' ','.del_target+ [',']
func (p *parser) delStmt() uint32 {
	start := p.start
	p.next()
	mark := len(p.scratch)
	for {
		target := p.binary(precBitOr)
		p.setCtx(target, Del)
		p.push(target)
		if !p.accept(tComma) || p.tok == tNewline || p.tok == tSemi {
			break
		}
	}
	return p.finish(KindDelete, start, p.list(mark), 0, 0)
}

// import_name: 'import' ','.(dotted_name ['as' NAME])+
func (p *parser) importStmt() uint32 {
	start := p.start
	p.next()
	mark := len(p.scratch)
	for {
		from := p.start
		end := p.dottedName()
		p.push(p.alias(from, end))
		if !p.accept(tComma) {
			break
		}
	}
	return p.finish(KindImport, start, p.list(mark), 0, 0)
}

// dotted_name: '.'.NAME+
//
// It returns where the name ends.
func (p *parser) dottedName() uint32 {
	for {
		start := p.start
		if p.name() == 0 {
			p.prevEnd = max(p.prevEnd, start)
			return p.prevEnd
		}
		if p.tok != tDot {
			return p.prevEnd
		}
		p.next()
	}
}

// alias: ['as' NAME], after the name.
func (p *parser) alias(start, end uint32) uint32 {
	var asname uint32
	if p.accept(tAs) {
		asname = p.name()
	}
	return p.finish(KindAlias, start, end, asname, 0)
}

// import_from: 'from' ('.' | '...')* [dotted_name] 'import' names
// names: '*' | ','.(NAME ['as' NAME])+ | '(' ','.(NAME ['as' NAME])+ [','] ')'
func (p *parser) importFrom() uint32 {
	start := p.start
	p.next()
	level := uint32(0)
	for p.tok == tDot || p.tok == tEllipsis {
		level += p.end - p.start
		p.next()
	}
	var modStart, modEnd uint32
	if level == 0 || p.tok != tImport {
		modStart = p.start
		modEnd = p.dottedName()
	}
	mark := len(p.scratch)
	if p.expect(tImport) {
		switch p.tok {
		case tStar:
			from := p.start
			p.next()
			p.push(p.finish(KindAlias, from, p.prevEnd, 0, 0))
		case tLParen:
			open, depth := p.start, p.depth
			p.next()
			if p.tok == tRParen {
				p.unexpected("expected a name")
			}
			for p.tok.isName() {
				p.push(p.importedName())
				if !p.accept(tComma) {
					break
				}
			}
			p.close(tRParen, open, depth)
		default:
			for {
				p.push(p.importedName())
				if !p.accept(tComma) {
					break
				}
				if p.tok == tNewline {
					p.unexpected("a trailing comma needs parentheses")
					break
				}
			}
		}
	}
	id := p.finish(KindImportFrom, start, p.list(mark), modStart, modEnd)
	p.nodes[id].x = uint16(min(level, 0xffff))
	return id
}

// futures are the features that __future__ has, up to 3.14.
var futures = map[string]bool{
	"nested_scopes": true, "generators": true, "division": true, "absolute_import": true, "with_statement": true,
	"print_function": true, "unicode_literals": true, "barry_as_FLUFL": true, "generator_stop": true, "annotations": true,
}

// checkFutures checks the imports from __future__ at the top of a file, where only a
// docstring can come before them. Elsewhere they are the compiler's business.
func (p *parser) checkFutures(body []uint32) {
	for i, id := range body {
		n := &p.nodes[id]
		if i == 0 && n.kind == KindExpr {
			if v := &p.nodes[n.a]; v.kind == KindConstant && ConstKind(v.flags&15) == ConstStr {
				continue
			}
		}
		if n.kind != KindImportFrom || n.x != 0 || string(p.src[n.b:n.c]) != "__future__" {
			return
		}
		t := Tree{extra: p.extra}
		var one [1]uint32
		for _, id := range t.items(n.a, &one) {
			if a := &p.nodes[id]; !futures[string(p.src[a.start:a.a])] {
				p.noted = false
				p.errorNode(id, "no such future feature")
				return
			}
		}
	}
}

func (p *parser) importedName() uint32 {
	start := p.start
	p.name()
	return p.alias(start, max(start, p.prevEnd))
}

// type_alias: 'type' NAME [type_params] '=' expression
func (p *parser) typeAlias() uint32 {
	start := p.start
	p.isPy3 = true
	p.next()
	name := p.add(node{kind: KindName, flags: uint8(Store), start: p.start, end: p.end})
	p.next()
	params := p.typeParams()
	p.expect(tAssign)
	value := p.expression()
	return p.finish(KindTypeAlias, start, name, params, value)
}

// assignment and expression statements:
//
//	(star_targets '=')+ (yield_expr | star_expressions)
//	single_target ':' expression ['=' (yield_expr | star_expressions)]
//	single_target augassign (yield_expr | star_expressions)
//	star_expressions | yield_expr
func (p *parser) exprStmt() uint32 {
	start := p.start
	first := p.yieldOrExpressions()
	switch {
	case p.tok == tAssign:
		mark := len(p.scratch)
		value := first
		for p.accept(tAssign) {
			p.setCtx(value, Store)
			p.push(value)
			value = p.yieldOrExpressions()
		}
		return p.finish(KindAssign, start, p.list(mark), value, 0)
	case p.tok == tColon && p.noted && p.endsLine(p.end): // what was this meant to be?
	case p.tok == tColon:
		switch p.kind(first) {
		case KindName, KindAttribute, KindSubscript:
			p.setCtx(first, Store)
		case KindTuple, KindList:
			p.errorNode(first, "only a single target can be annotated")
		default:
			p.errorNode(first, "illegal target for an annotation")
		}
		p.next()
		p.isPy3 = true
		annotation := p.expression()
		var value uint32
		if p.accept(tAssign) {
			value = p.yieldOrExpressions()
		}
		return p.finish(KindAnnAssign, start, first, annotation, value)
	case tAddAssign <= p.tok && p.tok <= tFloorDivAssign:
		switch p.kind(first) {
		case KindName, KindAttribute, KindSubscript:
			p.setCtx(first, Store)
		default:
			p.errorNode(first, describe[p.kind(first)]+" is an illegal expression for an augmented assignment")
		}
		op := OpAdd + Op(p.tok-tAddAssign)
		p.next()
		value := p.yieldOrExpressions()
		id := p.finish(KindAugAssign, start, first, value, 0)
		p.nodes[id].flags = uint8(op)
		return id
	}
	if p.kind(first) == KindName && p.startsExpression() && !p.noted {
		n := &p.nodes[first]
		switch word := string(p.src[n.start:n.end]); word {
		case "print", "exec":
			p.proof(n.start, p.end, word+" statement")
		}
	}
	return p.finish(KindExpr, start, first, 0, 0)
}

// yield_expr | star_expressions
func (p *parser) yieldOrExpressions() uint32 {
	if p.tok == tYield {
		return p.yieldExpr()
	}
	return p.starExpressions()
}

// describe says in an error message what an expression is.
var describe = [kindCount]string{
	KindBoolOp: "expression", KindNamedExpr: "named expression", KindBinOp: "expression", KindUnaryOp: "expression",
	KindLambda: "lambda", KindIfExp: "conditional expression", KindDict: "dict literal", KindSet: "set display",
	KindListComp: "list comprehension", KindSetComp: "set comprehension", KindDictComp: "dict comprehension",
	KindGeneratorExp: "generator expression", KindAwait: "await expression", KindYield: "yield expression",
	KindYieldFrom: "yield expression", KindCompare: "comparison", KindCall: "function call",
	KindJoinedStr: "f-string expression", KindTemplateStr: "t-string expression", KindConstant: "literal",
	KindStarred: "starred", KindName: "name", KindAttribute: "attribute", KindSubscript: "subscript",
	KindList: "list", KindTuple: "tuple",
}

// setCtx makes an expression a target, to be assigned or deleted.
func (p *parser) setCtx(id uint32, ctx Ctx) {
	n := &p.nodes[id]
	switch n.kind {
	case KindName, KindAttribute, KindSubscript:
		n.flags = n.flags&^3 | uint8(ctx)
		return
	case KindStarred:
		if ctx == Store {
			n.flags = n.flags&^3 | uint8(ctx)
			p.setCtx(n.a, ctx)
			return
		}
	case KindTuple, KindList:
		n.flags = n.flags&^3 | uint8(ctx)
		list := n.a
		if list&singleList != 0 {
			p.setCtx(list&^singleList, ctx)
			return
		}
		for i := range p.extra[list] {
			p.setCtx(p.extra[list+1+i], ctx)
		}
		return
	}
	verb := "assign to "
	if ctx == Del {
		verb = "delete "
	}
	p.errorNode(id, "cannot "+verb+describe[n.kind])
}

// block: NEWLINE INDENT statement+ DEDENT | simple_stmts, after the ':', which is
// consumed here too
func (p *parser) block() uint32 {
	mark := len(p.scratch)
	if !p.accept(tColon) {
		p.unexpected("expected ':'")
		for p.tok != tNewline && p.tok != tEOF {
			if p.freshLine() {
				break
			}
			if p.tok == tColon && p.depth == 0 {
				p.next()
				break
			}
			p.next()
		}
	}
	p.blockStmts()
	return p.list(mark)
}

// blockStmts parses a block after its ':' and pushes its statements.
func (p *parser) blockStmts() {
	if p.tok != tNewline {
		if p.tok != tEOF {
			p.simpleStmts()
		} else {
			p.unexpected("expected an indented block")
		}
		return
	}
	p.next()
	if p.tok != tIndent {
		p.unexpected("expected an indented block")
		return
	}
	if !p.enter() {
		p.skipBlock()
		return
	}
	p.next()
	for {
		p.statements()
		if p.tok != tIndent {
			break
		}
		p.noted = false
		p.errorHere("unexpected indent")
		p.next()
		p.statements()
		p.accept(tDedent)
	}
	p.leave()
	p.accept(tDedent)
}

// skipBlock skips a block that nests too deep.
func (p *parser) skipBlock() {
	for level := 1; level > 0 && p.tok != tEOF; p.next() {
		switch p.tok {
		case tIndent:
			level++
		case tDedent:
			level--
		}
	}
}

// elseBlock: ['else' block]
func (p *parser) elseBlock() uint32 {
	if p.tok != tElse {
		return 0
	}
	p.noted = false
	p.next()
	return p.block()
}

// if_stmt: 'if' named_expression block ('elif' named_expression block)* [else_block]
func (p *parser) ifStmt() uint32 {
	mark := len(p.scratch)
	for {
		start := p.start
		p.next()
		test := p.namedExpression()
		end := p.prevEnd
		body := p.block()
		p.scratch = append(p.scratch, start, end, test, body)
		if p.tok != tElif {
			break
		}
		p.noted = false
	}
	orelse := p.elseBlock()
	var id uint32
	for i := len(p.scratch) - 4; i >= mark; i -= 4 {
		start, end, test, body := p.scratch[i], p.scratch[i+1], p.scratch[i+2], p.scratch[i+3]
		id = p.finishBlock(node{kind: KindIf, start: start, a: test, b: body, c: orelse}, end)
		orelse = id | singleList
	}
	p.scratch = p.scratch[:mark]
	return id
}

// while_stmt: 'while' named_expression block [else_block]
func (p *parser) whileStmt() uint32 {
	start := p.start
	p.next()
	test := p.namedExpression()
	end := p.prevEnd
	body := p.block()
	orelse := p.elseBlock()
	return p.finishBlock(node{kind: KindWhile, start: start, a: test, b: body, c: orelse}, end)
}

// for_stmt: ['async'] 'for' star_targets 'in' star_expressions block [else_block]
func (p *parser) forStmt(start uint32, async bool) uint32 {
	p.next()
	target := p.starTargets()
	p.expect(tIn)
	iter := p.starExpressions()
	end := p.prevEnd
	body := p.block()
	orelse := p.elseBlock()
	kind := KindFor
	if async {
		kind = KindAsyncFor
	}
	rec := p.record(body, orelse)
	return p.finishBlock(node{kind: kind, start: start, a: target, b: iter, c: rec}, end)
}

// star_targets: ','.star_target+ [',']
func (p *parser) starTargets() uint32 {
	start := p.start
	first := p.starTarget()
	if p.tok != tComma {
		p.setCtx(first, Store)
		return first
	}
	mark := len(p.scratch)
	p.push(first)
	for p.accept(tComma) && p.startsExpression() {
		p.push(p.starTarget())
	}
	id := p.finish(KindTuple, start, p.list(mark), 0, 0)
	p.setCtx(id, Store)
	return id
}

// star_target: '*' target | target, its context still to be set
func (p *parser) starTarget() uint32 {
	if p.tok == tStar {
		return p.starred(precBitOr)
	}
	return p.binary(precBitOr)
}

// try_stmt:
//
//	'try' block 'finally' block
//	'try' block except_block+ [else_block] ['finally' block]
//
// except_block: 'except' ['*'] [expressions | expression 'as' NAME] block
func (p *parser) tryStmt() uint32 {
	start := p.start
	p.next()
	end := p.prevEnd
	body := p.block()
	mark := len(p.scratch)
	kind := KindTry
	for p.tok == tExcept {
		p.noted = false
		at := p.start
		p.next()
		star := p.tok == tStar
		if star {
			p.isPy3 = true
			p.next()
		}
		if len(p.scratch) == mark {
			if star {
				kind = KindTryStar
			}
		} else if star != (kind == KindTryStar) {
			p.errorAt(at, p.prevEnd, "cannot have both 'except' and 'except*' on the same 'try'")
		}
		var typ, name uint32
		if p.tok != tColon && p.tok != tNewline {
			from := p.start
			typ = p.expression()
			if p.tok == tComma {
				typ = p.tupleFrom(from, typ, (*parser).expression)
				if p.tok == tAs {
					p.errorNode(typ, "several exception types must be parenthesized when 'as' is used")
				}
			}
			if p.accept(tAs) {
				name = p.name()
			}
		} else if star {
			p.unexpected("expected one or more exception types")
		}
		end := p.prevEnd
		block := p.block()
		p.push(p.finishBlock(node{kind: KindExceptHandler, start: at, a: typ, b: name, c: block}, end))
	}
	handlers := p.list(mark)
	var orelse, final uint32
	if p.tok == tElse && handlers != 0 {
		orelse = p.elseBlock()
	}
	if p.tok == tFinally {
		p.noted = false
		p.next()
		final = p.block()
	} else if handlers == 0 {
		p.unexpected("expected 'except' or 'finally' block")
	}
	rec := p.record(orelse, final)
	return p.finishBlock(node{kind: kind, start: start, a: body, b: handlers, c: rec}, end)
}

// with_stmt:
//
//	['async'] 'with' '(' ','.with_item+ [','] ')' block
//	['async'] 'with' ','.with_item+ block
func (p *parser) withStmt(start uint32, async bool) uint32 {
	p.next()
	mark := len(p.scratch)
	if p.tok != tLParen || !p.parenthesizedItems() {
		for {
			p.push(p.withItem())
			if !p.accept(tComma) {
				break
			}
		}
	}
	items := p.list(mark)
	end := p.prevEnd
	body := p.block()
	kind := KindWith
	if async {
		kind = KindAsyncWith
	}
	return p.finishBlock(node{kind: kind, start: start, a: items, b: body}, end)
}

// parenthesizedItems tries to read '(' ','.with_item+ [','] ')' in front of a ':' and
// pushes the items. If what follows is an expression it changes nothing and reports
// false.
func (p *parser) parenthesizedItems() bool {
	noted := p.noted
	c := p.checkpoint()
	p.noted = false
	p.next()
	for p.startsExpression() && p.tok != tStar {
		p.push(p.withItem())
		if p.noted || !p.accept(tComma) {
			break
		}
	}
	if !p.noted && p.tok == tRParen && len(p.scratch) > c.scratch {
		p.next()
		if p.tok == tColon && !p.noted {
			p.noted = noted
			return true
		}
	}
	p.rewind(c)
	return false
}

// with_item: expression ['as' star_target]
func (p *parser) withItem() uint32 {
	start := p.start
	value := p.expression()
	var vars uint32
	if p.accept(tAs) {
		vars = p.starTarget()
		p.setCtx(vars, Store)
		switch p.tok {
		case tComma, tRParen, tColon:
		default:
			p.unexpected("")
		}
	}
	return p.finish(KindWithItem, start, value, vars, 0)
}
