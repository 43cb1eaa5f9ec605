package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
)

// A docCommand is a command line that a page shows.
type docCommand struct {
	page, line string
	number     int    // of the line
	unrun      string // why it is not executed here; "" = it is
}

// notHere marks what a page shows and no test runs: "# not executed here: why" at
// the end of a line, or as a comment of HTML above a whole block.
var (
	notHere    = regexp.MustCompile(`#.*\bnot executed here: (.+)$`)
	notHereAll = regexp.MustCompile(`^<!-- not executed here: (.+) -->$`)
	shellLike  = []string{"sh", "bash", "shell", "console"}
	ofAShell   = regexp.MustCompile(`^(\$ |greenlint |go (run|build|test|vet) |pre-commit |git )`)
)

// docCommands reads the commands of a page: each line of a block of shell, and
// in a console those after "$". A block without a language is one if a line of
// it begins like a command.
func docCommands(t *testing.T, page string) (out []docCommand) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository(t), filepath.FromSlash(page)))
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		lang, open := strings.CutPrefix(lines[i], "```")
		if !open {
			continue
		}
		from := i + 1
		for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
		}
		block := lines[from:i]
		if lang == "" && !slices.ContainsFunc(block, ofAShell.MatchString) || lang != "" && !slices.Contains(shellLike, lang) {
			continue
		}
		why := ""
		if from >= 2 {
			if m := notHereAll.FindStringSubmatch(lines[from-2]); m != nil {
				why = m[1]
			}
		}
		dollars := slices.ContainsFunc(block, func(l string) bool { return strings.HasPrefix(l, "$ ") })
		for n, line := range block {
			prompted, is := strings.CutPrefix(line, "$ ")
			switch {
			case dollars && !is, strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"):
				continue
			}
			c := docCommand{page: page, line: prompted, number: from + n + 1, unrun: why}
			if m := notHere.FindStringSubmatch(line); m != nil {
				c.unrun = m[1]
			}
			out = append(out, c)
		}
	}
	return out
}

// pagesOf lists the pages whose commands count.
func pagesOf(t *testing.T) (out []string) {
	t.Helper()
	root := repository(t)
	for _, pattern := range []string{"*.md", "docs/*.md", "rules/*/rule.md", "testdata/*/*.md", "analyzers/*/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		require.NoError(t, err)
		for _, n := range names {
			rel, err := filepath.Rel(root, n)
			require.NoError(t, err)
			out = append(out, filepath.ToSlash(rel))
		}
	}
	return out
}

// TestDocsCommands runs every command of every page, one page in one project, or
// in the repository where the page speaks of it. None may fail but by finding
// something. What can't be run is marked so on its page.
func TestDocsCommands(t *testing.T) {
	path := "PATH=" + filepath.Dir(ownCommand(t)) + string(os.PathListSeparator) + os.Getenv("PATH")
	kept := "GREENLINT_CACHE=" + t.TempDir()
	ran, unrun := 0, 0
	for _, page := range pagesOf(t) {
		commands := docCommands(t, page)
		if len(commands) == 0 {
			continue
		}
		t.Run(page, func(t *testing.T) {
			s := newHub(t)
			s.git("update-ref", "refs/remotes/origin/main", "HEAD")
			s.git("update-ref", "refs/remotes/origin/HEAD", "HEAD")
			for _, c := range commands {
				if c.unrun != "" {
					unrun++
					t.Logf("%s:%d: not executed here: %s", page, c.number, c.unrun)
					continue
				}
				ran++
				dir, env := s.dir, []string{path, kept, "CI="}
				if strings.Contains(c.line, "./cmd/greenlint") {
					dir = repository(t)
					before := isFile(filepath.Join(dir, "greenlint"))
					t.Cleanup(func() {
						if !before {
							os.Remove(filepath.Join(dir, "greenlint"))
						}
					})
				}
				status, out := bash(t, dir, c.line, env...)
				if status != command.OK && status != command.Findings || strings.Contains(out, "internal error") {
					t.Errorf("%s:%d: %s: status %d\n%s", page, c.number, c.line, status, out)
				}
			}
		})
	}
	t.Logf("%d commands executed, %d marked as not executable here", ran, unrun)
	require.Greater(t, ran, 20)
}

// TestDocsRoutes holds the page about Celery to what the command prints: every line
// that it shows is there, in this order.
func TestDocsRoutes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "docs", "celery.md"))
	require.NoError(t, err)
	_, extract, _ := between(t, string(text), "routes")
	rest, _ := runCommand(t, filepath.Join(repository(t), filepath.FromSlash(feedhub)), nil, "routes")
	for line := range strings.Lines(extract) {
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "$ ") || line == "…\n" {
			continue
		}
		_, after, ok := strings.Cut("\n"+rest, "\n"+line)
		require.True(t, ok, "the page shows a line that is not printed, or not there:\n%s", line)
		rest = after
	}
}

// TestDocsSettings reads the settings that the page about adoption shows.
func TestDocsSettings(t *testing.T) {
	settings := blocks(t, "adopt.md", "toml")
	require.Len(t, settings, 1)
	s := newShop(t)
	s.write("greenlint.toml", settings[0])
	status, _, errs := s.run("check")
	require.NotEqual(t, command.Failure, status, errs)
}

// TestDocCommandsAreSeen: a page can't hide a command from the test.
func TestDocCommandsAreSeen(t *testing.T) {
	page := "testdata.md"
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, page), "```sh\n# a remark\na b   # why\nc  # not executed here: no c\n```\n\n<!-- not executed here: none -->\n```console\n$ d\nits output\n```\n\n```\ngreenlint e\n```\n\n```\njust text\n```\n\n```toml\n[x]\n```\n")
	rel, err := filepath.Rel(repository(t), filepath.Join(dir, page))
	require.NoError(t, err)
	var got []string
	for _, c := range docCommands(t, filepath.ToSlash(rel)) {
		got = append(got, fmt.Sprintf("%d %s|%s", c.number, c.line, c.unrun))
	}
	require.Equal(t, []string{"3 a b   # why|", "4 c  # not executed here: no c|no c", "9 d|none", "14 greenlint e|"}, got)
}
