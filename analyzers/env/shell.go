package env

import (
	"errors"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/greenlint/greenlint/rules"
)

// A shell walks a script in the order in which it would run and notes the
// commands. Both sides of a branch are walked; what they assign becomes
// alternatives. A function's body is walked where the function is called, or at
// the end where nobody calls it.
type shell struct {
	r     *reading
	src   span
	name  string // of the process, for its commands
	vars  scope
	funcs map[string]*syntax.FuncDecl
	order []string        // names of funcs as they are declared
	ran   map[string]bool // functions that were walked
	depth int
	steps *int
	out   []Command
}

const (
	maxSteps = 20000 // statements walked in a script, calls of functions included
	maxDepth = 8     // calls of functions, eval and sh -c within each other
)

// script returns the commands of a shell text, and what was read before a syntax
// error. The error is noted where the text names a program of the catalogue.
func (r *reading) script(src span, name string, vars scope) ([]Command, scope) {
	steps := 0
	return r.scriptAt(src, name, vars, 0, &steps)
}

func (r *reading) scriptAt(src span, name string, vars scope, depth int, steps *int) ([]Command, scope) {
	if depth > maxDepth {
		return nil, vars
	}
	if nested(src.s) > maxNesting {
		r.skip(src.pos(0), "shell: nested too deeply")
		return nil, vars
	}
	sh := &shell{r: r, src: src, name: name, vars: vars.clone(), funcs: map[string]*syntax.FuncDecl{}, ran: map[string]bool{}, depth: depth, steps: steps}
	var stmts []*syntax.Stmt
	var err error
	for s, e := range syntax.NewParser(syntax.Variant(syntax.LangBash)).StmtsSeq(strings.NewReader(src.s)) {
		if e != nil {
			err = e
			break
		}
		stmts = append(stmts, s)
	}
	if err != nil && src.f != nil && r.worth([]byte(src.s)) {
		pos, msg := src.pos(0), err.Error()
		var pe syntax.ParseError
		var le syntax.LangError
		switch {
		case errors.As(err, &pe):
			pos, msg = src.pos(clamp(pe.Pos.Offset(), src.s)), pe.Text
		case errors.As(err, &le):
			pos, msg = src.pos(clamp(le.Pos.Offset(), src.s)), "a form that bash does not have"
		}
		r.skip(pos, "shell: "+msg)
	}
	sh.stmts(stmts)
	for _, f := range sh.order {
		if !sh.ran[f] {
			sh.call(f, nil)
		}
	}
	return sh.out, sh.vars
}

// The parser of shell calls itself for every level, and Go ends a program whose
// stack grows too large.
const maxNesting = 5000

// nested is how deep a text can nest at most: brackets that stay open, words that
// begin something.
func nested(s string) int {
	deepest, depth, words := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '{', '[':
			depth++
			deepest = max(deepest, depth)
		case ')', '}', ']':
			depth = max(0, depth-1)
		case '!', '~', '-', '+', '`':
			if i > 0 && (s[i-1] == s[i] || i > 1 && s[i-1] == ' ' && s[i-2] == s[i]) {
				words++
				deepest = max(deepest, words/4)
			} else {
				words = 0
			}
		}
	}
	open := 0
	for _, w := range strings.Fields(s) {
		switch w {
		case "if", "while", "until", "case", "for", "select", "time", "coproc", "function":
			open++
			deepest = max(deepest, open)
		case "fi", "done", "esac", "fi;", "done;", "esac;", "fi)", "done)":
			open = max(0, open-1)
		}
	}
	return deepest
}

func clamp(off uint, s string) int { return min(int(off), len(s)) }

func (sh *shell) stmts(list []*syntax.Stmt) {
	for _, s := range list {
		sh.stmt(s)
	}
}

