package rules

import (
	"strings"
	"testing"
)

func TestLaunchCheck(t *testing.T) {
	good := func() Launch {
		return Launch{Programs: []string{"celery"}, Pool: []string{"-P", "--pool"}, Loops: map[string]Loop{"gevent": Gevent},
			PatchedBy: []string{"-P X", "--pool=X"}, PatchWhen: AtStart, Patch: map[Loop]string{Gevent: "gevent.monkey.patch_all"}}
	}
	l := good()
	if err := l.check(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Launch){
		"wants programs":          func(l *Launch) { l.Programs = nil },
		"skip, takes":             func(l *Launch) { l.Skip = 1 },
		"selects no pool":         func(l *Launch) { l.Wraps = true },
		"pool without loops":      func(l *Launch) { l.Loops = nil },
		"loops without pool":      func(l *Launch) { l.Pool, l.PatchedBy = nil, nil },
		`unknown loop "gevnet"`:   func(l *Launch) { l.Loops["x"] = "gevnet" },
		`unknown loop "curl"`:     func(l *Launch) { l.Default = "curl" },
		`patched-by "-k X"`:       func(l *Launch) { l.PatchedBy = []string{"-k X"} },
		`patched-by "-P"`:         func(l *Launch) { l.PatchedBy = []string{"-P"} },
		`unknown moment "soon"`:   func(l *Launch) { l.PatchWhen = "soon" },
		`unknown moment "later"`:  func(l *Launch) { l.PatchOpts = map[string]Moment{"--preload": "later"} },
		`option "preload"`:        func(l *Launch) { l.PatchOpts = map[string]Moment{"preload": AtStart} },
		`option "app"`:            func(l *Launch) { l.App = []string{"app"} },
		`option "gevent"`:         func(l *Launch) { l.Flags = map[string]Loop{"gevent": Gevent} },
		`patch: unknown loop "x"`: func(l *Launch) { l.Patch = map[Loop]string{"x": "y"} },
		`runs-on: unknown loop`:   func(l *Launch) { l.RunsOn = map[Loop][]string{"x": {"y"}} },
	} {
		l := good()
		change(&l)
		if err := l.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestSettingCheck(t *testing.T) {
	good := Setting{Program: "celery", Names: []string{"worker_pool"}, Role: "pool", Files: []string{"*celery*"}}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Setting){
		"wants names":           func(s *Setting) { s.Names = nil },
		"wants the program":     func(s *Setting) { s.Program = "" },
		`role "pol"`:            func(s *Setting) { s.Role = "pol" },
		"when belongs":          func(s *Setting) { s.When = AtStart },
		"patches belongs":       func(s *Setting) { s.Role, s.When, s.Patches = "patch", AtStart, true },
		`unknown moment "soon"`: func(s *Setting) { s.Role, s.When = "patch", "soon" },
		`bad pattern "["`:       func(s *Setting) { s.Files = []string{"["} },
	} {
		s := good
		change(&s)
		if err := s.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
