// Package golangci is the module plugin of greenlint for golangci-lint. It is a
// module of its own, so that the command's does not depend on golangci's.
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/greenlint/greenlint/analyzers/cgocall"
	"github.com/greenlint/greenlint/analyzers/cpuloop"
	"github.com/greenlint/greenlint/analyzers/diskio"
	"github.com/greenlint/greenlint/analyzers/foreignio"
	"github.com/greenlint/greenlint/analyzers/gofront"
	"github.com/greenlint/greenlint/analyzers/rawsyscall"
	"github.com/greenlint/greenlint/analyzers/syncprim"
)

func init() { register.Plugin("greenlint", New) }

// Settings are what stands under linters.settings.custom.greenlint.settings.
type Settings struct {
	Interfaces string `json:"interfaces"` // none, known or all; "" = known
	Config     string `json:"config"`     // a greenlint.toml; "" = the nearest above each package
	Loop       string `json:"loop"`       // the loop that the whole module is on, as tinygo; "" = what its code says
	Disk       bool   `json:"disk"`       // report files too
	Tests      bool   `json:"tests"`      // check the tasks in test files too
}

type plugin struct{ settings Settings }

// New makes the plugin from its settings.
func New(settings any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](settings)
	if err != nil {
		return nil, err
	}
	return plugin{s}, nil
}

// BuildAnalyzers implements [register.LinterPlugin].
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	flags := &gofront.Analyzer.Flags
	for name, value := range map[string]string{"interfaces": p.settings.Interfaces, "config": p.settings.Config, "loop": p.settings.Loop, "tests": fmt.Sprint(p.settings.Tests)} {
		if value == "" {
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return nil, fmt.Errorf("greenlint: %s: %w", name, err)
		}
	}
	out := []*analysis.Analyzer{cpuloop.Analyzer, rawsyscall.Analyzer, syncprim.Analyzer, cgocall.Analyzer, foreignio.Analyzer}
	if p.settings.Disk {
		out = append(out, diskio.Analyzer)
	}
	return out, nil
}

// GetLoadMode implements [register.LinterPlugin].
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
