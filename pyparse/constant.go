package pyparse

const constU = 1 << 4 // in a Constant's flags: the first string has a u prefix

// StringValue returns the value of a Str or Bytes constant, escapes decoded and
// adjacent literals joined. A lone surrogate is encoded as in WTF-8. It is computed
// at each call, without allocation where the source text is the value.
func (n Constant) StringValue() string { return "" }

// Int returns the value of an Int constant and reports whether it fits.
func (n Constant) Int() (int64, bool) { return 0, false }

// Number returns the source text of a number.
func (n Constant) Number() string { return n.Text() }
