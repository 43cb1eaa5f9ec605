package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/rules"
)

// TestContexts: what runs on a loop, each way in by a project of its own, in
// testdata/contexts.txt; and every kind that the catalogue names is among them.
func TestContexts(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "contexts.txt"))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, project := range strings.Split("\n"+string(text), "\n== ")[1:] {
		name, body, _ := strings.Cut(project, "\n")
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var want []string
			for _, part := range strings.Split("\n"+body, "\n-- ")[1:] {
				file, text, _ := strings.Cut(part, " --\n")
				writeFile(t, filepath.Join(dir, filepath.FromSlash(file)), text)
				for i, line := range strings.Split(text, "\n") {
					if m := contextMark.FindStringSubmatch(line); m != nil {
						for _, id := range strings.Fields(m[1]) {
							want = append(want, fmt.Sprintf("%s:%d %s", file, i+1, id))
						}
					}
				}
			}
			out, _ := runCommand(t, dir, check.Run, "check", "--no-config", "--format", "json")
			var report struct {
				Findings []struct {
					jsonFinding
					Contexts []struct{ Kind string }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(out), &report))
			var got []string
			for _, f := range report.Findings {
				got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
				for _, c := range f.Contexts {
					seen[c.Kind] = true
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			require.Equal(t, want, got)
		})
	}
	if t.Failed() {
		return
	}
	catalog, err := rules.Load()
	require.NoError(t, err)
	for _, kind := range catalog.Kinds("python") {
		require.True(t, seen[kind], "testdata/contexts.txt has no %s", kind)
	}
}

var contextMark = regexp.MustCompile(`# ((?:GL\d+ ?)+)$`)
