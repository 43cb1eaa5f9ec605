package pyparse

// match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT
// subject_expr: star_named_expression ',' [','.star_named_expression+ [',']] | named_expression
//
// "match" is a name too. If this is no match statement nothing is consumed and 0 is
// returned.
func (p *parser) matchStmt() uint32 {
	start := p.start
	c := p.checkpoint()
	p.next()
	if !p.startsExpression() || p.tok == tInvalid {
		p.rewind(c)
		return 0
	}
	noted := p.noted
	p.noted = false
	from := p.start
	subject := p.starNamed()
	if p.tok == tComma {
		subject = p.tupleFrom(from, subject, (*parser).starNamed)
	} else if p.kind(subject) == KindStarred {
		p.errorNode(subject, "cannot use a starred expression here")
	}
	if p.noted || p.tok != tColon {
		p.rewind(c)
		return 0
	}
	end := p.end
	p.next()
	if p.tok != tNewline {
		p.rewind(c)
		return 0
	}
	p.noted = noted
	p.next()
	p.isPy3 = true
	if p.tok != tIndent {
		p.unexpected("expected an indented block")
		return p.finishBlock(node{kind: KindMatch, start: start, a: subject}, end)
	}
	mark := len(p.scratch)
	p.next()
	if !p.enter() {
		p.skipBlock()
		return p.finishBlock(node{kind: KindMatch, start: start, a: subject}, end)
	}
	for p.tok == tCase {
		p.noted = false
		p.push(p.matchCase())
	}
	cases := p.list(mark)
	if cases == 0 || p.tok != tDedent && p.tok != tEOF {
		p.unexpected("expected 'case'")
		// Whatever else stands there is parsed and dropped.
		for p.tok != tDedent && p.tok != tEOF {
			p.statements()
			if p.tok == tIndent {
				p.next()
				p.statements()
				p.accept(tDedent)
			}
		}
		p.scratch = p.scratch[:mark]
	}
	p.leave()
	p.accept(tDedent)
	return p.finishBlock(node{kind: KindMatch, start: start, a: subject, b: cases}, end)
}

// case_block: "case" patterns ['if' named_expression] block
// patterns: open_sequence_pattern | pattern
func (p *parser) matchCase() uint32 {
	start := p.start
	p.next()
	from := p.start
	first := p.maybeStarPattern()
	pattern := first
	if p.tok == tComma {
		mark := len(p.scratch)
		p.push(first)
		for p.accept(tComma) && p.startsPattern() {
			p.push(p.maybeStarPattern())
		}
		pattern = p.finish(KindMatchSequence, from, p.list(mark), 0, 0)
	} else if p.kind(first) == KindMatchStar {
		p.errorNode(first, "cannot use a starred pattern here")
	}
	var guard uint32
	if p.accept(tIf) {
		guard = p.namedExpression()
	}
	end := p.prevEnd
	body := p.block()
	return p.finishBlock(node{kind: KindMatchCase, start: start, a: pattern, b: guard, c: body}, end)
}

func (p *parser) startsPattern() bool {
	switch p.tok {
	case tName, tMatch, tCase, tType, tInt, tFloat, tImag, tString, tFString, tMinus, tStar, tLParen, tLBrack, tLBrace,
		tNone, tTrue, tFalse:
		return true
	}
	return false
}

// missingPattern stands for a pattern that is not there.
func (p *parser) missingPattern() uint32 {
	p.unexpected("expected a pattern")
	p.prevEnd = max(p.prevEnd, p.start)
	return p.finish(KindMatchAs, p.prevEnd, 0, 0, 0)
}

// maybe_star_pattern: '*' NAME | pattern
func (p *parser) maybeStarPattern() uint32 {
	if p.tok != tStar {
		return p.pattern()
	}
	start := p.start
	p.next()
	return p.finish(KindMatchStar, start, 0, p.captureName(), 0)
}

// captureName is name, but 0 for the wildcard.
func (p *parser) captureName() uint32 {
	if p.isWildcard() {
		p.next()
		return 0
	}
	return p.name()
}

