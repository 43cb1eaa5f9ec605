package check

import (
	"bytes"
	"context"
	"slices"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/analyzers/pyfront"
	"github.com/greenlint/greenlint/rules"
)

// A Kept is a check of Python files that stays in memory, so that an editor hears
// within a moment what a changed file holds. The processes stay those of the
// whole check, and so does what the deployment says; where that lies in a changed
// file, it is moved along with its line.
type Kept struct {
	req    Request
	out    Outcome // settings and selection
	front  *pyfront.Kept
	src    *source
	envs   []rules.Env
	others []rules.Finding // that do not come from the call graph
}

// Keep is [Run] that keeps what [Kept.Again] needs; nil where that is nothing.
func Keep(ctx context.Context, req Request) (Outcome, *Kept, error) {
	return run(ctx, req, true)
}

// Again checks files whose text has changed. Findings, Comments and Skipped are
// those of the files; ok is false where only a whole check can tell.
func (k *Kept) Again(ctx context.Context, changed map[string][]byte) (out Outcome, ok bool, err error) {
	if !k.front.Usable() {
		return out, false, nil
	}
	res, err := k.front.Again(ctx, changed)
	if err != nil {
		return out, false, err
	}
	out = k.out
	out.Findings, out.Comments, out.Skipped, out.Notes = nil, nil, res.Skipped, nil
	envs := slices.Clone(k.envs)
	for i := range envs {
		called := append(slices.Clone(envs[i].Called), res.Called...)
		slices.Sort(called)
		envs[i].Called = slices.Compact(called)
	}
	contexts := flow.Awake(res.Graph, res.Contexts)
	found := flow.Judge(flow.Solve(res.Graph, flow.Entries(contexts)), contexts, envs, words(k.req.Catalog))
	found = append(found, broken(res)...)
	for _, f := range found {
		if _, ok := changed[f.Pos.File]; ok {
			out.Findings = append(out.Findings, f)
		}
	}
	for _, f := range k.others {
		text, ok := changed[f.Pos.File]
		if !ok {
			continue
		}
		old, err := k.src.Read(f.Pos.File)
		if err != nil {
			continue
		}
		if f, ok := moved(f, old, text); ok {
			out.Findings = append(out.Findings, f)
		}
	}
	for _, t := range res.Trees {
		out.Comments = append(out.Comments, comments(t))
	}
	return out, true, nil
}

// moved puts a finding where its lines are in a new text; ok is false where they
// have changed.
func moved(f rules.Finding, old, text []byte) (out rules.Finding, ok bool) {
	from, to := bytes.SplitAfter(old, []byte("\n")), bytes.SplitAfter(text, []byte("\n"))
	head := 0
	for head < len(from) && head < len(to) && bytes.Equal(from[head], to[head]) {
		head++
	}
	tail := 0
	for tail < len(from)-head && tail < len(to)-head && bytes.Equal(from[len(from)-1-tail], to[len(to)-1-tail]) {
		tail++
	}
	last := max(f.Pos.Line, f.End.Line)
	switch {
	case last <= head:
		return f, true
	case f.Pos.Line > len(from)-tail:
		by := len(to) - len(from)
		bytesBy := len(text) - len(old)
		f.Pos.Line, f.Pos.Offset = f.Pos.Line+by, f.Pos.Offset+bytesBy
		if f.End.Line > 0 {
			f.End.Line, f.End.Offset = f.End.Line+by, f.End.Offset+bytesBy
		}
		return f, true
	}
	return f, false
}
