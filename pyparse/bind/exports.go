package bind

type exports struct{}

// Exports returns the names in __all__ and reports whether they are all that is in
// it. They are if it is made of list and tuple displays of strings alone, also by +=,
// extend and append.
func (t *Table) Exports() ([]string, bool) { return nil, false }