func (p *parser) isWildcard() bool {
	return p.tok == tName && p.end == p.start+1 && p.src[p.start] == '_'
}

// pattern: '|'.closed_pattern+ ['as' NAME]
func (p *parser) pattern() uint32 {
	if !p.enter() {
		return p.missingPattern()
	}
	start := p.start
	x := p.closedPattern()
	if p.tok == tPipe {
		mark := len(p.scratch)
		p.push(x)
		for p.accept(tPipe) {
			p.push(p.closedPattern())
		}
		x = p.finish(KindMatchOr, start, p.list(mark), 0, 0)
	}
	if p.accept(tAs) {
		if p.isWildcard() {
			p.errorHere("cannot use '_' as a target")
		}
		name := p.name()
		if p.tok == tDot || p.tok == tLParen {
			p.unexpected("invalid pattern target")
		}
		x = p.finish(KindMatchAs, start, x, name, 0)
	}
	p.leave()
	return x
}

// closed_pattern: literal | capture | wildcard | value | group | sequence | mapping | class
func (p *parser) closedPattern() uint32 {
	start := p.start
	switch p.tok {
	case tNone:
		p.next()
		return p.finishNode(node{kind: KindMatchSingleton, flags: uint8(ConstNone), start: start})
	case tTrue:
		p.next()
		return p.finishNode(node{kind: KindMatchSingleton, flags: uint8(ConstTrue), start: start})
	case tFalse:
		p.next()
		return p.finishNode(node{kind: KindMatchSingleton, flags: uint8(ConstFalse), start: start})
	case tInt, tFloat, tImag, tMinus, tString, tFString:
		value := p.literalExpr()
		return p.finish(KindMatchValue, start, value, 0, 0)
	case tName, tMatch, tCase, tType:
		return p.namePattern()
	case tLParen, tLBrack:
		return p.sequencePattern()
	case tLBrace:
		return p.mappingPattern()
	}
	return p.missingPattern()
}

// literal_expr: signed_number | signed_number ('+' | '-') NUMBER | strings
func (p *parser) literalExpr() uint32 {
	start := p.start
	if p.tok == tString || p.tok == tFString {
		return p.strings()
	}
	left := p.signedNumber()
	if p.tok != tPlus && p.tok != tMinus {
		return left
	}
	op := OpAdd
	if p.tok == tMinus {
		op = OpSub
	}
	if n := p.nodes[left]; n.kind == KindConstant && ConstKind(n.flags) == ConstComplex ||
		n.kind == KindUnaryOp && ConstKind(p.nodes[n.a].flags) == ConstComplex {
		p.errorNode(left, "real number required in complex literal")
	}
	p.next()
	if p.tok != tImag {
		p.unexpected("imaginary number required in complex literal")
	}
	right := p.number()
	id := p.finish(KindBinOp, start, left, right, 0)
	p.nodes[id].flags = uint8(op)
	return id
}

// signed_number: ['-'] NUMBER
func (p *parser) signedNumber() uint32 {
	start := p.start
	if !p.accept(tMinus) {
		return p.number()
	}
	value := p.number()
	id := p.finish(KindUnaryOp, start, value, 0, 0)
	p.nodes[id].flags = uint8(OpUSub)
	return id
}

func (p *parser) number() uint32 {
	switch p.tok {
	case tInt:
		return p.constant(ConstInt)
	case tFloat:
		return p.constant(ConstFloat)
	case tImag:
		return p.constant(ConstComplex)
	}
	return p.missing()
}

// nameOrAttr: '.'.NAME+
func (p *parser) nameOrAttr() uint32 {
	start := p.start
	end := p.end
	p.next()
	x := p.add(node{kind: KindName, start: start, end: end})
	for p.accept(tDot) {
		at := p.start
		if p.name() == 0 {
			p.prevEnd = max(p.prevEnd, at)
			at = p.prevEnd
		}
		x = p.finish(KindAttribute, start, x, at, 0)
	}
	return x
}

