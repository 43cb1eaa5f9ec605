package pyfront

import (
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// turns applies what the catalogue says of a call that makes of an object another sort
// of its class, as sock.setblocking(False) does: from here on the name of the object
// denotes such a one.
func (f *frame) turns(e rules.Entry, as args, n pyparse.Node) {
	for _, r := range e.Turns {
		if !r.Surely(as) {
			continue
		}
		if name, ok := turned(r, as, n); ok {
			if s, ok := f.env.get(name); ok {
				f.env.set(name, changed(s, func(v *value) { v.make = r.Make }))
			}
		}
		return
	}
}

// turned is the name of the object that a row is about. What a method of the object
// gives stands for the object: sock.fileno() is the socket's.
func turned(r *rules.TurnRow, as args, n pyparse.Node) (string, bool) {
	pos, names := r.Object()
	var x pyparse.Node
	if len(names) == 1 && names[0] == "self" {
		x = receiverOf(n)
	} else if a, ok := as.find(pos, names); ok {
		x = a.node
		if o := receiverOf(x); o.Valid() {
			x = o
		}
	}
	if !x.Valid() || x.Kind() != pyparse.KindName {
		return "", false
	}
	return x.AsName().Id(), true
}

// receiverOf is the object whose method a call calls.
func receiverOf(n pyparse.Node) pyparse.Node {
	if c := n.AsCall(); c.Valid() && c.Func().Kind() == pyparse.KindAttribute {
		return c.Func().AsAttribute().Value()
	}
	return pyparse.Node{}
}

// variables notes which variables of the environment a call sets.
func (f *frame) variables(e rules.Entry, as args) {
	for _, r := range e.Variables {
		name, value := r.Places()
		n, _ := as.find(name.Pos, name.Names)
		x, _ := as.find(value.Pos, value.Names)
		for _, key := range texts(n.set) {
			for _, val := range texts(x.set) {
				f.a.called[rules.SetVariable+key+"="+val] = true
			}
		}
	}
}
