package check

import (
	"context"
	"slices"
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
	files := pythonFiles(src)
	progress(req, "reading deployment files", 0, 0)
	e := &Environment{Deployed: env.Read(src, req.Catalog), Config: conf}
	res := &pyfront.Result{}
	if len(files) > 0 {
		if res, err = pyfront.Analyze(ctx, input(&req, conf, src, files, func() []rules.EntryPoint { return e.Deployed.Entries })); err != nil {
			return nil, err
		}
	}
	e.Envs = processes(req, e.Deployed, res)
	for i := range e.Envs {
		e.Envs[i].Versions = withInstalled(e.Envs[i].Versions, req.Installed)
	}
	e.Audit = env.Audit(src, req.Catalog, &e.Deployed, e.Envs)
	return e, ctx.Err()
}

// withInstalled adds what is installed to the versions of a process, as far as no list
// says which version it is.
func withInstalled(list, installed []rules.Version) []rules.Version {
	out := slices.Clone(list)
	for _, v := range installed {
		i, found := slices.BinarySearchFunc(out, v.Dist, func(o rules.Version, dist string) int { return strings.Compare(o.Dist, dist) })
		switch {
		case !found:
			out = slices.Insert(out, i, v)
		case out[i].Version == "":
			out[i].Version = v.Version
		}
	}
	return out
}
