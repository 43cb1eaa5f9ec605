// Package check runs the analysis for the command: it hands the project's files
// to the front ends and collects what they found. It prints nothing.
package check

import (
	"context"
	"slices"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/cache"
	"github.com/greenlint/greenlint/rules"
)

// A Request says what to check.
type Request struct {
	Root  string   // the project's directory, absolute
	Files []string // of the project, sorted, slash-separated, relative to Root; all kinds
	Paths []string // what the user wants checked, relative to Root; none = all

	Catalog *rules.Catalog
	Select  []string   // rules, as the user names them; none = those that are on by default
	Ignore  []string   // rules to leave out
	Loop    rules.Loop // judge every task as if on this loop; "" = as the project declares

	Shard Shard // the part of the work to do; zero = all

	ConfigFile string // the settings to use, absolute; "" = none

	// Read gives the text of a project's file in the place of the disk: unsaved
	// text in an editor, another revision. nil = the files below Root.
	Read func(name string) ([]byte, error)

	// Unsaved are the texts that Read gives in the place of those on the disk, by
	// the names of their files. With Read and without Unsaved no Go package is
	// checked: the go command reads the disk.
	Unsaved map[string][]byte

	Sites []string // directories of installed Python modules, absolute: calls are followed into them; see package venv

	Installed []rules.Version // distributions of a virtual environment, for [Environ]; sorted by name

	Language string // "python" or "go" alone; "" = both

	Verbose bool // say which calls could not be resolved; then nothing is recalled

	Cache *cache.Cache // what earlier runs have found out about Python files; nil = nothing

	Progress func(stage string, done, total int) // may be nil, may be called by several goroutines
}

// An Outcome is what the analysis found.
type Outcome struct {
	Findings []rules.Finding
	Comments []report.FileComments // of every file that was analysed
	Skipped  []rules.Skip
	Stats    report.Stats
	Unknown  []report.UnknownCall // Python's, where the request is verbose
	Notes    []string             // for people, one line each
	Partial  bool                 // some tasks were not judged, so nobody can say that a suppression is unused

	Config      *rules.Config       // the settings that were used; nil = none were read
	Selected    rules.Selection     // from the request and the settings
	PathIgnores map[string][]string // from the settings: patterns as in .gitignore → rules

	// Go packages are kept apart until all of them are there.
	units         []goUnit
	other         []rules.Finding // those of Findings that no unit has found
	otherComments []report.FileComments
}

// Run analyses a project.
func Run(ctx context.Context, req Request) (Outcome, error) {
	out, _, err := run(ctx, req, false)
	return out, err
}

func run(ctx context.Context, req Request, keep bool) (Outcome, *Kept, error) {
	out, err := prepare(&req)
	if err != nil {
		return Outcome{}, nil, err
	}
	var kept *Kept
	if req.Language != "go" {
		if kept, err = python(ctx, req, out.Config, &out, keep); err != nil {
			return Outcome{}, nil, err
		}
	}
	out.other = slices.Clone(out.Findings)
	out.otherComments = slices.Clone(out.Comments)
	if req.Language != "python" {
		if err := golang(ctx, req, out.Config, &out); err != nil {
			return Outcome{}, nil, err
		}
	}
	return out, kept, nil
}

// prepare reads the settings and chooses the rules.
func prepare(req *Request) (Outcome, error) {
	conf, err := settings(*req)
	if err != nil {
		return Outcome{}, err
	}
	sel, ign := conf.Select, append(append([]string(nil), conf.Ignore...), req.Ignore...)
	if len(req.Select) > 0 {
		sel = req.Select
	}
	out := Outcome{Config: conf, PathIgnores: conf.PerFileIgnores}
	if out.Selected, err = req.Catalog.Select(sel, ign); err != nil {
		return Outcome{}, err
	}
	if req.Loop == "" {
		req.Loop = conf.Loop
	}
	return out, nil
}

// settings reads the user's configuration and adds its tables to the catalogue.
func settings(req Request) (*rules.Config, error) {
	if req.ConfigFile == "" {
		return &rules.Config{}, nil
	}
	conf, err := req.Catalog.ReadConfig(req.ConfigFile)
	if err != nil {
		return nil, err
	}
	return conf, nil
}
