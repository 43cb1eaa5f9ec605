package main

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
)

// The bundled project, as README names it. The golden file is the whole output
// of the command that README starts with.
const (
	feedhub       = "testdata/projects/feedhub"
	feedhubGolden = "testdata/projects/feedhub.golden"
)

// repository is where README's commands are run.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

var expect = regexp.MustCompile(`(?:#|//) expect: (GL\d+)\s*$`)

// expected lists what a bundled project's sources are marked with: "file:line rule".
func expected(t *testing.T, project string) (want []string) {
	t.Helper()
	top := filepath.Join(repository(t), filepath.FromSlash(project))
	require.NoError(t, filepath.WalkDir(top, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(top, name)
		for i, line := range strings.Split(string(text), "\n") {
			if m := expect.FindStringSubmatch(strings.TrimSuffix(line, "\r")); m != nil {
				want = append(want, fmt.Sprintf("%s:%d %s", filepath.ToSlash(rel), i+1, m[1]))
			}
		}
		return err
	}))
	require.NotEmpty(t, want)
	return want
}

// reported lists findings in the same form.
func reported(findings []jsonFinding) (got, suppressed []string) {
	for _, f := range findings {
		at := fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule)
		if f.Suppressed != nil {
			suppressed = append(suppressed, at)
		} else {
			got = append(got, at)
		}
	}
	return got, suppressed
}

// requireGolden compares a text with a file of the repository, or writes it there.
func requireGolden(t *testing.T, golden, text string) {
	t.Helper()
	file := filepath.Join(repository(t), filepath.FromSlash(golden))
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), text, "go test ./cmd/greenlint -update rewrites the golden file")
}

// TestFeedhub compares the findings with the marks in the project's sources.
func TestFeedhub(t *testing.T) {
	got, suppressed := reported(runJSON(t, repository(t), check.Run, feedhub))
	require.ElementsMatch(t, expected(t, feedhub), got)
	require.Len(t, suppressed, 1, suppressed)
}

// TestFeedhubText compares the text with the golden file, for several orders of
// the project's files.
func TestFeedhubText(t *testing.T) {
	text, summary := runCommand(t, repository(t), check.Run, "check", feedhub)
	requireGolden(t, feedhubGolden, text)
	require.Regexp(t, `^\d+ findings \(.*\) in \d+ files; 1 suppressed\.\n`, summary)

	for seed := range int64(5) {
		shuffled := func(ctx context.Context, req check.Request) (check.Outcome, error) {
			req.Files = slices.Clone(req.Files)
			rand.New(rand.NewSource(seed)).Shuffle(len(req.Files), func(i, j int) { req.Files[i], req.Files[j] = req.Files[j], req.Files[i] })
			return check.Run(ctx, req)
		}
		again, _ := runCommand(t, repository(t), shuffled, "check", feedhub)
		require.Equal(t, text, again, "seed %d", seed)
	}
}
