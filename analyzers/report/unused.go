package report

import (
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// unused returns a GL901 for each of our own directives that is not understood,
// or of which some part suppressed nothing although all of its rules were run
// and the file was read to its end.
func (s *suppressor) unused() []rules.Finding {
	broken := map[string]bool{}
	for _, sk := range s.draft.Skipped {
		broken[sk.File] = true
	}
	var out []rules.Finding
	for _, file := range s.order {
		if broken[file] {
			continue
		}
		for _, o := range s.files[file].all {
			if msg := s.complaint(o); msg != "" {
				out = append(out, unusedFinding(o, msg))
			}
		}
	}
	return out
}

func unusedFinding(o *order, msg string) rules.Finding {
	at := func(offset int) rules.Pos {
		return rules.Pos{File: o.pos.File, Line: o.pos.Line, Column: o.pos.Column + offset, Offset: o.pos.Offset + offset}
	}
	lang := "python"
	if strings.HasSuffix(o.pos.File, ".go") {
		lang = "go"
	}
	return rules.Finding{
		Rule: unusedSuppression, Language: lang, Pos: at(o.start), End: at(o.end), Message: msg,
		Remedy: "remove it, so that it can't hide a later finding",
	}
}

// complaint says what is wrong with a directive; "" when nothing is.
func (s *suppressor) complaint(o *order) string {
	switch {
	case o.family != inline:
		return ""
	case o.problem != "":
		return "this ignore comment is not understood: " + o.problem
	case o.all:
		if !o.used && s.allRun(nil) {
			return "this comment ignores nothing: no finding is here"
		}
		return ""
	}
	var unknown, idle []string
	for i, c := range o.choices {
		switch {
		case c == nil:
			unknown = append(unknown, o.selectors[i])
		case !o.usedBy[i] && s.allRun(c):
			idle = append(idle, o.selectors[i])
		}
	}
	switch {
	case len(unknown) > 0:
		return "this comment ignores " + strings.Join(unknown, ", ") + ", which names no rule"
	case len(idle) > 0:
		return "this comment ignores " + strings.Join(idle, ", ") + ", which is not found here"
	}
	return ""
}

// allRun reports whether the rules of a choice (nil = all) were run on the whole
// project: at least one, and all that are on by default. Of a rule that was not run nobody can say
// that it finds nothing. GL901 about GL901 would be a riddle.
func (s *suppressor) allRun(c *choice) bool {
	if s.draft.Partial {
		return false
	}
	some := false
	for _, r := range s.draft.Catalog.Rules() {
		if c != nil && !c.Has(r.ID) || r.ID == unusedSuppression {
			continue
		}
		run := s.draft.Selected.Has(r.ID)
		if !run && r.Default {
			return false
		}
		some = some || run
	}
	return some
}
