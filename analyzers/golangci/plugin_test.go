package golangci

import (
	"path/filepath"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis/analysistest"
)

// build makes the analyzers as golangci-lint does, from what stands in its file.
func build(t *testing.T, settings map[string]any) (names []string) {
	t.Helper()
	newPlugin, err := register.GetPlugin("greenlint")
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlugin(settings)
	if err != nil {
		t.Fatal(err)
	}
	if p.GetLoadMode() != register.LoadModeTypesInfo {
		t.Errorf("load mode %s: the analyzers want types", p.GetLoadMode())
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range analyzers {
		names = append(names, a.Name)
		if a.Name == "syncprim" {
			dir, err := filepath.Abs("../../testdata/go")
			if err != nil {
				t.Fatal(err)
			}
			analysistest.Run(t, dir, a, "example.com/only/syncprim")
		}
	}
	return names
}

func TestPlugin(t *testing.T) {
	if names := build(t, map[string]any{"interfaces": "known"}); len(names) != 5 {
		t.Errorf("%v: want all but diskio", names)
	}
	if names := build(t, map[string]any{"disk": true}); len(names) != 6 {
		t.Errorf("%v: want diskio too", names)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, settings := range []map[string]any{{"interface": "known"}, {"disk": 1}} {
		if _, err := New(settings); err == nil {
			t.Errorf("%v is taken", settings)
		}
	}
}
