// Package bind answers what a name or an attribute may denote at a place of one
// Python file, as qualified names such as "time.sleep" or "shop.tasks.Hub.refresh".
//
// What a newcomer has to know:
//
//   - A Scope is a stretch of text with names of its own: the module, a class, a
//     function, a lambda, a comprehension or a list of type parameters.
//   - A Symbol is one name in one scope. A Binding is one place that gives it a
//     meaning: an import, a def, an assignment, a parameter, a del.
//   - A Denotation is a qualified name that an expression may stand for.
//
// Bind walks the file once. It makes the scopes and symbols, and notes for every
// scope the order in which bindings, branches and loops come (event.go). From these
// notes the bindings that reach a place are worked out when they are first asked for
// (flow.go), and from those the denotations (denote.go).
//
// Where several bindings may reach a place, the answer is their union. A branch that
// cannot run in Python 3.8 or later (if six.PY2, if sys.version_info < (3,)) adds
// nothing to it.
//
// What it is not sure of: after a break or continue, any binding of the loop may
// have been the last; a handler or finally may begin after any step of its try; a
// function made in another one sees all that the other binds from there on. What a
// star import may give is a guess that is marked as one.
//
// What it can't see: the types of values, what other modules hold, names made by
// globals(), setattr or exec, and the order in which functions are called. A function
// sees what the module holds when the module has run to its end.
package bind
