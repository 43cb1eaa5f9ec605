package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	if os.Getenv("GREENLINT_CACHE") == "" { // a script that is about the cache names one
		os.Setenv("GREENLINT_CACHE", "off")
	}
	testscript.Main(tests{m}, map[string]func(){"greenlint": main})
}

type tests struct{ *testing.M }

func (t tests) Run() int {
	defer func() { os.RemoveAll(built.dir) }()
	return t.M.Run()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "")
			env.Setenv("TERM", "xterm")
			env.Setenv("GREENLINT_CACHE", "off")
			return nil
		},
	})
}