func (sh *shell) stmt(s *syntax.Stmt) {
	if s == nil || s.Cmd == nil {
		return
	}
	if *sh.steps++; *sh.steps > maxSteps {
		return
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		sh.each(c, func() { sh.callExpr(s, c) })
	case *syntax.DeclClause:
		for _, a := range c.Args {
			if a.Name != nil {
				sh.assign(a, c.Variant.Value == "export" || sh.exported(a.Name.Value))
			}
		}
	case *syntax.BinaryCmd:
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			sh.stmt(c.X)
			sh.stmt(c.Y)
			return
		}
		// "[ -n "$X" ] && OPTS=…": the right side may not run.
		sh.stmt(c.X)
		before := sh.vars
		sh.vars = before.clone()
		sh.stmt(c.Y)
		sh.vars = join(before, sh.vars)
	case *syntax.Block:
		sh.stmts(c.Stmts)
	case *syntax.Subshell:
		before := sh.vars
		sh.vars = before.clone()
		sh.stmts(c.Stmts)
		sh.vars = before
	case *syntax.IfClause:
		sh.ifClause(c)
	case *syntax.WhileClause:
		sh.branch(func() { sh.stmts(c.Cond); sh.stmts(c.Do) })
	case *syntax.ForClause:
		sh.branch(func() {
			if it, ok := c.Loop.(*syntax.WordIter); ok && it.Name != nil {
				sh.vars[it.Name.Value] = variable{}
			}
			sh.stmts(c.Do)
		})
	case *syntax.CaseClause:
		before, outer := sh.vars, sh.name
		sides := []scope{before}
		for _, item := range c.Items {
			sh.vars = before.clone()
			if n := label(item); n != "" && outer == "" {
				sh.name = n
			}
			sh.stmts(item.Stmts)
			sides = append(sides, sh.vars)
			sh.name = outer
		}
		sh.vars = join(sides...)
	case *syntax.FuncDecl:
		if c.Name == nil {
			return
		}
		if sh.funcs[c.Name.Value] == nil {
			sh.order = append(sh.order, c.Name.Value)
		}
		sh.funcs[c.Name.Value] = c
	case *syntax.TimeClause:
		sh.stmt(c.Stmt)
	case *syntax.CoprocClause:
		sh.stmt(c.Stmt)
	}
}

// label is the word that a case item stands for, if it is a plain one.
func label(item *syntax.CaseItem) string {
	if len(item.Patterns) == 0 {
		return ""
	}
	if l := item.Patterns[0].Lit(); l != "" && !strings.ContainsAny(l, "*?[-") {
		return l
	}
	return ""
}

func (sh *shell) branch(f func()) {
	before := sh.vars
	sh.vars = before.clone()
	f()
	sh.vars = join(before, sh.vars)
}

func (sh *shell) ifClause(c *syntax.IfClause) {
	sh.stmts(c.Cond)
	before := sh.vars
	sh.vars = before.clone()
	sh.stmts(c.Then)
	then := sh.vars
	sh.vars = before.clone()
	if c.Else != nil {
		if len(c.Else.Cond) == 0 { // a plain "else"
			sh.stmts(c.Else.Then)
		} else {
			sh.ifClause(c.Else)
		}
	}
	sh.vars = join(then, sh.vars)
}

// each runs f once for every combination of the alternatives of the variables
// that the command uses, of which there are usually none.
func (sh *shell) each(c *syntax.CallExpr, f func()) {
	var names []string
	if len(c.Args) > 0 { // evalAssign does it for itself
		names = sh.branching(c)
	}
	if len(names) == 0 {
		f()
		return
	}
	n, saved := sh.combinations(names), sh.vars
	if n > maxAlts {
		sh.vars = saved.clone()
		for _, name := range names {
			sh.vars[name] = variable{exported: saved[name].exported}
		}
		f()
		for _, name := range names {
			if len(sh.vars[name].alts) == 0 {
				sh.vars[name] = saved[name]
			}
		}
		return
	}
	var sides []scope
	for i := range n {
		sh.vars = choose(saved, names, i)
		f()
		sides = append(sides, sh.vars)
	}
	sh.vars = join(sides...)
}

// combinations counts the ways to choose one alternative for each name.
func (sh *shell) combinations(names []string) int {
	n := 1
	for _, name := range names {
		if n *= len(sh.vars[name].alts); n > maxAlts {
			break
		}
	}
	return n
}

// choose is vars with the i-th combination of the alternatives of names.
func choose(vars scope, names []string, i int) scope {
	out := vars.clone()
	for _, name := range names {
		v := vars[name]
		out[name] = variable{alts: v.alts[i%len(v.alts):][:1], exported: v.exported}
		i /= len(v.alts)
	}
	return out
}

// branching lists the variables with alternatives that a command uses, sorted.
func (sh *shell) branching(n syntax.Node) []string {
	set := map[string]bool{}
	syntax.Walk(n, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil && len(sh.vars[p.Param.Value].alts) > 1 {
			set[p.Param.Value] = true
		}
		return true
	})
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func (sh *shell) exported(name string) bool { return sh.vars[name].exported }

