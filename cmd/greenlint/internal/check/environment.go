package check

import (
	"context"
	"strings"

	"github.com/greenlint/greenlint/analyzers/env"
	"github.com/greenlint/greenlint/analyzers/pyfront"
	"github.com/greenlint/greenlint/rules"
)

// An Environment is what the project's files say of its processes.
type Environment struct {
	Deployed env.Result
	Envs     []rules.Env     // the processes as a check judges them, those that the code declares among them
	Audit    []rules.Finding // of their dependencies
	Config   *rules.Config
}

// Environ reads the environment alone, and reports nothing else.
func Environ(ctx context.Context, req Request) (*Environment, error) {
	conf, err := settings(req)
	if err != nil {
		return nil, err
	}
	src := newSource(req)
	var files []string
	for _, f := range req.Files {
		if strings.HasSuffix(f, ".py") {
			files = append(files, f)
		}
	}
	progress(req, "reading deployment files", 0, 0)
	e := &Environment{Deployed: env.Read(src, req.Catalog), Config: conf}
	res := &pyfront.Result{}
	if len(files) > 0 {
		if res, err = pyfront.Analyze(ctx, pyfront.Input{
			Files: files, Read: src.Read, Catalog: req.Catalog, Budget: conf.Budget.Seconds(),
			Check: func(file string) bool { return conf.Tests || !isTest(file) }, Report: req.Progress, Entries: func() []rules.EntryPoint { return e.Deployed.Entries },
		}); err != nil {
			return nil, err
		}
	}
	e.Envs = processes(req, e.Deployed, res)
	e.Audit = env.Audit(src, req.Catalog, &e.Deployed, e.Envs)
	return e, ctx.Err()
}
