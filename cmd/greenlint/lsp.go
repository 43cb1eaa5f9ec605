package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/files"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/fix"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/lsp"
	"github.com/greenlint/greenlint/rules"
)

// defaultDelay is how long nothing must have changed before a folder is checked.
const defaultDelay = 150 * time.Millisecond

func lspCommand(run analysis) *command.Command {
	var f checkFlags
	var delay, language string
	return &command.Command{
		Name:    "lsp",
		Summary: "serve an editor on standard input and output",
		Doc: `Speaks the Language Server Protocol: findings while you type, with the chain as
related places, the rule's page when you hover, fixes and comments as quick fixes.

An editor starts it; docs/editors.md says how. Each folder that the editor has open
is checked as "greenlint check" would, with its settings, and with what is not saved
yet in the place of the files.`,
		Flags: func(fl *command.Flags) {
			f, delay, language = checkFlags{}, "", ""
			fl.ChoiceOf(&f.loop, "loop", "LOOP", words(loops), "judge all tasks as if they ran on this loop")
			fl.Choice(&language, "language", []string{"python", "go"}, "check this language alone: beside \"greenlint gopls\", Python")
			fl.String(&delay, "delay", "DURATION", "how long to wait after a change (150ms)")
			fl.Bool(&f.verbose, "v,verbose", "say more on standard error")
			var stdio bool
			fl.Bool(&stdio, "stdio", "use standard input and output; there is nothing else, but some editors say so")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			*c.Verbose = f.verbose
			wait := defaultDelay
			if delay != "" {
				var err error
				if wait, err = time.ParseDuration(delay); err != nil || wait < 0 {
					return 0, &command.UsageError{Msg: "--delay: want something like 150ms"}
				}
			}
			options, err := serverOptions(c, &engine{flags: f, run: run}, language, wait)
			if err != nil {
				return 0, err
			}
			return untilEnd(ctx, func() (bool, error) { return lsp.Serve(ctx, c.Stdin, c.Stdout, *options) })
		},
	}
}

// serverOptions are those of a server whose checks are an engine's for a language;
// "" = for all.
func serverOptions(c *command.Call, e *engine, language string, delay time.Duration) (*lsp.Options, error) {
	catalog, err := rules.Load()
	if err != nil {
		return nil, err
	}
	return &lsp.Options{
		Checks: e.checks(language), Configure: e.configure,
		Silence: func(file string, text []byte, found []rules.Finding) []byte {
			out, _ := fix.Ignore(file, text, found, "TODO: say why")
			return out
		},
		Catalog: catalog, PageURL: func(id rules.ID) string { return report.PageURL(catalog, id) },
		Version: version(), Delay: delay, Log: c.Stderr,
	}, nil
}

// untilEnd serves until the client is done or a signal comes; reading can't be
// interrupted, so that leaves it behind.
func untilEnd(ctx context.Context, serve func() (clean bool, err error)) (int, error) {
	type end struct {
		clean bool
		err   error
	}
	ended := make(chan end, 1)
	go func() {
		clean, err := serve()
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

// An engine checks the folders of an editor.
type engine struct {
	mu    sync.Mutex
	flags checkFlags
	run   analysis
}

// configure takes the editor's settings for greenlint.
func (e *engine) configure(raw json.RawMessage) error {
	var v struct{ Loop *string }
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	if v.Loop == nil {
		return nil
	}
	if *v.Loop != "" && !slices.Contains(loops, rules.Loop(*v.Loop)) {
		return errors.New("loop: want one of " + strings.Join(words(loops), ", "))
	}
	e.mu.Lock()
	e.flags.loop = *v.Loop
	e.mu.Unlock()
	return nil
}

// checks are one for Python and what declares its processes, and one for Go; with
// a language, that one's alone.
func (e *engine) checks(only string) (out []lsp.Check) {
	for _, of := range []struct{ language, suffix string }{{"python", ".py"}, {"go", ".go"}} {
		if only == "" || only == of.language {
			out = append(out, lsp.Check{
				Speaks: func(file string) bool { return strings.HasSuffix(file, of.suffix) },
				Run:    func(ctx context.Context, p lsp.Project) (*lsp.Checked, error) { return e.check(ctx, p, of.language) },
			})
		}
	}
	return out
}

// check checks a folder of an editor, in one language.
func (e *engine) check(ctx context.Context, p lsp.Project, language string) (*lsp.Checked, error) {
	if info, err := os.Stat(p.Dir); err != nil || !info.IsDir() {
		return &lsp.Checked{}, nil
	}
	e.mu.Lock()
	f := e.flags
	e.mu.Unlock()
	catalog, err := rules.Load()
	if err != nil {
		return nil, err
	}
	config, err := settingsFile(p.Dir, p.Dir, &f)
	if err != nil {
		return nil, err
	}
	listing, err := files.List(ctx, p.Dir, nil)
	if err != nil {
		return nil, err
	}
	sites, err := installedModules(p.Dir, p.Dir, "")
	if err != nil {
		return nil, err
	}
	req := check.Request{
		Root: p.Dir, Files: listing.Files, Catalog: catalog, Loop: rules.Loop(f.loop), ConfigFile: config, Sites: sites, Read: p.Read,
		Unsaved: differing(p.Dir, p.Unsaved), Language: language, Progress: p.Progress,
	}
	var out check.Outcome
	var kept *check.Kept
	if language == "python" {
		out, kept, err = check.Keep(ctx, req)
	} else {
		out, err = e.run(ctx, req)
	}
	if err != nil {
		return nil, err
	}
	finish := func(out *check.Outcome, unread []rules.Skip, read func(string) ([]byte, error)) ([]rules.Finding, error) {
		draft, err := draftOf(out, unread, catalog, false)
		if err != nil {
			return nil, err
		}
		found := draft.Finish()
		if err := hideKnown(p.Dir, config, out, found, read); err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(f rules.Finding) bool { return f.Suppressed != "" })
		fix.New(catalog, read).Attach(found)
		return found, nil
	}
	done := &lsp.Checked{}
	if done.Findings, err = finish(&out, listing.Skipped, p.Read); err != nil || kept == nil {
		return done, err
	}
	done.Again = func(ctx context.Context, changed map[string][]byte) ([]rules.Finding, bool, error) {
		out, ok, err := kept.Again(ctx, changed)
		if err != nil || !ok {
			return nil, ok, err
		}
		found, err := finish(&out, nil, func(name string) ([]byte, error) {
			if text, ok := changed[name]; ok {
				return text, nil
			}
			return p.Read(name)
		})
		return found, true, err
	}
	return done, nil
}

// differing are the texts that are not those of their files.
func differing(dir string, unsaved map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for name, text := range unsaved {
		disk, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(disk, text) {
			out[name] = text
		}
	}
	return out
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
