package pyparse

// exprStart says which tokens an expression can begin with; '*' is among them.
var exprStart = func() (t [256]bool) {
	for _, tok := range [...]token{tName, tInt, tFloat, tImag, tString, tFString, tMatch, tCase, tType, tLParen, tLBrack,
		tLBrace, tEllipsis, tTilde, tBacktick, tPlus, tMinus, tStar, tFalse, tNone, tTrue, tAwait, tLambda, tNot} {
		t[tok] = true
	}
	return t
}()

func (p *parser) startsExpression() bool { return exprStart[p.tok] }

// star_expressions: ','.star_expression+ [',']
func (p *parser) starExpressions() uint32 {
	start := p.start
	first := p.starExpression()
	if p.tok != tComma {
		return first
	}
	return p.tupleFrom(start, first, (*parser).starExpression)
}

// tupleFrom parses the rest of a tuple without parentheses of which the first item
// has been read.
func (p *parser) tupleFrom(start, first uint32, item func(*parser) uint32) uint32 {
	mark := len(p.scratch)
	p.push(first)
	for p.accept(tComma) && p.startsExpression() {
		p.push(item(p))
	}
	return p.finish(KindTuple, start, p.list(mark), 0, 0)
}

// star_expression: '*' bitwise_or | expression
func (p *parser) starExpression() uint32 {
	if p.tok == tStar {
		return p.starred(precBitOr)
	}
	return p.expression()
}

// star_named_expression: '*' bitwise_or | named_expression
func (p *parser) starNamed() uint32 {
	if p.tok == tStar {
		return p.starred(precBitOr)
	}
	return p.namedExpression()
}

// starred: '*' operand, where the operand binds at least as strongly as prec, or is a
// whole expression if that is 0
func (p *parser) starred(prec uint8) uint32 {
	start := p.start
	p.next()
	var value uint32
	if prec == precNone {
		value = p.expression()
	} else {
		value = p.binary(prec)
	}
	return p.finish(KindStarred, start, value, 0, 0)
}

// named_expression: NAME ':=' expression | expression
func (p *parser) namedExpression() uint32 {
	start := p.start
	x := p.expression()
	if p.tok == tWalrus {
		return p.walrus(start, x)
	}
	return x
}

func (p *parser) walrus(start, target uint32) uint32 {
	if n := &p.nodes[target]; n.kind != KindName || n.x&xParen != 0 {
		p.errorNode(target, "cannot use an assignment expression with "+describe[n.kind])
	}
	p.isPy3 = true
	p.next()
	p.setCtx(target, Store)
	value := p.expression()
	return p.finish(KindNamedExpr, start, target, value, 0)
}

// expression: disjunction ['if' disjunction 'else' expression] | lambda
func (p *parser) expression() uint32 {
	if !p.enter() {
		return p.missing()
	}
	start := p.start
	var x uint32
	if p.tok == tLambda {
		x = p.lambda()
	} else {
		x = p.binary(precOr)
		if p.tok == tIf && !p.isMissing(x) {
			p.next()
			test := p.binary(precOr)
			var orelse uint32
			if p.expect(tElse) {
				orelse = p.expression()
			} else {
				orelse = p.missing()
			}
			x = p.finish(KindIfExp, start, test, x, orelse)
		}
	}
	p.leave()
	return x
}

// isMissing reports whether an expression is one that was made up.
func (p *parser) isMissing(id uint32) bool {
	n := &p.nodes[id]
	return n.start == n.end && n.kind == KindName
}

// lambda: 'lambda' [params] ':' expression
func (p *parser) lambda() uint32 {
	start := p.start
	if p.field != 0 && p.depth == p.field {
		p.errorHere("a lambda within an f-string needs parentheses")
	}
	p.next()
	args := p.parameters(tColon)
	var body uint32
	if p.expect(tColon) {
		body = p.expression()
	} else {
		body = p.missing()
	}
	return p.finish(KindLambda, start, args, body, 0)
}

