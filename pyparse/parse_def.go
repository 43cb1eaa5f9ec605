package pyparse

// decorators: ('@' named_expression NEWLINE)+, and the definition after them
func (p *parser) decorated() {
	mark := len(p.scratch)
	for p.tok == tAt {
		p.next()
		p.push(p.namedExpression())
		if p.tok != tNewline {
			p.unexpected("")
			p.skipLine()
		}
		p.accept(tNewline)
	}
	switch p.tok {
	case tDef:
		list := p.list(mark)
		p.push(p.funcDef(p.start, false, list))
	case tClass:
		list := p.list(mark)
		p.push(p.classDef(p.start, list))
	case tAsync:
		p.asyncStmt(p.list(mark))
	default:
		p.unexpected("expected a function or class after its decorator")
		// Keep the decorators as expressions.
		for i := mark; i < len(p.scratch); i++ {
			id := p.scratch[i]
			p.scratch[i] = p.add(node{kind: KindExpr, start: p.nodes[id].start, end: p.nodes[id].end, a: id})
		}
	}
}

// 'async' (function_def | for_stmt | with_stmt)
func (p *parser) asyncStmt(decorators uint32) {
	start := p.start
	p.isPy3 = true
	p.next()
	switch {
	case p.tok == tDef:
		p.push(p.funcDef(start, true, decorators))
	case p.tok == tFor && decorators == 0:
		p.push(p.forStmt(start, true))
	case p.tok == tWith && decorators == 0:
		p.push(p.withStmt(start, true))
	default:
		p.unexpected("expected 'def', 'for' or 'with' after 'async'")
		if p.enter() {
			p.statement()
			p.leave()
		}
	}
}

// function_def: ['async'] 'def' NAME [type_params] '(' [params] ')' ['->' expression] block
func (p *parser) funcDef(start uint32, async bool, decorators uint32) uint32 {
	p.next()
	name := p.name()
	typeParams := p.typeParams()
	var args uint32
	if p.tok == tLParen {
		open, depth := p.start, p.depth
		p.next()
		args = p.parameters(tRParen)
		p.close(tRParen, open, depth)
	} else {
		p.unexpected("expected '('")
		args = p.finish(KindArguments, p.prevEnd, 0, 0, 0)
	}
	var returns uint32
	if p.accept(tArrow) {
		p.isPy3 = true
		returns = p.expression()
	}
	end := p.prevEnd
	body := p.block()
	kind := KindFunctionDef
	if async {
		kind = KindAsyncFunctionDef
	}
	rec := p.record(body, decorators, returns, typeParams)
	return p.finishBlock(node{kind: kind, start: start, a: name, b: args, c: rec}, end)
}

// class_def: 'class' NAME [type_params] ['(' [arguments] ')'] block
func (p *parser) classDef(start, decorators uint32) uint32 {
	p.next()
	name := p.name()
	typeParams := p.typeParams()
	var bases, keywords uint32
	if p.tok == tLParen {
		bases, keywords = p.arguments(false)
	}
	end := p.prevEnd
	body := p.block()
	rec := p.record(body, decorators, typeParams, bases, keywords)
	return p.finishBlock(node{kind: KindClassDef, start: start, a: name, c: rec}, end)
}

