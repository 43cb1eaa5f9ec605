package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/revision"
	"github.com/greenlint/greenlint/rules"
)

// A baselineFile is where the known findings are kept.
type baselineFile struct {
	name   string // absolute; "" = there is none
	shown  string // as the user knows it
	exists bool
}

// baselineOf finds out which baseline counts: the flag's, or the settings'.
func baselineOf(c *command.Call, f *checkFlags, config *rules.Config, configFile string) (baselineFile, error) {
	var b baselineFile
	switch {
	case f.noBaseline && (f.baseline != "" || f.updateBaseline):
		return b, &command.UsageError{Msg: "--no-baseline contradicts --baseline and --update-baseline"}
	case f.noBaseline:
		return b, nil
	case f.baseline != "":
		b = baselineFile{name: inside(c.Dir, f.baseline), shown: f.baseline}
	case config != nil && config.Baseline != "":
		b = baselineFile{name: inside(filepath.Dir(configFile), config.Baseline), shown: config.Baseline}
	case f.updateBaseline:
		return b, &command.UsageError{Msg: "--update-baseline: which file? Name it with --baseline, or as baseline = \"…\" in the settings"}
	default:
		return b, nil
	}
	info, err := os.Stat(b.name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return b, fmt.Errorf("baseline %s: not a file", b.shown)
	case err == nil:
		b.exists = true
	case !os.IsNotExist(err):
		return b, err
	case f.baseline != "" && !f.updateBaseline:
		return b, fmt.Errorf("baseline %s: no such file; --update-baseline makes it", b.shown)
	}
	return b, nil
}

