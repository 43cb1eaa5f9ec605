package main

import (
	"bytes"
	"context"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/confirm"
	"github.com/greenlint/greenlint/rules"
)

// proveFindings runs each finding that counts and notes what came of it. The
// runtime is told what a user of the JSON output would know, and no more: it must
// not share the analyzers' beliefs.
func proveFindings(ctx context.Context, place *check.Place, catalog *rules.Catalog, python string, findings []rules.Finding) error {
	w, err := report.New("json", report.Options{Catalog: catalog})
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := w.Write(&text, &report.Result{Findings: findings}); err != nil {
		return err
	}
	proofs, err := confirm.Prove(ctx, place.Root, python, text.Bytes())
	if err != nil {
		return err
	}
	for i := range findings {
		findings[i].Proof = proofs[i]
	}
	return nil
}
