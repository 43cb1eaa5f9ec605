package regex

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Flags change what a pattern means.
type Flags struct {
	Ignorecase, Multiline, Dotall, Verbose, ASCII bool
}

// maxDepth bounds how groups may lie in one another, maxNodes the size of a pattern.
const (
	maxDepth = 100
	maxNodes = 5000
)

// parse reads a pattern as CPython's re does, with the changes that it makes while
// reading: alternatives that begin alike share their beginning, alternatives of one
// character each are a set, and groups without a number dissolve. They change what is
// tried.
func parse(pattern string, flags Flags) (seq []node, groups int, err error) {
	p := &parser{src: []rune(pattern), flags: flags, names: map[string]int{}, open: map[int]bool{}}
	if err := p.global(); err != nil {
		return nil, 0, err
	}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(syntaxError)
			if !ok {
				panic(r)
			}
			seq, groups, err = nil, 0, errors.New(string(bad))
		}
	}()
	seq = p.alternatives()
	if p.at < len(p.src) {
		p.fail("a parenthesis that closes nothing")
	}
	return seq, p.groups, nil
}

type syntaxError string

type parser struct {
	src    []rune
	at     int
	flags  Flags
	groups int
	names  map[string]int
	open   map[int]bool // groups that are not closed yet
	depth  int
	nodes  int
}

func (p *parser) fail(format string, args ...any) { panic(syntaxError(fmt.Sprintf(format, args...))) }

// global reads the flags at the very beginning, "(?ix)": they are known before the rest
// is read.
func (p *parser) global() error {
	for {
		rest := string(p.src[p.at:])
		if !strings.HasPrefix(rest, "(?") {
			return nil
		}
		end := strings.IndexByte(rest, ')')
		if end < 3 || strings.Trim(rest[2:end], "aiLmsux") != "" {
			return nil
		}
		for _, c := range rest[2:end] {
			if !p.flags.set(c, true) {
				return fmt.Errorf("flag %c", c)
			}
		}
		p.at += end + 1
	}
}

// Set switches a flag on by its name in the module re; false where there is none that
// this package knows.
func (f *Flags) Set(name string) bool {
	letter, ok := map[string]rune{
		"IGNORECASE": 'i', "MULTILINE": 'm', "DOTALL": 's', "VERBOSE": 'x', "ASCII": 'a', "UNICODE": 'u',
		"I": 'i', "M": 'm', "S": 's', "X": 'x', "A": 'a', "U": 'u',
	}[name]
	return ok && f.set(letter, true)
}

func (f *Flags) set(c rune, on bool) bool {
	switch c {
	case 'i':
		f.Ignorecase = on
	case 'm':
		f.Multiline = on
	case 's':
		f.Dotall = on
	case 'x':
		f.Verbose = on
	case 'a':
		f.ASCII = on
	case 'u':
		f.ASCII = !on
	default:
		return false
	}
	return true
}

// peek is the next character, or -1.
func (p *parser) peek() rune {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return -1
}

func (p *parser) next() rune {
	if p.at == len(p.src) {
		p.fail("it ends too early")
	}
	p.at++
	return p.src[p.at-1]
}

func (p *parser) take(s string) bool {
	want := []rune(s)
	if len(p.src)-p.at < len(want) || !slices.Equal(p.src[p.at:p.at+len(want)], want) {
		return false
	}
	p.at += len(want)
	return true
}

// until reads up to a mark, which is dropped.
func (p *parser) until(mark rune) string {
	for i := p.at; i < len(p.src); i++ {
		if p.src[i] == mark {
			s := string(p.src[p.at:i])
			p.at = i + 1
			return s
		}
	}
	p.fail("%c is missing", mark)
	return ""
}

// alternatives = sequence { "|" sequence }
func (p *parser) alternatives() []node {
	if p.depth++; p.depth > maxDepth {
		p.fail("too deep")
	}
	defer func() { p.depth-- }()
	list := [][]node{p.sequence()}
	for p.take("|") {
		list = append(list, p.sequence())
	}
	return branch(list)
}

// branch puts alternatives together as CPython does.
func branch(list [][]node) []node {
	if len(list) == 1 {
		return list[0]
	}
	var out []node
	for {
		first := ""
		for i, s := range list {
			if len(s) == 0 || i > 0 && s[0].same() != first {
				first = ""
				break
			}
			first = s[0].same()
		}
		if first == "" {
			break
		}
		out = append(out, list[0][0])
		for i := range list {
			list[i] = list[i][1:]
		}
	}
	var spans []span
	for _, s := range list {
		if len(s) != 1 || s[0].op != opSet || !s[0].literal {
			return append(out, node{op: opAlt, seqs: list})
		}
		spans = append(spans, s[0].set...)
	}
	return append(out, node{op: opSet, set: newCharset(spans), literal: true})
}

// sequence = { item [ quantifier ] }
func (p *parser) sequence() (seq []node) {
	for {
		if p.flags.Verbose {
			p.blanks()
		}
		c := p.peek()
		if c < 0 || c == '|' || c == ')' {
			return seq
		}
		if p.nodes++; p.nodes > maxNodes {
			p.fail("too long")
		}
		if min, max, ok := p.quantifier(); ok {
			seq = p.repeat(seq, min, max)
			continue
		}
		seq = append(seq, p.item()...)
	}
}

