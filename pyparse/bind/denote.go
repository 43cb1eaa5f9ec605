package bind

import (
	"cmp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/pyparse"
)

// Denotation is a qualified name that an expression may stand for.
type Denotation struct {
	Name string

	// Known says that nothing else can be meant than what Denotes lists. It is the
	// same for all of one answer. A binding to None does not count against it, for
	// nothing can be called on None.
	Known bool

	// Star says that the name is a guess: it holds if the module that this file
	// star-imports exports it.
	Star bool

	// Offset is where the name is bound that the expression begins with; for an alias,
	// where the name is bound that the alias begins with. It is 0 for a builtin.
	Offset uint32

	// Def is the FunctionDef or ClassDef of this file that Name is. Where it is
	// absent Name is something imported, or an attribute of something.
	Def pyparse.Node
}

// Denotes returns what an expression that is read may stand for: something imported,
// a def or class of this file, a builtin ("builtins.open"), or an attribute of one of
// these. Simple aliases (x = a.b) are followed. The answer is sorted, and no two
// entries have the same Name and Def.
//
// Parameters, instances, the results of calls and everything else that is not a name
// for something fixed give nothing. n is a Name or a chain of Attributes on one, or
// a choice between such (a or b, a if c else b).
func (t *Table) Denotes(n pyparse.Node) []Denotation {
	if n.Tree() != t.tree || n.Ctx() != pyparse.Load {
		return nil
	}
	q := query{t: t}
	a := q.expr(n)
	if len(a.list) == 0 {
		return nil
	}
	list := slices.Clone(a.list)
	slices.SortFunc(list, compare)
	list = slices.CompactFunc(list, func(a, b Denotation) bool { return a.Name == b.Name && a.Def == b.Def })
	whole := a.whole && len(list) <= manyNames
	list = list[:min(len(list), manyNames)]
	for i := range list {
		list[i].Known = whole && !list[i].Star
	}
	return list
}

const (
	manyNames   = 64   // an answer has no more entries; whoever asks can't follow more
	longChain   = 64   // attributes in a row that are followed
	longAliases = 64   // aliases of aliases that are followed
	manyAliases = 1024 // aliases that are followed for one answer
)

func compare(a, b Denotation) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Def.Start(), b.Def.Start()),
		cmp.Compare(a.Offset, b.Offset))
}

// query is the work on one answer.
type query struct {
	t     *Table
	depth int // aliases that are being followed
	attrs int // attributes that will be taken of what is being worked out
	steps int // aliases that were followed
	low   int // the least depth at which a circle of aliases came back
	memo  map[*Binding]known
}

// answer is a set of names. whole says that nothing else can be meant.
type answer struct {
	list  []Denotation
	whole bool
}

func (a *answer) add(b answer) {
	a.whole = a.whole && b.whole
	if len(a.list) > 4*manyNames {
		a.whole = false
		return
	}
	a.list = append(a.list, b.list...)
}

func (q *query) expr(n pyparse.Node) answer {
	switch n.Kind() {
	case pyparse.KindName:
		s := q.t.Enclosing(n)
		return q.name(s, Mangle(s.class, n.AsName().Id()), n.Start())
	case pyparse.KindAttribute:
		return q.chain(n)
	case pyparse.KindIfExp:
		a := q.expr(n.AsIfExp().Body())
		a.add(q.expr(n.AsIfExp().Orelse()))
		return a
	case pyparse.KindBoolOp:
		a := answer{whole: true}
		for v := range n.AsBoolOp().Values().All() {
			a.add(q.expr(v))
		}
		return a
	case pyparse.KindNamedExpr:
		return q.expr(n.AsNamedExpr().Value())
	case pyparse.KindCall:
		return q.importCall(n.AsCall())
	case pyparse.KindConstant:
		return answer{whole: n.AsConstant().ConstKind() == pyparse.ConstNone}
	}
	return answer{}
}

// chain follows the attributes of a.b.c from the innermost on.
func (q *query) chain(n pyparse.Node) answer {
	var attrs []string
	s := q.t.Enclosing(n)
	for n.Kind() == pyparse.KindAttribute {
		at := n.AsAttribute()
		if at.Attr() == "" || len(attrs) == longChain {
			return answer{}
		}
		attrs = append(attrs, at.Attr())
		n = at.Value()
	}
	q.attrs += len(attrs)
	a := q.expr(n)
	q.attrs -= len(attrs)
	for _, attr := range slices.Backward(attrs) {
		a = q.attribute(a, Mangle(s.class, attr), attr)
	}
	return a
}

// attribute takes an attribute of each name of an answer. A class of this file is
// asked what it binds it to; what it does not bind may be inherited.
func (q *query) attribute(base answer, mangled, attr string) answer {
	a := answer{whole: base.whole}
	for _, d := range base.list {
		if class := q.t.opens[d.Def]; d.Def.Kind() == pyparse.KindClassDef && class != nil {
			if e := class.find(mangled); e != nil && e.sym != nil {
				a.add(q.member(class, e.sym, d))
				continue
			}
		}
		d.Name, d.Def = d.Name+"."+attr, pyparse.Node{}
		a.list = append(a.list, d)
	}
	return a
}

// member returns what a class's own attribute is after the class's text has run.
func (q *query) member(class *Scope, sym *Symbol, of Denotation) answer {
	a := answer{whole: true}
	f := class.flow()
	_, all := f.expand(f.final[sym.index], func(i int) { a.add(q.binding(&sym.Bindings[i])) })
	a.whole = a.whole && all
	for i := range a.list {
		a.list[i].Offset = of.Offset
	}
	return a
}

// name returns what a mangled name that is read at an offset stands for.
func (q *query) name(s *Scope, name string, off uint32) answer {
	if name == "" {
		return answer{}
	}
	r := q.t.reaching(s, name, off)
	a := answer{whole: r.all}
	var checked answer // from bindings for type checkers only
	checked.whole = true
	for _, b := range r.bindings {
		if b.TypeChecking {
			checked.add(q.binding(b))
		} else {
			a.add(q.binding(b))
		}
	}
	if len(a.list) == 0 {
		a.add(checked)
	}
	switch {
	case r.sym != nil && r.sym.Scope.Kind == ClassScope && r.unbound:
		// A class that has not bound the name yet sees the module's.
		a.add(q.name(q.t.module, name, off))
		return a
	case r.sym == nil || r.unbound && r.sym.Scope == q.t.module:
		if isBuiltin(name) {
			a.list = append(a.list, Denotation{Name: "builtins." + name})
		} else if r.sym == nil {
			a.whole = false
		}
	}
	for _, st := range q.t.starsAfter(r) {
		if name[0] == '_' {
			break // it gives such names only if they are in __all__, which is rare
		}
		a.whole = false
		a.list = append(a.list, Denotation{Name: join(st.module, name), Star: true, Offset: st.off})
	}
	return a
}
