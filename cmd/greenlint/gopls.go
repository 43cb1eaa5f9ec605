package main

import (
	"context"
	"errors"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/lsp"
)

// behind is set for the gopls that is started, so that a "gopls" which is a script
// around "greenlint gopls" is not started by itself.
const behind = "GREENLINT_BEHIND"

func goplsCommand(run analysis) *command.Command {
	return &command.Command{
		Name:    "gopls",
		Args:    "[ARGUMENT…]",
		Summary: "serve an editor with gopls, and greenlint's findings among its diagnostics",
		Doc: `Runs the real gopls with these arguments and stands between it and the editor:
diagnostics, hovers and code actions of Go files have greenlint's part added, all
else goes through untouched. An editor starts it in the place of gopls;
docs/editors.md says how.

gopls is looked for on the PATH and where "go install" puts it; the environment
variable GREENLINT_GOPLS names another one. A gopls that ends is started again.`,
		Raw: true,
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			name, err := findGopls()
			if err != nil {
				return 0, err
			}
			start := func() *exec.Cmd {
				cmd := exec.Command(name, c.Args...)
				cmd.Dir, cmd.Stderr = c.Dir, c.Stderr
				cmd.Env = append(os.Environ(), behind+"=1")
				return cmd
			}
			if !speaks(c.Args) {
				return plainly(ctx, c, start())
			}
			return serveGopls(ctx, c, run, start)
		},
	}
}

func findGopls() (string, error) {
	if os.Getenv(behind) != "" {
		return "", errors.New("the gopls that was found is greenlint again; GREENLINT_GOPLS has to name the real one")
	}
	if name := os.Getenv("GREENLINT_GOPLS"); name != "" {
		return exec.LookPath(name)
	}
	if name, err := exec.LookPath("gopls"); err == nil {
		return name, nil
	}
	dirs := []string{os.Getenv("GOBIN")}
	for _, d := range filepath.SplitList(build.Default.GOPATH) {
		dirs = append(dirs, filepath.Join(d, "bin"))
	}
	for _, d := range dirs {
		if d == "" {
			continue
		}
		if name, err := exec.LookPath(filepath.Join(d, "gopls")); err == nil {
			return name, nil
		}
	}
	return "", errors.New("gopls is not installed: go install golang.org/x/tools/gopls@latest, or name it by GREENLINT_GOPLS")
}

// speaks reports whether gopls, with these arguments, speaks with an editor on
// standard input and output: it does by itself and as "gopls serve".
func speaks(args []string) bool {
	switches := []string{"v", "verbose", "vv", "veryverbose", "rpc.trace"}
	for i := 0; i < len(args); i++ {
		name, _, given := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case args[i] == "serve": // whose flags follow
		case !strings.HasPrefix(args[i], "-"):
			return false
		case name == "h", name == "help", name == "listen", name == "port":
			return false
		case !given && !slices.Contains(switches, name):
			i++ // its value
		}
	}
	return true
}

// plainly runs gopls as if we were not there.
func plainly(ctx context.Context, c *command.Call, cmd *exec.Cmd) (int, error) {
	cmd.Stdin, cmd.Stdout = c.Stdin, c.Stdout
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(1, exit.ExitCode()), nil
	}
	return command.OK, err
}

func serveGopls(ctx context.Context, c *command.Call, run analysis, start func() *exec.Cmd) (int, error) {
	options, err := serverOptions(c, &engine{run: run}, "go", defaultDelay)
	if err != nil {
		return 0, err
	}
	options.Watch = []string{"**/{greenlint.toml,pyproject.toml}"} // gopls asks for the rest
	return untilEnd(ctx, func() (bool, error) {
		return lsp.Proxy(ctx, c.Stdin, c.Stdout, lsp.ProxyOptions{Options: *options, Gopls: start})
	})
}
