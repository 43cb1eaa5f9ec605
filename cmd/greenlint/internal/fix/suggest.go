// Package fix writes the ways out of findings that can be written automatically,
// and applies them.
//
// What is written comes from the catalogue: an effect's own repairs (another
// import, another call, a shim after the patch) and, for each loop, the detour
// over a real thread. A safe fix leaves the program's meaning as it is; making a
// call on another thread does not, since other tasks run meanwhile.
package fix

import (
	"sort"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// A Suggester makes fixes for findings in Python and Go files. It is not safe for
// concurrent use.
type Suggester struct {
	catalog   *rules.Catalog
	lookup    *rules.Lookup
	detours   []*rules.Detour
	goDetours []*rules.Detour
	read      func(string) ([]byte, error)
	trees     map[string]*pyparse.Tree
	goFiles   map[string]*goFile
}

// New makes a suggester. read gives the text that the findings were made from.
func New(catalog *rules.Catalog, read func(string) ([]byte, error)) *Suggester {
	return &Suggester{
		catalog: catalog, lookup: catalog.For("python"), detours: catalog.DetourTables("python"), goDetours: catalog.DetourTables("go"), read: read,
		trees: map[string]*pyparse.Tree{}, goFiles: map[string]*goFile{},
	}
}

// Attach adds the fixes of all findings that count. Those that the front ends
// gave come first, then safe ones.
func (s *Suggester) Attach(all []rules.Finding) {
	for i := range all {
		if f := &all[i]; f.Suppressed == "" {
			f.Fixes = append(f.Fixes[:len(f.Fixes):len(f.Fixes)], s.Suggest(f)...)
		}
	}
}

// Suggest returns the fixes of a finding, safe ones first.
func (s *Suggester) Suggest(f *rules.Finding) []rules.Fix {
	if len(f.Chain) == 0 {
		return nil
	}
	if f.Language == "go" {
		return s.goFixes(f)
	}
	if f.Language != "python" {
		return nil
	}
	t := s.tree(f.Pos.File)
	if t == nil {
		return nil
	}
	at := locate(t, uint32(f.Pos.Offset), uint32(f.End.Offset))
	if !at.call.Valid() {
		return nil
	}
	entry := s.lookup.Symbol(f.Symbol)
	var safe, unsafe []rules.Fix
	add := func(x rules.Fix, ok bool) {
		switch {
		case !ok:
		case x.Safe:
			safe = append(safe, x)
		default:
			unsafe = append(unsafe, x)
		}
	}
	var effect *rules.EffectRow
	for _, e := range entry.Effects {
		if e.Rule != f.Rule || len(e.Loops) > 0 && !onLoop(e.Loops, f.Loop) {
			continue
		}
		if effect == nil {
			effect = e
		}
		for _, r := range e.Repairs {
			if !r.On(f.Loop) {
				continue
			}
			switch {
			case r.Write != "":
				add(s.rewrite(t, f, at, r.Write, r.Import, r.Title, r.Safe))
			case r.Instead != "":
				add(s.instead(t, f, e.Lib, r))
			case r.AfterPatch != "":
				add(s.afterPatch(f, r))
			}
		}
	}
	if effect != nil && movable[f.Rule] && effect.GIL != "holds" && effect.Lib.Threads != "bound" {
		for _, d := range s.detours {
			if d.Loop == f.Loop {
				add(s.rewrite(t, f, at, d.Write, d.Import, d.Title, false))
				break
			}
		}
	}
	return append(safe, unsafe...)
}

// movable are the rules about calls that a real thread can make as well.
var movable = map[rules.ID]bool{"GL102": true, "GL201": true, "GL202": true, "GL203": true, "GL204": true, "GL301": true, "GL401": true, "GL503": true}

func onLoop(loops []rules.Loop, l rules.Loop) bool {
	for _, x := range loops {
		if x == l {
			return true
		}
	}
	return false
}

// tree parses a file; nil where offsets into the tree are not offsets into the
// file, or where it has errors.
func (s *Suggester) tree(file string) *pyparse.Tree {
	if t, ok := s.trees[file]; ok {
		return t
	}
	var t *pyparse.Tree
	if text, err := s.read(file); err == nil && strings.HasSuffix(file, ".py") {
		t = pyparse.Parse(text, pyparse.Options{})
		if len(t.Errors) > 0 || string(t.Source()) != string(text) {
			t = nil
		}
	}
	s.trees[file] = t
	return t
}

// A spot is a call and what stands around it.
type spot struct {
	call   pyparse.Call
	parent pyparse.Node
	async  bool // an await may stand here
	string bool // within an f-string
}

// locate finds the call that covers exactly a range.
func locate(t *pyparse.Tree, start, end uint32) (at spot) {
	n, parent := t.Root(), pyparse.Node{}
	for n.Valid() {
		if c := n.AsCall(); c.Valid() && n.Start() == start && n.End() == end {
			at.call, at.parent = c, parent
			return at
		}
		next := pyparse.Node{}
		if m := n.AsModule(); m.Valid() { // may have very many
			body := m.Body()
			if i := sort.Search(body.Len(), func(i int) bool { return end <= body.At(i).End() }); i < body.Len() && body.At(i).Start() <= start {
				next = body.At(i)
			}
		} else {
			for c := range n.Children() {
				if c.Start() <= start && end <= c.End() && c.Start() < c.End() {
					next = c
				}
			}
		}
		switch n.Kind() {
		case pyparse.KindAsyncFunctionDef:
			at.async = inBody(n.AsFunctionDef(), next)
		case pyparse.KindFunctionDef:
			if inBody(n.AsFunctionDef(), next) {
				at.async = false
			}
		case pyparse.KindLambda, pyparse.KindClassDef, pyparse.KindGeneratorExp:
			at.async = false
		case pyparse.KindJoinedStr:
			at.string = true
		}
		n, parent = next, n
	}
	return spot{}
}

// inBody reports whether a child of a function belongs to its body: decorators
// and defaults run outside.
func inBody(f pyparse.FunctionDef, child pyparse.Node) bool {
	for s := range f.Body().All() {
		if s == child {
			return true
		}
	}
	return false
}

// rewrite writes a call in another form.
func (s *Suggester) rewrite(t *pyparse.Tree, f *rules.Finding, at spot, template, module, title string, safe bool) (rules.Fix, bool) {
	awaits := strings.HasPrefix(template, "await ")
	if at.string || awaits && !at.async {
		return rules.Fix{}, false
	}
	text, ok := fill(t, at.call, template)
	if !ok {
		return rules.Fix{}, false
	}
	if awaits && trails(at) {
		text = "(" + text + ")"
	}
	x := rules.Fix{Title: title, Safe: safe, Edits: []rules.Edit{{Pos: f.Pos, End: f.End, Text: text}}}
	if e, needed := importEdit(t, f.Pos.File, module); needed {
		x.Edits = append(x.Edits, e)
	}
	return x, true
}

// trails reports whether the call's parent binds its value more tightly than await does.
func trails(at spot) bool {
	switch at.parent.Kind() {
	case pyparse.KindAttribute, pyparse.KindSubscript, pyparse.KindAwait:
		return !at.call.Parenthesized()
	case pyparse.KindCall:
		return at.parent.AsCall().Func() == at.call.Node && !at.call.Parenthesized()
	}
	return false
}

// fill fills in a template; see [rules.Detour].
func fill(t *pyparse.Tree, c pyparse.Call, template string) (string, bool) {
	src := t.Source()
	fn := c.Func()
	function := string(src[fn.Start():fn.End()])
	open := fn.End() // behind the callee's own parentheses
	for open < c.End() && src[open] != '(' {
		if src[open] != ' ' && src[open] != '\t' && src[open] != ')' {
			return "", false
		}
		open++
	}
	if open >= c.End() || fn.Parenthesized() {
		return "", false
	}
	arguments := strings.TrimSpace(string(src[open+1 : c.End()-1]))
	args, keywords := c.Args(), c.Keywords()
	if args.Len() == 1 && args.At(0).Start() == open { // a generator that shares the call's parentheses
		arguments = "(" + arguments + ")"
	}
	leading := ""
	if arguments != "" {
		leading = ", " + strings.TrimRight(arguments, ", \t\r\n")
	}
	tuple, dict := "", ""
	if strings.Contains(template, "{+tuple}") {
		for _, k := range t.Comments {
			if k.Start > c.Start() && k.End < c.End() {
				return "", false // it would be lost
			}
		}
		var pos, kw []string
		for a := range args.All() {
			text := string(src[a.Start():a.End()])
			if a.Kind() == pyparse.KindNamedExpr || a.Kind() == pyparse.KindGeneratorExp && !strings.HasPrefix(text, "(") {
				text = "(" + text + ")"
			}
			pos = append(pos, text)
		}
		for k := range keywords.All() {
			w := k.AsKeyword()
			v := string(src[w.Value().Start():w.Value().End()])
			if w.Value().Parenthesized() {
				v = "(" + v + ")"
			}
			if w.Arg() == "" {
				kw = append(kw, "**"+v)
			} else {
				kw = append(kw, `"`+w.Arg()+`": `+v)
			}
		}
		if len(pos)+len(kw) > 0 {
			tuple = ", (" + strings.Join(pos, ", ")
			if len(pos) == 1 {
				tuple += ","
			}
			tuple += ")"
		}
		if len(kw) > 0 {
			dict = ", {" + strings.Join(kw, ", ") + "}"
		}
	}
	return strings.NewReplacer(
		"{function}", function, "{arguments}", arguments, "{+arguments}", leading, "{+tuple}", tuple, "{+keywords}", dict,
	).Replace(template), true
}
