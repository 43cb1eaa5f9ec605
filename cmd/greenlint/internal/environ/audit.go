package environ

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/check"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/command"
	"github.com/greenlint/greenlint/cmd/greenlint/internal/venv"
	"github.com/greenlint/greenlint/rules"
)

// AuditCommand is "greenlint audit".
func AuditCommand() *command.Command {
	var format, config, python string
	var exitZero bool
	return &command.Command{
		Name:    "audit",
		Args:    "[DIRECTORY]",
		Summary: "judge the dependencies of processes that run on a green loop",
		Doc: `Reads the dependency lists of each process that runs on gevent or eventlet, and
reports versions that are known to break (GL701), and libraries that cannot be
made cooperative on its loop (GL702). A check does so too.

Besides, it looks into the virtual environment (.venv, venv, $VIRTUAL_ENV, Poetry's,
conda's, or what --python names): which versions are installed, where no list says so; and for
extension modules that the catalogue doesn't know and that seem to wait in C
(GL703): a hint, from their ELF files, and no proof.

Exit status: 0 nothing found, 1 findings other than hints, 2 usage,
configuration or internal error.`,
		Example: `greenlint audit
greenlint audit --python /opt/shop/venv
greenlint audit --format json services/api`,
		Flags: func(f *command.Flags) {
			format, config, python, exitZero = "text", "", "", false
			var names []string
			for _, x := range report.Formats() {
				names = append(names, x.Name)
			}
			f.Choice(&format, "format", names, "how findings are written (text)")
			f.String(&config, "config", "FILE", "use this file of settings")
			f.String(&python, "python", "PATH", "an interpreter, or a virtual environment, whose packages to look at")
			f.Bool(&exitZero, "exit-zero", "0 even if there are findings")
		},
		Run: func(ctx context.Context, c *command.Call) (int, error) {
			if python != "" && !filepath.IsAbs(python) {
				python = filepath.Join(c.Dir, python)
			}
			s, err := look(ctx, c, config, func(root string) []rules.Version { return installed(root, venv.Site(root, python)) })
			if err != nil {
				return 0, err
			}
			open, err := s.audit(c, format, python)
			if err == nil && open && !exitZero {
				return command.Findings, nil
			}
			return command.OK, err
		},
	}
}

// audit writes the findings, and reports whether there is one that is no mere hint.
func (s *survey) audit(c *command.Call, format, python string) (open bool, err error) {
	var notes []string
	found := slices.Clone(s.Audit)
	green := s.green()
	site := venv.Site(s.place.Root, python)
	switch {
	case green == nil:
		notes = append(notes, "no process on gevent or eventlet is declared, so there is nothing to judge; greenlint env shows what was found")
	case site == "" && python != "":
		return false, fmt.Errorf("--python: no packages are installed in %s", python)
	case site == "":
		notes = append(notes, "no virtual environment was found, so installed extension modules were not looked at; --python names one")
	default:
		hints, err := s.hints(site, green)
		if err != nil {
			return false, err
		}
		found = append(found, hints...)
	}
	selected, err := s.catalog.Select(or(s.Config.Select, []string{"GL7"}), s.Config.Ignore)
	if err != nil {
		return false, err
	}
	ignored, err := check.Ignored(s.Config.PerFileIgnores, s.catalog)
	if err != nil {
		return false, err
	}
	draft := report.Draft{Findings: found, Catalog: s.catalog, Selected: selected, Ignored: ignored, Partial: true}
	result := &report.Result{Findings: draft.Finish(), Notes: notes}
	options := report.Options{Catalog: s.catalog, Read: s.read, Path: s.place.ForPeople}
	if format != "text" {
		options.Path = s.place.ForPrograms
	}
	w, err := report.New(format, options)
	if err != nil {
		return false, err
	}
	if err := w.Write(c.Stdout, result); err != nil {
		return false, err
	}
	for i := range result.Findings {
		f := &result.Findings[i]
		open = open || f.Suppressed == "" && f.Rule != "GL703"
	}
	return open, report.Summarise(c.Stderr, result, options, report.Verbosity{})
}

// installed lists the distributions of a virtual environment, by name.
func installed(root, site string) (out []rules.Version) {
	if site == "" {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(site, "*.dist-info", "METADATA"))
	for _, f := range found {
		name, version, ok := strings.Cut(strings.TrimSuffix(filepath.Base(filepath.Dir(f)), ".dist-info"), "-")
		if !ok {
			continue
		}
		at := rules.Pos{File: filepath.ToSlash(f), Line: 1, Column: 1}
		if rel, err := filepath.Rel(root, f); err == nil && !strings.HasPrefix(rel, "..") {
			at.File = filepath.ToSlash(rel)
		}
		out = append(out, rules.Version{
			Dist: rules.NormalDist(name), Version: version, Spec: "==" + version, Why: rules.Evidence{Pos: at, Text: name + " " + version + ", installed"},
		})
	}
	slices.SortFunc(out, func(a, b rules.Version) int { return strings.Compare(a.Dist, b.Dist) })
	return slices.CompactFunc(out, func(a, b rules.Version) bool { return a.Dist == b.Dist })
}

func or(list, other []string) []string {
	if len(list) > 0 {
		return list
	}
	return other
}

// green is a process on a green loop; nil where there is none.
func (s *survey) green() *rules.Env {
	for i := range s.Envs {
		if e := &s.Envs[i]; (e.Loop == rules.Gevent || e.Loop == rules.Eventlet) && len(e.Why)+len(e.PatchPos) > 0 {
			return e
		}
	}
	return nil
}

// hints are the findings of GL703: at the line that names the distribution, or else at
// the extension module.
func (s *survey) hints(site string, e *rules.Env) (out []rules.Finding, err error) {
	libs, err := s.catalog.Libraries()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, l := range libs {
		if l.Language == "go" {
			continue
		}
		for _, d := range l.Dist {
			known[rules.NormalDist(d)] = true
		}
		for _, m := range l.Imports {
			top, _, _ := strings.Cut(m, ".")
			known["import "+top] = true
		}
	}
	for _, l := range []rules.Loop{rules.Gevent, rules.Eventlet} {
		known[string(l)] = true
	}
	for _, x := range probe(site, func(dist, top string) bool { return known[dist] || known["import "+top] }) {
		at := rules.Pos{File: filepath.ToSlash(filepath.Join(site, x.module))}
		if rel, err := filepath.Rel(s.place.Root, filepath.Join(site, x.module)); err == nil && !strings.HasPrefix(rel, "..") {
			at.File = filepath.ToSlash(rel)
		}
		for _, v := range s.Deployed.Depends {
			if v.Dist == x.dist {
				at = v.Why.Pos
				break
			}
		}
		via := "imports " + x.symbol
		if x.via != "" {
			via = fmt.Sprintf("is linked to %s, which imports %s", x.via, x.symbol)
		}
		out = append(out, rules.Finding{
			Rule: "GL703", Severity: rules.Info, Pos: at, Symbol: x.dist, Loop: e.Loop,
			Message: fmt.Sprintf("%s may wait in C, out of the %s loop's reach: %s %s", x.dist, e.Loop, x.module, via),
			Why:     "the module calls " + release + ", as code does that is about to wait, and reaches the sockets of the C library; it can also be harmless",
			Remedy:  "try it against a peer that does not answer, then describe it in greenlint.toml as blocking or as safe",
			Source:  []string{"measured"},
		})
	}
	return out, nil
}

// read gives a file's text for the lines that a report shows.
func (s *survey) read(name string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.place.Root, filepath.FromSlash(name))
	}
	if !regular(name) {
		return nil, os.ErrInvalid
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 8<<20))
}