func (sh *shell) callExpr(s *syntax.Stmt, c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			sh.assign(a, sh.exported(a.Name.Value))
		}
		return
	}
	vars := sh.vars
	if len(c.Assigns) > 0 {
		vars = sh.vars.clone()
		saved := sh.vars
		for _, a := range c.Assigns {
			sh.vars = saved // the words see the old values
			v := sh.evalAssign(a)
			v.exported = true
			vars[a.Name.Value] = v
		}
		sh.vars = saved
	}
	words := sh.fields(c.Args)
	if len(words) == 0 {
		return
	}
	if sh.builtin(words) {
		return
	}
	start, end := sh.src.off(clamp(c.Pos().Offset(), sh.src.s)), sh.src.off(clamp(c.End().Offset(), sh.src.s))
	sh.out = append(sh.out, sh.r.command(words, sh.name, vars, sh.src.f, start, end, sh.depth, sh.steps)...)
}

// builtin carries out the words that change what is known; it reports whether
// there is nothing else to them.
func (sh *shell) builtin(words []Word) bool {
	switch name := words[0].Text; {
	case sh.funcs[name] != nil:
		sh.call(name, words[1:])
		return true
	case name == "set":
		for i, w := range words {
			if w.Text == "--" {
				sh.positional(words[i+1:])
			}
			if w.Text == "-a" || w.Text == "allexport" {
				return true
			}
		}
		return true
	case name == "unset":
		for _, w := range words[1:] {
			delete(sh.vars, w.Text)
		}
		return true
	case (name == "." || name == "source") && len(words) > 1:
		if f := sh.r.find(words[1].Text, sh.src.f); f != nil && sh.depth < maxDepth {
			_, vars := sh.r.scriptAt(f.span(0, len(f.src)), sh.name, sh.vars, sh.depth+1, sh.steps)
			sh.vars = vars
		}
		return true
	case name == "eval" && len(words) > 1:
		src := line(words[1:])
		src.f = sh.src.f
		cmds, vars := sh.r.scriptAt(src, sh.name, sh.vars, sh.depth+1, sh.steps)
		sh.out, sh.vars = append(sh.out, cmds...), vars
		return true
	case name == "echo" || name == "printf" || name == "[" || name == "test" || name == "cd" || name == "exit" ||
		name == "read" || name == "trap" || name == ":" || name == "true" || name == "false" || name == "shift" || name == "return":
		return true
	}
	return false
}

func (sh *shell) positional(words []Word) { sh.vars.positional(words) }

// positional sets $1, $2 …, and all of them.
func (s scope) positional(words []Word) {
	all := value{array: true}
	for i, w := range words {
		all.elems = append(all.elems, w.pieces)
		if i < 9 {
			s[string(rune('1'+i))] = variable{alts: []value{scalar(w.pieces)}}
		}
	}
	s["@"] = variable{alts: []value{all}}
	s["*"] = s["@"]
}

// call walks a function's body with its arguments; nil args are not known.
func (sh *shell) call(name string, args []Word) {
	sh.ran[name] = true
	if sh.depth >= maxDepth {
		return
	}
	sh.depth++
	saved := map[string]variable{}
	for _, k := range []string{"@", "*", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		if v, ok := sh.vars[k]; ok {
			saved[k] = v
		}
		delete(sh.vars, k)
	}
	if args != nil {
		sh.positional(args)
	}
	outer := sh.name
	if sh.name == "" && args == nil {
		sh.name = name
	}
	sh.stmt(sh.funcs[name].Body)
	sh.name = outer
	for _, k := range []string{"@", "*", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		delete(sh.vars, k)
		if v, ok := saved[k]; ok {
			sh.vars[k] = v
		}
	}
	sh.depth--
}

func (sh *shell) assign(a *syntax.Assign, export bool) {
	if a.Naked {
		if export && a.Name != nil {
			v, ok := sh.vars[a.Name.Value]
			if ok {
				v.exported = true
				sh.vars[a.Name.Value] = v
			}
		}
		return
	}
	v := sh.evalAssign(a)
	v.exported = export
	sh.vars[a.Name.Value] = v
}