// yield_expr: 'yield' 'from' expression | 'yield' [star_expressions]
func (p *parser) yieldExpr() uint32 {
	start := p.start
	p.next()
	if p.accept(tFrom) {
		p.isPy3 = true
		value := p.expression()
		return p.finish(KindYieldFrom, start, value, 0, 0)
	}
	var value uint32
	if p.startsExpression() {
		value = p.starExpressions()
	}
	return p.finish(KindYield, start, value, 0, 0)
}

// binary parses operands joined by binary operators that bind at least as strongly
// as prec: from disjunction (precOr) to factor (precFactor).
//
//	inversion:  'not' inversion | comparison
//	factor:     ('+' | '-' | '~') factor | power
//	power:      await_primary ['**' factor]
func (p *parser) binary(prec uint8) uint32 {
	start := p.start
	var left uint32
	switch p.tok {
	case tNot:
		if prec > precNot {
			p.unexpected("")
		}
		left = p.unary(start, OpNot, precNot)
	case tPlus:
		left = p.unary(start, OpUAdd, precFactor)
	case tMinus:
		left = p.unary(start, OpUSub, precFactor)
	case tTilde:
		left = p.unary(start, OpInvert, precFactor)
	default:
		left = p.primary()
	}
	for {
		b := binaryOps[p.tok]
		if b.prec < prec || b.prec == 0 {
			return left
		}
		switch b.prec {
		case precOr, precAnd:
			tok := p.tok
			mark := len(p.scratch)
			p.push(left)
			for p.accept(tok) {
				p.push(p.binary(b.prec + 1))
			}
			left = p.finish(KindBoolOp, start, p.list(mark), 0, 0)
			p.nodes[left].flags = uint8(b.op)
		case precCompare:
			left = p.compare(start, left)
		case precPower:
			p.next()
			// A power's right operand may be another: this nests.
			right := p.nested(precFactor)
			left = p.finish(KindBinOp, start, left, right, 0)
			p.nodes[left].flags = uint8(OpPow)
		default:
			p.next()
			right := p.binary(b.prec + 1)
			left = p.finish(KindBinOp, start, left, right, 0)
			p.nodes[left].flags = uint8(b.op)
		}
	}
}

// nested is binary, one level deeper.
func (p *parser) nested(prec uint8) uint32 {
	if !p.enter() {
		return p.missing()
	}
	x := p.binary(prec)
	p.leave()
	return x
}

func (p *parser) unary(start uint32, op Op, prec uint8) uint32 {
	p.next()
	operand := p.nested(prec)
	id := p.finish(KindUnaryOp, start, operand, 0, 0)
	p.nodes[id].flags = uint8(op)
	return id
}

// comparison: bitwise_or (comp_op bitwise_or)*, after the first operand
func (p *parser) compare(start, left uint32) uint32 {
	mark := len(p.scratch)
	for {
		b := binaryOps[p.tok]
		if b.prec != precCompare {
			break
		}
		op := b.op
		switch p.tok {
		case tNot:
			p.next()
			p.expect(tIn)
		case tIs:
			p.next()
			if p.accept(tNot) {
				op = OpIsNot
			}
		case tLtGt:
			p.proof(p.start, p.end, "operator <>")
			p.next()
		default:
			p.next()
		}
		p.push(uint32(op))
		p.push(p.binary(precBitOr))
	}
	return p.finish(KindCompare, start, left, p.pairs(mark), 0)
}

// primary: ['await'] atom ('.' NAME | arguments | genexp | '[' slices ']')*
func (p *parser) primary() uint32 {
	start := p.start
	if p.tok == tAwait {
		p.isPy3 = true
		p.next()
		if p.tok == tAwait {
			p.unexpected("")
		}
		if !p.enter() {
			return p.missing()
		}
		value := p.primary()
		p.leave()
		return p.finish(KindAwait, start, value, 0, 0)
	}
	x := p.atom()
	for {
		switch p.tok {
		case tDot:
			p.next()
			at := p.start
			if p.tok.isName() {
				p.next()
				x = p.add(node{kind: KindAttribute, start: start, end: p.prevEnd, a: x, b: at})
				continue
			}
			if p.name() == 0 {
				p.prevEnd = max(p.prevEnd, at)
				at = p.prevEnd
			}
			x = p.finish(KindAttribute, start, x, at, 0)
		case tLParen:
			args, keywords := p.arguments(true)
			x = p.finish(KindCall, start, x, args, keywords)
		case tLBrack:
			open, depth := p.start, p.depth
			p.next()
			index := p.slices()
			p.close(tRBrack, open, depth)
			x = p.finish(KindSubscript, start, x, index, 0)
		default:
			return x
		}
	}
}

