package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/rules"
)

func versionCommand() *command.Command {
	return &command.Command{
		Name:    "version",
		Summary: "show the version and how much it knows",
		Run: func(_ context.Context, c *command.Call) (int, error) {
			catalog, err := rules.Load()
			if err != nil {
				return 0, err
			}
			libraries, err := catalog.Libraries()
			if err != nil {
				return 0, err
			}
			_, err = fmt.Fprintf(c.Stdout, "greenlint %s (%s, %s/%s)\n%d rules, %d libraries\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, len(catalog.Rules()), len(libraries))
			return command.OK, err
		},
	}
}

// version is the module's version, or "devel" with the commit where it is known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel " + s.Value[:12]
		}
	}
	return "devel"
}