// applyBaseline marks the findings that the baseline lists. It keeps the file up
// to date: with --update-baseline it lists what is found now, and otherwise what
// is gone goes out of it, but not on a build server, where nobody would commit
// the change.
func applyBaseline(ctx context.Context, b baselineFile, f *checkFlags, place *check.Place, out *check.Outcome, r *report.Result, getenv func(string) string) error {
	if b.name == "" {
		return nil
	}
	dir := filepath.Dir(b.name)
	named := func(file string) string { // the baseline names files from where it lies
		if rel, err := filepath.Rel(dir, inside(place.Root, file)); err == nil {
			return filepath.ToSlash(rel)
		}
		return file
	}
	skipped := map[string]bool{}
	for _, s := range r.Skipped {
		skipped[named(s.File)] = true
	}
	req := check.Request{Root: place.Root, Paths: place.Paths}
	judged := func(e report.Entry) bool {
		rel, err := filepath.Rel(place.Root, inside(dir, e.File))
		return err == nil && req.Wants(filepath.ToSlash(rel)) && out.Selected.Has(e.Rule) && !skipped[e.File]
	}
	c := report.Comparison{
		Read: func(file string) ([]byte, error) { return readRegular(inside(place.Root, file)) },
		Name: named, Gone: judged,
	}
	old := &report.Baseline{Loop: rules.Loop(f.loop)}
	if b.exists {
		text, err := os.ReadFile(b.name)
		if err != nil {
			return err
		}
		if old, err = report.ReadBaseline(text); err != nil {
			return fmt.Errorf("%s: %w", b.shown, err)
		}
		c.Renamed = revision.Renames(ctx, dir, filepath.Base(b.name))
	}
	r.Compared = true
	sameLoop := old.Loop == rules.Loop(f.loop)
	left, gone := old.Match(r.Findings, report.InBaseline, c)
	if f.updateBaseline {
		whole := report.NewBaseline(r.Findings, c)
		whole.Loop = rules.Loop(f.loop)
		if sameLoop {
			whole.Keep(old, func(e report.Entry) bool { return !judged(e) })
		}
		whole.Match(r.Findings, report.InBaseline, c)
		if b.exists && whole.Equal(old) {
			return nil
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%s lists %d findings", b.shown, whole.Count()))
		return writeBaseline(b, whole)
	}
	if !b.exists || !sameLoop {
		return nil
	}
	n := 0
	var first []string
	for i, e := range gone {
		n += e.Count
		if i < 3 {
			first = append(first, fmt.Sprintf("%s in %s", e.Rule, e.File))
		}
	}
	if n > 0 {
		what := fmt.Sprintf("%d findings of the baseline are gone (%s", n, strings.Join(first, ", "))
		if n == 1 {
			what = fmt.Sprintf("1 finding of the baseline is gone (%s", first[0])
		} else if len(gone) > len(first) {
			what += ", …"
		}
		if ci(getenv) {
			r.Notes = append(r.Notes, what+"); a run on your machine takes them out of "+b.shown)
			return nil
		}
		r.Notes = append(r.Notes, what+"); taken out of "+b.shown)
	}
	if ci(getenv) || left.Equal(old) {
		return nil
	}
	return writeBaseline(b, left)
}

func writeBaseline(b baselineFile, list *report.Baseline) error {
	if err := writeWhole(b.name, func(w io.Writer) error { return list.Write(w) }); err != nil {
		return fmt.Errorf("writing the baseline: %w", err)
	}
	return nil
}

// ci reports whether this is a build server: they all set CI.
func ci(getenv func(string) string) bool {
	v := strings.ToLower(getenv("CI"))
	return v != "" && v != "false" && v != "0"
}

// applyDiff marks the findings that were there before the change: it checks the
// project as it was where the working tree parted from base, with the settings of
// now, and compares.
func applyDiff(ctx context.Context, f *checkFlags, place *check.Place, req check.Request, run analysis, r *report.Result) error {
	if f.diffBase == "" {
		return nil
	}
	tree, err := revision.Open(ctx, place.Root, f.diffBase)
	if err != nil {
		return err
	}
	defer tree.Close()
	changed, renamed, err := tree.Changes()
	if err != nil {
		return err
	}
	r.Compared = true
	if !changed {
		for i := range r.Findings {
			if r.Findings[i].Suppressed == "" {
				r.Findings[i].Suppressed = report.InBase
			}
		}
		return nil
	}
	catalog, err := rules.Load()
	if err != nil {
		return err
	}
	before := req
	before.Catalog, before.Files, before.Read, before.Paths = catalog, tree.Files(), tree.Read, nil
	if slices.ContainsFunc(before.Files, func(f string) bool { return strings.HasSuffix(f, ".go") }) {
		dir, done, err := tree.Extract() // the go command reads from the disk
		if err != nil {
			return err
		}
		defer done()
		before.Root, before.Read = dir, nil
	}
	outcome, err := run(ctx, before)
	if err != nil {
		return fmt.Errorf("checking %s: %w", f.diffBase, err)
	}
	draft, err := draftOf(&outcome, nil, catalog, false)
	if err != nil {
		return err
	}
	old := report.NewBaseline(draft.Finish(), report.Comparison{Read: tree.Read})
	old.Match(r.Findings, report.InBase, report.Comparison{
		Read: func(file string) ([]byte, error) { return readRegular(inside(place.Root, file)) }, Renamed: renamed,
	})
	return nil
}

// draftOf prepares the report of an analysis.
func draftOf(out *check.Outcome, unread []rules.Skip, catalog *rules.Catalog, partial bool) (*report.Draft, error) {
	choice, err := check.Choose(out, catalog)
	if err != nil {
		return nil, err
	}
	return &report.Draft{
		Findings: out.Findings, Skipped: append(unread, out.Skipped...), Comments: out.Comments,
		Catalog: catalog, Selected: out.Selected, Ignored: choice.Ignored, Severity: choice.Severity, Partial: out.Partial || partial,
	}, nil
}

// status is the exit status for what was found.
func status(f *checkFlags, config *rules.Config, r *report.Result) (int, error) {
	least := rules.Severity("")
	if config != nil {
		least = config.FailOn
	}
	if f.failOn != "" {
		least = rules.Severity(f.failOn)
	}
	switch worst := r.Worst(); {
	case f.exitZero, r.Open() == 0, worst.Rank() < least.Rank():
		return command.OK, nil
	}
	return command.Findings, nil
}

// interrupted words the end of a run that the user has stopped.
func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	return err
}
