// Package environ holds the commands that show what greenlint knows of a project's
// processes and dependencies: "env" and "audit".
package environ

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/rules"
)

// A survey is what both commands begin with.
type survey struct {
	*check.Environment
	place   check.Place
	files   []string
	catalog *rules.Catalog
}

// look reads the project that the arguments name. installed gives the distributions of
// its virtual environment, as far as they are to count.
func look(ctx context.Context, c *command.Call, config string, installed func(root string) []rules.Version) (*survey, error) {
	s := &survey{}
	var err error
	if s.catalog, err = rules.Load(); err != nil {
		return nil, err
	}
	if len(c.Args) > 1 {
		return nil, &command.UsageError{Msg: "one directory at most"}
	}
	if s.place, err = check.Locate(c.Dir, c.Args); err != nil {
		return nil, err
	}
	listing, err := files.List(ctx, s.place.Root, []string{"."})
	if err != nil {
		return nil, interrupted(err)
	}
	s.files = listing.Files
	if config, err = settings(c.Dir, s.place.Root, config); err != nil {
		return nil, err
	}
	s.Environment, err = check.Environ(ctx, check.Request{Root: s.place.Root, Files: listing.Files, Catalog: s.catalog, ConfigFile: config, Installed: installed(s.place.Root)})
	return s, interrupted(err)
}

func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	return err
}

// settings is the file of settings: the one that is named, or the project's.
func settings(dir, root, named string) (string, error) {
	if named != "" {
		if !filepath.IsAbs(named) {
			named = filepath.Join(dir, named)
		}
		_, err := os.Stat(named)
		return named, err
	}
	if f := filepath.Join(root, "greenlint.toml"); regular(f) {
		return f, nil
	}
	f := filepath.Join(root, "pyproject.toml")
	if !regular(f) {
		return "", nil
	}
	text, err := os.ReadFile(f)
	if err != nil || !bytes.Contains(text, []byte("[tool.greenlint")) {
		return "", nil
	}
	return f, nil
}

func regular(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
