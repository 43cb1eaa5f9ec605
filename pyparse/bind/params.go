package bind

import (
	"iter"

	"github.com/greenlint/greenlint/pyparse"
)

// defaultLists yields the defaults, which are evaluated in the outer scope.
func defaultLists(a pyparse.Arguments) iter.Seq[pyparse.NodeList] {
	return func(yield func(pyparse.NodeList) bool) {
		_ = yield(a.Defaults()) && yield(a.KwDefaults())
	}
}

// each calls f for every parameter with its default.
func each(a pyparse.Arguments, f func(p pyparse.Arg, value pyparse.Node)) {
	pos, args, defaults := a.Posonlyargs(), a.Args(), a.Defaults()
	bare := pos.Len() + args.Len() - defaults.Len()
	value := func(i int) pyparse.Node {
		if i < bare || i-bare >= defaults.Len() {
			return pyparse.Node{}
		}
		return defaults.At(i - bare)
	}
	for i := range pos.Len() {
		f(pos.At(i).AsArg(), value(i))
	}
	for i := range args.Len() {
		f(args.At(i).AsArg(), value(pos.Len()+i))
	}
	f(a.Vararg(), pyparse.Node{})
	kw := a.KwDefaults()
	for i := range a.Kwonlyargs().Len() {
		var d pyparse.Node
		if i < kw.Len() {
			d = kw.At(i)
		}
		f(a.Kwonlyargs().At(i).AsArg(), d)
	}
	f(a.Kwarg(), pyparse.Node{})
}

func (c *collector) annotations(a pyparse.Arguments) {
	each(a, func(p pyparse.Arg, _ pyparse.Node) { c.annotate(p.Annotation()) })
}

// params binds the parameters in the scope of the function or lambda, which is
// the current one.
func (c *collector) params(a pyparse.Arguments, felt uint32) {
	each(a, func(p pyparse.Arg, value pyparse.Node) {
		if !p.Valid() {
			return
		}
		name := p.Arg()
		c.bind(name, p.Start(), felt, Binding{Kind: ByParam, Node: p.Node, Value: value})
		end := p.End()
		if ann := p.Annotation(); ann.Valid() {
			end = min(end, ann.Start())
		}
		c.t.regions.add(p.Start(), end, c.scope)
	})
}
