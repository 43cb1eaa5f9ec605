package report

import (
	"cmp"
	"slices"

	"github.com/greenlint/greenlint/rules"
)

// A Draft is what the analysis of a project found, before the user's choices
// are applied to it.
type Draft struct {
	Findings []rules.Finding
	Skipped  []rules.Skip
	Comments []FileComments // of every file that was analysed

	Catalog  *rules.Catalog // must not be nil
	Selected rules.Selection

	// Partial says that some of the project was not judged: other paths, or tasks
	// whose loop nobody declares. A comment that ignores nothing may then be needed
	// by what was not judged, so GL901 keeps to comments that can't be understood.
	Partial bool

	// Ignored reports whether the configuration switches a rule off for a
	// file. nil = never.
	Ignored func(file string, id rules.ID) bool

	// Severity gives the severity that the configuration sets for a rule in a
	// file; "" = none. nil = never.
	Severity func(file string, id rules.ID) rules.Severity
}

// Finish returns the findings of the chosen rules, sorted by place, each once,
// with suppressions applied and fingerprints given. The draft stays as it is.
func (d *Draft) Finish() []rules.Finding {
	var all []rules.Finding
	for _, f := range d.Findings {
		if d.Selected.Has(f.Rule) {
			all = append(all, f)
		}
	}
	if d.Selected.Has(unreadable) {
		all = append(all, d.unreadable()...)
	}
	all = merge(all)
	s := newSuppressor(d)
	for i := range all {
		s.apply(&all[i])
	}
	if d.Selected.Has(unusedSuppression) {
		unused := s.unused()
		for i := range unused {
			s.applyToUnused(&unused[i])
		}
		all = append(all, unused...)
	}
	for i := range all {
		if all[i].Severity == "" {
			all[i].Severity = d.severity(all[i].Rule)
		}
		if d.Severity != nil {
			if s := d.Severity(all[i].Pos.File, all[i].Rule); s != "" {
				all[i].Severity = s
			}
		}
	}
	slices.SortFunc(all, compare)
	fingerprint(all)
	return all
}

// Skips returns the skipped files, sorted, each reason once.
func (d *Draft) Skips() []rules.Skip {
	out := slices.Clone(d.Skipped)
	slices.SortFunc(out, func(a, b rules.Skip) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Reason, b.Reason)) })
	return slices.Compact(out)
}

// The rules that this package itself finds.
const (
	unusedSuppression rules.ID = "GL901"
	unreadable        rules.ID = "GL902"
)

func (d *Draft) severity(id rules.ID) rules.Severity {
	if r := d.Catalog.Rule(string(id)); r != nil {
		return r.Severity
	}
	return rules.Warning
}

// unreadable makes a GL902 of every skipped file of which no front end has said
// where exactly it is broken.
func (d *Draft) unreadable() []rules.Finding {
	said := map[string]bool{}
	for _, f := range d.Findings {
		if f.Rule == unreadable {
			said[f.Pos.File] = true
		}
	}
	var out []rules.Finding
	for _, s := range d.Skips() {
		if !said[s.File] {
			out = append(out, rules.Finding{
				Rule:    unreadable,
				Pos:     rules.Pos{File: s.File},
				Message: "not fully analysed: " + s.Reason,
			})
		}
	}
	return out
}

// compare orders findings: by place, then by what they say.
func compare(a, b rules.Finding) int {
	return cmp.Or(
		a.Pos.Compare(b.Pos),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Symbol, b.Symbol),
		cmp.Compare(a.Env, b.Env),
		cmp.Compare(a.Message, b.Message),
	)
}
