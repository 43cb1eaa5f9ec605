package main

import (
	"bytes"
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/fix"
	"github.com/greenlint/greenlint/pyparse"
	"github.com/greenlint/greenlint/rules"
)

// maxRounds bounds how often a set of fixes is tried with fewer of them.
const maxRounds = 8

// A repair is a set of fixes that was tried: the project has been checked as it
// would be afterwards.
type repair struct {
	texts map[string][]byte // of the changed files
	fixed int               // findings
}

// tryFixes finds the largest set of fixes, among one for each finding, after
// which these findings are gone, no other has come, and every file still parses.
// What does harm is left out, so that a fix need not be trusted.
func tryFixes(ctx context.Context, all []rules.Finding, unsafe bool, req check.Request, run analysis, read func(string) ([]byte, error)) (*repair, error) {
	type attempt struct {
		finding int
		fix     rules.Fix
	}
	var tries []attempt
	for i := range all {
		if all[i].Suppressed != "" {
			continue
		}
		for _, x := range all[i].Fixes {
			if x.Safe || unsafe {
				tries = append(tries, attempt{i, x})
				break
			}
		}
	}
	for range maxRounds {
		if len(tries) == 0 {
			return nil, nil
		}
		var fixes []rules.Fix
		for _, t := range tries {
			fixes = append(fixes, t.fix)
		}
		texts, made, err := fix.Apply(fixes, read)
		if err != nil {
			return nil, err
		}
		bad := map[string]bool{} // files that no longer parse
		for file, text := range texts {
			switch path.Ext(file) {
			case ".py":
				bad[file] = len(pyparse.Parse(text, pyparse.Options{}).Errors) > 0
			case ".go":
				_, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
				bad[file] = err != nil
			}
		}
		touches := func(x rules.Fix, files map[string]bool) bool {
			return slices.ContainsFunc(x.Edits, func(e rules.Edit) bool { return files[e.Pos.File] })
		}
		maps.DeleteFunc(bad, func(_ string, is bool) bool { return !is })
		if len(bad) > 0 {
			tries = slices.DeleteFunc(tries, func(t attempt) bool { return touches(t.fix, bad) })
			continue
		}
		catalog, err := rules.Load()
		if err != nil {
			return nil, err
		}
		overlaid := func(file string) ([]byte, error) {
			if text, ok := texts[file]; ok {
				return text, nil
			}
			return read(file)
		}
		again := req
		again.Catalog, again.Read, again.Progress = catalog, overlaid, nil
		if slices.ContainsFunc(slices.Collect(maps.Keys(texts)), func(f string) bool { return path.Ext(f) == ".go" }) {
			again.Unsaved = texts // what Go packages are checked with
		}
		after, err := run(ctx, again)
		if err != nil {
			return nil, err
		}
		draft, err := draftOf(&after, nil, catalog, true)
		if err != nil {
			return nil, err
		}
		found := draft.Finish()

		// What should be left: all that no fix was made for.
		gone := map[int]bool{}
		for i, t := range tries {
			if made[i] {
				gone[t.finding] = true
			}
		}
		var left []rules.Finding
		for i := range all {
			if !gone[i] && (all[i].Suppressed == "" || report.Known(&all[i])) {
				f := all[i]
				f.Suppressed = ""
				left = append(left, f)
			}
		}
		report.NewBaseline(left, report.Comparison{Read: read}).Match(found, report.InBase, report.Comparison{Read: overlaid})
		extra := map[string]bool{} // what should not be there, by what it is about
		places := map[string]bool{}
		for i := range found {
			if f := &found[i]; f.Suppressed == "" {
				extra[about(f)] = true
				places[f.Pos.File] = true
			}
		}
		if len(extra) == 0 {
			return &repair{texts, len(gone)}, nil
		}
		fewer := slices.DeleteFunc(slices.Clone(tries), func(t attempt) bool { return extra[about(&all[t.finding])] })
		if len(fewer) == len(tries) {
			fewer = slices.DeleteFunc(fewer, func(t attempt) bool { return touches(t.fix, places) })
		}
		if len(fewer) == len(tries) {
			return nil, nil
		}
		tries = fewer
	}
	return nil, nil
}

// about is what a fix must make go away.
func about(f *rules.Finding) string {
	return strings.Join([]string{string(f.Rule), f.Pos.File, f.Symbol}, "\x00")
}

// runFixes makes the fixes, or shows them as a diff, and says what remains to be
// found. With a diff nothing is written and the findings are not shown.
func runFixes(ctx context.Context, c *command.Call, f *checkFlags, place *check.Place, req check.Request, run analysis, r *report.Result) (fixed int, err error) {
	read := func(file string) ([]byte, error) { return readRegular(inside(place.Root, file)) }
	done, err := tryFixes(ctx, r.Findings, f.unsafeFixes, req, run, read)
	if err != nil || done == nil {
		return 0, err
	}
	names := slices.Sorted(maps.Keys(done.texts))
	for _, file := range names {
		old, err := read(file)
		if err != nil {
			return 0, err
		}
		if f.diff {
			name := place.ForPeople(file)
			if _, err := io.WriteString(c.Stdout, fix.Diff(name, old, done.texts[file])); err != nil {
				return 0, fmt.Errorf("writing the diff: %w", err)
			}
			continue
		}
		if bytes.Equal(old, done.texts[file]) {
			continue
		}
		if err := replaceFile(inside(place.Root, file), done.texts[file]); err != nil {
			return 0, fmt.Errorf("writing a fix: %w", err)
		}
	}
	if !f.quiet {
		verb := "Fixed"
		if f.diff {
			verb = "Would fix"
		}
		fmt.Fprintf(c.Stderr, "%s %s in %s.\n", verb, count(done.fixed, "finding"), count(len(names), "file"))
	}
	return done.fixed, nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// attachFixes adds the fixes that could be made to findings that count.
func attachFixes(place *check.Place, catalog *rules.Catalog, all []rules.Finding) {
	fix.New(catalog, func(file string) ([]byte, error) { return readRegular(inside(place.Root, file)) }).Attach(all)
}

// fixNote says what --fix could do.
func fixNote(all []rules.Finding) string {
	safe, unsafe := 0, 0
	for i := range all {
		f := &all[i]
		if f.Suppressed != "" || len(f.Fixes) == 0 {
			continue
		}
		if slices.ContainsFunc(f.Fixes, func(x rules.Fix) bool { return x.Safe }) {
			safe++
		} else {
			unsafe++
		}
	}
	switch {
	case safe > 0 && unsafe > 0:
		return fmt.Sprintf("--fix can mend %d of them, and %d more with --unsafe-fixes", safe, unsafe)
	case safe > 0:
		return fmt.Sprintf("--fix can mend %d of them", safe)
	case unsafe > 0:
		return fmt.Sprintf("--fix --unsafe-fixes can mend %d of them; --fix --diff --unsafe-fixes shows how", unsafe)
	}
	return ""
}