// type_params: ['[' ','.type_param+ [','] ']']
//
//	type_param:
//	    NAME [':' expression] ['=' expression]
//	    '*' NAME ['=' star_expression]
//	    '**' NAME ['=' expression]
func (p *parser) typeParams() uint32 {
	if p.tok != tLBrack {
		return 0
	}
	p.isPy3 = true
	open, depth := p.start, p.depth
	p.next()
	mark := len(p.scratch)
	if p.tok == tRBrack {
		p.unexpected("expected a type parameter")
	}
	for p.tok.isName() || p.tok == tStar || p.tok == tDoubleStar {
		start, tok := p.start, p.tok
		var value, bound, name uint32
		if tok.isName() {
			p.next()
			if p.accept(tColon) {
				bound = p.expression()
			}
			if p.accept(tAssign) {
				value = p.expression()
			}
			p.push(p.finish(KindTypeVar, start, bound, value, 0))
		} else {
			p.next()
			name = p.name()
			if p.tok == tColon {
				p.errorHere("only a plain type parameter can have a bound")
				p.next()
				p.expression()
			}
			kind := KindParamSpec
			if p.accept(tAssign) {
				if tok == tStar {
					value = p.starExpression()
				} else {
					value = p.expression()
				}
			}
			if tok == tStar {
				kind = KindTypeVarTuple
			}
			p.push(p.finish(kind, start, value, name, 0))
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.close(tRBrack, open, depth)
	return p.list(mark)
}

// params: ','.param+ [','], with at most one '/', one '*' and one '**' in their order
// param: NAME [':' expression] ['=' expression]
//
// The end of them is not consumed. A ')' ends the parameters of a function, a ':'
// those of a lambda, which have no annotations.
func (p *parser) parameters(end token) uint32 {
	start := p.start
	annotated := end == tRParen
	mark := len(p.scratch) // pairs of parameter and default
	slash, star := -1, -1  // how many parameters come before
	var vararg, kwarg uint32
	sawDefault := false
	count := func() int { return (len(p.scratch) - mark) / 2 }
loop:
	for p.tok != end {
		at := p.start
		if kwarg != 0 {
			p.errorHere("parameters cannot follow the ** parameter")
		}
		switch {
		case p.tok == tSlash:
			switch {
			case slash >= 0:
				p.errorHere("'/' may appear only once")
			case star >= 0:
				p.errorHere("'/' must come before '*'")
			case count() == 0:
				p.errorHere("at least one parameter must precede '/'")
			default:
				slash = count()
			}
			p.next()
		case p.tok == tStar:
			if star >= 0 {
				p.errorHere("'*' may appear only once")
			}
			star = count()
			p.next()
			if p.tok.isName() {
				vararg = p.param(annotated, true)
				if p.tok == tAssign {
					p.errorHere("the * parameter cannot have a default value")
				}
			} else {
				p.isPy3 = true
				if p.tok != tComma {
					p.unexpected("named parameters must follow a bare '*'")
				} else if next := p.peek(); !next.isName() {
					p.errorAt(at, at+1, "named parameters must follow a bare '*'")
				}
			}
		case p.tok == tDoubleStar:
			p.next()
			kwarg = p.param(annotated, false)
			if p.tok == tAssign {
				p.errorHere("the ** parameter cannot have a default value")
			}
		case p.tok.isName():
			param := p.param(annotated, false)
			var value uint32
			if p.accept(tAssign) {
				value = p.expression()
				sawDefault = true
			} else if sawDefault && star < 0 {
				p.errorNode(param, "parameter without a default follows parameter with a default")
			}
			p.scratch = append(p.scratch, param, value)
		case p.tok == tLParen:
			if p.startsTupleParam() {
				p.proof(p.start, p.end, "tuple parameter")
			} else {
				p.unexpected("expected a parameter")
			}
			break loop
		default:
			p.unexpected("expected a parameter")
			break loop
		}
		if !p.accept(tComma) {
			break
		}
	}
	n := count()
	if n == 0 && vararg == 0 && kwarg == 0 {
		return p.add(node{kind: KindArguments, start: start, end: start})
	}
	if star < 0 {
		star = n
	}
	params := p.scratch[mark:]
	slash = max(slash, 0)
	pick := func(from, to, which int) uint32 {
		m := len(p.scratch)
		for i := from; i < to; i++ {
			p.push(params[2*i+which])
		}
		return p.list(m)
	}
	first := star
	for i := star - 1; i >= 0 && params[2*i+1] != 0; i-- {
		first = i
	}
	rec := p.record(pick(0, slash, 0), pick(slash, star, 0), vararg, pick(star, n, 0), pick(star, n, 1), kwarg, pick(first, star, 1))
	p.scratch = p.scratch[:mark]
	return p.finish(KindArguments, start, 0, 0, rec)
}

// startsTupleParam reports whether a '(' begins what Python 2 took as a parameter:
// names and commas only.
func (p *parser) startsTupleParam() bool {
	for i := p.end; int(i) < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == ')':
			return true
		case charClass[c]&ccIdent != 0, c == ',', c == ' ', c == '(':
		default:
			return false
		}
	}
	return false
}

// param: NAME [':' expression], or with a star [':' star_expression]
func (p *parser) param(annotated, star bool) uint32 {
	start := p.start
	if p.name() == 0 {
		p.prevEnd = max(p.prevEnd, start)
	}
	var annotation uint32
	if annotated && p.accept(tColon) {
		p.isPy3 = true
		if star {
			annotation = p.starExpression()
		} else {
			annotation = p.expression()
		}
	}
	return p.finish(KindArg, start, annotation, 0, 0)
}
