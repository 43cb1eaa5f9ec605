package venv

import (
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree makes directories.
func tree(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		require.NoError(t, os.MkdirAll(p, 0o755))
	}
}

func quiet(t *testing.T) {
	t.Helper()
	for _, name := range []string{"UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "POETRY_VIRTUALENVS_PATH", "POETRY_CACHE_DIR"} {
		t.Setenv(name, "")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
}

func TestSite(t *testing.T) {
	quiet(t)
	root, other := t.TempDir(), t.TempDir()
	require.Empty(t, Site(root, ""))

	conda := filepath.Join(other, "conda")
	tree(t, filepath.Join(conda, "lib/python3.12/site-packages"))
	t.Setenv("CONDA_PREFIX", conda)
	require.Equal(t, filepath.Join(conda, "lib/python3.12/site-packages"), Site(root, ""))
	t.Setenv("CONDA_DEFAULT_ENV", "base")
	require.Empty(t, Site(root, ""), "the base environment of conda is no project's")

	active := filepath.Join(other, "active")
	tree(t, filepath.Join(active, "lib/python3.9/site-packages"), filepath.Join(active, "lib/python3.12/site-packages"))
	t.Setenv("VIRTUAL_ENV", active)
	require.Equal(t, filepath.Join(active, "lib/python3.12/site-packages"), Site(root, ""))

	own := filepath.Join(root, ".venv", "lib/python3.13/site-packages")
	tree(t, own)
	require.Equal(t, own, Site(root, ""))

	t.Setenv("UV_PROJECT_ENVIRONMENT", "env[1]") // a name that is a pattern too
	tree(t, filepath.Join(root, "env[1]", "lib/python3.11/site-packages"))
	require.Equal(t, filepath.Join(root, "env[1]", "lib/python3.11/site-packages"), Site(root, ""))

	require.Equal(t, filepath.Join(conda, "lib/python3.12/site-packages"), Site(root, conda))
	tree(t, filepath.Join(conda, "bin"))
	python := filepath.Join(conda, "bin", "python")
	require.NoError(t, os.WriteFile(python, nil, 0o755))
	require.Equal(t, filepath.Join(conda, "lib/python3.12/site-packages"), Site(root, python))
	require.Empty(t, Site(root, filepath.Join(other, "nowhere")))
}

func TestPoetry(t *testing.T) {
	quiet(t)
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(root))
	hash := base64.URLEncoding.EncodeToString(sum[:])[:8]
	dir := t.TempDir()
	t.Setenv("POETRY_VIRTUALENVS_PATH", dir)
	for _, name := range []string{"shop-" + hash + "-py3.9", "shop-" + hash + "-py3.12", "shop-AAAAAAAA-py3.13"} {
		tree(t, filepath.Join(dir, name, "lib/python3/site-packages"))
	}
	require.Empty(t, Site(root, ""), "no project of Poetry")
	require.NoError(t, os.WriteFile(filepath.Join(root, "pyproject.toml"), nil, 0o644))
	require.Equal(t, filepath.Join(dir, "shop-"+hash+"-py3.12", "lib/python3/site-packages"), Site(root, ""))
}

func TestPaths(t *testing.T) {
	root, site, beside := t.TempDir(), t.TempDir(), t.TempDir()
	tree(t, filepath.Join(root, "src"), filepath.Join(site, "more"))
	require.NoError(t, os.WriteFile(filepath.Join(site, "a.pth"), []byte("# packages\nimport os; os.abort()\n"+beside+"\n"+filepath.Join(root, "src")+"\nmore\n/no/such\n"+beside+"\n"), 0o644))
	require.Equal(t, []string{site, beside, filepath.Join(site, "more")}, Paths(root, site))
	require.Empty(t, Paths(root, ""))
}
