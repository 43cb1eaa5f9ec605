package confirm

import (
	"context"
	"fmt"

	"github.com/greenlint/greenlint/rules"
	"github.com/greenlint/greenlint/runtime/confirm"
)

// Prove runs the findings in the JSON output of a check of root, and returns what
// came of each; nil for those that are suppressed.
func Prove(ctx context.Context, root, python string, src []byte) ([]*rules.Proof, error) {
	findings, err := confirm.ReadFindings(src)
	if err != nil {
		return nil, err
	}
	s, err := confirm.NewSession(ctx, confirm.Options{Python: python, Dirs: []string{root}})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	show := func(name string) string { return shorten(root, name) }
	out := make([]*rules.Proof, len(findings))
	var targets []*confirm.Target
	var at []int // of targets, in findings
	for i := range findings {
		f := &findings[i]
		if f.Suppressed != nil {
			continue
		}
		t, why := confirm.FromFinding(root, f)
		if t == nil {
			out[i] = &rules.Proof{Verdict: "not run", Text: why}
			continue
		}
		targets, at = append(targets, t), append(at, i)
	}
	err = s.ConfirmAll(ctx, targets, func(_ *confirm.Target, v confirm.Verdict) error {
		text := v.Outcome(show)
		if v.Called != "" {
			text += "; the task itself did not get there, so " + v.Called + " was called"
		}
		out[at[0]] = &rules.Proof{Verdict: v.Verdict, Text: fmt.Sprintf("%s (%s)", text, v.Engine), Report: confirm.Report(v, show)}
		at = at[1:]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
