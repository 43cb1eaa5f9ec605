package report

import (
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A suppressor knows which comments speak for which lines, and remembers which
// of them were needed.
type suppressor struct {
	draft     *Draft
	files     map[string]*fileOrders
	order     []string // keys of files, as given
	selectors map[string]*choice
}

// fileOrders are the directives of one file.
type fileOrders struct {
	lines map[int][]*order
	whole []*order
	all   []*order
	funcs []Span
}

// An order is a directive with its place and what became of it.
type order struct {
	directive
	pos     rules.Pos // of the comment
	used    bool      // it suppressed something
	usedBy  []bool    // by selector
	choices []*choice // by selector; nil where it names no rule
}

// A choice is what a selector names.
type choice struct{ rules.Selection }

func newSuppressor(d *Draft) *suppressor {
	s := &suppressor{draft: d, files: map[string]*fileOrders{}, selectors: map[string]*choice{}}
	for _, fc := range d.Comments {
		fo := s.files[fc.File]
		if fo == nil {
			fo = &fileOrders{lines: map[int][]*order{}}
			s.files[fc.File] = fo
			s.order = append(s.order, fc.File)
		}
		fo.funcs = append(fo.funcs, fc.Funcs...)
		alone := map[int]bool{}
		for _, c := range fc.Comments {
			if c.Alone {
				alone[c.Pos.Line] = true
			}
		}
		for _, c := range fc.Comments {
			if !Directs(c.Text) {
				continue
			}
			for _, dir := range readDirectives(c.Text, func(sel string) bool { return s.choose(sel) != nil }) {
				fo.add(s.orderOf(dir, c), c, alone)
			}
		}
	}
	return s
}

// Directs is a quick test of a comment for the words that directives begin with.
func Directs(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "greenlint") || strings.Contains(lower, "noqa") || strings.Contains(lower, "nolint") || strings.Contains(lower, "lint:")
}

func (s *suppressor) orderOf(d directive, c Comment) *order {
	o := &order{directive: d, pos: c.Pos, usedBy: make([]bool, len(d.selectors))}
	for _, sel := range d.selectors {
		o.choices = append(o.choices, s.choose(sel))
	}
	return o
}

// add files an order under the line that it speaks for.
func (fo *fileOrders) add(o *order, c Comment, alone map[int]bool) {
	fo.all = append(fo.all, o)
	if o.problem != "" {
		return
	}
	if o.file {
		fo.whole = append(fo.whole, o)
		return
	}
	line := c.Pos.Line
	if c.Alone && o.family != noqa {
		for alone[line] {
			line++
		}
	}
	fo.lines[line] = append(fo.lines[line], o)
}

// choose returns what a selector names; nil where it names no rule.
func (s *suppressor) choose(sel string) *choice {
	c, ok := s.selectors[sel]
	if !ok {
		if picked, err := s.draft.Catalog.Select([]string{strings.TrimSuffix(sel, "*")}, nil); err == nil && sel != "" && sel != "*" {
			c = &choice{picked}
		}
		s.selectors[sel] = c
	}
	return c
}

// apply marks the finding if anything suppresses it, and everything that does
// as needed. The first reason is kept: our own comments, then other tools', then
// the configuration.
func (s *suppressor) apply(f *rules.Finding) {
	s.each(f, func(o *order) {
		if o.covers(f.Rule) && f.Suppressed == "" {
			f.Suppressed = string(o.family)
		}
	})
	s.applyConfiguration(f)
}

// applyToUnused is apply for GL901 itself: only a comment that names it counts,
// lest a comment that ignores nothing ignores the report of that.
func (s *suppressor) applyToUnused(f *rules.Finding) {
	s.each(f, func(o *order) {
		if !o.all && o.covers(f.Rule) && f.Suppressed == "" {
			f.Suppressed = string(o.family)
		}
	})
	s.applyConfiguration(f)
}

func (s *suppressor) applyConfiguration(f *rules.Finding) {
	if f.Suppressed == "" && s.draft.Ignored != nil && s.draft.Ignored(f.Pos.File, f.Rule) {
		f.Suppressed = "config"
	}
}

// each calls do with every order that speaks for the finding's place, our own first.
func (s *suppressor) each(f *rules.Finding, do func(*order)) {
	fo := s.files[f.Pos.File]
	if fo == nil {
		return
	}
	var found []*order
	found = append(found, fo.whole...)
	if f.Pos.Line > 0 && len(fo.lines) > 0 {
		first, last := lines(f)
		for line := first; line <= last; line++ {
			found = append(found, fo.lines[line]...)
		}
		for _, span := range fo.funcs {
			if first < span.FirstLine || first > span.LastLine {
				continue
			}
			for line := span.FirstLine; line <= span.DefLine; line++ {
				if line >= first && line <= last {
					continue // already there
				}
				for _, o := range fo.lines[line] {
					if o.family != noqa || !o.all { // a bare noqa on a def is meant for the style of that line
						found = append(found, o)
					}
				}
			}
		}
	}
	for _, own := range []bool{true, false} {
		for _, o := range found {
			if (o.family == inline) == own {
				do(o)
			}
		}
	}
}

// lines returns the lines that a finding covers.
func lines(f *rules.Finding) (first, last int) {
	first, last = f.Pos.Line, f.End.Line
	if f.End.Column == 1 { // End is one past the last byte
		last--
	}
	return first, max(first, last)
}

// covers reports whether the order speaks of the rule, and notes that it was needed.
func (o *order) covers(id rules.ID) bool {
	covered := o.all
	for i, c := range o.choices {
		if c != nil && c.Has(id) {
			o.usedBy[i] = true
			covered = true
		}
	}
	o.used = o.used || covered
	return covered
}
