// Package venv finds the packages that are installed for a Python project. It only
// looks: no interpreter is started.
package venv

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Site is the directory with the packages of an interpreter, or of a virtual
// environment, that python names; without one, of the environment that the project's
// own tools would take: uv's, the one in the project, the one that is active, Poetry's,
// conda's. It is "" where there is none.
func Site(root, python string) string {
	if python != "" {
		if info, err := os.Stat(python); err == nil && !info.IsDir() {
			python = filepath.Dir(filepath.Dir(python)) // venv/bin/python, its links not followed
		}
		return siteOf(python)
	}
	for _, home := range homes(root) {
		if site := siteOf(home); site != "" {
			return site
		}
	}
	return ""
}

// homes are the environments of a project, the likeliest first.
func homes(root string) (out []string) {
	if home := os.Getenv("UV_PROJECT_ENVIRONMENT"); home != "" {
		if !filepath.IsAbs(home) {
			home = filepath.Join(root, home)
		}
		out = append(out, home)
	}
	out = append(out, filepath.Join(root, ".venv"), filepath.Join(root, "venv"), os.Getenv("VIRTUAL_ENV"))
	out = append(out, poetry(root)...)
	if os.Getenv("CONDA_DEFAULT_ENV") != "base" { // which every shell of a user of conda has
		out = append(out, os.Getenv("CONDA_PREFIX"))
	}
	return out
}

// poetry are the environments that Poetry has made for a project outside it, the one
// with the newest Python first. Their names end in a hash of the project's path.
func poetry(root string) []string {
	if _, err := os.Stat(filepath.Join(root, "pyproject.toml")); err != nil {
		return nil
	}
	dir := os.Getenv("POETRY_VIRTUALENVS_PATH")
	if dir == "" {
		cache := os.Getenv("POETRY_CACHE_DIR")
		if cache == "" {
			user, err := os.UserCacheDir()
			if err != nil {
				return nil
			}
			cache = filepath.Join(user, "pypoetry")
			if runtime.GOOS == "windows" {
				cache = filepath.Join(cache, "Cache")
			}
		}
		dir = filepath.Join(cache, "virtualenvs")
	}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	sum := sha256.Sum256([]byte(root))
	hash := base64.URLEncoding.EncodeToString(sum[:])[:8]
	entries, _ := os.ReadDir(dir)
	var out []string
	for _, e := range entries {
		if i := strings.LastIndex(e.Name(), "-py"); i > 0 && strings.HasSuffix(e.Name()[:i], "-"+hash) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return newer(a, b) })
	return out
}

// newer orders names that end in versions such as 3.9 and 3.12, the newest first.
func newer(a, b string) int {
	if len(a) != len(b) {
		return len(b) - len(a)
	}
	return strings.Compare(b, a)
}

// siteOf is the directory with the packages of an environment.
func siteOf(home string) string {
	if home == "" {
		return ""
	}
	for _, pattern := range []string{"lib/python*/site-packages", "lib64/python*/site-packages", "Lib/site-packages", "lib/python3/dist-packages", "site-packages", "dist-packages"} {
		if found, _ := filepath.Glob(filepath.Join(escaped(home), pattern)); len(found) > 0 {
			slices.SortStableFunc(found, newer)
			return found[0]
		}
	}
	if base := filepath.Base(home); base == "site-packages" || base == "dist-packages" {
		return home
	}
	return ""
}

// escaped is a path for a pattern that means just it.
func escaped(path string) string {
	if runtime.GOOS == "windows" {
		return path // there is no escaping
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// maxLinked bounds how many directories a site may point to, maxPth how large a file
// that does so may be.
const (
	maxLinked = 100
	maxPth    = 64 << 10
)

// Paths are the directories in which the modules of a site lie: itself, and those that
// its .pth files name, such as the sources of a package that is installed in place.
// What lies within root is left out: it is the project.
func Paths(root, site string) []string {
	if site == "" {
		return nil
	}
	out := []string{site}
	files, _ := filepath.Glob(filepath.Join(escaped(site), "*.pth"))
	slices.Sort(files)
	for _, f := range files {
		for _, dir := range linked(f) {
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(site, dir)
			}
			if rel, err := filepath.Rel(root, dir); err != nil || rel == "." || filepath.IsLocal(rel) {
				continue
			}
			if info, err := os.Stat(dir); err == nil && info.IsDir() && !slices.Contains(out, dir) && len(out) < maxLinked {
				out = append(out, dir)
			}
		}
	}
	return out
}

// linked are the directories that a .pth file names, a line each. Lines of code, which
// Python runs, are left out.
func linked(file string) (out []string) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPth {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line != "" && line[0] != '#' && !strings.HasPrefix(line, "import ") && !strings.HasPrefix(line, "import\t") && !strings.Contains(line, "\x00") {
			out = append(out, line)
		}
	}
	return out
}
