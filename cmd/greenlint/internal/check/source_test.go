package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInstalledModules: a module is found by its name, below the directories that are
// given, and nowhere else.
func TestInstalledModules(t *testing.T) {
	root, site := t.TempDir(), filepath.Join(t.TempDir(), "site")
	for name, text := range map[string]string{
		"acme/__init__.py": "", "acme/client.py": "x = 1\n", "small.py": "y = 2\n",
		"exact.py": strings.Repeat("#", maxInstalled), "large.py": strings.Repeat("#", maxInstalled+1), "../outside.py": "",
	} {
		file := filepath.Join(site, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	src := newSource(Request{Root: root, Sites: []string{site}, Read: func(name string) ([]byte, error) {
		t.Errorf("%s is no file of the project", name)
		return nil, os.ErrNotExist
	}})
	for module, want := range map[string]string{
		"acme": "acme/__init__.py", "acme.client": "acme/client.py", "small": "small.py", "exact": "exact.py",
		"large": "", "acme.missing": "", "": "", "..outside": "", "../outside": "", "acme/client": "", "acme.": "", "a\x00b": "",
	} {
		got := src.installed(module)
		if want == "" {
			require.Empty(t, got, module)
			continue
		}
		rel, err := filepath.Rel(root, filepath.Join(site, filepath.FromSlash(want)))
		require.NoError(t, err)
		require.Equal(t, filepath.ToSlash(rel), got, module)
	}
}
