package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/rules"
)

// between cuts out what stands between two marks.
func between(t *testing.T, text, name string) (before, inner, after string) {
	t.Helper()
	before, rest, ok := strings.Cut(text, "<!-- "+name+":begin -->\n")
	require.True(t, ok, "README.md has no %s:begin", name)
	inner, after, ok = strings.Cut(rest, "<!-- "+name+":end -->")
	require.True(t, ok, "README.md has no %s:end", name)
	return before, inner, after
}

// TestReadmeRules makes the table of rules from their pages.
func TestReadmeRules(t *testing.T) {
	catalog, err := rules.Load()
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString("| rule | | |\n| --- | --- | --- |\n")
	for _, r := range catalog.Rules() {
		off := ""
		if !r.Default {
			off = " (off unless selected)"
		}
		fmt.Fprintf(&b, "| [%s](rules/%s) | %s | %s%s |\n", r.ID, pageOf(r), r.Name, r.Title, off)
		_, err := os.Stat(filepath.Join(repository(t), "rules", filepath.FromSlash(pageOf(r))))
		require.NoError(t, err)
	}
	file := filepath.Join(repository(t), "README.md")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, table, after := between(t, string(text), "rules")
	if *update {
		table = b.String()
		require.NoError(t, os.WriteFile(file, []byte(before+"<!-- rules:begin -->\n"+table+"<!-- rules:end -->"+after), 0o666))
	}
	require.Equal(t, b.String(), table, "go test ./cmd/greenlint -update rewrites the table")
}

// TestReadmeOutput holds README to what its first command prints: every line of
// the extract is there, in this order.
func TestReadmeOutput(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "README.md"))
	require.NoError(t, err)
	require.Contains(t, string(text), "go run ./cmd/greenlint check "+feedhub)
	_, extract, _ := between(t, string(text), "output")
	out, summary := runCommand(t, repository(t), check.Run, "check", feedhub)
	rest := out + summary
	for line := range strings.Lines(extract) {
		if strings.HasPrefix(line, "```") || line == "…\n" {
			continue
		}
		_, after, ok := strings.Cut("\n"+rest, "\n"+line)
		require.True(t, ok, "README.md shows a line that is not printed, or not there:\n%s", line)
		rest = after
	}
}

// TestReadmeSettings reads the settings that README shows.
func TestReadmeSettings(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "README.md"))
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(text), "```toml\n")
	require.True(t, ok)
	settings, _, _ := strings.Cut(rest, "```")
	catalog, err := rules.Load()
	require.NoError(t, err)
	config, err := catalog.ParseConfig("greenlint.toml", []byte(settings))
	require.NoError(t, err)
	require.NotEmpty(t, config.Effects)
	require.NotEmpty(t, config.PerFileIgnores)
}

// TestLinks finds the targets of relative links in the documentation.
func TestLinks(t *testing.T) {
	for _, page := range pagesOf(t) {
		file := filepath.Join(repository(t), filepath.FromSlash(page))
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, part := range strings.Split(string(text), "](")[1:] {
			target, _, _ := strings.Cut(part, ")")
			target, _, _ = strings.Cut(target, "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(target)))
			require.NoError(t, err, "%s links to %s", page, target)
		}
	}
}

// TestContributingExample tries the library that CONTRIBUTING describes.
func TestContributingExample(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "CONTRIBUTING.md"))
	require.NoError(t, err)
	block := func(lang string) string {
		_, rest, ok := strings.Cut(string(text), "```"+lang+"\n")
		require.True(t, ok, lang)
		code, _, _ := strings.Cut(rest, "```")
		return code
	}
	p := pageProject{files: map[string]string{"app.py": block("python"), "greenlint.toml": block("toml")}}
	dir := t.TempDir()
	for name, text := range p.files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	var got []string
	for _, f := range runJSON(t, dir, check.Run) {
		got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
	}
	require.ElementsMatch(t, p.expected(), got)
}
