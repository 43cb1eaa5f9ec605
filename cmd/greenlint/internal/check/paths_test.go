package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/greenlint/greenlint/rules"
)

func TestLocate(t *testing.T) {
	top := t.TempDir()
	for _, f := range []string{"repo/.git/x", "repo/src/shop/tasks.py", "repo/src/a.py", "repo/services/pay/Procfile", "repo/services/pay/lib/b.py", "loose/c.py", "loose/sub/d.py"} {
		file := filepath.Join(top, filepath.FromSlash(f))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, nil, 0o666))
	}
	abs := filepath.Join(top, "loose")
	for _, c := range []struct {
		dir, paths       string
		root, checked    string // checked: relative to root
		file             string // of the project …
		people, programs string // … as it is called
	}{
		{"repo", "", "repo", "", "src/a.py", "src/a.py", "src/a.py"},
		{"repo", ".", "repo", ".", "src/a.py", "src/a.py", "src/a.py"},
		{"repo", "src", "repo", "src", "src/a.py", "src/a.py", "a.py"},
		{"repo", "./src/...", "repo", "src", "src/shop/tasks.py", "src/shop/tasks.py", "shop/tasks.py"},
		{"repo", "src/shop", "repo", "src/shop", "src/a.py", "src/a.py", "../a.py"},
		{"repo", "src/a.py", "repo", "src/a.py", "src/a.py", "src/a.py", "src/a.py"},
		{"repo", "src/a.py src/shop", "repo", "src/a.py src/shop", "src/a.py", "src/a.py", "src/a.py"},
		{"repo", "services/pay", "repo/services/pay", ".", "lib/b.py", "services/pay/lib/b.py", "lib/b.py"},
		{"repo", "services/pay/lib/b.py", "repo/services/pay", "lib/b.py", "lib/b.py", "services/pay/lib/b.py", "services/pay/lib/b.py"},
		{"repo", "services/pay src", "repo", "services/pay src", "src/a.py", "src/a.py", "src/a.py"},
		{"repo/src", "shop", "repo/src/shop", ".", "tasks.py", "shop/tasks.py", "tasks.py"},
		{"repo/src", "..", "repo", ".", "src/a.py", "../src/a.py", "src/a.py"},
		{"repo/src", "../services/pay", "repo/services/pay", ".", "lib/b.py", "../services/pay/lib/b.py", "lib/b.py"},
		{"repo", "../loose/sub/d.py", "loose/sub", "d.py", "d.py", "../loose/sub/d.py", "d.py"},
		{"repo", abs, "loose", ".", "c.py", abs + "/c.py", "c.py"},
		{"loose", "sub c.py", "loose", "sub c.py", "c.py", "c.py", "c.py"},
		{"loose", "c.py", "loose", "c.py", "c.py", "c.py", "c.py"},
	} {
		p, err := Locate(filepath.Join(top, c.dir), strings.Fields(c.paths))
		require.NoError(t, err, "%+v", c)
		require.Equal(t, filepath.Join(top, c.root), p.Root, "%+v", c)
		require.Equal(t, strings.Fields(c.checked), append([]string{}, p.Paths...), "%+v", c)
		require.Equal(t, c.people, p.ForPeople(c.file), "%+v", c)
		require.Equal(t, c.programs, p.ForPrograms(c.file), "%+v", c)
	}
	for paths, want := range map[string]string{
		"nowhere":      "nowhere: no such file or directory",
		"a.py ../x":    "a.py: no such file or directory",
		"src ../loose": "../loose: lies outside the working directory; give one directory, or run greenlint in it",
		"/...":         "/...: not a path",
	} {
		_, err := Locate(filepath.Join(top, "repo"), strings.Fields(paths))
		require.EqualError(t, err, want)
	}
}

func TestWants(t *testing.T) {
	r := Request{Paths: []string{"src/shop", "a.py"}}
	require.True(t, r.Wants("src/shop/x.py"))
	require.True(t, r.Wants("a.py"))
	require.False(t, r.Wants("src/shopping.py"))
	require.True(t, (&Request{}).Wants("x"))
	require.True(t, (&Request{Paths: []string{"."}}).Wants("x/y"))
}

func TestIgnored(t *testing.T) {
	catalog, err := rules.Load()
	require.NoError(t, err)
	ignored, err := Ignored(map[string][]string{"tests/": {"ALL"}, "/migrations/*.py": {"GL2", "foreign-io"}}, catalog)
	require.NoError(t, err)
	require.True(t, ignored("a/tests/x.py", "GL101"))
	require.True(t, ignored("migrations/1.py", "GL401"))
	require.True(t, ignored("migrations/1.py", "GL201"))
	require.False(t, ignored("migrations/1.py", "GL101"))
	require.False(t, ignored("a/migrations/1.py", "GL401"))
	_, err = Ignored(map[string][]string{"x": {"GL999"}}, catalog)
	require.ErrorContains(t, err, `rules to ignore in x: no rule matches "GL999"`)
	none, err := Ignored(nil, catalog)
	require.NoError(t, err)
	require.False(t, none("x", "GL401"))
}

func TestIsTest(t *testing.T) {
	for file, want := range map[string]bool{
		"shop/tests/a.py": true, "src/Test/TestPool.py": true, "shop/tests.py": true, "shop/test_a.py": true, "a_test.py": true, "conftest.py": true,
		"shop/contest.py": false, "shop/testimonials/a.py": false, "shop/latest.py": false,
	} {
		require.Equal(t, want, isTest(file), file)
	}
}
