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

// skip notes that a file could not be read to its end.
func (r *reading) skip(pos rules.Pos, reason string) {
	r.skips = append(r.skips, skipAt{pos, reason})
}

type skipAt struct {
	pos    rules.Pos
	reason string
}