// evalAssign gives the value of an assignment, with the alternatives of the
// variables that it uses.
func (sh *shell) evalAssign(a *syntax.Assign) variable {
	names := sh.branching(a)
	if a.Append && len(sh.vars[a.Name.Value].alts) > 1 {
		names = append(names, a.Name.Value)
	}
	n := sh.combinations(names)
	if n > maxAlts || a.Index != nil {
		return variable{}
	}
	var out variable
	saved := sh.vars
	seen := map[string]bool{}
	for i := range n {
		if len(names) > 0 {
			sh.vars = choose(saved, names, i)
		}
		v, ok := sh.evalOne(a)
		if !ok || tooLong(v.elems...) {
			sh.vars = saved
			return variable{}
		}
		if k := v.key(); !seen[k] {
			seen[k] = true
			out.alts = append(out.alts, v)
		}
	}
	sh.vars = saved
	return out
}

func (sh *shell) evalOne(a *syntax.Assign) (value, bool) {
	var v value
	switch {
	case a.Array != nil:
		v.array = true
		for _, el := range a.Array.Elems {
			if el.Index != nil {
				return v, false
			}
			for _, w := range sh.fields([]*syntax.Word{el.Value}) {
				v.elems = append(v.elems, w.pieces)
			}
		}
	case a.Value != nil:
		pieces := sh.pieces(a.Value.Parts, false)
		for i := range pieces {
			pieces[i].quoted = true
			if pieces[i].brk {
				pieces[i] = piece{span: span{s: " "}, quoted: true}
			}
		}
		v = scalar(pieces)
	default:
		v = scalar(nil)
	}
	if !a.Append {
		return v, true
	}
	old, ok := sh.vars[a.Name.Value]
	if !ok {
		old = variable{alts: []value{{array: v.array, elems: [][]piece{{{unknown: true, name: a.Name.Value}}}}}}
	}
	if len(old.alts) == 0 {
		return v, false
	}
	o := old.alts[0]
	if v.array || o.array {
		return value{array: true, elems: append(append([][]piece{}, o.elems...), v.elems...)}, true
	}
	return scalar(append(append([]piece{}, o.elems[0]...), v.elems[0]...)), true
}

// fields expands words.
func (sh *shell) fields(words []*syntax.Word) []Word {
	var out []Word
	for _, w := range words {
		if w != nil {
			out = append(out, split(sh.pieces(w.Parts, false))...)
		}
		if len(out) > maxPieces {
			break
		}
	}
	return out
}

// pieces expands the parts of a word. In quotes, blanks do not separate.
func (sh *shell) pieces(parts []syntax.WordPart, quotes bool) []piece {
	var out []piece
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			out = append(out, piece{span: sh.lit(p, quotes), quoted: true})
		case *syntax.SglQuoted:
			at := clamp(p.Right.Offset(), sh.src.s)
			out = append(out, piece{span: sh.verbatim(p.Value, at-len(p.Value), at), quoted: true})
		case *syntax.DblQuoted:
			in := sh.pieces(p.Parts, true)
			if len(in) == 0 {
				in = []piece{{span: sh.verbatim("", clamp(p.Right.Offset(), sh.src.s), clamp(p.Right.Offset(), sh.src.s)), quoted: true}}
			}
			out = append(out, in...)
		case *syntax.ParamExp:
			out = append(out, sh.param(p, quotes)...)
		case *syntax.CmdSubst:
			out = append(out, sh.substitution(p, quotes)...)
		default:
			out = append(out, sh.unknown("", p, quotes))
		}
		if tooLong(out) {
			return []piece{sh.unknown("", p, quotes)}
		}
	}
	return out
}

func (sh *shell) unknown(name string, n syntax.Node, quotes bool) piece {
	at := clamp(n.Pos().Offset(), sh.src.s)
	return piece{span: sh.src.slice(at, at), unknown: true, name: name, quoted: quotes}
}

// verbatim is text that stands between two offsets of the script, if it does.
func (sh *shell) verbatim(text string, start, end int) span {
	if start >= 0 && start <= end && end <= len(sh.src.s) && sh.src.s[start:end] == text {
		return sh.src.slice(start, end)
	}
	start = max(0, min(start, len(sh.src.s)))
	b := builder{f: sh.src.f}
	for i := range len(text) {
		b.byte(text[i], sh.src.off(start))
	}
	return b.span(sh.src.off(max(start, min(end, len(sh.src.s)))))
}