// blanks passes over white space and comments.
func (p *parser) blanks() {
	for {
		switch c := p.peek(); {
		case c == '#':
			for p.peek() >= 0 && p.next() != '\n' {
			}
		case c >= 0 && strings.ContainsRune(" \t\n\r\v\f", c):
			p.at++
		default:
			return
		}
	}
}

// quantifier = "*" | "+" | "?" | "{" [ number ] [ "," [ number ] ] "}"
func (p *parser) quantifier() (min, max int, ok bool) {
	switch {
	case p.take("*"):
		return 0, -1, true
	case p.take("+"):
		return 1, -1, true
	case p.take("?"):
		return 0, 1, true
	case p.peek() != '{':
		return 0, 0, false
	}
	from := p.at
	p.at++
	if p.peek() == '}' {
		p.at = from
		return 0, 0, false
	}
	lo, given := p.number()
	hi := lo
	if p.take(",") {
		var bound bool
		if hi, bound = p.number(); !bound {
			hi = -1
		}
	} else if !given {
		p.at = from
		return 0, 0, false
	}
	if !p.take("}") {
		p.at = from
		return 0, 0, false
	}
	if hi >= 0 && hi < lo {
		p.fail("the least is greater than the most")
	}
	return lo, hi, true
}

func (p *parser) number() (n int, ok bool) {
	for '0' <= p.peek() && p.peek() <= '9' {
		if n = n*10 + int(p.next()-'0'); n > maxCount {
			n = maxCount
		}
		ok = true
	}
	return n, ok
}

// repeat lets a quantifier apply to the last item.
func (p *parser) repeat(seq []node, min, max int) []node {
	if len(seq) == 0 || seq[len(seq)-1].op == opAnchor {
		p.fail("nothing to repeat")
	}
	last := seq[len(seq)-1]
	if last.op == opRepeat {
		p.fail("it is repeated already")
	}
	body := []node{last}
	if last.op == opGroup && last.group == 0 {
		body = last.seqs[0]
	}
	r := node{op: opRepeat, min: min, max: max, seqs: [][]node{body}}
	switch {
	case p.take("?"):
		r.lazy = true
	case p.take("+"):
		r.hold = true
	}
	return append(seq[:len(seq)-1:len(seq)-1], r)
}

func (p *parser) set(s charset, literal bool) []node {
	if p.flags.Ignorecase {
		s = s.fold()
	}
	return []node{{op: opSet, set: s, literal: literal}}
}

// item is one thing that a quantifier may apply to.
func (p *parser) item() []node {
	switch c := p.next(); c {
	case '.':
		if p.flags.Dotall {
			return []node{{op: opSet, set: anyChar}}
		}
		return []node{{op: opSet, set: noBreak}}
	case '^', '$':
		return []node{{op: opAnchor, anchor: byte(c), many: p.flags.Multiline}}
	case '[':
		return p.class()
	case '\\':
		return p.escape()
	case '(':
		return p.group()
	default:
		return p.set(charset{{c, c}}, true)
	}
}

// escape is what follows a backslash, outside of a set.
func (p *parser) escape() []node {
	switch c := p.peek(); c {
	case 'A', 'Z', 'b', 'B':
		p.at++
		return []node{{op: opAnchor, anchor: byte(c), ascii: p.flags.ASCII}}
	case 'd', 'D', 's', 'S', 'w', 'W':
		p.at++
		return []node{{op: opSet, set: category(c, p.flags.ASCII), literal: true}}
	}
	if c := p.peek(); '1' <= c && c <= '9' {
		if !p.octal() {
			n := int(p.next() - '0')
			if d := p.peek(); '0' <= d && d <= '9' {
				n = n*10 + int(p.next()-'0')
			}
			return []node{p.back(n)}
		}
	}
	c := p.char()
	return p.set(charset{{c, c}}, true)
}

// octal reports whether three octal digits follow.
func (p *parser) octal() bool {
	if len(p.src)-p.at < 3 {
		return false
	}
	for _, c := range p.src[p.at : p.at+3] {
		if c < '0' || c > '7' {
			return false
		}
	}
	return true
}

func (p *parser) back(n int) node {
	if n == 0 || n > p.groups || p.open[n] {
		p.fail("group %d is not there", n)
	}
	return node{op: opBack, group: n, fold: p.flags.Ignorecase}
}

// char is a character written as an escape.
func (p *parser) char() rune {
	c := p.next()
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'v':
		return '\v'
	case 'a':
		return '\a'
	case 'x':
		return p.hex(2)
	case 'u':
		return p.hex(4)
	case 'U':
		return p.hex(8)
	}
	if '0' <= c && c <= '7' {
		v := c - '0'
		for range 2 {
			if d := p.peek(); '0' <= d && d <= '7' {
				v = v*8 + p.next() - '0'
			}
		}
		return v
	}
	if unicode.IsLetter(c) || unicode.IsDigit(c) {
		p.fail("escape %c", c)
	}
	return c
}