// slices: slice !',' | ','.(slice | starred_expression)+ [',']
func (p *parser) slices() uint32 {
	start := p.start
	first := p.slice()
	if p.tok == tComma || p.kind(first) == KindStarred {
		mark := len(p.scratch)
		p.push(first)
		for p.accept(tComma) && (p.startsExpression() || p.tok == tColon) {
			p.push(p.slice())
		}
		return p.finish(KindTuple, start, p.list(mark), 0, 0)
	}
	return first
}

// slice: [expression] ':' [expression] [':' [expression]] | named_expression | '*' expression
func (p *parser) slice() uint32 {
	start := p.start
	var lower, upper, step uint32
	switch p.tok {
	case tStar:
		return p.starred(precNone)
	case tColon:
	default:
		lower = p.namedExpression()
		if p.tok != tColon {
			return lower
		}
		if p.kind(lower) == KindNamedExpr && p.nodes[lower].x&xParen == 0 {
			p.unexpected("")
		}
	}
	p.next()
	if p.tok != tColon && p.tok != tComma && p.tok != tRBrack {
		upper = p.expression()
	}
	if p.accept(tColon) && p.tok != tComma && p.tok != tRBrack {
		step = p.expression()
	}
	return p.finish(KindSlice, start, lower, upper, step)
}