// capture_pattern: NAME
// value_pattern: NAME ('.' NAME)+
// class_pattern: '.'.NAME+ '(' [','.([NAME '='] pattern)+ [',']] ')'
func (p *parser) namePattern() uint32 {
	start := p.start
	wild := p.isWildcard()
	x := p.nameOrAttr()
	if p.tok == tLParen {
		return p.classPattern(start, x)
	}
	if p.kind(x) == KindAttribute {
		return p.finish(KindMatchValue, start, x, 0, 0)
	}
	name := start
	if wild {
		name = 0
	}
	// The Name made for it is the last node; it is not part of the tree.
	p.nodes = p.nodes[:x]
	return p.finish(KindMatchAs, start, 0, name, 0)
}

func (p *parser) classPattern(start, cls uint32) uint32 {
	open, depth := p.start, p.depth
	p.next()
	mark := len(p.scratch)
	keywords := -1 // height of the stack where they begin
	for p.startsPattern() {
		at := p.start
		if p.tok.isName() && p.peek() == tAssign {
			if keywords < 0 {
				keywords = len(p.scratch)
			}
			p.next()
			p.next()
			value := p.pattern()
			p.scratch = append(p.scratch, at, value)
		} else {
			x := p.pattern()
			if keywords >= 0 {
				p.errorNode(x, "positional patterns follow keyword patterns")
			} else {
				p.push(x)
			}
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.close(tRParen, open, depth)
	var kwds uint32
	if keywords >= 0 {
		kwds = p.pairs(keywords)
	}
	return p.finish(KindMatchClass, start, cls, p.list(mark), kwds)
}

// group_pattern: '(' pattern ')'
// sequence_pattern: '[' [','.maybe_star_pattern+ [',']] ']' | '(' [maybe_star_pattern ',' …] ')'
func (p *parser) sequencePattern() uint32 {
	start, open, depth := p.start, p.tok, p.depth
	end := tRBrack
	if open == tLParen {
		end = tRParen
	}
	p.next()
	mark := len(p.scratch)
	comma := false
	for p.startsPattern() {
		p.push(p.maybeStarPattern())
		if !p.accept(tComma) {
			break
		}
		comma = true
	}
	p.close(end, start, depth)
	if open == tLParen && !comma && len(p.scratch) == mark+1 {
		x := p.scratch[mark]
		p.scratch = p.scratch[:mark]
		if p.kind(x) == KindMatchStar {
			p.errorNode(x, "cannot use a starred pattern here")
		}
		return x
	}
	return p.finish(KindMatchSequence, start, p.list(mark), 0, 0)
}

// mapping_pattern: '{' [','.((literal_expr | attr) ':' pattern)+] [',' '**' NAME] [','] '}'
func (p *parser) mappingPattern() uint32 {
	start, depth := p.start, p.depth
	p.next()
	mark := len(p.scratch)
	var rest uint32
loop:
	for p.tok != tRBrace {
		if rest != 0 {
			p.errorHere("nothing can follow ** in a mapping pattern")
		}
		var key uint32
		switch p.tok {
		case tDoubleStar:
			p.next()
			if p.isWildcard() {
				p.unexpected("'**_' is not allowed")
			}
			rest = p.name()
			if !p.accept(tComma) {
				break loop
			}
			continue
		case tNone:
			key = p.constant(ConstNone)
		case tTrue:
			key = p.constant(ConstTrue)
		case tFalse:
			key = p.constant(ConstFalse)
		case tInt, tFloat, tImag, tMinus, tString, tFString:
			key = p.literalExpr()
		case tName, tMatch, tCase, tType:
			key = p.nameOrAttr()
			if p.kind(key) == KindName {
				p.errorNode(key, "a mapping pattern's key must be a literal or a dotted name")
			}
		default:
			p.unexpected("expected a key")
			break loop
		}
		var value uint32
		if p.expect(tColon) {
			value = p.pattern()
		} else {
			value = p.missingPattern()
		}
		p.scratch = append(p.scratch, key, value)
		if !p.accept(tComma) {
			break
		}
	}
	p.close(tRBrace, start, depth)
	return p.finish(KindMatchMapping, start, p.pairs(mark), rest, 0)
}
