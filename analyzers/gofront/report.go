package gofront

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// Report reports the findings of some rules: it is all that a thin analyzer does.
func Report(pass *analysis.Pass, ids ...rules.ID) (any, error) {
	res := pass.ResultOf[Analyzer].(*Result)
	type spot struct {
		pos  token.Pos
		rule rules.ID
	}
	best := map[spot]int{} // index in Findings
	var order []spot
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Suppressed != "" || !slices.Contains(ids, f.Rule) {
			continue
		}
		s := spot{res.unit.here(f), f.Rule}
		old, ok := best[s]
		if !ok {
			order = append(order, s)
		}
		if !ok || len(f.Chain) < len(res.Findings[old].Chain) {
			best[s] = i
		}
	}
	for _, s := range order {
		d := res.unit.diagnostic(&res.Findings[best[s]])
		d.Pos = s.pos
		pass.Report(d)
	}
	return nil, nil
}

// Reporter makes a thin analyzer.
func Reporter(name, doc string, ids ...rules.ID) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:     name,
		Doc:      doc,
		URL:      "https://github.com/greenlint/greenlint",
		Requires: []*analysis.Analyzer{Analyzer},
		Run:      func(pass *analysis.Pass) (any, error) { return Report(pass, ids...) },
	}
}

// here is the last place of a finding's chain that lies in this package, which is
// where go/analysis wants it.
func (u *unit) here(f *rules.Finding) token.Pos {
	pos := f.Pos
	for _, fr := range f.Chain {
		if t, ok := u.tokens[fr.Pos]; ok && !u.made[t] {
			pos = fr.Pos
		}
	}
	return u.token(pos)
}

// diagnostic words a finding for go/analysis. The code stands in the message,
// because go vet shows nothing else.
func (u *unit) diagnostic(f *rules.Finding) analysis.Diagnostic {
	d := analysis.Diagnostic{
		Pos:      u.token(f.Pos),
		Category: string(f.Rule),
		Message:  string(f.Rule) + ": " + f.Message,
	}
	for _, fr := range f.Chain {
		if !fr.Pos.Valid() {
			continue
		}
		d.Related = append(d.Related, analysis.RelatedInformation{
			Pos: u.token(fr.Pos), Message: "calls " + flow.ShortName(fr.Func),
		})
	}
	if len(f.Contexts) > 0 && f.Contexts[0].Context.Pos.Valid() {
		c := f.Contexts[0].Context
		text := flow.ShortName(c.Func) + " runs on the " + f.Loop.Noun()
		if len(c.Why) > 0 {
			text += ": " + c.Why[0].Text
		}
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: u.token(c.Pos), Message: text})
	}
	return d
}

// token finds a place again, or makes one for a place in another package.
func (u *unit) token(p rules.Pos) token.Pos {
	if t, ok := u.tokens[p]; ok {
		return t
	}
	const width = 4096 // of a made-up line
	line, col := max(p.Line, 1), min(max(p.Column, 1), width-1)
	f := u.pass.Fset.AddFile(p.File, -1, line*width)
	lines := make([]int, line)
	for i := range lines {
		lines[i] = i * width
	}
	f.SetLines(lines)
	t := f.Pos((line-1)*width + col - 1)
	u.made[t] = true
	u.tokens[p] = t
	return t
}