func (p *parser) hex(digits int) (v rune) {
	for range digits {
		i := strings.IndexRune("0123456789abcdef", unicode.ToLower(p.next()))
		if i < 0 || v > maxRune>>4 {
			p.fail("not a character by its number")
		}
		v = v<<4 | rune(i)
	}
	return v
}

// class is a set: "[" has been read.
func (p *parser) class() []node {
	not := p.take("^")
	var list []span
	for first := true; first || p.peek() != ']'; first = false {
		lo, s := p.member()
		if s != nil {
			list = append(list, s...)
			continue
		}
		if p.peek() != '-' || p.at+1 < len(p.src) && p.src[p.at+1] == ']' {
			list = append(list, span{lo, lo})
			continue
		}
		p.at++
		hi, s := p.member()
		if s != nil || hi < lo {
			p.fail("a range without an end")
		}
		list = append(list, span{lo, hi})
	}
	p.at++
	set := newCharset(list)
	if p.flags.Ignorecase {
		set = set.fold()
	}
	if not {
		return []node{{op: opSet, set: set.not()}}
	}
	return []node{{op: opSet, set: set, literal: true}}
}

// member is one character of a set, or a category.
func (p *parser) member() (rune, charset) {
	c := p.next()
	if c != '\\' {
		return c, nil
	}
	switch c := p.peek(); c {
	case 'd', 'D', 's', 'S', 'w', 'W':
		p.at++
		return 0, category(c, p.flags.ASCII)
	case 'b':
		p.at++
		return '\b', nil
	}
	return p.char(), nil
}

// group is what stands in parentheses: "(" has been read.
func (p *parser) group() []node {
	if !p.take("?") {
		return p.capture("")
	}
	switch {
	case p.take("P<"):
		return p.capture(p.until('>'))
	case p.take("P="):
		name := p.until(')')
		n, ok := p.names[name]
		if !ok {
			p.fail("group %s is not there", name)
		}
		return []node{p.back(n)}
	case p.take(":"):
		return p.dissolve(p.inside(p.flags))
	case p.take("#"):
		p.until(')')
		return nil
	case p.take(">"):
		return []node{{op: opAtomic, seqs: [][]node{p.inside(p.flags)}}}
	case p.take("="):
		return p.look(false, -1)
	case p.take("!"):
		return p.look(true, -1)
	case p.take("<="):
		return p.look(false, 0)
	case p.take("<!"):
		return p.look(true, 0)
	case p.take("("):
		return p.conditional()
	}
	flags := p.flags
	for on := true; ; {
		switch c := p.next(); {
		case c == ':':
			return p.dissolve(p.inside(flags))
		case c == '-':
			on = false
		case !flags.set(c, on):
			p.fail("flag %c", c)
		}
	}
}

// dissolve makes a group without a number of a sequence: it is one item for a
// quantifier, and gone where there is none.
func (p *parser) dissolve(seq []node) []node {
	if min, max, ok := p.ahead(); ok {
		return p.repeat([]node{{op: opGroup, seqs: [][]node{seq}}}, min, max)
	}
	return seq
}

// ahead reads a quantifier that follows, with blanks before it where they don't count.
func (p *parser) ahead() (min, max int, ok bool) {
	from := p.at
	if p.flags.Verbose {
		p.blanks()
	}
	if min, max, ok = p.quantifier(); !ok {
		p.at = from
	}
	return min, max, ok
}

// inside reads what a group holds, and its end.
func (p *parser) inside(flags Flags) []node {
	was := p.flags
	p.flags = flags
	seq := p.alternatives()
	p.flags = was
	if !p.take(")") {
		p.fail("a parenthesis that is not closed")
	}
	return seq
}

func (p *parser) capture(name string) []node {
	p.groups++
	n := p.groups
	if name != "" {
		if p.names[name] > 0 {
			p.fail("two groups are called %s", name)
		}
		p.names[name] = n
	}
	p.open[n] = true
	seq := p.inside(p.flags)
	delete(p.open, n)
	return []node{{op: opGroup, group: n, seqs: [][]node{seq}}}
}

func (p *parser) look(not bool, behind int) []node {
	seq := p.inside(p.flags)
	if behind == 0 {
		lo, hi := width(seq)
		if lo != hi {
			p.fail("what is looked back for has no fixed length")
		}
		behind = lo
	}
	return []node{{op: opLook, not: not, behind: behind, seqs: [][]node{seq}}}
}

// conditional = "(?(" group ")" sequence [ "|" sequence ] ")"
func (p *parser) conditional() []node {
	name := p.until(')')
	n, ok := p.names[name]
	if !ok {
		if _, err := fmt.Sscanf(name, "%d", &n); err != nil {
			p.fail("group %s is not there", name)
		}
	}
	if n < 1 || n > p.groups {
		p.fail("group %d is not there", n)
	}
	yes := p.sequence()
	var no []node
	if p.take("|") {
		no = p.sequence()
	}
	if !p.take(")") {
		p.fail("a parenthesis that is not closed")
	}
	return []node{{op: opCond, group: n, seqs: [][]node{yes, no}}}
}
