package check

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/greenlint/greenlint/analyzers/report"
	"github.com/greenlint/greenlint/rules"
)

// golang checks the project's Go packages. The go command does the work: it runs
// this program on each package, and keeps the answers in its cache.
func golang(ctx context.Context, req Request, conf *rules.Config, out *Outcome) error {
	dirs := goModules(req.Files)
	if len(dirs) == 0 || req.Read != nil && req.Unsaved == nil { // the go command reads the disk
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	g := newGoRun(req, out)
	if g.over, err = newOverlay(&req); err != nil {
		return err
	}
	defer g.over.remove()
	for i, dir := range dirs {
		progress(req, "checking Go packages", i, len(dirs))
		if err := g.module(ctx, self, dir); err != nil {
			return err
		}
	}
	g.join()
	return ctx.Err()
}

func newGoRun(req Request, out *Outcome) *goRun {
	g := &goRun{req: req, out: out, own: map[string]bool{}, sinks: map[sinkKey]int{}}
	for _, f := range req.Files {
		g.own[f] = true
	}
	return g
}

// join makes one list of what the units found. It is the same for any order of
// the units.
func (g *goRun) join() {
	slices.SortStableFunc(g.out.units, func(a, b goUnit) int { return cmp.Or(cmp.Compare(a.dir(), b.dir()), cmp.Compare(a.ID, b.ID)) })
	for i := range g.out.units {
		g.unit(&g.out.units[i])
	}
	g.finish()
}

// goModules lists the directories with a go.mod, the outermost first; modules
// below testdata and vendor are not the project's.
func goModules(files []string) (dirs []string) {
	hasGo := slices.ContainsFunc(files, func(f string) bool { return strings.HasSuffix(f, ".go") })
	if !hasGo {
		return nil
	}
	for _, f := range files {
		if path.Base(f) != "go.mod" {
			continue
		}
		skip := false
		for _, e := range strings.Split(path.Dir(f), "/") {
			skip = skip || e == "testdata" || e == "vendor" || strings.HasPrefix(e, "_") || e != "." && strings.HasPrefix(e, ".")
		}
		if !skip {
			dirs = append(dirs, path.Dir(f))
		}
	}
	slices.Sort(dirs)
	return dirs
}

// A goRun collects what the units say.
type goRun struct {
	req   Request
	out   *Outcome
	own   map[string]bool
	sinks map[sinkKey]int // in found
	found []rules.Finding
	files map[string]bool
	over  *overlay

	unsaved map[string]string // see laidOver; nil = not asked for
}

// A sinkKey is what makes two findings one.
type sinkKey struct {
	rule rules.ID
	pos  rules.Pos
}

// goUnit is what one package's run prints.
type goUnit struct {
	ID, ImportPath string
	Files          []string
	Broken         string // why a function was left out
	Stats          struct{ Functions, Calls, UnknownCalls int }
	Findings       []rules.Finding
}

// module asks for the findings of one module's packages. Where some of them keep
// the go command from looking at any, or are not compiled, it asks again for what
// can be had.
func (g *goRun) module(ctx context.Context, self, dir string) error {
	packages, err := g.packages(dir)
	if err != nil || len(packages) == 0 {
		return err
	}
	m := &goModule{goRun: g, ctx: ctx, self: self, dir: dir, stubbed: map[string]bool{}, read: map[string]bool{}}
	failed := m.vet(packages)
	for failed != nil && !m.printed && ctx.Err() == nil {
		if more, err := m.stub(); err != nil {
			return err
		} else if !more {
			break
		}
		failed = m.vet(packages)
	}
	if errors.Is(failed, exec.ErrNotFound) {
		g.skip(path.Join(dir, "go.mod"), "the go command is not installed, so Go packages were not checked")
		return nil
	}
	told, any := m.stderr, failed != nil
	if failed != nil && !m.printed {
		if some := m.loadable(packages); len(some) > 0 {
			failed = m.vet(some)
			told += m.stderr
		}
	}
	if failed != nil {
		if alone := m.uncompiled(); len(alone) > 0 {
			m.vet(alone)
			told += m.stderr
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if m.unread != "" {
		g.skip(path.Join(dir, "go.mod"), m.unread)
	}
	if any {
		m.failures(told)
	}
	return nil
}

var goError = regexp.MustCompile(`^(vet: |greenlint: )?(\S+\.go):(\d+)(?::\d+)?: (.*)$`)

// failures reads why packages did not load, one reason for each file.
func (m *goModule) failures(text string) {
	reasons := map[string]string{}
	first := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, _, _ := strings.Cut(line, ": "); m.stubbed[name] {
			continue // the go command finds no folder of its own for it
		}
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "go: downloading") {
			continue
		}
		if first == "" {
			first = line
		}
		found := goError.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		file := m.place(m.dir, found[2])
		if !m.own[file] {
			continue
		}
		if !m.read[file] && reasons[file] == "" {
			reasons[file] = "the package does not load: " + found[4]
		}
	}
	for _, file := range slices.Sorted(maps.Keys(reasons)) {
		m.skip(file, reasons[file])
	}
	if len(reasons) == 0 && first != "" {
		m.skip(path.Join(m.dir, "go.mod"), "go vet: "+first)
	}
}

// place names a file that the go command has named, from a module's directory.
func (g *goRun) place(dir, file string) string {
	if filepath.IsAbs(file) {
		return g.rel(file)
	}
	return g.rel(filepath.Join(g.req.Root, filepath.FromSlash(dir), file))
}

func (g *goRun) skip(file, reason string) {
	g.out.Skipped = append(g.out.Skipped, rules.Skip{File: file, Reason: reason})
}

// rel names a file as the rest of the report does.
func (g *goRun) rel(file string) string {
	if as := filepath.Base(file); strings.HasPrefix(as, unsavedPrefix) {
		if name, ok := g.laidOver()[as]; ok {
			return name
		}
	}
	if r, err := filepath.Rel(g.req.Root, file); err == nil && r != ".." && !strings.HasPrefix(r, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(file)
}

// laidOver gives the project's files by the names that they have when they are not
// saved.
func (g *goRun) laidOver() map[string]string {
	if g.unsaved == nil {
		g.unsaved = map[string]string{}
		for _, f := range slices.Concat(g.req.Files, slices.Collect(maps.Keys(g.req.Unsaved))) {
			if path.Ext(f) == ".go" || path.Base(f) == "go.mod" {
				g.unsaved[unsavedName(filepath.Join(g.req.Root, filepath.FromSlash(f)))] = f
			}
		}
	}
	return g.unsaved
}

func (g *goRun) unit(u *goUnit) {
	g.out.Stats.Functions += u.Stats.Functions
	g.out.Stats.Calls += u.Stats.Calls
	g.out.Stats.UnknownCalls += u.Stats.UnknownCalls
	for _, f := range u.Files {
		if g.own[f] && !g.files[f] {
			if g.files == nil {
				g.files = map[string]bool{}
			}
			g.files[f] = true
			g.out.Stats.Files++
		}
	}
	for _, f := range u.Findings {
		g.finding(f)
	}
}

// dir is where the unit's files lie.
func (u *goUnit) dir() string {
	if len(u.Files) == 0 {
		return ""
	}
	return path.Dir(u.Files[0])
}

// among reports whether the unit is one of these packages, or tests of one.
func (u *goUnit) among(packages []string) bool {
	p, _, _ := strings.Cut(u.ImportPath, " ") // "p [p.test]"
	return slices.Contains(packages, p) || slices.Contains(packages, strings.TrimSuffix(p, "_test"))
}

// relative names a unit's files as the rest of the report does.
func (g *goRun) relative(u *goUnit) {
	for i := range u.Files {
		u.Files[i] = g.rel(u.Files[i])
	}
	for i := range u.Findings {
		f := &u.Findings[i]
		f.Pos.File = g.rel(f.Pos.File)
		f.End.File = f.Pos.File
		if f.End.Line == 0 {
			f.End = rules.Pos{}
		}
		for i := range f.Chain {
			f.Chain[i].Pos.File = g.rel(f.Chain[i].Pos.File)
		}
		for i := range f.Contexts {
			c := &f.Contexts[i]
			c.Context.Pos.File = g.rel(c.Context.Pos.File)
			for j := range c.Context.Why {
				c.Context.Why[j].Pos.File = g.rel(c.Context.Why[j].Pos.File)
			}
			for j := range c.Evidence {
				c.Evidence[j].Pos.File = g.rel(c.Evidence[j].Pos.File)
			}
		}
		if f.Suppressed != "workflowcheck" {
			f.Suppressed = "" // the report reads the comment itself, and knows then that it was needed
		}
	}
}

// finding joins a finding with those that lie in the same place. Its unit has put
// it at the last call of the chain that is for the user to change.
func (g *goRun) finding(f rules.Finding) {
	at := f.Pos
	at.Offset = 0
	key := sinkKey{f.Rule, at}
	n, ok := g.sinks[key]
	if !ok {
		g.sinks[key] = len(g.found)
		g.found = append(g.found, f)
		return
	}
	old := &g.found[n]
	if len(f.Chain) < len(old.Chain) || len(f.Chain) == len(old.Chain) && f.Message < old.Message {
		*old, f = f, *old
	}
	if old.Suppressed != "" && f.Suppressed == "" {
		old.Suppressed = ""
	}
	for _, c := range f.Contexts {
		if !slices.ContainsFunc(old.Contexts, func(x rules.Reach) bool { return x.Context.Func == c.Context.Func && x.Context.Kind == c.Context.Kind }) {
			old.Contexts = append(old.Contexts, c)
		}
	}
	slices.SortStableFunc(old.Contexts, func(a, b rules.Reach) int {
		return cmp.Or(cmp.Compare(a.Depth, b.Depth), strings.Compare(string(a.Context.Func), string(b.Context.Func)))
	})
}

// finish hands over what was found in the files that the user wants checked.
func (g *goRun) finish() {
	for _, f := range g.found {
		through := func(fr rules.Frame) bool { return fr.Pos.File != "" && g.req.Wants(fr.Pos.File) }
		if g.req.Wants(f.Pos.File) || slices.ContainsFunc(f.Chain, through) {
			g.out.Findings = append(g.out.Findings, f)
		}
	}
	for _, f := range g.req.Files {
		if g.files[f] {
			if c, ok := g.comments(f); ok {
				g.out.Comments = append(g.out.Comments, c)
			}
		}
	}
}

var goMarks = [][]byte{[]byte("greenlint:"), []byte("nolint"), []byte("lint:")}

// comments reads what report needs to know of a file that may silence something.
func (g *goRun) comments(file string) (out report.FileComments, ok bool) {
	src, unsaved := g.req.Unsaved[file]
	var err error
	if !unsaved {
		src, err = os.ReadFile(filepath.Join(g.req.Root, filepath.FromSlash(file)))
	}
	if err != nil || !slices.ContainsFunc(goMarks, func(m []byte) bool { return bytes.Contains(src, m) }) {
		return out, false
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return out, false
	}
	out.File = file
	for _, group := range tree.Comments {
		for _, c := range group.List {
			p := fset.PositionFor(c.Pos(), false)
			start := p.Offset - (p.Column - 1)
			out.Comments = append(out.Comments, report.Comment{
				Pos:   rules.Pos{File: file, Line: p.Line, Column: p.Column, Offset: p.Offset},
				Text:  c.Text,
				Alone: len(bytes.TrimSpace(src[start:p.Offset])) == 0,
			})
		}
	}
	for _, d := range tree.Decls {
		if fd, isFunc := d.(*ast.FuncDecl); isFunc {
			def, first := fset.PositionFor(fd.Pos(), false).Line, fset.PositionFor(fd.Pos(), false).Line
			out.Funcs = append(out.Funcs, report.Span{FirstLine: first, DefLine: def, LastLine: fset.PositionFor(fd.End(), false).Line})
		}
	}
	return out, true
}
