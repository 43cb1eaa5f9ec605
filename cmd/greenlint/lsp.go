package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/fix"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/lsp"
	"github.com/greenlint/greenlint/rules"
)

func lspCommand(run analysis) *command.Command {
	var f checkFlags
	var delay string
	return &command.Command{
		Name:    "lsp",
		Summary: "serve an editor on standard input and output",
		Doc: `Speaks the Language Server Protocol: findings while you type, with the chain as
related places, the rule's page when you hover, fixes and comments as quick fixes.

An editor starts it; docs/editors.md says how. Each folder that the editor has open
is checked as "greenlint check" would, with its settings, and with what is not saved
yet in the place of the files.`,
		Flags: func(fl *command.Flags) {
			f, delay = checkFlags{}, ""
			fl.ChoiceOf(&f.loop, "loop", "LOOP", words(loops), "judge all tasks as if they ran on this loop")
			fl.String(&delay, "delay", "DURATION", "how long to wait after a change (150ms)")
			fl.Bool(&f.verbose, "v,verbose", "say more on standard error")
			var stdio bool
			fl.Bool(&stdio, "stdio", "use standard input and output; there is nothing else, but some editors say so")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			*c.Verbose = f.verbose
			wait := 150 * time.Millisecond
			if delay != "" {
				var err error
				if wait, err = time.ParseDuration(delay); err != nil || wait < 0 {
					return 0, &command.UsageError{Msg: "--delay: want something like 150ms"}
				}
			}
			return serve(ctx, c, &f, run, wait)
		},
	}
}

func serve(ctx context.Context, c *command.Call, f *checkFlags, run analysis, delay time.Duration) (int, error) {
	catalog, err := rules.Load()
	if err != nil {
		return 0, err
	}
	type end struct {
		clean bool
		err   error
	}
	ended := make(chan end, 1)
	options := lsp.Options{
		Check: func(ctx context.Context, dir string, read func(string) ([]byte, error)) ([]rules.Finding, error) {
			return checkFolder(ctx, dir, read, f, run)
		},
		Silence: func(file string, text []byte, found []rules.Finding) []byte {
			out, _ := fix.Ignore(file, text, found, "TODO: say why")
			return out
		},
		Catalog: catalog, PageURL: func(id rules.ID) string { return report.PageURL(catalog, id) },
		Version: version(), Delay: delay, Log: c.Stderr,
	}
	go func() { // reading can't be interrupted, so a signal leaves it behind
		clean, err := lsp.Serve(ctx, c.Stdin, c.Stdout, options)
		ended <- end{clean, err}
	}()
	select {
	case <-ctx.Done():
		return command.OK, nil
	case e := <-ended:
		switch {
		case e.err != nil:
			return 0, e.err
		case !e.clean:
			return 1, nil // the protocol's word for an end that nobody asked for
		}
		return command.OK, nil
	}
}

// checkFolder checks a folder of an editor.
func checkFolder(ctx context.Context, dir string, read func(string) ([]byte, error), f *checkFlags, run analysis) ([]rules.Finding, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil
	}
	catalog, err := rules.Load()
	if err != nil {
		return nil, err
	}
	config, err := settingsFile(dir, dir, f)
	if err != nil {
		return nil, err
	}
	listing, err := files.List(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	out, err := run(ctx, check.Request{
		Root: dir, Files: listing.Files, Catalog: catalog, Loop: rules.Loop(f.loop), ConfigFile: config, Read: read,
	})
	if err != nil {
		return nil, err
	}
	draft, err := draftOf(&out, listing.Skipped, catalog, false)
	if err != nil {
		return nil, err
	}
	found := draft.Finish()
	if err := hideKnown(dir, config, &out, found, read); err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f rules.Finding) bool { return f.Suppressed != "" })
	fix.New(catalog, read).Attach(found)
	return found, nil
}

// hideKnown marks what the settings' baseline lists. The file stays as it is.
func hideKnown(dir, config string, out *check.Outcome, found []rules.Finding, read func(string) ([]byte, error)) error {
	if out.Config == nil || out.Config.Baseline == "" {
		return nil
	}
	name := inside(filepath.Dir(config), out.Config.Baseline)
	text, err := readRegular(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	known, err := report.ReadBaseline(text)
	if err != nil {
		return errors.New(strings.TrimSpace(out.Config.Baseline + ": " + err.Error()))
	}
	known.Match(found, report.InBaseline, report.Comparison{Read: read, Name: func(file string) string {
		if rel, err := filepath.Rel(filepath.Dir(name), inside(dir, file)); err == nil {
			return filepath.ToSlash(rel)
		}
		return file
	}})
	return nil
}
