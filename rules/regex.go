package rules

import (
	"errors"
	"fmt"
)

// A RegexRow says that a call matches a regular expression of Python's re, or makes one
// to be matched later.
type RegexRow struct {
	Row
	How     string `toml:"how"`     // "search", "match" or "fullmatch"; "compile" = it gives back what is matched later
	Pattern []any  `toml:"pattern"` // where the pattern is: a position and names; empty: it is what the method's object was made of
	Flags   []any  `toml:"flags"`   // where its flags are
	Text    []any  `toml:"text"`    // where the text is
}

func (r *RegexRow) check() error {
	for _, list := range [][]any{r.Pattern, r.Flags, r.Text} {
		if _, err := selectorOf(list); err != nil {
			return err
		}
	}
	switch r.How {
	case "search", "match", "fullmatch":
		if len(r.Text) == 0 {
			return errors.New("no text: say where it is among the arguments")
		}
	case "compile":
		if len(r.Pattern) == 0 {
			return errors.New("no pattern: say where it is among the arguments")
		}
	default:
		return fmt.Errorf("how = %q: want search, match, fullmatch or compile", r.How)
	}
	return nil
}

// Places says where the pattern, its flags and the text are: a position, -1 for none, and
// names.
func (r *RegexRow) Places() (pattern, flags, text Place) {
	of := func(list []any) Place {
		s, _ := selectorOf(list)
		return Place{s.pos, s.names}
	}
	return of(r.Pattern), of(r.Flags), of(r.Text)
}

// A Place is where an argument stands: at a position, from 0, and under names.
type Place struct {
	Pos   int // -1 = under a name only
	Names []string
}
