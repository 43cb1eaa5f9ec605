package confirm

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A Finding is what is read of one finding in the JSON output of a check.
type Finding struct {
	Rule, Language, File, Symbol, Loop, Message string
	Line, EndLine                               int
	Suppressed                                  *string
	Contexts                                    []struct {
		Kind, Function, File string
		Line                 int
	}
	Chain []struct {
		Function, File string
		Line           int
	}
}

// ReadFindings reads the JSON output of a check.
func ReadFindings(src []byte) ([]Finding, error) {
	var v struct {
		Schema   string
		Findings []Finding
	}
	if err := json.Unmarshal(src, &v); err != nil {
		return nil, fmt.Errorf("these are no findings: %w", err)
	}
	if !strings.HasPrefix(v.Schema, "greenlint/") {
		return nil, fmt.Errorf("these are no findings: the schema is %q, want \"greenlint/1\"", v.Schema)
	}
	return v.Findings, nil
}

// unpatched are the rules whose process is not patched, or patched by the very
// code that is accused: to patch first would mend what they say.
var unpatched = map[string]bool{"GL202": true, "GL601": true, "GL603": true, "GL604": true, "GL605": true}

// deployment are the rules about how a process is started: there is no call to run.
var deployment = []string{"GL60", "GL70", "GL90"}

// FromFinding makes a target of a finding, or says why there is none. root is the
// directory that was checked.
func FromFinding(root string, f *Finding) (*Target, string) {
	for _, d := range deployment {
		if strings.HasPrefix(f.Rule, d) && f.Rule != "GL601" {
			return nil, "it is about how the process is started or what it is made of"
		}
	}
	if len(f.Contexts) == 0 {
		return nil, "it names no task"
	}
	c := f.Contexts[0]
	abs := func(file string) string {
		if filepath.IsAbs(file) {
			return filepath.FromSlash(file)
		}
		return filepath.Join(root, filepath.FromSlash(file))
	}
	t := &Target{
		Name: fmt.Sprintf("%s:%d (task %s)", f.File, f.Line, c.Function), Rule: f.Rule, Language: f.Language, Loop: rules.Loop(f.Loop), File: abs(c.File),
		Symbol: f.Symbol, Line: f.Line, EndLine: f.EndLine, SinkFile: abs(f.File), Roots: []string{root}, Native: true,
	}
	if f.Language == "go" {
		t.Func = goName(c.Function)
		if src, err := os.ReadFile(t.File); err == nil {
			if c, ok := confirmLine(src, t.Func); ok {
				t.Func, t.Made, t.Args = c.name, c.made, c.args
			}
		}
		t.File = filepath.Dir(t.File)
		return t, ""
	}
	if f.Language != "python" {
		return nil, "it is not about Python or Go code"
	}
	src, err := os.ReadFile(t.File)
	if err != nil {
		return nil, err.Error()
	}
	if !t.call(root, c.Function) {
		return nil, "its task has no name by which it could be called"
	}
	t.Patch = t.Loop != rules.Asyncio && !unpatched[f.Rule] && !patches.Match(src)
	if f.Symbol == "loop" { // held by its body as well as by its head
		t.Symbol = ""
		if sink, err := os.ReadFile(t.SinkFile); err == nil {
			t.EndLine = max(t.EndLine, blockEnd(string(sink), t.Line))
		}
	}
	if c, ok := confirmLine(src, t.Func); ok {
		t.Made, t.Args = c.made, c.args
	}
	// From the accused call back towards the task: the nearest function needs the
	// least to get there, one with a confirm line has all that it needs.
	var named, others []*Target
	for i := len(f.Chain) - 2; i > 0; i-- {
		n := *t
		n.Nearer, n.Made, n.Args = nil, nil, nil
		n.File = abs(f.Chain[i].File)
		if f.Chain[i].File == "" || !n.call(root, f.Chain[i].Function) {
			continue
		}
		if src, err := os.ReadFile(n.File); err == nil {
			if c, ok := confirmLine(src, n.Func); ok {
				n.Made, n.Args = c.made, c.args
				named = append(named, &n)
				continue
			}
		}
		others = append(others, &n)
	}
	t.Nearer = append(named, others[:min(2, len(others))]...)
	return t, ""
}

// goName is the name of a function in its package: "Client.Send" for
// "(*example.org/feeds.Client).Send", and for a function literal in it.
func goName(full string) string {
	full, _, _ = strings.Cut(full, "$")
	typ, method, ok := strings.Cut(strings.TrimPrefix(full, "("), ").")
	last := func(s string) string { return s[strings.LastIndexAny(s, "./")+1:] }
	if !ok {
		return last(full)
	}
	return last(typ) + "." + method
}

// call makes the target call a function of its file, whose full name is given.
// It reports whether there is a name by which it can be called.
func (t *Target) call(root, function string) bool {
	t.Module, t.Path = module(t.File)
	name := t.Module
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(t.File), ".py")
	}
	if t.Path[0] != root {
		t.Path = append(t.Path, root)
	}
	// The front end's name for the module may be longer or shorter than the one
	// by which it is imported here.
	t.Func = function
	if i := strings.Index("."+function, "."+name+"."); i >= 0 {
		t.Func = function[i+len(name)+1:]
	}
	return t.Func != "" && !strings.Contains(t.Func, "<")
}

// blockEnd returns the last line of the block that a line of Python begins: of
// those that follow and are indented further.
func blockEnd(src string, line int) int {
	lines := strings.Split(src, "\n")
	if line < 1 || line > len(lines) {
		return line
	}
	indent := func(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }
	end := line
	for i := line; i < len(lines); i++ {
		switch s := lines[i]; {
		case strings.TrimSpace(s) == "":
		case indent(s) <= indent(lines[line-1]):
			return end
		default:
			end = i + 1
		}
	}
	return end
}