// lit undoes the backslashes of a literal.
func (sh *shell) lit(l *syntax.Lit, quotes bool) span {
	start, end := clamp(l.ValuePos.Offset(), sh.src.s), clamp(l.ValueEnd.Offset(), sh.src.s)
	if start > end {
		start = end
	}
	raw := sh.src.s[start:end]
	if !strings.Contains(raw, "\\") {
		return sh.verbatim(l.Value, start, end)
	}
	b := builder{f: sh.src.f}
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			if raw[i+1] == '\n' {
				i++
				continue
			}
			if !quotes || strings.IndexByte("$`\"\\", raw[i+1]) >= 0 {
				i++
			}
		}
		b.byte(raw[i], sh.src.off(start+i))
	}
	return b.span(sh.src.off(end))
}

// param expands ${…}.
func (sh *shell) param(p *syntax.ParamExp, quotes bool) []piece {
	if p.Param == nil || p.Excl || p.Length || p.Width || p.IsSet || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.Flags != nil || len(p.Modifiers) > 0 {
		name := ""
		if p.Param != nil {
			name = p.Param.Value
		}
		return []piece{sh.unknown(name, p, quotes)}
	}
	name := p.Param.Value
	v, set := sh.vars[name]
	if !set {
		v, set = sh.r.project[name]
	}
	known := set && len(v.alts) == 1
	empty := known && len(v.alts[0].elems) == 1 && len(v.alts[0].elems[0]) == 0 || known && len(v.alts[0].elems) == 0
	if known && !empty {
		if t, ok := v.alts[0].text(); ok && t == "" {
			empty = true
		}
	}
	if p.Exp != nil {
		var word []syntax.WordPart
		if p.Exp.Word != nil {
			word = p.Exp.Word.Parts
		}
		alternative := func() []piece {
			out := sh.pieces(word, quotes)
			for i := range out {
				if _, lit := partAt(word, i).(*syntax.Lit); lit && !quotes {
					out[i].quoted = false
				}
			}
			return out
		}
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.AssignUnset:
			if !set {
				return alternative()
			}
		case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull:
			if !set || empty {
				return alternative()
			}
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			if set && !empty {
				return alternative()
			}
			return nil
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		default:
			return []piece{sh.unknown(name, p, quotes)}
		}
	}
	if !known {
		return []piece{sh.unknown(name, p, quotes)}
	}
	val := v.alts[0]
	elems := val.elems
	if val.array {
		all := name == "@" || name == "*"
		if w, ok := p.Index.(*syntax.Word); ok {
			all = all || w.Lit() == "@" || w.Lit() == "*"
		}
		if p.Index != nil && !all {
			return []piece{sh.unknown(name, p, quotes)}
		}
		if !all && len(elems) > 1 {
			elems = elems[:1]
		}
	}
	var out []piece
	for i, e := range elems {
		if i > 0 {
			out = append(out, piece{brk: true})
		}
		for _, q := range e {
			q.quoted = quotes
			out = append(out, q)
		}
	}
	return out
}

func partAt(parts []syntax.WordPart, i int) syntax.WordPart {
	if i < len(parts) {
		return parts[i]
	}
	return nil
}

// substitution expands $(…) where it only looks a program up, or where it is the
// $(NAME) of a Kubernetes manifest.
func (sh *shell) substitution(c *syntax.CmdSubst, quotes bool) []piece {
	if len(c.Stmts) == 1 {
		if call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			name := call.Args[0].Lit()
			last := call.Args[len(call.Args)-1]
			switch {
			case len(call.Args) == 1:
				if v, ok := sh.vars[name]; ok && len(v.alts) == 1 && !v.alts[0].array {
					out := append([]piece{}, v.alts[0].elems[0]...)
					for i := range out {
						out[i].quoted = quotes
					}
					return out
				}
			case name == "which" && len(call.Args) == 2, name == "command" && call.Args[1].Lit() == "-v":
				return sh.pieces(last.Parts, true)
			}
		}
	}
	return []piece{sh.unknown("", c, quotes)}
}

// interpolate expands the variables of a text that is no shell, such as an
// element of a list of words.
func (r *reading) interpolate(src span, vars scope) []piece {
	if !strings.Contains(src.s, "$") {
		return []piece{{span: src, quoted: true}}
	}
	w, err := syntax.NewParser().Document(strings.NewReader(src.s))
	if err != nil || w == nil {
		return []piece{{span: src, quoted: true}}
	}
	steps := 0
	sh := &shell{r: r, src: src, vars: vars, steps: &steps}
	return sh.pieces(w.Parts, true)
}

// skip notes that a file could not be read to its end.
func (r *reading) skip(pos rules.Pos, reason string) {
	r.skips = append(r.skips, skipAt{pos, reason})
}

type skipAt struct {
	pos    rules.Pos
	reason string
}