// arguments: '(' [','.argument+ [',']] ')' | genexp
//
//	argument: NAME '=' expression | '**' expression | '*' expression | NAME ':=' expression | expression
//
// It returns the lists of positional and of keyword arguments. Only a call, not a
// class, takes a generator expression without parentheses of its own.
func (p *parser) arguments(call bool) (args, keywords uint32) {
	open, depth := p.start, p.depth
	p.next()
	if p.tok == tRParen {
		p.next()
		return 0, 0
	}
	mark := len(p.scratch)
	named := 0             // keywords among what was pushed
	unpacked := false      // a ** came before
	for p.tok != tRParen { // positional arguments are pushed as they are
		start := p.start
		switch {
		case p.tok == tDoubleStar:
			p.next()
			value := p.expression()
			p.push(p.finish(KindKeyword, start, value, 0, 0))
			named++
			unpacked = true
		case p.tok == tStar:
			if unpacked {
				p.errorHere("iterable argument unpacking follows keyword argument unpacking")
			}
			p.push(p.starred(precNone))
		case !p.startsExpression():
			p.unexpected("expected an argument or ')'")
		default:
			x := p.expression()
			switch p.tok {
			case tAssign:
				n := &p.nodes[x]
				if n.kind != KindName || n.x&xParen != 0 {
					p.errorNode(x, "expression cannot contain assignment, perhaps you meant '=='?")
				}
				at := n.start
				p.next()
				value := p.expression()
				p.push(p.finish(KindKeyword, start, value, at, 0))
				named++
			case tFor, tAsync:
				generators := p.comprehension()
				if len(p.scratch) > mark || p.tok != tRParen || !call {
					p.errorAt(start, p.prevEnd, "generator expression must be parenthesized")
				}
				p.close(tRParen, open, depth)
				id := p.finish(KindGeneratorExp, open, x, generators, 0)
				if len(p.scratch) == mark {
					return id | singleList, 0
				}
				p.push(id)
				return p.splitArguments(mark)
			default:
				if p.tok == tWalrus {
					x = p.walrus(start, x)
					if p.tok == tFor || p.tok == tAsync {
						generators := p.comprehension()
						if len(p.scratch) > mark || p.tok != tRParen || !call {
							p.errorAt(start, p.prevEnd, "generator expression must be parenthesized")
						}
						p.close(tRParen, open, depth)
						p.push(p.finish(KindGeneratorExp, open, x, generators, 0))
						return p.splitArguments(mark)
					}
				}
				if unpacked {
					p.errorNode(x, "positional argument follows keyword argument unpacking")
				} else if named > 0 {
					p.errorNode(x, "positional argument follows keyword argument")
				}
				p.push(x)
			}
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.close(tRParen, open, depth)
	if named == 0 {
		return p.list(mark), 0
	}
	return p.splitArguments(mark)
}

// splitArguments pops arguments and sorts them into positional ones and keywords.
func (p *parser) splitArguments(mark int) (args, keywords uint32) {
	end := len(p.scratch)
	for i := mark; i < end; i++ {
		if id := p.scratch[i]; p.kind(id) != KindKeyword {
			p.push(id)
		}
	}
	args = p.list(end)
	for i := mark; i < end; i++ {
		if id := p.scratch[i]; p.kind(id) == KindKeyword {
			p.push(id)
		}
	}
	keywords = p.list(end)
	p.scratch = p.scratch[:mark]
	return args, keywords
}

// for_if_clauses: (['async'] 'for' star_targets 'in' disjunction ('if' disjunction)*)+
func (p *parser) comprehension() uint32 {
	if !p.enter() {
		return 0
	}
	defer p.leave()
	mark := len(p.scratch)
	for p.tok == tFor || p.tok == tAsync {
		start := p.start
		async := p.accept(tAsync)
		if async {
			p.isPy3 = true
		}
		if !p.expect(tFor) {
			break
		}
		target := p.starTargets()
		p.expect(tIn)
		iter := p.binary(precOr)
		ifs := len(p.scratch)
		for p.accept(tIf) {
			p.push(p.binary(precOr))
		}
		list := p.list(ifs)
		id := p.finish(KindComprehension, start, target, iter, list)
		if async {
			p.nodes[id].flags = 1
		}
		p.push(id)
	}
	return p.list(mark)
}

// atom
func (p *parser) atom() uint32 {
	start := p.start
	switch p.tok {
	case tName, tMatch, tCase, tType:
		end := p.end
		p.next()
		return p.add(node{kind: KindName, start: start, end: end})
	case tString:
		return p.strings()
	case tFString:
		return p.strings()
	case tInt:
		return p.constant(ConstInt)
	case tFloat:
		return p.constant(ConstFloat)
	case tImag:
		return p.constant(ConstComplex)
	case tNone:
		return p.constant(ConstNone)
	case tTrue:
		return p.constant(ConstTrue)
	case tFalse:
		return p.constant(ConstFalse)
	case tEllipsis:
		return p.constant(ConstEllipsis)
	case tLParen, tLBrack, tLBrace:
		if !p.enter() {
			return p.missing()
		}
		var x uint32
		switch p.tok {
		case tLParen:
			x = p.group()
		case tLBrack:
			x = p.listDisplay()
		default:
			x = p.braces()
		}
		p.leave()
		return x
	case tBacktick:
		p.proof(p.start, p.end, "backticks")
		p.next()
		if p.tok == tBacktick {
			p.next()
			return p.missing()
		}
		x := p.starExpressions()
		p.accept(tBacktick)
		return x
	case tInvalid:
		p.next()
		return p.missing()
	}
	return p.missing()
}

func (p *parser) constant(kind ConstKind) uint32 {
	id := p.add(node{kind: KindConstant, flags: uint8(kind), start: p.start, end: p.end})
	p.next()
	return id
}

// group:
//
//	'(' [','.star_named_expression+ [',']] ')'
//	'(' (yield_expr | named_expression) ')'
//	'(' named_expression for_if_clauses ')'
func (p *parser) group() uint32 {
	open, depth := p.start, p.depth
	p.next()
	switch p.tok {
	case tRParen:
		p.next()
		return p.finish(KindTuple, open, 0, 0, 0)
	case tYield:
		x := p.yieldExpr()
		p.close(tRParen, open, depth)
		p.nodes[x].x |= xParen
		return x
	}
	first := p.starNamed()
	switch p.tok {
	case tFor, tAsync:
		if p.kind(first) == KindStarred {
			p.errorNode(first, "iterable unpacking cannot be used in a comprehension")
		}
		generators := p.comprehension()
		p.close(tRParen, open, depth)
		return p.finish(KindGeneratorExp, open, first, generators, 0)
	case tComma:
		mark := len(p.scratch)
		p.push(first)
		for p.accept(tComma) && p.startsExpression() {
			p.push(p.starNamed())
		}
		p.close(tRParen, open, depth)
		return p.finish(KindTuple, open, p.list(mark), 0, 0)
	}
	p.close(tRParen, open, depth)
	if p.kind(first) == KindStarred {
		p.errorNode(first, "cannot use a starred expression here")
	}
	p.nodes[first].x |= xParen
	return first
}

// list: '[' [','.star_named_expression+ [',']] ']' | '[' named_expression for_if_clauses ']'
func (p *parser) listDisplay() uint32 {
	open, depth := p.start, p.depth
	p.next()
	mark := len(p.scratch)
	if p.tok != tRBrack {
		first := p.starNamed()
		if p.tok == tFor || p.tok == tAsync {
			if p.kind(first) == KindStarred {
				p.errorNode(first, "iterable unpacking cannot be used in a comprehension")
			}
			generators := p.comprehension()
			p.close(tRBrack, open, depth)
			return p.finish(KindListComp, open, first, generators, 0)
		}
		p.push(first)
		for p.accept(tComma) && p.startsExpression() {
			p.push(p.starNamed())
		}
	}
	p.close(tRBrack, open, depth)
	return p.finish(KindList, open, p.list(mark), 0, 0)
}

// dict, set and their comprehensions:
//
//	'{' [','.(expression ':' expression | '**' bitwise_or)+ [',']] '}'
//	'{' expression ':' expression for_if_clauses '}'
//	'{' ','.star_named_expression+ [','] '}'
//	'{' named_expression for_if_clauses '}'
func (p *parser) braces() uint32 {
	open, depth := p.start, p.depth
	p.next()
	mark := len(p.scratch)
	if p.tok == tRBrace {
		p.next()
		return p.finish(KindDict, open, 0, 0, 0)
	}
	if p.tok != tDoubleStar {
		first := p.starNamed()
		if p.tok != tColon || p.kind(first) == KindStarred {
			if p.tok == tFor || p.tok == tAsync {
				if p.kind(first) == KindStarred {
					p.errorNode(first, "iterable unpacking cannot be used in a comprehension")
				}
				generators := p.comprehension()
				p.close(tRBrace, open, depth)
				return p.finish(KindSetComp, open, first, generators, 0)
			}
			p.push(first)
			for p.accept(tComma) && p.startsExpression() {
				p.push(p.starNamed())
			}
			p.close(tRBrace, open, depth)
			return p.finish(KindSet, open, p.list(mark), 0, 0)
		}
		if n := &p.nodes[first]; n.kind == KindNamedExpr && n.x&xParen == 0 {
			p.errorNode(first, "invalid syntax: a dict key needs parentheses")
		}
		p.next()
		value := p.expression()
		if p.tok == tFor || p.tok == tAsync {
			generators := p.comprehension()
			p.close(tRBrace, open, depth)
			return p.finish(KindDictComp, open, first, value, generators)
		}
		p.scratch = append(p.scratch, first, value)
		if !p.accept(tComma) {
			p.close(tRBrace, open, depth)
			return p.finish(KindDict, open, p.pairs(mark), 0, 0)
		}
	}
	for {
		if p.tok == tDoubleStar {
			p.next()
			value := p.binary(precBitOr)
			if p.tok == tFor || p.tok == tAsync {
				p.errorNode(value, "dict unpacking cannot be used in a comprehension")
			}
			p.scratch = append(p.scratch, 0, value)
		} else if p.startsExpression() {
			key := p.expression()
			var value uint32
			if p.expect(tColon) {
				value = p.expression()
			} else {
				value = p.missing()
			}
			p.scratch = append(p.scratch, key, value)
		} else {
			break
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.close(tRBrace, open, depth)
	return p.finish(KindDict, open, p.pairs(mark), 0, 0)
}
