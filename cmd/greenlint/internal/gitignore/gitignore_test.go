package gitignore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExcludes(t *testing.T) {
	for _, c := range []struct{ file, excluded, kept string }{
		{"*.pyc\n", "a.pyc deep/b.pyc", "a.py"},
		{"/build\n", "build", "sub/build"},
		{"build/\n", "build/ sub/build/", "build"},
		{"doc/*.txt\n", "doc/a.txt", "doc/sub/a.txt x/doc/a.txt"},
		{"**/logs\n", "logs x/logs x/y/logs", "catlogs"},
		{"logs/**\n", "logs/a logs/a/b", "logs"},
		{"a/**/b\n", "a/b a/x/b a/x/y/b", "ab b"},
		{"*.log\n!keep.log\n", "x.log", "keep.log sub/keep.log"},
		{"# comment\n\\#real\n\\!bang\n", "#real !bang", "comment"},
		{"[a-c].py\n[!x]y\n", "a.py ay", "d.py xy"},
		{"trailing   \nprotected\\ \n", "trailing", "protected"},
		{"crlf\r\n", "crlf", "x"},
		{"\ufeffbom\n", "bom", "x"},
		{"[unclosed\nend\\\n", "", "[unclosed end end\\"},
		{"x[]]y\n[[:digit:]]z\n", "x]y 1z", "xy az"},
	} {
		s := Stack{Parse("", c.file)}
		for _, name := range strings.Fields(c.excluded) {
			p, dir := strings.CutSuffix(name, "/")
			require.True(t, s.Excludes(p, dir), "%q must exclude %q", c.file, name)
		}
		for _, name := range strings.Fields(c.kept) {
			p, dir := strings.CutSuffix(name, "/")
			require.False(t, s.Excludes(p, dir), "%q must not exclude %q", c.file, name)
		}
	}
}

func TestInnerFileWins(t *testing.T) {
	s := Stack{Parse("", "*.py\n"), Parse("a", "!x.py\n/y\n")}
	require.False(t, s.Excludes("a/x.py", false))
	require.True(t, s.Excludes("b/x.py", false))
	require.True(t, s.Excludes("a/y", false))
	require.False(t, s.Excludes("y", false))
	require.True(t, Stack{Parse("", "a/\n!a/x.py\n")}.ExcludesUnder("a/x.py", false))
}

// TestAgainstGit lets git judge random files over one small tree, each file in
// a folder of its own so that a single git answers for all of them.
func TestAgainstGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: the matcher is not compared with it")
	}
	const folders = 300
	pieces := strings.Split("a b foo bar .py * ** ? / / ! # \\ \\* [ab] [!a] [^f] [a-f] [] [[:alpha:]] [[:nope:]] - . \x20", " ")
	pieces = append(pieces, " ")
	tree := []string{
		"a", "b", "foo/a", "foo/b.py", "foo/bar/a", "foo/bar/foo/b", "foobar", "bar/foo", "bar/a/b/foo",
		"a.py", "fa", "-", "sub/foo/bar", "sub/a/a", "[ab]", "a b", "*", "#a", "!b", "ab/a",
	}
	root := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() string {
		var text strings.Builder
		for range 1 + rng.IntN(3) {
			for range 1 + rng.IntN(5) {
				text.WriteString(pieces[rng.IntN(len(pieces))])
			}
			text.WriteByte('\n')
		}
		return text.String()
	}
	type query struct {
		name  string
		dir   bool
		stack Stack
		text  string
	}
	var queries []query
	for n := range folders {
		base := fmt.Sprintf("t%d", n)
		text, nested := random(), random()
		stack := Stack{Parse(base, text), Parse(base+"/sub", nested)}
		seen := map[string]bool{}
		for _, f := range tree {
			full := filepath.Join(root, base, f)
			if _, err := os.Lstat(full); err == nil { // already made as a folder
				continue
			}
			require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o777))
			if err := os.WriteFile(full, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			for d := f; d != "." && !seen[d]; d = path.Dir(d) {
				seen[d] = true
				queries = append(queries, query{base + "/" + d, d != f, stack, text + "| sub: " + nested})
			}
		}
		require.NoError(t, os.WriteFile(filepath.Join(root, base, ".gitignore"), []byte(text), 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(root, base, "sub", ".gitignore"), []byte(nested), 0o666))
	}
	var input bytes.Buffer
	for _, q := range queries {
		input.WriteString(q.name + "\x00")
	}
	git(t, root, nil, "init", "-q")
	out := git(t, root, &input, "check-ignore", "--no-index", "-z", "--stdin")
	excluded := map[string]bool{}
	for name := range strings.SplitSeq(out, "\x00") {
		excluded[name] = true
	}
	require.NotEmpty(t, excluded)
	wrong := 0
	for _, q := range queries {
		if got := q.stack.ExcludesUnder(q.name, q.dir); got != excluded[q.name] {
			t.Errorf("%q: got %v, git says %v, for %q", q.name, got, excluded[q.name], q.text)
			if wrong++; wrong > 10 {
				break
			}
		}
	}
}

func git(t *testing.T, dir string, in *bytes.Buffer, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if in != nil {
		cmd.Stdin = in
	}
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

func FuzzExcludes(f *testing.F) {
	f.Add("*.py\n!a/**/b[!x-z]\n", "a/b.py")
	f.Add("**/**/**/**\\\n[[:x", "////")
	f.Add("\v", "a/\v") // white, but not to git: a pattern
	f.Fuzz(func(t *testing.T, text, name string) {
		empty := strings.Trim(text, " \n") == ""
		s := Stack{Parse("", text), Parse("a", text)}
		for _, dir := range []bool{false, true} {
			if s.Excludes(name, dir) && empty {
				t.Fatal("an empty file excludes nothing")
			}
			s.ExcludesUnder(name, dir)
		}
	})
}
